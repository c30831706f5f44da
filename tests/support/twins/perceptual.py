"""Twins of the kernels in gifsom.native.perceptual."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from twins.nearest import distances
from twins.rd_lzw import STEEP

BLOCK = 8


def roots(values: Iterable[np.float32]) -> list[np.float32]:
    third = np.float32(1 / 3)
    found = []
    for x in values:
        y = np.int32(int(x.view(np.int32)) // 3 + 709921077).view(np.float32)
        for _ in range(2):
            y = (y + y + x / (y * y)) * third
        found.append(y if x else x)
    return found


def mix(channels: NDArray[np.float32], matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    x, y, z = channels
    return np.array([row[0] * x + row[1] * y + row[2] * z for row in matrix])


def to_lab(
    colors: Iterable[Sequence[int]],
    linear: NDArray[np.float32],
    to_lms: NDArray[np.float32],
    to_lab: NDArray[np.float32],
) -> NDArray[np.float32]:
    rows = []
    for color in colors:
        r, g, b = (linear[level] for level in color)
        lms = roots(row[0] * r + row[1] * g + row[2] * b for row in to_lms)
        rows.append([row[0] * lms[0] + row[1] * lms[1] + row[2] * lms[2] for row in to_lab])
    return np.array(rows, np.float32)


def look(
    target: NDArray[np.uint8], lasting: NDArray[np.uint8], tools: Sequence[NDArray[np.float32]], masking: float
) -> NDArray[np.float32]:
    """Colors and weights (h, w, 4) of a picture (h, w, 3); `tools` as for `to_lab`."""
    h, w = lasting.shape
    lab = to_lab(target.reshape(-1, 3).tolist(), *tools).reshape(h, w, 3)
    level = (lab[..., 0] * (1 << 14)).astype(np.int64)
    steps = np.zeros((h, w), np.int64)
    steps[:, 1:] += abs(np.diff(level, axis=1))
    steps[1:] += abs(np.diff(level, axis=0))
    share = masking / (2 * 25 * (1 << 14))
    weights = np.zeros((h, w, 1), np.float32)
    for y in range(h):
        for x in range(w):
            around = int(steps[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3].sum())
            weights[y, x] = float(lasting[y, x]) / (1.0 + share * around)
    return np.concatenate([lab, weights], axis=2)


def compare(
    pixels: NDArray[np.float32],
    best: Sequence[int],
    table: NDArray[np.float32],
    shown: Sequence[int],
    colors: NDArray[np.float32],
    first: bool,
) -> NDArray[np.float32]:
    rows = np.empty((len(pixels), 2), np.float32)
    for cost, row, entry, present in zip(rows, pixels, best, shown, strict=True):
        best_square, square = distances(row[:3], np.stack([table[entry], colors[present]]))
        base = best_square if first else min(best_square, square)
        e = (square - base) * row[3]
        cost[:] = base, np.float32(math.inf) if first else e * (1 + np.float32(STEEP) * e)
    return rows


def settle(keep: NDArray[np.float32], limit: float) -> tuple[NDArray[np.float32], tuple[int, int, int, int]]:
    """What keeping costs (h, w) after it, and the rows and columns of what is left."""
    keep = keep.copy()
    h, w = keep.shape
    for y in range(0, h, BLOCK):
        for x in range(0, w, BLOCK):
            square = keep[y : y + BLOCK, x : x + BLOCK]
            if sum(square.ravel().tolist()) < limit:
                square[:] = 0
    rows, columns = np.nonzero(keep > 0)
    if not rows.size:
        return keep, (h, 0, w, 0)
    return keep, (int(rows.min()), int(rows.max()) + 1, int(columns.min()), int(columns.max()) + 1)
