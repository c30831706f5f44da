"""A sample of a clip's pixels, over its whole length and its whole picture; and all its colors where they are few.

The sample is stratified: each distinct picture gives the same number of pixels, and a picture is cut into that many
runs of equal length of which each gives one pixel, drawn at random from a seed. So no moment and no region is missed,
and the same clip and seed give the same sample. A part of a picture's share comes from the pixels that are not as in
the picture before: they are what a viewer looks at, and on a screen that mostly stands still they are few.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifsom.clip import Frame, Pixels
from gifsom.color import pack, unpack
from gifsom.jit import kernel
from gifsom.palette.marks import Marks, Survey
from gifsom.palette.palette import MAX_COLORS

SIZE = 1 << 17
"""Pixels in the sample of a clip of many pictures, up to twice as many: from a million, a palette of 256 is less than
one per cent better."""

FRESH = 0.1
"""Part of a picture's share that comes from the pixels which are not as in the picture before, where there are so many.
A quarter was better on no clip, and 0.3 of SSIMULACRA2 worse on a page with a photograph."""

FEW = MAX_COLORS
"""Distinct colors up to which they are all known: no map is larger."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """What training needs to know of a clip.

    pixels    (n, 3) uint8: opaque pixels, n <= 2 * SIZE
    activity  (n,) float32: how much there is to see around each, 0 to 2: see `_activity`
    colors    (m, 3) uint8: every color of the clip, sorted, where there are at most FEW; else None
    pictures  how many frames differ from the one before
    opaque    no pixel of any frame is transparent
    marks     what stands out in single pictures
    """

    pixels: Pixels
    activity: NDArray[np.float32]
    colors: Pixels | None
    pictures: int
    opaque: bool
    marks: Marks


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
def _luma(pixels: Pixels, luma: NDArray[np.int16]) -> None:
    """Eight times the luma of pixels (n, 3), in levels, into `luma` (n,): red, green and blue count 2, 5 and 1."""
    for i in range(pixels.shape[0]):
        luma[i] = 2 * np.int16(pixels[i, 0]) + 5 * np.int16(pixels[i, 1]) + np.int16(pixels[i, 2])


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
class _Part:
    """What was drawn from one picture: colors as numbers (n,), the last `fresh` of them where it had changed."""

    colors: NDArray[np.uint32]
    activity: NDArray[np.float32]
    fresh: int


class _Draw:
    """Pixels drawn from pictures, the same number of each; of how many pictures need not be known before."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._share = 2 * SIZE  # of each picture: the more there are, the fewer pixels each of them gives
        self._parts: list[_Part] = []
        self._total = 0

    def add(
        self,
        picture: Pixels,
        colors: NDArray[np.uint32],
        visible: NDArray[np.intp] | None,
        changed: NDArray[np.intp],
    ) -> None:
        """Draw from a picture (h, w, 3) and its colors (n,), where it is visible (None: all), and where it changed."""
        count = len(colors) if visible is None else len(visible)
        size = min(self._share, count)
        fresh = min(int(FRESH * size), len(changed))
        whole = self._strata(count, size - fresh)
        places = np.concatenate(
            [whole if visible is None else visible[whole], changed[self._strata(len(changed), fresh)]]
        )
        luma = np.empty(len(colors), np.int16)
        _luma(picture.reshape(-1, 3), luma)
        activity = np.empty(size, np.float32)
        _activity(luma.reshape(picture.shape[:2]), places, activity)
        self._parts.append(_Part(colors[places], activity, fresh))
        self._total += size
        if self._total > 2 * SIZE:  # every picture keeps about half, and those to come give half as many
            self._share = max(1, min(self._share, len(colors)) // 2)
            self._parts = [self._thinned(part) for part in self._parts]
            self._total = sum(len(part.colors) for part in self._parts)

    def _strata(self, length: int, size: int) -> NDArray[np.intp]:
        """One place at random within each of `size` stretches of `length`."""
        return ((np.arange(size) + self._rng.random(size)) * (length / max(size, 1))).astype(np.intp)

    def _thinned(self, part: _Part) -> _Part:
        """As much of a part as its picture would give now."""
        count = len(part.colors) - part.fresh
        fresh = min(int(FRESH * self._share), part.fresh)
        kept = self._strata(count, min(self._share - fresh, count))
        kept = np.concatenate([kept, count + self._strata(part.fresh, fresh)])
        return _Part(part.colors[kept], part.activity[kept], fresh)

    def all(self) -> tuple[Pixels, NDArray[np.float32]]:
        """What is drawn now: pixels (n, 3), and the activity around each."""
        colors = [np.empty(0, np.uint32), *(part.colors for part in self._parts)]
        activity = [np.empty(0, np.float32), *(part.activity for part in self._parts)]
        return unpack(np.concatenate(colors)), np.concatenate(activity)


def take(frames: Iterable[Frame], seed: int = 0, marks: bool = True) -> Sample:
    """Read all frames of a clip and sample them; without `marks`, nothing is said to stand out."""
    draw, few, survey = _Draw(seed), _Colors(), Survey()
    pictures = 0
    opaque = True
    before: Pixels | None = None
    last = np.empty(0, np.uint32)
    for frame in frames:
        if frame.mask is None and frame.pixels is before:
            continue
        pictures += 1
        picture = pack(frame.pixels)
        colors = picture.ravel()
        visible = None if frame.mask is None else np.flatnonzero(~frame.mask)
        changed = np.flatnonzero(colors != last) if visible is None and before is not None else np.empty(0, np.intp)
        seen = colors if visible is None else colors[visible]
        opaque = opaque and visible is None
        draw.add(frame.pixels, colors, visible, changed)
        few.note(seen)
        if marks:
            survey.look(picture, frame.mask, seen)
        before, last = (frame.pixels, colors) if visible is None else (None, colors)
    return Sample(*draw.all(), few.all(), pictures, opaque, survey.marks())
