"""The edits in the table of options that show, hide, or dress up: zoom, backdrop, overlays, text, redaction."""

from typing import TYPE_CHECKING, Annotated, Any, TypedDict

from gifsom.core.deferred import Deferred
from gifsom.core.values import check_seconds
from gifsom.options.option import ANYWHERE, Edit, Option, file_text, flag, text

if TYPE_CHECKING:
    from gifsom import edit, sources
    from gifsom.draw import overlay as drawn
else:
    edit = Deferred("gifsom.edit")
    sources = Deferred("gifsom.sources")
    drawn = Deferred("gifsom.draw.overlay")


def opened(options: dict[str, Any]) -> dict[str, Any]:
    """The arguments of an edit, with the picture that lies in a file. Raises `SourceError`."""
    if "picture" in options:
        return options | {"picture": sources.open(options["picture"])}
    return options


class DressingEdits(TypedDict, total=False):
    """Edits that show, hide, or dress up."""

    zoom: Annotated[
        str | None,
        Edit(
            "Glide to a place, N times as large, from A to B seconds: 2@3-6+400+300; auto: to where the work is.",
            "N@A-B+X+Y|auto",
            read=lambda value: edit.parse_zoom(text(value)),
            apply=lambda clip, options: edit.zoom(clip, **options),
            placed=True,
        ),
    ]
    backdrop: Annotated[
        str | None,
        Edit(
            "Put it on a ground with round corners: window, plain or none (transparent), which may go on"
            " |background=blue-white, |picture=FILE, |padding=8%, |radius=12, |shadow=0.5.",
            "PRESET",
            read=lambda value: edit.parse_backdrop(text(value)),
            apply=lambda clip, options: edit.backdrop(clip, **opened(options)),
            settable=ANYWHERE,
            placed=True,
            files=lambda value, place: edit.with_files(value, place, ["picture"]),
        ),
    ]
    border: Annotated[
        int | str | None,
        Edit(
            "A line around it, that many pixels wide: 2, or '2|color=white'.",
            "N",
            read=lambda value: edit.parse_border(value),
            apply=lambda clip, options: edit.border(clip, **options),
            settable=ANYWHERE,
        ),
    ]
    overlay: Annotated[
        str | None,
        Edit(
            "Lay a picture or a clip over it: 'logo.png|size=20%'; |position=top-left, |opacity=60%, |time=0-5 and"
            " |fade=0.3, too.",
            "FILE",
            read=lambda value: edit.parse_overlay(file_text(value)),
            apply=lambda clip, options: edit.overlay(clip, **opened(options)),
            placed=True,
            files=lambda value, place: edit.with_files(value, place, [], head=True),
        ),
    ]
    caption: Annotated[
        str | None,
        Edit(
            "Text on the picture: 'Hello', or 'Hello|position=top|time=1-3'; |size=32, |outline=0 and |color=red, too."
            " On a box: |style=pill, |font=Inter, |weight=bold, |fade=0.3, |background=#223, |opacity=80%, |padding=9,"
            " |x=9, |y=9.",
            "TEXT",
            read=lambda value: edit.parse_caption(text(value)),
            apply=lambda clip, options: edit.caption(clip, **options),
            placed=True,
            files=lambda value, place: edit.with_files(value, place, ["font"]),
        ),
    ]
    subtitles: Annotated[
        str | None,
        Edit(
            "Each line of an .srt or .vtt file as a caption at its time; 'talk.srt|style=pill|shift=-60' and the other"
            " options of a caption.",
            "FILE",
            read=lambda value: edit.parse_subtitles(file_text(value)),
            apply=lambda clip, options: edit.subtitles(clip, **options),
            placed=True,
            files=lambda value, place: edit.with_files(value, place, ["font"], head=True),
        ),
    ]
    blur: Annotated[
        str | None,
        Edit(
            "Hide a part of the picture, from A to B seconds: nothing can be read below it; for secrets, --solid is"
            " safest. A place may move to another: 200x24+30+40..30+300@1-3.",
            "WxH+X+Y[@A-B]",
            read=lambda value: edit.parse_blur(text(value)),
            apply=lambda clip, options: edit.blur(clip, **options),
            placed=True,
        ),
    ]
    pixelate: Annotated[
        str | None,
        Edit(
            "The same in blocks, of 24 pixels or more: '200x96+30+40@1-3|block=32'. For secrets, --solid is safest.",
            "WxH+X+Y[@A-B]",
            read=lambda value: edit.parse_pixelate(text(value)),
            apply=lambda clip, options: edit.pixelate(clip, **options),
            placed=True,
        ),
    ]
    solid: Annotated[
        str | None,
        Edit(
            "The same under one color, for secrets such as passwords: '200x24+30+40@1-3|color=gray'.",
            "WxH+X+Y[@A-B]",
            read=lambda value: edit.parse_solid(text(value)),
            apply=lambda clip, options: edit.solid(clip, **options),
            placed=True,
        ),
    ]
    progress_bar: Annotated[bool | None, Edit("A bar along the bottom shows how much has been played.", read=flag)]
    progress_style: Annotated[
        str | None,
        Edit(
            "That bar in another style: 'color=tomato|height=6'; |position=top, too.",
            "STYLE",
            read=lambda value: edit.parse_style(text(value)),
            apply=lambda clip, options: edit.progress_style(clip, **options),
            placed=True,
        ),
    ]


class Drawing(TypedDict, total=False):
    """How the pointer and the clicks of a recording are drawn."""

    click_style: Annotated[
        str | None,
        Option(
            "Rings of clicks in other colors, of the left button and of the right one, and another radius:"
            " 'color=tomato|right=#48f|size=24'.",
            "STYLE",
            check=lambda _, value: drawn.parse_click_style(value),
            settable=ANYWHERE,
        ),
    ]
    pointer_scale: Annotated[
        float | None,
        Option(
            "Draw the pointer of a recording larger: 1.5, say.",
            "FACTOR",
            check=lambda _, value: drawn.check_pointer_scale(value),
            settable=ANYWHERE,
        ),
    ]
    spotlight: Annotated[bool | None, Option("A halo around the pointer of a recording.", settable=ANYWHERE)]
    hide_pointer: Annotated[
        float | None,
        Option(
            "Hide the pointer of a recording when it has rested that long.",
            "SECONDS",
            check=lambda name, value: check_seconds(name, value, 0),
            settable=ANYWHERE,
        ),
    ]
