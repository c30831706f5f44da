"""The canvas on which the images of a GIF are drawn, and where pictures differ; see src/canvas.c."""

import numpy as np
from numpy.typing import NDArray

from gifsom.core.values import TABLE
from gifsom.native.library import INT, POINTER, kernel, readable, writable

_composite = kernel("composite", POINTER, POINTER, INT, POINTER, POINTER, INT)
_changed_rect = kernel("changed_rect", POINTER, POINTER, INT, INT, POINTER)
_count_near = kernel("count_near", POINTER, POINTER, INT, INT, INT, gives=INT)


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


def changed_rect(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> tuple[int, int, int, int] | None:
    """Top, bottom, left and right of the pixels that differ in two pictures (h, w, 3) uint8; None where none does."""
    h, w = before.shape[:2]
    rect = np.empty(4, np.int64)
    pictures = readable(before, np.uint8, h, w, 3), readable(after, np.uint8, h, w, 3)
    _changed_rect(*pictures, h, 3 * w, writable(rect, np.int64, 4))
    top, bottom, left, right = rect.tolist()
    return (top, bottom, left // 3, -(-right // 3)) if bottom else None


def count_near(before: NDArray[np.uint8], after: NDArray[np.uint8], limit: int, enough: int) -> int:
    """How many pixels of two pictures (h, w, 3) uint8 differ by at most `limit` in each channel.

    Where they are more than `enough`, it is some number above that.
    """
    h, w = before.shape[:2]
    pictures = readable(before, np.uint8, h, w, 3), readable(after, np.uint8, h, w, 3)
    count: int = _count_near(*pictures, h * w, limit, enough)
    return count
