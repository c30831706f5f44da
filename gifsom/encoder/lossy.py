"""LZW that chooses its symbols: mapping, keeping and coding as one decision.

A pixel may show any entry of the table, or stay as it is ("transparent"). Each choice has an excess, what it is worse
than the pixel's best choice, and a code has a price in bits. A phrase is a path in the dictionary's tree; the coder
takes the one with the least

    excess + price of its code - (what coding a pixel has cost of late) * its pixels

which weighs a longer phrase against what its further pixels would cost otherwise. (The least cost a pixel was tried: it
needs up to 10 % more bytes on film, since a pixel that is easy to code makes one beside it look expensive.) A node
knows the height of the tree below it, and what cannot become better than the best phrase so far is left out. Where
there has been no excess, that bound is exact: no phrase is shorter than that of a greedy coder without loss.

The excess is convex: a few bad pixels are worse than many that are slightly wrong.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifsom.encoder.lzw import CODES
from gifsom.jit import kernel

NEAR = 8
"""Entries around a pixel's best one with which its phrase may begin: 16 lower excess and price by 0.3 % on film."""

REACH = 0.3
"""Part of the tree below a node that a path with an excess is thought to go down without more of it. 1 is the exact
bound: it takes a third longer, and on frames of a film excess and price together are 1.4 % higher, since a phrase that
seems cheap is chosen before its turn."""

STEEP = 1e5
"""How convex the excess is: e costs e * (1 + STEEP * e), e in squared OKLab distance times the pixel's weight. A fifth
needs 3 % more bytes for the same SSIMULACRA2, five times as much 2 % less on film, and more on terminals."""

RECENT = 0.02
"""Share of the last phrase in what coding a pixel has cost of late."""

# The dictionary's tree is an array (CODES, 5): first child, next sibling, parent (-1: none), height, letter.


@kernel
def _excess(
    pixel: tuple[np.float32, np.float32, np.float32, np.float32, np.float32, np.float32],
    symbol: int,
    transparent: int,
    table: NDArray[np.float32],
) -> np.float32:
    """What `symbol` is worse than the best choice at a pixel: its color, weight, base, keep; see `choose`."""
    x, y, z, weight, base, keep = pixel
    if symbol == transparent:
        return keep
    dx, dy, dz = table[symbol, 0] - x, table[symbol, 1] - y, table[symbol, 2] - z
    e = max(dx * dx + dy * dy + dz * dz - base, np.float32(0.0)) * weight
    return e * (np.float32(1.0) + np.float32(STEEP) * e)


@kernel
def _pixel(
    pixels: NDArray[np.float32], at: int
) -> tuple[np.float32, np.float32, np.float32, np.float32, np.float32, np.float32]:
    """Row `at` of pixels (n, 6)."""
    return pixels[at, 0], pixels[at, 1], pixels[at, 2], pixels[at, 3], pixels[at, 4], pixels[at, 5]


@kernel
def _child_by(tree: NDArray[np.int16], node: int, letter: int) -> int:
    """The child of `node` by `letter`, or -1."""
    child = np.int64(tree[node, 0])
    while child >= 0 and tree[child, 4] != letter:
        child = np.int64(tree[child, 1])
    return child


@kernel
def _grow(tree: NDArray[np.int16], node: int, letter: int, code: int) -> None:
    """Make `code` the first child of `node` by `letter`, and the heights above it right."""
    tree[code, 0] = -1
    tree[code, 1] = tree[node, 0]
    tree[code, 2] = node
    tree[code, 3] = 0
    tree[code, 4] = letter
    tree[node, 0] = code
    height = 1
    while node >= 0 and tree[node, 3] < height:
        tree[node, 3] = height
        height += 1
        node = np.int64(tree[node, 2])


@kernel
def _reach(tree: NDArray[np.int16], node: int, excess: float) -> float:
    """How many pixels more a path that has this excess at a node may cover for nothing."""
    return REACH * tree[node, 3] if excess > 0.0 else np.float64(tree[node, 3])


@kernel
def _seek(
    pixels: NDArray[np.float32],
    at: int,
    mine: int,
    table: NDArray[np.float32],
    near: NDArray[np.uint8],
    transparent: int,
    tree: NDArray[np.int16],
    worth: float,
    stack: NDArray[np.int64],
    costs: NDArray[np.float64],
) -> tuple[int, int, float]:
    """The phrase from pixel `at` with the least excess - worth * length: its node, length and excess.

    `mine` is the best entry of that pixel. `stack` (2, CODES) and `costs` (CODES,) are room for nodes yet to be looked
    below, their depths and their excess. Of equals, the first one met stays.
    """
    n = pixels.shape[0]
    top = 0
    node, length, excess, least = -1, 1, 0.0, np.inf
    pixel = _pixel(pixels, at)
    for k in range(-1, near.shape[1]):
        symbol = transparent if k < 0 else np.int64(near[mine, k])
        if symbol < 0:
            continue
        e = np.float64(_excess(pixel, symbol, transparent, table))
        if e - worth < least:
            node, excess, least = symbol, e, e - worth
        if tree[symbol, 0] >= 0 and e - worth * (1 + _reach(tree, symbol, e)) < least:
            stack[0, top], stack[1, top], costs[top] = symbol, 1, e
            top += 1
    # The path of the cheapest steps first: what it reaches spares looking at most of the rest.
    here, depth, e = node, 1, excess
    while at + depth < n and tree[here, 0] >= 0:
        child = np.int64(tree[here, 0])
        step = np.inf
        pixel = _pixel(pixels, at + depth)
        while child >= 0:
            s = np.float64(_excess(pixel, np.int64(tree[child, 4]), transparent, table))
            if s < step:
                here, step = child, s
            child = np.int64(tree[child, 1])
        if step == np.inf:
            break
        depth += 1
        e += step
        if e - worth * depth < least:
            node, length, excess, least = here, depth, e, e - worth * depth
    while top > 0:
        top -= 1
        here, depth = stack[0, top], stack[1, top]
        if at + depth >= n or costs[top] - worth * (depth + _reach(tree, here, costs[top])) >= least:
            continue
        so_far = costs[top]
        pixel = _pixel(pixels, at + depth)
        depth += 1
        child = np.int64(tree[here, 0])
        while child >= 0:
            e = so_far + np.float64(_excess(pixel, np.int64(tree[child, 4]), transparent, table))
            if e - worth * depth < least:
                node, length, excess, least = child, depth, e, e - worth * depth
            if tree[child, 0] >= 0 and e - worth * (depth + _reach(tree, child, e)) < least:
                stack[0, top], stack[1, top], costs[top] = child, depth, e
                top += 1
            child = np.int64(tree[child, 1])
    return node, length, excess


