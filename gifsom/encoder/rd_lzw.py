"""LZW with rate-distortion optimization: mapping, keeping and coding as one decision.

A pixel may show any entry of the table, or stay unchanged ("transparent"). Each choice has an excess, its distortion
beyond that of the pixel's best choice, and a code costs lambda for each of its bits. A phrase is a path in the
dictionary's tree; the coder takes the one with the least

    excess + lambda * bits of its code - (recent cost of coding a pixel) * its pixels

which weighs a longer phrase against what its further pixels would cost otherwise. (The least cost a pixel was tried: it
needs up to 10 % more bytes on film, since a pixel that is easy to code makes one beside it look expensive.) A node
knows the height of the tree below it, and paths that cannot beat the best phrase so far are pruned. Without excess
that bound is exact: but for the rule below, no phrase is shorter than that of a greedy lossless coder.

Pixels in a row that may stay unchanged for nothing are taken in one step, as many as the dictionary has, without trying
paths that leave them earlier: streams are no longer, and terminals take a fifth less time.

The excess is convex: a few bad pixels are worse than many that are slightly wrong. The search is in C, see
native/src/rd_lzw.c.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifsom.native import rd_lzw

CANDIDATES = 16
"""Entries around a pixel's best one that it may show: without a limit, terminals need half a percent less, and film a
quarter more time."""


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """A picture that has been coded.

    symbols     (n,) uint8: symbol of each pixel
    data        code stream
    distortion  excess of all pixels over their best choices
    """

    symbols: NDArray[np.uint8]
    data: bytes
    distortion: float


def rd_encode(
    pixels: NDArray[np.float32],
    costs: NDArray[np.float32],
    best: NDArray[np.uint8],
    table: NDArray[np.float32],
    candidates: NDArray[np.uint8],
    transparent: int | None,
    min_code_size: int,
    lambda_: float,
) -> Encoded:
    """Choose the symbols of a picture and code them.

    Args:
        pixels: (n, 4) float32: OKLab color (3), weight of its squared distance.
        costs: (n, 2) float32: squared distance of each one's best choice (up to that distance, an entry has no excess),
            and the excess of keeping it as shown, inf: it may not stay.
        best: (n,) nearest entry of each.
        table: (k, 3) float32: the entries in OKLab.
        candidates: (k, m) for each entry those that a pixel may show whose best one it is, the nearest first.
        transparent: the symbol for "unchanged", >= k; None: there is none.
        min_code_size: LZW minimum code size.
        lambda_: excess that one bit is worth, > 0.
    """
    symbols = np.empty(len(pixels), np.uint8)
    out = np.empty(2 * len(pixels) + 16, np.uint8)
    size, distortion = rd_lzw.rd_encode(
        pixels, costs, best, table, candidates, transparent, min_code_size, lambda_, symbols, out
    )
    return Encoded(symbols, out[:size].tobytes(), distortion)
