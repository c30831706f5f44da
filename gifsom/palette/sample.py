"""A sample of a clip's pixels, over its whole length and its whole picture; and all its colors where they are few.

The sample is stratified: each distinct picture gives the same number of pixels, and a picture is cut into that many
runs of equal length of which each gives one pixel, drawn at random from a seed. So no moment and no region is missed,
and the same clip and seed give the same sample.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifsom.clip import Frame, Pixels
from gifsom.color import unpack
from gifsom.jit import kernel

SIZE = 1 << 17
"""Pixels in the sample of a clip of many pictures, up to twice as many: from a million, a palette of 256 is less than
one per cent better."""

FEW = 256
"""Distinct colors up to which a clip needs no training."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """What training needs to know of a clip.

    pixels    (n, 3) uint8: opaque pixels, n <= 2 * SIZE
    colors    (m, 3) uint8: every color of the clip, sorted, where there are at most FEW; else None
    pictures  how many frames differ from the one before
    opaque    no pixel of any frame is transparent
    """

    pixels: Pixels
    colors: Pixels | None
    pictures: int
    opaque: bool


@kernel
def _note_colors(pixels: Pixels, seen: NDArray[np.uint8], found: NDArray[np.uint32], count: int) -> int:
    """Add the colors of `pixels` (n, 3) to `found`, until it is full; `seen` is a bit set of 2**24 colors."""
    last = np.int64(-1)
    for i in range(pixels.shape[0]):
        color = np.int64(pixels[i, 0]) << 16 | np.int64(pixels[i, 1]) << 8 | np.int64(pixels[i, 2])
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


def take(frames: Iterable[Frame], seed: int = 0) -> Sample:
    """Read all frames of a clip and sample them."""
    rng = np.random.default_rng(seed)
    share = SIZE  # of each picture: the more there are, the fewer pixels each of them gives
    drawn: list[Pixels] = []
    total = 0
    seen = np.zeros(1 << 21, np.uint8)
    found = np.zeros(FEW, np.uint32)
    colors = 0
    pictures = 0
    opaque = True
    before: Pixels | None = None
    for frame in frames:
        if frame.mask is None and frame.pixels is before:
            continue
        before = frame.pixels if frame.mask is None else None
        pictures += 1
        pixels = frame.pixels.reshape(-1, 3)
        if frame.mask is not None:
            opaque = False
            pixels = pixels[~frame.mask.ravel()]
            pixels.flags.writeable = False  # one type, and so one compilation, for all frames
        if colors <= FEW:
            colors = _note_colors(pixels, seen, found, colors)
        size = min(share, len(pixels))
        drawn.append(pixels[((np.arange(size) + rng.random(size)) * (len(pixels) / max(size, 1))).astype(np.intp)])
        total += size
        if total > 2 * SIZE:  # every picture keeps one of each two pixels, and those to come give half as many
            drawn = [part[np.arange(0, len(part) - 1, 2) + rng.integers(2, size=len(part) // 2)] for part in drawn]
            total = sum(map(len, drawn))
            share = max(1, min(share, frame.pixels.size // 3) // 2)
    every = np.concatenate(drawn) if drawn else np.empty((0, 3), np.uint8)
    return Sample(every, unpack(np.sort(found[:colors])) if colors <= FEW else None, pictures, opaque)
