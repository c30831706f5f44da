"""Visibility of errors: colors in OKLab, the weight of an error at each pixel, and the blocks that are worth coding.

Texture masks errors, so the squared distance of a color is divided by the activity around it. An error is seen for as
long as it persists, so it is multiplied by the number of frames for which the pixel will stay as it is.
"""

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Pixels, Rect
from gifsom.core.jit import kernel
from gifsom.encoder.rd_lzw import STEEP
from gifsom.palette.color import LINEAR, TO_LAB, TO_LMS

MASKING = 250.0
"""Weight of an error: 1 / (1 + MASKING * activity), the mean step of lightness between neighbors in 5x5 pixels."""

BLOCK = 8
"""Side in pixels of the blocks that are coded or skipped as a whole."""

_LINEAR = LINEAR.astype(np.float32)
_TO_LMS = TO_LMS.astype(np.float32)
_TO_LAB = TO_LAB.astype(np.float32)
_UNIT = 1 << 14  # of lightness in whole numbers, so that running sums are exact


@kernel
def _roots(values: NDArray[np.float32], guesses: NDArray[np.uint32]) -> None:
    """The cube root of each of values (n,), >= 0, in place, right to some 1e-6. `guesses` (n,) is room.

    The first guess is a third of the number's bits (W. Kahan); two steps of Newton's method follow. They come only near
    to 0, and black pixels would have squares so small that computing with them takes a hundred times as long.
    """
    bits, roots = values.view(np.uint32), guesses.view(np.float32)
    third = np.float32(1.0 / 3.0)
    for i in range(values.shape[0]):
        guesses[i] = bits[i] // np.uint32(3) + np.uint32(709921077)
    for i in range(values.shape[0]):
        x, y = values[i], roots[i]
        y = (y + y + x / (y * y)) * third
        y = (y + y + x / (y * y)) * third
        values[i] = y if x > np.float32(0.0) else np.float32(0.0)


@kernel
def _mix(channels: NDArray[np.float32], matrix: NDArray[np.float32]) -> None:
    """A matrix (3, 3) times channels (3, n), in place."""
    first, second, third = channels[0], channels[1], channels[2]
    for i in range(first.shape[0]):
        x, y, z = first[i], second[i], third[i]
        first[i] = matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2] * z
        second[i] = matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2] * z
        third[i] = matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2] * z


@kernel
def _to_lab(
    colors: Pixels,
    linear: NDArray[np.float32],
    to_lms: NDArray[np.float32],
    to_lab: NDArray[np.float32],
    lab: NDArray[np.float32],
    guesses: NDArray[np.uint32],
) -> None:
    """OKLab of colors (3 * n,) into lab (3, n), right to some 1e-6. `guesses` (n,) is room."""
    for k in range(3):
        for x in range(lab.shape[1]):
            lab[k, x] = linear[colors[3 * x + k]]
    _mix(lab, to_lms)
    for k in range(3):
        _roots(lab[k], guesses)
    _mix(lab, to_lab)


@kernel
def _look(
    target: Pixels,
    lasting: NDArray[np.uint8],
    linear: NDArray[np.float32],
    to_lms: NDArray[np.float32],
    to_lab: NDArray[np.float32],
    masking: float,
    pixels: NDArray[np.float32],
) -> None:
    """Colors and weights of target (h, 3 * w), which stays for so many frames, into pixels (h, w, 6).

    Row by row, so that all but the result is in the cache. Outside the picture there is nothing, and no activity.
    """
    h, w = lasting.shape
    lab, guesses = np.empty((3, 3, w), np.float32), np.empty(w, np.uint32)  # of the last three rows
    level, above = np.empty(w, np.int32), np.empty(w, np.int32)
    steps = np.zeros((5, w), np.int32)  # of the last five rows
    columns = np.zeros(w + 4, np.int32)  # their sums, with room at the sides
    weights = np.empty(w, np.float32)
    share = masking / (2 * 25 * _UNIT)
    for y in range(h + 2):
        step = steps[y % 5]
        for x in range(w):
            columns[x + 2] -= step[x]
        step[:] = 0
        if y < h:
            row = lab[y % 3]
            _to_lab(target[y], linear, to_lms, to_lab, row, guesses)
            level, above = above, level
            for x in range(w):
                level[x] = np.int32(row[0, x] * np.float32(_UNIT))
            for x in range(1, w):
                step[x] = abs(level[x] - level[x - 1])
            if y > 0:
                for x in range(w):
                    step[x] += abs(level[x] - above[x])
            for x in range(w):
                columns[x + 2] += step[x]
        if y < 2:
            continue
        stays, row, out = lasting[y - 2], lab[(y - 2) % 3], pixels[y - 2]
        for x in range(w):
            around = columns[x] + columns[x + 1] + columns[x + 2] + columns[x + 3] + columns[x + 4]
            weights[x] = np.float64(stays[x]) / (1.0 + share * around)
        for x in range(w):
            out[x, 0] = row[0, x]
            out[x, 1] = row[1, x]
            out[x, 2] = row[2, x]
            out[x, 3] = weights[x]


