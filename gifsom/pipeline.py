"""The whole conversion, one line a stage: clip, sample, palette, frames, file."""

import time
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from gifsom import edit, sources
from gifsom.clip import Clip, Shortfall
from gifsom.edit.chain import edited
from gifsom.encoder.ahead import ahead
from gifsom.encoder.encode import Stats
from gifsom.errors import SettingError, SourceIncomplete, TargetTooLarge
from gifsom.fit import AIM, Fit, Forecast, Full, Limited, fit
from gifsom.html import embedded
from gifsom.info import parse
from gifsom.job import Coded, Job, Progress, learned, told
from gifsom.options import Settings
from gifsom.output import check_ending, check_source, check_target, replacing
from gifsom.palette.palette import Palette
from gifsom.palette.sample import Sample, take
from gifsom.probe import DENSE, SPACING, Outline, Scout
from gifsom.settings import MAX_SIDE, TABLE, VIDEO_FPS, VIDEO_WIDTH
from gifsom.sources.recording import Recording
from gifsom.timing import schedule


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
    quality    at which it was coded, 1 to 100; None: every pixel has the nearest color
    elapsed    seconds that the conversion took
    shortfall  what could not be read of the source, or None
    fit        what was done to fit a size, or None where none was asked
    copied     it has the very bytes of a GIF that it was made of: what was made of it was no smaller
    """

    path: Path
    bytes: int
    size: tuple[int, int]
    frames: int
    seconds: float
    colors: int
    tables: int
    exact: bool
    quality: float | None
    elapsed: float
    shortfall: Shortfall | None
    fit: Fit | None = None
    copied: bool = False

    def _repr_html_(self) -> str | None:
        return embedded(self.path)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a conversion would make.

    bytes      to expect: mostly within 10 %
    size       width and height in pixels
    seconds    that it plays
    quality    1 to 100; None: every pixel gets its nearest color
    error      mean OKLab distance, times 100, of what is shown from its source at that size: 1 is hardly seen
    elapsed    seconds that the estimate took
    shortfall  what could not be read of the source, or None
    fit        what would be done to fit a size, or None where none was asked
    """

    bytes: int
    size: tuple[int, int]
    seconds: float
    quality: float | None
    error: float
    elapsed: float
    shortfall: Shortfall | None
    fit: Fit | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A GIF that was written.

    clip    of which clip
    coded   how it was coded
    fit     what was done to fit a size, where one was asked
    copied  it is a copy of its source
    """

    clip: Clip
    coded: Coded
    fit: Fit | None
    copied: bool = False


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
        **options: the fields of `gifsom.options.Settings`: start, end, duration, colors, palette, quality, map_size,
            dither, max_size, cursor, clicks, keys, loop, background, transparent, overwrite, strict, max_pixels, seed;
            and edits, which are done in the order in which they stand here: fps, width, height, scale, fit, crop,
            rotate, flip, speed, fast_forward, reverse, boomerang, loop_smooth, trim_still, drop_duplicates,
            idle_limit, hold_last, caption, blur, progress_bar, grayscale, brightness, contrast, saturation.

    Raises:
        SettingError, SourceError, TargetError: with one line that says what and why; then nothing has been written;
            `TargetTooLarge` where no GIF of the clip is as small as `max_size`.

    >>> gifsom.convert("fixtures/sprite.gif", "sprite.gif", overwrite=True).frames  # doctest: +SKIP
    12
    """
    began = time.perf_counter()
    settings = Settings.of(options)
    path = _target(source, target)
    check_target(path, settings.overwrite)
    given = _given(settings)  # what is wrong with it is told before a long clip is read
    clip = opened(source, settings)
    job, outline = known(clip, settings, given, progress)
    with replacing(path, settings.overwrite) as stream:
        if isinstance(source, str | Path) and clip.indexed and settings.unchanging and clip.shortfall is None:
            made = no_larger(Path(source), clip, job, outline, settings, stream, progress)
        else:
            made = render(clip, job, outline, settings, stream, progress)
    stats = made.coded.stats
    return Result(
        path=path,
        bytes=stats.bytes,
        size=made.clip.size,
        frames=stats.images,
        seconds=stats.centiseconds / 100,
        colors=made.coded.colors,
        tables=stats.tables,
        exact=made.coded.exact,
        quality=made.coded.quality,
        elapsed=time.perf_counter() - began,
        shortfall=made.clip.shortfall,
        fit=made.fit,
        copied=made.copied,
    )


def estimate(
    source: "str | Path | Clip", *, progress: Progress = lambda stage, done, of: None, **options: Any
) -> Estimate:
    """Say how large a GIF of a clip will be, and how far from the clip, without making it; options as for `convert`.

    Raises:
        SettingError, SourceError: with one line that says what and why.
        TargetTooLarge: where no GIF of the clip is as small as `max_size`.
    """
    began = time.perf_counter()
    settings = Settings.of(options)
    given = _given(settings)  # what is wrong with it is told before a long clip is read
    clip = opened(source, settings)
    job, outline = known(clip, settings, given, progress, spacing=DENSE if settings.limit is None else SPACING)
    assert outline is not None
    forecast = Forecast(job, outline, settings, progress)
    plan = forecast.usual() if settings.limit is None else forecast.within(AIM * settings.limit)
    if settings.limit is not None and plan.bytes > settings.limit:
        raise TargetTooLarge(plan.too_large(plan.bytes, settings.limit))
    return Estimate(
        bytes=round(plan.bytes),
        size=plan.level.probe.size,
        seconds=job.clip.duration,
        quality=plan.quality,
        error=plan.level.probe.error(plan.quality),
        elapsed=time.perf_counter() - began,
        shortfall=job.clip.shortfall,
        fit=None if settings.limit is None else plan.fit(settings.limit),
    )


