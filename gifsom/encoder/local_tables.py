"""Local color tables: the entries of a large map that a frame needs most.

The first entries of the map are the global color table. A frame may have a local table, 3 bytes an entry, made of those
entries of the map that it needs most; it gets one where the distortion that it saves is worth more than these bytes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifsom.core.values import ANIMATED, TABLE
from gifsom.encoder.rd_lzw import CANDIDATES
from gifsom.gif.lzw import minimum_code_size
from gifsom.native.dither import gather_near
from gifsom.native.local_tables import convexity, entry_demand, lay_table, prune_entries
from gifsom.palette.palette import Palette
from gifsom.palette.som import squared_distances

NEED = 1e-3
"""Least excess of a pixel, as shown now, for which its best color is asked for: with less, nearly all pixels ask in
every frame."""

NEAREST = 64
"""Nearest entries of each that are kept in order: of a large map, about CANDIDATES of them are in a table."""


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


class TableChooser:
    """Chooses a color table for each frame.

    lab           (n, 3) float32: the map in OKLab
    candidates    (n, m) uint16: nearest entries of each entry of the map, itself first
    candidate_colors  (n, 3, m) float32: their colors, by channel
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
        self.candidate_colors = gather_near(self.lab, self.candidates)
        self.global_table = self._make(np.arange(size), False)

    def _make(self, entries: NDArray[np.intp], local: bool) -> Table:
        n, count = len(self.lab), len(entries)
        position = np.full(n, -1, np.int64)
        position[entries] = np.arange(count)
        candidates = np.empty((count, min(CANDIDATES, count)), np.uint8)
        to_local, sq_error = np.empty(n, np.uint8), np.empty(n, np.float32)
        lay_table(self._sq_distances, self._nearest, position, candidates, to_local, sq_error)
        return Table(entries.astype(np.uint16), self.lab[entries], candidates, to_local, sq_error, local)

    def choose(
        self, best: NDArray[np.uint16], pixels: NDArray[np.float32], shown: NDArray[np.uint16] | None, lambda_: float
    ) -> Table:
        """The table for a picture.

        Args:
            best: (n,) nearest entry of the map for each pixel.
            pixels: (n, 4) as `weighted_pixels` gives them.
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
            entry_demand(best, pixels, self.lab, shown, max(NEED, 10 * lambda_), count, weight)
        alive = count > 0
        if not alive.any():
            return self.global_table
        saved = _excess_of(self.global_table, count, weight) - 3 * 8 * TABLE * lambda_
        if saved <= 0:
            return self.global_table
        prune_entries(self._sq_distances, self._nearest, count, weight, ANIMATED, alive)
        table = self._make(np.flatnonzero(alive), True)
        return table if _excess_of(table, count, weight) < saved else self.global_table


def _excess_of(table: Table, count: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    """Excess of all pixels when only the entries of a table are there."""
    used = count > 0
    e = table.sq_error[used] * weight[used] / count[used]
    return float((count[used] * e * (1 + convexity() * e)).sum())
