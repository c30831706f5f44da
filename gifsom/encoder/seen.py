"""What of a picture is seen: its colors in OKLab, how much an error shows in each pixel, and what is worth changing.

An error hides in texture (masking), so the squared distance of a color is divided by the activity around it; and it is
seen for as long as it stands, so it is multiplied by the number of frames that the pixel will stay as it is.
"""

import numpy as np
from numpy.typing import NDArray

from gifsom.clip import Pixels, Rect
from gifsom.color import LINEAR, TO_LAB, TO_LMS
from gifsom.encoder.lossy import STEEP
from gifsom.jit import kernel

MASKING = 250.0
"""Weight of an error: 1 / (1 + MASKING * activity), the mean step of lightness between neighbours in 5x5 pixels."""

BLOCK = 8
"""Side of the squares of pixels that are changed or left together."""

_LINEAR = LINEAR.astype(np.float32)
_TO_LMS = TO_LMS.astype(np.float32)
_TO_LAB = TO_LAB.astype(np.float32)
_ROOM = 512  # pixels whose colors are converted at a time: they stay in the fastest cache
_UNIT = 1 << 14  # of lightness in whole numbers, so that running sums are exact


@kernel
def _roots(values: NDArray[np.float32], guesses: NDArray[np.int32]) -> None:
    """The cube root of each of values (n,), > 0 or 0, in place, right to some 1e-6. `guesses` (n,) is room.

    The first guess is a third of the number's bits (W. Kahan); two steps of Newton's method follow.
    """
    bits, roots = values.view(np.int32), guesses.view(np.float32)
    third = np.float32(1.0 / 3.0)
    for i in range(values.shape[0]):
        guesses[i] = bits[i] // np.int32(3) + np.int32(709921077)
    for i in range(values.shape[0]):
        x, y = values[i], roots[i]
        y = (y + y + x / (y * y)) * third
        values[i] = (y + y + x / (y * y)) * third


@kernel
def _to_lab(
    pixels: Pixels,
    linear: NDArray[np.float32],
    to_lms: NDArray[np.float32],
    to_lab: NDArray[np.float32],
    lms: NDArray[np.float32],
    guesses: NDArray[np.int32],
    out: NDArray[np.float32],
) -> None:
    """OKLab of pixels (n, 3) into the first columns of out (n, 6), right to some 1e-6.

    That many at a time as lms (3, m) and guesses (m,) have room for: simple loops are vectorized.
    """
    room = lms.shape[1]
    for start in range(0, pixels.shape[0], room):
        count = min(room, pixels.shape[0] - start)
        for i in range(count):
            r, g, b = linear[pixels[start + i, 0]], linear[pixels[start + i, 1]], linear[pixels[start + i, 2]]
            for k in range(3):
                lms[k, i] = to_lms[k, 0] * r + to_lms[k, 1] * g + to_lms[k, 2] * b
        for k in range(3):
            _roots(lms[k, :count], guesses[:count])
        for i in range(count):
            for k in range(3):
                out[start + i, k] = to_lab[k, 0] * lms[0, i] + to_lab[k, 1] * lms[1, i] + to_lab[k, 2] * lms[2, i]


@kernel
def _weigh(pixels: NDArray[np.float32], lasting: NDArray[np.uint8], masking: float, steps: NDArray[np.int32]) -> None:
    """The weight of an error at each of pixels (h, w, 6), which stays for so many frames. `steps` (h, w) is room.

    Outside the picture there is nothing, and no activity.
    """
    h, w = steps.shape
    for y in range(h):
        for x in range(w):
            level = np.int32(pixels[y, x, 0] * _UNIT)
            step = np.int32(0)
            if x > 0:
                step += abs(level - np.int32(pixels[y, x - 1, 0] * _UNIT))
            if y > 0:
                step += abs(level - np.int32(pixels[y - 1, x, 0] * _UNIT))
            steps[y, x] = step
    columns = np.zeros(w, np.int32)
    for y in range(min(2, h)):
        for x in range(w):
            columns[x] += steps[y, x]
    share = masking / (2 * 25 * _UNIT)
    for y in range(h):
        if y + 2 < h:
            for x in range(w):
                columns[x] += steps[y + 2, x]
        if y > 2:
            for x in range(w):
                columns[x] -= steps[y - 3, x]
        around = np.int64(0)
        for x in range(min(2, w)):
            around += columns[x]
        for x in range(w):
            if x + 2 < w:
                around += columns[x + 2]
            if x > 2:
                around -= columns[x - 3]
            pixels[y, x, 3] = np.float64(lasting[y, x]) / (1.0 + share * around)


