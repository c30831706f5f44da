"""The nearest entry of a palette: a search, and exact mapping of pixels at the speed of a lookup.

For the search, OKLab is cut into cells. The first color in a cell makes a list of the entries that may be the nearest
for any color there, and all colors of that cell are compared with these only. For pictures, a table over all 2**24
colors is filled as colors are met: a color is searched once, and later it is one read. Clips have some 10**5 to 10**6
distinct colors and many times more pixels.
"""

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Pixels
from gifsom.core.jit import inner, kernel
from gifsom.palette.color import oklab

CELLS = 32
"""Cells of OKLab in a unit of each axis, at most 60: with fewer the lists are long, and more take long to make."""

MANY = 50
"""The same where far more colors are searched."""

_PENDING = 0xFFFF
_CHUNK = 1 << 16
_ROUNDED = np.float32(3e-6)  # more than the rounding error of squared distances


@inner
def _within(
    cell: int, cells: int, entries: NDArray[np.float32], away: NDArray[np.float32], near: NDArray[np.uint16], used: int
) -> int:
    """List in `near`, from `used` on, how many of entries (3, n) may be the nearest of a color in a cell, and them.

    That is each to which not all of the cell is farther than to the one that is nearest to its middle. `away` (n,) is
    room. Where the list ends.
    """
    side, half = np.float32(1 / cells), np.float32(0.5)
    xs, ys, zs = entries[0], entries[1], entries[2]
    x = (np.float32(cell >> 12) + half) * side
    y = (np.float32(cell >> 6 & 63) + half) * side - half
    z = (np.float32(cell & 63) + half) * side - half
    for k in range(xs.shape[0]):
        dx, dy, dz = xs[k] - x, ys[k] - y, zs[k] - z
        away[k] = dx * dx + dy * dy + dz * dz
    middle, least = 0, away[0]
    for k in range(xs.shape[0]):
        if away[k] < least:
            middle, least = k, away[k]
    x, y, z = xs[middle], ys[middle], zs[middle]
    least += _ROUNDED
    for k in range(xs.shape[0]):
        away[k] -= (abs(xs[k] - x) + abs(ys[k] - y) + abs(zs[k] - z)) * side
    last = used
    for k in range(xs.shape[0]):
        near[last + 1] = k
        last += away[k] <= least
    near[used] = last - used
    return last + 1


@kernel
def _search(
    colors: NDArray[np.float32],
    entries: NDArray[np.float32],
    cells: int,
    away: NDArray[np.float32],
    lists: NDArray[np.int32],
    near: NDArray[np.uint16],
    used: int,
    out: NDArray[np.int32],
) -> int:
    """The nearest of entries (3, n) for each of colors (m, 3), of equals the lowest, into `out` (m,).

    `lists` (2**18,) says where in `near` there is the list of each cell, 0: nowhere yet; `used` of it are. `away` (n,)
    is room. How many are used then.
    """
    scale, half = np.float32(cells), np.float32(0.5)
    for i in range(colors.shape[0]):
        x, y, z = colors[i, 0], colors[i, 1], colors[i, 2]
        cell = int(x * scale) << 12 | int((y + half) * scale) << 6 | int((z + half) * scale)
        if lists[cell] == 0:
            if used + entries.shape[1] >= near.shape[0]:  # all is made anew
                for k in range(lists.shape[0]):
                    lists[k] = 0
                used = 1
            lists[cell] = used
            used = _within(cell, cells, entries, away, near, used)
        first = np.int64(lists[cell]) + 1
        nearest, best = np.uint16(0), np.float32(np.inf)
        for at in range(first, first + np.int64(near[first - 1])):
            entry = near[at]
            dx, dy, dz = entries[0, entry] - x, entries[1, entry] - y, entries[2, entry] - z
            d = dx * dx + dy * dy + dz * dz
            if d < best:
                best, nearest = d, entry
        out[i] = nearest
    return used


