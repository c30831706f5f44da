"""LZW with rate-distortion optimization: mapping, keeping and coding as one decision.

A pixel may show any entry of the table, or stay unchanged ("transparent"). Each choice has an excess, its distortion
beyond that of the pixel's best choice, and a code costs lambda for each of its bits. A phrase is a path in the
dictionary's tree; the coder takes the one with the least

    excess + lambda * bits of its code - (recent cost of coding a pixel) * its pixels

which weighs a longer phrase against what its further pixels would cost otherwise. (The least cost a pixel was tried: it
needs up to 10 % more bytes on film, since a pixel that is easy to code makes one beside it look expensive.) A node
knows the height of the tree below it, and paths that cannot beat the best phrase so far are pruned. Without excess
that bound is exact: but for the rule below, no phrase is shorter than that of a greedy lossless coder.

Time goes not into computing an excess but into mispredicting which child continues, so few are tried: the children of a
node lie in CLASSES by their letters, one word of 64 bits tells which of these exist, and another one which may hold a
letter near the pixel's color. Pixels in a row that may stay unchanged for nothing are taken in one step, as many as the
dictionary has, without trying paths that leave them earlier: streams are no longer, and terminals take a fifth less
time.

The excess is convex: a few bad pixels are worse than many that are slightly wrong.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gifsom.core.jit import inner, kernel, lowest
from gifsom.gif.lzw import CODES

CANDIDATES = 16
"""Entries around a pixel's best one that it may show: without a limit, terminals need half a percent less, and film a
quarter more time."""

STARTS = 8
"""Nearest candidates that may begin a phrase: with all 16, excess and cost in bits are lower by 0.3 % on film."""

NEAR_REACH, FAR_REACH = 0.6, 0.3
"""Part of the tree below a node that a path with an excess is expected to descend without more of it: where the excess
is less than the recent cost of a pixel, and where it is more. 1 is the exact bound, and slower. With 0.4 and 0.2,
clips need 1.7 % more bytes for the same SSIMULACRA2, since a phrase that seems cheap is chosen before its turn."""

STEEP = 1e5
"""Convexity of the excess: e costs e * (1 + STEEP * e), e in squared OKLab distance times the pixel's weight. A fifth
needs 3 % more bytes for the same SSIMULACRA2, five times as much 2 % less on film, and more on terminals."""

RECENT = 0.02
"""Share of the last phrase in the recent cost of coding a pixel."""

PATIENT = 1e-6
"""Lambda below which a phrase without an excess may be cut for the sake of the next one: where bytes hardly count,
every choice is as good, and a terminal takes 2.3 % less. At a higher lambda it is 0.5 %, in more than twice the
time."""

SHORTER = 4
"""Pixels by which a phrase is cut at most."""

GAIN = 1
"""Pixels by which both phrases together must be better then: the decoder's entry for the shorter one exists already."""

LONG = 8.0
"""Recent length of phrases in pixels below which none is cut: on film it would take four times as long, for a third of
a percent. With 6 film takes a quarter longer than with this, and a terminal 0.4 % less."""

CLASSES = 63
"""Classes of letters, four in each: neighbors in a table are alike, so near colors lie in few classes. "Transparent"
has a class of its own, the 64th."""

Tree: TypeAlias = tuple[
    NDArray[np.uint64], NDArray[np.uint16], NDArray[np.uint16], NDArray[np.uint8], NDArray[np.uint16]
]
"""The dictionary: for each of CODES nodes the classes (bits) in which it has children; the first child in each, 64 a
node; its next sibling in its class, its parent (NONE: there is none), the height of the tree below it, and the letter
that leads to it, 4 numbers a node, since they are needed together; the class of each letter; and the runs, the nodes of
the phrases of nothing but "transparent", by their lengths, the longest of which is told first."""

NEXT, PARENT, HEIGHT, LETTER = range(4)
NONE = (1 << 16) - 1