def known(
    clip: Clip, settings: Settings, given: Palette | None, progress: Progress, *, spacing: int | None = None
) -> tuple[Job, Outline | None]:
    """A clip that was read, with its colors; and its outline where a size is asked, or a `spacing` of its runs."""
    clip = edit.hold(prepare(clip, settings))
    if spacing is None and settings.limit is not None:
        spacing = SPACING
    scout = None if spacing is None else Scout(clip, settings.seed, spacing)
    sample = survey(clip, settings, progress, scout)
    job = learned(clip, sample, settings, given, progress)
    return job, None if scout is None else scout.outline()


def render(
    source: Clip,
    job: Job,
    outline: Outline | None,
    settings: Settings,
    stream: BinaryIO,
    progress: Progress,
    *,
    fixed: bool = False,
) -> Made:
    """Write a GIF of a clip, within the size that is asked; `fixed` says that rate and width are not lowered for it."""

    def write(job: Job, quality: float | None, stream: BinaryIO, stage: str) -> Coded:
        scheduled = partial(told, stage=stage, of=job.clip.count, progress=progress)
        return job.code(stream, lambda: scheduled(schedule(job.clip)), quality)

    if settings.limit is None or outline is None:
        return Made(job.clip, write(job, settings.lossy(job.fits), stream, "Writing"), None)

    def view(fps: float | None, width: int | None) -> Clip:
        return edit.hold(prepare(source, settings, fps, width))

    forecast = Forecast(job, outline, settings, progress, fixed=fixed)
    fitted = fit(forecast, settings.limit, view, write)
    stream.write(fitted.data)
    return Made(fitted.clip, fitted.coded, fitted.fit)


def no_larger(
    origin: Path,
    clip: Clip,
    job: Job,
    outline: Outline | None,
    settings: Settings,
    stream: BinaryIO,
    progress: Progress,
) -> Made:
    """Write a GIF of the GIF `origin`, as `render` does at its rate and width, or a copy where that is no smaller."""
    data = origin.read_bytes()
    memory = Limited(len(data) - 1)
    try:
        made = render(clip, job, outline, settings, memory, progress, fixed=True)
    except Full:
        images = parse(data).frames
        stats = Stats(len(data), len(images), sum(image.delay for image in images), 1)
        made = Made(job.clip, Coded(stats, len(job.palette), True), None, copied=True)
    stream.write(data if made.copied else memory.getbuffer())
    return made


def _target(source: "str | Path | Clip", target: "str | Path | None") -> Path:
    if target is None:
        if isinstance(source, Clip):
            raise SettingError("a clip has no name: say which file to write")
        target = Path(Path(source).absolute().name or "clip").with_suffix(".gif")
    path = Path(target)
    check_ending(path)
    check_source(path, source)
    return path


def opened(source: "str | Path | Clip", settings: Settings) -> Clip:
    """The source as a clip. Raises `SourceError`, and `SettingError` for what only a recording has."""
    if isinstance(source, Clip):
        clip = source
    else:
        clip = sources.open(source, background=settings.background, max_pixels=settings.max_pixels)
    if isinstance(clip, Recording):
        return clip.drawn(cursor=settings.cursor, clicks=settings.clicks, keys=settings.keys)
    for name in ("cursor", "clicks", "keys"):
        if getattr(settings, name) is not None:
            raise SettingError(f"{clip.name}: {name} is for recordings, and that is none")
    return clip


def prepare(clip: Clip, settings: Settings, fps: float | None = None, width: int | None = None) -> Clip:
    """The part of the clip that is asked for, edited, and at last at a rate and width: these, or the usual ones.

    Raises `SettingError` and `SourceError`.
    """
    start, end = settings.span
    longest = max(MAX_SIDE, *clip.size) if clip.native else MAX_SIDE
    if start or end is not None:
        clip = clip.trim(start, end)
    clip = edited(clip, settings.edits)
    if not settings.own_rate:
        fps = fps or settings.usual_fps or (None if clip.native else VIDEO_FPS)
    if not settings.own_size:
        width = width or settings.usual_width or (None if clip.native else VIDEO_WIDTH)
    if fps is not None:
        clip = clip.resample(fps)
    if width is not None:
        clip = clip.resize(width)
    if max(clip.size) > longest:
        raise SettingError(f"the GIF would be {clip.size[0]}x{clip.size[1]} pixels, and a side ends at {longest}")
    return clip


def survey(clip: Clip, settings: Settings, progress: Progress, scout: Scout | None = None) -> Sample:
    """Read all of the clip and sample it, while a scout looks on. Raises `SourceError`."""
    with closing(ahead(clip.frames(), 1)) as decoded:
        frames = told(decoded, "Reading", clip.count, progress)
        sample = take(frames if scout is None else scout.watch(frames), settings.seed)
    missing = clip.shortfall
    if settings.strict and missing is not None:
        raise SourceIncomplete(f"{clip.name}: only {missing.amount} could be read{missing.cause}")
    return sample


def _given(settings: Settings) -> Palette | None:
    """The palette that is to be used, where one is named."""
    given = settings.palette
    palette = given if given is None or isinstance(given, Palette) else Palette.load(given)
    if palette is not None and len(palette) > TABLE:
        raise SettingError(f"the palette has {len(palette)} colors, and a GIF's table ends at {TABLE}")
    return palette
