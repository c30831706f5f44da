"""The compiled kernels: finding their library, and checking what is handed to them.

A wrapper declares its kernel once, `_count = kernel("count_colors", POINTER, INT, POINTER)`, and calls it with what
`readable` and `writable` give, which check that an array is what the C code takes it for. The library is loaded at the
first call. ctypes lets go of the GIL for as long as a call lasts.
"""

import ctypes
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

POINTER = ctypes.c_void_p
INT = ctypes.c_int64
FLOAT = ctypes.c_float
DOUBLE = ctypes.c_double
BOOL = ctypes.c_bool

FOLDER = Path(__file__).with_name("lib")


@cache
def load() -> ctypes.CDLL:
    """The library for this processor."""
    return ctypes.CDLL(str(next(FOLDER.glob("*v3*"))))


def kernel(name: str, *arguments: Any, gives: Any = None) -> Callable[..., Any]:
    """The kernel `name`, which is looked up in the library when it is first called.

    arguments  ctypes types of what it takes
    gives      ctypes type of what it returns; None: nothing
    """
    function: Any = None

    def call(*values: Any) -> Any:
        nonlocal function
        if function is None:
            found = load()[name]
            found.argtypes, found.restype = arguments, gives
            function = found
        return function(*values)

    return call


def readable(array: np.ndarray, dtype: DTypeLike, *shape: int | None) -> int:
    """The address of an array that a kernel reads: C-contiguous, of exactly this dtype and shape (None: any length).

    Raises `TypeError` for another dtype, `ValueError` for another shape or layout.
    """
    if array.dtype != dtype:
        raise TypeError(f"an array of {array.dtype} where a kernel takes {np.dtype(dtype)}")
    fits = len(array.shape) == len(shape) and all(
        asked is None or length == asked for length, asked in zip(array.shape, shape, strict=True)
    )
    if not fits:
        raise ValueError(f"an array of shape {array.shape} where a kernel takes {shape}")
    if not array.flags.c_contiguous:
        raise ValueError("an array that is not C-contiguous where a kernel takes one that is")
    return array.ctypes.data


def writable(array: np.ndarray, dtype: DTypeLike, *shape: int | None) -> int:
    """The address of an array that a kernel writes, checked as `readable` does. Raises `ValueError` if it is read-only."""
    if not array.flags.writeable:
        raise ValueError("an array that is read-only where a kernel writes")
    return readable(array, dtype, *shape)
