"""The whole conversion, one line a stage: clip, sample, palette, frames, file."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias, TypeVar

import numpy as np

from gifsom import edit, sources
from gifsom.clip import Clip, Frame, Shortfall
from gifsom.color import pack
from gifsom.encoder.encode import Stats, encode
from gifsom.encoder.thrifty import bit_price, encode_thrifty
from gifsom.errors import SettingError, SourceIncomplete, TargetUnwritable, printable
from gifsom.output import check_source, check_target, replacing
from gifsom.palette.large import enlarge
from gifsom.palette.palette import Palette
from gifsom.palette.sample import Sample, take
from gifsom.palette.train import Moment, learn
from gifsom.settings import ANIMATED, MAX_SIDE, TABLE, VIDEO_FPS, VIDEO_WIDTH, Settings
from gifsom.timing import schedule

MAP = 1020
"""Colors of a map that is larger than a table: four times a table of 255."""

Item = TypeVar("Item")
Scheduled: TypeAlias = Iterable[tuple[Frame, int]]
"""Frames with their delays in centiseconds."""

Progress = Callable[[str, int, int | None], None]
"""Told the name of a stage, how much of it is done, and of how much (None: unknown)."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a conversion made.

    path       of the GIF
    bytes      its size
    size       width and height in pixels
    frames     images in it; what changes nothing needs none
    seconds    that it plays
    colors     in its palette
    tables     color tables that were written: more than one where images take their own from a large palette
    exact      every pixel has the very color of its source
    elapsed    seconds that the conversion took
    shortfall  what could not be read of the source, or None
    """

    path: Path
    bytes: int
    size: tuple[int, int]
    frames: int
    seconds: float
    colors: int
    tables: int
    exact: bool
    elapsed: float
    shortfall: Shortfall | None


@dataclass(frozen=True, slots=True)
class Coded:
    """A clip that was coded: what was written, the colors it could choose from, and whether every pixel has its own."""

    stats: Stats
    colors: int
    exact: bool


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A clip and all that is known of it before it is coded.

    clip     its frames
    palette  the colors of its table
    large    the shared map that tables of frames are taken from; the same as `palette` where there is one table
    fits     `palette` has every color of the clip
    opaque   nothing of it is transparent
    plays    how many times it plays, 0 for ever
    dither   how, see `gifsom.encoder.dither`
    """

    clip: Clip
    palette: Palette
    large: Palette
    fits: bool
    opaque: bool
    plays: int
    dither: str

    def code(self, stream: BinaryIO, frames: Callable[[], Scheduled], quality: float | None) -> Coded:
        """Write frames of the clip at a quality from 1 to 100; None: every pixel with its nearest color.

        Where all colors fit, what a quality does not make smaller is exact.
        """
        if quality is None or not self.opaque:
            stats = encode(stream, self.clip.size, frames(), self.palette, self.plays)
            return Coded(stats, len(self.palette), self.fits)
        if not self.fits:
            return self._code_thriftily(stream, frames(), quality)
        exact, lossy = BytesIO(), BytesIO()
        stats = encode(exact, self.clip.size, frames(), self.palette, self.plays)
        coded = self._code_thriftily(lossy, frames(), quality)
        if stats.bytes <= coded.stats.bytes:
            coded = Coded(stats, len(self.palette), True)
        stream.write((exact if coded.exact else lossy).getbuffer())
        return coded

    def _code_thriftily(self, stream: BinaryIO, frames: Scheduled, quality: float) -> Coded:
        price = bit_price(quality)
        stats = encode_thrifty(stream, self.clip.size, frames, self.large, self.plays, price=price, dither=self.dither)
        return Coded(stats, len(self.large), False)


def convert(
    source: "str | Path | Clip",
    target: "str | Path | None" = None,
    *,
    progress: Progress = lambda stage, done, of: None,
    **options: Any,
) -> Result:
    """Convert a clip to a GIF.

    Args:
        source: a video, a GIF or another picture file, a folder of pictures, or a `Clip`.
        target: the GIF; None: the source's name, ending in .gif, in the current folder.
        progress: called often with stage, done, of.
        **options: the fields of `gifsom.settings.Settings`: fps, width, start, end, duration, colors, palette,
            quality, map_size, dither, loop, background, overwrite, strict, max_pixels, seed.

    Raises:
        SettingError, SourceError, TargetError: with one line that says what and why; then nothing has been written.

    >>> gifsom.convert("fixtures/sprite.gif", "sprite.gif", overwrite=True).frames  # doctest: +SKIP
    12
    """
    began = time.perf_counter()
    settings = Settings.of(options)
    path = _target(source, target)
    check_target(path, settings.overwrite)
    given = _given(settings)
    clip = edit.hold(prepare(opened(source, settings), settings))
    sample = survey(clip, settings, progress)
    job = learned(clip, sample, settings, given, progress)
    with replacing(path, settings.overwrite) as stream:
        scheduled = partial(_told, stage="Writing", of=clip.count, progress=progress)
        coded = job.code(stream, lambda: scheduled(schedule(clip)), settings.lossy(job.fits))
    stats = coded.stats
    return Result(
        path=path,
        bytes=stats.bytes,
        size=clip.size,
        frames=stats.images,
        seconds=stats.centiseconds / 100,
        colors=coded.colors,
        tables=stats.tables,
        exact=coded.exact,
        elapsed=time.perf_counter() - began,
        shortfall=clip.shortfall,
    )


