"""Runs of a clip: some short stretches of consecutive frames that stand for all of it.

While a clip is read for the first time, `RunSampler` keeps its opening and a few runs, one from each stretch of the
clip, chosen at random: a run in which much changes is as much likelier as more changes there (samples drawn with
probability proportional to size: W. G. Cochran, "Sampling Techniques", 1977, 9A).
"""

import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Frame
from gifsom.core.source import Source

WARM = 2
"""Frames of a run that do not count: the first is a whole picture, and repairs of it follow."""

COUNTED = 5
"""Frames of a run that count."""

COMING = 7
"""Frames of a run that are only known to come, as many as the coder looks ahead: as if they would stay for ever, the
last ones before an end take up to twice their bytes."""

LENGTH = WARM + COUNTED + COMING
SHORT = LENGTH + COUNTED
"""Frames up to which a clip is one run."""

SPACING = 25
"""Frames of the clip for each run: coding all runs takes about a quarter of the time that coding the clip takes."""

DENSE = 12
"""The same where the clip is not coded afterwards, and one probe is all."""

MAX_RUNS = 16
HELD_BYTES = 48 << 20
"""Frames in bytes that all runs may hold, but for the last two. A clip that is held in memory shares them."""

NOISE = 2
"""Largest change of a pixel's luma, in levels, that is not counted."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Some consecutive frames of a clip.

    clip          they alone, from 0 s on
    since, until  seconds between which what is coded counts
    change        how much changes there, see `RunSampler`
    """

    clip: "_Frames"
    since: float
    until: float
    change: float


@dataclass(frozen=True, slots=True, eq=False)
class ClipSample:
    """A clip by its runs.

    opening  its beginning, all of which counts
    runs     from its rest
    starts   (n,) seconds at which each of its frames appears
    changes  (n,) how much each changes, see `RunSampler`; the first one's, which changes all, is 0
    """

    opening: Run
    runs: list[Run]
    starts: NDArray[np.float64]
    changes: NDArray[np.float64]

    def rest(self, until: float = float("inf")) -> float:
        """The change after the opening and before `until` seconds."""
        return float(self.changes[(self.starts >= self.opening.until) & (self.starts < until)].sum())


class _Frames(Source):
    """Frames in memory, shifted to 0 s; of a frame that is like the one before, only the rows that differ."""

    def __init__(self, frames: list[Frame], end: float, native: bool) -> None:
        self.native = native
        self._end = end - frames[0].start
        self._shape = frames[0].pixels.shape
        self._rows: list[tuple[int, Frame]] = [(0, Frame(frames[0].pixels, 0.0, frames[0].mask))]
        for before, frame in pairwise(frames):
            differ = np.flatnonzero((frame.pixels != before.pixels).any(axis=(1, 2)))
            top, bottom = (int(differ[0]), int(differ[-1]) + 1) if differ.size else (0, 0)
            few = bottom - top < len(frame.pixels) // 2
            kept = frame.pixels[top:bottom].copy() if few else frame.pixels
            self._rows.append((top if few else 0, Frame(kept, frame.start - frames[0].start, frame.mask)))

    @property
    def bytes(self) -> int:
        """That the frames take."""
        return sum(frame.pixels.nbytes for _, frame in self._rows)

    @property
    def size(self) -> tuple[int, int]:
        return self._shape[1], self._shape[0]

    @property
    def duration(self) -> float:
        return self._end

    def frames(self) -> Iterator[Frame]:
        shown = self._rows[0][1].pixels
        for top, frame in self._rows:
            rows = frame.pixels
            if len(rows) == len(shown):
                shown = rows
            elif len(rows):
                shown = shown.copy()
                shown[top : top + len(rows)] = rows
            yield Frame(shown, frame.start, frame.mask)


