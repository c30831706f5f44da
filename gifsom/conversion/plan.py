"""A job: a clip with the palette that it is coded with. Everything that is needed to code it once, or in parts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import BinaryIO, TypeAlias

import numpy as np

from gifsom.core.frame import Frame
from gifsom.core.progress import Progress, reported
from gifsom.core.source import Source
from gifsom.core.timing import schedule
from gifsom.core.values import ANIMATED, TABLE
from gifsom.encoder.denoise import denoise
from gifsom.encoder.exact import GifStats, GlobalTable, LocalTables, TableStrategy, encode, global_table
from gifsom.encoder.rd_encoder import RateDistortionEncoder, encode_rate_distortion, lambda_for_quality
from gifsom.options.conversion import Settings
from gifsom.palette.color import pack
from gifsom.palette.extend import extend
from gifsom.palette.palette import Palette
from gifsom.palette.sample import Sample
from gifsom.palette.train import Moment, learn

MAP = 1020
"""Colors of a map that is larger than a table: four times a table of 255."""

Scheduled: TypeAlias = Iterable[tuple[Frame, int]]
"""Frames with their delays in centiseconds."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A clip that was coded.

    stats    what was written
    colors   that it could choose from
    exact    every pixel has its own
    quality  1 to 100; None: every pixel has the nearest color
    """

    stats: GifStats
    colors: int
    exact: bool
    quality: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A clip and all that is known of it before it is coded.

    clip     its frames
    palette  the colors of its table
    large    the shared map that tables of frames are taken from; the same as `palette` where there is one table
    fits     every pixel can have its very color: `palette` has it, or the table of its image
    own      images may have tables of their own for that; `palette` is the common one
    opaque   nothing of it is transparent
    plays    how many times it plays, 0 for ever
    dither   how, see `gifsom.encoder.dither`
    """

    clip: Source
    palette: Palette
    large: Palette
    fits: bool
    own: bool
    opaque: bool
    plays: int
    dither: str

    def code(self, stream: BinaryIO, frames: Callable[[], Scheduled], quality: float | None) -> Coded:
        """Write frames of the clip at a quality from 1 to 100; None: every pixel with its nearest color.

        Where all colors fit, what a quality does not make smaller is exact.
        """
        if quality is None or not self.opaque:
            return self._code_plainly(stream, frames())
        if not self.fits:
            return self._code_thriftily(stream, frames(), quality)
        exact, lossy = BytesIO(), BytesIO()
        plain = self._code_plainly(exact, frames())
        coded = self._code_thriftily(lossy, frames(), quality)
        if plain.stats.bytes <= coded.stats.bytes:
            coded = plain
        stream.write((exact if coded.exact else lossy).getbuffer())
        return coded

    def sketch(
        self, size: tuple[int, int], frames: list[tuple[Frame, int]], shown: int, quality: float | None
    ) -> bytes:
        """The first `shown` of some frames as a GIF, coded as within a clip: the others are known to come."""
        stream = BytesIO()
        if quality is None or not self.opaque:
            encode(stream, size, frames[:shown], self._tables())
            return stream.getvalue()
        encoder = RateDistortionEncoder(
            stream, size, self.large, lambda_=lambda_for_quality(quality), dither=self.dither
        )
        for frame in islice(denoise(frames, size), shown):
            encoder.add(frame)
        encoder.close()
        return stream.getvalue()

    def _tables(self) -> TableStrategy:
        return LocalTables(self.palette.colors) if self.own else GlobalTable(self.palette)

    def _code_plainly(self, stream: BinaryIO, frames: Scheduled) -> Coded:
        stats = encode(stream, self.clip.size, frames, self._tables(), self.plays)
        return Coded(stats, len(self.palette), self.fits)

    def _code_thriftily(self, stream: BinaryIO, frames: Scheduled, quality: float) -> Coded:
        lambda_ = lambda_for_quality(quality)
        stats = encode_rate_distortion(
            stream, self.clip.size, frames, self.large, self.plays, lambda_=lambda_, dither=self.dither
        )
        return Coded(stats, len(self.large), False, quality)


def learned(clip: Source, sample: Sample, settings: Settings, given: Palette | None, progress: Progress) -> Job:
    """The clip, ready to be coded: with its own colors, the given palette, or one that is learned from its sample."""
    if clip.indexed and settings.plain and (sample.colors is None or len(sample.colors) > ANIMATED):
        common = global_table(reported(schedule(clip), "Reading colors", clip.count, progress), clip.size)
        if common is not None:
            palette = Palette(common)
            return Job(clip, palette, palette, True, True, sample.opaque, _plays(clip, settings), settings.dither)
    palette = large = _palette(sample, settings, given, progress)
    fits = sample.colors is not None and bool(np.isin(pack(sample.colors), pack(palette.colors)).all())
    if not fits and sample.opaque and sample.pictures > 1 and not settings.one_table:
        large = extend(palette, sample, MAP)
    return Job(clip, palette, large, fits, False, sample.opaque, _plays(clip, settings), settings.dither)


def _palette(sample: Sample, settings: Settings, given: Palette | None, progress: Progress) -> Palette:
    """The given palette, or one that is learned; with an index left where one is needed for "unchanged"."""
    room = TABLE if sample.pictures == 1 and sample.opaque else ANIMATED
    if given is not None:
        return given.reduced(room, sample.pixels)
    return learn(sample, min(settings.colors, room), settings.seed, watch=watching(progress))


def watching(progress: Progress) -> Callable[[Moment], None]:
    """What tells `progress` how far the training is, in per cent."""
    return lambda moment: progress("Learning colors", round(100 * moment.done), 100)


def _plays(clip: Source, settings: Settings) -> int:
    if settings.loop is not None:
        return settings.loop
    return clip.plays if clip.plays is not None else 0
