"""From scheduled frames to a GIF where bytes and visible errors are weighed against each other.

The canvas is what a viewer sees, an entry of the map for each pixel. A pixel is always compared as it is shown with the
true source, never with the frame before, so that nothing adds up to a ghost.
"""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Frame, Pixels, Rect
from gifsom.core.prefetch import ahead
from gifsom.core.timing import MIN_DELAY
from gifsom.encoder.canvas import reveal
from gifsom.encoder.denoise import AHEAD, View, steady
from gifsom.encoder.dither import apply_dither
from gifsom.encoder.exact import Stats
from gifsom.encoder.local_tables import Table, Tables
from gifsom.encoder.perceptual import BLOCK, compact, compare, look, settle
from gifsom.encoder.rd_lzw import Coded, choose
from gifsom.gif.lzw import compress
from gifsom.gif.writer import DISPOSE_NONE, GifWriter, Patch, split_delay
from gifsom.palette.nearest import Mapper
from gifsom.palette.palette import Palette

CHANGE = 24.0
"""Bits that are saved where a square of pixels stays: about what two codes take."""

SHRUNK = 0.9
"""A picture of which at most this part has changed once it is coded is coded again, in the rectangle of that part."""

PRICES = ((1, 4e-2), (80, 2e-4), (100, 1e-7))
"""Price of a bit at a quality, in squared OKLab distance of one pixel; geometric between these."""


def bit_price(quality: float) -> float:
    """The price of a bit at a quality from 1 to 100."""
    qualities, prices = zip(*PRICES, strict=True)
    return float(np.exp(np.interp(quality, qualities, np.log(prices))))


