"""The commands for clips and GIFs that are there."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from gifsom import lines
from gifsom.cli.common import (
    Colors,
    Duration,
    End,
    HoldLast,
    IdleLimit,
    MaxPixels,
    MaxSize,
    Overwrite,
    Quality,
    Quiet,
    Start,
    Strict,
    given,
    progress_bars,
    show_log,
    tell_shortfall,
)
from gifsom.settings import DITHERS, MAP_SIZES, MAX_FPS, VIDEO_FPS, VIDEO_WIDTH


def convert(
    source: Annotated[
        str,
        typer.Argument(metavar="IN", help="A video, a picture, a folder of pictures or a recording; a local one."),
    ],
    target: Annotated[
        Path | None,
        typer.Argument(metavar="OUT", help="The GIF; without it: IN's name, ending in .gif, in the current folder."),
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option(
            help=f"Frames a second, up to {MAX_FPS:g}; a slower clip keeps its own rate."
            f" Without it: at most {VIDEO_FPS:g} for a video; an animation keeps its delays."
        ),
    ] = None,
    width: Annotated[
        int | None,
        typer.Option(
            help="Width in pixels, never enlarged; the height follows."
            f" Without it: at most {VIDEO_WIDTH} for a video; an animation keeps its size."
        ),
    ] = None,
    start: Start = None,
    end: End = None,
    duration: Duration = None,
    colors: Colors = None,
    palette: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Use the palette in a .gpl, .act, .png, .json or .npy file, as `gifsom palette` writes it.",
        ),
    ] = None,
    quality: Quality = None,
    max_size: MaxSize = None,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Say how large it will be, and how good; nothing is written.")
    ] = False,
    map_size: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(MAP_SIZES),
            help="Colors of the shared map; of more than 256, a frame takes those that it needs. Without it: auto.",
        ),
    ] = None,
    dither: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(DITHERS),
            help="Patterns for colors that are missing: blue-noise stays still, floyd-steinberg is finer, and restless"
            " in a clip. Without it: auto, blue noise where bands would show.",
        ),
    ] = None,
    idle_limit: IdleLimit = None,
    hold_last: HoldLast = None,
    cursor: Annotated[
        bool | None, typer.Option(help="Show the pointer of a recording. Without it: it is shown.")
    ] = None,
    clicks: Annotated[
        bool | None, typer.Option(help="Show the clicks of a recording. Without it: where there are any.")
    ] = None,
    keys: Annotated[
        bool | None, typer.Option(help="Show the keys of a recording. Without it: where there are any.")
    ] = None,
    loop: Annotated[
        int | None,
        typer.Option(help="How many times it plays, 0 for ever. Without it: as an animation says, else for ever."),
    ] = None,
    background: Annotated[
        str | None,
        typer.Option(
            metavar="COLOR",
            help="Put behind a transparent clip: a name or '#rrggbb'. Without it: white; a GIF stays transparent.",
        ),
    ] = None,
    overwrite: Overwrite = None,
    strict: Strict = None,
    max_pixels: MaxPixels = None,
    seed: Annotated[
        int | None, typer.Option(help="Start of the random sample; the same seed gives the same file. Without it: 0.")
    ] = None,
    quiet: Quiet = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show what ffmpeg says.")] = False,
) -> None:
    """Convert a clip to a GIF.

    gifsom convert clip.mp4

    gifsom convert clip.mp4 short.gif --start 1:05 --duration 4 --width 480 --fps 12

    gifsom convert clip.mp4 --max-size 10MB lowers the quality until it fits, then, if not given, fps and width.
    """
    options = given(
        fps=fps,
        width=width,
        start=start,
        end=end,
        duration=duration,
        colors=colors,
        palette=palette,
        quality=quality,
        max_size=max_size,
        map_size=map_size,
        dither=dither,
        idle_limit=idle_limit,
        hold_last=hold_last,
        cursor=cursor,
        clicks=clicks,
        keys=keys,
        loop=loop,
        background=background,
        overwrite=overwrite,
        strict=strict,
        max_pixels=max_pixels,
        seed=seed,
    )
    if verbose:
        show_log()
    with progress_bars(quiet) as progress:
        from gifsom import pipeline

        if estimate:
            expected = pipeline.estimate(source, progress=progress, **options)
            shortfall, line = expected.shortfall, lines.estimate(source, expected)
        else:
            result = pipeline.convert(source, target, progress=progress, **options)
            shortfall, line = result.shortfall, lines.conversion(result)
    tell_shortfall(source, shortfall)
    if estimate or not quiet:
        print(line)


def optimize(
    source: Annotated[str, typer.Argument(metavar="IN", help="A GIF.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="The smaller GIF; another file than IN.")],
    quality: Quality = None,
    max_size: MaxSize = None,
    colors: Colors = None,
    overwrite: Overwrite = None,
    strict: Strict = None,
    max_pixels: MaxPixels = None,
    quiet: Quiet = False,
) -> None:
    """Make a GIF smaller. Its timing, size, loop and transparency stay; OUT is never larger than IN.

    gifsom optimize big.gif small.gif --quality 80
    """
    options = given(
        quality=quality,
        max_size=max_size,
        colors=colors,
        overwrite=overwrite,
        strict=strict,
        max_pixels=max_pixels,
    )
    with progress_bars(quiet) as progress:
        from gifsom.shrink import optimize

        found = optimize(source, target, progress=progress, **options)
    tell_shortfall(source, found.shortfall)
    if not quiet:
        print(lines.optimization(source, found))


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
    start: Start = None,
    end: End = None,
    duration: Duration = None,
    background: Annotated[
        str | None, typer.Option(metavar="COLOR", help="Put behind what is transparent; else it does not count.")
    ] = None,
    overwrite: Annotated[bool | None, typer.Option("--overwrite", help="Replace files that are there.")] = None,
    strict: Strict = None,
    max_pixels: MaxPixels = None,
    seed: Annotated[int | None, typer.Option(help="Start of the random choices. Without it: 0.")] = None,
    quiet: Quiet = False,
) -> None:
    """Learn the palette of a picture, a clip or a folder: keep it, look at it, or use it for a series of GIFs.

    gifsom palette photo.png photo.gpl --colors 64

    gifsom palette clip.mp4 --figure map.png --film learning.gif

    gifsom palette clip.mp4 shows the colors; in a pipe, one #rrggbb a line.

    A video is read as `gifsom convert` reads it: at most 15 fps, at most 640 pixels wide.
    """
    options = given(
        colors=colors,
        start=start,
        end=end,
        duration=duration,
        background=background,
        overwrite=overwrite,
        strict=strict,
        max_pixels=max_pixels,
        seed=seed,
    )
    with progress_bars(quiet) as progress:
        from gifsom.study import study

        found = study(source, target, figure_path=figure, film_path=film, progress=progress, **options)
    tell_shortfall(source, found.shortfall)
    if not (target or figure or film):
        _show_colors(found.palette.hexes)
    elif not quiet:
        print(lines.palette([path for path in (target, figure, film) if path], found))


def info(
    path: Annotated[Path, typer.Argument(metavar="FILE.gif", help="A GIF.")],
    as_json: Annotated[bool, typer.Option("--json", help="Everything, frame by frame, as JSON.")] = False,
) -> None:
    """Say what is in a GIF: size, frames, delays, palette, loop, and where the bytes are."""
    from gifsom.info import read_info

    found = read_info(path)
    if as_json:
        import json
        from dataclasses import asdict

        print(json.dumps({"path": str(path), **asdict(found)}, indent=1))
    else:
        for line in lines.description(path, found):
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
    console.print(lines.count(len(hexes), "color"))
