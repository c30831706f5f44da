"""From scheduled frames to a GIF: map, keep what is shown, code what changed.

The canvas is what a viewer sees, one index a pixel. An image is coded only once the next one is known, since only then
it is known how long it stands, and whether pixels under it must become transparent again. No image depends on the code
of another one, so that threads code them while the next frames are mapped.
"""

from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from gifsom.clip import Frame, Pixels, Rect
from gifsom.encoder.gif import CLEAR, KEEP, GifWriter, Patch, stands
from gifsom.encoder.lzw import compress, minimum_code_size
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


class Encoder:
    """Codes frames into a GIF on a binary stream; `add` each frame, then `close`.

    A palette of 256 entries leaves no index for "unchanged" and "transparent": then there may be one opaque frame.
    """

    def __init__(self, stream: BinaryIO, size: tuple[int, int], palette: Palette, plays: int = 0) -> None:
        """Begin a GIF of `size` (width, height) that plays `plays` times, 0 for ever."""
        width, height = size
        self._clear = len(palette) if len(palette) < 256 else None  # the index that shows what lies below
        symbols = len(palette) + (self._clear is not None)
        self._minimum = minimum_code_size(symbols)
        self._writer = GifWriter(stream, size, palette.colors, symbols, plays)
        self._mapper = Mapper(palette.lab)
        self._all = Rect(0, 0, width, height)
        self._last: Pixels | None = None
        self._below = np.full((height, width), self._clear or 0, np.uint8)  # under the pending image
        self._shown = self._below  # with it
        self._rect: Rect | None = None  # of the pending image; None before the first
        self._delay = 0
        self._images = 0
        self._centiseconds = 0
        self._threads = ThreadPoolExecutor(THREADS)
        self._waiting: deque[tuple[Future[bytes], Rect, int, int]] = deque()  # code, place, delay, disposal

    def add(self, frame: Frame, delay: int) -> None:
        """Show `frame` for `delay` centiseconds, >= 2."""
        self._centiseconds += delay
        if self._rect is not None and frame.mask is None and frame.pixels is self._last:
            self._delay += delay
            return
        self._last = frame.pixels if frame.mask is None else None
        wanted = self._mapper.map(frame.pixels).astype(np.uint8, copy=False)
        if frame.mask is not None:
            assert self._clear is not None
            wanted[frame.mask] = self._clear
        if self._rect is None:
            self._begin(wanted, self._all, delay)
            return
        changed = wanted != self._shown
        rect = Rect.around(changed)
        if rect is None:
            self._delay += delay
            return
        vanished = Rect.around(changed & (wanted == self._clear)) if frame.mask is not None else None
        if vanished is None:
            self._flush(KEEP)
        else:
            self._rect = self._rect.union(vanished)
            self._flush(CLEAR)
            rect = Rect.around(wanted != self._shown) or Rect(0, 0, 1, 1)
        self._begin(wanted, rect, delay)

    def _begin(self, wanted: NDArray[np.uint8], rect: Rect, delay: int) -> None:
        self._below, self._shown = self._shown, wanted
        self._rect, self._delay = rect, delay

    def _flush(self, disposal: int) -> None:
        """Write the pending image; after that `_shown` is the canvas on which the next one is put."""
        assert self._rect is not None
        symbols = self._rect.cut(self._shown)
        free = None if self._clear is None else symbols == self._rect.cut(self._below)
        data = self._threads.submit(_shortest, symbols, self._minimum, free, self._clear or 0)
        # A longer stand is made of images that change nothing: one pixel, or all that is to be cleared in the end.
        *first, last = stands(self._delay)
        for delay in first:
            self._write(self._rect, data, delay, KEEP)
            if disposal == KEEP:
                self._rect = Rect(0, 0, 1, 1)
            same = self._rect.cut(self._shown)
            nothing = same if self._clear is None else np.full_like(same, self._clear)
            data = self._threads.submit(compress, nothing, self._minimum)
        self._write(self._rect, data, last, disposal)
        if disposal == CLEAR:
            self._shown = self._shown.copy()
            self._rect.cut(self._shown)[:] = self._clear

    def _write(self, rect: Rect, data: "Future[bytes]", delay: int, disposal: int) -> None:
        self._waiting.append((data, rect, delay, disposal))
        self._images += 1
        self._drain(WAITING)

    def _drain(self, left: int) -> None:
        """Write the images that wait, but for the last ones."""
        while len(self._waiting) > left:
            data, rect, delay, disposal = self._waiting.popleft()
            self._writer.add(Patch(rect, self._minimum, data.result(), delay, disposal, self._clear))

    def close(self) -> Stats:
        """Write the last frame and the end. The stream stays open."""
        if self._rect is not None:
            self._flush(KEEP)
        self._drain(0)
        self._threads.shutdown()
        self._writer.close()
        return Stats(self._writer.size, self._images, self._centiseconds)


def _shortest(symbols: NDArray[np.uint8], minimum: int, free: NDArray[np.bool_] | None, transparent: int) -> bytes:
    """The shortest of the code streams that are tried for a picture; it may stay as it is where it is free."""
    data = compress(symbols, minimum, free, transparent)
    if free is not None:
        other = compress(symbols, minimum, long := _long_runs(free), transparent)
        data, free = (other, long) if len(other) < len(data) else (data, free)
    if len(data) > FULL:
        data = min(data, *(compress(symbols, minimum, free, transparent, first) for first in FIRST_CLEARS), key=len)
    return data


def _long_runs(free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Without the runs (row by row, over the ends of the rows) that are shorter than LONG."""
    edges = np.flatnonzero(np.diff(free.ravel(), prepend=False, append=False))
    starts, ends = edges[::2], edges[1::2]
    long = ends - starts >= LONG
    steps = np.zeros(free.size + 1, np.int8)
    steps[starts[long]], steps[ends[long]] = 1, -1
    return np.cumsum(steps[:-1], dtype=np.int8).astype(np.bool_).reshape(free.shape)


def encode(
    stream: BinaryIO, size: tuple[int, int], frames: Iterable[tuple[Frame, int]], palette: Palette, plays: int = 0
) -> Stats:
    """Write frames with their delays in centiseconds as a GIF; see `Encoder`."""
    encoder = Encoder(stream, size, palette, plays)
    for frame, delay in frames:
        encoder.add(frame, delay)
    return encoder.close()
