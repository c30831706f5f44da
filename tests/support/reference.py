"""Slow, obvious twins of the kernels: each has its kernel's name without the underscore, and agrees with it exactly.

They use tuples, dicts and plain loops where the kernels use bit fields, hash tables and pruned searches. float32
arithmetic is done in the kernels' order, so that its rounding is the same too.
"""

import math
from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

CODES = 4096
SHORTER = 6

Phrase = tuple[int, ...]  # symbols; the LZW dictionary has a code for each
Codes = list[tuple[int, int]]  # a code and its width in bits


def longest(
    phrases: Mapping[Phrase, int], symbols: Sequence[int], free: Sequence[bool], start: int, transparent: int
) -> Phrase:
    """The longest phrase that the pixels from `start` allow; of equals the one that is transparent where they part."""
    alive: list[Phrase] = [()]
    for at in range(start, len(symbols)):
        choices = [symbols[at]]
        if free[at] and symbols[at] != transparent:
            choices.append(transparent)
        longer = [(*phrase, choice) for phrase in alive for choice in choices if (*phrase, choice) in phrases]
        if not longer:
            break
        alive = longer
    return alive[-1]


def ahead(
    phrases: Mapping[Phrase, int],
    symbols: Sequence[int],
    free: Sequence[bool],
    start: int,
    length: int,
    part: int,
    transparent: int,
) -> int:
    """How many pixels of the longest phrase to code: all, or what lets the next phrase reach so much farther."""
    end = start + length
    if end == len(symbols):
        return length
    reached = {
        count: count + len(longest(phrases, symbols, free, start + count, transparent))
        for count in range(max(1, length - SHORTER), length + 1)
    }
    best = max(reached, key=lambda count: (reached[count], count))
    return best if reached[best] > reached[length] + length // part else length


def encode(
    symbols: Sequence[int], free: Sequence[bool], transparent: int, minimum: int, first: int = CODES, part: int = 0
) -> Codes:
    """The codes of a stream, each with its width; the dictionary is cleared at `first` codes, then when it is full."""
    clear, end = 1 << minimum, (1 << minimum) + 1
    phrases: dict[Phrase, int] = {}
    following, width = CODES, minimum + 1
    limits = iter([CODES, first])
    limit = next(limits)
    codes: Codes = []
    before: Phrase = ()
    at = 0
    while at < len(symbols):
        if following == limit:
            limit = next(limits, CODES)
            codes.append((clear, width))
            phrases = {(symbol,): symbol for symbol in range(clear)}
            following, width, before = clear + 2, minimum + 1, ()
        # The decoder adds the phrase before plus one symbol while it reads this code, which may stand for just that.
        usable = ChainMap(phrases, {(*before, before[0]): following} if before else {})
        phrase = longest(usable, symbols, free, at, transparent)
        if part:
            length = ahead(usable, symbols, free, at, len(phrase), part, transparent)
            phrase = longest(usable, symbols[: at + length], free, at, transparent)
        codes.append((usable[phrase], width))
        if before:
            phrases.setdefault((*before, phrase[0]), following)
            following += 1
        if following == 1 << width and width < 12:
            width += 1
        before = phrase
        at += len(phrase)
    codes.append((end, width))
    return codes


def packed(codes: Codes) -> bytes:
    """Codes as a stream of bits, the lowest first."""
    bits = length = 0
    chunks: list[bytes] = []
    for code, width in codes:
        bits |= code << length
        length += width
        whole = length // 8
        chunks.append((bits & ((1 << 8 * whole) - 1)).to_bytes(whole, "little"))
        bits >>= 8 * whole
        length -= 8 * whole
    return b"".join(chunks) + (bytes([bits]) if length else b"")


def pack(pixels: Iterable[Sequence[int]]) -> list[int]:
    """One number 0xRRGGBB a color."""
    return [int(r) * 65536 + int(g) * 256 + int(b) for r, g, b in pixels]


def cube_roots(values: Iterable[float]) -> list[float]:
    return [math.cbrt(value) for value in values]


