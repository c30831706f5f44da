"""Local color tables: the entries of a large map that a frame needs most.

The first entries of the map are the global color table. A frame may have a local table, 3 bytes an entry, made of those
entries of the map that it needs most; it gets one where the distortion that it saves is worth more than these bytes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifsom.core.jit import inner, kernel
from gifsom.core.values import ANIMATED, TABLE
from gifsom.encoder.rd_lzw import CANDIDATES, STEEP
from gifsom.gif.lzw import minimum_code_size
from gifsom.palette.palette import Palette
from gifsom.palette.som import squared_distances

NEED = 1e-3
"""Least excess of a pixel, as shown now, for which its best color is asked for: with less, nearly all pixels ask in
every frame."""

NEAREST = 64
"""Nearest entries of each that are kept in order: of a large map, about CANDIDATES of them are in a table."""

_ROOM = 1024  # pixels that are looked at at a time


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A color table of a frame.

    entries     (k,) uint16: indices into the map
    lab         (k, 3) float32: their colors in OKLab
    candidates  (k, m) uint8: nearest entries of each, itself first
    to_local    (n,) uint8: nearest entry of the table for each entry of the map
    sq_error    (n,) float32: squared distance to it
    local       it belongs to one frame
    """

    entries: NDArray[np.uint16]
    lab: NDArray[np.float32]
    candidates: NDArray[np.uint8]
    to_local: NDArray[np.uint8]
    sq_error: NDArray[np.float32]
    local: bool

    @property
    def transparent(self) -> int | None:
        """The index that leaves a pixel unchanged, or None in a full table."""
        return len(self.entries) if len(self.entries) <= ANIMATED else None

    @property
    def symbols(self) -> int:
        """Number of indices in use, the transparent one included."""
        return min(ANIMATED, len(self.entries)) + 1

    @property
    def min_code_size(self) -> int:
        """LZW minimum code size."""
        return minimum_code_size(self.symbols)