@kernel
def _compare(
    pixels: NDArray[np.float32],
    best: NDArray[np.uint16],
    slot: NDArray[np.uint8],
    table: NDArray[np.float32],
    shown: NDArray[np.uint16],
    colors: NDArray[np.float32],
    first: bool,
    slots: NDArray[np.uint8],
) -> None:
    """Complete pixels (n, 6), of which the best columns of `table` are known, and which show columns of `colors` now.

    `slots` (n,) become the numbers `slot` of the best columns. Of the first picture, nothing can stay.
    """
    for i in range(best.shape[0]):
        slots[i] = slot[best[i]]
    for i in range(pixels.shape[0]):
        x, y, z, weight = pixels[i, 0], pixels[i, 1], pixels[i, 2], pixels[i, 3]
        b, s = best[i], shown[i]
        dx, dy, dz = table[0, b] - x, table[1, b] - y, table[2, b] - z
        base = dx * dx + dy * dy + dz * dz  # rounded as `_excess` rounds it, so that the best choice is free
        dx, dy, dz = colors[0, s] - x, colors[1, s] - y, colors[2, s] - z
        square = dx * dx + dy * dy + dz * dz
        least = min(base, square)
        e = (square - least) * weight
        pixels[i, 4] = base if first else least
        pixels[i, 5] = np.float32(np.inf) if first else e * (np.float32(1.0) + np.float32(STEEP) * e)


@kernel
def _settle(pixels: NDArray[np.float32], limit: float) -> tuple[int, int, int, int]:
    """Make keeping free in each square of pixels (h, w, 6) where the excess of keeping all is below `limit`.

    The first row, the row after the last, the first column, the column after the last of what is left.
    """
    h, w = pixels.shape[:2]
    top, bottom, left, right = h, 0, w, 0
    for y in range(0, h, BLOCK):
        for x in range(0, w, BLOCK):
            below, behind = min(y + BLOCK, h), min(x + BLOCK, w)
            total = 0.0
            for v in range(y, below):
                for u in range(x, behind):
                    total += pixels[v, u, 5]
            if total == 0.0:
                continue
            if total < limit:
                for v in range(y, below):
                    for u in range(x, behind):
                        pixels[v, u, 5] = 0.0
            elif y < top or below > bottom or x < left or behind > right:
                for v in range(y, below):
                    for u in range(x, behind):
                        if pixels[v, u, 5] > 0.0:
                            top, bottom = min(top, v), max(bottom, v + 1)
                            left, right = min(left, u), max(right, u + 1)
    return top, bottom, left, right


def weighted_pixels(
    target: Pixels, persistence: NDArray[np.uint8], scratch: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Pixels as `rd_encode` takes them, (h, w, 6) float32, with color and weight filled in.

    target       (h, w, 3) uint8, C-contiguous and read-only
    persistence  (h, w) uint8: frames for which each pixel stays as it is, >= 1
    scratch      (n, 6) float32, n >= h * w: its first rows become the pixels
    """
    pixels = scratch[: persistence.size].reshape(*persistence.shape, 6)
    _look(target.reshape(len(target), -1), persistence, _LINEAR, _TO_LMS, _TO_LAB, MASKING, pixels)
    return pixels


def add_keep_costs(
    pixels: NDArray[np.float32],
    best: NDArray[np.uint16],
    to_local: NDArray[np.uint8],
    table: NDArray[np.float32],
    shown: NDArray[np.uint16],
    colors: NDArray[np.float32],
    first: bool,
) -> NDArray[np.uint8]:
    """Fill in the base distance and the cost of keeping in pixels (h, w, 6).

    best      (h, w) index into `colors` (m, 3) of the best color for each pixel
    to_local  (m,) for each of these the entry of `table` (k, 3) that stands for it
    shown     (h, w) index into `colors` that each pixel shows now
    first     nothing is shown yet, so nothing can be kept

    Returns the best entry of the table for each pixel, (h, w) uint8.
    """
    best_local = np.empty(best.shape, np.uint8)
    table, colors = np.ascontiguousarray(table[to_local].T), np.ascontiguousarray(colors.T)
    _compare(pixels.reshape(-1, 6), best.ravel(), to_local, table, shown.ravel(), colors, first, best_local.ravel())
    return best_local


def crop_in_place(pixels: NDArray[np.float32], rect: Rect) -> NDArray[np.float32]:
    """Pixels (h, w, 6), C-contiguous, inside a rectangle, moved to the front of the same buffer.

    Whole rows are not moved.
    """
    if rect.width == pixels.shape[1]:
        return rect.cut(pixels)
    rows = pixels.reshape(-1, 6)
    for y in range(rect.height):
        rows[y * rect.width : (y + 1) * rect.width] = pixels[rect.top + y, rect.left : rect.left + rect.width]
    return rows[: rect.height * rect.width].reshape(rect.height, rect.width, 6)


def skip_blocks(pixels: NDArray[np.float32], limit: float) -> Rect | None:
    """Make keeping free in blocks that are not worth coding, in place; the rectangle of the rest, or None.

    pixels  (h, w, 6) as `add_keep_costs` leaves them
    limit   excess of keeping a block of BLOCK x BLOCK pixels below which all of it is kept
    """
    top, bottom, left, right = _settle(pixels, limit)
    return Rect(left, top, right - left, bottom - top) if bottom else None
