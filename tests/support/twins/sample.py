"""Twins of the kernels in gifsom.native.sample."""

from collections.abc import Iterable, Sequence

import numpy as np


def note_colors(colors: Iterable[int], found: list[int], room: int) -> int:
    """Adds new colors to `found` in the order in which they appear; room + 1 where there is one more than fits."""
    for color in colors:
        if color not in found:
            if len(found) == room:
                return room + 1
            found.append(color)
    return len(found)


def renew(pixels: Sequence[Sequence[Sequence[int]]], before: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
    """The colors of a picture as numbers, eight times their luma, and the places where colors are not as before."""
    flat = [color for row in pixels for color in row]
    colors = [r * 256**2 + g * 256 + b for r, g, b in flat]
    changed = [place for place, (new, old) in enumerate(zip(colors, before, strict=True)) if new != old]
    return colors, [2 * r + 5 * g + b for r, g, b in flat], changed


def activity(luma: Sequence[Sequence[int]], places: Iterable[int]) -> list[float]:
    """The mean step of luma to the right and to the lower neighbour, of the 3 x 3 pixels two apart around each place.

    Those outside the picture do not count; at its border there is no step outwards.
    """
    h, w = len(luma), len(luma[0])
    means: list[float] = []
    for place in places:
        middle, center = divmod(place, w)
        around = [(middle + down, center + right) for down in (-2, 0, 2) for right in (-2, 0, 2)]
        around = [(y, x) for y, x in around if y in range(h) and x in range(w)]
        right = [abs(luma[y][x] - luma[y][x + 1]) for y, x in around if x + 1 < w]
        lower = [abs(luma[y][x] - luma[y + 1][x]) for y, x in around if y + 1 < h]
        means.append(float(np.float32((sum(right) + sum(lower)) / (8 * 255 * len(around)))))
    return means