def oklab(
    colors: Iterable[Sequence[int]],
    linear: Sequence[float],
    to_lms: Sequence[Sequence[float]],
    to_lab: Sequence[Sequence[float]],
) -> list[list[float]]:
    found = []
    for color in colors:
        light = [linear[level] for level in color]
        lms = [math.cbrt(sum(a * b for a, b in zip(row, light, strict=True))) for row in to_lms]
        found.append([sum(a * b for a, b in zip(row, lms, strict=True)) for row in to_lab])
    return found


def note_colors(colors: Iterable[int], found: list[int], room: int) -> int:
    """Adds new colors to `found` in the order in which they appear; room + 1 where there is one more than fits."""
    for color in colors:
        if color not in found:
            if len(found) == room:
                return room + 1
            found.append(color)
    return len(found)


def look_up(
    pixels: Iterable[Sequence[int]], index: Mapping[int, int]
) -> tuple[list[int | None], list[int], list[list[int]]]:
    """The indices of known colors; the places of the other ones, and these colors, each once, as they appear."""
    numbers = pack(pixels)
    missed = [place for place, color in enumerate(numbers) if color not in index]
    new = dict.fromkeys(numbers[place] for place in missed)
    return [index.get(color) for color in numbers], missed, [[*color.to_bytes(3, "big")] for color in new]


