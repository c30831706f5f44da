"""The rate-distortion encoder: bytes are weighed against visible errors.

The canvas is what a viewer sees, an entry of the map for each pixel. A pixel as shown is always compared with the true
source, never with the frame before, so that errors do not add up to a ghost.
"""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Frame, Pixels, Rect
from gifsom.core.prefetch import prefetch
from gifsom.core.timing import MIN_DELAY
from gifsom.encoder.canvas import composite
from gifsom.encoder.denoise import DenoisedFrame, denoise
from gifsom.encoder.dither import apply_dither
from gifsom.encoder.exact import GifStats
from gifsom.encoder.local_tables import Table, TableChooser
from gifsom.encoder.perceptual import add_keep_costs, crop_in_place, skip_blocks, weighted_pixels
from gifsom.encoder.rd_lzw import Encoded, rd_encode
from gifsom.gif.lzw import compress
from gifsom.gif.writer import DISPOSE_NONE, GifWriter, Patch, split_delay
from gifsom.native.denoise import lookahead
from gifsom.native.perceptual import block
from gifsom.palette.nearest import Mapper
from gifsom.palette.palette import Palette

SKIP_BITS = 24.0
"""Bits saved where a block of pixels stays: about two codes."""

RECODE_BELOW = 0.9
"""Part of a coded picture that has changed, up to which it is coded again in the rectangle of that part."""

LAMBDAS = ((1, 4e-2), (80, 2e-4), (100, 1e-7))
"""Lambda at a quality: squared OKLab distance of one pixel that a bit is worth; geometric between these."""


def lambda_for_quality(quality: float) -> float:
    """Lambda, the distortion that a bit is worth, at a quality from 1 to 100."""
    qualities, lambdas = zip(*LAMBDAS, strict=True)
    return float(np.exp(np.interp(quality, qualities, np.log(lambdas))))


