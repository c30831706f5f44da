"""The options that commands share, each declared once, and in which order they were typed."""

import re
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from inspect import Parameter, signature
from pathlib import Path
from typing import Annotated, Any, Final, get_args, get_origin

import typer
from typer.core import TyperCommand, TyperGroup

from gifsom.core.values import DITHERS, MAP_SIZES, MAX_FPS, MAX_PIXELS, QUALITY, READERS

_TYPED: Final = "gifsom.typed"

_NUMBER: Final = re.compile(r"[0-9]+(\.[0-9]+)?")


class _Plain:
    """Takes texts, switches and plain numbers as they are typed.

    Typer asks pydantic, whose import takes a seventh of a small conversion. It still does for all else, and for what is
    wrong.
    """

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        several = param.multiple or param.nargs == -1
        if value is None:
            return () if several else None
        kind, info = param.type_descriptor.annotation, param.type_descriptor.parameter_info
        [kind] = get_args(kind) if get_origin(kind) is list else [kind]
        if info.min is None and info.max is None:
            with suppress(ValueError):
                return [_plain(kind, one) for one in value] if several else _plain(kind, value)
        param._runtime_param = None
        return param.get_runtime_param().coerce(value, param=param, ctx=ctx)


def _plain(kind: Any, value: Any) -> Any:
    """A value as one of a kind. Raises `ValueError` where that is not plain."""
    if type(value) is kind and kind in (str, bool, int, float):
        return value
    if kind in (int, float) and isinstance(value, str) and _NUMBER.fullmatch(value):
        return kind(value)
    raise ValueError


def _plainly(parameters: list[Any]) -> list[Any]:
    """The same parameters of typer, which take what is plain by themselves."""
    for parameter in parameters:
        parameter._runtime_param = _Plain()
    return parameters


class Commands(TyperGroup):
    """All commands."""

    def get_params(self, ctx: Any) -> list[Any]:
        return _plainly(super().get_params(ctx))


class InOrder(TyperCommand):
    """A command that remembers the names of its parameters in the order in which they were typed."""

    def get_params(self, ctx: Any) -> list[Any]:
        return _plainly(super().get_params(ctx))

    def make_parser(self, ctx: Any) -> Any:
        """The parser of typer, which knows that order and does not tell it."""
        parser = super().make_parser(ctx)
        parse = parser.parse_args

        def remember(args: list[str]) -> tuple[Any, Any, Any]:
            values, rest, order = parse(args)
            ctx.meta[_TYPED] = [parameter.name for parameter in order]
            return values, rest, order

        parser.parse_args = remember  # type: ignore[method-assign]
        return parser


PANEL: Final = "Edits, done in the order in which they are typed"


def _switch(name: str, text: str) -> Any:
    """An option of an edit that is done or not."""
    return Annotated[bool | None, typer.Option(name, help=text, rich_help_panel=PANEL)]


def _edit(kind: Any, metavar: str, text: str) -> Any:
    """An option of an edit, which may be given several times."""
    return Annotated[list[kind] | None, typer.Option(metavar=metavar, help=text, rich_help_panel=PANEL)]