Stack: TypeAlias = tuple[NDArray[np.uint16], NDArray[np.uint16], NDArray[np.float32]]
"""Room for CODES nodes yet to be searched below, their depths and their excess."""

_ONE, _NOTHING = np.uint64(1), np.uint64(0)


@inner
def _excess(pixels: NDArray[np.float32], at: int, symbol: int, table: NDArray[np.float32]) -> np.float32:
    """Excess of an entry of the table (4 numbers each) over the best choice at a pixel (6 each); see `rd_encode`."""
    row, color = 6 * at, 4 * symbol
    dx, dy, dz = table[color] - pixels[row], table[color + 1] - pixels[row + 1], table[color + 2] - pixels[row + 2]
    e = max(dx * dx + dy * dy + dz * dz - pixels[row + 4], np.float32(0.0)) * pixels[row + 3]
    return e * (np.float32(1.0) + np.float32(STEEP) * e)


@inner
def _clear(tree: Tree, transparent: int) -> None:
    """Make all letters nodes that have no children."""
    classes, _, links, kinds, runs = tree
    runs[0], runs[1] = 1, transparent
    for letter in range(kinds.shape[0]):
        classes[letter] = _NOTHING
        links[4 * letter + PARENT], links[4 * letter + HEIGHT], links[4 * letter + LETTER] = NONE, 0, letter


@inner
def _grow(tree: Tree, node: int, letter: int, code: int) -> bool:
    """Make `code` the first child of `node` by `letter`, and the heights above it right; False: there is one."""
    classes, firsts, links, kinds, runs = tree
    kind = np.int64(kinds[letter])
    sibling = np.int64(firsts[64 * node + kind]) if classes[node] >> np.uint64(kind) & _ONE else NONE
    links[4 * code + NEXT] = sibling
    while sibling != NONE:
        if links[4 * sibling + LETTER] == letter:
            return False
        sibling = np.int64(links[4 * sibling + NEXT])
    classes[node] |= _ONE << np.uint64(kind)
    classes[code] = _NOTHING
    firsts[64 * node + kind] = code
    links[4 * code + PARENT] = node
    links[4 * code + HEIGHT] = 0
    links[4 * code + LETTER] = letter
    if kind == CLASSES and node == runs[runs[0]]:
        runs[0] += 1
        runs[runs[0]] = code
    height = 1
    while node != NONE and links[4 * node + HEIGHT] < height:
        links[4 * node + HEIGHT] = height
        height += 1
        node = np.int64(links[4 * node + PARENT])
    return True


@inner
def _cut(tree: Tree, node: int, code: int) -> None:
    """Take away a child that was grown last. Heights may stay too large, which costs time only."""
    classes, firsts, links, kinds, runs = tree
    runs[0] -= runs[runs[0]] == code
    kind = np.int64(kinds[links[4 * code + LETTER]])
    sibling = links[4 * code + NEXT]
    firsts[64 * node + kind] = sibling
    if sibling == NONE:
        classes[node] &= ~(_ONE << np.uint64(kind))


@inner
def _reach(height: int, excess: np.float32, worth: np.float32) -> np.float32:
    """How many pixels more a path that has this excess at a node of this height may cover for nothing."""
    if excess == np.float32(0.0):
        return np.float32(height)
    return np.float32(height) * (np.float32(NEAR_REACH) if excess < worth else np.float32(FAR_REACH))


