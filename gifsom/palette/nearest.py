"""The nearest entry of a palette: a search, and exact mapping of pixels at the speed of a lookup.

For the search, OKLab is cut into cells. The first color in a cell makes a list of the entries that may be the nearest
for any color there, and all colors of that cell are compared with these only. For pictures, a table over all 2**24
colors is filled as colors are met: a color is searched once, and later it is one read. Clips have some 10**5 to 10**6
distinct colors and many times more pixels.
"""

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Pixels
from gifsom.native import nearest
from gifsom.palette.color import oklab

CELLS = 32
"""Cells of OKLab in a unit of each axis, at most 60: with fewer the lists are long, and more take long to make."""

MANY = 50
"""The same where far more colors are searched."""

LISTED = 1 << 18
"""Entries in all lists together; when they are full, the lists are made anew."""

_CHUNK = 1 << 18  # colors in one call


class ColorIndex:
    """Nearest-neighbor index over colors: lab (n, 3) float32 OKLab, n >= 1, with `cells` cells in a unit of each
    axis."""

    def __init__(self, lab: NDArray[np.float32], cells: int = CELLS) -> None:
        self._lab = lab
        self._cells = cells
        self._entries = np.ascontiguousarray(lab.T)
        self._away = np.empty(len(lab), np.float32)
        self._cell_lists = np.zeros(nearest.most_cells(), np.int32)  # takes memory only where there are colors
        self._lists = np.empty(LISTED, nearest.CANDIDATE)  # here, too
        self._used = 1

    def nearest(self, lab: NDArray[np.float32]) -> NDArray[np.int32]:
        """Index of the nearest entry for each of lab (m, 3) float32, of equals the lowest: (m,) int32.

        The colors searched must lie in the sRGB gamut.
        """
        found = np.empty(len(lab), np.int32)
        for start in range(0, len(lab), _CHUNK):
            inside = slice(start, start + _CHUNK)
            lists = self._cells, self._away, self._cell_lists, self._lists, self._used
            self._used = nearest.search(lab[inside], self._entries, *lists, found[inside])
        return found

    def squared(self, lab: NDArray[np.float32]) -> NDArray[np.float32]:
        """Squared distance of each of lab (m, 3) float32 to its nearest entry: (m,) float32."""
        away: NDArray[np.float32] = ((lab - self._lab[self.nearest(lab)]) ** 2).sum(axis=1)
        return away


class Mapper:
    """Maps pictures to the nearest entries of one palette by OKLab distance, of equals the lowest index.

    lab (n, 3) float32 are the palette's colors, 1 <= n <= 1024. The table reserves 32 MB; only pages in use count.
    """

    def __init__(self, lab: NDArray[np.float32]) -> None:
        self._table = np.zeros(nearest.COLORS, np.uint16)  # 0: not met yet, else 1 + the index
        self._entries = ColorIndex(lab, MANY)
        self._missed = np.empty(_CHUNK, np.int32)
        self._new = np.empty((_CHUNK, 3), np.uint8)
        self._dtype = np.uint8 if len(lab) <= 256 else np.uint16

    def map(self, pixels: Pixels) -> NDArray[np.unsignedinteger]:
        """(..., 3) uint8, C-contiguous, to (...) indices: uint8 up to 256 entries, else uint16."""
        flat = pixels.reshape(-1, 3)
        out: NDArray[np.unsignedinteger] = np.empty(len(flat), self._dtype)
        for start in range(0, len(out), _CHUNK):
            self._map(flat[start : start + _CHUNK], out[start : start + _CHUNK])
        return out.reshape(pixels.shape[:-1])

    def _map(self, pixels: Pixels, out: NDArray[np.unsignedinteger]) -> None:
        misses, new = nearest.look_up(pixels, self._table, out, self._missed, self._new)
        if misses:
            found = self._find(self._new[:new])
            nearest.complete(pixels, self._missed[:misses], found, self._table, out)

    def _find(self, colors: Pixels) -> NDArray[np.int32]:
        """Index of each of colors (n, 3) that are met for the first time: (n,) int32."""
        return self._entries.nearest(oklab(colors))
