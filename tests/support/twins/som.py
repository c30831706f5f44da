"""Twins of the kernels in gifsom.native.som."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from twins.nearest import distances


def learn(
    neurons: NDArray[np.float32],
    pixels: NDArray[np.float32],
    first: int,
    last: int,
    steps: int,
    radius: tuple[float, float],
    rate: tuple[float, float],
) -> NDArray[np.float32]:
    """What becomes of neurons (n, 3). Radius and rate are those of the last step that is a multiple of 256.

    A distance is rounded down to 14 bits; of equals the lowest neuron wins.
    """
    neurons = neurons.copy()
    for step in range(first, last):
        done = step // 256 * 256 / steps
        sigma = radius[0] * math.pow(radius[1] / radius[0], done)
        pull = rate[0] * math.pow(rate[1] / rate[0], done)
        pixel = pixels[step % len(pixels)]
        rounded = distances(pixel, neurons).view(np.int32) // 1024
        winner = int(np.argmin(rounded))
        for neuron in range(len(neurons)):
            away = (neuron - winner) / sigma
            if abs(neuron - winner) <= int(3.0 * sigma):
                weight = np.float32(
                    pull * math.exp(-0.5 * (away * away))
                )  # a square by `pow` may differ in its last bit
                neurons[neuron] += weight * (pixel - neurons[neuron])
    return neurons


def gather(
    colors: NDArray[np.float32], weights: Sequence[float], cells: Sequence[int], count: int
) -> list[list[float]]:
    """For each of `count` cells its weight, and its weighted color."""
    sums = [[0.0] * 4 for _ in range(count)]
    for color, weight, cell in zip(colors, weights, cells, strict=True):
        for k, value in enumerate([1.0, *color.tolist()]):
            sums[cell][k] += weight * value
    return sums
