"""Twins of the kernels in gifsom.native.lzw_decode."""

from twins.lzw import CODES, Phrase


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
