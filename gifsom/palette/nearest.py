"""The nearest of a palette's entries: a search, and exact mapping of pixels at the speed of a lookup.

The search runs upwards and downwards in lightness and stops where the lightness alone is farther away than the best
entry. For pictures a table over all 2**24 colors is filled as colors are met: the first time a color is searched, later
it is one read. Clips have some 10**5 to 10**6 distinct colors and many times more pixels.
"""

import numpy as np
from numpy.typing import NDArray

from gifsom.clip import Pixels
from gifsom.color import oklab, unpack
from gifsom.jit import kernel

_PENDING = 0xFFFF
_CHUNK = 1 << 16
_HALF = np.float32(0.249)  # half the distance, squared, and a little less for what is rounded


@kernel
def _search(
    colors: NDArray[np.float32],
    entries: NDArray[np.float32],
    rank: NDArray[np.int64],
    own: NDArray[np.float32],
    place: NDArray[np.int32],
) -> None:
    """The place of the nearest entry for each of colors (m, 3); of equals the one of lowest rank.

    entries (n, 3) ascend in lightness; rank (n,) is the index that each has in the palette; own (n,) is the squared
    distance up to which no other entry can be nearer. `place` comes in with a guess each, from which the search goes
    upwards and downwards; a good one makes it short, and changes nothing else.
    """
    n = entries.shape[0]
    for i in range(colors.shape[0]):
        x, y, z = colors[i, 0], colors[i, 1], colors[i, 2]
        guess = int(place[i])
        nearest = guess
        dx, dy, dz = entries[guess, 0] - x, entries[guess, 1] - y, entries[guess, 2] - z
        best = dx * dx + dy * dy + dz * dz
        if best < own[guess]:
            continue
        for k in range(guess + 1, n):
            dx = entries[k, 0] - x
            if dx > 0 and dx * dx > best:
                break
            dy, dz = entries[k, 1] - y, entries[k, 2] - z
            d = dx * dx + dy * dy + dz * dz
            if d < best or (d == best and rank[k] < rank[nearest]):
                best, nearest = d, k
        for k in range(guess - 1, -1, -1):
            dx = entries[k, 0] - x
            if dx < 0 and dx * dx > best:
                break
            dy, dz = entries[k, 1] - y, entries[k, 2] - z
            d = dx * dx + dy * dy + dz * dz
            if d < best or (d == best and rank[k] < rank[nearest]):
                best, nearest = d, k
        place[i] = nearest


@kernel
def _spacing(entries: NDArray[np.float32], spacing: NDArray[np.float32]) -> None:
    """The squared distance of each of entries (n, 3), ascending in lightness, to the nearest other one; inf for one."""
    n = entries.shape[0]
    for i in range(n):
        best = np.float32(np.inf)
        for step in (-1, 1):
            k = i + step
            while 0 <= k < n:
                dx = entries[k, 0] - entries[i, 0]
                if dx * dx > best:
                    break
                dy, dz = entries[k, 1] - entries[i, 1], entries[k, 2] - entries[i, 2]
                best = min(best, dx * dx + dy * dy + dz * dz)
                k += step
        spacing[i] = best


class Entries:
    """Colors to be searched: lab (n, 3) float32 OKLab, n >= 1."""

    def __init__(self, lab: NDArray[np.float32]) -> None:
        self._lab = lab
        self._rank = np.argsort(lab[:, 0], kind="stable")
        self._place = np.argsort(self._rank).astype(np.int32)
        self._sorted = np.ascontiguousarray(lab[self._rank])
        self._own = np.empty(len(lab), np.float32)
        _spacing(self._sorted, self._own)
        self._own *= _HALF

    def nearest(self, lab: NDArray[np.float32], guess: NDArray[np.int32] | None = None) -> NDArray[np.int32]:
        """The index of the nearest entry for each of lab (m, 3) float32, of equals the lowest: (m,) int32.

        A good guess (m,) of it makes the search faster; without one, it begins at the entry of the same lightness.
        """
        if guess is None:
            place = np.searchsorted(self._sorted[:-1, 0], lab[:, 0]).astype(np.int32)
        else:
            place = self._place[guess]
        for part in range(0, len(lab), _CHUNK):
            inside = slice(part, part + _CHUNK)
            _search(lab[inside], self._sorted, self._rank, self._own, place[inside])
        return self._rank[place].astype(np.int32)

    def squared(self, lab: NDArray[np.float32]) -> NDArray[np.float32]:
        """The squared distance of each of lab (m, 3) float32 to its nearest entry: (m,) float32."""
        away: NDArray[np.float32] = ((lab - self._lab[self.nearest(lab)]) ** 2).sum(axis=1)
        return away


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
def _look_up(pixels: Pixels, table: NDArray[np.uint16], out: NDArray[np.unsignedinteger]) -> None:
    """The indices of pixels (n, 3), all of which `table` knows."""
    for i in range(pixels.shape[0]):
        color = np.int64(pixels[i, 0]) << 16 | np.int64(pixels[i, 1]) << 8 | np.int64(pixels[i, 2])
        out[i] = table[color] - 1


class Mapper:
    """Maps pictures to the nearest entries of one palette by OKLab distance, of equals the lowest index.

    lab (n, 3) float32 are the palette's colors, 1 <= n <= 1024. The table takes up to 32 MB, of which only what is used
    counts.
    """

    def __init__(self, lab: NDArray[np.float32]) -> None:
        self._table = np.zeros(1 << 24, np.uint16)  # 0: not met yet, else 1 + the index
        self._entries = Entries(lab)
        self._dtype = np.uint8 if len(lab) <= 256 else np.uint16

    def map(self, pixels: Pixels) -> NDArray[np.unsignedinteger]:
        """(..., 3) uint8, C-contiguous and read-only, to (...) indices: uint8 up to 256 entries, else uint16."""
        flat = pixels.reshape(-1, 3)
        fresh = np.empty(len(flat), np.uint32)
        fresh = fresh[: _collect(flat, self._table, fresh)]
        for part in range(0, len(fresh), _CHUNK):
            colors = fresh[part : part + _CHUNK]
            self._table[colors] = 1 + self._entries.nearest(oklab(unpack(colors)))
        out: NDArray[np.unsignedinteger] = np.empty(len(flat), self._dtype)
        _look_up(flat, self._table, out)
        return out.reshape(pixels.shape[:-1])
