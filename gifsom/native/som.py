"""Training of a self-organizing map, and means of its cells: src/som.c."""

from decimal import Decimal, localcontext

import numpy as np
from numpy.typing import NDArray

from gifsom.native.library import INT, POINTER, constant, kernel, readable, writable

most = constant("som_most")
"""Neurons of a map."""

_train = kernel("som_train", POINTER, INT, POINTER, *[INT] * 4, POINTER, POINTER)
_gather = kernel("som_gather", *[POINTER] * 3, INT, POINTER)


def train(
    neurons: NDArray[np.float32],
    pixels: NDArray[np.float32],
    first: int,
    last: int,
    steps: int,
    radius: tuple[float, float],
    rate: tuple[float, float],
) -> None:
    """Steps `first` to `last` of `steps`: neurons (3, n) float32 in place, 1 <= n <= `most()`.

    pixels (m, 3) float32 OKLab, m >= 1, are shown in order, again and again. Radius (in neurons) and rate shrink from
    their first value > 0 to their second one, no larger and no less than a thousandth of it, every 256 steps.
    """
    n, m = neurons.shape[1], len(pixels)
    if not (1 <= n <= most() and m >= 1 and first >= 0 and last <= steps):
        raise ValueError(f"{n} neurons, {m} pixels, steps {first} to {last} of {steps}")
    shrinking = [_schedule(*radius), _schedule(*rate)]
    _train(
        writable(neurons, np.float32, 3, n),
        n,
        readable(pixels, np.float32, m, 3),
        m,
        first,
        last,
        steps,
        *(readable(schedule, np.float64, 3) for schedule in shrinking),
    )


def _schedule(start: float, end: float) -> NDArray[np.float64]:
    """`start`, and the logarithm of end / start in two parts; the same on every machine."""
    if not 0.001 * start <= end <= start:
        raise ValueError(f"from {start} to {end}")
    with localcontext() as context:
        context.prec = 40
        logarithm = Decimal(end / start).ln()
        high = float(logarithm)
        return np.array([start, high, float(logarithm - Decimal(high))])


def gather(
    colors: NDArray[np.float32], weights: NDArray[np.float64], cell: NDArray[np.int32], sums: NDArray[np.float64]
) -> None:
    """Add to sums (n, 4) float64 for each cell: weight, and weighted color.

    colors (m, 3) float32, weights (m,) float64, cell (m,) int32: the cell of each color. Raises `IndexError` where one
    is not among them.
    """
    count, cells = len(colors), len(sums)
    if count and not 0 <= cell.min() <= cell.max() < cells:
        raise IndexError(f"cells {cell.min()} to {cell.max()} of {cells}")
    _gather(
        readable(colors, np.float32, count, 3),
        readable(weights, np.float64, count),
        readable(cell, np.int32, count),
        count,
        writable(sums, np.float64, cells, 4),
    )