class ThriftyEncoder:
    """Codes views into a GIF on a binary stream; `add` each, then `close`."""

    def __init__(
        self,
        stream: BinaryIO,
        size: tuple[int, int],
        palette: Palette,
        plays: int = 0,
        *,
        price: float,
        dither: str = "none",
    ) -> None:
        """Begin a GIF.

        Args:
            stream: where to.
            size: width and height.
            palette: the map, of which the first 255 entries are the table of the file.
            plays: how many times it plays, 0 for ever.
            price: of a bit, in squared OKLab distance of a pixel: the higher, the smaller the file.
            dither: how, see `apply_dither`.
        """
        width, height = size
        self._tables = Tables(palette)
        main = self._tables.main
        self._writer = GifWriter(stream, size, palette.colors[main.entries], main.symbols, plays)
        self._palette = palette
        self._mapper = Mapper(palette.lab)
        self._price = price
        self._dither = dither
        self._all = Rect(0, 0, width, height)
        self._shown = np.zeros((height, width), np.uint16)
        self._room = np.empty((height * width, 6), np.float32)
        self._before: Pixels | None = None  # what the last view was to look like
        self._since = 0  # views since all of the picture was looked at
        self._pending: Patch | None = None
        self._delay = 0  # of the pending image
        self._images = 0
        self._centiseconds = 0
        self._tables_written = 1

    def add(self, view: View) -> None:
        """Show `view`."""
        self._centiseconds += view.delay
        area = self._area(view)
        patch = None if area is None else self._draw(area, view)
        if patch is not None:
            self._flush()
            self._pending = patch
        self._delay += view.delay
        self._before = view.pixels

    def _area(self, view: View) -> Rect | None:
        """Where the picture may be worth a change: where it differs from that before, and now and then everywhere.

        What could not be repaired at once, since it would not stand for long, gets its chance so.
        """
        self._since += 1
        if self._before is None or self._since >= AHEAD:
            self._since = 0
            return self._all
        height = self._all.height  # of rows of three bytes a pixel: a reduction over the bytes of each is slow
        rect = Rect.around(view.pixels.reshape(height, -1) != self._before.reshape(height, -1))
        if rect is None:
            return None
        left, top = rect.left // (3 * BLOCK) * BLOCK, rect.top // BLOCK * BLOCK
        right = min(-(-(rect.left + rect.width) // (3 * BLOCK)) * BLOCK, self._all.width)
        bottom = min(-(-(rect.top + rect.height) // BLOCK) * BLOCK, self._all.height)
        return Rect(left, top, right - left, bottom - top)

    def _draw(self, area: Rect, view: View) -> Patch | None:
        """The image that makes an area look as it should, its delay not yet known; None: not worth its bytes."""
        first = self._before is None
        target = np.ascontiguousarray(area.cut(view.pixels))
        target.flags.writeable = False
        lasting = np.ascontiguousarray(area.cut(view.lasting))
        pixels = look(target, lasting, self._room)
        best = self._mapper.map(target).astype(np.uint16, copy=False)
        if self._dither != "none":
            apply_dither(self._dither, pixels, best, lasting, area, self._tables)
        shown = np.ascontiguousarray(area.cut(self._shown))
        table = self._tables.choose(best.ravel(), pixels.reshape(-1, 6), None if first else shown.ravel(), self._price)
        slots = compare(pixels, best, table.slot, table.lab, shown, self._tables.lab, first)
        rect = settle(pixels, CHANGE * self._price)
        while rect is not None:
            pixels, slots, shown = compact(pixels, rect), rect.cut(slots), np.ascontiguousarray(rect.cut(shown))
            area = Rect(area.left + rect.left, area.top + rect.top, rect.width, rect.height)
            coded = self._choose(pixels, slots, table)
            revealed = reveal(coded.symbols, table.entries, shown)
            rect = Rect(0, 0, area.width, area.height) if first else Rect.around(revealed != shown)
            if rect is not None and rect.width * rect.height > SHRUNK * area.width * area.height:
                area.cut(self._shown)[...] = revealed
                return self._patch(area, coded, table)
        return None

    def _choose(self, pixels: NDArray[np.float32], slots: NDArray[np.uint8], table: Table) -> Coded:
        flat = pixels.reshape(-1, 6)
        return choose(flat, slots.ravel(), table.lab, table.near, table.transparent, table.min_code_size, self._price)

    def _patch(self, rect: Rect, coded: Coded, table: Table) -> Patch:
        colors = self._palette.colors[table.entries] if table.local else None
        self._tables_written += table.local
        return Patch(rect, table.min_code_size, coded.data, MIN_DELAY, DISPOSE_NONE, table.transparent, colors)

    def _flush(self) -> None:
        """Write the pending image. A longer stand goes on with images of one pixel that change nothing."""
        if self._pending is not None:
            for delay in split_delay(self._delay):
                self._writer.add(replace(self._pending or self._nothing(), delay=delay))
                self._images += 1
                self._pending = None
            self._delay = 0

    def _nothing(self) -> Patch:
        """One pixel that shows what is there already."""
        main = self._tables.main
        symbol = main.slot[self._shown[0, 0]] if main.transparent is None else main.transparent
        data = compress(np.array([symbol], np.uint8), main.min_code_size)
        return Patch(Rect(0, 0, 1, 1), main.min_code_size, data, MIN_DELAY, DISPOSE_NONE, main.transparent)

    def close(self) -> Stats:
        """Write the last image and the end. The stream stays open."""
        self._flush()
        self._writer.close()
        return Stats(self._writer.size, self._images, self._centiseconds, self._tables_written)


def encode_thrifty(
    stream: BinaryIO,
    size: tuple[int, int],
    frames: Iterable[tuple[Frame, int]],
    palette: Palette,
    plays: int = 0,
    *,
    price: float,
    dither: str = "none",
) -> Stats:
    """Write opaque frames with their delays in centiseconds as a GIF; see `ThriftyEncoder`."""
    encoder = ThriftyEncoder(stream, size, palette, plays, price=price, dither=dither)
    with closing(ahead(steady(frames, size), 1)) as views:
        for view in views:
            encoder.add(view)
    return encoder.close()
