"""An ffmpeg that dies or hangs, whatever it was doing."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import children, environment, linux, listing, one_line, wait_for

pytestmark = linux

IMPATIENT = """
from gifsom.cli import main
from gifsom.edit import cache
from gifsom.sources import ffmpeg
ffmpeg.PATIENCE, cache.PACKED_BYTES = 1.0, 0
main()
"""


@pytest.fixture
def converting(here: Path, long_clip: Path) -> Iterator[subprocess.Popen[str]]:
    """A conversion that takes a while and decodes twice, by a process that waits for ffmpeg a second only."""
    (here / "out.gif").write_bytes(b"precious")
    command = [
        sys.executable,
        "-c",
        IMPATIENT,
        "convert",
        long_clip,
        "out.gif",
        "--overwrite",
        "--strict",
        "--end",
        "20",
    ]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=here, env=environment(), text=True, **streams) as process:
        yield process
        process.kill()


def reading(long_clip: Path) -> int:
    """The ffmpeg that decodes."""
    found: list[int] = []
    assert wait_for(lambda: found.extend(children(long_clip, b"-fps_mode")) or found, 60)
    return found[0]


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSTOP])
@pytest.mark.parametrize("stage", ["reading", "writing"])
def test_an_ffmpeg_that_dies_or_hangs_in_mid_stream_is_one_line(
    here: Path, long_clip: Path, converting: subprocess.Popen[str], sent: signal.Signals, stage: str
) -> None:
    """All of the clip is demanded: what was decoded up to there is not enough."""
    if stage == "writing":
        assert wait_for(lambda: list(here.glob(".gifsom*")), 60)
    os.kill(reading(long_clip), sent)
    out, err = converting.communicate(timeout=60)
    assert (converting.returncode, out) == (1, "")
    message = one_line(err)
    assert message.startswith(f"{long_clip}: ")
    assert ("ffmpeg gave no frame for 1 s" if sent == signal.SIGSTOP else "ffmpeg ended with status -9") in message
    assert listing(here) == {"out.gif": b"precious"}
    assert wait_for(lambda: not children(long_clip), 30)
