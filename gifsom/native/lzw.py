"""LZW coding of pixels some of which may stay as they are; see src/lzw.c."""

import numpy as np
from numpy.typing import NDArray

from gifsom.native.library import INT, POINTER, kernel, readable, writable

CODES = 1 << 12
"""Codes of a full dictionary."""

_encode = kernel("lzw_encode", POINTER, POINTER, INT, INT, INT, INT, INT, POINTER, gives=INT)
_replace = kernel("lzw_replace", POINTER, INT, INT, POINTER, POINTER, gives=INT)


def lzw_encode(
    symbols: NDArray[np.uint8],
    unchanged: NDArray[np.bool_],
    transparent: int,
    min_code_size: int,
    first_clear: int,
    min_gain_divisor: int,
    out: NDArray[np.uint8],
) -> int:
    """The size of the code stream of a picture, which is written to `out`.

    Args:
        symbols: (n,) uint8 below 2**min_code_size, n > 0.
        unchanged: (n,) bool: True where `transparent` may stand for the symbol.
        transparent: the symbol for "unchanged", 0 to 2**min_code_size - 1.
        min_code_size: 2 to 8.
        first_clear: codes at which the dictionary is cleared for the first time, 2**min_code_size + 3 to CODES.
        min_gain_divisor: a phrase is up to 6 pixels shorter than the longest where the next one then reaches farther,
            by more than one `min_gain_divisor`th of the longest; 0: never.
        out: (m,) uint8, m >= 2 * n + 16: at most 12 bits a pixel and a clear for every 3838 of them.
    """
    n = symbols.size
    fits = 2 <= min_code_size <= 8 and n > 0 and 0 <= transparent < 1 << min_code_size
    if not fits or int(symbols.max()) >> min_code_size:
        raise ValueError(f"minimum code size {min_code_size} does not fit {n} symbols, transparent {transparent}")
    if not (1 << min_code_size) + 3 <= first_clear <= CODES or min_gain_divisor < 0:
        raise ValueError(f"a first clear at {first_clear} codes, a gain of one {min_gain_divisor}th")
    if out.size < 2 * n + 16:
        raise ValueError(f"{out.size} bytes for the code stream of {n} symbols")
    size: int = _encode(
        readable(symbols, np.uint8, None),
        readable(unchanged, np.bool_, n),
        n,
        transparent,
        min_code_size,
        first_clear,
        min_gain_divisor,
        writable(out, np.uint8, None),
    )
    if size < 0:
        raise MemoryError("no memory for an LZW dictionary")
    return size


def lzw_replace(data: NDArray[np.uint8], min_code_size: int, symbols: NDArray[np.uint8], out: NDArray[np.uint8]) -> int:
    """The size of the code stream of a picture with other symbols, which is written to `out`.

    Args:
        data: (m,) uint8, a stream; of one that is cut off or has no end code, as much as there is.
        min_code_size: 2 to 8.
        symbols: (256,) uint8 below 2**min_code_size: what stands for each symbol.
        out: (k,) uint8, k >= m + 16.
    """
    if not 2 <= min_code_size <= 8 or int(symbols.max()) >> min_code_size:
        raise ValueError(f"minimum code size {min_code_size} does not fit symbols up to {symbols.max()}")
    if out.size < data.size + 16:
        raise ValueError(f"{out.size} bytes for a code stream of {data.size}")
    size: int = _replace(
        readable(data, np.uint8, None),
        data.size,
        min_code_size,
        readable(symbols, np.uint8, 256),
        writable(out, np.uint8, None),
    )
    return size
