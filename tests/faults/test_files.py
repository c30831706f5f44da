"""A sample of the odd files beside the repository; tests/benchmarks/faults.py takes them all."""

from pathlib import Path

import pytest
from conftest import SHARED, linux, measured, names, one_line

pytestmark = linux

SAMPLE = ["odd/trunc.gif", "odd/zeros64k.mp4", "odd/midstream_resize.ts", "gifs/pygif-max-size.gif"]
SAMPLE += ["gifs/pil-zero_width.gif", "gifs/pygif-large-comment.gif", "gifs/pil-iss634.gif"]


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"needs {SHARED}")
@pytest.mark.parametrize("name", SAMPLE)
@pytest.mark.parametrize("command", ["convert", "info", "explain", "frames"])
def test_an_odd_file_is_done_or_told_in_one_line_within_a_gigabyte(command: str, name: str, here: Path) -> None:
    out = {"convert": ["out.gif"], "frames": ["frames"]}.get(command, [])
    status, said, memory = measured(command, SHARED / name, *out, cwd=here)
    assert status in (0, 1)
    if status or said:
        assert str(SHARED / name) in one_line(said)
    assert memory < 1_000_000
    assert not status or names(here) == []
