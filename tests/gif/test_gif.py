"""Encoder and GifWriter: what a viewer sees is what the mapper meant, in our strict decoder and in those of others."""

import io
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import FrozenInstanceError
from pathlib import Path

import decoders
import numpy as np
import pytest
import twins.nearest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from strict import Gif, check

from gifsom.core.frame import Frame, Rect
from gifsom.encoder.exact import MIN_RUN, GifStats, GlobalTable, _long_runs, encode
from gifsom.gif.lzw import compress
from gifsom.gif.writer import DISPOSE_BACKGROUND, DISPOSE_NONE, MAX_DELAY, GifWriter, Patch, split_delay
from gifsom.palette.color import oklab
from gifsom.palette.palette import Palette

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Shown = Sequence[tuple[Pixels, Mask | None, int]]
"""Pictures with what is transparent in them and for how long each is shown, in centiseconds."""


def written(shown: Shown, palette: Palette, plays: int = 0) -> tuple[bytes, GifStats]:
    stream = io.BytesIO()
    height, width = shown[0][0].shape[:2]
    frames = ((Frame(pixels, 0.0, mask), delay) for pixels, mask, delay in shown)
    stats = encode(stream, (width, height), frames, GlobalTable(palette), plays)
    return stream.getvalue(), stats


def meant(shown: Shown, palette: Palette) -> list[tuple[Pixels, int | None]]:
    """The timeline that a viewer should see: the nearest color of the palette, found by comparing with all."""
    nearest: dict[tuple[int, ...], int] = {}
    frames: list[tuple[Pixels, int | None]] = []
    for pixels, mask, delay in shown:
        colors = np.unique(pixels.reshape(-1, 3), axis=0)
        fresh = np.array([color for color in colors if tuple(color) not in nearest], np.uint8).reshape(-1, 3)
        nearest |= dict(zip(map(tuple, fresh.tolist()), twins.nearest.search(oklab(fresh), palette.lab), strict=True))
        index = [nearest[color] for color in map(tuple, pixels.reshape(-1, 3).tolist())]
        canvas = np.full((*pixels.shape[:2], 4), 255, np.uint8)
        canvas[..., :3] = palette.colors[index].reshape(pixels.shape)
        if mask is not None:
            canvas[mask] = 0
        frames.append((canvas, 10 * delay))
    return frames


def verified(shown: Shown, palette: Palette, plays: int = 0) -> Gif:
    """The strictly checked GIF of these pictures, which shows at every moment what is meant."""
    data, stats = written(shown, palette, plays)
    gif = check(data)
    decoders.same_timeline(meant(shown, palette), decoders.timeline(gif))
    assert GifStats(len(data), len(gif.frames), sum(delay for *_, delay in shown)) == stats
    assert stats.centiseconds == sum(frame.delay for frame in gif.frames)
    return gif


def palette_of(count: int, seed: int = 0) -> Palette:
    """So many different colors, at random."""
    rng = np.random.default_rng([seed, count])
    numbers = rng.choice(1 << 24, count, replace=False)
    return Palette(np.stack([numbers >> 16, numbers >> 8 & 255, numbers & 255], axis=1).astype(np.uint8))


def flat(palette: Palette, index: int, size: tuple[int, int] = (4, 3)) -> Pixels:
    """A picture of one color of the palette; `size` is width and height."""
    return np.full((size[1], size[0], 3), palette.colors[index], np.uint8)


