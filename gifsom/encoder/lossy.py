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
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gifsom.encoder.lzw import CODES
from gifsom.jit import kernel

NEAR = 8
"""Entries around a pixel's best one with which its phrase may begin: 16 lower excess and price by 0.3 % on film."""

NEAR_REACH, FAR_REACH = 0.6, 0.3
"""Part of the tree below a node that a path with an excess is thought to go down without more of it: where the excess
is less than what a pixel has cost of late, and where it is more. 1 is the exact bound, and slower. With 0.4 and 0.2,
clips need 1.7 % more bytes for the same SSIMULACRA2, since a phrase that seems cheap is chosen before its turn; with
0.8 and 0.5, 0.3 % less, in a tenth more time."""

STEEP = 1e5
"""How convex the excess is: e costs e * (1 + STEEP * e), e in squared OKLab distance times the pixel's weight. A fifth
needs 3 % more bytes for the same SSIMULACRA2, five times as much 2 % less on film, and more on terminals."""

RECENT = 0.02
"""Share of the last phrase in what coding a pixel has cost of late."""

PATIENT = 1e-6
"""Price below which a phrase without an excess may be cut for the sake of the next one: where bytes hardly count, every
choice is as good, and a terminal takes 2.3 % less. At higher prices it is 0.5 %, in more than twice the time."""

SHORTER = 4
"""Pixels by which it is cut at most."""

GAIN = 1
"""Pixels by which both together must be worth more then: what a decoder adds for a shorter one is there already."""

LONG = 8.0
"""Pixels that phrases have had of late, without which none is cut: on film it would take four times as long, for a
third of a percent. With 6 film takes a quarter longer than with this, and a terminal 0.4 % less."""

Tree: TypeAlias = tuple[NDArray[np.uint16], ...]
"""The dictionary: for each of CODES nodes its first child, next sibling, parent (NONE: there is none), the height of
the tree below it, and the letter that leads to it. Numbers without sign spare the test for an index that counts from
the end: a twelfth of the time."""

FIRST, NEXT, PARENT, HEIGHT, LETTER = range(5)
NONE = (1 << 16) - 1


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
def _child_by(tree: Tree, node: int, letter: int) -> int:
    """The child of `node` by `letter`, or NONE."""
    child = np.int64(tree[FIRST][node])
    while child != NONE and tree[LETTER][child] != letter:
        child = np.int64(tree[NEXT][child])
    return child


@kernel
def _grow(tree: Tree, node: int, letter: int, code: int) -> None:
    """Make `code` the first child of `node` by `letter`, and the heights above it right."""
    tree[FIRST][code] = NONE
    tree[NEXT][code] = tree[FIRST][node]
    tree[PARENT][code] = node
    tree[HEIGHT][code] = 0
    tree[LETTER][code] = letter
    tree[FIRST][node] = code
    height = 1
    while node != NONE and tree[HEIGHT][node] < height:
        tree[HEIGHT][node] = height
        height += 1
        node = np.int64(tree[PARENT][node])


@kernel
def _reach(tree: Tree, node: int, excess: np.float32, worth: np.float32) -> np.float32:
    """How many pixels more a path that has this excess at a node may cover for nothing."""
    height = np.float32(tree[HEIGHT][node])
    if excess == np.float32(0.0):
        return height
    return height * (np.float32(NEAR_REACH) if excess < worth else np.float32(FAR_REACH))


