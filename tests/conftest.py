"""What several test files need: where things lie, the command as a process, and a clip of frames made by a test."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray

from gifsom.clip import Clip, Frame

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "fixtures"
SHARED = ROOT.parent / "shared"

# The same examples at every run; a kernel's first call compiles, which no deadline foresees.
settings.register_profile("gifsom", derandomize=True, deadline=None, database=None)
settings.load_profile("gifsom")


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
    """This process's environment without what makes programs behave as on a terminal, or as on another one."""
    loose = {"COLUMNS", "FORCE_COLOR", "NO_COLOR", "PYTHONIOENCODING", "TTY_COMPATIBLE", "TTY_INTERACTIVE"}
    return {name: value for name, value in os.environ.items() if name not in loose} | changes


def gifsom(
    *arguments: str | bytes | Path, cwd: Path, timeout: float = 60.0, env: dict[str, str] | None = None, **options: Any
) -> Run:
    """Run the real command in `cwd` and wait for its end; `options` go to `subprocess.run`."""
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    command = [*COMMAND, *arguments]
    done = subprocess.run(command, cwd=cwd, timeout=timeout, env=env or environment(), check=False, **streams)
    return Run(done.returncode, (done.stdout or b"").decode(), (done.stderr or b"").decode())


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every kernel is in numba's cache, so that no run of the command says that it compiles, or takes long."""
    folder = tmp_path_factory.mktemp("compiled")
    assert gifsom("convert", FIXTURES / "ramp.mkv", cwd=folder, timeout=300).status == 0
    assert gifsom("convert", FIXTURES / "sprite.gif", cwd=folder, timeout=300).status == 0


class FrameClip(Clip):
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
