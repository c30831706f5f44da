"""The commands that look into clips and GIFs: their frames, their quality, and where the bytes are."""

import shutil
import sys
from pathlib import Path
from typing import Any

import click

from gifsom.cli import text
from gifsom.cli.common import progress_bars, tell_shortfall
from gifsom.cli.options import NAME, PATH, Command, argument, flag, option, quiet, takes
from gifsom.core.errors import printable
from gifsom.options.table import Edits, Judging, Part, Rate, Reader, Reading

_picture = argument("picture", type=PATH, required=False, metavar="PNG", help="Draw it in this file.")
_overwrite = flag("--overwrite", "-y", help="Replace PNG if it is there.")
_quiet = flag("--quiet", "-q", help="No progress; errors are still told.")


@click.command(cls=Command)
@argument("source", type=NAME, metavar="IN", help="A video, a GIF, another animation or a recording.")
@argument("folder", type=NAME, metavar="FOLDER", help="Where the frames go; it is made if it is missing.")
@quiet
@takes(Part, Rate, Edits, Judging, "overwrite", Reading, Reader)
def frames(source: str, folder: str, quiet: bool, **options: Any) -> None:
    """Write the frames of a clip as pictures: frame-0001.png, frame-0002.png, …

    gifsom frames clip.gif frames/

    gifsom frames clip.mp4 frames/ --start 1:05 --end 1:10 --fps 2

    All of them, at their own size, where nothing else is asked. What is transparent stays so. frames.json keeps their
    times: gifsom convert frames/ out.gif makes a clip of the same length again. FOLDER may have other files; its
    frames are replaced with --overwrite only.
    """
    with progress_bars(quiet) as progress:
        from gifsom.conversion import pipeline

        found = pipeline.frames(source, folder, progress=progress, **options)
    tell_shortfall(source, found.shortfall)
    if not quiet:
        print(text.export(found))


@click.command(cls=Command)
@argument("source", type=NAME, metavar="SOURCE", help="The clip that OUT was made of.")
@argument("output", type=NAME, metavar="OUT", help="The GIF, or another clip.")
@_picture
@option("--start", metavar="TIME", help="Where OUT begins in SOURCE: 12.5 or 1:05. Without it: at 0.")
@_overwrite
@_quiet
def compare(source: str, output: str, picture: Path | None, start: str | None, overwrite: bool, quiet: bool) -> None:
    """Say how far a GIF is from its source: mean and worst error, PSNR and SSIM.

    gifsom compare clip.mp4 clip.gif

    gifsom compare clip.mp4 short.gif sheet.png --start 1:05

    Each frame of OUT is compared with SOURCE's picture of that time, at OUT's size.

    PNG shows the worst frame and the middle one: source, output, and the differences, amplified.
    """
    with progress_bars(quiet) as progress:
        from gifsom.analysis.compare import compare

        found = compare(source, output, start or 0, picture=picture, overwrite=overwrite, progress=progress)
    for line in text.comparison(source, output, found):
        print(line)
    _tell_picture(picture, "the worst frame beside its source")


@click.command(cls=Command)
@argument("path", type=PATH, metavar="FILE.gif", help="A GIF.")
@_picture
@_overwrite
@_quiet
def explain(path: Path, picture: Path | None, overwrite: bool, quiet: bool) -> None:
    """Say where the bytes of a GIF are, frame by frame, and what would make it smaller, the most first.

    gifsom explain out.gif

    gifsom explain out.gif map.png

    PNG shows where in the picture the bytes go, a bar a frame, and the colors by their use.

    Savings are counted in the file, or measured: what is proposed has been tried, which takes some seconds.
    """
    with progress_bars(quiet) as progress:
        from gifsom.analysis.explain import explain

        found = explain(path, picture=picture, overwrite=overwrite, progress=progress)
    columns = min(100, shutil.get_terminal_size().columns)
    for line in text.explanation(found, columns, _bar_mark()):
        print(line)
    _tell_picture(picture, "a map of where in the picture the bytes go")


def _tell_picture(picture: Path | None, what: str) -> None:
    """Where the picture is; on a terminal, how to get one."""
    if picture is not None:
        print(f"{printable(picture)}: {what}")
    elif sys.stdout.isatty():
        print(f"name a .png file to get {what}")


def _bar_mark() -> str:
    """A block, where standard output can show it."""
    try:
        "█".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return "#"
    return "█"
