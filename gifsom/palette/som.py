"""The palette's training: a one-dimensional self-organizing map in OKLab.

The map is a line of neurons, each a color. It starts as the line of greys; every pixel that it is shown pulls the
nearest neuron, and that one's neighbours on the line less, towards itself:

    T. Kohonen, "Self-organized formation of topologically correct feature maps", Biological Cybernetics 43, 1982
    A. Dekker, "Kohonen neural networks for optimal colour quantization", Network 5, 1994

Neighbourhood and rate shrink geometrically until single colors are tuned alone. Then come rounds that put each neuron
at the mean of its cell, the pixels that are nearest to it, and that move neurons from where they are hardly needed to
where one is not enough, which a line cannot do by pulling:

    S. Lloyd, "Least squares quantization in PCM", IEEE Transactions on Information Theory 28, 1982
    G. Patane, M. Russo, "The enhanced LBG algorithm", Neural Networks 14, 2001

A neuron that moves takes its place on the line beside its new neighbour, so the order of the map stays: neighbours in
the table are neighbours in color.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from gifsom.clip import Pixels
from gifsom.color import oklab, pack, srgb, unpack
from gifsom.jit import kernel
from gifsom.palette.palette import Palette
from gifsom.palette.sample import Sample

STEPS = 400_000
"""Pixels shown to the map. Twice as many lower the final error by 0.2 %, a quarter raises it by 0.5 %."""

CHUNK = 50_000
"""Steps in one call of the kernel, some 10 ms, so that a signal is not kept waiting."""

RADIUS = (1 / 8, 0.25)
"""Neighbourhood (standard deviation of a Gaussian along the line) at the start, as a part of the map, and at the end,
in neurons: there the nearest neighbour moves by exp(-8) of the winner's step, that is, not at all."""

RATE = (0.5, 0.02)
"""Part of the way to the pixel that the winner moves, at the start and at the end."""

EXCHANGES = 12
"""Times that neurons move to where they are needed more, with ROUNDS rounds of Lloyd's algorithm after each."""

ROUNDS = 2

LAST_ROUNDS = 4
"""Rounds of Lloyd's algorithm at the end: later ones gain less than 0.2 % each."""

CAP = 0.01
"""Largest part of all pixels that one exact color counts for: a flat background needs one entry, not many (the idea of
libimagequant's histogram)."""

EVENNESS = 0.15
"""How far the counts of 6-bit regions of the color cube are evened out, 0 not at all, 1 wholly. With the cap it raised
SSIMULACRA2 of mapped frames by 0.1 to 2.6 on 14 of 15 clips (film, games, terminals, editors, pages) against plain
counts, and lowered one by 0.1; 0.25 and 0.5 lose on pages with gradients."""

SPLIT = 0.64
"""Part of the variance along its longest axis that a Gaussian cell loses when it is cut in two: 2 / pi."""

UNDERRATED = 1.5
"""How much more a split gains than SPLIT says, since the cells around it shrink as well: measured on photographs, 1
leaves the error 0.8 % higher, 2 lowers it by 0.8 % in twice the time."""


@kernel
def _learn(
    neurons: NDArray[np.float32],
    pixels: NDArray[np.float32],
    first: int,
    last: int,
    steps: int,
    radius: tuple[float, float],
    rate: tuple[float, float],
) -> None:
    """Steps `first` to `last` of `steps`: neurons (3, n) in place, n <= 1024, pixels (m, 3) in order, again and again.

    The winner is found on distances of which the last ten bits hold the neuron's index instead: a minimum over whole
    numbers is what a processor does for many at a time. That is exact to one part in 8192.
    """
    n = neurons.shape[1]
    distance = np.empty(n, np.float32)
    bits = distance.view(np.int32)
    weights = np.empty(n, np.float32)
    reach = 0
    for step in range(first, last):
        if step == first or step % 256 == 0:
            done = step / steps
            sigma = radius[0] * (radius[1] / radius[0]) ** done
            pull = rate[0] * (rate[1] / rate[0]) ** done
            reach = min(n - 1, int(3.0 * sigma))
            for j in range(reach + 1):
                weights[j] = pull * np.exp(-0.5 * (j / sigma) ** 2)
        p = step % pixels.shape[0]
        x, y, z = pixels[p, 0], pixels[p, 1], pixels[p, 2]
        for j in range(n):
            dx, dy, dz = neurons[0, j] - x, neurons[1, j] - y, neurons[2, j] - z
            distance[j] = dx * dx + dy * dy + dz * dz
        least = np.int32(0x7FFFFFFF)
        for j in range(n):
            least = min(least, np.int32((bits[j] & np.int32(-1024)) | np.int32(j)))
        winner = int(least) & 1023
        for j in range(max(0, winner - reach), min(n, winner + reach + 1)):
            weight = weights[abs(j - winner)]
            neurons[0, j] += weight * (x - neurons[0, j])
            neurons[1, j] += weight * (y - neurons[1, j])
            neurons[2, j] += weight * (z - neurons[2, j])


