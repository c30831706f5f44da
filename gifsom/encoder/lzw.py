"""LZW for GIF (GIF89a specification, appendix F; T. Welch, "A Technique for High-Performance Data Compression", 1984).

A pixel that may stay as it is has two symbols of equal meaning: its index, and "transparent". The coder takes the
longest phrase over all such choices, so unchanged pixels join whatever phrase goes on. The dictionary is cleared as
soon as it is full: a deferred clear is legal, yet several decoders fail on it. The first time, it can be cleared
earlier, so that what follows a picture's top begins anew.
"""

import numpy as np
from numpy.typing import NDArray

from gifsom.jit import kernel

CODES = 1 << 12
"""Codes of a full dictionary."""

_SLOTS = 1 << 14
_EMPTY = 0xFFFFFFFF


@kernel
def _slot(slots: NDArray[np.uint32], node: int, symbol: int) -> int:
    """Where the child of `node` by `symbol` stands in the hash table, or the empty place where it would.

    A slot holds node (12 bits), symbol (8) and the child's code (12); collisions go to the next slot.
    """
    key = node << 8 | symbol
    at = (key * 2654435761 >> 12) & (_SLOTS - 1)
    while slots[at] != _EMPTY and np.int64(slots[at]) >> 12 != key:
        at = (at + 1) & (_SLOTS - 1)
    return at


@kernel
def _longest(
    symbols: NDArray[np.uint8],
    free: NDArray[np.bool_],
    start: int,
    transparent: int,
    slots: NDArray[np.uint32],
    now: NDArray[np.int64],
    then: NDArray[np.int64],
    head_now: NDArray[np.int64],
    head_then: NDArray[np.int64],
) -> tuple[int, int, int]:
    """The longest phrase in the dictionary that the pixels from `start` allow: its node, its length, its first symbol.

    `now` and `then` (CODES each) are room for the nodes reached at a depth, the other two for their first symbols.
    """
    now[0] = symbols[start]
    head_now[0] = symbols[start]
    alive = 1
    if free[start] and symbols[start] != transparent:
        now[1] = transparent
        head_now[1] = transparent
        alive = 2
    length = 1
    while start + length < symbols.shape[0]:
        at = start + length
        symbol = int(symbols[at])
        both = free[at] and symbol != transparent
        reached = 0
        for k in range(alive):
            child = slots[_slot(slots, now[k], symbol)]
            if child != _EMPTY:
                then[reached] = np.int64(child) & (CODES - 1)
                head_then[reached] = head_now[k]
                reached += 1
            if both:
                child = slots[_slot(slots, now[k], transparent)]
                if child != _EMPTY:
                    then[reached] = np.int64(child) & (CODES - 1)
                    head_then[reached] = head_now[k]
                    reached += 1
        if reached == 0:
            break
        now, then = then, now
        head_now, head_then = head_then, head_now
        alive = reached
        length += 1
    return now[alive - 1], length, head_now[alive - 1]


@kernel
def _encode(
    symbols: NDArray[np.uint8],
    free: NDArray[np.bool_],
    transparent: int,
    minimum: int,
    first: int,
    out: NDArray[np.uint8],
) -> int:
    """The code stream of symbols (n,) into `out`; its length in bytes. See `compress`."""
    slots = np.full(_SLOTS, _EMPTY, np.uint32)
    now, then = np.empty(CODES, np.int64), np.empty(CODES, np.int64)
    head_now, head_then = np.empty(CODES, np.int64), np.empty(CODES, np.int64)
    clear = 1 << minimum
    width = minimum + 1
    following = clear + 2  # the next code that the dictionary gives
    size = 0
    bits = np.int64(clear)
    filled = width
    before, before_first = -1, 0  # the phrase coded last: its node and its first symbol
    at = 0
    while at < symbols.shape[0]:
        # The decoder knows "before + its own first symbol" already while it reads the next code.
        tentative = -1
        if before >= 0:
            tentative = _slot(slots, before, before_first)
            if slots[tentative] == _EMPTY:
                slots[tentative] = (before << 8 | before_first) << 12 | following
            else:
                tentative = -1
        node, length, head = _longest(symbols, free, at, transparent, slots, now, then, head_now, head_then)
        if before >= 0:
            if head != before_first:
                if tentative >= 0:
                    slots[tentative] = _EMPTY  # it was inserted last, so no other chain runs over it
                slots[_slot(slots, before, head)] = (before << 8 | head) << 12 | following
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
            slots[:] = _EMPTY
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
    """The smallest minimum code size, 2 to 8, for symbols 0 to `symbols` - 1."""
    return max(2, (symbols - 1).bit_length())


def compress(
    symbols: NDArray[np.uint8],
    minimum: int,
    free: NDArray[np.bool_] | None = None,
    transparent: int = 0,
    first: int = CODES,
) -> bytes:
    """The LZW code stream of a picture, from the first clear code to the end code, not yet cut into sub-blocks.

    Args:
        symbols: (h, w) or (n,) uint8 indices below 2**minimum, at least one.
        minimum: the minimum code size, 2 to 8.
        free: bool of the same shape: True where `transparent` may stand for the symbol; None: nowhere.
        transparent: the symbol for "unchanged", below 2**minimum.
        first: codes at which the dictionary is cleared for the first time, 2**minimum + 3 to CODES.
    """
    flat = np.ascontiguousarray(symbols).reshape(-1)
    choice = np.zeros(flat.shape, np.bool_) if free is None else np.ascontiguousarray(free).reshape(-1)
    if (
        not 2 <= minimum <= 8
        or not flat.size
        or max(int(flat.max()), transparent) >> minimum
        or flat.shape != choice.shape
    ):
        raise ValueError(f"minimum code size {minimum} does not fit {flat.size} symbols, transparent {transparent}")
    out = np.empty(2 * flat.size + 16, np.uint8)  # at most 12 bits a pixel and a clear for every 3838 of them
    return out[: _encode(flat, choice, transparent, minimum, first, out)].tobytes()
