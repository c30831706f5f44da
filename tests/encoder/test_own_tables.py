"""Clips of more colors than a table holds, each pixel with its very own: what changes, what is needed, what is seen."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import decoders
import numpy as np
import pytest
from decoders import Canvas, Decoder
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from strict import Gif, check

import gifsom
from gifsom.core.frame import Frame, Rect
from gifsom.encoder.canvas import diff
from gifsom.encoder.exact import GifStats, LocalTables, encode, global_table, needed_colors
from gifsom.gif.lzw import compress
from gifsom.gif.writer import DISPOSE_BACKGROUND, DISPOSE_NONE, MAX_DELAY, GifWriter, Patch
from gifsom.palette.color import pack, unpack

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Scheduled = list[tuple[Frame, int]]

WIDTH, HEIGHT = SIZE = (24, 20)
SEEDS = st.integers(0, 2**32 - 1)
DELAYS = [2, 3, 10, 700, MAX_DELAY, MAX_DELAY + 1, 2 * MAX_DELAY + 1]


def numbers(rng: np.random.Generator, count: int) -> NDArray[np.uint32]:
    """So many different colors as 0xRRGGBB."""
    return rng.choice(1 << 24, count, replace=False).astype(np.uint32)


def painted(rng: np.random.Generator, colors: NDArray[np.uint32], shape: tuple[int, int] = (HEIGHT, WIDTH)) -> Pixels:
    """A picture (h, w, 3) in which each of these colors appears, where it has the pixels for it."""
    rest = rng.choice(colors, max(0, shape[0] * shape[1] - len(colors)))
    places = rng.permutation(np.concatenate([colors, rest])[: shape[0] * shape[1]])
    return unpack(places).reshape(*shape, 3)


def rectangle(rng: np.random.Generator) -> Rect:
    left, top = int(rng.integers(WIDTH)), int(rng.integers(HEIGHT))
    return Rect(left, top, int(rng.integers(1, WIDTH - left + 1)), int(rng.integers(1, HEIGHT - top + 1)))


def clip(rng: np.random.Generator, masked: bool, most: int = 255) -> Scheduled:
    """What clips do: pictures of new colors follow each other, parts of them change, they stay, or come again.

    No picture has more than `most` colors. Where `masked`, holes come, stay and go.
    """
    colors = numbers(rng, int(rng.integers(1, most + 1)))
    picture, hidden = painted(rng, colors), None
    frames: Scheduled = []
    for _ in range(8):
        event = rng.integers(5)
        if event == 0:
            colors = numbers(rng, most)
            picture = painted(rng, colors)
        elif event == 1:
            area = rectangle(rng)
            picture = picture.copy()
            area.cut(picture)[:] = unpack(rng.choice(colors, area.width * area.height)).reshape(area.height, -1, 3)
        elif event == 2:
            picture = picture.copy()  # equal, and not the same
        if masked and rng.random() < 0.6:
            hidden = np.zeros((HEIGHT, WIDTH), np.bool_) if hidden is None else hidden.copy()
            rectangle(rng).cut(hidden)[:] = rng.random() < 0.6
        frames.append((Frame(picture, 0.0, hidden), int(rng.choice(DELAYS))))
    return frames


def meant(frames: Scheduled) -> list[tuple[Canvas, int | None]]:
    """What a viewer should see."""
    found: list[tuple[Canvas, int | None]] = []
    for frame, delay in frames:
        alpha = np.full((HEIGHT, WIDTH), 255, np.uint8)
        if frame.mask is not None:
            alpha[frame.mask] = 0
        found.append((np.dstack([frame.pixels, alpha]), 10 * delay))
    return found


def written(frames: Scheduled) -> tuple[bytes, GifStats]:
    stream = io.BytesIO()
    common = global_table(frames, SIZE)
    assert common is not None
    stats = encode(stream, SIZE, frames, LocalTables(common))
    return stream.getvalue(), stats


def verified(frames: Scheduled) -> Gif:
    """The strictly checked GIF of some frames, which shows at every moment what is meant, in the very colors."""
    data, stats = written(frames)
    gif = check(data)
    decoders.same_timeline(meant(frames), decoders.timeline(gif))
    tables = 1 + sum(image.table is not None for image in gif.frames)
    assert GifStats(len(data), len(gif.frames), sum(delay for _, delay in frames), tables) == stats
    assert stats.centiseconds == sum(image.delay for image in gif.frames)
    return gif


def pictures(*counts: int, seed: int = 0) -> Scheduled:
    """Pictures of so many colors each, all of them new."""
    rng = np.random.default_rng(seed)
    parts = np.split(numbers(rng, sum(counts)), np.cumsum(counts)[:-1])
    return [(Frame(painted(rng, part), 0.0), 10) for part in parts]


def pierced(frame: Frame) -> Frame:
    hidden = np.zeros((HEIGHT, WIDTH), np.bool_)
    hidden[5:9, 5:12] = True
    return Frame(frame.pixels, frame.start, hidden)


# --- What changes ---------------------------------------------------------------------------------------------------


@given(SEEDS, st.booleans())
def test_changes_of_the_canvas_lead_from_each_frame_to_the_next(seed: int, masked: bool) -> None:
    """Painting what is not free in the rectangle is all that is needed; what is outside of it stays."""
    frames = clip(np.random.default_rng(seed), masked)
    clear = LocalTables.transparent
    wanted = [np.where(canvas[..., 3] == 0, clear, pack(canvas[..., :3])) for canvas, _ in meant(frames)]
    clock, canvas = 0, np.full((HEIGHT, WIDTH), clear)
    ends = np.cumsum([delay for _, delay in frames])
    for number, change in enumerate(diff(frames, SIZE, pack, clear)):
        assert np.array_equal(canvas, change.below)
        change.rect.cut(canvas)[~change.unchanged] = change.symbols[~change.unchanged]
        assert np.array_equal(canvas, change.shown)
        for moment in (clock, clock + change.delay - 1):
            assert np.array_equal(wanted[np.searchsorted(ends, moment, side="right")], canvas)
        assert number or change.rect == Rect(0, 0, WIDTH, HEIGHT)
        assert masked or change.disposal == DISPOSE_NONE
        if change.disposal == DISPOSE_BACKGROUND:
            change.rect.cut(canvas)[:] = clear
        clock += change.delay
    assert clock == ends[-1]


def test_a_frame_that_is_the_same_is_not_looked_at() -> None:
    [(frame, _)] = pictures(9)
    seen: list[Pixels] = []

    def number(pixels: Pixels) -> NDArray[np.uint32]:
        seen.append(pixels)
        return pack(pixels)

    [change] = diff([(frame, 5), (Frame(frame.pixels, 1.0), 6), (Frame(frame.pixels, 2.0), 7)], SIZE, number, None)
    assert (change.delay, len(seen)) == (18, 1)


def test_only_as_much_is_cleared_as_becomes_transparent() -> None:
    [(frame, delay)] = pictures(50)
    other = frame.pixels.copy()
    other[0, 0] ^= 1
    frames = [(frame, delay), (Frame(other, 0.1), delay), (pierced(Frame(other, 0.2)), delay)]
    first, second, third = diff(frames, SIZE, pack, LocalTables.transparent)
    assert [change.disposal for change in (first, second, third)] == [DISPOSE_NONE, DISPOSE_BACKGROUND, DISPOSE_NONE]
    assert second.rect == Rect(0, 0, 12, 9)  # what it paints itself, and the hole
    assert third.rect == Rect(0, 0, 12, 9)


# --- What a table needs ---------------------------------------------------------------------------------------------


@given(SEEDS, st.integers(1, 400), st.integers(0, 40))
def test_what_is_free_needs_no_color_unless_there_are_256(seed: int, changed: int, more: int) -> None:
    rng = np.random.default_rng(seed)
    colors = numbers(rng, changed + more)
    symbols = np.concatenate([colors, rng.choice(colors, 8)])
    free = np.arange(len(symbols)) >= changed
    free[changed + more :] = ~np.isin(symbols[changed + more :], colors[:changed])
    found = needed_colors(symbols.reshape(1, -1), free.reshape(1, -1))
    expected = colors[:changed] if changed <= 255 else colors
    if len(expected) > 256:
        assert found is None
    else:
        assert found is not None
        assert sorted(expected.tolist()) == found.tolist()


def test_256_colors_leave_nothing_for_what_is_transparent() -> None:
    symbols = np.append(numbers(np.random.default_rng(0), 256).astype(np.int64), LocalTables.transparent)
    free = symbols == LocalTables.transparent
    assert needed_colors(symbols, free) is None
    assert needed_colors(symbols[1:], free[1:]) is not None


@given(SEEDS, st.integers(1, 256), st.integers(0, 255), st.booleans())
def test_indices_mean_the_very_colors(seed: int, changed: int, shared: int, all_common: bool) -> None:
    """What is free may have the index of "transparent" instead, and nothing else may."""
    rng = np.random.default_rng(seed)
    colors = numbers(rng, changed + 255)
    own = colors[:changed]
    common = np.sort(own[:255] if all_common else np.concatenate([own[: min(shared, changed)], colors[changed:]])[:255])
    free = rng.random((16, 16)) < (0 if changed == 256 else 0.4)
    symbols = rng.choice(own, (16, 16))
    symbols[free] = rng.choice(colors, int(free.sum()))
    symbols.ravel()[:changed] = own
    free.ravel()[:changed] = False
    tables = LocalTables(unpack(common))
    found = tables.index(tables.to_numbers(unpack(symbols.ravel()).reshape(16, 16, 3)), free)
    assert (found.colors is None) == bool(np.isin(symbols[~free], common).all())
    table = common if found.colors is None else pack(found.colors)
    assert (found.transparent is None) == (len(table) == 256)
    assert 2**found.min_code_size >= len(table) + (found.transparent is not None)
    left_out = found.indices == found.transparent if found.transparent is not None else np.zeros_like(free)
    assert not (left_out & ~free).any()
    assert np.array_equal(symbols[~left_out], table[found.indices[~left_out]])


def test_the_common_table_has_the_colors_that_the_most_images_need() -> None:
    rng = np.random.default_rng(0)
    often, rare = numbers(rng, 600)[:200], numbers(np.random.default_rng(1), 400)
    frames = [(Frame(painted(rng, np.append(often, part)), n / 10), 10) for n, part in enumerate(np.split(rare, 8))]
    for before, (frame, _) in zip([None, *(frame for frame, _ in frames)], frames, strict=False):
        assert before is None or (frame.pixels != before.pixels).any(axis=2).mean() > 0.9
    common = global_table(frames, SIZE)
    assert common is not None
    assert (common.shape, common.dtype) == ((255, 3), np.uint8)
    packed = pack(common)
    assert (np.diff(packed.astype(np.int64)) > 0).all()
    assert np.isin(often, packed).mean() > 0.95  # by chance one stays as it is
    assert np.isin(packed, np.append(often, rare)).all()


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize(("count", "fits"), [(255, True), (256, True), (257, False)])
def test_a_frame_of_257_colors_has_no_table(count: int, fits: bool, place: int) -> None:
    counts = [100, 100, 100]
    counts[place] = count
    frames = pictures(*counts)
    assert (global_table(frames, SIZE) is not None) == fits
    if fits:
        image = verified(frames).frames[place]
        assert (image.transparent is None) == (count == 256)


def test_a_canvas_of_more_colors_grows_patch_by_patch() -> None:
    """Four patches of 120 new colors each: what a GIF made of tiles is."""
    rng = np.random.default_rng(3)
    picture = painted(rng, numbers(rng, 1))
    frames = [(Frame(picture, 0.0), 10)]
    for part in np.split(numbers(rng, 480), 4):
        picture = picture.copy()
        top = 5 * (len(frames) - 1)
        picture[top : top + 5] = painted(rng, part, (5, WIDTH))
        frames.append((Frame(picture, 0.0), 10))
    gif = verified(frames)
    assert len(np.unique(pack(picture))) == 480
    assert [image.height for image in gif.frames] == [20, 5, 5, 5, 5]
    assert global_table([frames[0], frames[-1]], SIZE) is None  # all of them at once are too many


# --- What is seen ---------------------------------------------------------------------------------------------------


@examples(max_examples=60)
@given(SEEDS, st.booleans())
def test_viewer_sees_the_very_colors(seed: int, masked: bool) -> None:
    verified(clip(np.random.default_rng(seed), masked))


@examples(max_examples=30)
@given(SEEDS)
def test_viewer_sees_the_very_colors_of_pictures_of_256(seed: int) -> None:
    verified(clip(np.random.default_rng(seed), masked=False, most=256))


@pytest.mark.parametrize("most", [255, 256])
@pytest.mark.parametrize("masked", [False, True], ids=["opaque", "transparent"])
@pytest.mark.parametrize("decoder", decoders.params())
def test_decoders_that_others_wrote_see_the_very_colors(
    decoder: Decoder, masked: bool, most: int, tmp_path: Path
) -> None:
    """Four clips one after the other. Where holes come, 256 colors a picture do not go."""
    rng = np.random.default_rng([most, masked])
    frames = [frame for _ in range(4) for frame in clip(rng, masked, most)]
    assert len(np.unique(np.concatenate([pack(frame.pixels).ravel() for frame, _ in frames]))) > 1000
    if masked and most == 256:
        assert global_table(frames, SIZE) is None
        return
    (tmp_path / "clip.gif").write_bytes(written(frames)[0])
    decoders.same_timeline(meant(frames), decoder(tmp_path / "clip.gif"))


@pytest.mark.parametrize("delay", [MAX_DELAY + 1, 2 * MAX_DELAY, 300_001])
@pytest.mark.parametrize("ending", ["new colors", "a hole", "nothing"])
def test_a_long_stand_is_one_of_several_images(delay: int, ending: str) -> None:
    """They paint nothing, whatever comes behind them, even where the picture has left no index for that."""
    count = 255 if ending == "a hole" else 256
    (first, _), (second, _) = pictures(count, count)
    behind: Sequence[tuple[Frame, int]] = {
        "new colors": [(second, 7)],
        "a hole": [(pierced(first), 7)],
        "nothing": [],
    }[ending]
    gif = verified([(first, delay), *behind])
    images = -(-delay // MAX_DELAY)
    assert len(gif.frames) == images + len(behind)
    for image in gif.frames[1:images]:
        assert (image.indices == image.transparent).all()
        assert image.table is None


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["before", "behind"])
def test_256_colors_and_holes_that_come_later_do_not_go_together(order: tuple[int, int]) -> None:
    """Decoders show another color in such a hole, in the picture itself or, of the first one, anywhere."""
    full, fewer = pictures(256, 200)
    clips = [full, fewer]
    frames = [clips[order[0]], clips[order[1]]]
    assert global_table([*frames, (pierced(frames[-1][0]), 10)], SIZE) is None
    assert global_table([(pierced(fewer[0]), 10), fewer, full], SIZE) is not None  # a hole that only goes


@pytest.mark.parametrize("masked", [False, True])
def test_same_frames_give_the_same_bytes(masked: bool) -> None:
    frames = clip(np.random.default_rng(5), masked)
    assert written(frames) == written(frames)
    copies = [(Frame(frame.pixels.copy(), 0.0, frame.mask), delay) for frame, delay in frames]
    assert written(frames) == written(copies)


# --- Whole conversions ----------------------------------------------------------------------------------------------


def test_a_gif_of_many_tables_is_converted_exactly_whatever_is_cut(tmp_path: Path) -> None:
    frames = [(Frame(frame.pixels, 0.0), 10) for frame, _ in pictures(255, 256, 200, 256)]
    path, out = tmp_path / "in.gif", tmp_path / "out.gif"
    path.write_bytes(written(frames)[0])
    assert gifsom.convert(path, out, crop="15x12+5+4", reverse=True, speed=2).exact
    gif = check(out.read_bytes())
    for (frame, _), canvas in zip(reversed(frames), gif.canvases(), strict=True):
        assert np.array_equal(frame.pixels[4:16, 5:20], canvas[..., :3])
    assert [image.delay for image in gif.frames] == [5] * 4


def test_a_gif_that_has_to_be_repainted_with_too_many_colors_is_copied(tmp_path: Path) -> None:
    """It grows by patches, vanishes under a picture of one color, and comes back by "restore to previous"."""
    rng = np.random.default_rng(0)
    stream = io.BytesIO()
    table = unpack(numbers(rng, 256))
    writer = GifWriter(stream, SIZE, table, 256, 0)
    for top in (0, 10):
        indices = rng.permutation(240).astype(np.uint8).reshape(10, WIDTH)
        rows = indices if top else np.concatenate([indices, indices[::-1]])
        rect = Rect(0, top, WIDTH, len(rows))
        writer.add(Patch(rect, 8, compress(rows, 8), 10, DISPOSE_NONE, None, unpack(numbers(rng, 256))))
    whole = Rect(0, 0, WIDTH, HEIGHT)
    writer.add(Patch(whole, 8, compress(np.zeros((HEIGHT, WIDTH), np.uint8), 8), 10, 3))
    writer.add(Patch(Rect(0, 0, 1, 1), 8, compress(np.zeros((1, 1), np.uint8), 8), 10))
    writer.close()
    path, out = tmp_path / "in.gif", tmp_path / "out.gif"
    path.write_bytes(stream.getvalue())
    with Image.open(path) as image:
        image.seek(3)
        assert len(image.convert("RGB").getcolors(1000)) > 256  # type: ignore[arg-type]
    result = gifsom.convert(path, out)
    assert (result.exact, result.copied) == (True, True)
    assert out.read_bytes() == path.read_bytes()
    assert not gifsom.convert(path, out, overwrite=True, quality=60).copied
