"""Twins of the kernels in gifsom.native.denoise."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

AHEAD = 8


def movement(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.bool_]:
    difference = after.astype(np.int64) - before
    largest = abs(difference).max(axis=2)
    h, w = largest.shape
    moved = np.zeros((h, w), bool)
    for y in range(h):
        for x in range(w):
            change = largest[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3].sum()
            drift = difference[max(0, y - 4) : y + 5, max(0, x - 4) : x + 5].sum(axis=(0, 1))
            moved[y, x] = (
                largest[y, x] > 10 or change > 2.0 * 25 or abs(drift).max() > max(0.3 * 81, change * (0.5 * 81 / 25))
            )
    return moved


def average(
    frames: Sequence[Sequence[int]], moved: bool, ahead: Sequence[bool], mean: Sequence[np.float32], count: int
) -> tuple[list[np.float32], int, list[int], int]:
    """Mean, count, color and lasting of one pixel, whose colors in this frame and the next ones are known."""
    still = 1
    while still < len(frames) and not ahead[still - 1]:
        still += 1
    mean = list(mean)
    if moved:
        mean = [np.float32(sum(int(f[k]) for f in frames[:still])) / np.float32(still) for k in range(3)]
        count = still
    elif still == AHEAD:
        count = min(count + 1, 16)
        mean = [m + (np.float32(new) - m) / np.float32(count) for m, new in zip(mean, frames[-1], strict=True)]
    color = [int(m + np.float32(0.5)) for m in mean]
    return mean, count, color, AHEAD if still == len(frames) else still
