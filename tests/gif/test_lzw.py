"""LZW: the kernel does what its twin does, and every stream is one that the strictest decoder reads back."""

import io
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

import decoders
import numba
import numpy as np
import pytest
import twins.lzw
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from strict import Invalid, check, decode_lzw

from gifsom.core.frame import Rect
from gifsom.gif import lzw
from gifsom.gif.lzw import CODES, compress, minimum_code_size
from gifsom.gif.writer import GifWriter, Patch, _sub_blocks

Symbols = NDArray[np.uint8]
Free = NDArray[np.bool_]

MINIMUMS = range(2, 9)


@numba.njit
def strictly(data, minimum, pixels, starts, ends):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """How many pixels a stream gives, or a negative number where `strict.decode_lzw` would refuse it.

    Each entry of the table is a stretch of the pixels, `starts` to `ends` (4096 each). After the call, `starts[0]` is
    the number of codes.
    """
    clear, end = 1 << minimum, (1 << minimum) + 1
    bits, filled, at = np.int64(0), 0, 0
    size = codes = 0
    width, following = minimum + 1, clear + 2
    before_start = before_end = -1
    ended = False
    while not ended:
        while filled < width:
            if at == data.shape[0]:
                return -1  # no end code
            bits |= np.int64(data[at]) << filled
            filled += 8
            at += 1
        code = bits & ((1 << width) - 1)
        bits >>= width
        filled -= width
        codes += 1
        if codes == 1 and code != clear:
            return -2
        if code == clear:
            width, following, before_start = minimum + 1, clear + 2, -1
        elif code == end:
            ended = True
        elif following == 4096 or code > following or (before_start < 0 and code > clear):
            return -3  # a deferred clear, or a code that means nothing yet
        else:
            start = size
            if code < clear:
                pixels[size] = code
                size += 1
            elif code < following:
                for k in range(starts[code], ends[code]):
                    pixels[size] = pixels[k]
                    size += 1
            else:
                for k in range(before_start, before_end):
                    pixels[size] = pixels[k]
                    size += 1
                pixels[size] = pixels[before_start]
                size += 1
            if before_start >= 0:
                starts[following], ends[following] = before_start, before_end + 1
                following += 1
                if following == 1 << width and width < 12:
                    width += 1
            before_start, before_end = start, size
    if at < data.shape[0] or bits:
        return -4  # something stands behind the end code
    starts[0] = codes
    return size


class Decoder:
    """`strictly`, with the room that it needs."""

    def __init__(self, largest: int) -> None:
        self._pixels = np.empty(largest + 4096, np.uint8)
        self._starts, self._ends = np.empty(4096, np.int64), np.empty(4096, np.int64)
        self.codes = 0

    def __call__(self, data: bytes | Symbols, minimum: int) -> Symbols:
        size = strictly(np.frombuffer(data, np.uint8), minimum, self._pixels, self._starts, self._ends)
        assert size >= 0, f"the stream is not strictly valid ({size})"
        self.codes = int(self._starts[0])
        return self._pixels[:size]


def by_pillow(data: bytes, minimum: int, length: int) -> bytes:
    """So many symbols of a stream, as Pillow's decoder reads them."""
    return Image.frombytes("L", (length, 1), b"".join(_sub_blocks(data)), "gif", minimum, 0).tobytes()


def test_decoder_of_these_tests_is_as_strict_as_the_validator() -> None:
    """With a damaged bit, a byte too few or too many: it refuses the same streams, and reads the others alike."""
    rng = np.random.default_rng(5)
    decode = Decoder(1 << 17)
    refused = 0
    for minimum in (2, 3, 8):
        whole = compress(noise(minimum, 400), minimum)
        damaged = [bytearray(whole) for _ in range(200)]
        for stream in damaged:
            stream[rng.integers(len(stream))] ^= 1 << rng.integers(8)
        for stream in (*damaged, whole[:-1], whole + b"\0", whole[:9]):
            try:
                expected, _ = decode_lzw(minimum, bytes(stream))
            except Invalid:
                refused += 1
                with pytest.raises(AssertionError):
                    decode(bytes(stream), minimum)
            else:
                assert expected == decode(bytes(stream), minimum).tobytes()
    assert 50 < refused < 550


