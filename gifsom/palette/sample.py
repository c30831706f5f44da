"""A stratified sample of a clip's pixels; and all its colors where they are few.

Each distinct picture gives the same number of pixels, and a picture is cut into that many runs of equal length, each of
which gives one pixel, drawn at random from a seed. So no moment and no region is missed, and the same clip and seed
give the same sample. Part of a picture's share comes from the pixels that changed since the picture before: a viewer
looks at them, and on a screen that mostly stands still they are few.
"""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Frame, Mask, Pixels
from gifsom.core.threads import threads
from gifsom.native import canvas, sample
from gifsom.palette.color import unpack
from gifsom.palette.palette import MAX_COLORS
from gifsom.palette.salience import SalienceDetector, SalientColors

SIZE = 1 << 17
"""Pixels in the sample of a clip of many pictures, up to twice as many: from a million, a palette of 256 is less than
one percent better."""

FRESH = 0.1
"""Part of a picture's share that comes from the pixels that changed, where there are so many. A quarter was better on
no clip, and 0.3 of SSIMULACRA2 worse on a page with a photograph."""

FEW = MAX_COLORS
"""Distinct colors up to which all of them are kept: no map is larger."""

NEAR = 32
"""Levels, in each channel, up to which a pixel looks much like another one."""

CUT = 0.4
"""Part of a picture's pixels that are near those of the one before, up to which a hard cut is between them."""


def is_cut(before: Pixels, after: Pixels) -> bool:
    """Whether a hard cut is between two pictures: hardly anything of the first one may stay."""
    enough = int(CUT * before.size / 3)
    return canvas.count_near(before, after, NEAR, enough) <= enough


DETECTORS = 4
"""Threads that look for salient colors, at most: four keep up with the sampling beside them."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Figures of a clip that training needs.

    pixels    (n, 3) uint8: opaque pixels, n <= 2 * SIZE
    activity  (n,) float32: activity around each, 0 to 2: see `gifsom.native.sample.activity`
    colors    (m, 3) uint8: every color of the clip, sorted, where there are at most FEW; else None
    pictures  frames that differ from the one before
    scenes    1 and the number of hard cuts between them
    opaque    no pixel of any frame is transparent
    salient   salient colors of single pictures
    """

    pixels: Pixels
    activity: NDArray[np.float32]
    colors: Pixels | None
    pictures: int
    scenes: int
    opaque: bool
    salient: SalientColors


class _Picture:
    """A picture of h x w pixels that is updated to the next one: unchanged rows cost nothing.

    colors  (h, w) uint32: as numbers
    luma    (h, w) int16: see `gifsom.native.sample.renew`
    """

    def __init__(self, h: int, w: int) -> None:
        self.colors = np.zeros((h, w), np.uint32)
        self.luma = np.zeros((h, w), np.int16)
        self._changed = np.empty(h * w, np.int32)

    def renew(self, pixels: Pixels) -> NDArray[np.int32]:
        """Update to pixels (h, w, 3); returns the indices of those that changed, valid until the next call."""
        return self._changed[: sample.renew(pixels, self.colors, self.luma, self._changed)]


class _Colors:
    """All colors that appear, as long as they are few."""

    def __init__(self) -> None:
        self._seen = np.zeros(sample.SEEN, np.uint8)
        self._found = np.zeros(FEW, np.uint32)
        self._count = 0

    def note(self, colors: NDArray[np.uint32]) -> None:
        if self._count <= FEW:
            self._count = sample.note_colors(colors, self._seen, self._found, self._count)

    def all(self) -> Pixels | None:
        return unpack(np.sort(self._found[: self._count])) if self._count <= FEW else None


@dataclass(frozen=True, slots=True, eq=False)
class _Draws:
    """Pixels drawn from one picture: colors as numbers (n,), the last `fresh` of them where it had changed."""

    colors: NDArray[np.uint32]
    activity: NDArray[np.float32]
    fresh: int


