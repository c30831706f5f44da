"""The edits of a clip's pictures in the table of options: size, part, place, pace and tone."""

from typing import TYPE_CHECKING, Annotated, TypedDict

from gifsom.core.deferred import Deferred
from gifsom.options.option import ANYWHERE, Edit, factor, flag, number, seconds, text

if TYPE_CHECKING:
    from gifsom import edit
    from gifsom.core.frame import Rect
else:
    edit = Deferred("gifsom.edit")


class PictureEdits(TypedDict, total=False):
    """Edits of what is shown, and of its speed."""

    width: Annotated[
        int | None,
        Edit(
            "Width in pixels, or in percent, never enlarged; the height follows. WxH is as --fit.",
            "N",
            read=lambda value: edit.parse_side("width", value),
            settable=ANYWHERE,
            sizes=True,
        ),
    ]
    height: Annotated[
        int | None,
        Edit(
            "Height in pixels, or in percent, never enlarged; the width follows.",
            "N",
            read=lambda value: edit.parse_side("height", value),
            settable=ANYWHERE,
            sizes=True,
        ),
    ]
    fit: Annotated[
        str | tuple[int, int] | None,
        Edit("As large as fits into this, never enlarged.", "WxH", settable=ANYWHERE, sizes=True),
    ]
    scale: Annotated[
        float | None,
        Edit(
            "Smaller or larger, such as 0.5, 50% or 2; pixel art keeps its pixels.",
            "FACTOR",
            read=lambda value: factor(value, "; sides in pixels are for width, height and fit"),
            sizes=True,
            placed=True,
        ),
    ]
    crop: Annotated[
        "str | Rect | tuple[int, int, int, int] | None",
        Edit(
            "A part of the picture; auto: without borders of one color.",
            "WxH+X+Y|auto",
            read=lambda value: edit.parse_area(value),
            placed=True,
        ),
    ]
    rotate: Annotated[int | None, Edit("Turn the picture, clockwise.", "90|180|270", read=number)]
    flip: Annotated[str | None, Edit("Left and right, or top and bottom, change places.", "horizontal|vertical")]
    speed: Annotated[
        float | None,
        Edit("Faster or slower: 2 or 2x takes half the time, 0.5 twice as long.", "FACTOR", read=factor),
    ]
    fast_forward: Annotated[
        str | None,
        Edit(
            "From A to B seconds N times as fast, such as 3:10@4x or 1:05-1:30@4x,badge, which says so.",
            "A:B@Nx",
            read=lambda value: edit.parse_stretch(text(value)),
            apply=lambda clip, stretch: edit.fast_forward(clip, *stretch),
            placed=True,
        ),
    ]
    reverse: Annotated[bool | None, Edit("Backward.", read=flag)]
    boomerang: Annotated[bool | None, Edit("Forward, then backward.", read=flag)]
    loop_smooth: Annotated[
        float | None,
        Edit(
            "Cut to the part that loops best, cross-fading that long where it begins again; 0: only cut.",
            "SECONDS",
            read=seconds,
        ),
    ]
    still_outside: Annotated[
        str | None,
        Edit(
            "Only this part moves; around it the first picture stays.",
            "WxH+X+Y",
            read=lambda value: edit.parse_area(value),
            placed=True,
        ),
    ]
    trim_still: Annotated[bool | None, Edit("Without the still beginning and end.", read=flag, judges=True)]
    drop_duplicates: Annotated[
        bool | None, Edit("Without frames that show what the one before does.", read=flag, judges=True)
    ]
    idle_limit: Annotated[
        float | None,
        Edit(
            "Shorten stretches in which nothing changes to this.",
            "SECONDS",
            read=seconds,
            settable=ANYWHERE,
            judges=True,
        ),
    ]
    hold_last: Annotated[
        float | None, Edit("Show the last frame at least that long.", "SECONDS", read=seconds, settable=ANYWHERE)
    ]
    grayscale: Annotated[bool | None, Edit("Without colors.", read=flag)]
    brightness: Annotated[float | None, Edit("Darker or brighter; 1 is as it is.", "FACTOR", read=factor)]
    contrast: Annotated[float | None, Edit("Less or more contrast.", "FACTOR", read=factor)]
    saturation: Annotated[float | None, Edit("Paler or more colorful.", "FACTOR", read=factor)]
