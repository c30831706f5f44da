"""The exact encoder: every pixel gets the nearest color of the palette, or its very own color.

No image depends on the code of another one, so threads code images while the next frames are mapped.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Frame, Pixels, Rect
from gifsom.core.threads import threads
from gifsom.core.values import ANIMATED, TABLE
from gifsom.encoder.canvas import Canvas, Change, diff
from gifsom.gif.lzw import compress, minimum_code_size
from gifsom.gif.writer import DISPOSE_BACKGROUND, DISPOSE_NONE, GifWriter, Patch, split_delay
from gifsom.native.lzw import CODES
from gifsom.palette.color import pack, unpack
from gifsom.palette.nearest import Mapper
from gifsom.palette.palette import Palette

MIN_RUN = 24
"""Shortest run of unchanged pixels in which "transparent" is allowed, in the second of two ways of coding an image.
Where short runs are unchanged by chance, as when a pattern scrolls, two symbols for a color only spoil the phrases. On
a game of 14 colors the better of the two ways takes 3.5 % less than the first; 12 to 32 are alike."""

FIRST_CLEARS = (1280, 3712)
"""Codes at which the first dictionary is cleared, where a picture needs more than one: 0.4 % less on the same game,
1.6 % on a terminal."""

FIRST_DICTIONARY = 5400
"""Bytes of code that fill the first dictionary."""

MIN_GAIN_DIVISORS = (8, 2)
"""`min_gain_divisor` (see gifsom.gif.lzw) where phrases are short, and where they are long: 9 % less on that game, up
to 1 % less where they are short. Trying both is hardly better."""

LONG_PHRASE = 12
"""Mean length in pixels from which on phrases count as long."""

WAITING = 2
"""Images that wait for each thread that codes them."""


@dataclass(frozen=True, slots=True)
class GifStats:
    """Figures of a GIF that was written: bytes, images, duration in centiseconds, color tables."""

    bytes: int
    images: int
    centiseconds: int
    tables: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Indexed:
    """An image as indices into a color table.

    indices        (h, w) uint8
    min_code_size  LZW minimum code size
    transparent    index that leaves a pixel unchanged, or None
    colors         (n, 3) uint8, a local color table; None: the global one
    """

    indices: Pixels
    min_code_size: int
    transparent: int | None
    colors: Pixels | None


@dataclass(frozen=True, slots=True, eq=False)
class PendingImage:
    """An image that waits for its code: rectangle, indices, which of them are unchanged, centiseconds, disposal."""

    rect: Rect
    indexed: Indexed
    unchanged: NDArray[np.bool_]
    delay: int
    disposal: int


class TableStrategy(Protocol):
    """The way from pixels to numbers of the canvas, and from these to indices into a color table."""

    @property
    def colors(self) -> Pixels:
        """The global color table, (n, 3) uint8."""

    @property
    def transparent(self) -> int | None:
        """The number of "transparent", or None."""

    def to_numbers(self, pixels: Pixels) -> Canvas:
        """Number of each pixel of a picture (h, w, 3)."""

    def index(self, symbols: Canvas, unchanged: NDArray[np.bool_]) -> Indexed:
        """Numbers (h, w) as indices; an `unchanged` pixel may get the transparent one."""


class GlobalTable:
    """One global color table for all images; numbers of the canvas are indices into it.

    A palette of 256 entries leaves no index for "transparent": then only a single opaque picture is possible.
    """

    def __init__(self, palette: Palette) -> None:
        self.colors: Pixels = palette.colors
        self.transparent = len(palette) if len(palette) < TABLE else None
        self.min_code_size = minimum_code_size(min(TABLE, len(palette) + 1))
        self._mapper = Mapper(palette.lab)

    def to_numbers(self, pixels: Pixels) -> Canvas:
        return self._mapper.map(pixels).astype(np.uint8, copy=False)

    def index(self, symbols: Canvas, unchanged: NDArray[np.bool_]) -> Indexed:
        return Indexed(symbols, self.min_code_size, self.transparent, None)


class LocalTables:
    """Exact colors: an image gets a local color table where the global one lacks any of its colors.

    Numbers of the canvas are colors, 0xRRGGBB; the global table is sorted.
    """

    transparent = 1 << 24

    def __init__(self, colors: Pixels) -> None:
        self.colors = colors
        self._packed = pack(colors)

    def to_numbers(self, pixels: Pixels) -> Canvas:
        return pack(pixels)

    def index(self, symbols: Canvas, unchanged: NDArray[np.bool_]) -> Indexed:
        colors = needed_colors(symbols, unchanged)
        assert colors is not None  # `global_table` has checked that
        own = not np.isin(colors, self._packed).all()
        table = colors if own else self._packed
        places = np.searchsorted(table, symbols).clip(max=len(table) - 1)
        indices = places.astype(np.uint8)
        transparent = len(table) if len(table) <= ANIMATED else None
        if transparent is not None:
            indices[table[places] != symbols] = transparent
        min_code_size = minimum_code_size(min(TABLE, len(table) + 1))
        return Indexed(indices, min_code_size, transparent, unpack(table) if own else None)


def needed_colors(symbols: Canvas, unchanged: NDArray[np.bool_]) -> Canvas | None:
    """The colors (n,), n <= 256, sorted, that a table must hold for an image; None where they are too many.

    With 256 colors no index is left for "transparent", so unchanged pixels need their colors as well.
    """
    colors = np.unique(symbols[~unchanged])
    if len(colors) > ANIMATED:
        colors = np.unique(symbols)
    return colors if len(colors) <= TABLE and LocalTables.transparent not in colors else None


def global_table(frames: Iterable[tuple[Frame, int]], size: tuple[int, int]) -> Pixels | None:
    """The colors (n, 3) uint8, n <= 255, that most images of a clip need; None where an image needs too many.

    The limit is 256 colors an image, and 255 where pixels become transparent again: most decoders leave another color
    there unless every image has a transparent index.
    """
    found = []
    most, clears = 0, False
    for change in diff(frames, size, pack, LocalTables.transparent):
        colors = needed_colors(change.symbols, change.unchanged)
        if colors is None:
            return None
        found.append(colors)
        most, clears = max(most, len(colors)), clears or change.disposal == DISPOSE_BACKGROUND
        if clears and most == TABLE:
            return None
    distinct, images = np.unique(np.concatenate(found), return_counts=True)
    return unpack(np.sort(distinct[np.argsort(-images, kind="stable")[:ANIMATED]]))


def encode(
    stream: BinaryIO, size: tuple[int, int], frames: Iterable[tuple[Frame, int]], tables: TableStrategy, plays: int = 0
) -> GifStats:
    """Write a GIF without loss beyond the mapping; the stream stays open.

    Args:
        stream: binary, writable.
        size: width and height.
        frames: each with its delay in centiseconds, >= 2.
        tables: maps pixels to color tables.
        plays: number of times that it plays, 0 for ever.
    """
    symbols = len(tables.colors) + (tables.transparent is not None)
    writer = GifWriter(stream, size, tables.colors, min(TABLE, symbols), plays)
    images = centiseconds = local = 0
    with ThreadPoolExecutor(threads()) as pool:
        for patch in coded(frames, size, tables, pool.submit):
            writer.add(patch)
            images += 1
            centiseconds += patch.delay
            local += patch.colors is not None
    writer.close()
    return GifStats(writer.size, images, centiseconds, 1 + local)


def coded(
    frames: Iterable[tuple[Frame, int]],
    size: tuple[int, int],
    tables: TableStrategy,
    submit: "Callable[[Callable[[Indexed, NDArray[np.bool_]], bytes], Indexed, NDArray[np.bool_]], Future[bytes]]",
) -> Iterator[Patch]:
    """The images of a clip, coded by what `submit` hands them to; see `encode`."""
    waiting: deque[tuple[Future[bytes], PendingImage]] = deque()
    for change in diff(frames, size, tables.to_numbers, tables.transparent):
        for image in _images(change, tables):
            waiting.append((submit(_compress_best, image.indexed, image.unchanged), image))
            while len(waiting) > WAITING * threads():
                yield _patch(*waiting.popleft())
    while waiting:
        yield _patch(*waiting.popleft())


def _patch(data: "Future[bytes]", image: PendingImage) -> Patch:
    indexed = image.indexed
    transparent, colors = indexed.transparent, indexed.colors
    return Patch(image.rect, indexed.min_code_size, data.result(), image.delay, image.disposal, transparent, colors)


def _images(change: Change, tables: TableStrategy) -> Iterator[PendingImage]:
    """The images that show a change.

    A delay too long for one image is continued by images that change nothing: of one pixel, or of the rectangle that is
    cleared in the end.
    """
    rect, symbols, unchanged = change.rect, change.symbols, change.unchanged
    *first, last = split_delay(change.delay)
    for delay in first:
        yield PendingImage(rect, tables.index(symbols, unchanged), unchanged, delay, DISPOSE_NONE)
        if change.disposal == DISPOSE_NONE:
            rect = Rect(0, 0, 1, 1)
        symbols = rect.cut(change.shown)
        unchanged = np.ones_like(symbols, np.bool_)
    yield PendingImage(rect, tables.index(symbols, unchanged), unchanged, last, change.disposal)


def _compress_best(image: Indexed, unchanged: NDArray[np.bool_]) -> bytes:
    """The shortest of the code streams tried for an image, which may keep `unchanged` pixels."""
    symbols, min_code_size = image.indices, image.min_code_size
    choices = [None] if image.transparent is None else [unchanged, _long_runs(unchanged)]
    transparent = image.transparent or 0

    def tried(choice: int, first: int = CODES, part: int = 0) -> tuple[bytes, int, int]:
        return compress(symbols, min_code_size, choices[choice], transparent, first, part), choice, first

    def length(one: tuple[bytes, int, int]) -> int:
        return len(one[0])

    best = min((tried(choice) for choice in range(len(choices))), key=length)
    if length(best) > FIRST_DICTIONARY:
        best = min(best, *(tried(best[1], first) for first in FIRST_CLEARS), key=length)
    long = symbols.size >= LONG_PHRASE * length(best) * 8 / 12  # most codes have 12 bits
    return min(best, tried(*best[1:], MIN_GAIN_DIVISORS[long]), key=length)[0]


def _long_runs(unchanged: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mask without its runs (in raster order, across the ends of rows) that are shorter than MIN_RUN."""
    edges = np.flatnonzero(np.diff(unchanged.ravel(), prepend=False, append=False))
    starts, ends = edges[::2], edges[1::2]
    long = ends - starts >= MIN_RUN
    steps = np.zeros(unchanged.size + 1, np.int8)
    steps[starts[long]], steps[ends[long]] = 1, -1
    return np.cumsum(steps[:-1], dtype=np.int8).astype(np.bool_).reshape(unchanged.shape)
