"""The coder that weighs bytes against errors: its kernels do what their twins do, and its GIFs are valid and near."""

import io
from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise

import decoders
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from strict import check, decode_lzw

from gifsom.core.frame import Frame, Rect
from gifsom.encoder import perceptual, rd_lzw
from gifsom.encoder.exact import GlobalTable, encode
from gifsom.encoder.rd_encoder import encode_rate_distortion, lambda_for_quality
from gifsom.encoder.rd_lzw import rd_encode
from gifsom.gif.lzw import CODES, compress
from gifsom.native.perceptual import fill_costs
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
    """Pixels for `choose` near the entries of a table, their costs and best entries, the table, its neighbours.

    `run` pixels in a row are alike.
    """
    rng = np.random.default_rng(seed)
    table = oklab(colors(entries, seed))
    best = np.repeat(rng.integers(entries, size=-(-n // run)), run)[:n].astype(np.uint8)
    pixels, costs = np.empty((n, 4), np.float32), np.empty((n, 2), np.float32)
    pixels[:, :3] = table[best] + rng.normal(0, 0.01, (n, 3))
    pixels[:, 3] = rng.uniform(0.1, 8, n)
    shown = np.where(rng.random(n) < 0.5, best, rng.integers(entries, size=n)).astype(np.uint16)
    lossy_table = np.ascontiguousarray(table)
    each, symbols = np.arange(entries).astype(np.uint8), np.empty(n, np.uint8)
    fill_costs(pixels, best.astype(np.uint16), each, lossy_table, shown, lossy_table, first, costs, symbols)
    return pixels, costs, best, lossy_table, neighbours(lossy_table)


@pytest.mark.parametrize(("entries", "minimum"), [(3, 2), (31, 5), (255, 8)])
def test_streams_that_end_around_a_full_dictionary_are_read_back(entries: int, minimum: int) -> None:
    """Some of 3700 to 4300 pixels, and every length close to the one that fills the dictionary."""
    pixels, costs, best, table, near = problem(24_000, entries, 4, first=False)

    def coded(length: int) -> tuple[bytes, int]:
        made = rd_encode(pixels[:length], costs[:length], best[:length], table, near, entries, minimum, 1e-6)
        decoded, codes = decode_lzw(minimum, made.data)
        assert made.symbols.tobytes() == decoded, length
        return made.data, codes

    full = bisect_left(range(1, 24_000), 2 + CODES - (1 << minimum) - 1, key=lambda length: coded(length)[1])
    for length in {*range(3700, 4301, 7), *range(full - 30, full + 31)}:
        coded(length)


def test_without_a_price_no_stream_is_longer_than_that_of_the_exact_coder() -> None:
    for seed in range(5):
        pixels, costs, best, table, near = problem(20_000, 60, seed, first=False)
        free = costs[:, 1] == 0
        coded = rd_encode(pixels, costs, best, table, near, 60, 6, 1e-12)
        assert len(coded.data) <= 1.002 * len(compress(best, 6, free, 60))


def test_higher_price_makes_fewer_bytes_and_more_excess() -> None:
    pixels, costs, best, table, near = problem(30_000, 255, 5, first=False)
    coded = [rd_encode(pixels, costs, best, table, near, 255, 8, price) for price in (1e-7, 1e-5, 1e-4, 1e-3, 1e-1)]
    sizes, excesses = [len(c.data) for c in coded], [c.distortion for c in coded]
    assert all(b <= 1.001 * a for a, b in pairwise(sizes))
    assert sizes[-1] < 0.99 * sizes[0]
    assert excesses == sorted(excesses)


TOOLS = perceptual._LINEAR, perceptual._TO_LMS, perceptual._TO_LAB


def test_a_part_of_the_pixels_is_moved_to_their_beginning() -> None:
    pixels = np.random.default_rng(14).random((9, 7, 4)).astype(np.float32)
    for rect in (Rect(0, 0, 7, 9), Rect(2, 3, 4, 5), Rect(6, 0, 1, 9), Rect(0, 8, 7, 1)):
        expected, room = rect.cut(pixels).copy(), pixels.copy()
        part = perceptual.crop_in_place(room, rect)
        assert np.array_equal(expected, part)
        assert np.shares_memory(part, room)
        assert part.flags.c_contiguous


SIZES = pytest.mark.parametrize("size", [(1, 1), (1, 9), (4, 3), (17, 21)])


def noisy(count: int, size: tuple[int, int], seed: int = 9) -> Iterator[Pixels]:
    """A picture with noise, of which a part changes now and then."""
    rng = np.random.default_rng(seed)
    picture = rng.integers(0, 256, (*size, 3))
    for n in range(count):
        if n % 5 == 3:
            picture[: size[0] // 2, : size[1] // 3] = rng.integers(0, 256, 3)
        yield np.clip(picture + rng.integers(-2, 3, (*size, 3)), 0, 255).astype(np.uint8)


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
        frames = [(Frame(p, 0.0), 5) for p in pictures]
        counts.append(encode_rate_distortion(io.BytesIO(), (width, height), frames, palette, lambda_=price).tables)
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