@kernel
def _assign(colors: NDArray[np.float32], neurons: NDArray[np.float32], cell: NDArray[np.int32]) -> None:
    """The nearest of neurons (n, 3), ascending in lightness, for each of colors (m, 3).

    `cell` comes in with a guess each, which bounds the search; of equals the guess stays, or the first one met.
    """
    n = neurons.shape[0]
    for i in range(colors.shape[0]):
        x, y, z = colors[i, 0], colors[i, 1], colors[i, 2]
        nearest = cell[i]
        dx, dy, dz = neurons[nearest, 0] - x, neurons[nearest, 1] - y, neurons[nearest, 2] - z
        best = dx * dx + dy * dy + dz * dz
        up = np.searchsorted(neurons[:, 0], x)
        down = up - 1
        while up < n:
            dx = neurons[up, 0] - x
            if dx * dx >= best:
                break
            dy, dz = neurons[up, 1] - y, neurons[up, 2] - z
            d = dx * dx + dy * dy + dz * dz
            if d < best:
                best, nearest = d, up
            up += 1
        while down >= 0:
            dx = neurons[down, 0] - x
            if dx * dx >= best:
                break
            dy, dz = neurons[down, 1] - y, neurons[down, 2] - z
            d = dx * dx + dy * dy + dz * dz
            if d < best:
                best, nearest = d, down
            down -= 1
        cell[i] = nearest


@kernel
def _gather(
    colors: NDArray[np.float32],
    weights: NDArray[np.float64],
    cell: NDArray[np.int32],
    sums: NDArray[np.float64],
) -> None:
    """Add to sums (n, 4) for each cell: weight, and weighted color (3)."""
    for i in range(colors.shape[0]):
        c, w = cell[i], weights[i]
        sums[c, 0] += w
        sums[c, 1] += w * colors[i, 0]
        sums[c, 2] += w * colors[i, 1]
        sums[c, 3] += w * colors[i, 2]


