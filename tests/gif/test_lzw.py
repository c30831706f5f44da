"""LZW: the kernel does what its twin does, and every stream is one that the strictest decoder reads back."""

import io
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

import decoders
import numpy as np
import pytest
import twins.lzw
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from strict import Invalid, check, decode_lzw

from gifsom.core.frame import Rect
from gifsom.gif.lzw import CODES, compress, minimum_code_size
from gifsom.gif.writer import GifWriter, Patch, _sub_blocks
from gifsom.native.lzw import lzw_encode

Symbols = NDArray[np.uint8]
Free = NDArray[np.bool_]

MINIMUMS = range(2, 9)


def strictly(data: bytes, minimum: int) -> tuple[bytes, int]:
    """Pixels and number of codes as `strict.decode_lzw` gives them, sooner where a stream is short.

    Raises `AssertionError` where that would refuse the stream.
    """
    clear, end = 1 << minimum, (1 << minimum) + 1
    literals = [bytes([symbol]) for symbol in range(clear)] + [b"", b""]
    table: list[bytes] = []
    pixels: list[bytes] = []
    before = b""
    bits = filled = at = codes = 0
    width = minimum + 1
    while True:
        while filled < width:
            assert at < len(data), "no end code"
            bits |= data[at] << filled
            filled += 8
            at += 1
        code = bits & (1 << width) - 1
        bits >>= width
        filled -= width
        codes += 1
        assert codes > 1 or code == clear, "the first code is not a clear"
        if code == clear:
            table, width, before = literals.copy(), minimum + 1, b""
            continue
        if code == end:
            break
        assert len(table) < CODES, "a deferred clear"
        assert code < clear if not before else code <= len(table), "a code that means nothing yet"
        entry = table[code] if code < len(table) else before + before[:1]
        if before:
            table.append(before + entry[:1])
            if len(table) == 1 << width and width < 12:
                width += 1
        pixels.append(entry)
        before = entry
    assert at == len(data), "something stands behind the end code"
    assert not bits, "something stands behind the end code"
    return b"".join(pixels), codes


def by_pillow(data: bytes, minimum: int, length: int) -> bytes:
    """So many symbols of a stream, as Pillow's decoder reads them."""
    return Image.frombytes("L", (length, 1), b"".join(_sub_blocks(data)), "gif", minimum, 0).tobytes()


def test_decoder_of_these_tests_is_as_strict_as_the_validator() -> None:
    """With a damaged bit, a byte too few or too many: it refuses the same streams, and reads the others alike."""
    rng = np.random.default_rng(5)
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
                    strictly(bytes(stream), minimum)
            else:
                assert strictly(bytes(stream), minimum)[0] == expected
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
    with pytest.raises(ValueError, match=r"minimum code size|an array of shape"):
        compress(np.array(symbols, np.uint8), minimum, None if free is None else np.array(free), transparent)


def test_minimum_code_size_is_the_smallest_that_a_gif_allows() -> None:
    expected = {1: 2, 2: 2, 3: 2, 4: 2, 5: 3, 8: 3, 9: 4, 16: 4, 17: 5, 32: 5, 33: 6, 64: 6, 65: 7, 128: 7, 129: 8}
    assert expected == {symbols: minimum_code_size(symbols) for symbols in expected}
    assert minimum_code_size(256) == 8


@pytest.mark.parametrize("lengths", [range(1, 7), pytest.param(range(7, 9), marks=pytest.mark.slow)], ids=["6", "8"])
def test_every_string_of_up_to_8_symbols_comes_back(lengths: range) -> None:
    """All 87380 over 4 symbols, from Pillow too; a part of them is decoded by `strict.decode_lzw` as well."""
    nothing_free, out = np.zeros(8, bool), np.empty(32, np.uint8)
    compared = 0
    for length in lengths:
        shifts = 2 * np.arange(length)
        strings = (np.arange(4**length)[:, None] >> shifts & 3).astype(np.uint8)
        for number, string in enumerate(strings):
            data = out[: lzw_encode(string, nothing_free[:length], 0, 2, CODES, number % 3, out)].tobytes()
            decoded = strictly(data, 2)
            assert string.tobytes() == decoded[0] == by_pillow(data, 2, length)
            if number % 61 == 0:
                assert decoded == decode_lzw(2, data)
                compared += 1
    assert compared > sum(4**length for length in lengths) / 62


def test_every_string_of_up_to_5_symbols_with_every_free_choice_is_honoured() -> None:
    """Symbol 3 is transparent; all 37448 pairs of a string over 4 symbols and a choice."""
    out = np.empty(32, np.uint8)
    for length in range(1, 6):
        shifts = np.arange(length)
        strings = (np.arange(4**length)[:, None] >> 2 * shifts & 3).astype(np.uint8)
        choices = (np.arange(2**length)[:, None] >> shifts & 1).astype(bool)
        for string in strings:
            for number, free in enumerate(choices):
                data = out[: lzw_encode(string, free, 3, 2, CODES, number % 3, out)].tobytes()
                decoded = np.frombuffer(strictly(data, 2)[0], np.uint8)
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
    filling = 2 + 4096 - (1 << minimum) - 1  # a clear, an end, and of what is between all but the first add an entry
    full = shortest_with(filling, symbols, minimum)
    after = {}
    for length in sorted({*range(3700, 4301), *range(full - 300, full + 301)}):
        data = compress(symbols[:length], minimum)
        expected = symbols[:length].tobytes()
        decoded, after[length] = strictly(data, minimum)
        assert expected == decoded == by_pillow(data, minimum, length), length
        if length % 10 == 0 or abs(length - full) <= 10:
            assert (expected, after[length]) == decode_lzw(minimum, data), length
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


Phrases = dict[tuple[int, ...], int]


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
