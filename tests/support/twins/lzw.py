"""Twins of the kernels in gifsom.native.lzw."""

from collections import ChainMap
from collections.abc import Mapping, Sequence

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


def replace(codes: Codes, min_code_size: int, symbols: Sequence[int]) -> Codes:
    """The codes of a stream in which each symbol has become another one."""
    return [(symbols[code] if code < 1 << min_code_size else code, width) for code, width in codes]
