"""Exact mapping of pixels to a palette at the speed of a lookup.

A table over all 2**24 colors is filled as colors are met: the first time a color is searched exactly, later it is
one read. Clips have some 10**5 to 10**6 distinct colors and many times more pixels. The search runs outwards from the
color's own lightness and stops where the lightness alone is farther away than the best entry.
"""

import numpy as np
from numpy.typing import NDArray

from gifsom.clip import Pixels
from gifsom.color import oklab, unpack
from gifsom.jit import kernel
from gifsom.palette.palette import Palette

_PENDING = 0xFFFF
_CHUNK = 1 << 16


@kernel
def _collect(pixels: Pixels, table: NDArray[np.uint16], fresh: NDArray[np.uint32]) -> int:
    """The colors of pixels (n, 3) that `table` does not know, once each, into `fresh`; how many there are."""
    count = 0
    for i in range(pixels.shape[0]):
        color = np.int64(pixels[i, 0]) << 16 | np.int64(pixels[i, 1]) << 8 | np.int64(pixels[i, 2])
        if table[color] == 0:
            table[color] = _PENDING
            fresh[count] = color
            count += 1
    return count


@kernel
def _search(
    colors: NDArray[np.float32], entries: NDArray[np.float32], rank: NDArray[np.int64], out: NDArray[np.uint16]
) -> None:
    """1 + the index of the nearest entry for each of colors (m, 3); of equals the lowest index.

    entries (n, 3) ascend in lightness; rank (n,) is the index that each has in the palette.
    """
    n = entries.shape[0]
    for i in range(colors.shape[0]):
        x, y, z = colors[i, 0], colors[i, 1], colors[i, 2]
        up = np.searchsorted(entries[:, 0], x)
        down = up - 1
        best, index = np.float32(np.inf), np.int64(n)
        while up < n or down >= 0:
            if up < n:
                dx = entries[up, 0] - x
                if dx * dx > best:
                    up = n
                else:
                    dy, dz = entries[up, 1] - y, entries[up, 2] - z
                    d = dx * dx + dy * dy + dz * dz
                    if d < best or (d == best and rank[up] < index):
                        best, index = d, rank[up]
                    up += 1
            if down >= 0:
                dx = entries[down, 0] - x
                if dx * dx > best:
                    down = -1
                else:
                    dy, dz = entries[down, 1] - y, entries[down, 2] - z
                    d = dx * dx + dy * dy + dz * dz
                    if d < best or (d == best and rank[down] < index):
                        best, index = d, rank[down]
                    down -= 1
        out[i] = index + 1


@kernel
def _look_up(pixels: Pixels, table: NDArray[np.uint16], out: NDArray[np.uint8]) -> None:
    """The indices of pixels (n, 3), all of which `table` knows."""
    for i in range(pixels.shape[0]):
        color = np.int64(pixels[i, 0]) << 16 | np.int64(pixels[i, 1]) << 8 | np.int64(pixels[i, 2])
        out[i] = table[color] - 1


class Mapper:
    """Maps pictures to the nearest entries of one palette by OKLab distance, of equals the lowest index.

    The palette has at most 256 entries. The table takes up to 32 MB, of which only what is used counts.
    """

    def __init__(self, palette: Palette) -> None:
        self._table = np.zeros(1 << 24, np.uint16)  # 0: not met yet, else 1 + the index
        self._rank = np.argsort(palette.lab[:, 0], kind="stable")
        self._entries = np.ascontiguousarray(palette.lab[self._rank])

    def map(self, pixels: Pixels) -> NDArray[np.uint8]:
        """(h, w, 3) uint8, C-contiguous and read-only, to (h, w) uint8 indices."""
        flat = pixels.reshape(-1, 3)
        fresh = np.empty(len(flat), np.uint32)
        fresh = fresh[: _collect(flat, self._table, fresh)]
        for part in range(0, len(fresh), _CHUNK):
            colors = fresh[part : part + _CHUNK]
            index = np.empty(len(colors), np.uint16)
            _search(oklab(unpack(colors)), self._entries, self._rank, index)
            self._table[colors] = index
        out = np.empty(len(flat), np.uint8)
        _look_up(flat, self._table, out)
        return out.reshape(pixels.shape[:2])
