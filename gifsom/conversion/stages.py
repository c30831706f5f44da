"""The stages of a conversion: open, edit, read, learn, code."""

from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from gifsom import edit, sources
from gifsom.conversion.plan import Coded, Job, learned
from gifsom.conversion.rate_control import Fit, Forecast, Full, Limited, fit
from gifsom.conversion.size_model import SPACING, Outline, Scout
from gifsom.core.errors import SettingError, SourceIncomplete
from gifsom.core.prefetch import prefetch
from gifsom.core.progress import Progress, reported
from gifsom.core.source import Source
from gifsom.core.timing import schedule
from gifsom.core.values import MAX_SIDE, TABLE, VIDEO_FPS, VIDEO_WIDTH
from gifsom.edit.chain import edited
from gifsom.encoder.exact import GifStats
from gifsom.gif.reader import parse
from gifsom.options.conversion import Settings
from gifsom.palette.palette import Palette
from gifsom.palette.sample import Sample, take
from gifsom.sources.recording import Recording

if TYPE_CHECKING:
    from gifsom.sources.opener import SourceLike


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A GIF that was written.

    clip    of which clip
    coded   how it was coded
    fit     what was done to fit a size, where one was asked
    copied  it is a copy of its source
    """

    clip: Source
    coded: Coded
    fit: Fit | None
    copied: bool = False


def opened(source: "SourceLike", settings: Settings) -> Source:
    """The source as a clip. Raises `SourceError`, and `SettingError` for what only a recording has."""
    clip = sources.open(
        source,
        background=settings.background,
        transparent=settings.transparent,
        max_pixels=settings.max_pixels,
        fps=settings.rate,
    )
    if isinstance(clip, Recording):
        return clip.drawn(cursor=settings.cursor, clicks=settings.clicks, keys=settings.keys)
    for name in ("cursor", "clicks", "keys"):
        if getattr(settings, name) is not None:
            raise SettingError(f"{clip.name}: {name} is for recordings, and that is none")
    return clip


def part(source: "SourceLike", settings: Settings) -> Source:
    """The part of a source that is asked for, edited. Raises `SettingError` and `SourceError`."""
    clip = opened(source, settings)
    start, end = settings.span
    if start or end is not None:
        clip = edit.trim(clip, start, end)
    return edited(clip, settings.edits)


def paced(clip: Source, settings: Settings, fps: float | None = None, width: int | None = None) -> Source:
    """A part, at last at a rate and width: these, or the usual ones. Raises `SettingError`."""
    if not settings.own_rate:
        fps = fps or settings.usual_fps or (None if clip.native else VIDEO_FPS)
    if not settings.own_size:
        width = width or settings.usual_width or (None if clip.native else VIDEO_WIDTH)
    if fps is not None:
        clip = edit.fps(clip, fps)
    if width is not None:
        clip = edit.width(clip, width)
    if max(clip.size) > MAX_SIDE and not clip.native:
        raise SettingError(f"the GIF would be {clip.size[0]}x{clip.size[1]} pixels, and a side ends at {MAX_SIDE}")
    return clip


def survey(clip: Source, settings: Settings, progress: Progress, scout: Scout | None = None) -> Sample:
    """Read all of the clip and sample it, while a scout looks on. Raises `SourceError`."""
    with closing(prefetch(clip.frames(), 1)) as decoded:
        frames = reported(decoded, "Reading", clip.count, progress)
        sample = take(frames if scout is None else scout.watch(frames), settings.seed)
    missing = clip.shortfall
    if settings.strict and missing is not None:
        raise SourceIncomplete(f"{clip.name}: only {missing.amount} could be read{missing.cause}")
    return sample


def given_palette(settings: Settings) -> Palette | None:
    """The palette that is to be used, where one is named."""
    given = settings.palette
    palette = given if given is None or isinstance(given, Palette) else Palette.load(given)
    if palette is not None and len(palette) > TABLE:
        raise SettingError(f"the palette has {len(palette)} colors, and a GIF's table ends at {TABLE}")
    return palette


def known(
    clip: Source, settings: Settings, given: Palette | None, progress: Progress, *, spacing: int | None = None
) -> tuple[Job, Outline | None]:
    """A part that was read, with its colors; and its outline where a size is asked, or a `spacing` of its runs."""
    clip = edit.cached(paced(clip, settings))
    if spacing is None and settings.limit is not None:
        spacing = SPACING
    scout = None if spacing is None else Scout(clip, settings.seed, spacing)
    sample = survey(clip, settings, progress, scout)
    job = learned(clip, sample, settings, given, progress)
    return job, None if scout is None else scout.outline()


def render(
    source: Source,
    job: Job,
    outline: Outline | None,
    settings: Settings,
    stream: BinaryIO,
    progress: Progress,
    *,
    fixed: bool = False,
) -> Made:
    """Write a GIF of a part, within the size that is asked; `fixed` says that rate and width are not lowered for it."""

    def write(job: Job, quality: float | None, stream: BinaryIO, stage: str) -> Coded:
        scheduled = partial(reported, stage=stage, of=job.clip.count, progress=progress)
        return job.code(stream, lambda: scheduled(schedule(job.clip)), quality)

    if settings.limit is None or outline is None:
        return Made(job.clip, write(job, settings.lossy(job.fits), stream, "Writing"), None)

    def view(fps: float | None, width: int | None) -> Source:
        return edit.cached(paced(source, settings, fps, width))

    forecast = Forecast(job, outline, settings, progress, fixed=fixed)
    fitted = fit(forecast, settings.limit, view, write)
    stream.write(fitted.data)
    return Made(fitted.clip, fitted.coded, fitted.fit)


def no_larger(
    origin: Path,
    clip: Source,
    job: Job,
    outline: Outline | None,
    settings: Settings,
    stream: BinaryIO,
    progress: Progress,
    *,
    exact: bool = False,
) -> Made:
    """Write a GIF of the GIF `origin`, as `render` does at its rate and width, or a copy where that is no smaller.

    `exact`: a copy as well where not every pixel would have its very color.
    """
    data = origin.read_bytes()
    memory = Limited(len(data) - 1)
    made: Made | None = None
    if job.fits or not exact:
        with suppress(Full):
            made = render(clip, job, outline, settings, memory, progress, fixed=True)
    if made is None:
        images = parse(data).frames
        stats = GifStats(len(data), len(images), sum(image.delay for image in images), 1)
        made = Made(job.clip, Coded(stats, len(job.palette), True), None, copied=True)
    stream.write(data if made.copied else memory.getbuffer())
    return made