EDITING: Final[dict[str, Any]] = {
    "fps": _edit(float, "F", f"Frames a second, up to {MAX_FPS:g}; a slower clip keeps its own rate."),
    "width": _edit(int, "N", "Width in pixels, never enlarged; the height follows."),
    "height": _edit(int, "N", "Height in pixels, never enlarged; the width follows."),
    "fit": _edit(str, "WxH", "As large as fits into this, never enlarged."),
    "scale": _edit(float, "FACTOR", "Smaller or larger, such as 0.5 or 2; pixel art keeps its pixels."),
    "crop": _edit(str, "WxH+X+Y|auto", "A part of the picture; auto: without borders of one color."),
    "rotate": _edit(int, "90|180|270", "Turn the picture, clockwise."),
    "flip": _edit(str, "horizontal|vertical", "Left and right, or top and bottom, change places."),
    "speed": _edit(float, "FACTOR", "Faster or slower: 2 takes half the time, 0.5 twice as long."),
    "fast_forward": _edit(
        str, "A:B@Nx", "From A to B seconds N times as fast, such as 3:10@4x or 1:05-1:30@4x,badge, which says so."
    ),
    "reverse": _switch("--reverse", "Backward."),
    "boomerang": _switch("--boomerang", "Forward, then backward."),
    "loop_smooth": _edit(
        float,
        "SECONDS",
        "Cut to the part that loops best, cross-fading that long where it begins again; 0: only cut.",
    ),
    "trim_still": _switch("--trim-still", "Without the still beginning and end."),
    "drop_duplicates": _switch("--drop-duplicates", "Without frames that show what the one before does."),
    "idle_limit": _edit(float, "SECONDS", "Shorten stretches in which nothing changes to this."),
    "hold_last": _edit(float, "SECONDS", "Show the last frame at least that long."),
    "caption": _edit(
        str,
        "TEXT",
        "Text on the picture: 'Hello', or 'Hello|position=top|time=1-3|size=32|outline=0|color=red'.",
    ),
    "blur": _edit(str, "WxH+X+Y[@A-B]", "Hide a part of the picture, such as a password, from A to B seconds."),
    "progress_bar": _switch("--progress-bar", "A bar along the bottom shows how much has been played."),
    "grayscale": _switch("--grayscale", "Without colors."),
    "brightness": _edit(float, "FACTOR", "Darker or brighter; 1 is as it is."),
    "contrast": _edit(float, "FACTOR", "Less or more contrast."),
    "saturation": _edit(float, "FACTOR", "Paler or more colorful."),
}
"""Edits, see `gifsom.edit.chain.EDITS`."""

Start = Annotated[
    str | None, typer.Option(metavar="TIME", help="Where to begin: 12.5, 1:05 or 0:01:05.250. Without it: at 0.")
]
End = Annotated[str | None, typer.Option(metavar="TIME", help="Where to end in the clip. Without it: at its end.")]
Duration = Annotated[str | None, typer.Option(metavar="TIME", help="How long to go on, instead of --end.")]
Overwrite = Annotated[bool | None, typer.Option("--overwrite", help="Replace what is there.")]
Strict = Annotated[bool | None, typer.Option("--strict", help="Fail where only a part of a damaged clip can be read.")]
MaxPixels = Annotated[
    int | None, typer.Option(help=f"Refuse pictures with more pixels than this. Without it: {MAX_PIXELS}.")
]
Reader = Annotated[
    str | None,
    typer.Option(
        metavar="|".join(READERS),
        autocompletion=lambda: [*READERS],
        help="The plugin of imageio that reads the files, whatever is in them.",
    ),
]
Seed = Annotated[
    int | None, typer.Option(help="Start of the random choices; the same seed gives the same file. Without it: 0.")
]

PART: Final[dict[str, Any]] = {"start": Start, "end": End, "duration": Duration}
"""Which part of a clip; it comes before all edits."""

READING: Final[dict[str, Any]] = {"strict": Strict, "max_pixels": MaxPixels, "reader": Reader}
"""How a source is read."""

READING_GIF: Final[dict[str, Any]] = {"strict": Strict, "max_pixels": MaxPixels}
"""How a GIF is read."""

CODING: Final[dict[str, Any]] = {
    "quality": Annotated[
        int | None,
        typer.Option(
            help=f"1 to 100: the lower, the smaller the file. Without it: {QUALITY}, and exact where all colors fit."
            " A transparent clip gets the nearest colors, whatever the quality.",
        ),
    ],
    "max_size": Annotated[
        str | None,
        typer.Option(
            metavar="SIZE", help="The best that fits in this many bytes, such as 750000, 500kB, 10MB or 1.5MiB."
        ),
    ],
    "colors": Annotated[int | None, typer.Option(help="Visible colors, 2 to 256. Without it: as many as fit.")],
    "overwrite": Overwrite,
}
"""How good a GIF is to be."""

