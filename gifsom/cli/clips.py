"""The commands for GIFs and palettes that are there."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from gifsom.cli import text
from gifsom.cli.common import Quiet, given, progress_bars, tell_shortfall
from gifsom.cli.options import CODING, PART, READING, READING_GIF, Overwrite, Seed, takes


@takes(CODING, READING_GIF)
def optimize(
    source: Annotated[str, typer.Argument(metavar="IN", help="A GIF.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="The smaller GIF; another file than IN.")],
    quiet: Quiet = False,
    **options: Any,
) -> None:
    """Make a GIF smaller. Its timing, size, loop and transparency stay; OUT is never larger than IN.

    gifsom optimize big.gif small.gif --quality 80
    """
    with progress_bars(quiet) as progress:
        from gifsom.conversion.optimize import optimize

        found = optimize(source, target, progress=progress, **options)
    tell_shortfall(source, found.shortfall)
    if not quiet:
        print(text.optimization(source, found))


@takes(PART, READING)
def palette(
    source: Annotated[str, typer.Argument(metavar="IN", help="A picture, a clip, or a folder of pictures.")],
    target: Annotated[
        Path | None,
        typer.Argument(
            metavar="OUT", help="The palette file: .gpl (GIMP), .act (Adobe), .png (swatches), .json or .npy."
        ),
    ] = None,
    colors: Annotated[int | None, typer.Option(help="Colors, 2 to 256. Without it: 256.")] = None,
    figure: Annotated[
        Path | None,
        typer.Option(metavar="PNG", help="Draw input, output, index image and palette. Needs matplotlib."),
    ] = None,
    film: Annotated[
        Path | None, typer.Option(metavar="GIF", help="Film the map as it learns, from a grey line to the palette.")
    ] = None,
    background: Annotated[
        str | None, typer.Option(metavar="COLOR", help="Put behind what is transparent; else it does not count.")
    ] = None,
    overwrite: Overwrite = None,
    seed: Seed = None,
    quiet: Quiet = False,
    **options: Any,
) -> None:
    """Learn the palette of a picture, a clip or a folder: keep it, look at it, or use it for a series of GIFs.

    gifsom palette photo.png photo.gpl --colors 64

    gifsom palette clip.mp4 --figure map.png --film learning.gif

    gifsom palette clip.mp4 shows the colors; in a pipe, one #rrggbb a line.

    A video is read as `gifsom convert` reads it: at most 15 fps, at most 640 pixels wide.
    """
    options |= given(colors=colors, background=background, overwrite=overwrite, seed=seed)
    with progress_bars(quiet) as progress:
        from gifsom.analysis.palette import study

        found = study(source, target, figure_path=figure, film_path=film, progress=progress, **options)
    tell_shortfall(source, found.shortfall)
    if not (target or figure or film):
        _show_colors(found.palette.hexes)
    elif not quiet:
        print(text.palette([path for path in (target, figure, film) if path], found))


def info(
    path: Annotated[Path, typer.Argument(metavar="FILE.gif", help="A GIF.")],
    as_json: Annotated[bool, typer.Option("--json", help="Everything, frame by frame, as JSON.")] = False,
) -> None:
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