def moving(
    rng: np.random.Generator, size: tuple[int, int], palette: Palette, masked: bool
) -> list[tuple[Pixels, Mask | None, int]]:
    """A clip of what clips do: rectangles move, a frame stays, an earlier one returns, single pixels flicker.

    Colors lie near those of the palette, not on them. Where `masked`, transparency comes, moves and goes.
    """
    width, height = size

    def painted(*shape: int) -> Pixels:
        colors = palette.colors[rng.integers(len(palette), size=shape)].astype(np.int16)
        return np.clip(colors + rng.integers(-2, 3, colors.shape), 0, 255).astype(np.uint8)

    def rectangle() -> tuple[slice, slice]:
        top, left = int(rng.integers(height)), int(rng.integers(width))
        return slice(top, top + int(rng.integers(1, height + 1))), slice(left, left + int(rng.integers(1, width + 1)))

    picture = painted(height, width)
    hidden: Mask | None = None
    shown: list[tuple[Pixels, Mask | None, int]] = []
    for _ in range(12):
        picture = picture.copy()
        event = rng.integers(5)
        if event == 0:
            picture[rectangle()] = painted(1, 1)
        elif event == 1:
            area = picture[rectangle()]
            area[:] = painted(*area.shape[:2])
        elif event == 2:
            picture[rng.integers(height), rng.integers(width)] = painted(1)
        elif event == 3 and shown:
            picture, hidden, _ = shown[rng.integers(len(shown))]
        if masked and rng.random() < 0.3:
            hidden = None
        elif masked and rng.random() < 0.5:
            hidden = np.zeros((height, width), bool) if hidden is None else hidden.copy()
            hidden[rectangle()] = rng.random() < 0.6
        shown.append((picture, hidden, int(rng.choice([2, 3, 10, 100, 4000]))))
    return shown


SIZES = [(1, 1), (2, 1), (1, 3), (7, 5), (16, 16), (33, 1), (70, 50)]
COUNTS = [1, 2, 3, 4, 5, 16, 17, 255]


@pytest.mark.parametrize("masked", [False, True], ids=["opaque", "transparent"])
@pytest.mark.parametrize("count", COUNTS)
def test_viewer_sees_what_the_mapper_meant(count: int, masked: bool) -> None:
    """Random clips of each size, pixel by pixel and for as long as asked."""
    palette = palette_of(count)
    disposals: set[int] = set()
    for number, size in enumerate(SIZES):
        for repeat in range(4):
            rng = np.random.default_rng([count, masked, number, repeat])
            disposals |= {frame.disposal for frame in verified(moving(rng, size, palette, masked), palette).frames}
    assert ({DISPOSE_NONE, DISPOSE_BACKGROUND} if masked else {DISPOSE_NONE}) == disposals


KINDS = [*((count, masked) for count in COUNTS for masked in (False, True)), (256, False)]


@pytest.mark.parametrize(("count", "masked"), KINDS)
@pytest.mark.parametrize("decoder", decoders.params())
def test_decoders_that_others_wrote_see_what_the_mapper_meant(
    decoder: decoders.Decoder, count: int, masked: bool, tmp_path: Path
) -> None:
    """A random clip for each number of colors; with 256 of them, which leave no index for "transparent", a still."""
    palette = palette_of(count, seed=1)
    size = SIZES[count % len(SIZES)] if count % 2 else (70, 50)
    shown = moving(np.random.default_rng([count, masked]), size, palette, masked)[: 1 if count == 256 else None]
    path = tmp_path / "clip.gif"
    path.write_bytes(written(shown, palette)[0])
    check(path.read_bytes())
    decoders.same_timeline(meant(shown, palette), decoder(path))


TRANSPARENT = 3
ONE_PICTURE = st.lists(st.integers(0, TRANSPARENT), min_size=4, max_size=4)


@given(st.lists(st.tuples(ONE_PICTURE, st.integers(2, MAX_DELAY)), min_size=1, max_size=6))
def test_viewer_sees_any_clip_of_four_pixels(clip: list[tuple[list[int], int]]) -> None:
    """Three colors and transparency."""
    verified([from_indices(index, delay) for index, delay in clip], palette_of(3))


def from_indices(index: list[int], delay: int) -> tuple[Pixels, Mask, int]:
    """2 x 2 pixels in the colors of `palette_of(3)`, or transparent."""
    values = np.array(index).reshape(2, 2)
    return palette_of(3).colors[values % TRANSPARENT], values == TRANSPARENT, delay


