"""What several test files need: where things lie, and a clip of frames that a test made itself."""

from collections.abc import Iterator, Sequence
from pathlib import Path

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
