"""Twins of the kernels in gifsom.native.salience."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray


def region(red: int, green: int, blue: int) -> int:
    """Regions of 8 x 8 x 8 levels, numbered by red, then green, then blue."""
    return red // 8 * 1024 + green // 8 * 32 + blue // 8


def patches(colors: Iterable[int], picture: int, most: Mapping[int, Sequence[int]]) -> dict[int, list[int]]:
    """For each region of 8 x 8 x 8 levels its pixels, the sums of their channels, and the picture with most of them."""
    now: dict[int, list[int]] = {}
    for color in colors:
        r, g, b = color // 65536, color // 256 % 256, color % 256
        at = region(r, g, b)
        now[at] = [have + more for have, more in zip(now.get(at, [0] * 4), (1, r, g, b), strict=True)]
    larger = {region: [*sums, picture] for region, sums in now.items() if sums[0] > most.get(region, [0])[0]}
    return {region: list(sums) for region, sums in most.items()} | larger


def flats(picture: Sequence[Sequence[int]], hidden: NDArray[np.bool_] | None, edge: int) -> dict[int, int]:
    """For each color its pixels that are as the left and the upper one, less `edge` for each that is as one of them.

    A pixel that is hidden, or as one that is, does not count. Each sum stays within -16383 and 16383.
    """
    extents: dict[int, int] = {}
    for y, row in enumerate(picture):
        for x, color in enumerate(row):
            beside = [(y, x - 1)] * (x > 0) + [(y - 1, x)] * (y > 0)
            alike = [(v, u) for v, u in beside if picture[v][u] == color]
            if alike and (hidden is None or not any(hidden[place] for place in [(y, x), *alike])):
                more = extents.get(color, 0) + (1 if len(alike) == 2 else -edge)
                extents[color] = min(max(more, -16383), 16383)
    return extents
