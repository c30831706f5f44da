"""The palette's training: a one-dimensional self-organizing map in OKLab.

T. Kohonen, "Self-organized formation of topologically correct feature maps", Biological Cybernetics 43, 1982;
A. Dekker, "Kohonen neural networks for optimal color quantization", Network 5, 1994, who starts the map on the line of
greys. Here both the neighbourhood and the rate shrink geometrically until single colors are tuned alone, and a few
rounds of Lloyd's algorithm (S. Lloyd, "Least squares quantization in PCM", 1982) put each color at the mean of its
cell. The order of the map stays: neighbours in the table are neighbours in color.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gifsom.clip import Pixels
from gifsom.color import oklab, srgb
from gifsom.jit import kernel
from gifsom.palette.palette import Palette
from gifsom.palette.sample import Sample

STEPS = 400_000
"""Pixels shown to the map: twice as many lower the error by 2 %, half as many raise it by 5 %."""

CHUNK = 50_000
"""Steps in one call of the kernel: some 20 ms, so that a signal is not kept waiting."""

RADIUS = (1 / 8, 0.25)
"""Neighbourhood (standard deviation of a Gaussian along the map) at the start, as a part of the map, and at the end, in
neurons: there the nearest neighbour moves by exp(-8) of the winner's step, that is, not at all."""

RATE = (0.5, 0.02)
"""Part of the way to the pixel that the winner moves, at the start and at the end."""

ROUNDS = 4
"""Rounds of Lloyd's algorithm: later ones gain less than 0.5 % each."""


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
    """Steps `first` to `last` of `steps`: neurons (3, n) in place, pixels (m, 3) shown in order, again and again."""
    n = neurons.shape[1]
    distance = np.empty(n, np.float32)
    for step in range(first, last):
        done = step / steps
        sigma = radius[0] * (radius[1] / radius[0]) ** done
        pull = rate[0] * (rate[1] / rate[0]) ** done
        p = step % pixels.shape[0]
        x, y, z = pixels[p, 0], pixels[p, 1], pixels[p, 2]
        for j in range(n):
            dx, dy, dz = neurons[0, j] - x, neurons[1, j] - y, neurons[2, j] - z
            distance[j] = dx * dx + dy * dy + dz * dz
        winner = 0
        for j in range(1, n):
            if distance[j] < distance[winner]:
                winner = j
        reach = int(3.0 * sigma)
        for j in range(max(0, winner - reach), min(n, winner + reach + 1)):
            weight = np.float32(pull * np.exp(-0.5 * ((j - winner) / sigma) ** 2))
            neurons[0, j] += weight * (x - neurons[0, j])
            neurons[1, j] += weight * (y - neurons[1, j])
            neurons[2, j] += weight * (z - neurons[2, j])


@kernel
def _assign(
    colors: NDArray[np.float32], neurons: NDArray[np.float32], cell: NDArray[np.int32], error: NDArray[np.float32]
) -> None:
    """The nearest of neurons (n, 3), ascending in lightness, for each of colors (m, 3), and its squared distance."""
    n = neurons.shape[0]
    for i in range(colors.shape[0]):
        x, y, z = colors[i, 0], colors[i, 1], colors[i, 2]
        up = np.searchsorted(neurons[:, 0], x)
        down = up - 1
        best, best_at = np.float32(np.inf), -1
        while up < n or down >= 0:
            if up < n:
                dx = neurons[up, 0] - x
                if dx * dx >= best:
                    up = n
                else:
                    dy, dz = neurons[up, 1] - y, neurons[up, 2] - z
                    d = dx * dx + dy * dy + dz * dz
                    if d < best:
                        best, best_at = d, up
                    up += 1
            if down >= 0:
                dx = neurons[down, 0] - x
                if dx * dx >= best:
                    down = -1
                else:
                    dy, dz = neurons[down, 1] - y, neurons[down, 2] - z
                    d = dx * dx + dy * dy + dz * dz
                    if d < best:
                        best, best_at = d, down
                    down -= 1
        cell[i] = best_at
        error[i] = best


def _tune(neurons: NDArray[np.float32], lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """One round of Lloyd's algorithm: a neuron goes to the mean of its cell, an idle one to the worst-served pixel."""
    order = np.argsort(neurons[:, 0], kind="stable")
    cell = np.empty(len(lab), np.int32)
    error = np.empty(len(lab), np.float32)
    for part in range(0, len(lab), CHUNK):
        inside = slice(part, part + CHUNK)
        _assign(lab[inside], neurons[order], cell[inside], error[inside])
    count = np.bincount(cell, minlength=len(neurons))
    total = np.stack([np.bincount(cell, weights=lab[:, k], minlength=len(neurons)) for k in range(3)], axis=1)
    tuned = neurons.copy()
    used = count > 0
    tuned[order[used]] = total[used] / count[used, None]
    idle = order[~used]
    if idle.size:
        tuned[idle] = lab[np.argsort(error, kind="stable")[::-1][: idle.size]]
    return tuned


def train(
    sample: Sample, colors: int, seed: int = 0, on_progress: Callable[[int, int], None] = lambda done, steps: None
) -> Palette:
    """The palette of at most `colors` entries (>= 1) for a sample; the same seed gives the same palette.

    A sample whose clip has no more distinct colors than that is not trained on: its palette is those colors, exactly.
    `on_progress` is told steps done and steps in all.
    """
    if sample.colors is not None and len(sample.colors) <= colors:
        return Palette(sample.colors if len(sample.colors) else np.zeros((1, 3), np.uint8))
    lab = oklab(np.random.default_rng(seed).permutation(sample.pixels))
    line = np.zeros((3, colors), np.float32)
    line[0] = np.linspace(lab[:, 0].min(), lab[:, 0].max(), colors)  # the greys of the clip
    radius = (max(colors * RADIUS[0], RADIUS[1]), RADIUS[1])
    for step in range(0, STEPS, CHUNK):
        _learn(line, lab, step, step + CHUNK, STEPS, radius, RATE)
        on_progress(step + CHUNK, STEPS)
    neurons = np.ascontiguousarray(line.T)
    for _ in range(ROUNDS):
        neurons = _tune(neurons, lab)
    return Palette(_distinct(srgb(neurons)))


def _distinct(colors: Pixels) -> Pixels:
    """Without the rows that stand already further up: two neurons may round to one color."""
    _, first = np.unique(colors, axis=0, return_index=True)
    return colors[np.sort(first)]
