"""LZW for GIF (GIF89a specification, appendix F; T. Welch, "A Technique for High-Performance Data Compression", 1984).

A pixel that may stay unchanged has two symbols of equal meaning: its index, and "transparent". The coder takes the
longest phrase over all such choices, so unchanged pixels join whatever phrase is under way. With flexible parsing it
takes a shorter phrase where the next one then reaches farther (A. Hartman, M. Rodeh, "Optimal parsing of strings",
1985). The dictionary is cleared as soon as it is full: a deferred clear is legal, but several decoders fail on it. The
first clear can come earlier, so that the rest of a picture does not depend on the phrases of its top.
"""

import numpy as np
from numpy.typing import NDArray

from gifsom.native.lzw import CODES, lzw_encode, lzw_replace


def minimum_code_size(symbols: int) -> int:
    """The smallest LZW minimum code size, 2 to 8, for symbols 0 to `symbols` - 1."""
    return max(2, (symbols - 1).bit_length())


def compress(
    symbols: NDArray[np.uint8],
    min_code_size: int,
    unchanged: NDArray[np.bool_] | None = None,
    transparent: int = 0,
    first_clear: int = CODES,
    min_gain_divisor: int = 0,
) -> bytes:
    """The LZW code stream of a picture, from the first clear code to the end code, not yet cut into sub-blocks.

    Args:
        symbols: (h, w) or (n,) uint8 indices below 2**min_code_size, at least one.
        min_code_size: LZW minimum code size, 2 to 8.
        unchanged: bool of the same shape, True where `transparent` may replace the symbol; None: nowhere.
        transparent: the symbol for "unchanged", below 2**min_code_size.
        first_clear: codes at which the dictionary is cleared for the first time, 2**min_code_size + 3 to CODES.
        min_gain_divisor: a phrase is cut by up to 6 pixels where the next one then reaches farther by more than
            1 / min_gain_divisor of the longest phrase; 0: never.

    Raises:
        ValueError: for symbols or a transparent index that do not fit `min_code_size`, or an empty picture.
    """
    flat = np.ascontiguousarray(symbols).reshape(-1)
    choice = np.zeros(flat.shape, np.bool_) if unchanged is None else np.ascontiguousarray(unchanged).reshape(-1)
    out = np.empty(2 * flat.size + 16, np.uint8)  # at most 12 bits a pixel and a clear for every 3838 of them
    return out[: lzw_encode(flat, choice, transparent, min_code_size, first_clear, min_gain_divisor, out)].tobytes()


def with_symbols(data: bytes, min_code_size: int, symbols: NDArray[np.uint8]) -> bytes:
    """The code stream of the same picture with other symbols: as `compress` makes it of that.

    Args:
        data: a stream that `compress` made.
        min_code_size: of the stream.
        symbols: (256,) uint8 below 2**min_code_size: what stands for each symbol, for different ones different ones.
    """
    out = np.empty(len(data) + 16, np.uint8)
    return out[: lzw_replace(np.frombuffer(data, np.uint8), min_code_size, symbols, out)].tobytes()
