"""The command that converts clips."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gifsom.cli import text
from gifsom.cli.after import Then, after
from gifsom.cli.batch import convert_batch, dask, is_batch, jobs
from gifsom.cli.common import is_closed, progress_bars, remark, show_log, tell_quality, tell_shortfall
from gifsom.cli.help import MANY, WHAT, WHERE
from gifsom.cli.names import STREAM, check_joined, sources_and_target
from gifsom.cli.options import NAME, RATE, Command, argument, flag, option, quiet, takes
from gifsom.cli.presets import preset
from gifsom.core.errors import SettingError
from gifsom.core.files import check_source
from gifsom.options.table import Options

if TYPE_CHECKING:
    from gifsom.core.result import Result


@click.command(cls=Command)
@argument(
    "names",
    type=NAME,
    nargs=-1,
    metavar="IN... [OUT]",
    help="IN: a video, a picture, a recording, a folder of pictures, a pattern such as 'shots/*.png', or - for"
    " standard input; several follow each other. OUT: the GIF, a .webp, .apng, .avif, .mp4 or .webm file, a"
    " folder/ for PNGs, or - for standard output. Without it: IN's name, ending in .gif, in the current folder.",
)
@option(
    "--input",
    "-i",
    "inputs",
    type=NAME,
    multiple=True,
    metavar="IN",
    panel=WHAT,
    help="A source, as IN; it is the first.",
)
@option("--output", "-o", type=NAME, metavar="OUT", panel=WHERE, help="OUT, where the last name is a source, too.")
@flag("--estimate", panel=WHERE, help="Say how large it will be, and how good; nothing is written.")
@option(
    "--split",
    metavar="PLACE",
    multiple=True,
    panel=WHERE,
    help="A file for each part, OUT-1.gif and so on; parts begin in the edited clip at 4.2 seconds, or at frame '#20'."
    " Several, or such as 4.2,8.",
)
@option("--input-size", metavar="WxH", panel=MANY, help="Of raw video, which has no head: the size of its pictures.")
@option("--input-fps", type=RATE, metavar="F", panel=MANY, help="Of raw video: its frames a second.")
@option("--pixel-format", metavar="NAME", panel=MANY, help="Of raw video: as ffmpeg calls it. Without it: rgb24.")
@jobs
@dask
@preset
@after
@quiet
@flag("--verbose", "-v", help="Show what ffmpeg says, and figures.")
@takes(Options)
def convert(
    names: tuple[str, ...],
    inputs: tuple[str, ...],
    output: str | None,
    estimate: bool,
    split: tuple[str, ...],
    input_size: str | None,
    input_fps: float | None,
    pixel_format: str | None,
    jobs: int | None,
    dask: str | None,
    then: Then,
    quiet: bool,
    verbose: bool,
    **options: Any,
) -> None:
    """Convert a clip to a GIF.

    gifsom convert clip.mp4

    gifsom convert clip.mp4 short.gif --start 1:05 --duration 4 -W 480 -r 12

    gifsom convert -i clip.mp4 -o short.gif -y

    gifsom convert clip.mp4 --crop auto --speed 1.5 --caption 'Look|time=1-3'

    gifsom convert clip.mp4 --max-size 10MB lowers the quality until it fits, then, if not given, fps and width.

    gifsom convert intro.mp4 talk.mp4 both.gif joins them

    gifsom convert 'shots/*.png' shots.gif --fps 5

    gifsom convert 'clips/*.mp4' gifs/ makes a GIF of each; those that are newer than their clip are left alone.

    ffmpeg -i clip.mp4 -f yuv4mpegpipe - | gifsom convert - clip.gif

    Edits are done in the order in which they are typed; --start, --end and --duration come before them, and after clips
    are joined. A video that is given no rate and no size gets at most 15 frames a second and 640 pixels of
    width in the end; an animation keeps its own. gifsom.toml, here or in the user's folder, and variables such as
    GIFSOM_QUALITY say other defaults.
    """
    if verbose:
        show_log()
    if not names and not inputs:
        raise SettingError("there is no source: name a clip")
    sources, target = sources_and_target([*inputs, *names], output) if names else ([*inputs], output)
    places = [place.strip() for one in split for place in one.split(",")]
    single = {"estimate": estimate, "split": bool(places), "copy, --open and --show": then != Then()}
    if target is not None and is_batch(sources, target):
        _refuse(single, "for one clip")
        convert_batch(sources, target, options, jobs=jobs, dask=dask, quiet=quiet)
        return
    if estimate or target == STREAM:
        _refuse(single | {"estimate": False}, "for a file that is written")
    if jobs is not None or dask is not None:
        raise SettingError("--jobs and --dask are for batches: several clips, and a folder/ for their GIFs")
    _check_target(sources, target, estimate)
    opened = [_input(name, input_size, input_fps, pixel_format, options) for name in sources]
    _convert_one(opened, ", ".join(sources), target, places, estimate, then, (quiet, verbose), options)


def _convert_one(
    opened: list[Any],
    title: str,
    target: str | None,
    places: list[str],
    estimate: bool,
    then: Then,
    telling: tuple[bool, bool],
    options: dict[str, Any],
) -> None:
    """Convert sources that follow each other, or estimate that, and tell of it: quiet, verbose or neither."""
    quiet, verbose = telling
    source = opened[0] if len(opened) == 1 else opened
    with progress_bars(quiet) as progress:
        from gifsom.conversion import pipeline

        if estimate:
            expected = pipeline.estimate(source, progress=progress, **options)
        elif places:
            results = pipeline.convert_parts(source, target, places, progress=progress, **options)
        else:
            stream = sys.stdout.buffer if target == STREAM else target
            results = [pipeline.convert(source, stream, progress=progress, **options)]
    if estimate:
        tell_shortfall(title, expected.shortfall)
        print(text.estimate(title, expected, verbose))
        return
    for result in results:
        _tell(title, result, quiet, verbose)
    then.do([result.path for result in results])


def _refuse(asked: dict[str, bool], what: str) -> None:
    """Raise `SettingError` for an option that is asked and is not for this."""
    for name, given in asked.items():
        if given:
            raise SettingError(f"--{name} {'are' if 'and' in name else 'is'} {what}")


def _tell(source: str, result: "Result", quiet: bool, verbose: bool) -> None:
    """The closing line of a file that was made, and what is to be known of it."""
    if not quiet:
        tell_quality(result)
    tell_shortfall(source, result.shortfall)
    if not quiet:
        (remark if str(result.path) == STREAM else print)(text.conversion(result, verbose))


def _check_target(sources: list[str], target: str | None, estimate: bool) -> None:
    """Raise `SettingError` for a target that cannot be written to, or that is one of the sources."""
    if STREAM in sources and target is None and not estimate:
        raise SettingError("standard input has no name: say which file to write")
    if target == STREAM and is_closed("stdout"):
        raise SettingError("standard output is closed: name a file")
    if target == STREAM and sys.stdout.isatty():
        raise SettingError("standard output is a terminal: hand the GIF on by | or >")
    if target is not None and target != STREAM:
        if STREAM in sources:
            check_source(Path(target), sys.stdin.buffer)
        if len(sources) > 1:
            check_joined(target)


def _input(name: str, size: str | None, fps: float | None, pixel_format: str | None, options: dict[str, Any]) -> Any:
    """The argument of `gifsom.open` for a name of the command line."""
    stream = sys.stdin.buffer if name == STREAM else None
    if stream is not None and stream.isatty():
        raise SettingError("standard input is a terminal: give it a clip by | or <")
    if size is None and fps is None and pixel_format is None:
        return stream or name
    if size is None or fps is None:
        raise SettingError("raw video needs both --input-size and --input-fps")
    from gifsom.sources import open_raw

    handed = {key: options[key] for key in ("background", "transparent", "max_pixels") if key in options}
    return open_raw(stream or Path(name), size=size, fps=fps, pixel_format=pixel_format or "rgb24", **handed)
