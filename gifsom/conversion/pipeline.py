"""The whole conversion, one line a stage: clip, sample, palette, frames, file."""

import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from gifsom import edit, export
from gifsom.conversion.rate_control import AIM, Fit, Forecast
from gifsom.conversion.size_model import DENSE, SPACING
from gifsom.conversion.stages import given_palette, known, no_larger, paced, part, render
from gifsom.core.errors import SettingError, TargetTooLarge
from gifsom.core.files import check_ending, check_folder, check_source, check_target, is_folder, replacing
from gifsom.core.frame import Shortfall
from gifsom.core.html import embedded
from gifsom.core.progress import Progress
from gifsom.core.timing import schedule
from gifsom.core.values import QUALITY
from gifsom.options.conversion import Settings
from gifsom.sources.folder import is_pattern, matches

if TYPE_CHECKING:
    from gifsom.sources.opener import SourceLike


@dataclass(frozen=True, slots=True)
class Result:
    """What a conversion made.

    path       of the file or folder; of a stream "-"
    bytes      its size
    size       width and height in pixels
    frames     images in it; what changes nothing needs none
    seconds    that it plays
    colors     in its palette; None: it is no GIF
    tables     color tables that were written: more than one where images take their own from a large palette
    exact      every pixel has the very color of its source
    quality    at which it was coded, 1 to 100; None: every pixel has the nearest color
    elapsed    seconds that the conversion took
    shortfall  what could not be read of the source, or None
    fit        what was done to fit a size, or None where none was asked
    copied     it has the very bytes of a GIF that it was made of: nothing smaller would be exact
    """

    path: Path
    bytes: int
    size: tuple[int, int]
    frames: int
    seconds: float
    colors: int | None
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


