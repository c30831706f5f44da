"""The one table of all options and edits of a conversion.

An entry is the option's name, its type, and an `Option` or `Edit`. From it come the keywords of `gifsom.convert` and
what `help` says of them, their checks and defaults, the options of the command line, and the keys of settings files. A
new edit is an entry here, or in a group that is imported, its function in gifsom.edit, and its line in gifsom.clip.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, TypedDict

from gifsom.core import values
from gifsom.core.deferred import Deferred
from gifsom.core.values import Color, Seconds, check_fps, parse_color, parse_fps, parse_size
from gifsom.options.dressing import Drawing, DressingEdits
from gifsom.options.option import ANYWHERE, Edit, Option, always, entries, kinds, listing, whole
from gifsom.options.pictures import PictureEdits
from gifsom.options.timeline import TimelineEdits

if TYPE_CHECKING:
    from pathlib import Path

    from gifsom import edit
    from gifsom.palette.palette import Palette
else:
    edit = Deferred("gifsom.edit")


class Part(TypedDict, total=False):
    """Which part of a clip; it is taken before all edits."""

    start: Annotated[
        Seconds,
        Option("Where to begin: 12.5, 1:05 or 0:01:05.250. Without it: at 0.", "TIME", default=0.0, settable=()),
    ]
    end: Annotated[Seconds | None, Option("Where to end in the clip. Without it: at its end.", "TIME", settable=())]
    duration: Annotated[Seconds | None, Option("How long to go on, instead of an end.", "TIME", settable=())]


class Rate(TypedDict, total=False):
    """The edit that pictures without a time of their own need."""

    fps: Annotated[
        float | None,
        Edit(
            f"Frames a second, of which {values.MAX_FPS:g} at most are shown; a slower clip keeps its own rate.",
            "F",
            read=parse_fps,
            settable=ANYWHERE,
            paces=always,
        ),
    ]


class Judging(TypedDict, total=False):
    """How the edits of what is still judge."""

    still_threshold: Annotated[
        float | str | None,
        Option(
            "Percent of the picture that may change and still count as still, for the three edits of stillness."
            " Without it: next to nothing; noise and a blinking cursor never count.",
            "PERCENT",
            check=lambda _, value: edit.check_threshold(value),
            settable=ANYWHERE,
        ),
    ]


class Ceiling(TypedDict, total=False):
    """How many frames there may be."""

    max_frames: Annotated[
        int | None,
        Option(
            "At most that many frames: where there are more, there are fewer a second.",
            check=whole(1, 1_000_000),
            settable=ANYWHERE,
        ),
    ]


class Edits(PictureEdits, DressingEdits, TimelineEdits, total=False):
    """All edits but that of the rate."""


class Coding(TypedDict, total=False):
    """How good a GIF is to be."""

    quality: Annotated[
        int | None,
        Option(
            f"1 to 100: the lower, the smaller the file. Without it: {values.QUALITY}, and exact where all colors fit."
            " A transparent clip gets the nearest colors, whatever the quality.",
            check=whole(1, 100),
            settable=ANYWHERE,
        ),
    ]
    max_size: Annotated[
        int | str | None,
        Option(
            "At most this many bytes, such as 750000, 500kB, 10MB or 1.5MiB: the usual quality where it fits, else the"
            " best that does. With --quality 100 the space is filled.",
            "SIZE",
            check=lambda _, value: parse_size(value),
            settable=ANYWHERE,
        ),
    ]
    colors: Annotated[
        int,
        Option(
            f"Visible colors, 2 to {values.TABLE}. Without it: as many as fit.",
            default=values.TABLE,
            check=whole(2, values.TABLE),
            settable=ANYWHERE,
        ),
    ]
    overwrite: Annotated[bool, Option("Replace what is there.", default=False, settable=ANYWHERE)]


class Learning(TypedDict, total=False):
    """How the map of colors is learned."""

    map_size: Annotated[
        int | str,
        Option(
            "Colors of the shared map; of more than 256, a frame takes those that it needs. Without it: auto.",
            choices=values.MAP_SIZES,
            default="auto",
        ),
    ]
    seed: Annotated[
        int,
        Option(
            "Start of the random choices; the same seed gives the same file. Without it: 0.",
            default=0,
            check=whole(0, 2**63),
        ),
    ]


class Look(TypedDict, total=False):
    """The rest of what says how a GIF looks."""

    palette: Annotated[
        "Palette | str | Path | None",
        Option(
            "Use the palette in a .gpl, .act, .png, .json or .npy file, as `gifsom palette` writes it.",
            "FILE",
            files=lambda value, place: place(value),
        ),
    ]
    dither: Annotated[
        str,
        Option(
            "Patterns for colors that are missing: blue-noise stays still, floyd-steinberg is finer, and restless"
            " in a clip. Without it: auto, blue noise where bands would show.",
            choices=values.DITHERS,
            default="auto",
        ),
    ]
    background: Annotated[
        str | Color | None,
        Option(
            "Put behind a transparent clip: a name or '#rrggbb'. Without it: white behind a video; pictures stay"
            " transparent.",
            "COLOR",
            check=lambda _, value: parse_color(value),
        ),
    ]
    transparent: Annotated[bool, Option("A video stays transparent, too, with clean edges.", default=False)]


class Plays(TypedDict, total=False):
    """How often a GIF plays."""

    loop: Annotated[
        int | None,
        Option(
            "How many times it plays, 0 for ever. Without it: as an animation says, else for ever.",
            check=whole(0, 65_536),
        ),
    ]


class Showing(TypedDict, total=False):
    """Which parts of a recording are drawn."""

    cursor: Annotated[
        bool | None,
        Option("Show the pointer of a recording. Without it: it is shown.", negated=True, settable=ANYWHERE),
    ]
    clicks: Annotated[
        bool | None,
        Option("Show the clicks of a recording. Without it: where there are any.", negated=True, settable=ANYWHERE),
    ]
    keys: Annotated[
        bool | None,
        Option("Show the keys of a recording. Without it: where there are any.", negated=True, settable=ANYWHERE),
    ]


class Shortcuts(TypedDict, total=False):
    """Which of a recording's keys are drawn."""

    shortcuts: Annotated[
        bool | None,
        Option("Of the keys, show only combinations with Ctrl, Alt or Super, and function keys.", settable=ANYWHERE),
    ]


