"""Pixels of a clip that a sample is drawn from: src/sample.c. Colors are numbers 0xRRGGBB."""

import numpy as np
from numpy.typing import NDArray

from gifsom.native.library import INT, POINTER, kernel, readable, writable

SEEN = 1 << 21
"""Bytes of a set of colors, a bit for each."""

_note_colors = kernel("note_colors", POINTER, INT, *[POINTER] * 2, INT, INT, gives=INT)
_renew = kernel("renew_picture", POINTER, INT, *[POINTER] * 3, gives=INT)
_activity = kernel("activity", POINTER, INT, INT, POINTER, INT, POINTER)


def note_colors(colors: NDArray[np.uint32], seen: NDArray[np.uint8], found: NDArray[np.uint32], count: int) -> int:
    """Add what is new of colors (n,) uint32, each < 2**24, to `found` (m,) uint32, of which `count` are there already.

    seen  (SEEN,) uint8: the colors that are there, a bit for each

    How many there are then; m + 1: one more than fits. Raises `ValueError` where there are more than fit already.
    """
    room, length = len(found), len(colors)
    if not 0 <= count <= room:
        raise ValueError(f"{count} colors in an array of {room}")
    there = writable(seen, np.uint8, SEEN), writable(found, np.uint32, room)
    total: int = _note_colors(readable(colors, np.uint32, length), length, *there, room, count)
    return total


def renew(
    rgb: NDArray[np.uint8], colors: NDArray[np.uint32], luma: NDArray[np.int16], changed: NDArray[np.int32]
) -> int:
    """Let `colors` (h, w) uint32 and `luma` (h, w) int16 be those of a picture (h, w, 3) uint8.

    luma     0 to 2040, eight times that in levels: red, green and blue count 2, 5 and 1
    changed  (h * w,) int32: becomes the list of places, ascending, where colors are others than before

    How many changed.
    """
    h, w = colors.shape
    known = writable(colors, np.uint32, h, w), writable(luma, np.int16, h, w)
    count: int = _renew(readable(rgb, np.uint8, h, w, 3), h * w, *known, writable(changed, np.int32, h * w))
    return count


def activity(luma: NDArray[np.int16], places: NDArray[np.int64], out: NDArray[np.float32]) -> None:
    """How much there is to see around places (n,) int64 of a picture (h, w) int16, into `out` (n,) float32: 0 to 2.

    That is the mean step of luma, 0 to 1, from a pixel to its right one and to its lower one, over nine pixels: the
    place's own and those that are two from it. Raises `IndexError` where a place is not in the picture.
    """
    h, w = luma.shape
    count = len(out)
    if count and not 0 <= places.min() <= places.max() < h * w:
        raise IndexError(f"places {places.min()} to {places.max()} of a picture of {h * w} pixels")
    picture = readable(luma, np.int16, h, w)
    _activity(picture, h, w, readable(places, np.int64, count), count, writable(out, np.float32, count))
