"""What several test files need: where things lie, the command as a process, and a clip of frames made by a test."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray

from gifsom import cli
from gifsom.core.frame import Frame
from gifsom.core.source import Source
from gifsom.native import library

pytest_plugins = ["xvfb", "running", "wayland_stage", "chromium"]

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "fixtures"
SHARED = ROOT.parent / "shared"

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX")
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")

# The same examples at every run, with no deadline: the machine may be busy.
settings.register_profile("gifsom", derandomize=True, deadline=None, database=None)
settings.load_profile("gifsom")


def pytest_configure(config: pytest.Config) -> None:
    """What is compiled is so once, before workers of xdist start, each of which would wait for it.

    A shell has its programs in the background ignore Ctrl-C, and so would all that tests start.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput"):
        library.load()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Files whose tests take long come first, half of them for each of two workers: none is left for the end."""
    place = {name: number for number, name in enumerate(LONG)}
    long = sorted((item for item in items if item.path.name in place), key=lambda item: place[item.path.name])
    short = [item for item in items if item.path.name not in place]
    even, odd = ([item for item in long if place[item.path.name] % 2 == half] for half in (0, 1))
    middle = max(0, (len(items) + 1) // 2 - len(even))
    items[:] = [*even, *short[:middle], *odd, *short[middle:]]


LONG = [
    "test_fit.py",
    "test_record.py",
    "test_moments.py",
    "test_differential.py",
    "test_batch.py",
    "test_matrix.py",
    "test_export.py",
    "test_cli.py",
    "test_cluster.py",
    "test_hostile.py",
]
"""Files of tests that take several seconds each, those that take the longest first."""


@pytest.fixture
def shared() -> Path:
    """The folder of larger test material beside the repository; a test that needs it is skipped where it is missing."""
    if not SHARED.is_dir():
        pytest.skip(f"needs {SHARED}")
    return SHARED


@dataclass(frozen=True, slots=True)
class Run:
    """How a run of the command ended: its exit status, and all that it wrote to stdout and stderr."""

    status: int
    out: str
    err: str


COMMAND = [sys.executable, "-m", "gifsom"]


def environment(**changes: str) -> dict[str, str]:
    """This process's environment without what makes programs behave as on a terminal, or as on another one.

    Settings files of the machine do not count, and lines of processes are not counted: that would take them a third
    longer, and what a killed one has counted cannot be read.
    """
    loose = {"COLUMNS", "FORCE_COLOR", "NO_COLOR", "PYTHONIOENCODING", "TTY_COMPATIBLE", "TTY_INTERACTIVE"}
    kept = {name: value for name, value in os.environ.items() if name not in loose}
    return kept | {"GIFSOM_CONFIG": ""} | UNCOUNTED | changes


UNCOUNTED = {"COVERAGE_PROCESS_START": "", "COVERAGE_PROCESS_CONFIG": ""}


def gifsom(
    *arguments: str | bytes | Path, cwd: Path, timeout: float = 180.0, env: dict[str, str] | None = None, **options: Any
) -> Run:
    """Run the real command in `cwd` and wait for its end; `options` go to `subprocess.run`."""
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    command = [*COMMAND, *arguments]
    done = subprocess.run(command, cwd=cwd, timeout=timeout, env=env or environment(), check=False, **streams)
    return Run(done.returncode, (done.stdout or b"").decode(), (done.stderr or b"").decode())


# A process begins with the memory of the one that it is forked from, and Linux counts that: so a small one is between.
_MEASURE = """
import resource, subprocess, sys
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
done = subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def measured(*arguments: str | Path, cwd: Path, limit: int = -1) -> tuple[int, str, int]:
    """Exit status of the command, what it wrote to stderr, and the memory that it took, in kB; `limit` in bytes."""
    command = [sys.executable, "-c", _MEASURE, str(limit), *COMMAND, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=cwd, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    status, memory = map(int, done.stdout.split())
    return status, done.stderr, memory


Inside = Callable[..., Run]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """An empty folder to run the command in."""
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


@pytest.fixture
def inside(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Inside]:
    """Runs the command in this process, in `here`; an error that it does not catch fails the test."""

    def run(*arguments: str | Path) -> Run:
        monkeypatch.setattr(sys, "argv", ["gifsom", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        status = end.value.code
        assert status is None or isinstance(status, int)
        return Run(status or 0, *capsys.readouterr())

    monkeypatch.chdir(here)
    before = signal.getsignal(signal.SIGTERM)
    yield run
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="session")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """70 seconds of 640x360 pixels at 15 frames a second: no conversion of it all ends within a few seconds."""
    path = tmp_path_factory.mktemp("long") / "clip.mp4"
    source = "testsrc2=size=640x360:rate=15:duration=70"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", source]
    subprocess.run([*command, "-c:v", "mpeg4", "-q:v", "5", path], check=True)
    return path


def listing(folder: Path) -> dict[str, bytes | None]:
    """Everything in a folder and below: the bytes of files, None for all else."""
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in sorted(folder.rglob("*"))}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def one_line(text: str) -> str:
    """The message of a failed run: one line without control characters, with no traceback and no empty half."""
    assert text.endswith("\n")
    line = text[:-1]
    assert line.isprintable(), f"not one clean line: {text!r}"
    assert re.fullmatch(r"gifsom: \S.*\S", line), f"not a message: {line!r}"
    return line.removeprefix("gifsom: ")


def on_terminal(which: str, *arguments: str | Path, cwd: Path, **changes: str) -> tuple[int, str, str]:
    """Exit status, what the command wrote to a terminal that is its `which` ("stdout" or "stderr"), and to the other.

    The other one is a pipe.
    """
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    other = "stdout" if which == "stderr" else "stderr"
    env = environment(**{"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30", **changes})
    streams = {which: theirs, other: subprocess.PIPE}
    with subprocess.Popen([*COMMAND, *arguments], cwd=cwd, env=env, stdin=subprocess.DEVNULL, **streams) as process:
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 1 << 16):
                shown += part
        except OSError:  # how Linux says that the terminal's other side is closed
            pass
        os.close(ours)
        piped = (process.stdout if other == "stdout" else process.stderr).read()  # type: ignore[union-attr]
        return process.wait(180), shown.decode(), piped.decode()


def children(path: Path, option: bytes | None = None) -> list[int]:
    """The processes of ffmpeg that work on `path` now, those with `option` alone where it is asked."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        works = b"ffmpeg" in words[0].rpartition(b"/")[2] and any(os.fsencode(path) in word for word in words)
        if works and (option is None or option in words):
            found.append(int(entry.name))
    return found


def wait_for(condition: Callable[[], object], within: float) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return False


class FrameClip(Source):
    """A clip of frames in memory; `passes` counts how often they have been asked for."""

    def __init__(
        self,
        pictures: Sequence[NDArray[np.uint8]],
        starts: Sequence[float],
        duration: float,
        masks: Sequence[NDArray[np.bool_] | None] | None = None,
        rate: float | None = None,
    ) -> None:
        self.kept = [Frame(*parts) for parts in zip(pictures, starts, masks or [None] * len(starts), strict=True)]
        self.passes = 0
        self._duration, self._rate = duration, rate

    @property
    def size(self) -> tuple[int, int]:
        height, width = self.kept[0].pixels.shape[:2]
        return width, height

    @property
    def duration(self) -> float:
        return self._duration

    @property
    def rate(self) -> float | None:
        return self._rate

    @property
    def count(self) -> int:
        return len(self.kept)

    def frames(self) -> Iterator[Frame]:
        self.passes += 1
        yield from self.kept