def _target(source: "str | Path | Clip", target: "str | Path | None") -> Path:
    if target is None:
        if isinstance(source, Clip):
            raise SettingError("a clip has no name: say which file to write")
        target = Path(Path(source).absolute().name or "clip").with_suffix(".gif")
    path = Path(target)
    if path.suffix.lower() not in ("", ".gif"):  # rather a mistake, such as two videos, than a wish
        raise TargetUnwritable(f"{printable(path)}: the name of a GIF ends in .gif")
    check_source(path, source)
    return path


def opened(source: "str | Path | Clip", settings: Settings) -> Clip:
    """The source as a clip. Raises `SourceError`."""
    if isinstance(source, Clip):
        return source
    return sources.open(source, background=settings.background, max_pixels=settings.max_pixels)


def prepare(clip: Clip, settings: Settings) -> Clip:
    """The part of the clip that is asked for, at the rate and size that are asked for or usual.

    Raises `SettingError` and `SourceError`.
    """
    start, end = settings.span
    if start or end is not None:
        clip = clip.trim(start, end)
    fps = settings.fps or (None if clip.native else VIDEO_FPS)
    width = settings.width or (MAX_SIDE if clip.native else VIDEO_WIDTH)
    clip = clip.resize(width) if fps is None else clip.resample(fps).resize(width)
    if max(clip.size) > MAX_SIDE:
        raise SettingError(f"the GIF would be {clip.size[0]}x{clip.size[1]} pixels, and a side ends at {MAX_SIDE}")
    return clip


def survey(clip: Clip, settings: Settings, progress: Progress) -> Sample:
    """Read all of the clip and sample it. Raises `SourceError`."""
    sample = take(_told(clip.frames(), "Reading", clip.count, progress), settings.seed)
    missing = clip.shortfall
    if settings.strict and missing is not None:
        raise SourceIncomplete(f"{clip.name}: only {missing.amount} could be read{missing.cause}")
    return sample


def learned(clip: Clip, sample: Sample, settings: Settings, given: Palette | None, progress: Progress) -> Job:
    """The clip, ready to be coded, with the given palette or one that is learned from its sample."""
    palette = large = _palette(sample, settings, given, progress)
    fits = sample.colors is not None and bool(np.isin(pack(sample.colors), pack(palette.colors)).all())
    if not fits and sample.opaque and sample.pictures > 1 and not settings.one_table:
        large = enlarge(palette, sample, MAP)
    return Job(clip, palette, large, fits, sample.opaque, _plays(clip, settings), settings.dither)


def _given(settings: Settings) -> Palette | None:
    """The palette that is to be used, where one is named."""
    given = settings.palette
    palette = given if given is None or isinstance(given, Palette) else Palette.load(given)
    if palette is not None and len(palette) > TABLE:
        raise SettingError(f"the palette has {len(palette)} colors, and a GIF's table ends at {TABLE}")
    return palette


def _palette(sample: Sample, settings: Settings, given: Palette | None, progress: Progress) -> Palette:
    """The given palette, or one that is learned; with an index left where one is needed for "unchanged"."""
    room = TABLE if sample.pictures == 1 and sample.opaque else ANIMATED
    if given is not None:
        return given.reduced(room, sample.pixels)
    return learn(sample, min(settings.colors, room), settings.seed, watch=watching(progress))


def watching(progress: Progress) -> Callable[[Moment], None]:
    """What tells `progress` how far the training is, in per cent."""
    return lambda moment: progress("Learning colors", round(100 * moment.done), 100)


def _plays(clip: Clip, settings: Settings) -> int:
    if settings.loop is not None:
        return settings.loop
    return clip.plays if clip.plays is not None else 0


def _told(items: Iterable[Item], stage: str, of: int | None, progress: Progress) -> Iterator[Item]:
    for done, item in enumerate(items, 1):
        yield item
        progress(stage, done, of)
