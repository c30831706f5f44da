"""The nearest of a palette's entries: src/nearest.c."""

import numpy as np
from numpy.typing import NDArray

from gifsom.native.library import BOOL, INT, POINTER, constant, kernel, readable, writable

most_cells = constant("nearest_lists")
"""Cells of OKLab at most: 64 along each axis."""

COLORS = 1 << 24

CANDIDATE = np.dtype([("color", np.float32, 3), ("index", np.int32)])
"""An entry in the list of a cell."""

_search = kernel("nearest_search", POINTER, INT, POINTER, INT, INT, *[POINTER] * 3, INT, INT, POINTER, gives=INT)
_look_up = kernel("nearest_look_up", POINTER, INT, POINTER, POINTER, BOOL, *[POINTER] * 3)
_complete = kernel("nearest_complete", POINTER, POINTER, INT, *[POINTER] * 3, BOOL)


def search(
    colors: NDArray[np.float32],
    entries: NDArray[np.float32],
    cells: int,
    away: NDArray[np.float32],
    cell_lists: NDArray[np.int32],
    lists: NDArray[np.void],
    used: int,
    out: NDArray[np.int32],
) -> int:
    """The nearest of entries (3, n) float32 OKLab for each of colors (m, 3) float32, into `out` (m,) int32.

    Of equals the lowest. The colors are of sRGB.

    cells       of OKLab in a unit of each axis, 1 to 60
    away        (n,) float32: room
    cell_lists  (`most_cells()`,) int32: where in `lists` there is the list of each cell; 0: nowhere yet
    lists       (k,) CANDIDATE, n + 2 <= k < 2**31, of which `used` >= 1 are in use

    How many are in use then.
    """
    n, room, count = entries.shape[1], len(lists), len(out)
    if not (n >= 1 and n + 2 <= room and 1 <= used <= room and 1 <= cells <= 60):
        raise ValueError(f"{n} entries, {cells} cells, {used} of {room} candidates")
    then: int = _search(
        readable(colors, np.float32, count, 3),
        count,
        readable(entries, np.float32, 3, n),
        n,
        cells,
        writable(away, np.float32, n),
        writable(cell_lists, np.int32, most_cells()),
        writable(lists, CANDIDATE, room),
        room,
        used,
        writable(out, np.int32, count),
    )
    return then


def look_up(
    rgb: NDArray[np.uint8],
    table: NDArray[np.uint16],
    out: NDArray[np.unsignedinteger],
    missed: NDArray[np.int32],
    new: NDArray[np.uint8],
) -> tuple[int, int]:
    """The indices of pixels (n, 3) uint8 that `table` (COLORS,) uint16 knows, into `out` (n,) uint8 or uint16.

    The other ones are listed in `missed` (m,) int32, m >= n, their colors, each once, in `new` (m, 3) uint8; of these
    the table says from here on that they are pending. How many pixels, and how many colors. Only the kernels know where
    a color stands in the table.
    """
    count, room = len(out), len(missed)
    if room < count:
        raise ValueError(f"room for {room} of {count} pixels")
    counts = np.empty(2, np.int64)
    _look_up(
        readable(rgb, np.uint8, count, 3),
        count,
        writable(table, np.uint16, COLORS),
        writable(out, _index_type(out), count),
        out.dtype == np.uint16,
        writable(missed, np.int32, room),
        writable(new, np.uint8, room, 3),
        writable(counts, np.int64, 2),
    )
    misses, colors = counts.tolist()
    return misses, colors


def complete(
    rgb: NDArray[np.uint8],
    missed: NDArray[np.int32],
    found: NDArray[np.int32],
    table: NDArray[np.uint16],
    out: NDArray[np.unsignedinteger],
) -> None:
    """Put what `look_up` missed of pixels (n, 3) uint8 into `table` and `out`.

    missed  (k,) int32: the places of these pixels
    found   (m,) int32: the entry of each new color
    """
    count = len(out)
    _complete(
        readable(rgb, np.uint8, count, 3),
        readable(missed, np.int32, None),
        len(missed),
        readable(found, np.int32, None),
        writable(table, np.uint16, COLORS),
        writable(out, _index_type(out), count),
        out.dtype == np.uint16,
    )


def _index_type(out: NDArray[np.unsignedinteger]) -> type[np.unsignedinteger]:
    return np.uint16 if out.dtype == np.uint16 else np.uint8
