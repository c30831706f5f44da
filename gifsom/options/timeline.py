"""The edits of a clip's timeline in the table of options: which frames there are, in which order, and for how long."""

from typing import TYPE_CHECKING, Annotated, TypedDict

from gifsom.core.deferred import Deferred
from gifsom.options.option import Edit, text

if TYPE_CHECKING:
    from gifsom import edit, sources
else:
    edit = Deferred("gifsom.edit")
    sources = Deferred("gifsom.sources")


class TimelineEdits(TypedDict, total=False):
    """Edits of a timeline."""

    cut: Annotated[
        str | None,
        Edit(
            "Leave out stretches: times such as 3-5,8-, or frames such as '#10-20', from #0 on.",
            "STRETCHES",
            read=lambda value: edit.to_stretches(value),
        ),
    ]
    only: Annotated[
        str | None, Edit("Leave out all but these.", "STRETCHES", read=lambda value: edit.to_stretches(value))
    ]
    frame_delay: Annotated[
        str | float | None,
        Edit(
            "Show each frame that long, such as 0.08; or some, such as 0.5@#7 or 0.2@#0-5,#20-.",
            "SECONDS[@FRAMES]",
            read=lambda value: edit.parse_frame_delay(value),
            apply=lambda clip, asked: edit.frame_delay(clip, *asked),
            paces=lambda value: edit.parse_frame_delay(value)[1] is None,
        ),
    ]
    hold: Annotated[
        str | None,
        Edit(
            "Freeze that long at a time or a frame, such as 1.5@3.2 or 1.5@#7.",
            "SECONDS@PLACE",
            read=lambda value: edit.parse_hold(text(value)),
            apply=lambda clip, asked: edit.hold(clip, *asked),
        ),
    ]
    duplicate: Annotated[
        str | None,
        Edit(
            "Show stretches or frames twice, or N times, such as 3-5 or '#7-9@3x'.",
            "STRETCHES[@Nx]",
            read=lambda value: edit.parse_duplicate(text(value)),
            apply=lambda clip, asked: edit.duplicate(clip, *asked),
        ),
    ]
    move: Annotated[
        str | None,
        Edit(
            "Show a stretch at another place, such as '#9-11@#0', 3-5@1 or 3-5@end.",
            "STRETCH@PLACE",
            read=lambda value: edit.parse_move(text(value)),
            apply=lambda clip, asked: edit.move(clip, *asked),
        ),
    ]
    insert: Annotated[
        str | None,
        Edit(
            "Show a picture or a clip before a time or a frame, for some seconds: a.png@0+2, b.mp4@#7, c.gif@end.",
            "FILE@PLACE[+SECONDS]",
            read=lambda value: edit.parse_insert(text(value)),
            apply=lambda clip, asked: edit.insert(clip, sources.open(asked[0], background="black"), *asked[1:]),
            placed=True,
            files=lambda value, place: edit.insert_with_file(value, place),
        ),
    ]
    title: Annotated[
        str | None,
        Edit(
            "A card with a text before it: 'Hello', or 'Hello|time=2|color=white'; also |background=black, |size=40.",
            "TEXT",
            read=lambda value: edit.parse_title(text(value)),
            apply=lambda clip, asked: edit.title(clip, **asked),
            placed=True,
        ),
    ]
    fade: Annotated[
        str | float | None,
        Edit(
            "Fade in, out, and between clips that are joined or inserted: 0.3, or '0.3|at=end|color=red'.",
            "SECONDS",
            read=lambda value: edit.parse_fade(value),
            apply=lambda clip, asked: edit.fade(clip, **asked),
        ),
    ]
