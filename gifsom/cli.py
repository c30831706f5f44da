"""The command line: the only place that prints, asks or exits.

What a command needs is imported when it runs: `gifsom --help` waits for none of it.
"""

import io
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

import gifsom
from gifsom import lines
from gifsom.errors import GifsomError, SettingError, printable
from gifsom.settings import DITHERS, MAP_SIZES, MAX_FPS, MAX_PIXELS, QUALITY, VIDEO_FPS, VIDEO_WIDTH

if TYPE_CHECKING:
    from gifsom.clip import Shortfall
    from gifsom.job import Progress

FAILED: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 130

app = typer.Typer(
    help="Convert clips to small GIFs, with colors that a self-organizing map learns from the whole clip.",
    epilog="Exit status: 0 done, 1 it could not be done, 2 wrong usage, 130 interrupted.",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_interrupted: list[int] = []
"""The signals that came. An exception that is raised in what LLVM calls back, while a kernel is loaded, is lost there,
or ends the process."""

# Options that commands share.
Start = Annotated[
    str | None, typer.Option(metavar="TIME", help="Where to begin: 12.5, 1:05 or 0:01:05.250. Without it: at 0.")
]
End = Annotated[str | None, typer.Option(metavar="TIME", help="Where to end in the clip. Without it: at its end.")]
Duration = Annotated[str | None, typer.Option(metavar="TIME", help="How long to go on, instead of --end.")]
Quality = Annotated[
    int | None,
    typer.Option(
        help=f"1 to 100: the lower, the smaller the file. Without it: {QUALITY}, and exact where all colors fit."
        " A transparent clip gets the nearest colors, whatever the quality.",
    ),
]
MaxSize = Annotated[
    str | None,
    typer.Option(metavar="SIZE", help="The best that fits in this many bytes, such as 750000, 500kB, 10MB or 1.5MiB."),
]
Colors = Annotated[int | None, typer.Option(help="Visible colors, 2 to 256. Without it: as many as fit.")]
Overwrite = Annotated[bool | None, typer.Option("--overwrite", help="Replace OUT if it is there.")]
Strict = Annotated[bool | None, typer.Option("--strict", help="Fail where only a part of a damaged clip can be read.")]
MaxPixels = Annotated[
    int | None, typer.Option(help=f"Refuse pictures with more pixels than this. Without it: {MAX_PIXELS}.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no closing line; errors are still told.")]


@app.command()
def convert(
    source: Annotated[
        str, typer.Argument(metavar="IN", help="A video, a picture or a folder of pictures; a local one.")
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
    options = _given(
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
        loop=loop,
        background=background,
        overwrite=overwrite,
        strict=strict,
        max_pixels=max_pixels,
        seed=seed,
    )
    if verbose:
        _show_log()
    with _progress(quiet) as progress:
        from gifsom import pipeline

        if estimate:
            expected = pipeline.estimate(source, progress=progress, **options)
            shortfall, line = expected.shortfall, lines.estimate(source, expected)
        else:
            result = pipeline.convert(source, target, progress=progress, **options)
            shortfall, line = result.shortfall, lines.conversion(result)
    _tell_shortfall(source, shortfall)
    if estimate or not quiet:
        print(line)


@app.command()
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
    options = _given(
        quality=quality,
        max_size=max_size,
        colors=colors,
        overwrite=overwrite,
        strict=strict,
        max_pixels=max_pixels,
    )
    with _progress(quiet) as progress:
        from gifsom.shrink import optimize

        found = optimize(source, target, progress=progress, **options)
    _tell_shortfall(source, found.shortfall)
    if not quiet:
        print(lines.optimization(source, found))


@app.command()
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
    options = _given(
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
    with _progress(quiet) as progress:
        from gifsom.study import study

        found = study(source, target, figure_path=figure, film_path=film, progress=progress, **options)
    _tell_shortfall(source, found.shortfall)
    if not (target or figure or film):
        _show_colors(found.palette.hexes)
    elif not quiet:
        print(lines.palette([path for path in (target, figure, film) if path], found))


@app.command()
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


@app.callback(invoke_without_command=True)
def _options(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False,
) -> None:
    if version:
        print(f"gifsom {gifsom.__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())
        raise typer.Exit(USAGE)


def _given(**options: object) -> dict[str, Any]:
    """Those that were given: the others keep the defaults of `Settings`."""
    return {name: value for name, value in options.items() if value is not None}


def _tell_shortfall(source: str, missing: "Shortfall | None") -> None:
    if missing is not None:
        _complain(f"{printable(source)}: only {missing.amount} could be read{missing.cause}")


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


@contextmanager
def _progress(quiet: bool) -> "Iterator[Progress]":
    """A bar a stage on a terminal, nothing elsewhere; a compilation is told wherever it happens."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, highlight=False)
    columns = TextColumn("{task.description:16}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as bars:
        told: list[bool] = []

        def compiling() -> None:
            if not told and not quiet:
                told.append(True)
                console.print("gifsom: compiling for this machine, for the first time only …", soft_wrap=True)

        tasks: dict[str, Any] = {}

        def progress(stage: str, done: int, of: int | None) -> None:
            if _interrupted:
                raise KeyboardInterrupt
            if stage not in tasks:
                for task in tasks.values():
                    bars.update(task, total=bars.tasks[task].completed)
                tasks[stage] = bars.add_task(stage, total=of)
            bars.update(tasks[stage], completed=done, total=None if of is None else max(done, of))

        from gifsom.jit import on_compile

        on_compile(compiling)
        yield progress


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt, but not out of numba: then `progress` does, as soon as the kernel is loaded."""
    _interrupted.append(number)
    while frame is not None:
        if frame.f_globals.get("__name__", "").startswith(("numba.", "llvmlite.")):
            return
        frame = frame.f_back
    raise KeyboardInterrupt


def _show_log() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    log = logging.getLogger("gifsom")
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)


def _complain(message: str) -> None:
    print(f"gifsom: {message}", file=sys.stderr)


def main() -> None:
    """Run the command line; every failure is one line on stderr and an exit status."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # matrices are small here: more threads cost a tenth more
    for number in (signal.SIGINT, signal.SIGTERM):  # a terminated program cleans up as an interrupted one
        signal.signal(number, _interrupt)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal cannot show is shown somehow
    try:
        status = app(standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as error:
        _complain(f"{error.format_message()} (--help tells more)")
        status = USAGE
    except SettingError as error:
        _complain(str(error))
        status = USAGE
    except GifsomError as error:
        _complain(str(error))
        status = FAILED
    except (KeyboardInterrupt, typer.Abort):
        status = INTERRUPTED
    except OSError as error:  # of print: whatever else is read or written has errors of its own
        _complain(f"standard output: {error.strerror}")
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is still buffered must not fail again at exit
        status = FAILED
    if status == INTERRUPTED:
        _complain("interrupted, nothing is left behind")
    sys.exit(status)
