"""Twins of the kernels in gifsom.native.local_tables."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from twins.dither import square
from twins.rd_lzw import STEEP


def demand(
    best: Sequence[int], pixels: NDArray[np.float32], colors: NDArray[np.float32], shown: Sequence[int], limit: float
) -> NDArray[np.float64]:
    """Count and weight (2, entries) of what is asked for."""
    asked = np.zeros((2, len(colors)))
    for entry, stays, row in zip(best, shown, pixels, strict=True):
        color, weight = row[:3], row[3]
        gain = max(square(colors[stays], color) - square(colors[entry], color), np.float32(0.0)) * weight
        if gain * (np.float32(1.0) + np.float32(STEEP) * gain) > limit:
            asked[:, entry] += 1.0, weight
    return asked


def slice(
    square: NDArray[np.float32], count: Sequence[float], weight: Sequence[float], size: int, alive: Iterable[int]
) -> set[int]:
    """The entries that are left."""
    left, heir = set(alive), {}
    pixels, mass = list(count), list(weight)
    while len(left) > size:
        costs = {}
        for i in sorted(left):
            if heir.get(i) not in left:
                heir[i] = min((k for k in sorted(left) if k != i), key=lambda k: float(square[i, k]))
            e = float(square[i, heir[i]]) * mass[i] / pixels[i]
            costs[i] = pixels[i] * (e * (1.0 + STEEP * e))
        worst = min(costs, key=lambda i: costs[i])
        left.remove(worst)
        pixels[heir[worst]] += pixels[worst]
        mass[heir[worst]] += mass[worst]
    return left


def heir(square: NDArray[np.float32], order: NDArray[np.uint16], alive: NDArray[np.bool_], i: int) -> int:
    """The nearest other entry that is alive."""
    others = [k for k in range(len(alive)) if alive[k] and k != i]
    return min(others, key=lambda k: float(square[i, k]))


def lay(
    square: NDArray[np.float32], order: NDArray[np.uint16], entries: Sequence[int], reach: int
) -> tuple[list[list[int]], list[int], list[np.float32]]:
    """What is near each of some entries, among those that are kept in order, and the nearest of them for each entry."""
    place = {entry: index for index, entry in enumerate(entries)}
    near = []
    for entry in entries:
        known = [place[k] for k in order[entry].tolist() if k in place][:reach]
        near.append(known + [place[entry]] * (reach - len(known)))
    nearest = [min(entries, key=lambda k: float(square[i, k])) for i in range(len(square))]
    return near, [place[k] for k in nearest], [square[i, k] for i, k in enumerate(nearest)]