@kernel
def _compare(
    pixels: NDArray[np.float32],
    best: NDArray[np.uint16],
    table: NDArray[np.float32],
    shown: NDArray[np.uint16],
    colors: NDArray[np.float32],
    first: bool,
) -> None:
    """Complete pixels (n, 6), of which the best entries of `table` are known, and which show entries of `colors` now.

    Of the first picture, nothing can stay.
    """
    for i in range(pixels.shape[0]):
        x, y, z = pixels[i, 0], pixels[i, 1], pixels[i, 2]
        b, s = best[i], shown[i]
        dx, dy, dz = table[b, 0] - x, table[b, 1] - y, table[b, 2] - z
        base = dx * dx + dy * dy + dz * dz  # rounded as `_excess` rounds it, so that the best choice is free
        pixels[i, 4] = base
        pixels[i, 5] = np.inf
        if not first:
            dx, dy, dz = colors[s, 0] - x, colors[s, 1] - y, colors[s, 2] - z
            square = dx * dx + dy * dy + dz * dz
            pixels[i, 4] = min(base, square)
            e = (square - pixels[i, 4]) * pixels[i, 3]
            pixels[i, 5] = e * (np.float32(1.0) + np.float32(STEEP) * e)


@kernel
def _settle(pixels: NDArray[np.float32], limit: float) -> tuple[int, int, int, int]:
    """Make keeping free in each square of pixels (h, w, 6) where the excess of keeping all is below `limit`.

    The first row, the row after the last, the first column, the column after the last of what is left.
    """
    h, w = pixels.shape[:2]
    top, bottom, left, right = h, 0, w, 0
    for y in range(0, h, BLOCK):
        for x in range(0, w, BLOCK):
            total = 0.0
            for v in range(y, min(y + BLOCK, h)):
                for u in range(x, min(x + BLOCK, w)):
                    total += pixels[v, u, 5]
            for v in range(y, min(y + BLOCK, h)):
                for u in range(x, min(x + BLOCK, w)):
                    if total < limit:
                        pixels[v, u, 5] = 0.0
                    elif pixels[v, u, 5] > 0.0:
                        top, bottom = min(top, v), max(bottom, v + 1)
                        left, right = min(left, u), max(right, u + 1)
    return top, bottom, left, right


def look(target: Pixels, lasting: NDArray[np.uint8], room: NDArray[np.float32]) -> NDArray[np.float32]:
    """Pixels as `choose` wants them, (h, w, 6) float32, of which color and weight are known.

    target   (h, w, 3) uint8, C-contiguous and read-only
    lasting  (h, w) uint8: for how many frames each pixel stays as it is, >= 1
    room     (n, 6) float32, n >= h * w: its first rows become the pixels
    """
    pixels = room[: lasting.size].reshape(*lasting.shape, 6)
    lms, guesses = np.empty((3, _ROOM), np.float32), np.empty(_ROOM, np.int32)
    _to_lab(target.reshape(-1, 3), _LINEAR, _TO_LMS, _TO_LAB, lms, guesses, pixels.reshape(-1, 6))
    _weigh(pixels, lasting, MASKING, np.empty(lasting.shape, np.int32))
    return pixels


def compare(
    pixels: NDArray[np.float32],
    best: NDArray[np.integer],
    table: NDArray[np.float32],
    shown: NDArray[np.uint16],
    colors: NDArray[np.float32],
    first: bool,
) -> None:
    """Complete pixels (h, w, 6) with what their best choice and leaving them as they are is worth.

    best    (h, w) entry of `table` (k, 3) for each pixel
    shown   (h, w) index into `colors` (m, 3) that each pixel shows now
    first   nothing is shown yet, so nothing can stay
    """
    _compare(pixels.reshape(-1, 6), best.ravel().astype(np.uint16), table, shown.ravel(), colors, first)


def compact(pixels: NDArray[np.float32], rect: Rect) -> NDArray[np.float32]:
    """The part of pixels (h, w, 6), C-contiguous, that lies in a rectangle, moved to their beginning."""
    rows = pixels.reshape(-1, 6)
    for y in range(rect.height):
        rows[y * rect.width : (y + 1) * rect.width] = pixels[rect.top + y, rect.left : rect.left + rect.width]
    return rows[: rect.height * rect.width].reshape(rect.height, rect.width, 6)


def settle(pixels: NDArray[np.float32], limit: float) -> Rect | None:
    """Leave as it is what is not worth changing, in place; the rectangle of the rest, or None.

    pixels  (h, w, 6) as `compare` gives
    limit   excess of a square of BLOCK x BLOCK pixels below which all of it stays
    """
    top, bottom, left, right = _settle(pixels, limit)
    return Rect(left, top, right - left, bottom - top) if bottom else None
