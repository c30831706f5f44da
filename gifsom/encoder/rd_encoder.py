"""The rate-distortion encoder: bytes are weighed against visible errors.

The canvas is what a viewer sees, an entry of the map for each pixel. A pixel as shown is always compared with the true
source, never with the frame before, so that errors do not add up to a ghost.
"""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from threading import Lock
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Frame, Rect
from gifsom.core.threads import threads
from gifsom.core.timing import MIN_DELAY
from gifsom.encoder.canvas import composite
from gifsom.encoder.denoise import denoise
from gifsom.encoder.dither import apply_dither
from gifsom.encoder.exact import GifStats
from gifsom.encoder.frame_plan import PlannedFrame, plan_frames
from gifsom.encoder.lanes import Coder, Lanes
from gifsom.encoder.local_tables import Table, TableChooser
from gifsom.encoder.perceptual import choice_costs, crop_in_place, skip_blocks, weighted_pixels
from gifsom.encoder.rd_lzw import Encoded, rd_encode
from gifsom.gif.lzw import compress
from gifsom.gif.writer import DISPOSE_NONE, GifWriter, Patch, split_delay
from gifsom.palette.nearest import Mapper
from gifsom.palette.palette import Palette

SKIP_BITS = 24.0
"""Bits saved where a block of pixels stays: about two codes."""

RECODE_BELOW = 0.9
"""Part of a coded picture that has changed, up to which it is coded again in the rectangle of that part."""

LAMBDAS = ((1, 4e-2), (80, 2e-4), (100, 1e-7))
"""Lambda at a quality: squared OKLab distance of one pixel that a bit is worth; geometric between these."""

READY_BYTES = 16 << 20
"""Memory of frames that are ready to be coded, for each thread."""

WAITING_BYTES = 64 << 20
"""Memory of frames that wait to be prepared, for each segment beside the first that is coded at the same time: so far a
segment reaches. A minute of several scenes at 640x360 takes 0.54 of the time on two processors, and 0.73 with half as
much."""


def lambda_for_quality(quality: float) -> float:
    """Lambda, the distortion that a bit is worth, at a quality from 1 to 100."""
    qualities, lambdas = zip(*LAMBDAS, strict=True)
    return float(np.exp(np.interp(quality, qualities, np.log(lambdas))))


@dataclass(frozen=True, slots=True, eq=False)
class _Prepared:
    """A frame, ready to be compared with what is shown.

    dirty   the rectangle to be coded; None: nothing
    first   nothing that is shown may stay
    delay   centiseconds
    pixels  (h, w, 4) float32 as `weighted_pixels` gives them, dithered
    best    (h, w) uint16: nearest entry of the map
    """

    dirty: Rect | None
    first: bool
    delay: int
    pixels: NDArray[np.float32]
    best: NDArray[np.uint16]


@dataclass(frozen=True, slots=True, eq=False)
class _Coded:
    """A coded frame.

    patch   its image, with no delay yet; None: it was not worth its bytes
    delay   centiseconds
    corner  entry of the map that the first pixel shows with it
    """

    patch: Patch | None
    delay: int
    corner: int


class _Coder(Coder[PlannedFrame, NDArray[np.float32], "_Prepared", "_Coded"]):
    """Prepares frames, and codes them in segments: what all threads share."""

    def __init__(self, size: tuple[int, int], palette: Palette, lambda_: float, dither: str) -> None:
        self.size = size
        self.palette = palette
        self.chooser = TableChooser(palette)
        self.lambda_ = lambda_
        self._dither = dither
        self._mapper = Mapper(palette.lab)
        self._mapping = Lock()  # its table fills up as colors are met

    def begins(self, frame: PlannedFrame) -> bool:
        return frame.first

    def buffer(self) -> NDArray[np.float32]:
        return np.empty((self.size[0] * self.size[1], 4), np.float32)

    def prepare(self, frame: PlannedFrame, buffer: NDArray[np.float32]) -> _Prepared:
        view, dirty = frame.view, frame.dirty
        if dirty is None:
            return _Prepared(None, frame.first, view.delay, buffer[:0], np.empty(0, np.uint16))
        target = np.ascontiguousarray(dirty.cut(view.pixels))
        persistence = np.ascontiguousarray(dirty.cut(view.persistence))
        pixels = weighted_pixels(target, persistence, buffer)
        with self._mapping:
            best = self._mapper.map(target).astype(np.uint16, copy=False)
        if self._dither != "none":
            apply_dither(self._dither, pixels, best, persistence, dirty, self.chooser)
        return _Prepared(dirty, frame.first, view.delay, pixels, best)

    def segment(self) -> Callable[[_Prepared], _Coded]:
        return _Segment(self).code


