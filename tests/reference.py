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
EMPTY = 0xFFFFFFFF

Phrase = tuple[int, ...]  # symbols; the LZW dictionary has a code for each
Codes = list[tuple[int, int]]  # a code and its width in bits


def slot(slots: Sequence[int], node: int, symbol: int) -> int:
    """The first place, from the key's own on and around the end, that holds the key or nothing."""
    key = node * 256 + symbol
    own = key * 2654435761 // CODES % len(slots)
    for place in [*range(own, len(slots)), *range(own)]:
        if slots[place] == EMPTY or slots[place] // CODES == key:
            return place
    raise AssertionError("the table is full")


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


def encode(symbols: Sequence[int], free: Sequence[bool], transparent: int, minimum: int) -> Codes:
    """The codes of a stream, each with its width."""
    clear, end = 1 << minimum, (1 << minimum) + 1
    phrases: dict[Phrase, int] = {}
    following, width = CODES, minimum + 1
    codes: Codes = []
    before: Phrase = ()
    at = 0
    while at < len(symbols):
        if following == CODES:
            codes.append((clear, width))
            phrases = {(symbol,): symbol for symbol in range(clear)}
            following, width, before = clear + 2, minimum + 1, ()
        # The decoder adds the phrase before plus one symbol while it reads this code, which may stand for just that.
        usable = ChainMap(phrases, {(*before, before[0]): following} if before else {})
        phrase = longest(usable, symbols, free, at, transparent)
        codes.append((usable[phrase], width))
        if before:
            phrases[(*before, phrase[0])] = following
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


def note_colors(colors: Iterable[int], found: list[int], room: int) -> int:
    """Adds new colors to `found` in the order in which they appear; room + 1 where there is one more than fits."""
    for color in colors:
        if color not in found:
            if len(found) == room:
                return room + 1
            found.append(color)
    return len(found)


def collect(pixels: Iterable[Sequence[int]], known: set[int]) -> list[int]:
    """The colors that are not known, once each, in the order in which they appear."""
    return list(dict.fromkeys(color for color in pack(pixels) if color not in known))


def look_up(pixels: Iterable[Sequence[int]], index: dict[int, int]) -> list[int]:
    return [index[color] for color in pack(pixels)]


def luma(pixels: Iterable[Sequence[int]]) -> list[int]:
    """In eighths of a level."""
    return [2 * int(r) + 5 * int(g) + int(b) for r, g, b in pixels]


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


def patches(colors: Iterable[int], picture: int, most: Mapping[int, Sequence[int]]) -> dict[int, list[int]]:
    """For each region of 8 x 8 x 8 levels its pixels, the sums of their channels, and the picture with most of them."""
    now: dict[int, list[int]] = {}
    for color in colors:
        r, g, b = color // 65536, color // 256 % 256, color % 256
        region = r // 8 * 1024 + g // 8 * 32 + b // 8
        now[region] = [have + more for have, more in zip(now.get(region, [0] * 4), (1, r, g, b), strict=True)]
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


def search(colors: NDArray[np.float32], entries: NDArray[np.float32]) -> list[int]:
    """The index of the nearest entry, of equals the lowest."""
    return [int(np.argmin(distances(color, entries))) for color in colors]


def spacing(entries: NDArray[np.float32]) -> list[float]:
    """The squared distance of each entry to the nearest other one, inf where there is none."""
    others = [np.delete(entries, index, axis=0) for index in range(len(entries))]
    return [
        float(distances(entry, other).min(initial=np.float32(np.inf)))
        for entry, other in zip(entries, others, strict=True)
    ]


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