@kernel
def _demand(
    best: NDArray[np.uint16],
    pixels: NDArray[np.float32],
    colors: NDArray[np.float32],
    shown: NDArray[np.uint16],
    limit: float,
    count: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> None:
    """Add to count and weight (n,) of an entry of the map each pixel that it is best for and that is not well as it is.

    Of pixels (m, 6) color and weight are known, as `weighted_pixels` gives them. They show entries (m,) of the map,
    whose colors are (n, 3); `limit` is the excess, as in `add_keep_costs`, up to which a pixel stays.
    """
    differing, asking = np.empty(_ROOM, np.uint16), np.empty(_ROOM, np.uint16)
    for start in range(0, best.shape[0], _ROOM):
        here = slice(start, start + _ROOM)
        entries, present, rows = best[here], shown[here], pixels[here]
        some, few = 0, 0  # counted without branches, which nobody could foresee
        for i in range(entries.shape[0]):
            differing[some] = i
            some += 1 if entries[i] != present[i] else 0
        for i in differing[:some]:
            b, s = entries[i], present[i]
            x, y, z = rows[i, 0], rows[i, 1], rows[i, 2]
            dx, dy, dz = colors[b, 0] - x, colors[b, 1] - y, colors[b, 2] - z
            base = dx * dx + dy * dy + dz * dz
            dx, dy, dz = colors[s, 0] - x, colors[s, 1] - y, colors[s, 2] - z
            e = max(dx * dx + dy * dy + dz * dz - base, np.float32(0.0)) * rows[i, 3]
            asking[few] = i
            few += 1 if e * (np.float32(1.0) + np.float32(STEEP) * e) > limit else 0
        for i in asking[:few]:
            count[entries[i]] += 1.0
            weight[entries[i]] += rows[i, 3]


@inner
def _heir(square: NDArray[np.float32], order: NDArray[np.uint16], alive: NDArray[np.bool_], i: int) -> int:
    """The nearest other entry to `i` that is alive; order (n, m) are the nearest ones of each, ascending."""
    for k in order[i]:
        if alive[k] and k != i:
            return int(k)
    nearest, least = -1, np.inf
    for k in range(alive.shape[0]):
        if alive[k] and k != i and square[i, k] < least:
            nearest, least = k, np.float64(square[i, k])
    return nearest


@kernel
def _slice(
    square: NDArray[np.float32],
    order: NDArray[np.uint16],
    count: NDArray[np.float64],
    weight: NDArray[np.float64],
    size: int,
    alive: NDArray[np.bool_],
) -> None:
    """Leave `size` entries alive of those that are, by dropping again and again the one that is missed least.

    What drops hands its pixels, count and weight (n,), to the nearest one that is left. square (n, n): squared
    distances; order (n, m): the nearest ones of each entry, ascending.
    """
    n = weight.shape[0]
    heir, costs = np.full(n, -1, np.int64), np.full(n, np.inf)
    bits = costs.view(np.int64)  # in the same order: the least of whole numbers is found faster
    wards, next_ward = np.full(n, -1, np.int64), np.empty(n, np.int64)  # whose heir an entry is: the last, those before
    pixels, mass = np.copy(count), np.copy(weight)
    changed, changes = np.empty(n + 1, np.int64), 0
    for i in range(n):
        if alive[i]:
            changed[changes] = i
            changes += 1
    dropped = -1
    for _ in range(changes - size):
        for i in changed[:changes]:
            if heir[i] == dropped:
                nearest = _heir(square, order, alive, i)
                heir[i], next_ward[i], wards[nearest] = nearest, wards[nearest], i
            e = np.float64(square[i, heir[i]]) * mass[i] / pixels[i]
            costs[i] = pixels[i] * (e * (1.0 + STEEP * e))
        least, dropped = bits[0], 0
        for i in range(n):
            least = min(least, bits[i])
        while bits[dropped] != least:
            dropped += 1
        alive[dropped] = False
        costs[dropped] = np.inf
        richer = heir[dropped]
        pixels[richer] += pixels[dropped]
        mass[richer] += mass[dropped]
        changed[0], changes = richer, 1
        ward = wards[dropped]
        while ward >= 0:
            if alive[ward]:
                changed[changes] = ward
                changes += 1
            ward = next_ward[ward]


@kernel
def _lay(
    square: NDArray[np.float32],
    order: NDArray[np.uint16],
    place: NDArray[np.int64],
    near: NDArray[np.uint8],
    slot: NDArray[np.uint8],
    away: NDArray[np.float32],
) -> None:
    """Fill in `near`, `slot` and `away` of a table, see `Table`; place (n,) is where each entry of the map is, or -1.

    square and order are as for `_slice`. Where fewer than m entries near one are known, it stands for the others.
    """
    for i in range(place.shape[0]):
        nearest = -1
        for k in order[i]:
            if place[k] >= 0:
                nearest = int(k)
                break
        if nearest < 0:
            for k in range(place.shape[0]):
                if place[k] >= 0 and (nearest < 0 or square[i, k] < square[i, nearest]):
                    nearest = k
        slot[i] = place[nearest]
        away[i] = square[i, nearest]
        if place[i] >= 0:
            count = 0
            for k in order[i]:
                if place[k] >= 0 and count < near.shape[1]:
                    near[place[i], count] = place[k]
                    count += 1
            for k in range(count, near.shape[1]):
                near[place[i], k] = place[i]


class TableChooser:
    """Chooses a color table for each frame.

    lab           (n, 3) float32: the map in OKLab
    candidates    (n, m) uint16: nearest entries of each entry of the map, itself first
    large         the map is larger than a color table
    global_table  table of the file
    """

    def __init__(self, palette: Palette) -> None:
        """Take the first 255 entries of the map as the global table, or all where there are no more than 256."""
        self.lab = palette.lab
        size = len(palette) if len(palette) <= TABLE else ANIMATED
        self.large = len(palette) > size
        self._sq_distances = np.asarray(squared_distances(self.lab, self.lab), np.float32)
        nearest = np.argpartition(self._sq_distances, min(NEAREST, len(palette)) - 1, axis=1)[:, :NEAREST]
        order = np.take_along_axis(self._sq_distances, nearest, axis=1).argsort(axis=1)
        self._nearest = np.take_along_axis(nearest, order, axis=1).astype(np.uint16)
        self.candidates = np.ascontiguousarray(self._nearest[:, :CANDIDATES])
        self.global_table = self._make(np.arange(size), False)

    def _make(self, entries: NDArray[np.intp], local: bool) -> Table:
        n, count = len(self.lab), len(entries)
        position = np.full(n, -1, np.int64)
        position[entries] = np.arange(count)
        candidates = np.empty((count, min(CANDIDATES, count)), np.uint8)
        to_local, sq_error = np.empty(n, np.uint8), np.empty(n, np.float32)
        _lay(self._sq_distances, self._nearest, position, candidates, to_local, sq_error)
        return Table(entries.astype(np.uint16), self.lab[entries], candidates, to_local, sq_error, local)

    def choose(
        self, best: NDArray[np.uint16], pixels: NDArray[np.float32], shown: NDArray[np.uint16] | None, lambda_: float
    ) -> Table:
        """The table for a picture.

        Args:
            best: (n,) nearest entry of the map for each pixel.
            pixels: (n, 6) as `weighted_pixels` gives them, color and weight filled in.
            shown: (n,) entry of the map that each pixel shows now; None: nothing is shown yet, so nothing can stay.
            lambda_: excess that one bit is worth.
        """
        if not self.large:
            return self.global_table
        n = len(self.lab)
        count, weight = np.zeros(n), np.zeros(n)
        if shown is None:
            count += np.bincount(best, minlength=n)
            weight += np.bincount(best, pixels[:, 3], minlength=n)
        else:
            _demand(best, pixels, self.lab, shown, max(NEED, 10 * lambda_), count, weight)
        alive = count > 0
        if not alive.any():
            return self.global_table
        saved = _excess_of(self.global_table, count, weight) - 3 * 8 * TABLE * lambda_
        if saved <= 0:
            return self.global_table
        _slice(self._sq_distances, self._nearest, count, weight, ANIMATED, alive)
        table = self._make(np.flatnonzero(alive), True)
        return table if _excess_of(table, count, weight) < saved else self.global_table


def _excess_of(table: Table, count: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    """Excess of all pixels when only the entries of a table are there."""
    used = count > 0
    e = table.sq_error[used] * weight[used] / count[used]
    return float((count[used] * e * (1 + STEEP * e)).sum())
