"""The commands for GIFs and palettes that are there."""

import sys
from pathlib import Path
from typing import Any

import click

from gifsom.cli import text
from gifsom.cli.after import Then, after
from gifsom.cli.common import given, progress_bars, tell_quality, tell_shortfall
from gifsom.cli.names import check_palette
from gifsom.cli.options import NAME, PATH, WHOLE, Command, argument, flag, option, quiet, takes
from gifsom.options.table import Coding, Part, Reader, Reading


@click.command(cls=Command)
@argument("source", type=NAME, metavar="IN", help="A GIF.")
@argument("target", type=PATH, required=False, metavar="OUT", help="The smaller GIF; another file than IN.")
@flag("--in-place", help="Replace IN, in one step, instead.")
@after
@quiet
@takes(Coding, Reading)
def optimize(source: str, target: Path | None, in_place: bool, then: Then, quiet: bool, **options: Any) -> None:
    """Make a GIF smaller. Its timing, size, loop and transparency stay; OUT is never larger than IN.

    gifsom optimize big.gif small.gif --quality 80

    gifsom optimize big.gif --in-place
    """
    with progress_bars(quiet) as progress:
        from gifsom.conversion.optimize import optimize

        found = optimize(source, target, in_place=in_place, progress=progress, **options)
    tell_shortfall(source, found.shortfall)
    if not quiet:
        tell_quality(found)
        print(text.optimization(source, found))
    then.do([found.path])


@click.command(cls=Command)
@argument("source", type=NAME, metavar="IN", help="A picture, a clip, or a folder of pictures.")
@argument(
    "target",
    type=PATH,
    required=False,
    metavar="OUT",
    help="The palette file: .gpl (GIMP), .act (Adobe), .png (swatches), .json or .npy.",
)
@option("--colors", type=WHOLE, metavar="N", help="Colors, 2 to 256. Without it: 256.")
@option("--figure", type=PATH, metavar="PNG", help="Draw input, output, index image and palette. Needs matplotlib.")
@option("--film", type=PATH, metavar="GIF", help="Film the map as it learns, from a gray line to the palette.")
@option("--background", metavar="COLOR", help="Put behind what is transparent; else it does not count.")
@quiet
@takes("overwrite", "seed", Part, Reading, Reader)
def palette(
    source: str,
    target: Path | None,
    colors: int | None,
    figure: Path | None,
    film: Path | None,
    background: str | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Learn the palette of a picture, a clip or a folder: keep it, look at it, or use it for a series of GIFs.

    gifsom palette photo.png photo.gpl --colors 64

    gifsom palette clip.mp4 --figure map.png --film learning.gif

    gifsom palette clip.mp4 shows the colors; in a pipe, one #rrggbb a line.

    A video is read as `gifsom convert` reads it: at most 15 fps, at most 640 pixels wide.
    """
    options |= given(colors=colors, background=background)
    if target is not None:
        check_palette(target)
    with progress_bars(quiet) as progress:
        from gifsom.analysis.palette import study

        found = study(source, target, figure_path=figure, film_path=film, progress=progress, **options)
    tell_shortfall(source, found.shortfall)
    if not (target or figure or film):
        _show_colors(found.palette.hexes)
    elif not quiet:
        print(text.palette([path for path in (target, figure, film) if path], found))


@click.command(cls=Command)
@argument("path", type=PATH, metavar="FILE.gif", help="A GIF.")
@flag("--json", "as_json", help="Everything, frame by frame, as JSON.")
def info(path: Path, as_json: bool) -> None:
    """Say what is in a GIF: size, frames, delays, palette, loop, and where the bytes are."""
    from gifsom.gif.reader import read_info

    found = read_info(path)
    if as_json:
        import json
        from dataclasses import asdict

        print(json.dumps({"path": str(path), **asdict(found)}, indent=1))
    else:
        for line in text.description(path, found):
            print(line)


def _show_colors(hexes: list[str]) -> None:
    """Swatches on a terminal that has all colors, 16 a line; elsewhere one "#rrggbb" a line."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    if not sys.stdout.isatty() or console.color_system != "truecolor":
        print(*hexes, sep="\n")
        return
    for first in range(0, len(hexes), 16):
        console.print(Text.assemble(*(("   ", f"on {color}") for color in hexes[first : first + 16])))
    console.print(text.count(len(hexes), "color"))