@kernel
def _seek(
    pixels: NDArray[np.float32],
    at: int,
    mine: int,
    table: NDArray[np.float32],
    near: NDArray[np.uint8],
    transparent: int,
    tree: Tree,
    worth: np.float32,
    stack: tuple[NDArray[np.uint16], NDArray[np.int64], NDArray[np.float32]],
) -> tuple[int, int, np.float32]:
    """The phrase from pixel `at` with the least excess - worth * length: its node, length and excess.

    `mine` is the best entry of that pixel. `stack` is room for nodes yet to be looked below, their depths and their
    excess. Of equals, the first one met stays.
    """
    n = pixels.shape[0]
    nodes, depths, costs = stack
    top = 0
    node, length, excess, least = -1, 1, np.float32(0.0), np.float32(np.inf)
    pixel = _pixel(pixels, at)
    for k in range(-1, near.shape[1]):
        symbol = transparent if k < 0 else np.int64(near[mine, k])
        if symbol == NONE:
            continue
        e = _excess(pixel, symbol, transparent, table)
        if e - worth < least:
            node, excess, least = symbol, e, e - worth
        if tree[FIRST][symbol] != NONE and e - worth * (np.float32(1.0) + _reach(tree, symbol, e, worth)) < least:
            nodes[top], depths[top], costs[top] = symbol, 1, e
            top += 1
    # The path of the cheapest steps first: what it reaches spares looking at most of the rest.
    here, depth, e = node, 1, excess
    while at + depth < n and tree[FIRST][here] != NONE:
        child = np.int64(tree[FIRST][here])
        step = np.float32(np.inf)
        pixel = _pixel(pixels, at + depth)
        while child != NONE:
            s = _excess(pixel, np.int64(tree[LETTER][child]), transparent, table)
            if s < step:
                here, step = child, s
            child = np.int64(tree[NEXT][child])
        if step == np.float32(np.inf):
            break
        depth += 1
        e += step
        if e - worth * np.float32(depth) < least:
            node, length, excess, least = here, depth, e, e - worth * np.float32(depth)
    while top > 0:
        top -= 1
        here, depth, so_far = np.int64(nodes[top]), depths[top], costs[top]
        if at + depth >= n or so_far - worth * (np.float32(depth) + _reach(tree, here, so_far, worth)) >= least:
            continue
        pixel = _pixel(pixels, at + depth)
        depth += 1
        child = np.int64(tree[FIRST][here])
        while child != NONE:
            e = so_far + _excess(pixel, np.int64(tree[LETTER][child]), transparent, table)
            if e - worth * np.float32(depth) < least:
                node, length, excess, least = child, depth, e, e - worth * np.float32(depth)
            if tree[FIRST][child] != NONE and e - worth * (np.float32(depth) + _reach(tree, child, e, worth)) < least:
                nodes[top], depths[top], costs[top] = child, depth, e
                top += 1
            child = np.int64(tree[NEXT][child])
    return node, length, excess


@kernel
def _shorten(
    pixels: NDArray[np.float32],
    best: NDArray[np.uint8],
    at: int,
    node: int,
    length: int,
    table: NDArray[np.float32],
    near: NDArray[np.uint8],
    transparent: int,
    tree: Tree,
    worth: np.float32,
    stack: tuple[NDArray[np.uint16], NDArray[np.int64], NDArray[np.float32]],
) -> tuple[int, int]:
    """The phrase without an excess from pixel `at`, or the beginning of it with which the next one is worth the most.

    Gives its node and its length.
    """
    end = at + length
    if end == pixels.shape[0]:
        return node, length
    _, after, e = _seek(pixels, end, np.int64(best[end]), table, near, transparent, tree, worth, stack)
    least = e - worth * np.float32(length + after + GAIN)
    here, taken, count = np.int64(node), np.int64(node), length
    for less in range(1, min(SHORTER, length - 1) + 1):
        here, mid = np.int64(tree[PARENT][here]), end - less
        _, after, e = _seek(pixels, mid, np.int64(best[mid]), table, near, transparent, tree, worth, stack)
        score = e - worth * np.float32(length - less + after)
        if score < least:
            least, taken, count = score, here, length - less
    return taken, count


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
    tree = (
        np.full(CODES, NONE, np.uint16),
        np.full(CODES, NONE, np.uint16),
        np.full(CODES, NONE, np.uint16),
        np.zeros(CODES, np.uint16),
        np.arange(CODES).astype(np.uint16),
    )
    stack = (np.empty(CODES, np.uint16), np.empty(CODES, np.int64), np.empty(CODES, np.float32))
    width = minimum + 1
    following = clear + 2
    size = 0
    bits = np.int64(clear)
    filled = width
    recent_cost, recent_length = 12.0 * price, 3.0
    total = 0.0
    before, before_first = NONE, 0
    at = 0
    while at < n:
        # The decoder knows "before + its own first symbol" already while it reads the next code.
        tentative = before != NONE and _child_by(tree, before, before_first) == NONE
        if tentative:
            _grow(tree, before, before_first, following)
        worth = np.float32(recent_cost / recent_length)
        node, length, excess = _seek(pixels, at, np.int64(best[at]), table, near, transparent, tree, worth, stack)
        if price < PATIENT and excess == np.float32(0.0) and recent_length >= LONG:
            node, length = _shorten(pixels, best, at, node, length, table, near, transparent, tree, worth, stack)
        total += float(excess)
        recent_cost += (float(excess) + price * width - recent_cost) * RECENT
        recent_length += (length - recent_length) * RECENT
        step = np.int64(node)
        for k in range(at + length - 1, at - 1, -1):
            symbols[k] = tree[LETTER][step]
            step = np.int64(tree[PARENT][step])
        head = np.int64(symbols[at])
        if before != NONE:
            if head != before_first:
                if tentative:  # it is the first child; heights may stay too large, which costs time only
                    tree[FIRST][before] = tree[NEXT][following]
                if _child_by(tree, before, head) == NONE:
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
            tree[FIRST][:] = NONE
            tree[HEIGHT][:] = 0
            width = minimum + 1
            following = clear + 2
            before = NONE
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
        pixels, best, table, near, NONE if transparent is None else transparent, minimum, price, symbols, out
    )
    return Coded(symbols, out[:size].tobytes(), excess)