@inner
def _seek(
    pixels: NDArray[np.float32],
    best: NDArray[np.uint8],
    at: int,
    table: NDArray[np.float32],
    near: NDArray[np.uint8],
    wanted: NDArray[np.uint64],
    transparent: int,
    tree: Tree,
    worth: np.float32,
    stack: Stack,
) -> tuple[int, int, np.float32]:
    """The phrase from pixel `at` with the least excess - worth * length: its node, length and excess.

    `wanted` are the classes of the letters that are near each entry. The cheapest child comes first, and the first path
    goes on for as long as it can: what it reaches spares looking at most of the rest. Of equals, the first one met
    stays.
    """
    classes, firsts, links, _, runs = tree
    nodes, depths, costs = stack
    top, first = 0, True
    node, length, excess, least = NONE, 1, np.float32(0.0), np.float32(np.inf)
    here, depth, so_far = NONE, 1, np.float32(np.inf)
    for k in range(-1, min(STARTS, near.shape[1])):
        symbol = transparent if k < 0 else np.int64(near[best[at], k])
        if symbol == NONE:
            continue
        e = pixels[6 * at + 5] if k < 0 else _excess(pixels, at, symbol, table)
        if k < 0 and e == np.float32(0.0):  # straight to the end of what may stay for nothing, for as far as is known
            most = min(np.int64(runs[0]), best.shape[0] - at)
            while length < most and pixels[6 * (at + length) + 5] == np.float32(0.0):
                length += 1
            here, depth, so_far = np.int64(runs[length]), length, e
            node, least = here, -worth * np.float32(length)
            continue
        if e - worth < least:
            node, excess, least = symbol, e, e - worth
        height = np.int64(links[4 * symbol + HEIGHT])
        if height > 0 and e - worth * (np.float32(1.0) + _reach(height, e, worth)) < least:
            if e < so_far:
                symbol, here = here, symbol
                e, so_far = so_far, e
            if symbol != NONE:
                nodes[top], depths[top], costs[top] = symbol, 1, e
                top += 1
    while here != NONE:
        place, before, up = at + depth, so_far, here
        left = classes[up] & wanted[best[place]] if place < best.shape[0] else _NOTHING
        depth += 1
        here, so_far = NONE, np.float32(np.inf)
        while left != _NOTHING:
            kind = lowest(left)
            left &= left - _ONE
            child = np.int64(firsts[64 * up + kind])
            while child != NONE:
                letter, height = np.int64(links[4 * child + LETTER]), np.int64(links[4 * child + HEIGHT])
                e = before + (pixels[6 * place + 5] if kind == CLASSES else _excess(pixels, place, letter, table))
                score = e - worth * np.float32(depth)
                if score - worth * np.float32(height) < least:
                    if score < least:
                        node, length, excess, least = child, depth, e, score
                    if height > 0 and (first or e - worth * (np.float32(depth) + _reach(height, e, worth)) < least):
                        if e < so_far:
                            if here != NONE:
                                nodes[top], depths[top], costs[top] = here, depth, so_far
                                top += 1
                            here, so_far = child, e
                        else:
                            nodes[top], depths[top], costs[top] = child, depth, e
                            top += 1
                child = np.int64(links[4 * child + NEXT])
        while here == NONE and top > 0:
            top, first = top - 1, False
            here, depth, so_far = np.int64(nodes[top]), np.int64(depths[top]), costs[top]
            height = np.int64(links[4 * here + HEIGHT])
            if so_far - worth * (np.float32(depth) + _reach(height, so_far, worth)) >= least:
                here = NONE
    return node, length, excess


