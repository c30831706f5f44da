"""A stratified sample of a clip's pixels; and all its colors where they are few.

Each distinct picture gives the same number of pixels, and a picture is cut into that many runs of equal length, each of
which gives one pixel, drawn at random from a seed. So no moment and no region is missed, and the same clip and seed
give the same sample. Part of a picture's share comes from the pixels that changed since the picture before: a viewer
looks at them, and on a screen that mostly stands still they are few.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Frame, Pixels
from gifsom.core.jit import kernel
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


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Figures of a clip that training needs.

    pixels    (n, 3) uint8: opaque pixels, n <= 2 * SIZE
    activity  (n,) float32: activity around each, 0 to 2: see `_activity`
    colors    (m, 3) uint8: every color of the clip, sorted, where there are at most FEW; else None
    pictures  frames that differ from the one before
    opaque    no pixel of any frame is transparent
    salient   salient colors of single pictures
    """

    pixels: Pixels
    activity: NDArray[np.float32]
    colors: Pixels | None
    pictures: int
    opaque: bool
    salient: SalientColors


@kernel
def _note_colors(colors: NDArray[np.uint32], seen: NDArray[np.uint8], found: NDArray[np.uint32], count: int) -> int:
    """Add what is new in colors (n,) to `found`, until it is full; `seen` is a bit set of 2**24 colors."""
    last = np.int64(-1)
    for i in range(colors.shape[0]):
        color = np.int64(colors[i])
        if color == last:
            continue
        last = color
        bit = np.uint8(1 << (color & 7))
        if not seen[color >> 3] & bit:
            if count == found.shape[0]:
                return count + 1
            seen[color >> 3] |= bit
            found[count] = color
            count += 1
    return count


@kernel
def _renew(
    pixels: Pixels,
    colors: NDArray[np.uint32],
    luma: NDArray[np.int16],
    changed: NDArray[np.int32],
    room: NDArray[np.uint32],
) -> int:
    """Let `colors` and `luma` (h, w) be those of pixels (h, w * 3), and list in `changed` (h * w) where colors changed.

    Colors are numbers; luma is eight times that in levels: red, green and blue count 2, 5 and 1. `room` is (w,). How
    many changed.
    """
    h, w = colors.shape
    count = 0
    for y in range(h):
        new, old, bright = pixels[y], colors[y], luma[y]
        same = True
        for x in range(w):
            room[x] = np.uint32(new[3 * x]) << 16 | np.uint32(new[3 * x + 1]) << 8 | np.uint32(new[3 * x + 2])
            same &= room[x] == old[x]
        if same:
            continue
        for x in range(w):
            changed[count] = y * w + x
            count += room[x] != old[x]
        for x in range(w):
            color = old[x] = room[x]
            bright[x] = (color >> 15 & 0x1FE) + 5 * (color >> 8 & 0xFF) + (color & 0xFF)
    return count


@kernel
def _activity(luma: NDArray[np.int16], places: NDArray[np.intp], out: NDArray[np.float32]) -> None:
    """How much there is to see around some places of a picture (h, w), into `out`: 0, nothing, to 2.

    That is the mean step of luma, 0 to 1, from a pixel to its right one and to its lower one, over nine pixels: the
    place's own and those that are two from it.
    """
    h, w = luma.shape[0], luma.shape[1]
    for i in range(places.shape[0]):
        middle, center = places[i] // w, places[i] % w
        steps = np.int64(0)
        count = 0
        for y in range(middle - 2, middle + 3, 2):
            for x in range(center - 2, center + 3, 2):
                if 0 <= y < h and 0 <= x < w:
                    count += 1
                    here = np.int64(luma[y, x])
                    steps += abs(here - np.int64(luma[y, min(x + 1, w - 1)]))
                    steps += abs(here - np.int64(luma[min(y + 1, h - 1), x]))
        out[i] = steps / (8 * 255 * count)


class _Picture:
    """A picture of h x w pixels that is updated to the next one: unchanged rows cost nothing.

    colors  (h, w) uint32: as numbers
    luma    (h, w) int16: see `_renew`
    """

    def __init__(self, h: int, w: int) -> None:
        self.colors = np.zeros((h, w), np.uint32)
        self.luma = np.zeros((h, w), np.int16)
        self._changed = np.empty(h * w, np.int32)
        self._scratch = np.empty(w, np.uint32)

    def renew(self, pixels: Pixels) -> NDArray[np.int32]:
        """Update to pixels (h, w, 3); returns the indices of those that changed, valid until the next call."""
        rows = pixels.reshape(len(pixels), -1)
        return self._changed[: _renew(rows, self.colors, self.luma, self._changed, self._scratch)]


class _Colors:
    """All colors that appear, as long as they are few."""

    def __init__(self) -> None:
        self._seen = np.zeros(1 << 21, np.uint8)
        self._found = np.zeros(FEW, np.uint32)
        self._count = 0

    def note(self, colors: NDArray[np.uint32]) -> None:
        if self._count <= FEW:
            self._count = _note_colors(colors, self._seen, self._found, self._count)

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

    def add(self, picture: "_Picture", visible: NDArray[np.intp] | None, changed: NDArray[np.int32]) -> None:
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
        _activity(picture.luma, places, activity)
        self._parts.append(_Draws(colors[places], activity, fresh))
        self._total += size
        if self._total > 2 * SIZE:  # each picture keeps about half, and later ones give half as many
            self._share = max(1, min(self._share, len(colors)) // 2)
            self._parts = [self._thinned(draws) for draws in self._parts]
            self._total = sum(len(draws.colors) for draws in self._parts)

    def _strata(self, length: int, size: int) -> NDArray[np.intp]:
        """One index at random within each of `size` equal runs of `length`."""
        return ((np.arange(size) + self._rng.random(size)) * (length / max(size, 1))).astype(np.intp)

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


def take(frames: Iterable[Frame], seed: int = 0, salience: bool = True) -> Sample:
    """Read all frames of a clip and sample them; without `salience`, no colors are salient."""
    sampler, few, detector = _StratifiedSampler(seed), _Colors(), SalienceDetector()
    pictures = 0
    opaque = True
    picture: _Picture | None = None
    before: Pixels | None = None
    for frame in frames:
        if frame.mask is None and frame.pixels is before:
            continue
        pictures += 1
        if picture is None:
            picture = _Picture(*frame.pixels.shape[:2])
        changed = picture.renew(frame.pixels)
        visible = None if frame.mask is None else np.flatnonzero(~frame.mask)
        colors = picture.colors.ravel() if visible is None else picture.colors.ravel()[visible]
        opaque = opaque and visible is None
        sampler.add(picture, visible, changed if visible is None and before is not None else changed[:0])
        few.note(colors)
        if salience:
            detector.add(picture.colors, frame.mask, colors)
        before = frame.pixels if visible is None else None
    return Sample(*sampler.all(), few.all(), pictures, opaque, detector.salient_colors())