class RunSampler:
    """Keeps runs of a clip while its frames pass by.

    How much a frame changes is told by the bytes that zlib, in a hurry, needs for what is not as in the frame before:
    on films and on screens that goes with the bytes of a GIF (correlations of 0.6 to 0.99).
    """

    def __init__(self, clip: Source, seed: int, spacing: int = SPACING) -> None:
        """Watch a clip and keep a run of about every `spacing` frames; the same seed keeps the same runs."""
        self._clip = clip
        self._rng = np.random.default_rng(seed)
        # A stream that does not say how long it is tells it once it has been read.
        self._expected = clip.count or sum(1 for _ in clip.frames())
        number = min(max(self._expected // spacing, 2), MAX_RUNS)
        self._kept: list[Run | None] = [None] * (1 << number.bit_length() - 1)
        self._passed = [0.0] * len(self._kept)  # change of all the runs that each was chosen from
        self._head: list[Frame] = []
        self._last: deque[Frame] = deque(maxlen=LENGTH + 1)
        self._luma = np.zeros(0, np.int16)
        self._starts: list[float] = []
        self._changes: list[float] = []

    def watch(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """The same frames."""
        for frame in frames:
            self._note(frame)
            yield frame

    def _note(self, frame: Frame) -> None:
        self._changes.append(self._change(frame))
        self._starts.append(frame.start)
        self._last.append(frame)
        if len(self._head) <= SHORT:
            self._head.append(frame)
        first = len(self._starts) - len(self._last)
        if first >= COUNTED and first % COUNTED == 0:
            self._consider(first)

    def _change(self, frame: Frame) -> float:
        if self._last and frame.mask is None and frame.pixels is self._last[-1].pixels:
            return 0.0
        red, green, blue = (frame.pixels[..., channel].astype(np.int16) for channel in range(3))
        luma = (2 * red + 5 * green + blue) >> 3
        if frame.mask is not None:
            luma[frame.mask] = -1 - NOISE
        before, self._luma = self._luma, luma
        if not self._last:
            return 0.0
        changed = np.where(np.abs(luma - before) > NOISE, (luma >> 1) + 2, 0).astype(np.uint8)
        return float(len(zlib.compress(changed.tobytes(), 1))) if changed.any() else 0.0

    def _consider(self, first: int) -> None:
        """Keep the run that begins with frame `first`, or the one that is kept from the same part of the clip."""
        change = sum(self._changes[first + WARM : first + WARM + COUNTED])
        place = min(first * len(self._kept) // self._expected, len(self._kept) - 1)
        self._passed[place] += change
        if self._rng.random() * self._passed[place] < change:
            frames = list(self._last)
            self._kept[place] = self._run(frames[:-1], frames[-1].start, WARM, change)
            while len(self._kept) > 2 and sum(run.clip.bytes for run in self._kept if run) > HELD_BYTES:
                self._join()

    def _join(self) -> None:
        """Keep one run of two, each as likely as if it had been chosen from both of their parts."""
        pairs = range(0, len(self._kept), 2)
        passed = [self._passed[i] + self._passed[i + 1] for i in pairs]
        chosen = [i + (self._rng.random() * both >= self._passed[i]) for i, both in zip(pairs, passed, strict=True)]
        self._kept, self._passed = [self._kept[i] for i in chosen], passed

    def _run(self, frames: list[Frame], end: float, warm: int, change: float) -> Run:
        times = [frame.start - frames[0].start for frame in frames] + [end - frames[0].start]
        return Run(_Frames(frames, end, self._clip.native), times[warm], times[WARM + COUNTED], change)

    def sample(self) -> ClipSample:
        """The clip by the runs that were kept; all of it has been watched."""
        starts, changes = np.array(self._starts), np.array(self._changes)
        end = self._clip.duration
        if len(starts) <= SHORT:
            opening = Run(_Frames(self._head, end, self._clip.native), 0.0, end, float(changes.sum()))
        else:
            opening = self._run(
                self._head[:LENGTH], self._head[LENGTH].start, 0, float(changes[: WARM + COUNTED].sum())
            )
        return ClipSample(opening, [run for run in self._kept if run is not None], starts, changes)