def convert(
    source: "SourceLike",
    target: "str | Path | BinaryIO | None" = None,
    *,
    progress: Progress = lambda stage, done, of: None,
    **options: Any,
) -> Result:
    """Convert a clip to a GIF, or to another format by the ending of its name.

    Args:
        source: what `gifsom.open` takes: a video, a picture, a recording, a folder, a pattern, arrays, a `Clip`, a
            binary stream, or a list of such, which follow each other.
        target: the GIF; a binary stream that it is written to; or a .webp, .png, .apng or .mp4 file, or a folder for
            PNGs, which is new or whose name ends in a slash. None: the source's name, ending in .gif, in the current
            folder.
        progress: called often with stage, done, of.
        **options: the fields of `gifsom.options.conversion.Settings`: start, end, duration, colors, palette, quality,
            map_size, dither, max_size, cursor, clicks, keys, loop, background, transparent, overwrite, strict,
            max_pixels, seed; and edits, which are done in the order in which they stand here: fps, width, height,
            scale, fit, crop, rotate, flip, speed, fast_forward, reverse, boomerang, loop_smooth, trim_still,
            drop_duplicates, idle_limit, hold_last, caption, blur, progress_bar, grayscale, brightness, contrast,
            saturation.

    Raises:
        SettingError, SourceError, TargetError: with one line that says what and why; then nothing has been written;
            `TargetTooLarge` where no GIF of the clip is as small as `max_size`.

    >>> gifsom.convert("fixtures/sprite.gif", "sprite.gif", crop="32x24+16+12", speed=2).size
    (32, 24)
    """
    began = time.perf_counter()
    settings = Settings.of(options)
    output: AbstractContextManager[BinaryIO]
    if target is not None and not isinstance(target, str | Path):
        name, output = Path("-"), nullcontext(target)
    else:
        name = _named(source, target)
        check_source(name, source)
        if is_folder(target or name) or name.suffix.lower() in export.ENDINGS:
            return _exported(source, target or name, settings, began, progress)
        check_ending(name, export.ENDINGS)
        check_target(name, settings.overwrite)
        output = replacing(name, settings.overwrite)
    given = given_palette(settings)  # what is wrong with it is told before a long clip is read
    clip = part(source, settings)
    job, outline = known(clip, settings, given, progress)
    with output as stream:
        if isinstance(source, str | Path) and clip.indexed and settings.unchanging and clip.shortfall is None:
            made = no_larger(Path(source), clip, job, outline, settings, stream, progress, exact=True)
        else:
            made = render(clip, job, outline, settings, stream, progress)
    stats = made.coded.stats
    return Result(
        path=name,
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


def estimate(source: "SourceLike", *, progress: Progress = lambda stage, done, of: None, **options: Any) -> Estimate:
    """Say how large a GIF of a clip will be, and how far from the clip, without making it; options as for `convert`.

    Raises:
        SettingError, SourceError: with one line that says what and why.
        TargetTooLarge: where no GIF of the clip is as small as `max_size`.

    >>> gifsom.estimate("fixtures/sprite.gif").size
    (64, 48)
    """
    began = time.perf_counter()
    settings = Settings.of(options)
    given = given_palette(settings)  # what is wrong with it is told before a long clip is read
    clip = part(source, settings)
    job, outline = known(clip, settings, given, progress, spacing=DENSE if settings.limit is None else SPACING)
    if job.own:  # its images are fast to code, and a part of them may need more colors than they do in their place
        stats = job.code(BytesIO(), lambda: schedule(job.clip), None).stats
        return Estimate(
            bytes=stats.bytes,
            size=job.clip.size,
            seconds=stats.centiseconds / 100,
            quality=None,
            error=0.0,
            elapsed=time.perf_counter() - began,
            shortfall=job.clip.shortfall,
        )
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


def frames(
    source: "SourceLike",
    folder: "str | Path",
    *,
    progress: Progress = lambda stage, done, of: None,
    **options: Any,
) -> tuple[export.Exported, Shortfall | None]:
    """Write all frames of a clip, at its own rate and size, as pictures; options as for `convert`.

    Args:
        source: what `gifsom.open` takes.
        folder: where frame-0001.png and so on go; it is made if it is missing.
        progress: called often with stage, done, of.
        **options: edits, and what says which part of the source is read, and how.

    Raises:
        SettingError, SourceError, TargetError: with one line that says what and why; then nothing has been written.
    """
    settings = Settings.of(options)
    check_source(Path(folder), source)
    check_folder(Path(folder), settings.overwrite)
    clip = part(source, settings)
    found = export.write_frames(clip, folder, overwrite=settings.overwrite, progress=progress)
    return found, clip.shortfall


def _named(source: "SourceLike", target: "str | Path | None") -> Path:
    """The path of what is written."""
    if target is not None:
        return Path(target)
    if isinstance(source, str | Path) and is_pattern(str(source)) and not Path(source).exists():
        matches(str(source))  # there may be none: that is told first
        source = []
    if not isinstance(source, str | Path):
        raise SettingError("several sources, or what is no file, have no name: say which file to write")
    return Path(Path(source).absolute().name or "clip").with_suffix(".gif")


def _exported(
    source: "SourceLike", target: "str | Path", settings: Settings, began: float, progress: Progress
) -> Result:
    """Write a clip in another format than GIF."""
    if not settings.uncoded:
        raise SettingError("max_size, colors, palette, map_size and dither are for GIFs")
    if settings.transparent and Path(target).suffix.lower() == ".mp4":
        raise SettingError("an MP4 is not transparent: give it a background")
    if is_folder(target):
        check_folder(Path(target), settings.overwrite, alone=True)
    else:
        check_target(Path(target), settings.overwrite)
    clip = edit.cached(paced(part(source, settings), settings))
    plays = settings.loop if settings.loop is not None else clip.plays or 0
    found = export.export(
        clip, target, quality=settings.quality, plays=plays, overwrite=settings.overwrite, progress=progress
    )
    return Result(
        path=found.path,
        bytes=found.bytes,
        size=found.size,
        frames=found.frames,
        seconds=found.seconds,
        colors=None,
        tables=0,
        exact=found.lossless,
        quality=None if found.lossless else settings.quality or QUALITY,
        elapsed=time.perf_counter() - began,
        shortfall=clip.shortfall,
    )
