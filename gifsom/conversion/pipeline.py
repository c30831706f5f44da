"""The whole conversion, one line a stage: options, output, clip, first pass, plans, file."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Unpack

from gifsom import edit, export
from gifsom.conversion.colors import given_palette
from gifsom.conversion.encode import encode, encode_or_copy
from gifsom.conversion.output import Output, check_output, part_names
from gifsom.conversion.plan import LocalTablesPlan, Plans, Timeline, plan_coding
from gifsom.conversion.rate_control import RateControl
from gifsom.conversion.run_sampler import DENSE, SPACING
from gifsom.conversion.stages import Analysis, analyze, open_edited, plays, with_default_rate_and_size
from gifsom.core.files import check_folder, check_source
from gifsom.core.frame import Shortfall
from gifsom.core.progress import Progress, silent
from gifsom.core.result import Fit, Result
from gifsom.core.source import Source
from gifsom.core.values import Seconds
from gifsom.options.conversion import ConvertOptions
from gifsom.options.document import expanded
from gifsom.options.option import documented
from gifsom.options.table import Options
from gifsom.palette.palette import Palette

if TYPE_CHECKING:
    from gifsom.sources.opener import SourceLike


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The GIF to expect of a conversion.

    bytes      to expect: mostly within 10 %
    size       width and height in pixels
    seconds    that it plays
    quality    1 to 100; None: every pixel gets its nearest color
    error      mean OKLab distance, times 100, of what is shown from its source at that size: 1 is hardly seen
    shortfall  what could not be read of the source, or None
    fit        the cost of the size limit, or None where none was asked
    elapsed    seconds that the estimate took
    """

    bytes: int
    size: tuple[int, int]
    seconds: float
    quality: float | None
    error: float
    shortfall: Shortfall | None
    fit: Fit | None = None
    elapsed: float = 0.0


@documented(Options)
def convert(
    source: "SourceLike",
    target: "str | Path | BinaryIO | None" = None,
    *,
    progress: Progress = silent,
    **options: Unpack[Options],
) -> Result:
    """Convert a clip to a GIF, or to another format by the ending of its name.

    Args:
        source: what `gifsom.open` takes: a video, a picture, a recording, a folder, a pattern, arrays, a `Clip`, a
            binary stream, or a list of such, which follow each other; or a .gifsom document, whose edits and options
            come before those that are given here.
        target: the GIF; a binary stream that it is written to; or a .webp, .png, .apng, .avif, .mp4 or .webm file, or a
            folder for PNGs, which is new or whose name ends in a slash. None: the source's name, ending in .gif, in the
            current folder.
        progress: called often with stage, done, of.
        **options: what is asked of the GIF, `gifsom.Options`; edits are done in the order in which they stand here.

            {options}

    Raises:
        SettingError, SourceError, TargetError: with one line that says what and why; then nothing has been written;
            `TargetTooLarge` where no GIF of the clip is as small as `max_size`.

    >>> gifsom.convert("fixtures/sprite.gif", "sprite.gif", crop="32x24+16+12", speed=2).size
    (32, 24)
    """
    began = time.perf_counter()
    opening, asked = expanded(source, options)
    settings = ConvertOptions.of(asked)
    output = check_output(source, target, settings)
    palette = given_palette(settings)  # its faults are told before a long clip is read
    edited = open_edited(opening, settings)
    if output.stream is None:
        check_source(output.path, edited)  # of a folder or a pattern, which files it reads is known now
    origin = Path(opening) if isinstance(opening, str | Path) else None
    result = _written(edited, output, settings, palette, progress, origin)
    return replace(result, elapsed=time.perf_counter() - began)


def convert_parts(
    source: "SourceLike",
    target: "str | Path | None",
    places: Sequence[Seconds],
    *,
    progress: Progress = silent,
    **options: Unpack[Options],
) -> list[Result]:
    """Convert the parts of an edited clip to a file each, OUT-1.gif and so on; as `convert`, but for these.

    Args:
        target: OUT.gif, or another file that `convert` writes; None: named after the source.
        places: where the parts begin, all but the first; see `gifsom.Clip.split`.

    No file is written before all of them can be.
    """
    began = time.perf_counter()
    opening, asked = expanded(source, options)
    settings = ConvertOptions.of(asked)
    outputs = [check_output(source, path, settings) for path in part_names(source, target, len(places) + 1)]
    palette = given_palette(settings)
    edited = open_edited(opening, settings)
    for output in outputs:
        check_source(output.path, edited)
    parts, results = edit.split(edited, *places), []
    _ = parts[-1].duration  # of frames by number, which are counted for that: some may not be there
    for part, output in zip(parts, outputs, strict=True):
        result = _written(part, output, settings, palette, progress)
        results.append(replace(result, elapsed=time.perf_counter() - began))
        began = time.perf_counter()
    return results