TUNING: Final[dict[str, Any]] = {
    "palette": Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Use the palette in a .gpl, .act, .png, .json or .npy file, as `gifsom palette` writes it.",
        ),
    ],
    "map_size": Annotated[
        str | None,
        typer.Option(
            metavar="|".join(MAP_SIZES),
            autocompletion=lambda: [*MAP_SIZES],
            help="Colors of the shared map; of more than 256, a frame takes those that it needs. Without it: auto.",
        ),
    ],
    "dither": Annotated[
        str | None,
        typer.Option(
            metavar="|".join(DITHERS),
            autocompletion=lambda: [*DITHERS],
            help="Patterns for colors that are missing: blue-noise stays still, floyd-steinberg is finer, and restless"
            " in a clip. Without it: auto, blue noise where bands would show.",
        ),
    ],
    "loop": Annotated[
        int | None,
        typer.Option(help="How many times it plays, 0 for ever. Without it: as an animation says, else for ever."),
    ],
    "background": Annotated[
        str | None,
        typer.Option(
            metavar="COLOR",
            help="Put behind a transparent clip: a name or '#rrggbb'. Without it: white behind a video; pictures stay"
            " transparent.",
        ),
    ],
    "transparent": Annotated[
        bool | None, typer.Option("--transparent", help="A video stays transparent, too, with clean edges.")
    ],
    "seed": Seed,
}
"""The rest of what a conversion may be told."""

SHOWING: Final[dict[str, Any]] = {
    "cursor": Annotated[bool | None, typer.Option(help="Show the pointer of a recording. Without it: it is shown.")],
    "clicks": Annotated[
        bool | None, typer.Option(help="Show the clicks of a recording. Without it: where there are any.")
    ],
    "keys": Annotated[bool | None, typer.Option(help="Show the keys of a recording. Without it: where there are any.")],
}
"""What of a recording is drawn."""


def takes(*groups: dict[str, Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of some groups in place of its `**options`, which holds those that were given.

    Edits are in `options["edits"]`, in the order in which they were typed.
    """
    shared = {name: kind for group in groups for name, kind in group.items()}
    added = [Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=kind) for name, kind in shared.items()]
    added.append(Parameter("context", Parameter.KEYWORD_ONLY, annotation=typer.Context))

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def run(**values: Any) -> None:
            typed = values.pop("context").meta.get(_TYPED, [])
            given = {name: value for name in shared if (value := values.pop(name)) not in (None, [])}
            edits = {name: given.pop(name) for name in EDITING if name in given}
            command(**values, **given, **_usual(edits, typed), **_in_order(edits, typed))

        own = signature(command)
        kept = [one for one in own.parameters.values() if one.kind is not Parameter.VAR_KEYWORD]
        run.__signature__ = own.replace(parameters=kept + added)  # type: ignore[attr-defined]
        return run

    return decorate


def _usual(edits: dict[str, Any], typed: list[str]) -> dict[str, Any]:
    """Rate and width that settings files or a preset say: the usual ones, where the command line asks for others."""
    return {f"usual_{name}": edits.pop(name)[0] for name in ("fps", "width") if name in edits and name not in typed}


def _in_order(edits: dict[str, Any], typed: list[str]) -> dict[str, Any]:
    """Each value with the name of its edit, in the order typed; those that were not typed, but set, come last."""
    left = {
        name: deque(values if isinstance(values, list) else [values] * max(1, typed.count(name)))
        for name, values in edits.items()
    }
    ordered = [(name, left[name].popleft()) for name in typed if name in left]
    ordered += [(name, value) for name, values in left.items() for value in values]
    return {"edits": ordered} if ordered else {}
