"""Colors, weights and keep costs of pixels: src/perceptual.c.

Pixels are rows of float32 arrays (..., 4): lightness, a, b and weight, and their costs of such (..., 2): that of their
best entries, and that of leaving them as they are (src/pixel.h).
"""

import numpy as np
from numpy.typing import NDArray

from gifsom.native.library import BOOL, DOUBLE, INT, POINTER, constant, kernel, readable, writable

block = constant("perceptual_block")
"""Side in pixels of the squares that are coded or skipped as a whole."""

_weights = kernel("perceptual_weights", *[POINTER] * 2, INT, INT, *[POINTER] * 3, DOUBLE, POINTER)
_costs = kernel("perceptual_costs", *[POINTER] * 6, BOOL, POINTER, POINTER, INT)
_skip_blocks = kernel("perceptual_skip_blocks", POINTER, INT, INT, DOUBLE, POINTER)
_crop = kernel("perceptual_crop", POINTER, *[INT] * 6)


def weights(
    rgb: NDArray[np.uint8],
    persistence: NDArray[np.uint8],
    linear: NDArray[np.float32],
    to_lms: NDArray[np.float32],
    to_lab: NDArray[np.float32],
    masking: float,
    pixels: NDArray[np.float32],
) -> None:
    """Color and weight of a picture (h, w, 3) uint8 into pixels (h, w, 4) float32.

    persistence  (h, w) uint8: for how many frames each pixel stays as it is, >= 1
    linear       (256,) float32: linear light of each level, 0 to 1
    to_lms       (3, 3) float32: from linear sRGB to the cones' responses
    to_lab       (3, 3) float32: from their cube roots to OKLab
    masking      the weight is persistence / (1 + masking * activity)
    """
    h, w = persistence.shape
    _weights(
        readable(rgb, np.uint8, h, w, 3),
        readable(persistence, np.uint8, h, w),
        h,
        w,
        readable(linear, np.float32, 256),
        readable(to_lms, np.float32, 3, 3),
        readable(to_lab, np.float32, 3, 3),
        masking,
        writable(pixels, np.float32, h, w, 4),
    )


def fill_costs(
    pixels: NDArray[np.float32],
    best: NDArray[np.uint16],
    slot: NDArray[np.uint8],
    table: NDArray[np.float32],
    shown: NDArray[np.uint16],
    colors: NDArray[np.float32],
    first: bool,
    costs: NDArray[np.float32],
    symbols: NDArray[np.uint8],
) -> None:
    """Fill in what pixels (n, 4) float32 cost: the errors of their best entries, and that of leaving them as they are.

    best     (n,) uint16, each < m: the color that is the best for each pixel
    slot     (m,) uint8, each < k: for each color the entry of the table that stands for it
    table    (k, 3) float32: the table's colors
    shown    (n,) uint16, each < m: the color that each pixel shows now
    colors   (m, 3) float32
    first    nothing is shown yet, so nothing can stay
    costs    (n, 2) float32: become that
    symbols  (n,) uint8: become the entries of the table that stand for the best colors

    Raises `ValueError` where a slot is not in the table.
    """
    count, entries = len(symbols), len(slot)
    if entries and slot.max() >= len(table):
        raise ValueError(f"slot {slot.max()} of a table of {len(table)}")
    _costs(
        readable(pixels, np.float32, count, 4),
        readable(best, np.uint16, count),
        readable(slot, np.uint8, entries),
        readable(table, np.float32, None, 3),
        readable(shown, np.uint16, count),
        readable(colors, np.float32, entries, 3),
        first,
        writable(costs, np.float32, count, 2),
        writable(symbols, np.uint8, count),
        count,
    )


def skip_blocks(costs: NDArray[np.float32], limit: float) -> tuple[int, int, int, int]:
    """Make keeping free in each block, by costs (h, w, 2) float32, where keeping all of it costs less than `limit`.

    The first row, the row after the last, the first column, the column after the last of what is left; (h, 0, w, 0):
    nothing is.
    """
    h, w = costs.shape[:2]
    bounds = np.empty(4, np.int64)
    _skip_blocks(writable(costs, np.float32, h, w, 2), h, w, limit, writable(bounds, np.int64, 4))
    top, bottom, left, right = bounds.tolist()
    return top, bottom, left, right


def crop_in_place(known: NDArray[np.float32], top: int, left: int, width: int, height: int) -> None:
    """Move a rectangle of pixels or costs (h, w, k) float32 to their beginning: height * width of them, row after row.

    Raises `ValueError` where it does not lie within them.
    """
    h, w, size = known.shape
    if min(top, left, width, height) < 0 or top + height > h or left + width > w:
        raise ValueError(f"{width} x {height} pixels at ({left}, {top}) of {w} x {h}")
    _crop(writable(known, np.float32, h, w, size), size, w, top, left, width, height)
