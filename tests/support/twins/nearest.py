"""Twins of the kernels in gifsom.native.nearest."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from twins.color import pack


def look_up(
    pixels: Iterable[Sequence[int]], index: Mapping[int, int]
) -> tuple[list[int | None], list[int], list[list[int]]]:
    """The indices of known colors; the places of the other ones, and these colors, each once, as they appear."""
    numbers = pack(pixels)
    missed = [place for place, color in enumerate(numbers) if color not in index]
    new = dict.fromkeys(numbers[place] for place in missed)
    return [index.get(color) for color in numbers], missed, [[*color.to_bytes(3, "big")] for color in new]


def distances(color: NDArray[np.float32], entries: NDArray[np.float32]) -> NDArray[np.float32]:
    """Squared distances of a color (3,) to entries (n, 3), each product and sum rounded to float32."""
    d = entries - color
    squares = d * d
    assert squares.dtype == np.float32
    return squares[:, 0] + squares[:, 1] + squares[:, 2]


def within(cell: int, cells: int, entries: NDArray[np.float32], rounded: float) -> list[int]:
    """The entries (n, 3) to which not all of a cell is farther than to the one that is nearest to its middle."""
    low = np.array([cell >> 12, cell >> 6 & 63, cell & 63]) / cells - [0, 0.5, 0.5]
    corners = [low + np.array([x, y, z]) / cells for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    middle = ((entries - np.mean(corners, axis=0)) ** 2).sum(axis=1).argmin()
    squares = [((entries - corner) ** 2).sum(axis=1) for corner in corners]  # what is farther at all corners always is
    return [k for k in range(len(entries)) if any(square[k] <= square[middle] + rounded for square in squares)]


def complete(colors: Iterable[int], found: Sequence[int]) -> list[int]:
    """The entry of each color, of which the distinct ones, as they appear, have those that were found."""
    numbers = list(colors)
    entries = dict(zip(dict.fromkeys(numbers), found, strict=True))
    return [entries[number] for number in numbers]


def search(colors: NDArray[np.float32], entries: NDArray[np.float32]) -> list[int]:
    """The index of the nearest entry, of equals the lowest."""
    return [int(np.argmin(distances(color, entries))) for color in colors]