class _StratifiedSampler:
    """Draws the same number of pixels from each picture; the number of pictures need not be known before."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._share = 2 * SIZE  # of each picture, which shrinks as pictures come
        self._parts: list[_Draws] = []
        self._total = 0

    def add(self, picture: "_Picture", visible: NDArray[np.int64] | None, changed: NDArray[np.int32]) -> None:
        """Draw from a picture, where it is visible (None: all), and where it changed."""
        colors = picture.colors.ravel()
        count = len(colors) if visible is None else len(visible)
        size = min(self._share, count)
        fresh = min(int(FRESH * size), len(changed))
        whole = self._strata(count, size - fresh)
        places = np.concatenate(
            [whole if visible is None else visible[whole], changed[self._strata(len(changed), fresh)]]
        )
        activity = np.empty(size, np.float32)
        sample.activity(picture.luma, places, activity)
        self._parts.append(_Draws(colors[places], activity, fresh))
        self._total += size
        if self._total > 2 * SIZE:  # each picture keeps about half, and later ones give half as many
            self._share = max(1, min(self._share, len(colors)) // 2)
            self._parts = [self._thinned(draws) for draws in self._parts]
            self._total = sum(len(draws.colors) for draws in self._parts)

    def _strata(self, length: int, size: int) -> NDArray[np.int64]:
        """One index at random within each of `size` equal runs of `length`."""
        return ((np.arange(size) + self._rng.random(size)) * (length / max(size, 1))).astype(np.int64)

    def _thinned(self, draws: _Draws) -> _Draws:
        """The part of some draws that their picture would give now."""
        count = len(draws.colors) - draws.fresh
        fresh = min(int(FRESH * self._share), draws.fresh)
        kept = self._strata(count, min(self._share - fresh, count))
        kept = np.concatenate([kept, count + self._strata(draws.fresh, fresh)])
        return _Draws(draws.colors[kept], draws.activity[kept], fresh)

    def all(self) -> tuple[Pixels, NDArray[np.float32]]:
        """All draws so far: pixels (n, 3), and the activity around each."""
        colors = [np.empty(0, np.uint32), *(draws.colors for draws in self._parts)]
        activity = [np.empty(0, np.float32), *(draws.activity for draws in self._parts)]
        return unpack(np.concatenate(colors)), np.concatenate(activity)


class _Salience:
    """Detectors that share out the pictures among threads, each with one at a time."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._detectors = [SalienceDetector() for _ in range(max(1, min(DETECTORS, threads() - 1)))]
        self._last: list[Future[None] | None] = [None] * len(self._detectors)
        self._count = 0

    def add(self, colors: NDArray[np.uint32], mask: Mask | None) -> None:
        """Read a picture (h, w), once the detector whose turn it is has read the one before."""
        turn = self._count % len(self._detectors)
        self._wait(turn)
        self._last[turn] = self._pool.submit(self._read, turn, self._count, colors, mask)
        self._count += 1

    def _read(self, turn: int, number: int, colors: NDArray[np.uint32], mask: Mask | None) -> None:
        self._detectors[turn].add(number, colors, mask, colors.ravel() if mask is None else colors[~mask])

    def _wait(self, turn: int) -> None:
        last = self._last[turn]
        if last is not None:
            last.result()

    def all(self) -> SalientColors:
        """The salient colors of all pictures."""
        first, *others = self._detectors
        self._wait(0)
        for turn, other in enumerate(others, 1):
            self._wait(turn)
            first.merge(other)
        return first.salient_colors()


class Sampler:
    """Samples a clip: `add` each frame, then `sample`, which ends its threads."""

    def __init__(self, seed: int = 0, salience: bool = True) -> None:
        """Without `salience`, no colors are salient."""
        self._draws, self._few = _StratifiedSampler(seed), _Colors()
        self._pool = ThreadPoolExecutor(DETECTORS)
        self._salient = _Salience(self._pool)
        self._salience = salience
        self._pictures, self._scenes = 0, 1
        self._opaque = True
        self._picture: _Picture | None = None
        self._before: Pixels | None = None

    def add(self, frame: Frame) -> None:
        """Read a frame; the same array again costs nothing."""
        before = self._before
        if frame.mask is None and frame.pixels is before:
            return
        self._pictures += 1
        if self._picture is None:
            self._picture = _Picture(*frame.pixels.shape[:2])
        picture = self._picture
        changed = picture.renew(frame.pixels)
        if self._salience:
            self._salient.add(picture.colors.copy(), frame.mask)
        visible = None if frame.mask is None else np.flatnonzero(~frame.mask)
        compared = visible is None and before is not None
        self._opaque = self._opaque and visible is None
        self._draws.add(picture, visible, changed if compared else changed[:0])
        fresh = changed if compared else visible  # all other colors are noted
        self._few.note(picture.colors.ravel() if fresh is None else picture.colors.ravel()[fresh])
        if before is not None and 2 * len(changed) > picture.colors.size and is_cut(before, frame.pixels):
            self._scenes += 1
        self._before = frame.pixels if visible is None else None

    def sample(self) -> Sample:
        """The sample of all frames so far."""
        with self._pool:
            salient = self._salient.all()
        return Sample(*self._draws.all(), self._few.all(), self._pictures, self._scenes, self._opaque, salient)


def take(frames: Iterable[Frame], seed: int = 0, salience: bool = True) -> Sample:
    """Read all frames of a clip and sample them; without `salience`, no colors are salient."""
    sampler = Sampler(seed, salience)
    for frame in frames:
        sampler.add(frame)
    return sampler.sample()
