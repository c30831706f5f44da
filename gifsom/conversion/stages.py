"""The first stages of a conversion: open, edit, give it a rate and a size, read it once."""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from gifsom import edit, sources
from gifsom.conversion.run_sampler import SPACING, ClipSample, RunSampler
from gifsom.core.background import in_background
from gifsom.core.errors import SettingError, SourceIncomplete
from gifsom.core.frame import Frame
from gifsom.core.prefetch import prefetch
from gifsom.core.progress import Progress, reported
from gifsom.core.source import Source
from gifsom.core.values import MAX_SIDE, VIDEO_FPS, VIDEO_WIDTH
from gifsom.encoder.exact_ahead import ExactAhead
from gifsom.options.conversion import ConvertOptions
from gifsom.options.edits import edited
from gifsom.palette.sample import Sample, Sampler
from gifsom.sources.recording import Recording

if TYPE_CHECKING:
    from gifsom.sources.opener import SourceLike


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """A clip that has been read once.

    edited  it, edited, before it got a rate and a size
    clip    it, as the GIF is to show it
    sample  its pixels
    runs    short stretches of it, which tell what to expect of it; None: nothing is asked
    ahead   its images, coded exactly as far as it was recorded; None: it was there before
    """

    edited: Source
    clip: Source
    sample: Sample
    runs: ClipSample | None
    ahead: ExactAhead | None = None


def opened(source: "SourceLike", settings: ConvertOptions) -> Source:
    """The source, opened. Raises `SourceError`, and `SettingError` for options that only a recording has."""
    clip = sources.open(
        source,
        background=settings.background,
        transparent=settings.transparent,
        max_pixels=settings.max_pixels,
        fps=settings.rate,
        reader=settings.reader,
        stream=settings.stream,
        deinterlace=settings.deinterlace,
    )
    if isinstance(clip, Recording):
        return clip.drawn(**settings.showing)
    for name in settings.showing:
        raise SettingError(f"{clip.name}: {name} is for recordings, and that is none")
    return clip


def open_edited(source: "SourceLike", settings: ConvertOptions) -> Source:
    """The part of a source that is asked for, edited. Raises `SettingError` and `SourceError`."""
    return with_edits(opened(source, settings), settings)


def with_edits(clip: Source, settings: ConvertOptions) -> Source:
    """The part of an opened clip that is asked for, edited. Raises `SettingError` and `SourceError`."""
    start, end = settings.span
    if start or end is not None:
        clip = edit.trim(clip, start, end)
    return edited(clip, settings.edits, settings.still_threshold)


def with_default_rate_and_size(
    clip: Source, settings: ConvertOptions, fps: float | None = None, width: int | None = None
) -> Source:
    """A clip as `at_default_rate_and_size`, kept where it is small, so as to be decoded once."""
    clip = at_default_rate_and_size(clip, settings, fps, width)
    kept = clip if isinstance(clip, Recording) else edit.cached(clip)  # a recording is read faster than what is kept
    return kept if settings.max_frames is None else edit.max_frames(kept, settings.max_frames)


def at_default_rate_and_size(
    clip: Source, settings: ConvertOptions, fps: float | None = None, width: int | None = None
) -> Source:
    """A clip at these, or the usual rate and width, unless edits say them. Raises `SettingError`."""
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


def first_pass(clip: Source, settings: ConvertOptions, progress: Progress, sampler: RunSampler | None = None) -> Sample:
    """Read all of the clip and sample its pixels, and its runs if a sampler is given. Raises `SourceError`.

    As long as the clip is being recorded, that is done in the background.
    """
    pixels = Sampler(settings.seed)
    with closing(_decoded(clip)) as decoded:
        frames = reported(decoded, "Reading", clip.count, progress)
        frames = frames if sampler is None else sampler.watch(frames)
        if clip.growing:
            in_background(partial(_read_while_growing, clip, frames, pixels)).result()
        for frame in frames:
            pixels.add(frame)
    missing = clip.shortfall
    if settings.strict and missing is not None:
        raise SourceIncomplete(f"{clip.name}: only {missing.amount} could be read{missing.cause}")
    return pixels.sample()


def _decoded(clip: Source) -> Generator[Frame, None, None]:
    """The frames, in a thread of their own unless they are read in the background."""
    if clip.growing:
        yield from clip.frames()
        return
    with closing(prefetch(clip.frames(), 1)) as frames:
        yield from frames


def _read_while_growing(clip: Source, frames: Iterator[Frame], pixels: Sampler) -> None:
    for frame in frames:
        pixels.add(frame)
        if not clip.growing:
            return


def analyze(edited: Source, settings: ConvertOptions, progress: Progress, spacing: int | None = None) -> Analysis:
    """Read an edited clip, at the rate and size of the GIF; its runs, too, if a limit or a `spacing` of them is set."""
    clip = with_default_rate_and_size(edited, settings)
    ahead = ExactAhead(clip) if clip.growing and settings.lossy(True) is None and settings.limit is None else None
    if spacing is None and settings.limit is not None:
        spacing = SPACING
    sampler = None if spacing is None else RunSampler(clip, settings.seed, spacing)
    sample = first_pass(clip, settings, progress, sampler)
    return Analysis(edited, clip, sample, None if sampler is None else sampler.sample(), ahead)


def plays(clip: Source, settings: ConvertOptions) -> int:
    """The number of times that an animation of a clip is played, 0 for ever."""
    return settings.loop if settings.loop is not None else clip.plays or 0
