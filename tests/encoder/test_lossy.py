"""The coder that weighs bytes against errors: its kernels do what their twins do, and its GIFs are valid and near."""

import io
from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise, permutations

import decoders
import numba
import numpy as np
import pytest
import twins.canvas
import twins.denoise
import twins.local_tables
import twins.lzw
import twins.perceptual
import twins.rd_lzw
from numpy.typing import NDArray
from PIL import Image
from strict import check, decode_lzw

from gifsom.core.frame import Frame, Rect
from gifsom.encoder import canvas, denoise, local_tables, perceptual, rd_lzw
from gifsom.encoder.exact import GlobalTable, encode
from gifsom.encoder.rd_encoder import RateDistortionEncoder, encode_rate_distortion, lambda_for_quality
from gifsom.encoder.rd_lzw import rd_encode
from gifsom.gif.lzw import compress
from gifsom.palette.color import oklab
from gifsom.palette.palette import Palette

Pixels = NDArray[np.uint8]


def colors(count: int, seed: int = 0) -> Pixels:
    numbers = np.random.default_rng([seed, count]).choice(1 << 24, count, replace=False)
    return np.stack([numbers >> 16, numbers >> 8 & 255, numbers & 255], axis=1).astype(np.uint8)


def neighbours(table: NDArray[np.float32]) -> NDArray[np.uint8]:
    """For each entry its nearest ones, itself the first."""
    square = ((table[:, None] - table[None]) ** 2).sum(axis=2)
    return np.argsort(square, axis=1, kind="stable")[:, : rd_lzw.CANDIDATES].astype(np.uint8)


