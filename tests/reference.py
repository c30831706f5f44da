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


def color_numbers(pixels: Iterable[Sequence[int]]) -> list[int]:
    return [int(r) * 65536 + int(g) * 256 + int(b) for r, g, b in pixels]


def note_colors(pixels: Iterable[Sequence[int]], found: list[int], room: int) -> int:
    """Adds new colors to `found` in the order in which they appear; room + 1 where there is one more than fits."""
    for color in color_numbers(pixels):
        if color not in found:
            if len(found) == room:
                return room + 1
            found.append(color)
    return len(found)


def collect(pixels: Iterable[Sequence[int]], known: set[int]) -> list[int]:
    """The colors that are not known, once each, in the order in which they appear."""
    return list(dict.fromkeys(color for color in color_numbers(pixels) if color not in known))


def look_up(pixels: Iterable[Sequence[int]], index: dict[int, int]) -> list[int]:
    return [index[color] for color in color_numbers(pixels)]


def distances(color: NDArray[np.float32], entries: NDArray[np.float32]) -> NDArray[np.float32]:
    """Squared distances of a color (3,) to entries (n, 3), each product and sum rounded to float32."""
    d = entries - color
    squares = d * d
    assert squares.dtype == np.float32
    return squares[:, 0] + squares[:, 1] + squares[:, 2]


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
    """What becomes of neurons (n, 3). Radius and rate shrink every 256 steps, and where a call begins.

    A distance is rounded down to 14 bits; of equals the lowest neuron wins.
    """
    neurons = neurons.copy()
    sigma = pull = 0.0
    for step in range(first, last):
        if step == first or step % 256 == 0:
            sigma = radius[0] * math.pow(radius[1] / radius[0], step / steps)
            pull = rate[0] * math.pow(rate[1] / rate[0], step / steps)
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


def assign(colors: NDArray[np.float32], neurons: NDArray[np.float32], guesses: Sequence[int]) -> list[int]:
    """The nearest of neurons (n, 3), which ascend in lightness, for each color.

    Of equals the guess, or else the one that comes first when one goes from the color's own lightness upwards, and
    then downwards.
    """
    cells: list[int] = []
    for color, guess in zip(colors, guesses, strict=True):
        d = distances(color, neurons)
        lighter = [n for n in range(len(neurons)) if neurons[n, 0] >= color[0]]
        darker = [n for n in range(len(neurons)) if neurons[n, 0] < color[0]][::-1]
        cells.append(min([guess, *lighter, *darker], key=lambda n: float(d[n])))  # `min` takes the first of equals
    return cells


def gather(
    colors: NDArray[np.float32], weights: Sequence[float], cells: Sequence[int], count: int
) -> list[list[float]]:
    """For each of `count` cells its weight, and its weighted color."""
    sums = [[0.0] * 4 for _ in range(count)]
    for color, weight, cell in zip(colors, weights, cells, strict=True):
        for k, value in enumerate([1.0, *color.tolist()]):
            sums[cell][k] += weight * value
    return sums
