"""Salience in single pictures: src/salience.c. Colors are numbers 0xRRGGBB."""

import numpy as np
from numpy.typing import NDArray

from gifsom.native.library import INT, POINTER, constant, kernel, readable, writable

regions = constant("salience_regions")
"""Regions of the color cube, by red, then green, then blue."""

met = constant("salience_met")
"""The value that extents begin with."""

COLORS = 1 << 24

_patches = kernel("largest_patches", POINTER, INT, INT, POINTER, POINTER)
_flats = kernel("flat_extents", POINTER, POINTER, *[INT] * 3, POINTER, POINTER, gives=INT)


def patches(colors: NDArray[np.uint32], picture: int, largest: NDArray[np.int64]) -> None:
    """Keep in `largest` (`regions()`, 5) int64 the largest patch of each region: pixels, sums of channels, the picture.

    colors (n,) uint32, each < 2**24, are the pixels of one picture, n < 2**31.
    """
    count, most = len(colors), regions()
    counts = np.empty((most, 2), np.int32)
    _patches(
        readable(colors, np.uint32, count),
        count,
        picture,
        writable(counts, np.int32, most, 2),
        writable(largest, np.int64, most, 5),
    )


def flats(
    colors: NDArray[np.uint32],
    hidden: NDArray[np.bool_] | None,
    edge: int,
    extent: NDArray[np.int16],
    found: NDArray[np.uint32],
) -> int:
    """Count in `extent` (COLORS,) int16 the pixels of each color that are as their left and their upper neighbor.

    A pixel that is as one of the two takes `edge` away again, and so does one at the left or upper border; one that is
    hidden, or as one that is, does not count. `extent` is zero before; the colors that are met are listed in `found`
    (h * w,) uint32, and count from `met()` on, within 1 and 32767. How many they are.

    colors (h, w) uint32, each < 2**24; hidden (h, w) bool
    """
    h, w = colors.shape
    picture, mask = readable(colors, np.uint32, h, w), None if hidden is None else readable(hidden, np.bool_, h, w)
    extents = writable(extent, np.int16, COLORS)
    count: int = _flats(picture, mask, h, w, edge, extents, writable(found, np.uint32, h * w))
    return count
