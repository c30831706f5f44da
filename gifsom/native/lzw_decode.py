"""LZW decoding of streams that are not trusted; see src/lzw_decode.c."""

import numpy as np
from numpy.typing import NDArray

from gifsom.native.library import INT, POINTER, kernel, readable, writable

_decode = kernel("lzw_decode", POINTER, INT, INT, POINTER, POINTER, INT, gives=INT)


def lzw_decode(
    data: NDArray[np.uint8], min_code_size: int, symbols: NDArray[np.uint8], cost_per_pixel: NDArray[np.float32]
) -> int:
    """How many symbols are decoded. The stream ends with its end code, its data, or its first error.

    Args:
        data: (m,) uint8, the code stream.
        min_code_size: 1 to 11.
        symbols: (n,) uint8, which gets the symbols, of those above 255 the lower 8 bits.
        cost_per_pixel: (n,) float32, which gets each one's share of its code's bits.
    """
    if not 1 <= min_code_size <= 11:
        raise ValueError(f"minimum code size {min_code_size}")
    done: int = _decode(
        readable(data, np.uint8, None),
        data.size,
        min_code_size,
        writable(symbols, np.uint8, None),
        writable(cost_per_pixel, np.float32, symbols.size),
        symbols.size,
    )
    return done