class _Segment:
    """Codes frames of one segment, one after the other."""

    def __init__(self, coder: _Coder) -> None:
        width, height = coder.size
        self._palette = coder.palette
        self._chooser = coder.chooser
        self._lambda = coder.lambda_
        self._shown = np.zeros((height, width), np.uint16)
        self._costs = np.empty((width * height, 2), np.float32)

    def code(self, frame: _Prepared) -> _Coded:
        patch = None if frame.dirty is None else self._encode_rect(frame.dirty, frame)
        return _Coded(patch, frame.delay, int(self._shown[0, 0]))

    def _encode_rect(self, dirty: Rect, frame: _Prepared) -> Patch | None:
        """Image that repairs a rectangle, its delay not yet known; None: not worth its bytes."""
        first, pixels, best = frame.first, frame.pixels, frame.best
        shown = np.ascontiguousarray(dirty.cut(self._shown))
        table = self._chooser.choose(
            best.ravel(), pixels.reshape(-1, 4), None if first else shown.ravel(), self._lambda
        )
        best_local, costs = choice_costs(
            pixels, best, table.to_local, table.lab, shown, self._chooser.lab, first, self._costs
        )
        rect = skip_blocks(costs, SKIP_BITS * self._lambda)
        while rect is not None:
            pixels, costs = crop_in_place(pixels, rect), crop_in_place(costs, rect)
            best_local = rect.cut(best_local)
            shown = np.ascontiguousarray(rect.cut(shown))
            dirty = Rect(dirty.left + rect.left, dirty.top + rect.top, rect.width, rect.height)
            coded = self._rd_encode(pixels, costs, best_local, table)
            composited = composite(coded.symbols, table.entries, shown)
            rect = Rect(0, 0, dirty.width, dirty.height) if first else Rect.around(composited != shown)
            if rect is not None and rect.width * rect.height > RECODE_BELOW * dirty.width * dirty.height:
                dirty.cut(self._shown)[...] = composited
                return self._patch(dirty, coded, table)
        return None

    def _rd_encode(
        self, pixels: NDArray[np.float32], costs: NDArray[np.float32], best_local: NDArray[np.uint8], table: Table
    ) -> Encoded:
        return rd_encode(
            pixels.reshape(-1, 4),
            costs.reshape(-1, 2),
            best_local.ravel(),
            table.lab,
            table.candidates,
            table.transparent,
            table.min_code_size,
            self._lambda,
        )

    def _patch(self, rect: Rect, coded: Encoded, table: Table) -> Patch:
        colors = self._palette.colors[table.entries] if table.local else None
        return Patch(rect, table.min_code_size, coded.data, MIN_DELAY, DISPOSE_NONE, table.transparent, colors)


class _Joiner:
    """Writes the images of all segments as one GIF, each with its delay."""

    def __init__(self, stream: BinaryIO, coder: _Coder, plays: int) -> None:
        table = coder.chooser.global_table
        self._table = table
        self._writer = GifWriter(stream, coder.size, coder.palette.colors[table.entries], table.symbols, plays)
        self._pending: Patch | None = None
        self._corner = 0  # entry that the first pixel shows with the pending image
        self._delay = 0  # of the pending image
        self._images = 0
        self._centiseconds = 0
        self._tables = 1

    def add(self, coded: _Coded) -> None:
        """Show what was coded."""
        self._centiseconds += coded.delay
        if coded.patch is not None:
            self._flush()
            self._pending, self._corner = coded.patch, coded.corner
            self._tables += coded.patch.colors is not None
        self._delay += coded.delay

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
        table = self._table
        symbol = table.to_local[self._corner] if table.transparent is None else table.transparent
        data = compress(np.array([symbol], np.uint8), table.min_code_size)
        return Patch(Rect(0, 0, 1, 1), table.min_code_size, data, MIN_DELAY, DISPOSE_NONE, table.transparent)

    def close(self) -> GifStats:
        """Write the last image and the trailer. The stream stays open."""
        self._flush()
        self._writer.close()
        return GifStats(self._writer.size, self._images, self._centiseconds, self._tables)


def encode_rate_distortion(
    stream: BinaryIO,
    size: tuple[int, int],
    frames: Iterable[tuple[Frame, int]],
    palette: Palette,
    plays: int = 0,
    *,
    lambda_: float,
    dither: str = "none",
    count: int | None = None,
    scenes: int = 1,
) -> GifStats:
    """Write opaque frames as a GIF; the stream stays open.

    Args:
        stream: binary, writable.
        size: width and height.
        frames: each with its delay in centiseconds, >= 2.
        palette: the map, whose first 255 entries are the global color table.
        plays: number of times that it plays, 0 for ever.
        lambda_: distortion that a bit is worth, in squared OKLab distance of a pixel: the higher, the smaller the file.
        dither: method, see `apply_dither`.
        count: frames that are written, coded as within all of them; None: all.
        scenes: how many there are, as far as it is known: threads look far ahead for the next one where there are any.
    """
    coder = _Coder(size, palette, lambda_, dither)
    joiner = _Joiner(stream, coder, plays)
    with closing(denoise(frames, size)) as views:
        planned = plan_frames(islice(views, count), size)
        room, ahead = bounds(size[0] * size[1], threads(), scenes)
        with closing(Lanes(planned, coder, threads(), ahead, room).results()) as results:
            for coded in results:
                joiner.add(coded)
    return joiner.close()


def bounds(area: int, workers: int, scenes: int) -> tuple[int, int]:
    """How many frames of so many pixels may be ready, and how many may wait, so that memory stays within bounds."""
    busy = min(workers, scenes)  # segments at a time
    room = min(2 * busy + 1, max(2, READY_BYTES * workers // (16 * area))) if workers > 1 else 1
    return room, max(1, WAITING_BYTES * (busy - 1) // (4 * area))