class ColorIndex:
    """Nearest-neighbor index over colors: lab (n, 3) float32 OKLab, n >= 1, with `cells` cells in a unit of each
    axis."""

    def __init__(self, lab: NDArray[np.float32], cells: int = CELLS) -> None:
        self._lab = lab
        self._cells = cells
        self._entries = np.ascontiguousarray(lab.T)
        self._away = np.empty(len(lab), np.float32)
        self._lists = np.zeros(1 << 18, np.int32)  # takes memory only where there are colors
        self._near = np.empty(1 << 18, np.uint16)
        self._used = 1

    def nearest(self, lab: NDArray[np.float32]) -> NDArray[np.int32]:
        """Index of the nearest entry for each of lab (m, 3) float32, of equals the lowest: (m,) int32.

        The colors searched must lie in the sRGB gamut.
        """
        found = np.empty(len(lab), np.int32)
        for start in range(0, len(lab), _CHUNK):
            inside = slice(start, start + _CHUNK)
            lists = self._cells, self._away, self._lists, self._near, self._used
            self._used = _search(lab[inside], self._entries, *lists, found[inside])
        return found

    def squared(self, lab: NDArray[np.float32]) -> NDArray[np.float32]:
        """Squared distance of each of lab (m, 3) float32 to its nearest entry: (m,) float32."""
        away: NDArray[np.float32] = ((lab - self._lab[self.nearest(lab)]) ** 2).sum(axis=1)
        return away


@kernel
def _look_up(
    pixels: Pixels,
    table: NDArray[np.uint16],
    out: NDArray[np.unsignedinteger],
    colors: NDArray[np.uint32],
    missed: NDArray[np.int32],
    new: NDArray[np.uint8],
) -> tuple[int, int]:
    """The indices of pixels (3 * n,) that `table` knows; the other ones are listed in `missed`, their colors in `new`.

    `colors` (n,) are the pixels as numbers then. `missed` is (n,); `new` is (n, 3), in which each color is once, and
    which the table says to be pending from here on. How many they are.
    """
    for i in range(out.shape[0]):
        colors[i] = np.uint32(pixels[3 * i]) << 16 | np.uint32(pixels[3 * i + 1]) << 8 | np.uint32(pixels[3 * i + 2])
    misses, count = 0, 0
    for i in range(out.shape[0]):
        known = table[colors[i]]
        out[i] = known - np.uint16(1)
        if known == 0:
            missed[misses] = i
            misses += 1
    for k in range(misses):
        color = colors[missed[k]]
        if table[color] == 0:
            table[color] = _PENDING
            new[count, 0], new[count, 1], new[count, 2] = color >> 16, color >> 8 & 255, color & 255
            count += 1
    return misses, count


@kernel
def _complete(
    colors: NDArray[np.uint32],
    missed: NDArray[np.int32],
    found: NDArray[np.int32],
    table: NDArray[np.uint16],
    out: NDArray[np.unsignedinteger],
) -> None:
    """Put what `_look_up` missed of colors (n,) into `table` and `out`; `found` (m,) is the entry of each new color."""
    count = 0
    for k in range(missed.shape[0]):
        color = colors[missed[k]]
        if table[color] == _PENDING:
            table[color] = 1 + found[count]
            count += 1
        out[missed[k]] = table[color] - 1


class Mapper:
    """Maps pictures to the nearest entries of one palette by OKLab distance, of equals the lowest index.

    lab (n, 3) float32 are the palette's colors, 1 <= n <= 1024. The table reserves 32 MB; only pages in use count.
    """

    def __init__(self, lab: NDArray[np.float32]) -> None:
        self._table = np.zeros(1 << 24, np.uint16)  # 0: not met yet, else 1 + the index
        self._entries = ColorIndex(lab, MANY)
        self._colors = np.empty(_CHUNK, np.uint32)
        self._missed = np.empty(_CHUNK, np.int32)
        self._new = np.empty((_CHUNK, 3), np.uint8)
        self._dtype = np.uint8 if len(lab) <= 256 else np.uint16

    def map(self, pixels: Pixels) -> NDArray[np.unsignedinteger]:
        """(..., 3) uint8, C-contiguous and read-only, to (...) indices: uint8 up to 256 entries, else uint16."""
        flat = pixels.reshape(-1)
        out: NDArray[np.unsignedinteger] = np.empty(len(flat) // 3, self._dtype)
        for start in range(0, len(out), _CHUNK):
            self._map(flat[3 * start : 3 * (start + _CHUNK)], out[start : start + _CHUNK])
        return out.reshape(pixels.shape[:-1])

    def _map(self, pixels: Pixels, out: NDArray[np.unsignedinteger]) -> None:
        misses, new = _look_up(pixels, self._table, out, self._colors, self._missed, self._new)
        if misses:
            found = self._entries.nearest(oklab(self._new[:new]))
            _complete(self._colors, self._missed[:misses], found, self._table, out)