def _written(
    edited: Source,
    output: Output,
    settings: ConvertOptions,
    palette: Palette | None,
    progress: Progress,
    origin: Path | None = None,
) -> Result:
    """Write a clip; `origin` is the file that it was read from, which a GIF may be a copy of."""
    if not output.gif:
        return _export(edited, output, settings, progress)
    analysis = analyze(edited, settings, progress)
    plans = plan_coding(analysis, palette, settings, progress)
    with output.opened() as stream:
        if origin is not None and _may_be_copied(analysis, settings):
            encoded = encode_or_copy(stream, origin, analysis, plans, settings, progress, exact=True)
        else:
            encoded = encode(stream, analysis, plans, settings, progress)
    return _told(encoded.result(output.path), edited, encoded.clip, settings)


def estimate(source: "SourceLike", *, progress: Progress = silent, **options: Unpack[Options]) -> Estimate:
    """Say how large a GIF of a clip will be, and how far from the clip, without making it; options as for `convert`.

    Raises:
        SettingError, SourceError: with one line that says what and why.
        TargetTooLarge: where no GIF of the clip is as small as `max_size`.

    >>> gifsom.estimate("fixtures/sprite.gif").size
    (64, 48)
    """
    began = time.perf_counter()
    opening, asked = expanded(source, options)
    settings = ConvertOptions.of(asked)
    palette = given_palette(settings)  # its faults are told before a long clip is read
    edited = open_edited(opening, settings)
    analysis = analyze(edited, settings, progress, spacing=DENSE if settings.limit is None else SPACING)
    plans = plan_coding(analysis, palette, settings, progress)
    return replace(expected(analysis, plans, settings, progress), elapsed=time.perf_counter() - began)


def expected(analysis: Analysis, plans: Plans, settings: ConvertOptions, progress: Progress) -> Estimate:
    """The estimate of the GIF of a clip whose runs were kept as it was read."""
    expect = _coded if isinstance(plans.nearest, LocalTablesPlan) else _probed
    return expect(analysis, plans, settings, progress)


def frames(
    source: "SourceLike",
    folder: "str | Path",
    *,
    progress: Progress = silent,
    **options: Unpack[Options],
) -> Result:
    """Write all frames of a clip, at its own rate and size, as pictures; options as for `convert`.

    Args:
        source: what `gifsom.open` takes.
        folder: where frame-0001.png and so on go; it is made if it is missing.
        progress: called often with stage, done, of.
        **options: edits, and what says which part of the source is read, and how.

    Raises:
        SettingError, SourceError, TargetError: with one line that says what and why; then nothing has been written.
    """
    began = time.perf_counter()
    opening, asked = expanded(source, options)
    settings = ConvertOptions.of(asked)
    check_source(Path(folder), source)
    check_folder(Path(folder), settings.overwrite)
    clip = open_edited(opening, settings)
    check_source(Path(folder), clip)
    result = export.write_frames(clip, folder, overwrite=settings.overwrite, progress=progress)
    return replace(result, notes=clip.notes, elapsed=time.perf_counter() - began)


def _coded(analysis: Analysis, plans: Plans, settings: ConvertOptions, progress: Progress) -> Estimate:
    """Code all images: with tables of their own that is fast, and a run may need more colors than in its place."""
    timeline = Timeline(analysis.clip, plays(analysis.clip, settings), "Probing", progress)
    made = plans.nearest.encode(BytesIO(), timeline).result(Path("-"))
    return Estimate(
        bytes=made.bytes, size=made.size, seconds=made.seconds, quality=None, error=0.0, shortfall=made.shortfall
    )


def _probed(analysis: Analysis, plans: Plans, settings: ConvertOptions, progress: Progress) -> Estimate:
    """Code runs of the clip."""
    clip, limit = analysis.clip, settings.limit
    control = RateControl(analysis, plans, settings, progress)
    choice = control.usual() if limit is None else control.first(limit, hope=1.0)
    if limit is not None and choice.bytes > limit:
        raise control.too_large(choice, choice.bytes, limit)
    probe = choice.point.probe
    return Estimate(
        bytes=round(choice.bytes),
        size=probe.size,
        seconds=clip.duration,
        quality=choice.quality,
        error=probe.error(choice.quality),
        shortfall=clip.shortfall,
        fit=None if limit is None else choice.fit(limit),
    )


def _export(edited: Source, output: Output, settings: ConvertOptions, progress: Progress) -> Result:
    """Write a clip in another format than GIF."""
    clip = with_default_rate_and_size(edited, settings)
    result = export.export(
        clip,
        output.name,
        quality=settings.quality,
        plays=plays(clip, settings),
        overwrite=settings.overwrite,
        progress=progress,
    )
    return _told(result, edited, clip, settings)


def _told(result: Result, edited: Source, clip: Source, settings: ConvertOptions) -> Result:
    """A result with what a user wants to know of the way from the edited clip to the one that is shown."""
    smaller = clip.size != edited.size and not settings.own_size
    return replace(result, full_size=edited.size if smaller else None, notes=clip.notes)


def _may_be_copied(analysis: Analysis, settings: ConvertOptions) -> bool:
    """Whether a GIF that has been read is asked for as it is."""
    return analysis.edited.indexed and settings.unchanging and analysis.edited.shortfall is None
