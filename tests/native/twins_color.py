"""Slow, obvious twin of the conversion to OKLab, whose cube roots are rounded as the kernel's are."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray


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