class Reading(TypedDict, total=False):
    """How a source is read."""

    strict: Annotated[bool, Option("Fail where only a part of a damaged clip can be read.", default=False)]
    trust: Annotated[
        bool, Option("Open files that a .gifsom document names outside of its folder.", default=False, settable=())
    ]
    max_pixels: Annotated[
        int,
        Option(
            f"Refuse pictures with more pixels than this. Without it: {values.MAX_PIXELS}.",
            default=values.MAX_PIXELS,
            check=whole(1, 2**31 - 1),
        ),
    ]


class Reader(TypedDict, total=False):
    """With what a source is read."""

    reader: Annotated[
        str | None,
        Option(
            "The plugin of imageio that reads the files, whatever is in them.", choices=values.READERS, any_case=True
        ),
    ]
    stream: Annotated[
        int | None,
        Option(
            "Which stream of a video that has several: 0 is the file's first. Without it: the one that players show.",
            check=whole(0, 65_535),
            settable=(),
        ),
    ]
    deinterlace: Annotated[
        str,
        Option(
            "Make whole pictures of the fields of interlaced video. Without it: auto, where it is interlaced.",
            choices=values.DEINTERLACE,
            default="auto",
        ),
    ]


class Usual(TypedDict, total=False):
    """Fields that the command line fills from the order of typed edits, and from presets."""

    usual_fps: Annotated[
        float | None,
        Option(
            "Frames a second at most where no fps are asked. Without it: 15, and an animation's own delays.",
            check=lambda _, value: check_fps(value),
            typed=False,
            settable=(),
        ),
    ]
    usual_width: Annotated[
        int | None,
        Option(
            "Width in pixels at most where no size is asked. Without it: 640, and an animation's own size.",
            check=whole(1, values.MAX_SIDE),
            typed=False,
            settable=(),
        ),
    ]
    edits: Annotated[
        Sequence[tuple[str, Any]],
        Option(
            "Names of edits with their values, done in their order after those that have keywords of their own.",
            default=(),
            typed=False,
            settable=(),
        ),
    ]


class WriterOptions(
    Edits,
    Judging,
    Ceiling,
    Coding,
    Learning,
    Look,
    Plays,
    Showing,
    Shortcuts,
    Drawing,
    Reading,
    Reader,
    Usual,
    total=False,
):
    """Options of a GIF that is made of pictures which have their times."""


class OptimizeOptions(Coding, Learning, Reading, total=False):
    """Options that do not change what a GIF shows, or when."""


class Options(Part, Rate, WriterOptions, total=False):
    """Keywords of `gifsom.convert`; edits are done in the order in which they stand."""


OPTIONS: Final = entries(Options)
"""All options of a conversion."""

EDITS: Final[dict[str, Edit]] = {name: one for name, one in OPTIONS.items() if isinstance(one, Edit)}
"""Options that are edits."""

KINDS: Final = {name: kinds(kind) for name, kind in Options.__annotations__.items()}
"""Kinds of values of each option, for settings files and command lines."""

Options.__doc__ = f"{Options.__doc__}\n\n{listing(Options)}"
