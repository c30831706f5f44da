"""Local color tables, chosen from a map of more colors than a table has; see src/local_tables.c."""

import numpy as np
from numpy.typing import NDArray

from gifsom.core.values import TABLE
from gifsom.native.checks import below
from gifsom.native.library import BOOL, DOUBLE, INT, POINTER, constant, kernel, readable, writable

_demand = kernel("entry_demand", POINTER, POINTER, POINTER, POINTER, INT, DOUBLE, POINTER, POINTER)
_prune = kernel("prune_entries", POINTER, POINTER, INT, INT, POINTER, POINTER, INT, POINTER, gives=BOOL)
_lay = kernel("lay_table", POINTER, POINTER, INT, INT, POINTER, INT, POINTER, POINTER, POINTER)

convexity = constant("distortion_convexity", DOUBLE)
"""How convex the distortion is: e costs e * (1 + convexity() * e), e in squared OKLab distance times the weight."""


def entry_demand(
    best: NDArray[np.uint16],
    pixels: NDArray[np.float32],
    colors: NDArray[np.float32],
    shown: NDArray[np.uint16],
    limit: float,
    count: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> None:
    """Add to count and weight of an entry of the map each pixel that it is best for and that is not well as it is.

    Args:
        best: (m,) uint16 below n, the nearest entry for each pixel.
        pixels: (m, 4) float32: color in OKLab (3) and weight.
        colors: (n, 3) float32, the map in OKLab.
        shown: (m,) uint16 below n, the entry that each pixel shows now.
        limit: distortion up to which a pixel stays.
        count: (n,) float64, to which 1 is added for each pixel.
        weight: (n,) float64, to which its weight is.
    """
    m, n = best.size, len(colors)
    below(n, "best entries", best)
    below(n, "shown entries", shown)
    _demand(
        readable(best, np.uint16, None),
        readable(pixels, np.float32, m, 4),
        readable(colors, np.float32, None, 3),
        readable(shown, np.uint16, m),
        m,
        limit,
        writable(count, np.float64, n),
        writable(weight, np.float64, n),
    )


def prune_entries(
    sq_distance: NDArray[np.float32],
    order: NDArray[np.uint16],
    count: NDArray[np.float64],
    weight: NDArray[np.float64],
    size: int,
    alive: NDArray[np.bool_],
) -> None:
    """Leave `size` entries alive of those that are, by dropping again and again the one that is missed least.

    What is dropped hands its pixels to the nearest entry that is left.

    Args:
        sq_distance: (n, n) float32, squared distances of the entries.
        order: (n, m) uint16 below n, the nearest ones of each, ascending.
        count: (n,) float64, the pixels of each, > 0 where it is alive.
        weight: (n,) float64, their weights together.
        size: >= 1.
        alive: (n,) bool.
    """
    n = len(sq_distance)
    below(n, "entries in order", order)
    if size < 1:
        raise ValueError(f"a table of {size} entries")
    enough = _prune(
        readable(sq_distance, np.float32, n, n),
        readable(order, np.uint16, n, None),
        n,
        order.shape[1],
        readable(count, np.float64, n),
        readable(weight, np.float64, n),
        size,
        writable(alive, np.bool_, n),
    )
    if not enough:
        raise MemoryError("no memory for the entries of a table")


def lay_table(
    sq_distance: NDArray[np.float32],
    order: NDArray[np.uint16],
    place: NDArray[np.int64],
    candidates: NDArray[np.uint8],
    to_local: NDArray[np.uint8],
    sq_error: NDArray[np.float32],
) -> None:
    """Fill in what a coder must know of a table of k entries.

    Args:
        sq_distance: (n, n) float32, squared distances of the map's entries.
        order: (n, m) uint16 below n, the nearest ones of each, ascending.
        place: (n,) int64 below k, where each entry of the map is in the table, or -1.
        candidates: (k, reach) uint8, which gets the entries of the table near each; where fewer are known, itself.
        to_local: (n,) uint8, which gets for each entry of the map the nearest of the table.
        sq_error: (n,) float32, which gets its squared distance.
    """
    n = len(sq_distance)
    below(n, "entries in order", order)
    below(min(TABLE, len(candidates)), "places", place)
    _lay(
        readable(sq_distance, np.float32, n, n),
        readable(order, np.uint16, n, None),
        n,
        order.shape[1],
        readable(place, np.int64, n),
        candidates.shape[1],
        writable(candidates, np.uint8, None, None),
        writable(to_local, np.uint8, n),
        writable(sq_error, np.float32, n),
    )