def test_delays_are_those_that_were_asked_for() -> None:
    palette = palette_of(2)
    delays = [2, 3, 4, 99, 100, 65_534, MAX_DELAY, 2]
    gif = verified([(flat(palette, n % 2), None, delay) for n, delay in enumerate(delays)], palette)
    assert delays == [frame.delay for frame in gif.frames]


@pytest.mark.parametrize("delay", [MAX_DELAY + 1, MAX_DELAY + 2, 2 * MAX_DELAY, 2 * MAX_DELAY + 1, 500_000])
@pytest.mark.parametrize("decoder", decoders.params())
def test_a_longer_hold_is_split(decoder: decoders.Decoder, delay: int, tmp_path: Path) -> None:
    """Into images that change nothing, as few as there can be, in the first, a later and the last frame."""
    palette = palette_of(5)
    shown = [(flat(palette, n), None, delay) for n in range(3)]
    gif = verified(shown, palette)
    images = -(-delay // MAX_DELAY)
    assert 3 * images == len(gif.frames)
    assert all(2 <= frame.delay <= MAX_DELAY for frame in gif.frames)
    assert [delay] * 3 == [
        sum(frame.delay for frame in gif.frames[n : n + images]) for n in range(0, 3 * images, images)
    ]
    path = tmp_path / "hold.gif"
    path.write_bytes(written(shown, palette)[0])
    decoders.same_timeline(meant(shown, palette), decoder(path))


def test_a_longer_hold_may_end_in_transparency() -> None:
    palette = palette_of(3)
    picture = flat(palette, 1)
    hidden = np.zeros(picture.shape[:2], bool)
    hidden[:, 1:] = True
    gif = verified([(picture, None, MAX_DELAY + 1), (picture, hidden, 10)], palette)
    assert (gif.frames[1].indices == gif.frames[1].transparent).all(), "the hold's second image paints nothing"


def test_a_longer_hold_of_256_colors_changes_nothing() -> None:
    palette = palette_of(256)
    verified([(flat(palette, 77), None, MAX_DELAY + 1)], palette)


@pytest.mark.parametrize(("plays", "stored"), [(0, 0), (1, None), (2, 1), (65_535, 65_534), (65_536, 65_535)])
def test_number_of_plays_is_stored_as_repetitions(plays: int, stored: int | None) -> None:
    """0 for ever; once is what a file without a loop count means."""
    palette = palette_of(2)
    assert stored == verified([(flat(palette, n), None, 10) for n in (0, 1)], palette, plays).loop


def test_first_image_covers_the_canvas_even_where_it_is_transparent() -> None:
    palette = palette_of(2)
    picture = flat(palette, 1)
    nothing = np.ones(picture.shape[:2], bool)
    for mask in (None, nothing):
        first, *_ = verified([(picture, mask, 10), (flat(palette, 0), None, 10)], palette).frames
        assert (first.left, first.top, first.width, first.height) == (0, 0, 4, 3)


def test_unchanged_frames_only_lengthen_the_delay() -> None:
    """The same array, an equal one, one whose colors have the same nearest entries, and all that under a mask."""
    palette = Palette(np.array([[0, 0, 0], [255, 255, 255], [255, 0, 0]], np.uint8))
    picture = flat(palette, 1)
    similar = picture - np.uint8(3)
    hidden = np.zeros(picture.shape[:2], bool)
    hidden[0, 0] = True
    other_below = picture.copy()
    other_below[hidden] = 0
    opaque = [(picture, None, 2), (picture, None, 3), (picture.copy(), None, 5), (similar, None, 7)]
    masked = [(picture, hidden, 11), (picture, hidden, 13), (other_below, hidden.copy(), 17)]
    assert [frame.delay for frame in verified([*opaque, *masked], palette).frames] == [17, 41]
    assert [frame.delay for frame in verified([*opaque, *masked, *opaque], palette).frames] == [17, 41, 17]


def test_only_the_rectangle_that_changed_is_coded() -> None:
    palette = palette_of(16)
    size = (40, 30)
    shown = [(flat(palette, 0, size), None, 10)]
    rects = [Rect(0, 0, 1, 1), Rect(39, 29, 1, 1), Rect(5, 7, 20, 3), Rect(0, 0, 40, 30), Rect(0, 4, 40, 1)]
    for number, rect in enumerate(rects, 1):
        picture = shown[-1][0].copy()
        rect.cut(picture)[:] = palette.colors[number]
        shown.append((picture, None, 10))
    frames = verified(shown, palette).frames
    assert rects == [Rect(frame.left, frame.top, frame.width, frame.height) for frame in frames[1:]]
    assert all(frame.disposal == DISPOSE_NONE for frame in frames)


def test_pixels_become_transparent_by_disposal_of_the_image_before() -> None:
    """Only where some do: what grows less transparent, or stays as it is, needs none."""
    palette = palette_of(4)
    picture = flat(palette, 2)
    masks = [np.zeros(picture.shape[:2], bool) for _ in range(4)]
    masks[0][0], masks[1][0, :2], masks[3][2, 3] = True, True, True
    frames = verified([(picture, mask, 10) for mask in masks], palette).frames
    assert [frame.disposal for frame in frames] == [DISPOSE_NONE, DISPOSE_NONE, DISPOSE_BACKGROUND, DISPOSE_NONE]


def test_where_disposal_is_all_that_changes_the_next_image_is_one_pixel() -> None:
    palette = palette_of(2)
    picture = flat(palette, 1)
    _, last = verified([(picture, None, 10), (picture, np.ones(picture.shape[:2], bool), 10)], palette).frames
    assert (last.left, last.top, last.width, last.height) == (0, 0, 1, 1)


@pytest.mark.parametrize("count", [*COUNTS, 256])
def test_color_table_is_the_palette_padded_to_a_power_of_two(count: int) -> None:
    """With room for one index more, "transparent", but for 256 colors."""
    palette = palette_of(count)
    gif = verified([(flat(palette, count - 1), None, 10)], palette)
    room = next(size for size in (2, 4, 8, 16, 32, 64, 128, 256) if size >= min(count + 1, 256))
    assert gif.global_table is not None
    assert [*palette.colors.tolist(), *[[0, 0, 0]] * (room - count)] == gif.global_table.tolist()
    assert (None if count == 256 else count) == gif.frames[0].transparent


def test_same_frames_give_the_same_bytes() -> None:
    palette = palette_of(17)
    shown = moving(np.random.default_rng(8), (70, 50), palette, masked=True)
    assert written(shown, palette) == written(shown, palette)


def test_encoder_counts_its_bytes_and_leaves_the_stream_open() -> None:
    palette = palette_of(2)
    stream = io.BytesIO()
    stats = encode(stream, (4, 3), [(Frame(flat(palette, 0), 0.0), 10)], GlobalTable(palette))
    assert not stream.closed
    assert stats.bytes == stream.tell() == len(stream.getvalue())
    check(stream.getvalue())


def test_file_is_laid_out_as_the_specification_says() -> None:
    """Byte by byte, with tables of their own in the second and third image, and large numbers in the third."""
    file = io.BytesIO()
    colors, own = palette_of(3).colors, palette_of(5).colors
    writer = GifWriter(file, (0x0123, 0x0456), colors, 4, 3)
    head = b"GIF89a\x23\x01\x56\x04\xf1\0\0" + colors.tobytes() + bytes(3)
    loop = b"!\xff\x0bNETSCAPE2.0\x03\x01\x02\0\0"
    assert head + loop == file.getvalue()
    writer.add(Patch(Rect(0, 0, 0x0123, 0x0456), 2, b"data", 2))
    writer.add(Patch(Rect(1, 2, 3, 4), 3, b"own", 7, DISPOSE_BACKGROUND, 6, own))
    writer.add(Patch(Rect(0x0102, 0x0304, 0x11, 0x0112), 2, bytes(256), 0xFEDC, DISPOSE_NONE, 0, colors))
    writer.close()
    images = [
        b"!\xf9\x04\x04\x02\0\0\0,\0\0\0\0\x23\x01\x56\x04\0\x02\x04data\0",
        b"!\xf9\x04\x09\x07\0\x06\0,\x01\0\x02\0\x03\0\x04\0\x82" + own.tobytes() + bytes(9) + b"\x03\x03own\0",
        b"!\xf9\x04\x05\xdc\xfe\0\0,\x02\x01\x04\x03\x11\0\x12\x01\x81"
        + colors.tobytes()
        + bytes(3)
        + b"\x02\xff"
        + bytes(255)
        + b"\x01\0\0",
    ]
    assert b"".join([head, loop, *images, b";"]) == file.getvalue()
    assert writer.size == len(file.getvalue())


@pytest.mark.parametrize(("symbols", "bits"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (128, 7), (129, 8), (256, 8)])
def test_global_table_has_room_for_the_symbols(symbols: int, bits: int) -> None:
    file = io.BytesIO()
    GifWriter(file, (1, 1), palette_of(1).colors, symbols, 1)
    assert file.getvalue()[10] == 0xF0 | bits - 1
    assert len(file.getvalue()) == 13 + 3 * 2**bits


def test_a_long_delay_is_the_sum_of_few_that_are_allowed() -> None:
    longest = 65_535
    assert [split_delay(delay) for delay in (2, longest, longest + 1, longest + 2, 2 * longest, 2 * longest + 1)] == [
        [2],
        [longest],
        [longest - 1, 2],
        [longest, 2],
        [longest, longest],
        [longest, longest - 1, 2],
    ]


def test_a_patch_is_a_value() -> None:
    """Without a place for anything else."""
    patch = Patch(Rect(0, 0, 1, 1), 2, b"", 2)
    with pytest.raises(FrozenInstanceError):
        patch.delay = 3  # type: ignore[misc]
    assert not hasattr(patch, "__dict__")


@pytest.mark.parametrize("blocks", [1, 2, 3])
@pytest.mark.parametrize("more", [-1, 0, 1])
def test_code_that_ends_with_a_sub_block_is_followed_by_an_empty_one_only(blocks: int, more: int) -> None:
    minimum, symbols, data = next(streams_of(255 * blocks + more))
    file = io.BytesIO()
    writer = GifWriter(file, (symbols.size, 1), palette_of(1 << minimum).colors, 1 << minimum, 1)
    writer.add(Patch(Rect(0, 0, symbols.size, 1), minimum, data, 10))
    writer.close()
    gif = check(file.getvalue())
    assert symbols.tobytes() == gif.frames[0].indices.tobytes()
    assert len(data) == gif.frames[0].data_bytes
    assert writer.size == len(file.getvalue())


def streams_of(size: int) -> Iterator[tuple[int, Pixels, bytes]]:
    """Minimum code sizes, symbols and their code of so many bytes; a code may begin and end another byte at once."""
    for minimum in range(2, 9):
        noise = np.random.default_rng(0).integers(0, 1 << minimum, 4000).astype(np.uint8)
        lengths = range(1, noise.size)
        found = bisect_left(lengths, size, key=lambda n, noise=noise, low=minimum: len(compress(noise[:n], low)))
        symbols = noise[: lengths[found]]
        data = compress(symbols, minimum)
        if len(data) == size:
            yield minimum, symbols, data


def test_long_runs_are_those_of_at_least_so_many_pixels() -> None:
    """Rows follow each other, as they do in the code stream."""
    rng = np.random.default_rng(0)
    for free in (rng.random((30, 40)) < 0.9, np.ones((5, 9), bool), np.zeros((5, 9), bool)):
        text = "".join("x" if pixel else " " for pixel in free.ravel().tolist())
        expected = [len(run) >= MIN_RUN for run in re.findall("x+| +", text) for _ in run]
        expected = [long and pixel == "x" for long, pixel in zip(expected, text, strict=True)]
        assert expected == _long_runs(free).ravel().tolist()
