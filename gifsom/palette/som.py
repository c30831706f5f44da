"""Training of the palette: a one-dimensional self-organizing map in OKLab.

The map is a line of neurons, each a color. It starts as the line of grays; every pixel that it is shown pulls the
nearest neuron, and less so that one's neighbors on the line, towards itself:

    T. Kohonen, "Self-organized formation of topologically correct feature maps", Biological Cybernetics 43, 1982
    A. Dekker, "Kohonen neural networks for optimal colour quantization", Network 5, 1994

Neighborhood and rate shrink geometrically until single colors are tuned alone. Then come rounds that put each neuron
at the mean of its cell, the pixels nearest to it, and exchanges that move neurons from where they are hardly needed to
where one is not enough, which a line cannot do by pulling:

    S. Lloyd, "Least squares quantization in PCM", IEEE Transactions on Information Theory 28, 1982
    G. Patane, M. Russo, "The enhanced LBG algorithm", Neural Networks 14, 2001

A neuron that moves is put where it lengthens the line least, so the order of the map stays: neighbors in the table are
neighbors in color.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from gifsom.native import som
from gifsom.palette.nearest import ColorIndex

STEPS = 200_000
"""Pixels shown to the map. Twice as many lower the final error by 0.2 %."""

CHUNK = 50_000
"""Steps in one call of the kernel, some 10 ms, so that a signal is not kept waiting."""

STOPS = range(0, STEPS + 1, CHUNK)

RADIUS = (1 / 8, 0.25)
"""Neighborhood (standard deviation of a Gaussian along the line) at the start, as a part of the map, and at the end,
in neurons: there the nearest neighbor moves by exp(-8) of the winner's step, that is, not at all."""

RATE = (0.5, 0.02)
"""Part of the way to the pixel that the winner moves, at the start and at the end."""

EXCHANGES = 4
"""Rounds of exchanges, at most; 12 lower the error by 0.2 % in twice the time."""

ROUNDS = 2
"""Rounds of Lloyd's algorithm after each exchange."""

SPLIT = 0.64
"""Part of the variance along its longest axis that a Gaussian cell loses when it is cut in two: 2 / pi."""

UNDERRATED = 1.5
"""Gain of a split relative to SPLIT, since the cells around it shrink as well: measured on photographs, 1 leaves the
error 0.8 % higher, 2 lowers it by 0.8 % in twice the time."""


