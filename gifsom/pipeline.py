"""The whole conversion, one line a stage: clip, sample, palette, frames, file."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from gifsom import edit, sources
from gifsom.clip import Clip, Shortfall
from gifsom.encoder.encode import encode
from gifsom.errors import SettingError, SourceIncomplete, TargetUnwritable, printable
from gifsom.output import check_target, replacing
from gifsom.palette.sample import take
from gifsom.palette.som import train
from gifsom.settings import MAX_SIDE, VIDEO_FPS, VIDEO_WIDTH, Settings, parse_color
from gifsom.timing import schedule

Item = TypeVar("Item")
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
    exact: bool
    elapsed: float
    shortfall: Shortfall | None


def convert(
    source: "str | Path | Clip",
    target: "str | Path | None" = None,
    *,
    progress: Progress = lambda stage, done, of: None,
    **options: Any,
) -> Result:
    """Convert a clip to a GIF.

    Args:
        source: a video, a GIF or another picture file, or a `Clip`.
        target: the GIF; None: the source's name, ending in .gif, in the current folder.
        progress: called often with stage, done, of.
        **options: the fields of `gifsom.settings.Settings`: fps, width, start, end, duration, colors, loop, background,
            overwrite, strict, max_pixels, seed.

    Raises:
        SettingError, SourceError, TargetError: with one line that says what and why; then nothing has been written.

    >>> gifsom.convert("fixtures/sprite.gif", "sprite.gif", overwrite=True).frames  # doctest: +SKIP
    12
    """
    began = time.perf_counter()
    settings = Settings.of(options)
    path = _target(source, target)
    check_target(path, settings.overwrite)
    clip = edit.hold(_prepare(source, settings))
    sample = take(_told(clip.frames(), "Reading", clip.count, progress), settings.seed)
    _demand_all(clip, settings)
    entries = min(settings.colors, 256 if sample.pictures == 1 and sample.opaque else 255)
    palette = train(sample, entries, settings.seed, lambda done, of: progress("Learning colors", done, of))
    with replacing(path, settings.overwrite) as stream:
        frames = _told(schedule(clip), "Writing", clip.count, progress)
        stats = encode(stream, clip.size, frames, palette, _plays(clip, settings))
    return Result(
        path=path,
        bytes=stats.bytes,
        size=clip.size,
        frames=stats.images,
        seconds=stats.centiseconds / 100,
        colors=len(palette),
        exact=sample.colors is not None and len(sample.colors) <= entries,
        elapsed=time.perf_counter() - began,
        shortfall=clip.shortfall,
    )


def _target(source: "str | Path | Clip", target: "str | Path | None") -> Path:
    if target is None:
        if isinstance(source, Clip):
            raise SettingError("a clip has no name: say which file to write")
        target = Path(Path(source).name or "clip").with_suffix(".gif")
    path = Path(target)
    if path.suffix.lower() not in ("", ".gif"):  # rather a mistake, such as two videos, than a wish
        raise TargetUnwritable(f"{printable(path)}: the name of a GIF ends in .gif")
    same = False
    if not isinstance(source, Clip):
        with suppress(OSError):  # a file that is missing, or a name that cannot be one, is told where it is opened
            same = path.samefile(source)
    if same:
        raise TargetUnwritable(f"{printable(path)}: that is the source itself: name another file")
    return path


def _prepare(source: "str | Path | Clip", settings: Settings) -> Clip:
    """The part of the source that is asked for, at the rate and size that are asked for or usual."""
    behind = None if settings.background is None else parse_color(settings.background)
    clip = (
        source if isinstance(source, Clip) else sources.open(source, background=behind, max_pixels=settings.max_pixels)
    )
    start, end = settings.span
    if start or end is not None:
        clip = clip.trim(start, end)
    fps = settings.fps or (None if clip.native else VIDEO_FPS)
    width = settings.width or (MAX_SIDE if clip.native else VIDEO_WIDTH)
    clip = clip.resize(width) if fps is None else clip.resample(fps).resize(width)
    if max(clip.size) > MAX_SIDE:
        raise SettingError(f"the GIF would be {clip.size[0]}x{clip.size[1]} pixels, and a side ends at {MAX_SIDE}")
    return clip


def _demand_all(clip: Clip, settings: Settings) -> None:
    missing = clip.shortfall
    if settings.strict and missing is not None:
        raise SourceIncomplete(f"{clip.name}: only {missing.amount} could be read{missing.cause}")


def _plays(clip: Clip, settings: Settings) -> int:
    if settings.loop is not None:
        return settings.loop
    return clip.plays if clip.plays is not None else 0


def _told(items: Iterable[Item], stage: str, of: int | None, progress: Progress) -> Iterator[Item]:
    for done, item in enumerate(items, 1):
        yield item
        progress(stage, done, of)
