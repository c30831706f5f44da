"""LZW for GIF (GIF89a specification, appendix F; T. Welch, "A Technique for High-Performance Data Compression", 1984).

A pixel that may stay unchanged has two symbols of equal meaning: its index, and "transparent". The coder takes the
longest phrase over all such choices, so unchanged pixels join whatever phrase is under way. With flexible parsing it
takes a shorter phrase where the next one then reaches farther (A. Hartman, M. Rodeh, "Optimal parsing of strings",
1985). The dictionary is cleared as soon as it is full: a deferred clear is legal, but several decoders fail on it. The
first clear can come earlier, so that the rest of a picture does not depend on the phrases of its top.
"""

import numpy as np
from numpy.typing import NDArray

from gifsom.core.jit import inner, kernel

CODES = 1 << 12
"""Codes in a full dictionary."""

SHORTER = 6
"""Pixels by which a phrase may be shorter than the longest one for the sake of the next: with 3, a game of 14 colors
takes 1 % more, with 16 as much."""


@inner
def _longest(
    symbols: NDArray[np.uint8],
    free: NDArray[np.bool_],
    start: int,
    transparent: int,
    tree: NDArray[np.uint16],
    nodes: NDArray[np.int64],
    heads: NDArray[np.int64],
) -> tuple[int, int, int]:
    """The longest phrase in the dictionary that the pixels from `start` allow: its node, its length, its first symbol.

    tree (CODES, symbols) has the child of each node by each symbol, 0: there is none. nodes (2, CODES) is room for
    those that are reached at a depth and at the next one, heads (2, CODES) for their first symbols.
    """
    nodes[0, 0] = heads[0, 0] = symbols[start]
    alive = 1
    if free[start] and symbols[start] != transparent:
        nodes[0, 1] = heads[0, 1] = transparent
        alive = 2
    length, now = 1, 0  # two arrays that change places would be counted at each pixel, which takes most of the time
    while start + length < symbols.shape[0]:
        at, then = start + length, 1 - now
        symbol = int(symbols[at])
        both = free[at] and symbol != transparent
        reached = 0
        for k in range(alive):
            child = tree[nodes[now, k], symbol]
            if child:
                nodes[then, reached], heads[then, reached] = child, heads[now, k]
                reached += 1
            if both:
                child = tree[nodes[now, k], transparent]
                if child:
                    nodes[then, reached], heads[then, reached] = child, heads[now, k]
                    reached += 1
        if reached == 0:
            break
        now, alive = then, reached
        length += 1
    return nodes[now, alive - 1], length, heads[now, alive - 1]


@inner
def _ahead(
    symbols: NDArray[np.uint8],
    free: NDArray[np.bool_],
    start: int,
    length: int,
    part: int,
    transparent: int,
    tree: NDArray[np.uint16],
    nodes: NDArray[np.int64],
    heads: NDArray[np.int64],
) -> int:
    """How many pixels of the longest phrase from `start`, `length`, to code; see `compress`.

    What a decoder adds to the dictionary behind a shorter phrase is there already: that is what it must make up for.
    """
    end = start + length
    if end == symbols.shape[0]:
        return length
    farthest = end + _longest(symbols, free, end, transparent, tree, nodes, heads)[1] + length // part
    taken = length
    for less in range(1, min(SHORTER, length - 1) + 1):
        reached = end - less + _longest(symbols, free, end - less, transparent, tree, nodes, heads)[1]
        if reached > farthest:
            farthest, taken = reached, length - less
    return taken


@kernel
def _encode(
    symbols: NDArray[np.uint8],
    free: NDArray[np.bool_],
    transparent: int,
    minimum: int,
    first: int,
    part: int,
    out: NDArray[np.uint8],
) -> int:
    """The code stream of symbols (n,) into `out`; its length in bytes. See `compress`."""
    tree = np.empty((CODES, 1 << minimum), np.uint16)
    nodes, heads = np.empty((2, CODES), np.int64), np.empty((2, CODES), np.int64)
    clear = 1 << minimum
    tree[:clear] = 0
    width = minimum + 1
    following = clear + 2  # the next code that the dictionary gives
    size = 0
    bits = np.int64(clear)
    filled = width
    before, before_first = -1, 0  # the phrase coded last: its node and its first symbol
    at = 0
    while at < symbols.shape[0]:
        # The decoder knows "before + its own first symbol" already while it reads the next code.
        tentative = before >= 0 and tree[before, before_first] == 0
        if tentative:
            tree[before, before_first] = following
            tree[following] = 0
        node, length, head = _longest(symbols, free, at, transparent, tree, nodes, heads)
        if part:
            taken = _ahead(symbols, free, at, length, part, transparent, tree, nodes, heads)
            if taken < length:
                node, length, head = _longest(symbols[: at + taken], free, at, transparent, tree, nodes, heads)
        if before >= 0:
            if head != before_first:
                if tentative:
                    tree[before, before_first] = 0
                if tree[before, head] == 0:  # else the phrase before was shorter than it could have been
                    tree[before, head] = following
                    tree[following] = 0
            following += 1
        bits |= node << filled
        filled += width
        # The entry that this code completes is numbered `following`, and is the first that may need one bit more.
        if following >= 1 << width and width < 12:
            width += 1
        before, before_first = node, head
        at += length
        if following == first and at < symbols.shape[0]:
            bits |= np.int64(clear) << filled
            filled += width
            first = CODES
            tree[:clear] = 0
            width = minimum + 1
            following = clear + 2
            before = -1
        while filled >= 8:
            out[size] = bits & 255
            size += 1
            bits >>= 8
            filled -= 8
    bits |= np.int64(clear + 1) << filled
    filled += width
    while filled > 0:
        out[size] = bits & 255
        size += 1
        bits >>= 8
        filled -= 8
    return size


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
        min_gain_divisor: a phrase is cut by up to SHORTER pixels where the next one then reaches farther by more than
            1 / min_gain_divisor of the longest phrase; 0: never.

    Raises:
        ValueError: for symbols or a transparent index that do not fit `min_code_size`, or an empty picture.
    """
    flat = np.ascontiguousarray(symbols).reshape(-1)
    choice = np.zeros(flat.shape, np.bool_) if unchanged is None else np.ascontiguousarray(unchanged).reshape(-1)
    if (
        not 2 <= min_code_size <= 8
        or not flat.size
        or max(int(flat.max()), transparent) >> min_code_size
        or flat.shape != choice.shape
    ):
        raise ValueError(
            f"minimum code size {min_code_size} does not fit {flat.size} symbols, transparent {transparent}"
        )
    out = np.empty(2 * flat.size + 16, np.uint8)  # at most 12 bits a pixel and a clear for every 3838 of them
    return out[: _encode(flat, choice, transparent, min_code_size, first_clear, min_gain_divisor, out)].tobytes()