@kernel
def _choose(
    pixels: NDArray[np.float32],
    best: NDArray[np.uint8],
    table: NDArray[np.float32],
    near: NDArray[np.uint8],
    transparent: int,
    minimum: int,
    price: float,
    symbols: NDArray[np.uint8],
    out: NDArray[np.uint8],
) -> tuple[int, float]:
    """Symbols (n,) and their code stream into `out`: its length in bytes, and the excess of all. See `choose`."""
    n = pixels.shape[0]
    clear = 1 << minimum
    tree = np.full((CODES, 5), -1, np.int16)
    tree[:, 3] = 0
    tree[:clear, 4] = np.arange(clear)
    stack, costs = np.empty((2, CODES), np.int64), np.empty(CODES, np.float64)
    width = minimum + 1
    following = clear + 2
    size = 0
    bits = np.int64(clear)
    filled = width
    recent_cost, recent_length = 12.0 * price, 3.0
    total = 0.0
    before, before_first = -1, 0
    at = 0
    while at < n:
        # The decoder knows "before + its own first symbol" already while it reads the next code.
        tentative = before >= 0 and _child_by(tree, before, before_first) < 0
        if tentative:
            _grow(tree, before, before_first, following)
        worth = recent_cost / recent_length
        node, length, excess = _seek(
            pixels, at, np.int64(best[at]), table, near, transparent, tree, worth, stack, costs
        )
        total += excess
        recent_cost += (excess + price * width - recent_cost) * RECENT
        recent_length += (length - recent_length) * RECENT
        step = np.int64(node)
        for k in range(at + length - 1, at - 1, -1):
            symbols[k] = tree[step, 4]
            step = np.int64(tree[step, 2])
        head = np.int64(symbols[at])
        if before >= 0:
            if head != before_first:
                if tentative:  # it is the first child; heights may stay too large, which costs time only
                    tree[before, 0] = tree[following, 1]
                if _child_by(tree, before, head) < 0:
                    _grow(tree, before, head, following)
            following += 1
        bits |= np.int64(node) << filled
        filled += width
        if following >= 1 << width and width < 12:
            width += 1
        before, before_first = np.int64(node), head
        at += length
        if following == CODES and at < n:
            bits |= np.int64(clear) << filled
            filled += 12
            tree[:, 0] = -1
            tree[:, 3] = 0
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
    return size, total


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A picture that has been coded.

    symbols  (n,) uint8: what each pixel shows
    data     the code stream
    excess   what all pixels together are worse than their best choices
    """

    symbols: NDArray[np.uint8]
    data: bytes
    excess: float


def neighbours(table: NDArray[np.float32]) -> NDArray[np.uint8]:
    """For each entry of a table (k, 3) in OKLab, k <= 256, its NEAR nearest entries, itself the first."""
    square = ((table[:, None] - table[None]) ** 2).sum(axis=2)
    return np.argsort(square, axis=1, kind="stable")[:, :NEAR].astype(np.uint8)


def choose(
    pixels: NDArray[np.float32],
    best: NDArray[np.uint8],
    table: NDArray[np.float32],
    near: NDArray[np.uint8],
    transparent: int | None,
    minimum: int,
    price: float,
) -> Coded:
    """Choose the symbols of a picture and code them.

    Args:
        pixels: (n, 6) float32: OKLab color (3), weight of its squared distance, squared distance of its best choice
            (so far an entry is no worse than that, it is free), and the excess of leaving it as it is, inf: it may not.
        best: (n,) the nearest entry of each.
        table: (k, 3) float32: the entries in OKLab.
        near: (k, m) for each entry the ones with which a phrase may begin where it is the best.
        transparent: the symbol for "as it is", >= k; None: there is none.
        minimum: the minimum code size.
        price: of a bit, in units of excess, > 0.
    """
    symbols = np.empty(len(pixels), np.uint8)
    out = np.empty(2 * len(pixels) + 16, np.uint8)
    size, excess = _choose(
        pixels, best, table, near, -1 if transparent is None else transparent, minimum, price, symbols, out
    )
    return Coded(symbols, out[:size].tobytes(), excess)
