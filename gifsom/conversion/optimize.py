"""A smaller GIF of a GIF: `gifsom optimize`. Its timing, size, loop and transparency stay, and it never grows."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Unpack

from gifsom.conversion.encode import encode_or_copy
from gifsom.conversion.plan import plan_coding
from gifsom.conversion.stages import analyze, open_edited
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
    target: "str | Path",
    *,
    progress: Progress = silent,
    **options: Unpack[OptimizeOptions],
) -> Result:
    """Make a GIF smaller; where that fails, the new file has the very bytes of the old one.

    Args:
        source: a GIF.
        target: another file.
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
    path, origin = with_ending(Path(target)), Path(source)
    check_source(path, origin)
    check_target(path, settings.overwrite)
    size = read_info(origin).bytes
    if settings.limit is not None and size <= settings.limit:  # it fits already: all that is left is to be smaller
        settings = replace(settings, max_size=None)
    analysis = analyze(open_edited(origin, settings), settings, progress)
    plans = plan_coding(analysis, None, settings, progress)
    with replacing(path, settings.overwrite) as stream:
        encoded = encode_or_copy(stream, origin, analysis, plans, settings, progress)
    return replace(encoded.result(path), source_bytes=size, elapsed=time.perf_counter() - began)