def problem(n: int, entries: int, seed: int, *, first: bool, run: int = 3) -> tuple[NDArray[np.float32], ...]:
    """Pixels for `choose` near the entries of a table, their best entries, the table, its neighbours.

    `run` pixels in a row are alike.
    """
    rng = np.random.default_rng(seed)
    table = oklab(colors(entries, seed))
    best = np.repeat(rng.integers(entries, size=-(-n // run)), run)[:n].astype(np.uint8)
    pixels = np.empty((n, 6), np.float32)
    pixels[:, :3] = table[best] + rng.normal(0, 0.01, (n, 3))
    pixels[:, 3] = rng.uniform(0.1, 8, n)
    shown = np.where(rng.random(n) < 0.5, best, rng.integers(entries, size=n)).astype(np.uint16)
    lossy_table = np.ascontiguousarray(table)
    each, columns, slots = np.arange(entries).astype(np.uint8), table.T.copy(), np.empty(n, np.uint8)
    perceptual._compare(pixels, best.astype(np.uint16), each, columns, shown, columns, first, slots)
    return pixels, best, lossy_table, neighbours(lossy_table)


@pytest.mark.parametrize("price", [1e-7, 1e-4, 1e-2])
@pytest.mark.parametrize(("entries", "minimum"), [(3, 2), (60, 6), (255, 8)])
@pytest.mark.parametrize("first", [True, False])
def test_symbols_and_stream_are_those_of_the_twin(price: float, entries: int, minimum: int, first: bool) -> None:
    n = 1500
    pixels, best, table, near = problem(n, entries, 1, first=first)
    transparent = rd_lzw.NONE if first else entries
    symbols, out = np.empty(n, np.uint8), np.empty(2 * n + 16, np.uint8)
    padded = np.pad(table, ((0, 256 - entries), (0, 1))).ravel()
    size, total = rd_lzw._choose(pixels.ravel(), best, padded, near, transparent, minimum, price, symbols, out)
    expected, codes, excess = twins.rd_lzw.choose(pixels, best.tolist(), table, near, transparent, minimum, price)
    assert expected == symbols.tolist()
    assert twins.lzw.packed(codes) == out[:size].tobytes()
    assert total == (pytest.approx(excess, rel=1e-6) if numba.config.DISABLE_JIT else excess)  # then sums are float32
    decoded, _ = decode_lzw(minimum, out[:size].tobytes())
    assert symbols.tobytes() == decoded


@pytest.mark.parametrize("first", [True, False])
def test_phrases_that_are_cut_for_the_sake_of_the_next_ones_are_those_of_the_twin(first: bool) -> None:
    pixels, best, table, near = problem(4000, 20, 4, first=first, run=12)
    transparent = None if first else 20
    coded = rd_encode(pixels, best, table, near, transparent, 5, 1e-7)
    expected, codes, _ = twins.rd_lzw.choose(pixels, best.tolist(), table, near, rd_lzw.NONE if first else 20, 5, 1e-7)
    assert expected == coded.symbols.tolist()
    assert twins.lzw.packed(codes) == coded.data
    assert coded.data != rd_encode(pixels, best, table, near, transparent, 5, rd_lzw.PATIENT).data


def test_dictionary_is_cleared_when_it_is_full_as_the_twin_does() -> None:
    pixels, best, table, near = problem(16_000, 255, 2, first=False)
    coded = rd_encode(pixels, best, table, near, 255, 8, 1e-6)
    expected, codes, _ = twins.rd_lzw.choose(pixels, best.tolist(), table, near, 255, 8, 1e-6)
    assert sum(code == 256 for code, _ in codes) > 1
    assert expected == coded.symbols.tolist()
    assert twins.lzw.packed(codes) == coded.data


@pytest.mark.parametrize(("entries", "minimum"), [(3, 2), (31, 5), (255, 8)])
def test_streams_that_end_around_a_full_dictionary_are_read_back(entries: int, minimum: int) -> None:
    """Some of 3700 to 4300 pixels, and every length close to the one that fills the dictionary."""
    pixels, best, table, near = problem(24_000, entries, 4, first=False)

    def coded(length: int) -> tuple[bytes, int]:
        made = rd_encode(pixels[:length], best[:length], table, near, entries, minimum, 1e-6)
        decoded, codes = decode_lzw(minimum, made.data)
        assert made.symbols.tobytes() == decoded, length
        return made.data, codes

    full = bisect_left(range(1, 24_000), 2 + rd_lzw.CODES - (1 << minimum) - 1, key=lambda length: coded(length)[1])
    for length in {*range(3700, 4301, 7), *range(full - 30, full + 31)}:
        coded(length)


@pytest.mark.parametrize("entries", [8, 200])
def test_tree_and_its_search_are_those_of_the_twins(entries: int) -> None:
    rng = np.random.default_rng(3)
    pixels, best, table, near = problem(40, entries, 3, first=False)
    flat, padded = pixels.ravel(), np.pad(table, ((0, 256 - entries), (0, 1))).ravel()
    links, book = np.empty(4 * rd_lzw.CODES, np.uint16), twins.rd_lzw.Dictionary(entries, entries)
    kinds = np.array([book.kind(letter) for letter in range(256)], np.uint8)
    runs = np.empty(rd_lzw.CODES, np.uint16)
    tree = np.full(rd_lzw.CODES, 7, np.uint64), np.zeros(64 * rd_lzw.CODES, np.uint16), links, kinds, runs
    rd_lzw._clear(tree, entries)
    assert twins.rd_lzw.clear() == list(
        zip(tree[0][:256].tolist(), *links.reshape(-1, 4)[:256, 1:].T.tolist(), strict=True)
    )
    wanted = [sum({1 << 63, *(1 << int(kinds[letter]) for letter in row)}) for row in near]
    known, likely = [*best[:6].tolist()], [*best[:6].tolist(), entries]
    for code in range(entries + 2, 3000):
        node, letter = int(rng.choice(known[-200:])), int(rng.choice(likely))
        grown = twins.rd_lzw.grow(book, node, letter, code)
        assert grown == rd_lzw._grow(tree, node, letter, code)
        if grown and rng.random() < 0.1:
            twins.rd_lzw.cut(book, node, code)
            rd_lzw._cut(tree, node, code)
        elif grown:
            known.append(code)
    room = np.empty(rd_lzw.CODES, np.uint16), np.empty(rd_lzw.CODES, np.uint16), np.empty(rd_lzw.CODES, np.float32)
    lengths = set()
    for at in range(40):
        for symbol in range(0, entries, 7):
            assert twins.rd_lzw.excess(pixels, at, symbol, table) == rd_lzw._excess(flat, at, symbol, padded)
        for worth in map(np.float32, (1e-6, 1e-3, 1.0)):
            for so_far, height in ((np.float32(0), 3), (np.float32(0.5), 7)):
                assert twins.rd_lzw.reach(height, so_far, worth) == rd_lzw._reach(height, so_far, worth)
            found = rd_lzw._seek(flat, best, at, padded, near, np.array(wanted, np.uint64), entries, tree, worth, room)
            assert twins.rd_lzw.seek(pixels, best.tolist(), at, table, near, entries, book, worth) == found
            short = rd_lzw._shorten(
                flat, best, at, *found[:2], padded, near, np.array(wanted, np.uint64), entries, tree, worth, room
            )
            assert (
                twins.rd_lzw.shorten(pixels, best.tolist(), at, *found[:2], table, near, entries, book, worth) == short
            )
            lengths.add(found[1])
    assert len(lengths) > 3


def test_without_a_price_no_stream_is_longer_than_that_of_the_exact_coder() -> None:
    for seed in range(5):
        pixels, best, table, near = problem(20_000, 60, seed, first=False)
        free = pixels[:, 5] == 0
        coded = rd_encode(pixels, best, table, near, 60, 6, 1e-12)
        assert len(coded.data) <= 1.002 * len(compress(best, 6, free, 60))


def test_higher_price_makes_fewer_bytes_and_more_excess() -> None:
    pixels, best, table, near = problem(30_000, 255, 5, first=False)
    coded = [rd_encode(pixels, best, table, near, 255, 8, price) for price in (1e-7, 1e-5, 1e-4, 1e-3, 1e-1)]
    sizes, excesses = [len(c.data) for c in coded], [c.distortion for c in coded]
    assert all(b <= 1.001 * a for a, b in pairwise(sizes))
    assert sizes[-1] < 0.99 * sizes[0]
    assert excesses == sorted(excesses)


TOOLS = perceptual._LINEAR, perceptual._TO_LMS, perceptual._TO_LAB


def test_colors_in_oklab_are_those_of_the_twin_and_nearly_exact() -> None:
    picture = colors(3000, 6)
    picture[:20], picture[20:40] = 0, 255
    lab = np.empty((3, 3000), np.float32)
    perceptual._to_lab(picture.ravel(), *TOOLS, lab, np.empty(3000, np.uint32))
    assert np.array_equal(twins.perceptual.to_lab(picture.tolist(), *TOOLS), lab.T)
    assert np.abs(oklab(picture).T - lab).max() < 2e-5
    assert not lab[:, :20].any()


def test_channels_are_mixed_as_by_the_twin() -> None:
    channels = np.random.default_rng(16).random((3, 70)).astype(np.float32)
    expected = twins.perceptual.mix(channels, perceptual._TO_LAB)
    perceptual._mix(channels, perceptual._TO_LAB)
    assert np.array_equal(expected, channels)


def test_cube_roots_are_those_of_the_twin_and_nearly_exact() -> None:
    values = np.concatenate([np.zeros(1), np.logspace(-4, 0, 500)]).astype(np.float32)
    roots = values.copy()
    perceptual._roots(roots, np.empty(len(roots), np.uint32))
    assert twins.perceptual.roots(values) == roots.tolist()
    assert np.abs(np.cbrt(values) - roots).max() < 1e-5


def test_a_part_of_the_pixels_is_moved_to_their_beginning() -> None:
    pixels = np.random.default_rng(14).random((9, 7, 6)).astype(np.float32)
    for rect in (Rect(0, 0, 7, 9), Rect(2, 3, 4, 5), Rect(6, 0, 1, 9), Rect(0, 8, 7, 1)):
        expected, room = rect.cut(pixels).copy(), pixels.copy()
        part = perceptual.crop_in_place(room, rect)
        assert np.array_equal(expected, part)
        assert np.shares_memory(part, room)
        assert part.flags.c_contiguous


SIZES = pytest.mark.parametrize("size", [(1, 1), (1, 9), (4, 3), (17, 21)])


@SIZES
def test_colors_and_weights_are_those_of_the_twin(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(7)
    target = rng.integers(0, 256, (*size, 3)).astype(np.uint8)
    lasting = rng.integers(1, 9, size).astype(np.uint8)
    pixels = np.full((*size, 6), 7, np.float32)
    perceptual._look(target.reshape(size[0], -1), lasting, *TOOLS, perceptual.MASKING, pixels)
    assert np.array_equal(twins.perceptual.look(target, lasting, TOOLS, perceptual.MASKING), pixels[..., :4])
    assert (pixels[..., 4:] == 7).all()


@SIZES
def test_squares_that_stay_are_those_of_the_twin(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(7)
    for share in (0.0, 0.01, 0.2):
        pixels = rng.random((*size, 6)).astype(np.float32)
        pixels[..., 5] *= rng.random(size) < share
        for limit in (0.0, 0.5, 3.0, 1e9):
            settled = pixels.copy()
            keep, bounds = twins.perceptual.settle(pixels[..., 5], limit)
            assert bounds == perceptual._settle(settled, limit)
            assert np.array_equal(keep, settled[..., 5])


@pytest.mark.parametrize("first", [True, False])
def test_comparison_is_that_of_the_twin(first: bool) -> None:
    rng = np.random.default_rng(8)
    pixels, table = rng.random((500, 6)).astype(np.float32), rng.random((9, 3)).astype(np.float32)
    best, shown = rng.integers(9, size=(2, 500)).astype(np.uint16)
    slot, slots = rng.integers(256, size=9).astype(np.uint8), np.empty(500, np.uint8)
    expected = twins.perceptual.compare(pixels, best.tolist(), table, shown.tolist(), table, first)
    perceptual._compare(pixels, best, slot, table.T.copy(), shown, table.T.copy(), first, slots)
    assert np.array_equal(expected, pixels)
    assert slots.tolist() == [slot[entry] for entry in best]


def noisy(count: int, size: tuple[int, int], seed: int = 9) -> Iterator[Pixels]:
    """A picture with noise, of which a part changes now and then."""
    rng = np.random.default_rng(seed)
    picture = rng.integers(0, 256, (*size, 3))
    for n in range(count):
        if n % 5 == 3:
            picture[: size[0] // 2, : size[1] // 3] = rng.integers(0, 256, 3)
        yield np.clip(picture + rng.integers(-2, 3, (*size, 3)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("size", [(1, 1), (3, 20), (23, 12)])
def test_movement_is_that_of_the_twin(size: tuple[int, int]) -> None:
    frames = list(noisy(12, size))
    moves = np.zeros(size, np.uint8)
    for place, (before, after) in enumerate([*pairwise(frames), (frames[0], frames[0])]):
        bit = 1 << place % 8
        moves &= ~np.uint8(bit)
        others = moves.copy()
        denoise._movement(before.reshape(size[0], -1), after.reshape(size[0], -1), place % 8, moves)
        assert np.array_equal(others | twins.denoise.movement(before, after) * np.uint8(bit), moves)


def test_movement_is_that_of_the_twin_where_pictures_differ_most() -> None:
    """All sums as large as they can be, and of both signs."""
    black, white = np.zeros((14, 30, 3), np.uint8), np.full((14, 30, 3), 255, np.uint8)
    half = black.copy()
    half[:, 15:] = 255
    for before, after in permutations((black, white, half), 2):
        moves = np.zeros((14, 30), np.uint8)
        denoise._movement(before.reshape(14, -1), after.reshape(14, -1), 0, moves)
        assert np.array_equal(twins.denoise.movement(before, after), moves)


@pytest.mark.parametrize("n", [60, 300])
def test_averages_are_those_of_the_twin(n: int) -> None:
    rng = np.random.default_rng(10)
    mean, count = np.zeros((n, 3), np.float32), np.zeros(n, np.uint8)
    for turn in range(20):
        frames = tuple(rng.integers(0, 256, (n, 3)).astype(np.uint8) for _ in range(denoise.LOOKAHEAD))
        known = int(rng.integers(1, 9))
        moves = rng.random((n, 8)) < 0.1
        moves[:, 0] = rng.random(n) < (1 if turn == 0 else 0.3)
        moves[:, known:] = False
        bits = np.packbits(moves, axis=1, bitorder="little")[:, 0]
        pixels, lasting = np.empty((n, 3), np.uint8), np.empty(n, np.uint8)
        expected = [
            twins.denoise.average(
                [frame[i].tolist() for frame in frames[:known]], moves[i, 0], moves[i, 1:], mean[i], int(count[i])
            )
            for i in range(n)
        ]
        flat = tuple(frame.ravel() for frame in frames)
        denoise._average(flat, known, bits, mean.ravel(), count, pixels.ravel(), lasting)
        assert np.array_equal(np.packbits(moves[:, 1:], axis=1, bitorder="little")[:, 0], bits)
        for i, (m, c, color, still) in enumerate(expected):
            assert (m, c, color, still) == (list(mean[i]), count[i], pixels[i].tolist(), lasting[i])


def test_what_an_image_leaves_on_the_canvas_is_that_of_the_twin() -> None:
    rng = np.random.default_rng(13)
    symbols, below = rng.integers(9, size=30).astype(np.uint8), rng.integers(1000, size=30).astype(np.uint16)
    for count in (8, 9):  # with "as it is", and without
        entries, found = rng.integers(1000, size=count).astype(np.uint16), np.empty(30, np.uint16)
        canvas._reveal(symbols, entries, below, found)
        assert found.tolist() == twins.canvas.reveal(symbols.tolist(), entries.tolist(), below.tolist())


@pytest.mark.parametrize("digits", [7, 1])  # with 1, many are as near, and some are the same
def test_demand_and_slice_are_those_of_the_twins(digits: int) -> None:
    rng = np.random.default_rng(11)
    lab = rng.random((60, 3)).astype(np.float32).round(digits)
    square = ((lab[:, None] - lab[None]) ** 2).sum(axis=2)
    best, pixels = rng.integers(60, size=1500).astype(np.uint16), rng.random((1500, 6)).astype(np.float32)
    count, weight = np.zeros(60), np.zeros(60)
    shown = np.where(rng.random(1500) < 0.3, best, rng.integers(60, size=1500)).astype(np.uint16)
    local_tables._demand(best, pixels, lab, shown, 100.0, count, weight)
    assert np.array_equal(twins.local_tables.demand(best.tolist(), pixels, lab, shown.tolist(), 100.0), [count, weight])
    assert 200 < count.sum() < 1000
    order = np.argsort(square, axis=1, kind="stable")[:, :4].astype(np.uint16)
    for size in (1, 10, 59):
        alive = count > 0
        local_tables._slice(square, order, count, weight, size, alive)
        left = twins.local_tables.slice(square, count.tolist(), weight.tolist(), size, np.flatnonzero(count).tolist())
        assert sorted(left) == np.flatnonzero(alive).tolist()


def test_tables_are_laid_as_the_twin_does() -> None:
    rng = np.random.default_rng(12)
    lab = rng.random((80, 3)).astype(np.float32)
    square = ((lab[:, None] - lab[None]) ** 2).sum(axis=2)
    order = np.argsort(square, axis=1, kind="stable")[:, :9].astype(np.uint16)
    for count in (1, 5, 40, 80):
        entries = np.sort(rng.permutation(80)[:count])
        place = np.full(80, -1)
        place[entries] = np.arange(count)
        near = np.empty((count, min(4, count)), np.uint8)
        slot, away = np.empty(80, np.uint8), np.empty(80, np.float32)
        local_tables._lay(square, order, place, near, slot, away)
        expected = twins.local_tables.lay(square, order, entries.tolist(), near.shape[1])
        assert expected == (near.tolist(), slot.tolist(), away.tolist())


def gif_of(pictures: list[Pixels], palette: Palette, price: float, delay: int = 7) -> tuple[bytes, list[Pixels]]:
    """A strictly valid GIF, and what it shows at the time of each picture."""
    height, width = pictures[0].shape[:2]
    stream = io.BytesIO()
    stats = encode_rate_distortion(
        stream, (width, height), ((Frame(p, 0.0), delay) for p in pictures), palette, lambda_=price
    )
    gif = check(stream.getvalue())
    assert stats.tables >= 1
    assert (stats.bytes, stats.images) == (len(stream.getvalue()), len(gif.frames))
    assert stats.centiseconds == delay * len(pictures) == sum(frame.delay for frame in gif.frames)
    shown, ends = [], []
    for picture, milliseconds in decoders.timeline(gif):
        shown.append(picture[..., :3])
        ends.append((ends[-1] if ends else 0) + (milliseconds or 0))
    times = [(n + 0.5) * 10 * delay for n in range(len(pictures))]
    return stream.getvalue(), [shown[min(int(np.searchsorted(ends, t)), len(shown) - 1)] for t in times]


def error(shown: Pixels, wanted: Pixels) -> float:
    """Mean OKLab distance."""
    return float(np.sqrt(((oklab(shown) - oklab(wanted)) ** 2).sum(axis=-1)).mean())


def gradient(shift: float) -> Pixels:
    rows, columns = np.indices((40, 60))
    return np.clip(np.stack([rows * 3 + shift, columns * 2 + shift, 90 + shift + rows], axis=-1), 0, 255).astype(
        np.uint8
    )


GRAYS = Palette(np.stack([np.linspace(0, 255, 200)] * 3, axis=1).astype(np.uint8))


def test_noise_on_what_stands_still_is_not_coded() -> None:
    rng = np.random.default_rng(12)
    base = np.full((40, 60, 3), 120) + np.indices((40, 60))[1][..., None]
    pictures = [np.clip(base + rng.integers(-1, 2, (40, 60, 1)), 0, 255).astype(np.uint8) for _ in range(20)]
    _, shown = gif_of(pictures, GRAYS, lambda_for_quality(80))
    assert np.mean([(a != b).any(axis=2).mean() for a, b in pairwise(shown)]) < 0.005
    assert error(np.array(shown[-1]), base.astype(np.uint8)) < 0.006


@pytest.mark.parametrize("quality", [50, 80])
def test_fade_and_return_to_the_first_frame_leave_no_ghost(quality: int) -> None:
    fade = [gradient(2 * n) for n in range(30)]
    palette = Palette(np.unique(np.concatenate([p.reshape(-1, 3) for p in fade[::4]])[::41], axis=0)[:1000].copy())
    pictures = [*fade, fade[0], fade[0], fade[0]]
    _, shown = gif_of(pictures, palette, lambda_for_quality(quality))
    floor = error(gif_of([fade[0]], palette, 1e-9)[1][0], fade[0])
    for n, (picture, wanted) in enumerate(zip(shown, pictures, strict=True)):
        assert error(picture, wanted) < floor + 0.02, n
    assert error(shown[-1], fade[0]) < floor + 0.01


@pytest.mark.parametrize("quality", [50, 80])
@pytest.mark.parametrize("every", [1, 3])
def test_a_slow_pan_does_not_smear(quality: int, every: int) -> None:
    """One pixel every so many frames: each picture is hardly worse than it is when coded alone."""
    rng = np.random.default_rng(16)
    rough = rng.integers(60, 200, (8, 24, 3)).astype(np.uint8)
    wide = np.asarray(Image.fromarray(rough).resize((240, 60), Image.Resampling.BICUBIC))
    pictures = [np.ascontiguousarray(wide[:, n // every : n // every + 160]) for n in range(24)]
    palette = Palette(np.unique(wide.reshape(-1, 3), axis=0)[::17][:1000].copy())
    _, shown = gif_of(pictures, palette, lambda_for_quality(quality))
    for n in (8, 15, 23):
        alone = error(gif_of([pictures[n]], palette, lambda_for_quality(quality))[1][0], pictures[n])
        assert error(shown[n], pictures[n]) < 1.35 * alone, n


def test_frames_that_change_nothing_only_lengthen_the_delay() -> None:
    palette = Palette(colors(20, 13))
    still = palette.colors[np.arange(600).reshape(20, 30) % 20].copy()
    data, _ = gif_of([still] * 9, palette, lambda_for_quality(80))
    assert len(check(data).frames) == 1
    long, _ = gif_of([still] * 2, palette, lambda_for_quality(80), delay=60_000)
    assert sum(frame.delay for frame in check(long).frames) == 120_000


def test_table_of_256_entries_serves_one_picture() -> None:
    palette = Palette(colors(256, 14))
    picture = palette.colors[np.random.default_rng(1).integers(256, size=(16, 32))]
    _, shown = gif_of([picture], palette, 1e-9)
    assert np.array_equal(picture, shown[0])


def test_frames_take_their_own_tables_from_a_large_map_only_where_it_pays() -> None:
    rng = np.random.default_rng(15)
    palette = Palette(colors(1000, 15))
    pictures = [palette.colors[rng.integers(part, part + 250, (90, 120))] for part in (0, 250, 500)]
    height, width = pictures[0].shape[:2]
    counts = []
    for price in (1e-7, 1e3):
        encoder = RateDistortionEncoder(io.BytesIO(), (width, height), palette, lambda_=price)
        for view in denoise.denoise([(Frame(p, 0.0), 5) for p in pictures], (width, height)):
            encoder.add(view)
        counts.append(encoder.close().tables)
    assert counts == [3, 1]
    _, shown = gif_of(pictures, palette, 1e-7)
    assert np.array_equal(pictures[2], shown[2])


def test_lossless_price_is_no_larger_than_the_exact_coder() -> None:
    palette = Palette(colors(100, 16))
    rng = np.random.default_rng(16)
    picture = palette.colors[np.repeat(rng.integers(100, size=(40, 20)), 3, axis=1)]
    pictures = []
    for n in range(8):
        picture = picture.copy()
        picture[n * 4 : n * 4 + 4, 10:30] = palette.colors[rng.integers(100, size=(4, 20))]
        pictures.append(picture)
    exact = io.BytesIO()
    encode(exact, (60, 40), [(Frame(p, 0.0), 7) for p in pictures], GlobalTable(palette))
    data, shown = gif_of(pictures, palette, 1e-9)
    assert len(data) <= 1.01 * len(exact.getvalue())
    assert all(np.array_equal(a, b) for a, b in zip(pictures, shown, strict=True))


def test_prices_fall_with_quality() -> None:
    prices = [lambda_for_quality(q) for q in range(1, 101)]
    assert prices == sorted(prices, reverse=True)
    assert len(set(prices)) == 100
