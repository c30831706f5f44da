"""Making a GIF smaller: `gifsom optimize`. Its timing, size, loop and transparency stay, and it never grows."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gifsom.conversion import stages
from gifsom.conversion.rate_control import Fit
from gifsom.core.files import check_source, check_target, replacing
from gifsom.core.frame import Shortfall
from gifsom.core.progress import Progress
from gifsom.gif.reader import read_info
from gifsom.options.conversion import Settings

OPTIONS = ("quality", "max_size", "colors", "map_size", "overwrite", "strict", "max_pixels", "seed")
"""The fields of `Settings` that do not change what a GIF shows, or when."""


@dataclass(frozen=True, slots=True)
class Optimized:
    """What became of a GIF.

    path       of the new one
    before     bytes of the old one
    bytes      of the new one, never more
    same       the new one is a copy: what was made of it was no smaller
    exact      every pixel has the very color that it had
    quality    at which it was coded, 1 to 100; None: every pixel has the nearest color, or the very one
    elapsed    seconds that it took
    shortfall  what could not be read of it, or None
    fit        what was done to fit a size, or None where nothing was
    """

    path: Path
    before: int
    bytes: int
    same: bool
    exact: bool
    quality: float | None
    elapsed: float
    shortfall: Shortfall | None
    fit: Fit | None


def optimize(
    source: "str | Path",
    target: "str | Path",
    *,
    progress: Progress = lambda stage, done, of: None,
    **options: Any,
) -> Optimized:
    """Make a GIF smaller; where that fails, the new file has the very bytes of the old one.

    Args:
        source: a GIF.
        target: another file.
        progress: called often with stage, done, of.
        **options: fields of `gifsom.options.conversion.Settings`: quality, max_size (only quality is lowered for it),
            colors, map_size, overwrite, strict, max_pixels, seed.

    Raises:
        SettingError, SourceError, TargetError: with one line that says what and why; then nothing has been written.

    >>> gifsom.optimize("fixtures/sprite.gif", "small.gif").exact
    True
    """
    began = time.perf_counter()
    for name in options:
        if name not in OPTIONS:
            raise TypeError(f"there is no option {name!r}: there are {', '.join(OPTIONS)}")
    settings = Settings.of(options)
    path, origin = Path(target), Path(source)
    check_source(path, origin)
    check_target(path, settings.overwrite)
    before = read_info(origin).bytes
    if settings.limit is not None and before <= settings.limit:  # it fits already: all that is left is to be smaller
        settings = replace(settings, max_size=None)
    clip = stages.part(origin, settings)
    job, outline = stages.known(clip, settings, None, progress)
    with replacing(path, settings.overwrite) as stream:
        made = stages.no_larger(origin, clip, job, outline, settings, stream, progress)
    return Optimized(
        path=path,
        before=before,
        bytes=made.coded.stats.bytes,
        same=made.copied,
        exact=made.coded.exact,
        quality=made.coded.quality,
        elapsed=time.perf_counter() - began,
        shortfall=job.clip.shortfall,
        fit=made.fit,
    )
