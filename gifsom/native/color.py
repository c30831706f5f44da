"""sRGB to OKLab, and colors as numbers: src/color.c."""

import numpy as np
from numpy.typing import NDArray

from gifsom.native.library import INT, POINTER, kernel, readable, writable

_oklab = kernel("oklab", POINTER, INT, POINTER, POINTER, POINTER, POINTER)
_pack = kernel("pack_colors", POINTER, INT, POINTER)


def oklab(
    rgb: NDArray[np.uint8],
    linear: NDArray[np.float64],
    to_lms: NDArray[np.float64],
    to_lab: NDArray[np.float64],
    out: NDArray[np.float32],
) -> None:
    """OKLab of sRGB colors (n, 3) uint8 into `out` (n, 3) float32.

    linear  (256,) float64: linear light of each level, 0 to 1
    to_lms  (3, 3) float64: from linear sRGB to the cones' responses
    to_lab  (3, 3) float64: from their cube roots to OKLab
    """
    count = len(out)
    _oklab(
        readable(rgb, np.uint8, count, 3),
        count,
        readable(linear, np.float64, 256),
        readable(to_lms, np.float64, 3, 3),
        readable(to_lab, np.float64, 3, 3),
        writable(out, np.float32, count, 3),
    )


def pack(rgb: NDArray[np.uint8], out: NDArray[np.uint32]) -> None:
    """The numbers 0xRRGGBB of colors (n, 3) uint8 into `out` (n,) uint32."""
    count = len(out)
    _pack(readable(rgb, np.uint8, count, 3), count, writable(out, np.uint32, count))