def noise(minimum: int, length: int, seed: int = 0) -> Symbols:
    return np.random.default_rng([seed, minimum]).integers(0, 1 << minimum, length).astype(np.uint8)


def honours(symbols: Symbols, decoded: Symbols, free: Free, transparent: int) -> bool:
    """Each pixel is what was asked for, or transparent where that is as good."""
    return bool(np.all((decoded == symbols) | (free & (decoded == transparent))))


def twin(
    symbols: Symbols,
    minimum: int,
    free: Free | None = None,
    transparent: int = 0,
    first: int = CODES,
    part: int = 0,
) -> bytes:
    choice = np.zeros(symbols.size, bool) if free is None else free
    codes = twins.lzw.encode(symbols.ravel().tolist(), choice.ravel().tolist(), transparent, minimum, first, part)
    return twins.lzw.packed(codes)


def pictures(minimum: int) -> Iterator[tuple[str, Symbols]]:
    """Streams of several kinds, long enough to fill the dictionary of small symbols at least once."""
    count, colors = 9000, 1 << minimum
    steps = np.arange(count)
    yield "noise", noise(minimum, count)
    yield "flat", np.full(count, colors - 1, np.uint8)
    yield "ramp", (steps // 7 % colors).astype(np.uint8)
    yield "rarely another", np.where(noise(6, count) == 0, colors - 1, 0).astype(np.uint8)
    yield "rows", (steps % 97 % colors).astype(np.uint8)


@pytest.mark.parametrize("minimum", MINIMUMS)
def test_stream_is_the_one_of_the_twin(minimum: int) -> None:
    for name, symbols in pictures(minimum):
        assert twin(symbols, minimum) == compress(symbols, minimum), name


@pytest.mark.parametrize("minimum", MINIMUMS)
@pytest.mark.parametrize(("share", "part"), [(0.1, 0), (0.5, 0), (0.9, 0), (0.5, 2), (0.1, 8)])
def test_stream_with_a_free_choice_is_the_one_of_the_twin(minimum: int, share: float, part: int) -> None:
    transparent = (1 << minimum) - 2
    for name, symbols in pictures(minimum):
        short = symbols[:3000]
        free = np.random.default_rng(minimum).random(short.size) < share
        data = compress(short, minimum, free, transparent, min_gain_divisor=part)
        assert twin(short, minimum, free, transparent, part=part) == data, name
        decoded, _ = decode_lzw(minimum, data)
        assert honours(short, np.frombuffer(decoded, np.uint8), free, transparent), name


@given(st.data())
def test_any_stream_with_any_free_choice_is_the_one_of_the_twin(data: st.DataObject) -> None:
    minimum = data.draw(st.integers(2, 8))
    symbol = st.integers(0, data.draw(st.integers(0, (1 << minimum) - 1)))
    pixels = data.draw(st.lists(st.tuples(symbol, st.booleans()), min_size=1, max_size=300))
    transparent = data.draw(st.integers(0, (1 << minimum) - 1))
    symbols = np.array([pixel for pixel, _ in pixels], np.uint8)
    free = np.array([choice for _, choice in pixels])
    part = data.draw(st.integers(0, 9))
    stream = compress(symbols, minimum, free, transparent, min_gain_divisor=part)
    assert twin(symbols, minimum, free, transparent, part=part) == stream
    decoded, _ = decode_lzw(minimum, stream)
    assert honours(symbols, np.frombuffer(decoded, np.uint8), free, transparent)


def test_free_choice_has_no_effect_where_the_symbol_is_transparent_itself() -> None:
    symbols = noise(3, 2000)
    free = symbols == 5
    assert compress(symbols, 3) == compress(symbols, 3, free, 5)


def test_unchanged_pixels_join_the_phrase_that_goes_on() -> None:
    """All of it unchanged: the whole picture is one growing run of "transparent", or of anything as cheap."""
    symbols = noise(8, 4000)
    everywhere = np.ones(symbols.size, bool)
    assert len(compress(np.zeros(4000, np.uint8), 8)) >= len(compress(symbols, 8, everywhere, 255))
    assert len(compress(symbols, 8)) > 30 * len(compress(symbols, 8, everywhere, 255))


def test_a_shorter_phrase_is_taken_where_the_next_one_then_reaches_farther() -> None:
    """Rows of a picture that is twice as large as it was drawn, as games are."""
    symbols = np.tile(noise(4, 1000)[:, None].repeat(8, axis=1).reshape(-1, 80).repeat(4, axis=0).ravel(), 3)
    greedy, cut = compress(symbols, 4), compress(symbols, 4, min_gain_divisor=2)
    assert decode_lzw(4, cut)[0] == symbols.tobytes()
    assert len(cut) < 0.97 * len(greedy)


def test_a_picture_is_coded_row_by_row_whatever_its_layout() -> None:
    picture = noise(4, 600).reshape(20, 30)
    free = picture % 3 == 0
    expected = compress(picture.ravel(), 4, free.ravel(), 7)
    assert expected == compress(picture, 4, free, 7)
    assert expected == compress(np.asfortranarray(picture), 4, np.asfortranarray(free), 7)
    assert expected == compress(np.repeat(picture, 2, axis=1)[:, ::2], 4, np.repeat(free, 2, axis=1)[:, ::2], 7)


@pytest.mark.parametrize(
    ("symbols", "minimum", "free", "transparent"),
    [
        ([], 2, None, 0),
        ([4], 2, None, 0),
        ([0], 2, None, 4),
        ([0], 1, None, 0),
        ([0], 9, None, 0),
        ([0, 0], 2, [True], 0),
        ([0], 2, [True, True], 0),
    ],
)
def test_what_does_not_fit_is_refused(
    symbols: list[int], minimum: int, free: list[bool] | None, transparent: int
) -> None:
    with pytest.raises(ValueError, match="minimum code size"):
        compress(np.array(symbols, np.uint8), minimum, None if free is None else np.array(free), transparent)


def test_minimum_code_size_is_the_smallest_that_a_gif_allows() -> None:
    expected = {1: 2, 2: 2, 3: 2, 4: 2, 5: 3, 8: 3, 9: 4, 16: 4, 17: 5, 32: 5, 33: 6, 64: 6, 65: 7, 128: 7, 129: 8}
    assert expected == {symbols: minimum_code_size(symbols) for symbols in expected}
    assert minimum_code_size(256) == 8


def test_every_string_of_up_to_8_symbols_comes_back() -> None:
    """All 87380 over 4 symbols, from Pillow too; a part of them is decoded by `strict.decode_lzw` as well."""
    decode = Decoder(8)
    nothing_free, out = np.zeros(8, bool), np.empty(32, np.uint8)
    compared = 0
    for length in range(1, 9):
        shifts = 2 * np.arange(length)
        strings = (np.arange(4**length)[:, None] >> shifts & 3).astype(np.uint8)
        for number, string in enumerate(strings):
            data = out[: lzw._encode(string, nothing_free[:length], 0, 2, CODES, number % 3, out)]
            assert string.tobytes() == decode(data, 2).tobytes() == by_pillow(data.tobytes(), 2, length)
            if number % 61 == 0:
                assert (string.tobytes(), decode.codes) == decode_lzw(2, data.tobytes())
                compared += 1
    assert compared > 1400


def test_every_string_of_up_to_5_symbols_with_every_free_choice_is_honoured() -> None:
    """Symbol 3 is transparent; all 37448 pairs of a string over 4 symbols and a choice."""
    decode = Decoder(8)
    out = np.empty(32, np.uint8)
    for length in range(1, 6):
        shifts = np.arange(length)
        strings = (np.arange(4**length)[:, None] >> 2 * shifts & 3).astype(np.uint8)
        choices = (np.arange(2**length)[:, None] >> shifts & 1).astype(bool)
        for string in strings:
            for number, free in enumerate(choices):
                decoded = decode(out[: lzw._encode(string, free, 3, 2, CODES, number % 3, out)], 2)
                assert decoded.size == length
                assert honours(string, decoded, free, 3), (string, free)


def number_of_codes(symbols: Symbols, minimum: int) -> int:
    """Codes of a stream, the clears and the end among them."""
    return decode_lzw(minimum, compress(symbols, minimum))[1]


def shortest_with(codes: int, symbols: Symbols, minimum: int) -> int:
    """The shortest beginning of `symbols` that takes so many codes: each further pixel takes one more, or none."""
    return bisect_left(range(symbols.size), codes, key=lambda length: number_of_codes(symbols[: length or 1], minimum))


@pytest.mark.parametrize("minimum", MINIMUMS)
def test_every_length_around_a_full_dictionary_comes_back(minimum: int) -> None:
    """3700 to 4300 noisy pixels, and as many lengths around the one that fills the dictionary with these symbols."""
    symbols = noise(minimum, 25_000)
    decode = Decoder(symbols.size)
    filling = 2 + 4096 - (1 << minimum) - 1  # a clear, an end, and of what is between all but the first add an entry
    full = shortest_with(filling, symbols, minimum)
    after = {}
    for length in sorted({*range(3700, 4301), *range(full - 300, full + 301)}):
        data = compress(symbols[:length], minimum)
        expected = symbols[:length].tobytes()
        assert expected == decode(data, minimum).tobytes() == by_pillow(data, minimum, length), length
        if length % 10 == 0 or abs(length - full) <= 10:
            assert (expected, decode.codes) == decode_lzw(minimum, data), length
        after[length] = decode.codes
    assert filling - 1 == after[full - 1]
    assert filling == after[full]
    longer = next(length for length in range(full, full + 300) if after[length] > filling)
    assert filling + 2 == after[longer], "the code after the one that fills the dictionary is a clear"


@pytest.mark.parametrize("minimum", MINIMUMS)
def test_a_stream_may_end_exactly_where_its_codes_grow(minimum: int) -> None:
    """One code before, at and after each step: the end code has still the old width, or the new one already."""
    symbols = noise(minimum, 25_000, seed=1)
    for width in range(minimum + 1, 13):
        step = 2 + (1 << width) - (1 << minimum) - 1
        for codes in (step - 1, step, step + 1):
            length = shortest_with(codes, symbols, minimum)
            data = compress(symbols[:length], minimum)
            cleared = width == 12 and codes > step
            assert (symbols[:length].tobytes(), codes + cleared) == decode_lzw(minimum, data), (width, codes)
            assert symbols[:length].tobytes() == by_pillow(data, minimum, length), (width, codes)
            assert twin(symbols[:length], minimum) == data, (width, codes)


@pytest.mark.parametrize("minimum", [2, 5, 8])
def test_first_dictionary_can_be_cleared_at_any_code(minimum: int) -> None:
    clear = 1 << minimum
    symbols = noise(minimum, 9000)
    for first in (clear + 3, clear + 4, 2 * clear, 2 * clear + 1, 1024, 1025, 3840, CODES - 1):
        for part in (0, 2):
            data = compress(symbols, minimum, first_clear=first, min_gain_divisor=part)
            assert decode_lzw(minimum, data)[0] == symbols.tobytes(), first
            assert twin(symbols, minimum, first=first, part=part) == data, first


def test_no_clear_stands_before_the_end() -> None:
    """Whatever the last code is, of dictionaries that are cleared early."""
    symbols = noise(2, 60)
    for length in range(1, symbols.size):
        for first in (7, 8, 9, 12, 20):
            data = compress(symbols[:length], 2, first_clear=first)
            assert twin(symbols[:length], 2, first=first) == data, (length, first)


def test_encoder_writes_nothing_outside_the_room_it_is_given() -> None:
    """Neither beside the output nor behind what it says that it has written."""
    symbols = noise(8, 9000)
    room = np.full(2 * symbols.size + 16 + 64, 0xA5, np.uint8)
    size = lzw._encode(symbols, np.zeros(symbols.size, bool), 0, 8, CODES, 0, room[32:-32])
    assert compress(symbols, 8) == room[32 : 32 + size].tobytes()
    assert {0xA5} == {*room[:32].tolist(), *room[32 + size :].tolist()}


Phrases = dict[tuple[int, ...], int]


def table(phrases: Phrases, minimum: int) -> NDArray[np.uint16]:
    """The children of each node of a dictionary."""
    tree = np.zeros((lzw.CODES, 1 << minimum), np.uint16)
    for phrase, code in phrases.items():
        if len(phrase) > 1:
            tree[phrases[phrase[:-1]], phrase[-1]] = code
    return tree


def all_phrases(minimum: int, first: int, second: int) -> Phrases:
    """A full dictionary, breadth first, of all that two symbols can spell."""
    phrases = {(symbol,): symbol for symbol in range(1 << minimum)}
    level: list[tuple[int, ...]] = [(first,), (second,)]
    while True:
        level = [(*phrase, symbol) for phrase in level for symbol in (first, second)]
        for phrase in level:
            code = len(phrases) + 2
            if code == lzw.CODES:
                return phrases
            phrases[phrase] = code


@pytest.mark.parametrize(("minimum", "symbol", "transparent"), [(2, 0, 1), (2, 3, 2), (8, 255, 254), (8, 7, 200)])
def test_longest_phrase_is_the_one_of_the_twin(minimum: int, symbol: int, transparent: int) -> None:
    """With thousands of phrases alive at once, none of which is noted outside the room for them."""
    phrases = all_phrases(minimum, symbol, transparent)
    tree = table(phrases, minimum)
    rng = np.random.default_rng(minimum)
    for share in (0.0, 0.5, 1.0):
        symbols = np.where(rng.random(40) < 0.8, symbol, transparent).astype(np.uint8)
        free = rng.random(symbols.size) < share
        for start in (0, 13, symbols.size - 1):
            rooms = [np.full((4, lzw.CODES), -1, np.int64) for _ in range(2)]
            inner = [room[1:-1] for room in rooms]
            node, length, head = lzw._longest(symbols, free, start, transparent, tree, *inner)
            pixels = phrases, symbols.tolist(), free.tolist(), start
            expected = twins.lzw.longest(*pixels, transparent)
            assert (phrases[expected], len(expected), expected[0]) == (node, length, head)
            for part in (1, 2, 9):
                taken = lzw._ahead(symbols, free, start, length, part, transparent, tree, *inner)
                assert taken == twins.lzw.ahead(*pixels, length, part, transparent)
            assert all({-1} == {*room[0].tolist(), *room[-1].tolist()} for room in rooms)


def one_frame(symbols: Symbols, minimum: int, data: bytes) -> bytes:
    """A GIF of one picture around a stream, in greys."""
    stream = io.BytesIO()
    height, width = symbols.shape
    greys = np.repeat(np.linspace(0, 255, 1 << minimum).astype(np.uint8)[:, None], 3, axis=1)
    writer = GifWriter(stream, (width, height), greys, len(greys), 1)
    writer.add(Patch(Rect(0, 0, width, height), minimum, data, 10))
    writer.close()
    return stream.getvalue()


def shape_of(pixels: int) -> tuple[int, int] | None:
    """Height and width of a picture with so many pixels; None for a large prime, whose picture would be too wide."""
    return next(
        ((rows, pixels // rows) for rows in range(1, 100) if pixels % rows == 0 and pixels // rows < 16_000), None
    )


@pytest.mark.parametrize("minimum", MINIMUMS)
@pytest.mark.parametrize("decoder", decoders.params())
def test_streams_are_read_by_decoders_that_others_wrote(
    decoder: decoders.Decoder, minimum: int, tmp_path: Path
) -> None:
    """Among them streams that end where the dictionary is full, and one code before and after."""
    symbols = noise(minimum, 25_000)
    full = shortest_with(2 + 4096 - (1 << minimum) - 1, symbols, minimum)
    shapes = [(1, 1), (150, 160), *filter(None, map(shape_of, range(full - 1, full + 3)))]
    assert len(shapes) >= 4
    for number, (height, width) in enumerate(shapes):
        picture = symbols[: height * width].reshape(height, width)
        path = tmp_path / f"{number}.gif"
        path.write_bytes(one_frame(picture, minimum, compress(picture, minimum)))
        gif = check(path.read_bytes())
        assert picture.tobytes() == gif.frames[0].indices.tobytes()
        decoders.same_timeline(decoders.timeline(gif), decoder(path))
