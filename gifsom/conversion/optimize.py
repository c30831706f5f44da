"""A smaller GIF of a GIF: `gifsom optimize`. Its timing, size, loop and transparency stay, and it never grows."""

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Unpack

from gifsom.conversion.encode import encode_or_copy
from gifsom.conversion.plan import plan_coding
from gifsom.conversion.stages import analyze, open_edited
from gifsom.core.errors import SettingError, named
from gifsom.core.files import check_source, check_target, replacing, with_ending
from gifsom.core.progress import Progress, silent
from gifsom.core.result import Result
from gifsom.gif.reader import read_info
from gifsom.options.conversion import ConvertOptions
from gifsom.options.option import documented, entries
from gifsom.options.table import OptimizeOptions


@documented(OptimizeOptions)
def optimize(
    source: "str | Path",
    target: "str | Path | None" = None,
    *,
    in_place: bool = False,
    progress: Progress = silent,
    **options: Unpack[OptimizeOptions],
) -> Result:
    """Make a GIF smaller; where that fails, the new file has the very bytes of the old one.

    Args:
        source: a GIF.
        target: another file.
        in_place: replace the source, in one step, instead of a target; a GIF of which nothing smaller can be made keeps
            its time, too.
        progress: called often with stage, done, of.
        **options: of `gifsom.convert`, those that change neither what a GIF shows nor when. Only quality is lowered
            for max_size.

            {options}

    Raises:
        SettingError, SourceError, TargetError: with one line that says what and why; then nothing has been written.

    >>> gifsom.optimize("fixtures/sprite.gif", "small.gif").exact
    True
    """
    began = time.perf_counter()
    settings = ConvertOptions.of(options, known=entries(OptimizeOptions))
    origin = Path(source)
    path = _target(origin, target, in_place, settings)
    size = read_info(origin).bytes
    if settings.limit is not None and size <= settings.limit:  # it fits already: all that is left is to be smaller
        settings = replace(settings, max_size=None)
    analysis = analyze(open_edited(origin, settings), settings, progress)
    plans = plan_coding(analysis, None, settings, progress)
    times = origin.stat()
    with replacing(path, settings.overwrite or in_place) as stream:
        encoded = encode_or_copy(stream, origin, analysis, plans, settings, progress)
    if in_place and encoded.copied:
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    result = encoded.result(origin if in_place else path)
    return replace(result, source_bytes=size, elapsed=time.perf_counter() - began)


def _target(origin: Path, target: "str | Path | None", in_place: bool, settings: ConvertOptions) -> Path:
    """The file that is written. Raises `SettingError` and `TargetError`."""
    if in_place == (target is not None):
        raise SettingError(f"give a target or {named('in_place', True)}, not {'both' if in_place else 'neither'}")
    if target is None:
        path = Path(os.path.realpath(origin))  # a link stays one
        check_target(path, True)
        return path
    path = with_ending(Path(target))
    check_source(path, origin)
    check_target(path, settings.overwrite)
    return path
