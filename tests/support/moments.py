"""The command, ended from outside at any moment of any stage: for tests and a benchmark."""

import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
from conftest import COMMAND, children, environment, wait_for

OLD = b"precious"
"""What is in the file that would be replaced."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the command, up to which a run is waited for.

    arguments  of the command behind the clip
    output     what there is before
    spread     seconds of it in which a signal may come
    """

    arguments: tuple[str, ...]
    output: str = "out.gif"
    spread: float = 0.6


STAGES = {
    "opening": Stage(("out.gif", "--overwrite")),
    "reading": Stage(("out.gif", "--overwrite")),
    "learning": Stage(("out.gif", "--overwrite", "--end", "0.5", "--width", "200"), spread=0.2),
    "writing": Stage(("out.gif", "--overwrite", "--end", "3")),
    "export": Stage(("-o", "out.mp4", "--overwrite"), "out.mp4"),
    "batch": Stage(("other.mp4", "out/", "--overwrite", "--jobs", "2"), "out/long.gif", spread=2.0),
}


@dataclass(frozen=True, slots=True)
class End:
    """How a run ended: seconds since the signal, its status, what it said, and what is there besides the old output."""

    took: float
    status: int
    said: str
    left: tuple[str, ...]
    old: bool

    @property
    def clean(self) -> bool:
        return self.status == 130 and not self.left and self.old and self.said.count("\n") == 1

    @property
    def good(self) -> bool:
        return self.clean and self.took < 1


def long_clip(folder: Path) -> Path:
    """A minute of video, called long.mp4, and a link to it called other.mp4."""
    path = folder / "long.mp4"
    source = "testsrc2=size=640x360:rate=15:duration=60"
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        source,
        "-c:v",
        "mpeg4",
        "-q:v",
        "5",
    ]
    subprocess.run([*command, path], check=True)
    (folder / "other.mp4").symlink_to(path)
    return path


def _handles(process: "subprocess.Popen[str]", number: int) -> bool:
    """Whether a process has begun to handle a signal: before that, it is Python's own."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = next((int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigCgt")), 0)
    return bool(caught >> (number - 1) & 1)


def _reach(name: str, process: "subprocess.Popen[str]", clip: Path, here: Path) -> None:
    """Wait until a run has come to a stage."""
    assert wait_for(lambda: _handles(process, signal.SIGTERM) or process.poll() is not None, 60)
    if name in ("reading", "learning", "export"):
        assert wait_for(lambda: children(clip) or process.poll() is not None, 60)
    if name == "learning":
        assert wait_for(lambda: not children(clip), 60)
    if name in ("writing", "batch"):
        assert wait_for(lambda: [*here.rglob(".gifsom*")] or process.poll() is not None, 60)


def _start(stage: Stage, clip: Path, here: Path) -> "subprocess.Popen[str]":
    here.mkdir(exist_ok=True)
    output = here / stage.output
    output.parent.mkdir(exist_ok=True)
    output.write_bytes(OLD)
    words = [str(clip.parent / word) if word == "other.mp4" else word for word in stage.arguments]
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    command = [*COMMAND, "convert", str(clip), *words]
    return subprocess.Popen(command, cwd=here, env=environment(), text=True, **streams)


def interrupted(name: str, clip: Path, place: Path, moment: float, number: int) -> End:
    """Send a run a signal at a moment of a stage, 0 to 1."""
    stage, here = STAGES[name], place / name
    with _start(stage, clip, here) as process:
        _reach(name, process, clip, here)
        time.sleep(moment * stage.spread)
        began = time.monotonic()
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
        took = time.monotonic() - began
    output = here / stage.output
    left = tuple(str(path.relative_to(here)) for path in here.rglob("*") if path.is_file() and path != output)
    old = output.read_bytes() == OLD and wait_for(lambda: not children(clip), 30)
    for path in left:
        (here / path).unlink()
    return End(took, process.returncode, said, left, old)


@dataclass(frozen=True, slots=True)
class Killed:
    """What a killed run left at the name of its output, and how many parts beside it."""

    output: bytes
    parts: int


def killed(clip: Path, place: Path, seconds: float) -> Killed:
    """Kill a conversion of half a second of a clip some seconds after it began."""
    here = place / "here"
    stage = STAGES["learning"]
    with _start(stage, clip, here) as process:
        time.sleep(seconds)
        process.kill()
        process.communicate(timeout=60)
    found = [path for path in here.iterdir() if path.name != stage.output]
    assert all(path.match(".gifsom-*.part") for path in found)
    for path in found:
        path.unlink()
    return Killed((here / stage.output).read_bytes(), len(found))
