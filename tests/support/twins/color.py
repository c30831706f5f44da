"""Twins of the kernels in gifsom.palette.color."""

import math
from collections.abc import Iterable, Sequence


def pack(pixels: Iterable[Sequence[int]]) -> list[int]:
    """One number 0xRRGGBB a color."""
    return [int(r) * 65536 + int(g) * 256 + int(b) for r, g, b in pixels]


def cube_roots(values: Iterable[float]) -> list[float]:
    return [math.cbrt(value) for value in values]


def oklab(
    colors: Iterable[Sequence[int]],
    linear: Sequence[float],
    to_lms: Sequence[Sequence[float]],
    to_lab: Sequence[Sequence[float]],
) -> list[list[float]]:
    found = []
    for color in colors:
        light = [linear[level] for level in color]
        lms = [math.cbrt(sum(a * b for a, b in zip(row, light, strict=True))) for row in to_lms]
        found.append([sum(a * b for a, b in zip(row, lms, strict=True)) for row in to_lab])
    return found