def unfold(
    colors: NDArray[np.float32], weights: NDArray[np.float64], size: int, seed: int
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Show pixels to a new map: yields the steps done and the neurons (size, 3), at first and after each CHUNK.

    colors (m, 3) OKLab are shown as often as their weights (m,) say, in an order drawn from the seed.
    """
    rng = np.random.default_rng(seed)
    draws = 1 << 17
    shares = np.cumsum(weights) / weights.sum()
    picks = np.searchsorted(shares, (np.arange(draws) + rng.random(draws)) / draws).clip(max=len(colors) - 1)
    shown = colors[rng.permutation(picks)]
    line = np.zeros((3, size), np.float32)
    line[0] = np.linspace(colors[:, 0].min(), colors[:, 0].max(), size)  # the greys of the picture
    radius = (max(size * RADIUS[0], 2 * RADIUS[1]), RADIUS[1])
    yield 0, line.T.copy()
    for step in range(0, STEPS, CHUNK):
        done = min(step + CHUNK, STEPS)
        _learn(line, shown, step, done, STEPS, radius, RATE)
        yield done, line.T.copy()


class Tuner:
    """Tunes the neurons of a map to weighted colors by rounds of Lloyd's algorithm and exchanges.

    neurons  (n, 3) float32 OKLab, in the order of the line
    cell     (m,) int32: the neuron of each color
    mass     (n,) float64: weight of each cell
    """

    def __init__(self, neurons: NDArray[np.float32], colors: NDArray[np.float32], weights: NDArray[np.float64]) -> None:
        self.neurons = neurons
        self.cell = np.zeros(len(colors), np.int32)
        self.mass = np.zeros(len(neurons))
        self._colors = colors
        self._weights = weights

    def round(self) -> None:
        """Find each color's neuron, and put each neuron at the mean of its colors."""
        order = np.argsort(self.neurons[:, 0], kind="stable")
        rank = np.argsort(order).astype(np.int32)
        sorted_neurons = np.ascontiguousarray(self.neurons[order])
        guess = rank[self.cell]
        sums = np.zeros((len(order), 4))
        for part in range(0, len(guess), CHUNK):
            inside = slice(part, part + CHUNK)
            _assign(self._colors[inside], sorted_neurons, guess[inside])
            _gather(self._colors[inside], self._weights[inside], guess[inside], sums)
        self.cell = order[guess].astype(np.int32)
        self.mass[order] = sums[:, 0]
        means = np.empty_like(self.neurons)
        means[order] = sums[:, 1:4] / np.maximum(sums[:, :1], 1e-300)
        self.neurons = np.where(self.mass[:, None] > 0, means, self.neurons)

    def exchange(self) -> bool:
        """Move neurons, at most one in eight: each joins the cell of its neighbour, and splits a cell that needs two.

        A move is made where the split gains more than the join costs. Whether there was one.
        """
        joins, costs = self._joins()
        gains, axes = self._splits()
        busy = np.zeros(len(costs), np.bool_)
        needy = iter(np.argsort(-gains, kind="stable"))
        target = next(needy, None)
        moved: list[tuple[int, int]] = []
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
            moved.append((int(leaver), int(target)))
            both = self.mass[[leaver, joined]]
            if both.sum() > 0:
                self.neurons[joined] = both @ self.neurons[[leaver, joined]] / both.sum()
            self.neurons[leaver] = self.neurons[target] + axes[target]
            self.neurons[target] = self.neurons[target] - axes[target]
        self._reorder(moved)
        return bool(moved)

    def _joins(self) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """For each neuron the one that it would cost least to join, and that cost (J. Ward, 1963)."""
        square = ((self.neurons[:, None] - self.neurons[None]) ** 2).sum(axis=2, dtype=np.float64)
        mass = self.mass
        cost = mass[:, None] * mass[None] / np.maximum(mass[:, None] + mass[None], 1e-300) * square
        idle = mass == 0
        cost[idle] = cost[:, idle] = np.inf
        np.fill_diagonal(cost, np.where(idle, 0.0, np.inf))  # an idle one leaves nothing behind
        joins = cost.argmin(axis=1)
        return joins, cost[np.arange(len(cost)), joins]

    def _splits(self) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """What each cell would gain by a second neuron, and half the way between the two, along its longest axis."""
        n = len(self.neurons)
        off = self._colors - self.neurons[self.cell]
        spread = np.empty((n, 3, 3))
        for a in range(3):
            for b in range(a, 3):
                product = self._weights * off[:, a] * off[:, b]
                spread[:, a, b] = spread[:, b, a] = np.bincount(self.cell, weights=product, minlength=n)
        values, vectors = np.linalg.eigh(spread / np.maximum(self.mass, 1e-300)[:, None, None])
        longest = np.maximum(values[:, 2], 0.0)
        axes = np.sqrt(SPLIT * longest)[:, None] * vectors[:, :, 2]
        return SPLIT * self.mass * longest, axes.astype(np.float32)

    def _reorder(self, moved: list[tuple[int, int]]) -> None:
        """Put each neuron that moved beside its new neighbour, on the side where the line stays shorter."""
        place = np.arange(len(self.neurons), dtype=np.float64)
        for leaver, beside in moved:
            ends = [k for k in (beside - 1, beside + 1) if 0 <= k < len(place)]
            distances = [float(((self.neurons[leaver] - self.neurons[k]) ** 2).sum()) for k in ends]
            side = ends[int(np.argmin(distances))] if ends else beside
            place[leaver] = beside + 0.5 * np.sign(side - beside)
        order = np.argsort(place, kind="stable")
        rank = np.argsort(order).astype(np.int32)
        self.neurons, self.mass = self.neurons[order], self.mass[order]
        self.cell = rank[self.cell]


def _tune(tuner: Tuner) -> None:
    """Rounds and exchanges until no exchange pays, then the last rounds."""
    tuner.round()
    tuner.round()
    for _ in range(EXCHANGES):
        if not tuner.exchange():
            break
        for _ in range(ROUNDS):
            tuner.round()
    for _ in range(LAST_ROUNDS):
        tuner.round()


def _weigh(colors: Pixels, counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """How much each distinct color (m, 3) counts in training, by how often it occurs (m,): see CAP and EVENNESS."""
    capped = np.minimum(counts, CAP * counts.sum())
    _, region = np.unique(pack(np.right_shift(colors, 2, dtype=np.uint8)), return_inverse=True)
    weights: NDArray[np.float64] = capped * np.bincount(region, weights=capped)[region] ** -EVENNESS
    return weights


def train(
    sample: Sample, colors: int, seed: int = 0, on_progress: Callable[[int, int], None] = lambda done, steps: None
) -> Palette:
    """The palette of at most `colors` entries (>= 1) for a sample; the same seed gives the same palette.

    A sample whose clip has no more distinct colors than that is not trained on: its palette is those colors, exactly.
    `on_progress` is told steps done and steps in all.
    """
    if sample.colors is not None and len(sample.colors) <= colors:
        return Palette(sample.colors if len(sample.colors) else np.zeros((1, 3), np.uint8))
    packed, counts = np.unique(pack(sample.pixels), return_counts=True)
    distinct = unpack(packed)
    weights = _weigh(distinct, counts)
    lab = oklab(distinct)
    neurons = lab[:0]
    for done, line in unfold(lab, weights, colors, seed):
        neurons = line
        on_progress(done, STEPS)
    tuner = Tuner(neurons, lab, weights)
    _tune(tuner)
    return Palette(_once(srgb(tuner.neurons)))


def _once(colors: Pixels) -> Pixels:
    """Without the rows that stand already further up: two neurons may round to one color."""
    _, first = np.unique(colors, axis=0, return_index=True)
    return colors[np.sort(first)]
