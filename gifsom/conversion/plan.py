"""Plans of coding: one table, tables of the images' own, or bytes weighed against errors."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from gifsom.conversion.colors import color_table, common_table, has_all, shared_map
from gifsom.conversion.stages import Analysis
from gifsom.core.frame import Frame
from gifsom.core.progress import Progress, reported
from gifsom.core.result import Fit, Result
from gifsom.core.source import Source
from gifsom.core.timing import schedule
from gifsom.encoder.exact import GifStats, GlobalTable, LocalTables, TableStrategy, encode
from gifsom.encoder.exact_ahead import ExactAhead
from gifsom.encoder.rd_encoder import encode_rate_distortion, lambda_for_quality
from gifsom.options.conversion import ConvertOptions
from gifsom.palette.palette import Palette


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """Frames of a clip with their delays in centiseconds, as often as they are asked for; `progress` hears of each.

    plays  number of times that the animation is played, 0 for ever
    stage  name for a progress bar
    """

    clip: Source
    plays: int
    stage: str
    progress: Progress

    def __iter__(self) -> Iterator[tuple[Frame, int]]:
        return reported(schedule(self.clip), self.stage, self.clip.count, self.progress)


class CodingPlan(ABC):
    """A way to code a clip as a GIF.

    palette  colors that pixels can have
    exact    every pixel has the very color of its source
    quality  1 to 100; None: every pixel has the nearest color, or its very own
    """

    palette: Palette
    exact: bool
    quality: float | None

    @abstractmethod
    def encode(self, stream: BinaryIO, timeline: Timeline) -> "EncodedGif":
        """Write a GIF; the stream stays open."""

    @abstractmethod
    def encode_prefix(self, size: tuple[int, int], frames: list[tuple[Frame, int]], count: int) -> bytes:
        """The first `count` frames as a GIF, coded as within a clip: the others are known to come."""


class TablePlan(CodingPlan):
    """A plan that maps each pixel by itself to the nearest color of its table."""

    quality = None

    @abstractmethod
    def tables(self) -> TableStrategy:
        """The tables of the encoder."""

    def encode(self, stream: BinaryIO, timeline: Timeline) -> "EncodedGif":
        clip = timeline.clip
        return EncodedGif(clip, self, encode(stream, clip.size, iter(timeline), self.tables(), timeline.plays))

    def encode_prefix(self, size: tuple[int, int], frames: list[tuple[Frame, int]], count: int) -> bytes:
        stream = BytesIO()
        encode(stream, size, frames[:count], self.tables())
        return stream.getvalue()


@dataclass(frozen=True, slots=True, eq=False)
class GlobalTablePlan(TablePlan):
    """One table for all images; those that were coded ahead, if any, are taken where the plan is exact."""

    palette: Palette
    exact: bool
    ahead: ExactAhead | None = None

    def encode(self, stream: BinaryIO, timeline: Timeline) -> "EncodedGif":
        if self.exact and self.ahead is not None:
            stats = self.ahead.encode(stream, self.palette, timeline.plays, timeline.progress)
            if stats is not None:
                return EncodedGif(timeline.clip, self, stats)
        return TablePlan.encode(self, stream, timeline)  # a class with slots has no `super()`

    def tables(self) -> TableStrategy:
        return GlobalTable(self.palette)


@dataclass(frozen=True, slots=True, eq=False)
class LocalTablesPlan(TablePlan):
    """A table of its own for each image whose colors are not all in the common one, so that it is exact."""

    palette: Palette
    exact = True

    def tables(self) -> TableStrategy:
        return LocalTables(self.palette.colors)


@dataclass(frozen=True, slots=True, eq=False)
class RateDistortionPlan(CodingPlan):
    """Bytes are weighed against visible errors, at a quality; `palette` is the map that tables are taken from.

    dither  see `gifsom.encoder.dither`
    scenes  of the clip
    """

    palette: Palette
    quality: float
    dither: str
    scenes: int
    exact = False

    def encode(self, stream: BinaryIO, timeline: Timeline) -> "EncodedGif":
        clip, lambda_ = timeline.clip, lambda_for_quality(self.quality)
        stats = encode_rate_distortion(
            stream,
            clip.size,
            iter(timeline),
            self.palette,
            timeline.plays,
            lambda_=lambda_,
            dither=self.dither,
            scenes=self.scenes,
        )
        return EncodedGif(clip, self, stats)

    def encode_prefix(self, size: tuple[int, int], frames: list[tuple[Frame, int]], count: int) -> bytes:
        stream = BytesIO()
        lambda_ = lambda_for_quality(self.quality)
        encode_rate_distortion(stream, size, frames, self.palette, lambda_=lambda_, dither=self.dither, count=count)
        return stream.getvalue()


@dataclass(frozen=True, slots=True, eq=False)
class Plans:
    """The plans that there are for a clip.

    nearest     each pixel has the nearest color, or its very own
    shared_map  colors of a rate-distortion plan; None: there is none, for a transparent clip or one of local tables
    dither      its dither, see `gifsom.encoder.dither`
    scenes      of the clip
    """

    nearest: TablePlan
    shared_map: Palette | None
    dither: str
    scenes: int

    @property
    def exact(self) -> bool:
        """Whether every pixel can have its very color."""
        return self.nearest.exact

    @property
    def lossy(self) -> bool:
        """Whether a quality can be chosen."""
        return self.shared_map is not None

    def at(self, quality: float | None) -> CodingPlan:
        """The plan for a quality from 1 to 100; None: the nearest colors."""
        if quality is None or self.shared_map is None:
            return self.nearest
        return RateDistortionPlan(self.shared_map, quality, self.dither, self.scenes)

    def encode(self, stream: BinaryIO, timeline: Timeline, quality: float | None) -> "EncodedGif":
        """Write a GIF at a quality; an exact one, where there is one that is no larger."""
        plan = self.at(quality)
        if plan is self.nearest or not self.exact:
            return plan.encode(stream, timeline)
        exact, lossy = BytesIO(), BytesIO()
        plain, coded = self.nearest.encode(exact, timeline), plan.encode(lossy, timeline)
        smaller, data = (plain, exact) if plain.stats.bytes <= coded.stats.bytes else (coded, lossy)
        stream.write(data.getbuffer())
        return smaller


@dataclass(frozen=True, slots=True, eq=False)
class EncodedGif:
    """A GIF of a clip that was written.

    plan    by which it was coded
    stats   counts of the encoder
    fit     the cost of a size limit, where one was asked
    copied  it is a copy of its source, instead
    """

    clip: Source
    plan: CodingPlan
    stats: GifStats
    fit: Fit | None = None
    copied: bool = False

    def result(self, path: Path) -> Result:
        """Describe it to users; `path` is where it was written."""
        return Result(
            path=path,
            bytes=self.stats.bytes,
            size=self.clip.size,
            frames=self.stats.images,
            seconds=self.stats.centiseconds / 100,
            exact=self.plan.exact or self.copied,
            quality=self.plan.quality,
            colors=len(self.plan.palette),
            tables=self.stats.tables,
            shortfall=self.clip.shortfall,
            fit=self.fit,
            copied=self.copied,
        )


def plan_coding(analysis: Analysis, given: Palette | None, settings: ConvertOptions, progress: Progress) -> Plans:
    """Choose the colors of a clip, and by them the plans that there are for it."""
    sample = analysis.sample
    common = common_table(analysis.clip, sample, settings, progress)
    if common is not None:
        return Plans(LocalTablesPlan(common), None, settings.dither, sample.scenes)
    table = color_table(sample, settings, given, progress)
    colors = shared_map(table, sample, settings) if sample.opaque else None
    plan = GlobalTablePlan(table, has_all(table, sample), analysis.ahead)
    return Plans(plan, colors, settings.dither, sample.scenes)
