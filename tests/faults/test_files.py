"""A sample of the odd files beside the repository; tests/benchmarks/faults.py takes them all."""

import os
import subprocess
from pathlib import Path

import pytest
from conftest import COMMAND, SHARED, environment, linux, names, one_line

pytestmark = [linux, pytest.mark.usefixtures("compiled")]

SAMPLE = ["odd/trunc.gif", "odd/zeros64k.mp4", "odd/midstream_resize.ts", "gifs/pygif-max-size.gif"]
SAMPLE += ["gifs/pil-zero_width.gif", "gifs/pygif-large-comment.gif", "gifs/pil-iss634.gif"]


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"needs {SHARED}")
@pytest.mark.parametrize("name", SAMPLE)
@pytest.mark.parametrize("command", ["convert", "info", "explain", "frames"])
def test_an_odd_file_is_done_or_told_in_one_line_within_a_gigabyte(command: str, name: str, here: Path) -> None:
    out = {"convert": ["out.gif"], "frames": ["frames"]}.get(command, [])
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    with subprocess.Popen([*COMMAND, command, SHARED / name, *out], cwd=here, env=environment(), **streams) as process:
        assert process.stderr is not None
        said = process.stderr.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 1)
    if process.returncode or said:
        assert str(SHARED / name) in one_line(said)
    assert usage.ru_maxrss < 1_000_000  # kB
    assert not process.returncode or names(here) == []
