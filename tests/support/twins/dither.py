"""Twins of the kernels in gifsom.native.dither."""

import numpy as np
from numpy.typing import NDArray


def square(a: NDArray[np.float32], b: NDArray[np.float32]) -> np.float32:
    x, y, z = a - b
    return x * x + y * y + z * z


def nearest(colors: NDArray[np.float32], candidates: NDArray[np.uint16], color: NDArray[np.float32]) -> int:
    """The first of those whose colors are nearest."""
    return int(min(candidates, key=lambda candidate: float(square(colors[candidate], color))))


def move(
    pixels: NDArray[np.float32],
    best: NDArray[np.uint16],
    lasting: NDArray[np.uint8],
    masking: float,
    top: int,
    left: int,
    colors: NDArray[np.float32],
    near: NDArray[np.uint16],
    noise: NDArray[np.float32],
    smooth: float,
    visible: float,
) -> None:
    side = len(noise)
    for (y, x), entry in np.ndenumerate(best.copy()):
        calm = (float(lasting[y, x]) / float(pixels[y, x, 3]) - 1) / masking
        away = np.float32(np.sqrt(square(colors[entry], pixels[y, x, :3])))
        if calm >= smooth or (calm == 0 and smooth < np.inf) or away < visible:
            continue
        gap = np.float32(np.sqrt(square(colors[near[entry, 1]], colors[entry])))
        far = np.float32(1 - calm / smooth) * min(np.float32(2) * away, gap)
        pixels[y, x, :3] += far * noise[(top + y) % side, (left + x) % side]
        best[y, x] = nearest(colors, near[entry], pixels[y, x, :3])


def diffuse(
    pixels: NDArray[np.float32], best: NDArray[np.uint16], colors: NDArray[np.float32], near: NDArray[np.uint16]
) -> None:
    h, w = best.shape
    errors = np.zeros((h + 1, w + 2, 3), np.float32)
    for (y, x), entry in np.ndenumerate(best.copy()):
        color = pixels[y, x, :3].copy()
        if square(colors[entry], color) < np.float32(1e-8):
            continue
        color += np.clip(errors[y, x + 1], np.float32(-0.04), np.float32(0.04))
        best[y, x] = nearest(colors, near[entry], color)
        pixels[y, x, :3] = colors[best[y, x]]
        error = (color - pixels[y, x, :3]) / np.float32(16)
        errors[y, x + 2] += 7 * error
        errors[y + 1, x] += 3 * error
        errors[y + 1, x + 1] += 5 * error
        errors[y + 1, x + 2] += error
