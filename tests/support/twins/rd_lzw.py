"""Twins of the kernels in gifsom.native.rd_lzw."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from twins.lzw import CODES, Codes

STEEP = 1e5
NEAR_REACH = 0.6
FAR_REACH = 0.3
NONE = 65_535
Tree = dict[int, dict[int, int]]  # children of a node by their letters, the newest last


def excess(pixels: NDArray[np.float32], at: int, symbol: int, table: NDArray[np.float32]) -> np.float32:
    difference = table[symbol] - pixels[at, :3]
    square = difference * difference
    e = max(square[0] + square[1] + square[2] - pixels[at, 4], np.float32(0)) * pixels[at, 3]
    return e * (1 + np.float32(STEEP) * e)


class Dictionary:
    """The dictionary of `choose` as maps."""

    def __init__(self, letters: int, transparent: int) -> None:
        self.children: Tree = {}
        self.letter = {code: code for code in range(letters)}
        self.parent: dict[int, int] = {}
        self.height: dict[int, int] = {}
        self.transparent = transparent

    def kind(self, letter: int) -> int:
        return 63 if letter == self.transparent else letter // 4 % 63

    def below(self, node: int, near: Iterable[int]) -> list[int]:
        """Children whose letters may be near, by their kinds, and of each the newest first."""
        wanted = {63, *map(self.kind, near)}
        newest = [*self.children.get(node, {}).values()][::-1]
        return sorted(
            (child for child in newest if self.kind(self.letter[child]) in wanted),
            key=lambda child: self.kind(self.letter[child]),
        )

    def run(self, length: int) -> list[int]:
        """Nodes of nothing but "transparent", one longer than the other, up to a length."""
        found = [self.transparent]
        while len(found) < length and self.transparent in self.children.get(found[-1], {}):
            found.append(self.children[found[-1]][self.transparent])
        return found

    def word(self, node: int) -> list[int]:
        return [*(self.word(self.parent[node]) if node in self.parent else []), self.letter[node]]


def clear() -> list[tuple[int, int, int, int]]:
    """Of each letter the classes of its children, its parent, its height, itself."""
    return [(0, NONE, 0, letter) for letter in range(256)]


def grow(book: Dictionary, node: int, letter: int, code: int) -> bool:
    if letter in book.children.get(node, {}):
        return False
    book.children.setdefault(node, {})[letter] = code
    book.letter[code], book.parent[code], book.height[code] = letter, node, 0
    above, height = node, 1
    while above != NONE and book.height.get(above, 0) < height:
        book.height[above] = height
        above, height = book.parent.get(above, NONE), height + 1
    return True


def cut(book: Dictionary, node: int, code: int) -> None:
    del book.children[node][book.letter[code]]


def reach(height: int, so_far: np.float32, worth: np.float32) -> np.float32:
    return np.float32(height) * np.float32(1.0 if so_far == 0 else NEAR_REACH if so_far < worth else FAR_REACH)


def seek(
    pixels: NDArray[np.float32],
    best: Sequence[int],
    at: int,
    table: NDArray[np.float32],
    near: NDArray[np.uint8],
    transparent: int,
    book: Dictionary,
    worth: np.float32,
) -> tuple[int, int, np.float32]:
    """The best phrase that is found: its node, its length, its excess."""
    found, least = (NONE, 1, np.float32(0)), np.float32(np.inf)
    waiting: list[tuple[int, int, np.float32]] = []
    first = True

    def price(depth: int, symbol: int) -> np.float32:
        return pixels[at + depth, 5] if symbol == transparent else excess(pixels, at + depth, symbol, table)

    def promising(node: int, depth: int, so_far: np.float32, *, far: bool = False) -> bool:
        height = book.height.get(node, 0)
        further = np.float32(height) if far else reach(height, so_far, worth)
        return height > 0 and bool(so_far - worth * (np.float32(depth) + further) < least)

    def go_on(
        steps: Iterable[tuple[int, np.float32]],
        depth: int,
        cheapest: tuple[int, int, np.float32] | None = None,
        *,
        far: bool,
    ) -> None:
        """The cheapest step comes on top of those that wait; of equals the first."""
        nonlocal found, least
        for node, so_far in steps:
            if so_far - worth * np.float32(depth) < least:
                found, least = (node, depth, so_far), so_far - worth * np.float32(depth)
            if promising(node, depth, so_far, far=far):
                if cheapest is None or so_far < cheapest[2]:
                    node, so_far, cheapest = (*(cheapest or (NONE, depth, so_far))[::2], (node, depth, so_far))
                if node != NONE:
                    waiting.append((node, depth, so_far))
        if cheapest is not None:
            waiting.append(cheapest)

    starts = [*([] if transparent == NONE else [transparent]), *near[best[at], :8].tolist()]
    free = next((k for k, excess in enumerate(pixels[at:, 5]) if excess != 0), len(pixels) - at)
    run = None
    if transparent != NONE and free:
        nodes = book.run(free)
        run = found = (nodes[-1], len(nodes), np.float32(0))
        least = -worth * np.float32(len(nodes))
        starts.remove(transparent)
    go_on([(symbol, price(0, symbol)) for symbol in starts], 1, run, far=False)
    on_path = bool(waiting)
    while waiting:
        here, depth, so_far = waiting.pop()
        first = first and on_path
        if not on_path and not promising(here, depth, so_far):
            continue
        stood = len(waiting)
        if at + depth < len(pixels):
            below = book.below(here, near[best[at + depth]].tolist())
            go_on([(child, so_far + price(depth, book.letter[child])) for child in below], depth + 1, far=first)
        on_path = len(waiting) > stood
    return found


def shorten(
    pixels: NDArray[np.float32],
    best: Sequence[int],
    at: int,
    node: int,
    length: int,
    table: NDArray[np.float32],
    near: NDArray[np.uint8],
    transparent: int,
    book: Dictionary,
    worth: np.float32,
) -> tuple[int, int]:
    """A phrase without an excess, or its beginning with which the next one is worth the most: its node, its length."""
    taken, least = (node, length), np.float32(np.inf)
    if at + length == len(pixels):
        return taken
    for less in range(min(4, length - 1) + 1):
        mid = at + length - less
        _, after, e = seek(pixels, best, mid, table, near, transparent, book, worth)
        score = e - worth * np.float32(length - less + after + (1 if less == 0 else 0))
        if score < least:
            taken, least = (node, length - less), score
        node = book.parent.get(node, NONE)
    return taken


def choose(
    pixels: NDArray[np.float32],
    best: Sequence[int],
    table: NDArray[np.float32],
    near: NDArray[np.uint8],
    transparent: int,
    minimum: int,
    price: float,
) -> tuple[list[int], Codes, float]:
    """Symbols, codes with their widths, and the excess of all."""
    clear = 1 << minimum
    book = Dictionary(clear, transparent)
    following, width = clear + 2, minimum + 1
    codes: Codes = [(clear, width)]
    symbols: list[int] = []
    total, cost, length = 0.0, 12.0 * price, 3.0
    before = NONE
    while len(symbols) < len(pixels):
        at = len(symbols)
        own = NONE if before == NONE else book.word(before)[0]
        tentative = before != NONE and grow(book, before, own, following)
        worth = np.float32(cost / length)
        node, size, e = seek(pixels, best, at, table, near, transparent, book, worth)
        if price < 1e-6 and e == 0 and length >= 8:
            node, size = shorten(pixels, best, at, node, size, table, near, transparent, book, worth)
        word = book.word(node)
        total += float(e)
        cost += (float(e) + price * width - cost) * 0.02
        length += (size - length) * 0.02
        symbols += word
        if before != NONE:
            if word[0] != own:
                if tentative:
                    cut(book, before, following)
                grow(book, before, word[0], following)
            following += 1
        codes.append((node, width))
        if following >= 1 << width and width < 12:
            width += 1
        before = node
        if following == CODES and len(symbols) < len(pixels):
            codes.append((clear, 12))
            book = Dictionary(clear, transparent)
            following, width, before = clear + 2, minimum + 1, NONE
    codes.append((clear + 1, width))
    return symbols, codes, total