def train_som(
    colors: NDArray[np.float32],
    weights: NDArray[np.float64],
    size: int,
    seed: int,
    stops: Sequence[int] = STOPS,
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Train a new map; yields the steps done, and the neurons (size, 3) then, at each of `stops`.

    colors (m, 3) OKLab are shown as often as their weights (m,) say, in an order drawn from the seed. `stops` ascend,
    end with STEPS, and do not change the result.
    """
    rng = np.random.default_rng(seed)
    draws = 1 << 17
    shares = np.cumsum(weights) / weights.sum()
    picks = np.searchsorted(shares, (np.arange(draws) + rng.random(draws)) / draws).clip(max=len(colors) - 1)
    shown = colors[rng.permutation(picks)]
    line = np.zeros((3, size), np.float32)
    line[0] = np.linspace(colors[:, 0].min(), colors[:, 0].max(), size)  # the grays of the picture
    radius = (max(size * RADIUS[0], 2 * RADIUS[1]), RADIUS[1])
    step = 0
    for stop in stops:
        som.train(line, shown, step, stop, STEPS, radius, RATE)
        step = stop
        yield step, line.T.copy()


def squared_distances(
    a: NDArray[np.float32], b: NDArray[np.float32], dtype: type[np.floating] = np.float32
) -> NDArray[np.floating]:
    """Squared distance of each of a (n, 3) to each of b (m, 3), summed in `dtype`: (n, m).

    Channel by channel: a reduction over an axis of three takes seven times as long.
    """
    x, y, z = (np.subtract.outer(*channel) ** 2 for channel in zip(a.T, b.T, strict=True))
    total: NDArray[np.floating] = np.add(x, y, dtype=dtype) + z
    return total


def cheapest_insertion(line: NDArray[np.float32], newcomers: NDArray[np.float32]) -> NDArray[np.intp]:
    """The order of a line of colors (n, 3) with newcomers (m, 3), each put where it lengthens the line least.

    Returns indices into both, one after the other: (n + m,). (Cheapest insertion: D. Rosenkrantz, R. Stearns, P. Lewis,
    "An analysis of several heuristics for the traveling salesman problem", SIAM Journal on Computing 6, 1977.)
    """
    both = np.concatenate([line, newcomers])
    order = list(range(len(line)))
    for index in range(len(line), len(both)):
        away = np.sqrt(((both[order] - both[index]) ** 2).sum(axis=1))
        gaps = np.sqrt((np.diff(both[order], axis=0) ** 2).sum(axis=1))
        longer = np.concatenate([away[:1], away[:-1] + away[1:] - gaps, away[-1:]])  # before, between, after
        order.insert(int(longer.argmin()), index)
    return np.array(order, np.intp)


class Tuner:
    """Tunes the neurons of a map to weighted colors by rounds of Lloyd's algorithm and exchanges.

    neurons  (n, 3) float32 OKLab, in the order of the line
    cell     (m,) int32: the neuron of each color
    mass     (n,) float64: weight of each cell
    pinned   (n,) bool: neurons that do not move
    """

    def __init__(self, neurons: NDArray[np.float32], colors: NDArray[np.float32], weights: NDArray[np.float64]) -> None:
        self.neurons = neurons
        self.cell = ColorIndex(neurons).nearest(colors)
        self.mass = np.zeros(len(neurons))
        self.pinned = np.zeros(len(neurons), np.bool_)
        self._colors = colors
        self._weights = weights

    def weigh(self, weights: NDArray[np.float64]) -> None:
        """Use weights (m,) for the colors, from the next round on."""
        self._weights = weights

    def round(self) -> None:
        """Assign each color to its nearest neuron, and put each neuron at the mean of its colors."""
        self.cell = ColorIndex(self.neurons).nearest(self._colors)
        sums = np.zeros((len(self.neurons), 4))
        for part in range(0, len(self.cell), CHUNK):
            inside = slice(part, part + CHUNK)
            som.gather(self._colors[inside], self._weights[inside], self.cell[inside], sums)
        self.mass = sums[:, 0]
        means = sums[:, 1:] / np.maximum(self.mass, 1e-300)[:, None]
        movable = (self.mass > 0) & ~self.pinned
        self.neurons = np.where(movable[:, None], means, self.neurons).astype(np.float32)

    def exchange(self) -> bool:
        """Move neurons, at most one in eight: each joins the cell of its neighbor, and splits a cell that needs two.

        A move is made where the split gains more than the join costs. Returns whether there was one.
        """
        joins, costs = self._joins()
        gains, axes = self._splits()
        busy = np.zeros(len(costs), np.bool_)
        needy = iter(np.argsort(-gains, kind="stable"))
        target = next(needy, None)
        moved: list[int] = []
        for leaver in np.argsort(costs, kind="stable"):
            joined = joins[leaver]
            if len(moved) >= max(1, len(costs) // 8):
                break
            if busy[leaver] or busy[joined]:
                continue
            while target is not None and (busy[target] or target in (leaver, joined)):
                target = next(needy, None)
            if target is None or UNDERRATED * gains[target] <= costs[leaver]:
                break
            busy[[leaver, joined, target]] = True
            moved.append(int(leaver))
            both = self.mass[[leaver, joined]]
            if both.sum() > 0 and not self.pinned[joined]:
                self.neurons[joined] = both @ self.neurons[[leaver, joined]] / both.sum()
            self.neurons[leaver] = self.neurons[target] + axes[target]
            if not self.pinned[target]:
                self.neurons[target] = self.neurons[target] - axes[target]
        self._reorder(moved)
        return bool(moved)

    def fix(self, neurons: Sequence[int], colors: NDArray[np.float32]) -> None:
        """Pin neurons (k,) to colors (k, 3), to which they are close already."""
        self.neurons[neurons] = colors
        self.pinned[neurons] = True

    def pin(self, colors: NDArray[np.float32]) -> None:
        """Pin the least needed neurons, as far as there are any, to colors (k, 3)."""
        joins, costs = self._joins()
        busy = ~np.isfinite(costs)
        spare: list[int] = []
        for neuron in np.argsort(costs, kind="stable"):
            if not busy[neuron] and not busy[joins[neuron]] and len(spare) < len(colors):
                busy[[neuron, joins[neuron]]] = True
                spare.append(int(neuron))
        self.fix(spare, colors[: len(spare)])
        self._reorder(spare)

    def release(self, neurons: Sequence[int]) -> None:
        """Take neurons out of use: the next exchange moves them to where they are needed."""
        self.mass[neurons] = 0

    def _joins(self) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """For each neuron the one that it would cost least to join, and that cost (J. Ward, 1963)."""
        square = squared_distances(self.neurons, self.neurons, np.float64)
        mass = self.mass
        cost = mass[:, None] * mass[None] / np.maximum(mass[:, None] + mass[None], 1e-300) * square
        idle = mass == 0
        cost[:, idle] = np.inf
        cost[idle] = np.inf
        np.fill_diagonal(cost, np.where(idle, 0.0, np.inf))  # an idle one leaves nothing behind
        cost[self.pinned] = np.inf
        joins = cost.argmin(axis=1)
        return joins, cost[np.arange(len(cost)), joins]

    def _splits(self) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """Gain of each cell by a second neuron, and half the vector between the two, along its longest axis."""
        n = len(self.neurons)
        off = self._colors - self.neurons[self.cell]
        channels = np.ascontiguousarray(off.T)
        spread = np.empty((n, 3, 3))
        for a in range(3):
            weighted = self._weights * channels[a]
            for b in range(a, 3):
                product = weighted * channels[b]
                spread[:, a, b] = spread[:, b, a] = np.bincount(self.cell, weights=product, minlength=n)
        values, vectors = np.linalg.eigh(spread / np.where(self.mass > 0, self.mass, 1)[:, None, None])
        longest = np.maximum(values[:, 2], 0.0)
        axes = np.sqrt(SPLIT * longest)[:, None] * vectors[:, :, 2]
        # A pinned neuron is not in the middle of its cell: the second one goes towards the other colors.
        for pinned in np.flatnonzero(self.pinned):
            towards = off[self.cell == pinned].mean(axis=0) if self.mass[pinned] > 0 else axes[pinned]
            axes[pinned] *= np.where(axes[pinned] @ towards < 0, -1.0, 1.0)
        return SPLIT * self.mass * longest, axes.astype(np.float32)

    def _reorder(self, moved: Sequence[int]) -> None:
        """Put each neuron that moved where it lengthens the line least."""
        stayed = np.delete(np.arange(len(self.neurons)), moved)
        order = np.concatenate([stayed, np.array(moved, np.intp)])
        order = order[cheapest_insertion(self.neurons[stayed], self.neurons[moved])]
        rank = np.argsort(order).astype(np.int32)
        self.neurons, self.mass, self.pinned = self.neurons[order], self.mass[order], self.pinned[order]
        self.cell = rank[self.cell]

    def tune(self, exchanges: int = EXCHANGES) -> Iterator[None]:
        """Exchanges, with rounds after each, until none pays; yields after each round."""
        for _ in range(exchanges):
            if not self.exchange():
                break
            for _ in range(ROUNDS):
                self.round()
                yield
