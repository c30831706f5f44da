"""From changes of the canvas to a GIF whose every pixel has the nearest color that there is, or its very own.

No image depends on the code of another one, so that threads code them while the next frames are mapped.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Frame, Pixels, Rect
from gifsom.core.values import ANIMATED, TABLE
from gifsom.encoder.canvas import Canvas, Change, changes
from gifsom.gif.lzw import CODES, compress, minimum_code_size
from gifsom.gif.writer import DISPOSE_BACKGROUND, DISPOSE_NONE, GifWriter, Patch, split_delay
from gifsom.palette.color import pack, unpack
from gifsom.palette.nearest import Mapper
from gifsom.palette.palette import Palette

LONG = 24
"""Pixels that must stay in a row before "transparent" is a choice, in the second of two ways of coding an image: where
short stretches stay by chance, as when a pattern scrolls, two names for a color only spoil the phrases. On a game of 14
colors the better of the two takes 3.5 % less than the first; 12 to 32 are all alike."""

FIRST_CLEARS = (1280, 3712)
"""Codes at which the first dictionary is cleared, where a picture needs more than one: 0.4 % less on the same game,
1.6 % on a terminal."""

FULL = 5400
"""Bytes of code that fill the first dictionary."""

PARTS = (8, 2)
"""By which part of a phrase the next one must reach farther for it to be cut, where phrases are short, and where they
are long: 9 % less on that game, up to 1 % where they are short. To try both is hardly better."""

PHRASE = 12
"""Pixels in the mean from which on phrases are long."""

THREADS = 2
WAITING = 4
"""Threads that code images, and images that wait for them."""


@dataclass(frozen=True, slots=True)
class Stats:
    """What was written: bytes, images, centiseconds that they take together, and color tables."""

    bytes: int
    images: int
    centiseconds: int
    tables: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Indexed:
    """An image as a GIF has it.

    indices      (h, w) uint8
    minimum      LZW minimum code size
    transparent  the index that shows what lies below, or None
    colors       (n, 3) uint8, a table of its own; None: the one of all images
    """

    indices: Pixels
    min_code_size: int
    transparent: int | None
    colors: Pixels | None


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """An image to be coded: where, its indices and which of them are free, centiseconds, disposal."""

    rect: Rect
    indexed: Indexed
    free: NDArray[np.bool_]
    delay: int
    disposal: int


class Tables(Protocol):
    """How pixels become numbers, and numbers indices into a color table."""

    @property
    def common(self) -> Pixels:
        """The table of all images, (n, 3) uint8."""

    @property
    def clear(self) -> int | None:
        """The number of "transparent", or None."""

    def number(self, pixels: Pixels) -> Canvas:
        """A number for each pixel of a picture (h, w, 3)."""

    def index(self, symbols: Canvas, free: NDArray[np.bool_]) -> Indexed:
        """Numbers (h, w) as indices; what is `free` may have the transparent one."""


class OneTable:
    """One table for all images; numbers are indices into it.

    A palette of 256 entries leaves no index for "transparent": then there may be one opaque picture.
    """

    def __init__(self, palette: Palette) -> None:
        self.common: Pixels = palette.colors
        self.clear = len(palette) if len(palette) < TABLE else None
        self._minimum = minimum_code_size(min(TABLE, len(palette) + 1))
        self._mapper = Mapper(palette.lab)

    def number(self, pixels: Pixels) -> Canvas:
        return self._mapper.map(pixels).astype(np.uint8, copy=False)

    def index(self, symbols: Canvas, free: NDArray[np.bool_]) -> Indexed:
        return Indexed(symbols, self._minimum, self.clear, None)


class OwnTables:
    """Every pixel has its very color: an image whose colors are not all in the common table has one of its own.

    Numbers are colors, 0xRRGGBB; the common table is sorted.
    """

    clear = 1 << 24

    def __init__(self, common: Pixels) -> None:
        self.common = common
        self._packed = pack(common)

    def number(self, pixels: Pixels) -> Canvas:
        return pack(pixels)

    def index(self, symbols: Canvas, free: NDArray[np.bool_]) -> Indexed:
        colors = needed(symbols, free)
        assert colors is not None  # `commonest` has seen to that
        own = not np.isin(colors, self._packed).all()
        table = colors if own else self._packed
        places = np.searchsorted(table, symbols).clip(max=len(table) - 1)
        indices = places.astype(np.uint8)
        transparent = len(table) if len(table) <= ANIMATED else None
        if transparent is not None:
            indices[table[places] != symbols] = transparent
        min_code_size = minimum_code_size(min(TABLE, len(table) + 1))
        return Indexed(indices, min_code_size, transparent, unpack(table) if own else None)


def needed(symbols: Canvas, free: NDArray[np.bool_]) -> Canvas | None:
    """The colors (n,), n <= 256, sorted, that a table must have for an image of colors; None where they are too many.

    With 256 there is no index left for what is free.
    """
    colors = np.unique(symbols[~free])
    if len(colors) > ANIMATED:
        colors = np.unique(symbols)
    return colors if len(colors) <= TABLE and OwnTables.clear not in colors else None


def commonest(frames: Iterable[tuple[Frame, int]], size: tuple[int, int]) -> Pixels | None:
    """The colors (n, 3) uint8, n <= 255, that the most images of a clip need; None where one needs too many.

    That is 256 where pixels become transparent again: most decoders leave another color there unless every image has an
    index for "transparent".
    """
    found = []
    most, clears = 0, False
    for change in changes(frames, size, pack, OwnTables.clear):
        colors = needed(change.symbols, change.free)
        if colors is None:
            return None
        found.append(colors)
        most, clears = max(most, len(colors)), clears or change.disposal == DISPOSE_BACKGROUND
        if clears and most == TABLE:
            return None
    distinct, images = np.unique(np.concatenate(found), return_counts=True)
    return unpack(np.sort(distinct[np.argsort(-images, kind="stable")[:ANIMATED]]))


def encode(
    stream: BinaryIO, size: tuple[int, int], frames: Iterable[tuple[Frame, int]], tables: Tables, plays: int = 0
) -> Stats:
    """Write a GIF; the stream stays open.

    Args:
        stream: where to.
        size: width and height.
        frames: each with its delay in centiseconds, >= 2.
        tables: its colors.
        plays: how many times it plays, 0 for ever.
    """
    symbols = len(tables.common) + (tables.clear is not None)
    writer = GifWriter(stream, size, tables.common, min(TABLE, symbols), plays)
    waiting: deque[tuple[Future[bytes], Image]] = deque()
    images = centiseconds = local = 0

    def drain(left: int) -> None:
        while len(waiting) > left:
            data, image = waiting.popleft()
            indexed = image.indexed
            transparent, colors = indexed.transparent, indexed.colors
            writer.add(
                Patch(
                    image.rect, indexed.min_code_size, data.result(), image.delay, image.disposal, transparent, colors
                )
            )

    with ThreadPoolExecutor(THREADS) as threads:
        for change in changes(frames, size, tables.number, tables.clear):
            for image in _images(change, tables):
                waiting.append((threads.submit(_shortest, image.indexed, image.free), image))
                images += 1
                centiseconds += image.delay
                local += image.indexed.colors is not None
                drain(WAITING)
        drain(0)
    writer.close()
    return Stats(writer.size, images, centiseconds, 1 + local)


def _images(change: Change, tables: Tables) -> Iterator[Image]:
    """The images that show a change.

    A longer stand is made of images that change nothing: one pixel, or all that is to be cleared in the end.
    """
    rect, symbols, free = change.rect, change.symbols, change.free
    *first, last = split_delay(change.delay)
    for delay in first:
        yield Image(rect, tables.index(symbols, free), free, delay, DISPOSE_NONE)
        if change.disposal == DISPOSE_NONE:
            rect = Rect(0, 0, 1, 1)
        symbols = rect.cut(change.shown)
        free = np.ones_like(symbols, np.bool_)
    yield Image(rect, tables.index(symbols, free), free, last, change.disposal)


def _shortest(image: Indexed, free: NDArray[np.bool_]) -> bytes:
    """The shortest of the code streams that are tried for an image; it may stay as it is where it is free."""
    symbols, min_code_size = image.indices, image.min_code_size
    choices = [None] if image.transparent is None else [free, _long_runs(free)]
    transparent = image.transparent or 0

    def tried(choice: int, first: int = CODES, part: int = 0) -> tuple[bytes, int, int]:
        return compress(symbols, min_code_size, choices[choice], transparent, first, part), choice, first

    def length(one: tuple[bytes, int, int]) -> int:
        return len(one[0])

    best = min((tried(choice) for choice in range(len(choices))), key=length)
    if length(best) > FULL:
        best = min(best, *(tried(best[1], first) for first in FIRST_CLEARS), key=length)
    long = symbols.size >= PHRASE * length(best) * 8 / 12  # most codes have 12 bits
    return min(best, tried(*best[1:], PARTS[long]), key=length)[0]


def _long_runs(free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Without the runs (row by row, over the ends of the rows) that are shorter than LONG."""
    edges = np.flatnonzero(np.diff(free.ravel(), prepend=False, append=False))
    starts, ends = edges[::2], edges[1::2]
    long = ends - starts >= LONG
    steps = np.zeros(free.size + 1, np.int8)
    steps[starts[long]], steps[ends[long]] = 1, -1
    return np.cumsum(steps[:-1], dtype=np.int8).astype(np.bool_).reshape(free.shape)