def renew(pixels: Sequence[Sequence[Sequence[int]]], before: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
    """The colors of a picture as numbers, eight times their luma, and the places where colors are not as before."""
    flat = [color for row in pixels for color in row]
    colors = [r * 256**2 + g * 256 + b for r, g, b in flat]
    changed = [place for place, (new, old) in enumerate(zip(colors, before, strict=True)) if new != old]
    return colors, [2 * r + 5 * g + b for r, g, b in flat], changed


def activity(luma: Sequence[Sequence[int]], places: Iterable[int]) -> list[float]:
    """The mean step of luma to the right and to the lower neighbour, of the 3 x 3 pixels two apart around each place.

    Those outside the picture do not count; at its border there is no step outwards.
    """
    h, w = len(luma), len(luma[0])
    means: list[float] = []
    for place in places:
        middle, center = divmod(place, w)
        around = [(middle + down, center + right) for down in (-2, 0, 2) for right in (-2, 0, 2)]
        around = [(y, x) for y, x in around if y in range(h) and x in range(w)]
        right = [abs(luma[y][x] - luma[y][x + 1]) for y, x in around if x + 1 < w]
        lower = [abs(luma[y][x] - luma[y + 1][x]) for y, x in around if y + 1 < h]
        means.append(float(np.float32((sum(right) + sum(lower)) / (8 * 255 * len(around)))))
    return means


def region(red: int, green: int, blue: int) -> int:
    """Regions of 8 x 8 x 8 levels, numbered by red, then green, then blue."""
    return red // 8 * 1024 + green // 8 * 32 + blue // 8


def patches(colors: Iterable[int], picture: int, most: Mapping[int, Sequence[int]]) -> dict[int, list[int]]:
    """For each region of 8 x 8 x 8 levels its pixels, the sums of their channels, and the picture with most of them."""
    now: dict[int, list[int]] = {}
    for color in colors:
        r, g, b = color // 65536, color // 256 % 256, color % 256
        at = region(r, g, b)
        now[at] = [have + more for have, more in zip(now.get(at, [0] * 4), (1, r, g, b), strict=True)]
    larger = {region: [*sums, picture] for region, sums in now.items() if sums[0] > most.get(region, [0])[0]}
    return {region: list(sums) for region, sums in most.items()} | larger


def flats(picture: Sequence[Sequence[int]], hidden: NDArray[np.bool_] | None, edge: int) -> dict[int, int]:
    """For each color its pixels that are as the left and the upper one, less `edge` for each that is as one of them.

    A pixel that is hidden, or as one that is, does not count. Each sum stays within -16383 and 16383.
    """
    extents: dict[int, int] = {}
    for y, row in enumerate(picture):
        for x, color in enumerate(row):
            beside = [(y, x - 1)] * (x > 0) + [(y - 1, x)] * (y > 0)
            alike = [(v, u) for v, u in beside if picture[v][u] == color]
            if alike and (hidden is None or not any(hidden[place] for place in [(y, x), *alike])):
                more = extents.get(color, 0) + (1 if len(alike) == 2 else -edge)
                extents[color] = min(max(more, -16383), 16383)
    return extents


def distances(color: NDArray[np.float32], entries: NDArray[np.float32]) -> NDArray[np.float32]:
    """Squared distances of a color (3,) to entries (n, 3), each product and sum rounded to float32."""
    d = entries - color
    squares = d * d
    assert squares.dtype == np.float32
    return squares[:, 0] + squares[:, 1] + squares[:, 2]


def within(cell: int, cells: int, entries: NDArray[np.float32], rounded: float) -> list[int]:
    """The entries (n, 3) to which not all of a cell is farther than to the one that is nearest to its middle."""
    low = np.array([cell >> 12, cell >> 6 & 63, cell & 63]) / cells - [0, 0.5, 0.5]
    corners = [low + np.array([x, y, z]) / cells for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    middle = ((entries - np.mean(corners, axis=0)) ** 2).sum(axis=1).argmin()
    squares = [((entries - corner) ** 2).sum(axis=1) for corner in corners]  # what is farther at all corners always is
    return [k for k in range(len(entries)) if any(square[k] <= square[middle] + rounded for square in squares)]


def complete(colors: Iterable[int], found: Sequence[int]) -> list[int]:
    """The entry of each color, of which the distinct ones, as they appear, have those that were found."""
    numbers = list(colors)
    entries = dict(zip(dict.fromkeys(numbers), found, strict=True))
    return [entries[number] for number in numbers]


def search(colors: NDArray[np.float32], entries: NDArray[np.float32]) -> list[int]:
    """The index of the nearest entry, of equals the lowest."""
    return [int(np.argmin(distances(color, entries))) for color in colors]


def learn(
    neurons: NDArray[np.float32],
    pixels: NDArray[np.float32],
    first: int,
    last: int,
    steps: int,
    radius: tuple[float, float],
    rate: tuple[float, float],
) -> NDArray[np.float32]:
    """What becomes of neurons (n, 3). Radius and rate are those of the last step that is a multiple of 256.

    A distance is rounded down to 14 bits; of equals the lowest neuron wins.
    """
    neurons = neurons.copy()
    for step in range(first, last):
        done = step // 256 * 256 / steps
        sigma = radius[0] * math.pow(radius[1] / radius[0], done)
        pull = rate[0] * math.pow(rate[1] / rate[0], done)
        pixel = pixels[step % len(pixels)]
        rounded = distances(pixel, neurons).view(np.int32) // 1024
        winner = int(np.argmin(rounded))
        for neuron in range(len(neurons)):
            away = (neuron - winner) / sigma
            if abs(neuron - winner) <= int(3.0 * sigma):
                weight = np.float32(
                    pull * math.exp(-0.5 * (away * away))
                )  # a square by `pow` may differ in its last bit
                neurons[neuron] += weight * (pixel - neurons[neuron])
    return neurons


def gather(
    colors: NDArray[np.float32], weights: Sequence[float], cells: Sequence[int], count: int
) -> list[list[float]]:
    """For each of `count` cells its weight, and its weighted color."""
    sums = [[0.0] * 4 for _ in range(count)]
    for color, weight, cell in zip(colors, weights, cells, strict=True):
        for k, value in enumerate([1.0, *color.tolist()]):
            sums[cell][k] += weight * value
    return sums


STEEP, NEAR_REACH, FAR_REACH, BLOCK, AHEAD = 1e5, 0.6, 0.3, 8, 8
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


def roots(values: Iterable[np.float32]) -> list[np.float32]:
    third = np.float32(1 / 3)
    found = []
    for x in values:
        y = np.int32(int(x.view(np.int32)) // 3 + 709921077).view(np.float32)
        for _ in range(2):
            y = (y + y + x / (y * y)) * third
        found.append(y if x else x)
    return found


def mix(channels: NDArray[np.float32], matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    x, y, z = channels
    return np.array([row[0] * x + row[1] * y + row[2] * z for row in matrix])


def to_lab(
    colors: Iterable[Sequence[int]],
    linear: NDArray[np.float32],
    to_lms: NDArray[np.float32],
    to_lab: NDArray[np.float32],
) -> NDArray[np.float32]:
    rows = []
    for color in colors:
        r, g, b = (linear[level] for level in color)
        lms = roots(row[0] * r + row[1] * g + row[2] * b for row in to_lms)
        rows.append([row[0] * lms[0] + row[1] * lms[1] + row[2] * lms[2] for row in to_lab])
    return np.array(rows, np.float32)


def look(
    target: NDArray[np.uint8], lasting: NDArray[np.uint8], tools: Sequence[NDArray[np.float32]], masking: float
) -> NDArray[np.float32]:
    """Colors and weights (h, w, 4) of a picture (h, w, 3); `tools` as for `to_lab`."""
    h, w = lasting.shape
    lab = to_lab(target.reshape(-1, 3).tolist(), *tools).reshape(h, w, 3)
    level = (lab[..., 0] * (1 << 14)).astype(np.int64)
    steps = np.zeros((h, w), np.int64)
    steps[:, 1:] += abs(np.diff(level, axis=1))
    steps[1:] += abs(np.diff(level, axis=0))
    share = masking / (2 * 25 * (1 << 14))
    weights = np.zeros((h, w, 1), np.float32)
    for y in range(h):
        for x in range(w):
            around = int(steps[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3].sum())
            weights[y, x] = float(lasting[y, x]) / (1.0 + share * around)
    return np.concatenate([lab, weights], axis=2)


def compare(
    pixels: NDArray[np.float32],
    best: Sequence[int],
    table: NDArray[np.float32],
    shown: Sequence[int],
    colors: NDArray[np.float32],
    first: bool,
) -> NDArray[np.float32]:
    rows = pixels.copy()
    for row, entry, present in zip(rows, best, shown, strict=True):
        best_square, square = distances(row[:3], np.stack([table[entry], colors[present]]))
        base = best_square if first else min(best_square, square)
        e = (square - base) * row[3]
        row[4:] = base, np.float32(math.inf) if first else e * (1 + np.float32(STEEP) * e)
    return rows


def settle(keep: NDArray[np.float32], limit: float) -> tuple[NDArray[np.float32], tuple[int, int, int, int]]:
    """What keeping costs (h, w) after it, and the rows and columns of what is left."""
    keep = keep.copy()
    h, w = keep.shape
    for y in range(0, h, BLOCK):
        for x in range(0, w, BLOCK):
            square = keep[y : y + BLOCK, x : x + BLOCK]
            if sum(square.ravel().tolist()) < limit:
                square[:] = 0
    rows, columns = np.nonzero(keep > 0)
    if not rows.size:
        return keep, (h, 0, w, 0)
    return keep, (int(rows.min()), int(rows.max()) + 1, int(columns.min()), int(columns.max()) + 1)


def movement(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.bool_]:
    difference = after.astype(np.int64) - before
    largest = abs(difference).max(axis=2)
    h, w = largest.shape
    moved = np.zeros((h, w), bool)
    for y in range(h):
        for x in range(w):
            change = largest[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3].sum()
            drift = difference[max(0, y - 4) : y + 5, max(0, x - 4) : x + 5].sum(axis=(0, 1))
            moved[y, x] = (
                largest[y, x] > 10 or change > 2.0 * 25 or abs(drift).max() > max(0.3 * 81, change * (0.5 * 81 / 25))
            )
    return moved


def average(
    frames: Sequence[Sequence[int]], moved: bool, ahead: Sequence[bool], mean: Sequence[np.float32], count: int
) -> tuple[list[np.float32], int, list[int], int]:
    """Mean, count, color and lasting of one pixel, whose colors in this frame and the next ones are known."""
    still = 1
    while still < len(frames) and not ahead[still - 1]:
        still += 1
    mean = list(mean)
    if moved:
        mean = [np.float32(sum(int(f[k]) for f in frames[:still])) / np.float32(still) for k in range(3)]
        count = still
    elif still == AHEAD:
        count = min(count + 1, 16)
        mean = [m + (np.float32(new) - m) / np.float32(count) for m, new in zip(mean, frames[-1], strict=True)]
    color = [int(m + np.float32(0.5)) for m in mean]
    return mean, count, color, AHEAD if still == len(frames) else still


def demand(
    best: Sequence[int], pixels: NDArray[np.float32], colors: NDArray[np.float32], shown: Sequence[int], limit: float
) -> NDArray[np.float64]:
    """Count and weight (2, entries) of what is asked for."""
    asked = np.zeros((2, len(colors)))
    for entry, stays, row in zip(best, shown, pixels, strict=True):
        color, weight = row[:3], row[3]
        gain = max(square(colors[stays], color) - square(colors[entry], color), np.float32(0.0)) * weight
        if gain * (np.float32(1.0) + np.float32(STEEP) * gain) > limit:
            asked[:, entry] += 1.0, weight
    return asked


def reveal(symbols: Sequence[int], entries: Sequence[int], below: Sequence[int]) -> list[int]:
    """What an image leaves on the canvas."""
    return [entries[symbol] if symbol < len(entries) else there for symbol, there in zip(symbols, below, strict=True)]


def slice(
    square: NDArray[np.float32], count: Sequence[float], weight: Sequence[float], size: int, alive: Iterable[int]
) -> set[int]:
    """The entries that are left."""
    left, heir = set(alive), {}
    pixels, mass = list(count), list(weight)
    while len(left) > size:
        costs = {}
        for i in sorted(left):
            if heir.get(i) not in left:
                heir[i] = min((k for k in sorted(left) if k != i), key=lambda k: float(square[i, k]))
            e = float(square[i, heir[i]]) * mass[i] / pixels[i]
            costs[i] = pixels[i] * (e * (1.0 + STEEP * e))
        worst = min(costs, key=lambda i: costs[i])
        left.remove(worst)
        pixels[heir[worst]] += pixels[worst]
        mass[heir[worst]] += mass[worst]
    return left


def heir(square: NDArray[np.float32], order: NDArray[np.uint16], alive: NDArray[np.bool_], i: int) -> int:
    """The nearest other entry that is alive."""
    others = [k for k in range(len(alive)) if alive[k] and k != i]
    return min(others, key=lambda k: float(square[i, k]))


def square(a: NDArray[np.float32], b: NDArray[np.float32]) -> np.float32:
    x, y, z = a - b
    return x * x + y * y + z * z


def nearest(colors: NDArray[np.float32], candidates: NDArray[np.uint16], color: NDArray[np.float32]) -> int:
    """The first of those whose colors are nearest."""
    return int(min(candidates, key=lambda candidate: float(square(colors[candidate], color))))


def move(
    pixels: NDArray[np.float32],
    best: NDArray[np.uint16],
    lasting: NDArray[np.uint8],
    masking: float,
    top: int,
    left: int,
    colors: NDArray[np.float32],
    near: NDArray[np.uint16],
    noise: NDArray[np.float32],
    smooth: float,
    visible: float,
) -> None:
    side = len(noise)
    for (y, x), entry in np.ndenumerate(best.copy()):
        calm = (float(lasting[y, x]) / float(pixels[y, x, 3]) - 1) / masking
        away = np.float32(np.sqrt(square(colors[entry], pixels[y, x, :3])))
        if calm >= smooth or (calm == 0 and smooth < np.inf) or away < visible:
            continue
        gap = np.float32(np.sqrt(square(colors[near[entry, 1]], colors[entry])))
        far = np.float32(1 - calm / smooth) * min(np.float32(2) * away, gap)
        pixels[y, x, :3] += far * noise[(top + y) % side, (left + x) % side]
        best[y, x] = nearest(colors, near[entry], pixels[y, x, :3])


def diffuse(
    pixels: NDArray[np.float32], best: NDArray[np.uint16], colors: NDArray[np.float32], near: NDArray[np.uint16]
) -> None:
    h, w = best.shape
    errors = np.zeros((h + 1, w + 2, 3), np.float32)
    for (y, x), entry in np.ndenumerate(best.copy()):
        color = pixels[y, x, :3].copy()
        if square(colors[entry], color) < np.float32(1e-8):
            continue
        color += np.clip(errors[y, x + 1], np.float32(-0.04), np.float32(0.04))
        best[y, x] = nearest(colors, near[entry], color)
        pixels[y, x, :3] = colors[best[y, x]]
        error = (color - pixels[y, x, :3]) / np.float32(16)
        errors[y, x + 2] += 7 * error
        errors[y + 1, x] += 3 * error
        errors[y + 1, x + 1] += 5 * error
        errors[y + 1, x + 2] += error


def lay(
    square: NDArray[np.float32], order: NDArray[np.uint16], entries: Sequence[int], reach: int
) -> tuple[list[list[int]], list[int], list[np.float32]]:
    """What is near each of some entries, among those that are kept in order, and the nearest of them for each entry."""
    place = {entry: index for index, entry in enumerate(entries)}
    near = []
    for entry in entries:
        known = [place[k] for k in order[entry].tolist() if k in place][:reach]
        near.append(known + [place[entry]] * (reach - len(known)))
    nearest = [min(entries, key=lambda k: float(square[i, k])) for i in range(len(square))]
    return near, [place[k] for k in nearest], [square[i, k] for i, k in enumerate(nearest)]


def changed(before: NDArray[np.uint32], now: NDArray[np.uint32]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what differs in the lower 24 bits; all 0 where nothing does."""
    differ = [(x, y) for y, x in np.ndindex(now.shape) if int(before[y, x]) % (1 << 24) != int(now[y, x]) % (1 << 24)]
    if not differ:
        return 0, 0, 0, 0
    columns, rows = zip(*differ, strict=True)
    return min(columns), min(rows), max(columns) + 1, max(rows) + 1


def filter(part: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Planes (3, h, w) of red, green and blue of numbers (h, w), each row less the one above."""
    planes = np.stack([part // (1 << 16) % 256, part // (1 << 8) % 256, part % 256]).astype(np.int64)
    above = np.concatenate([np.zeros_like(planes[:, :1]), planes[:, :-1]], axis=1)
    return ((planes - above) % 256).astype(np.uint8)


def restore(planes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture (h, w, 3) of which these are the planes."""
    return (np.cumsum(planes.astype(np.int64), axis=1) % 256).astype(np.uint8).transpose(1, 2, 0)


def differ(before: Iterable[int], now: Iterable[int]) -> bool:
    """Whether two rows differ in the lower 24 bits."""
    return any(int(a) % (1 << 24) != int(b) % (1 << 24) for a, b in zip(before, now, strict=True))


def same(before: NDArray[np.uint32], now: NDArray[np.uint32]) -> bool:
    """Whether two pictures are alike in the lower 24 bits."""
    return not any(differ(a, b) for a, b in zip(before, now, strict=True))


def spend(data: bytes, minimum: int, count: int) -> tuple[list[int], list[float]]:
    """At most `count` symbols of a code stream, and the bits of each one's code, shared by what the code stands for."""
    stream = int.from_bytes(data, "little")
    left = 8 * len(data)
    clear = 1 << minimum
    phrases: list[Phrase] = []
    width, before = minimum + 1, ()
    symbols: list[int] = []
    bits: list[float] = []
    while len(symbols) < count and left >= width:
        code = stream & ((1 << width) - 1)
        stream >>= width
        left -= width
        if code == clear or not phrases:
            phrases = [(symbol,) for symbol in range(clear)] + [(), ()]
        if code == clear:
            width, before = minimum + 1, ()
            continue
        if code == clear + 1 or code > len(phrases) - (not before):
            break
        phrase = phrases[code] if code < len(phrases) else (*before, before[0])
        symbols += phrase
        bits += [width / len(phrase)] * len(phrase)
        if before and len(phrases) < CODES:
            phrases.append((*before, phrase[0]))
            if len(phrases) == 1 << width and width < 12:
                width += 1
        before = phrase
    return symbols[:count], bits[:count]
