"""The canvas on which the images of a GIF are drawn; see src/canvas.c."""

import numpy as np
from numpy.typing import NDArray

from gifsom.core.values import TABLE
from gifsom.native.library import INT, POINTER, kernel, readable, writable

_composite = kernel("composite", POINTER, POINTER, INT, POINTER, POINTER, INT)


def composite(
    symbols: NDArray[np.uint8], entries: NDArray[np.uint16], below: NDArray[np.uint16], out: NDArray[np.uint16]
) -> None:
    """Lay an image over a canvas.

    Args:
        symbols: (n,) uint8, what each pixel shows.
        entries: (k,) uint16, k <= 256, the canvas numbers of symbols below k; the others show what lies below.
        below: (n,) uint16, the canvas before.
        out: (n,) uint16, which gets the canvas with the image; it may be `below`.
    """
    n = symbols.size
    if entries.size > TABLE:
        raise ValueError(f"a table of {entries.size} entries")
    _composite(
        readable(symbols, np.uint8, None),
        readable(entries, np.uint16, None),
        entries.size,
        readable(below, np.uint16, n),
        writable(out, np.uint16, n),
        n,
    )