class RateDistortionEncoder:
    """Codes denoised frames into a GIF on a binary stream; `add` each, then `close`."""

    def __init__(
        self,
        stream: BinaryIO,
        size: tuple[int, int],
        palette: Palette,
        plays: int = 0,
        *,
        lambda_: float,
        dither: str = "none",
    ) -> None:
        """Write the header of a GIF.

        Args:
            stream: binary, writable.
            size: width and height.
            palette: the map, whose first 255 entries are the global color table.
            plays: number of times that it plays, 0 for ever.
            lambda_: distortion that a bit is worth, in squared OKLab distance of a pixel: the higher, the smaller the
                file.
            dither: method, see `apply_dither`.
        """
        width, height = size
        self._chooser = TableChooser(palette)
        global_table = self._chooser.global_table
        self._writer = GifWriter(stream, size, palette.colors[global_table.entries], global_table.symbols, plays)
        self._palette = palette
        self._mapper = Mapper(palette.lab)
        self._lambda = lambda_
        self._dither = dither
        self._canvas_rect = Rect(0, 0, width, height)
        self._shown = np.zeros((height, width), np.uint16)
        self._scratch = np.empty((height * width, 6), np.float32)
        self._before: Pixels | None = None  # source of the last frame, denoised
        self._since = 0  # frames since the whole picture was coded
        self._pending: Patch | None = None
        self._delay = 0  # of the pending image
        self._images = 0
        self._centiseconds = 0
        self._tables_written = 1

    def add(self, frame: DenoisedFrame) -> None:
        """Show a frame."""
        self._centiseconds += frame.delay
        dirty = self._dirty_rect(frame)
        patch = None if dirty is None else self._encode_rect(dirty, frame)
        if patch is not None:
            self._flush()
            self._pending = patch
        self._delay += frame.delay
        self._before = frame.pixels

    def _dirty_rect(self, frame: DenoisedFrame) -> Rect | None:
        """Rectangle to be coded: the changes of the source since the last frame, and at times the whole picture.

        Errors that were not worth a repair at once, since they would not have lasted, get their chance when all is
        coded.
        """
        self._since += 1
        if self._before is None or self._since >= lookahead():
            self._since = 0
            return self._canvas_rect
        height = self._canvas_rect.height  # rows of bytes: a reduction over the three bytes of each pixel is slow
        rect = Rect.around(frame.pixels.reshape(height, -1) != self._before.reshape(height, -1))
        if rect is None:
            return None
        side = block()
        left, top = rect.left // (3 * side) * side, rect.top // side * side
        right = min(-(-(rect.left + rect.width) // (3 * side)) * side, self._canvas_rect.width)
        bottom = min(-(-(rect.top + rect.height) // side) * side, self._canvas_rect.height)
        return Rect(left, top, right - left, bottom - top)

    def _encode_rect(self, dirty: Rect, frame: DenoisedFrame) -> Patch | None:
        """Image that repairs a rectangle, its delay not yet known; None: not worth its bytes."""
        first = self._before is None
        target = np.ascontiguousarray(dirty.cut(frame.pixels))
        target.flags.writeable = False
        persistence = np.ascontiguousarray(dirty.cut(frame.persistence))
        pixels = weighted_pixels(target, persistence, self._scratch)
        best = self._mapper.map(target).astype(np.uint16, copy=False)
        if self._dither != "none":
            apply_dither(self._dither, pixels, best, persistence, dirty, self._chooser)
        shown = np.ascontiguousarray(dirty.cut(self._shown))
        table = self._chooser.choose(
            best.ravel(), pixels.reshape(-1, 6), None if first else shown.ravel(), self._lambda
        )
        best_local = add_keep_costs(pixels, best, table.to_local, table.lab, shown, self._chooser.lab, first)
        rect = skip_blocks(pixels, SKIP_BITS * self._lambda)
        while rect is not None:
            pixels, best_local = crop_in_place(pixels, rect), rect.cut(best_local)
            shown = np.ascontiguousarray(rect.cut(shown))
            dirty = Rect(dirty.left + rect.left, dirty.top + rect.top, rect.width, rect.height)
            coded = self._rd_encode(pixels, best_local, table)
            composited = composite(coded.symbols, table.entries, shown)
            rect = Rect(0, 0, dirty.width, dirty.height) if first else Rect.around(composited != shown)
            if rect is not None and rect.width * rect.height > RECODE_BELOW * dirty.width * dirty.height:
                dirty.cut(self._shown)[...] = composited
                return self._patch(dirty, coded, table)
        return None

    def _rd_encode(self, pixels: NDArray[np.float32], best_local: NDArray[np.uint8], table: Table) -> Encoded:
        return rd_encode(
            pixels.reshape(-1, 6),
            best_local.ravel(),
            table.lab,
            table.candidates,
            table.transparent,
            table.min_code_size,
            self._lambda,
        )

    def _patch(self, rect: Rect, coded: Encoded, table: Table) -> Patch:
        colors = self._palette.colors[table.entries] if table.local else None
        self._tables_written += table.local
        return Patch(rect, table.min_code_size, coded.data, MIN_DELAY, DISPOSE_NONE, table.transparent, colors)

    def _flush(self) -> None:
        """Write the pending image. A longer delay is continued by images of one pixel that change nothing."""
        if self._pending is not None:
            for delay in split_delay(self._delay):
                self._writer.add(replace(self._pending or self._unchanged_pixel(), delay=delay))
                self._images += 1
                self._pending = None
            self._delay = 0

    def _unchanged_pixel(self) -> Patch:
        """Image of one pixel that is shown already."""
        table = self._chooser.global_table
        symbol = table.to_local[self._shown[0, 0]] if table.transparent is None else table.transparent
        data = compress(np.array([symbol], np.uint8), table.min_code_size)
        return Patch(Rect(0, 0, 1, 1), table.min_code_size, data, MIN_DELAY, DISPOSE_NONE, table.transparent)

    def close(self) -> GifStats:
        """Write the last image and the trailer. The stream stays open."""
        self._flush()
        self._writer.close()
        return GifStats(self._writer.size, self._images, self._centiseconds, self._tables_written)


def encode_rate_distortion(
    stream: BinaryIO,
    size: tuple[int, int],
    frames: Iterable[tuple[Frame, int]],
    palette: Palette,
    plays: int = 0,
    *,
    lambda_: float,
    dither: str = "none",
) -> GifStats:
    """Write opaque frames with their delays in centiseconds as a GIF; see `RateDistortionEncoder`."""
    encoder = RateDistortionEncoder(stream, size, palette, plays, lambda_=lambda_, dither=dither)
    with closing(prefetch(denoise(frames, size), 1)) as denoised:
        for frame in denoised:
            encoder.add(frame)
    return encoder.close()