@inner
def _shorten(
    pixels: NDArray[np.float32],
    best: NDArray[np.uint8],
    at: int,
    node: int,
    length: int,
    table: NDArray[np.float32],
    near: NDArray[np.uint8],
    wanted: NDArray[np.uint64],
    transparent: int,
    tree: Tree,
    worth: np.float32,
    stack: Stack,
) -> tuple[int, int]:
    """The phrase without an excess from pixel `at`, or the beginning of it with which the next one is worth the most.

    Gives its node and its length.
    """
    links, end = tree[2], at + length
    taken, count, least = node, length, np.float32(np.inf)
    for less in range(min(SHORTER, length - 1) + 1 if end < best.shape[0] else 0):
        _, after, e = _seek(pixels, best, end - less, table, near, wanted, transparent, tree, worth, stack)
        score = e - worth * np.float32(length - less + after + (0 if less else GAIN))
        if score < least:
            taken, count, least = node, length - less, score
        node = np.int64(links[4 * node + PARENT])
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
    """Symbols (n,) and their code stream into `out`: its length in bytes, and the excess of all. See `rd_encode`.

    pixels (6 * n,) and table (4 * 256,) are flat, the latter with a number more for each entry.
    """
    n = best.shape[0]
    clear = 1 << minimum
    links, kinds = np.empty(4 * CODES, np.uint16), np.empty(256, np.uint8)
    tree = np.empty(CODES, np.uint64), np.empty(64 * CODES, np.uint16), links, kinds, np.empty(CODES, np.uint16)
    _clear(tree, transparent)
    for letter in range(256):
        kinds[letter] = CLASSES if letter == transparent else letter // 4 % CLASSES
    wanted = np.empty(256, np.uint64)
    for entry in range(near.shape[0]):
        wanted[entry] = _ONE << np.uint64(CLASSES)
        for k in range(near.shape[1]):
            wanted[entry] |= _ONE << np.uint64(kinds[near[entry, k]])
    stack = np.empty(CODES, np.uint16), np.empty(CODES, np.uint16), np.empty(CODES, np.float32)
    width = minimum + 1
    following = clear + 2
    size = 0
    bits = np.int64(clear)
    filled = width
    recent_cost, recent_length = 12.0 * price, 3.0
    total = 0.0
    nowhere = np.int64(NONE)
    before, before_first, at = nowhere, np.int64(0), np.int64(0)  # literals have what is called compiled once for each
    while at < n:
        # The decoder knows "before + its own first symbol" already while it reads the next code.
        tentative = before != NONE and _grow(tree, before, before_first, following)
        worth = np.float32(recent_cost / recent_length)
        node, length, excess = _seek(pixels, best, at, table, near, wanted, transparent, tree, worth, stack)
        if price < PATIENT and excess == np.float32(0.0) and recent_length >= LONG:
            node, length = _shorten(
                pixels, best, at, node, length, table, near, wanted, transparent, tree, worth, stack
            )
        total += float(excess)
        recent_cost += (float(excess) + price * width - recent_cost) * RECENT
        recent_length += (length - recent_length) * RECENT
        step = np.int64(node)
        for k in range(at + length - 1, at - 1, -1):
            symbols[k] = links[4 * step + LETTER]
            step = np.int64(links[4 * step + PARENT])
        head = np.int64(symbols[at])
        if before != NONE:
            if head != before_first:
                if tentative:
                    _cut(tree, before, following)
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
            _clear(tree, transparent)
            width = minimum + 1
            following = clear + 2
            before = nowhere
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
    best: NDArray[np.uint8],
    table: NDArray[np.float32],
    candidates: NDArray[np.uint8],
    transparent: int | None,
    min_code_size: int,
    lambda_: float,
) -> Encoded:
    """Choose the symbols of a picture and code them.

    Args:
        pixels: (n, 6) float32: OKLab color (3), weight of its squared distance, squared distance of its best choice
            (up to that distance, an entry has no excess), and the excess of keeping it as shown, inf: it may not stay.
        best: (n,) nearest entry of each.
        table: (k, 3) float32: the entries in OKLab.
        candidates: (k, m) for each entry those that a pixel may show whose best one it is, the nearest first.
        transparent: the symbol for "unchanged", >= k; None: there is none.
        min_code_size: LZW minimum code size.
        lambda_: excess that one bit is worth, > 0.
    """
    symbols = np.empty(len(pixels), np.uint8)
    out = np.empty(2 * len(pixels) + 16, np.uint8)
    entries = np.zeros((256, 4), np.float32)
    entries[: len(table), :3] = table
    size, distortion = _choose(
        pixels.ravel(),
        best,
        entries.ravel(),
        candidates,
        NONE if transparent is None else transparent,
        min_code_size,
        lambda_,
        symbols,
        out,
    )
    return Encoded(symbols, out[:size].tobytes(), distortion)
