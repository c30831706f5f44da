"""From a recording of the screen to its GIF."""

import shutil
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Unpack

from gifsom.conversion.live import LiveConversion
from gifsom.conversion.pipeline import convert
from gifsom.core.errors import TargetUnwritable, printable
from gifsom.core.files import check_ending, check_target, with_ending
from gifsom.core.progress import Progress
from gifsom.core.result import Result
from gifsom.core.values import MAX_PIXELS
from gifsom.export import ENDINGS
from gifsom.options.conversion import ConvertOptions
from gifsom.options.table import Options
from gifsom.recorder import folder
from gifsom.recorder.control import delete
from gifsom.sources.recording import open_recording
from gifsom.spool import Spool

LONG: Final = 120.0
"""Seconds from which on a recording is longer than a GIF should be."""

SAMPLES: Final = (10.0, 50.0, 90.0)
SAMPLED: Final = 4.0
"""Times of the parts by which a long one is judged, and their length: near its beginning, where they are soon read."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """The GIF to expect of a long recording.

    seconds  of the recording
    bytes    of the GIF, about
    elapsed  seconds that it takes, at most about: much may have been done while it was recorded
    """

    seconds: float
    bytes: int
    elapsed: float


def outlook(path: Path, options: dict[str, Any]) -> Outlook:
    """Judge a recording of LONG seconds or more by some parts of it, of which GIFs are made. Raises as `convert`."""
    source = open_recording(path, MAX_PIXELS)
    with tempfile.TemporaryDirectory() as place:
        made = [
            convert(source, Path(place, f"{number}.gif"), start=start, duration=SAMPLED, **options)
            for number, start in enumerate(SAMPLES)
        ]
    share = source.duration / (SAMPLED * len(SAMPLES))
    total, spent = sum(one.bytes for one in made), sum(one.elapsed for one in made)
    return Outlook(source.duration, round(share * total), share * spent)


def check_request(target: Path, keep: bool, options: dict[str, Any]) -> None:
    """Raise what `finish` would, as far as it is known before anything is recorded."""
    overwrite = ConvertOptions.of(options).overwrite
    check_ending(target, ENDINGS)
    check_target(target, overwrite)
    if keep:
        check_target(beside(target), overwrite)


def own_name(target: Path | None) -> Path:
    """The GIF that is to be written; without a name, one of the date in the current folder."""
    return Path(time.strftime("gifsom-%Y-%m-%d-%H%M%S.gif")) if target is None else with_ending(target)


def beside(target: Path) -> Path:
    """Where a recording is kept that a GIF was made of."""
    return target.with_suffix(folder.ENDING)


def finish(
    path: Path,
    target: Path,
    *,
    keep: bool = False,
    live: LiveConversion | None = None,
    progress: Progress,
    **options: Unpack[Options],
) -> Result:
    """Make the GIF of a recording, then delete it, or keep it beside the GIF. Options as for `gifsom.convert`.

    With `live`, the GIF has been begun. Whatever is raised, the recording is still there; so it is where a part of it
    could not be read.
    """
    began = time.perf_counter()
    if keep:
        check_target(beside(target), bool(options.get("overwrite")))
    result = None if live is None else live.finish(progress)
    if result is None:
        result = convert(open_recording(path, MAX_PIXELS), target, progress=progress, **options)
    if keep:
        try:
            shutil.move(path, beside(target))
        except OSError as error:
            raise TargetUnwritable(f"{printable(beside(target))}: {error.strerror}") from error
    elif result.shortfall is None or Spool.open(path, MAX_PIXELS).cut:
        delete(path)  # the rest of a damaged one may still be of use to somebody
    return replace(result, elapsed=time.perf_counter() - began)
