"""Twins of the kernels in gifsom.native.color."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray


def pack(pixels: Iterable[Sequence[int]]) -> list[int]:
    """One number 0xRRGGBB a color."""
    return [int(r) * 65536 + int(g) * 256 + int(b) for r, g, b in pixels]


def cube_root(x: np.float64) -> np.float64:
    """A guess by the bits of the number in float32, two steps of Newton's method, and one of Halley's in float64."""
    third, rough = np.float32(1 / 3), np.float32(x)
    y = np.uint32(int(rough.view(np.uint32)) // 3 + 709921077).view(np.float32)
    for _ in range(2):
        y = (y + y + rough / (y * y)) * third
    z = np.float64(y)
    cube = z * z * z
    return z - z * (cube - x) / (cube + cube + x) if x > 0 else np.float64(0)


def oklab(
    colors: Iterable[Sequence[int]],
    linear: NDArray[np.float64],
    to_lms: NDArray[np.float64],
    to_lab: NDArray[np.float64],
) -> NDArray[np.float32]:
    rows = []
    for color in colors:
        r, g, b = linear[list(color)]
        l, m, s = (cube_root(row[0] * r + row[1] * g + row[2] * b) for row in to_lms)  # noqa: E741
        rows.append([row[0] * l + row[1] * m + row[2] * s for row in to_lab])
    return np.array(rows, np.float64).reshape(-1, 3).astype(np.float32)


def true_oklab(
    colors: Iterable[Sequence[int]],
    linear: Sequence[float],
    to_lms: Sequence[Sequence[float]],
    to_lab: Sequence[Sequence[float]],
) -> list[list[float]]:
    """OKLab by the exact cube root, from which the kernel's is nearly the same."""
    found = []
    for color in colors:
        light = [linear[level] for level in color]
        lms = [math.cbrt(sum(a * b for a, b in zip(row, light, strict=True))) for row in to_lms]
        found.append([sum(a * b for a, b in zip(row, lms, strict=True)) for row in to_lab])
    return found
