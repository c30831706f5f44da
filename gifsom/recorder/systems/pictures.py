"""Pictures of pointers as arrays, converted from the formats of the systems."""

import numpy as np
from numpy.typing import NDArray

Picture = tuple[NDArray[np.uint8], tuple[int, int]]
"""(h, w, 4) uint8, RGBA, colors multiplied by alpha; and x and y of the hot spot, as in `Shape`."""

_ARROW = """
#
##
#.#
#..#
#...#
#....#
#.....#
#......#
#.......#
#........#
#.........#
#......#####
#...#..#
#..##...#
#.#  #..#
##   #...#
#     #..#
       ##
"""


def arrow() -> Picture:
    """A black arrow with a white border, for systems that do not give their own."""
    rows = [row.ljust(12) for row in _ARROW.strip("\n").splitlines()]
    signs = np.array([list(row) for row in rows])
    pixels = np.zeros((*signs.shape, 4), np.uint8)
    pixels[signs == "#"] = 255
    pixels[signs == ".", 3] = 255
    return pixels, (0, 0)


def from_argb(values: NDArray[np.unsignedinteger]) -> NDArray[np.uint8]:
    """Numbers 0xAARRGGBB (h, w), colors multiplied by alpha, as a picture."""
    return np.stack([(values >> shift & 255).astype(np.uint8) for shift in (16, 8, 0, 24)], axis=-1)


def from_straight(bgra: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(h, w, 4) uint8, BGRA, colors not multiplied, as a picture."""
    alpha = bgra[..., 3:].astype(np.uint16)
    colors = (bgra[..., 2::-1] * alpha + 127) // 255
    return np.concatenate([colors, alpha], axis=-1).astype(np.uint8)


def from_masks(keeps: NDArray[np.bool_], flips: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The two masks (h, w) of a Windows pointer without colors as a picture.

    Where `keeps` is false it is white or, where `flips` is false, black; elsewhere it is clear or, where `flips` is
    true, the inverse of the pixels below: that is shown as black.
    """
    white = ~keeps & flips
    return np.stack([white, white, white, ~keeps | flips], axis=-1).astype(np.uint8) * np.uint8(255)
