"""The kernels of the log of a recording, src/spool.c: what changed in a picture, and a part of it as differences.

A picture (height, width) is uint32 numbers 0x..RRGGBB, whose upper 8 bits mean nothing.
"""

import ctypes

import numpy as np
from numpy.typing import NDArray

from gifsom.native.library import BOOL, INT, POINTER, kernel, readable, writable

_same_picture = kernel("same_picture", POINTER, POINTER, INT, INT, gives=BOOL)
_changed_box = kernel("changed_box", POINTER, POINTER, INT, INT, POINTER, gives=BOOL)
_filter_part = kernel("filter_part", POINTER, POINTER, INT, INT, INT, POINTER, INT, INT)
_restore_part = kernel("restore_part", POINTER, INT, INT, POINTER, INT, INT, INT)


def same_picture(before: NDArray[np.uint32], now: NDArray[np.uint32]) -> bool:
    """Whether two pictures (height, width) differ nowhere in their lower 24 bits."""
    return bool(
        _same_picture(readable(before, np.uint32, None, None), readable(now, np.uint32, *before.shape), *now.shape)
    )


def changed_box(before: NDArray[np.uint32], now: NDArray[np.uint32]) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom of all places where two pictures (height, width) differ in their lower 24 bits.

    Right and bottom lie just outside. None where nothing differs.
    """
    box = (ctypes.c_int64 * 4)()
    addresses = readable(before, np.uint32, None, None), readable(now, np.uint32, *before.shape)
    return (box[0], box[1], box[2], box[3]) if _changed_box(*addresses, *now.shape, ctypes.addressof(box)) else None


def filter_part(
    now: NDArray[np.uint32], left: int, top: int, kept: NDArray[np.uint32], planes: NDArray[np.uint8]
) -> None:
    """The part of a picture that begins at (left, top) as differences to the row above, in planes (3, height, width).

    The planes are those of red, green and blue. The part is copied to `kept`, which has the same shape as `now`.
    Raises `ValueError` where the part does not lie in the picture.
    """
    _, height, width = planes.shape
    _check_lies_in(now.shape[:2], left, top, height, width)
    _filter_part(
        readable(now, np.uint32, None, None),
        writable(kept, np.uint32, *now.shape),
        now.shape[1],
        left,
        top,
        writable(planes, np.uint8, 3, None, None),
        height,
        width,
    )


def restore_part(planes: NDArray[np.uint8], left: int, top: int, picture: NDArray[np.uint8]) -> None:
    """Undo `filter_part`: write planes (3, height, width) into a picture (rows, columns, 3) of red, green and blue.

    Raises `ValueError` where the part does not lie in the picture.
    """
    _, height, width = planes.shape
    _check_lies_in(picture.shape[:2], left, top, height, width)
    _restore_part(
        readable(planes, np.uint8, 3, None, None),
        height,
        width,
        writable(picture, np.uint8, None, None, 3),
        picture.shape[1],
        left,
        top,
    )


def _check_lies_in(shape: tuple[int, ...], left: int, top: int, height: int, width: int) -> None:
    rows, columns = shape
    if not (0 <= left <= columns - width and 0 <= top <= rows - height):
        raise ValueError(f"a part of {width}x{height} at ({left}, {top}) of a picture of {columns}x{rows}")
