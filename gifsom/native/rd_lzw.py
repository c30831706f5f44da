"""LZW that chooses its symbols by rate and distortion; see src/rd_lzw.c."""

import ctypes

import numpy as np
from numpy.typing import NDArray

from gifsom.native.checks import below
from gifsom.native.library import DOUBLE, INT, POINTER, kernel, readable, writable

_encode = kernel(
    "rd_encode",
    *(POINTER, POINTER, POINTER, INT, POINTER, INT, POINTER, INT, INT, INT, DOUBLE, POINTER, POINTER, POINTER),
    gives=INT,
)


def rd_encode(
    pixels: NDArray[np.float32],
    costs: NDArray[np.float32],
    best: NDArray[np.uint8],
    table: NDArray[np.float32],
    candidates: NDArray[np.uint8],
    transparent: int | None,
    min_code_size: int,
    lambda_: float,
    symbols: NDArray[np.uint8],
    out: NDArray[np.uint8],
) -> tuple[int, float]:
    """The size of the code stream of a picture, which is written to `out`, and the distortion of all its pixels.

    Args:
        pixels: (n, 4) float32, n > 0: OKLab color (3), weight of its squared distance.
        costs: (n, 2) float32: squared distance of each one's best choice (an entry that is no worse is free), and the
            distortion of leaving it as it is, inf: it may not be.
        best: (n,) uint8 below k, the nearest entry of each.
        table: (k, 3) float32, k <= 2**min_code_size: the entries in OKLab.
        candidates: (k, m) uint8 below k, m > 0: for each entry those that a pixel may show whose best one it is, the
            nearest first.
        transparent: the symbol for "as it is", k to 2**min_code_size - 1; None: there is none.
        min_code_size: 2 to 8.
        lambda_: cost of a bit, in units of distortion, > 0.
        symbols: (n,) uint8, which gets what each pixel shows.
        out: (m,) uint8, m >= 2 * n + 16: at most 12 bits a pixel and a clear for every 3838 of them.
    """
    n, entries = best.size, len(table)
    fits = 2 <= min_code_size <= 8 and n > 0 and 0 < entries <= 1 << min_code_size
    if not fits or not (transparent is None or entries <= transparent < 1 << min_code_size):
        raise ValueError(f"minimum code size {min_code_size} for {n} pixels, {entries} entries, {transparent}")
    below(entries, "best entries", best)
    below(entries, "candidates", candidates)
    if not candidates.size:
        raise ValueError("no candidates")
    if out.size < 2 * n + 16:
        raise ValueError(f"{out.size} bytes for the code stream of {n} pixels")
    total = ctypes.c_double()
    size: int = _encode(
        readable(pixels, np.float32, n, 4),
        readable(costs, np.float32, n, 2),
        readable(best, np.uint8, None),
        n,
        readable(table, np.float32, None, 3),
        entries,
        readable(candidates, np.uint8, entries, None),
        candidates.shape[1],
        -1 if transparent is None else transparent,
        min_code_size,
        lambda_,
        writable(symbols, np.uint8, n),
        writable(out, np.uint8, None),
        ctypes.addressof(total),
    )
    if size < 0:
        raise MemoryError("no memory for a dictionary")
    return size, total.value
