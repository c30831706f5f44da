"""The edits by their names, as options of a conversion, done in the order in which they are asked."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from gifsom import edit
from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Frame, Rect
from gifsom.core.region import to_rect
from gifsom.core.source import Source
from gifsom.core.values import MAX_SIDE, SHORTEST_IDLE, check_fps, check_seconds, check_whole
from gifsom.edit.blur import parse_blur
from gifsom.edit.caption import parse_caption
from gifsom.edit.picture import parse_box
from gifsom.edit.speed import parse_stretch


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit that has a name.

    read   makes of a value as it is given, text mostly, the one that is used; raises `SettingError`
    apply  does the edit with it
    """

    read: Callable[[Any], Any]
    apply: Callable[[Source, Any], Source]


def _area(value: Any) -> "str | Rect":
    return "auto" if value == "auto" else to_rect(value)


def _flag(value: bool) -> bool:
    if not isinstance(value, bool):
        raise SettingError(f"{printable(value)} is neither true nor false")
    return value


def _number(value: float) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise SettingError(f"'{printable(value)}' is not a number") from None


def _checked(check: Callable[..., None], *bounds: object) -> Callable[[Any], Any]:
    """What gives a value back that a check lets pass."""

    def read(value: Any) -> Any:
        check(*bounds[:1], value, *bounds[1:])
        return value

    return read


def _text(parse: Callable[[str], Any]) -> Callable[[Any], Any]:
    """What parses a text, and nothing else."""

    def read(value: Any) -> Any:
        if not isinstance(value, str):
            raise SettingError(f"{printable(value)} is no text: give it as the command line does")
        return parse(value)

    return read


def _switch(apply: Callable[[Source], Source]) -> Edit:
    """An edit that is done or not."""
    return Edit(_flag, lambda clip, wanted: apply(clip) if wanted else clip)


EDITS: Final[dict[str, Edit]] = {
    "fps": Edit(_checked(check_fps), edit.fps),
    "width": Edit(_checked(check_whole, "width", 1, MAX_SIDE), edit.width),
    "height": Edit(_checked(check_whole, "height", 1, MAX_SIDE), edit.height),
    "fit": Edit(parse_box, edit.fit),
    "scale": Edit(_number, edit.scale),
    "crop": Edit(_area, edit.crop),
    "rotate": Edit(_number, edit.rotate),
    "flip": Edit(str, edit.flip),
    "speed": Edit(_number, edit.speed),
    "fast_forward": Edit(_text(parse_stretch), lambda clip, stretch: edit.fast_forward(clip, *stretch)),
    "reverse": _switch(edit.reverse),
    "boomerang": _switch(edit.boomerang),
    "loop_smooth": Edit(_checked(check_seconds, "loop_smooth", 0), edit.loop_smooth),
    "trim_still": _switch(edit.trim_still),
    "drop_duplicates": _switch(edit.drop_duplicates),
    "idle_limit": Edit(_checked(check_seconds, "idle_limit", SHORTEST_IDLE), edit.idle_limit),
    "hold_last": Edit(_checked(check_seconds, "hold_last", 0), edit.hold_last),
    "caption": Edit(_text(parse_caption), lambda clip, options: edit.caption(clip, **options)),
    "blur": Edit(_text(parse_blur), lambda clip, area: edit.blur(clip, *area)),
    "progress_bar": _switch(edit.progress_bar),
    "grayscale": _switch(edit.grayscale),
    "brightness": Edit(_number, edit.brightness),
    "contrast": Edit(_number, edit.contrast),
    "saturation": Edit(_number, edit.saturation),
}
"""All of them."""

SIZING: Final = ("width", "height", "scale", "fit")
"""Those that say how large a clip is to be."""

PLACED: Final = ("crop", "blur", "caption", "fast_forward", "scale")
"""Those whose values are right or wrong by the size of the pictures."""


class _Blank(Source):
    """A black picture that lasts for ever: edits are tried on it."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size

    @property
    def size(self) -> tuple[int, int]:
        return self._size

    @property
    def duration(self) -> float:
        return 1e9

    def frames(self) -> Iterator[Frame]:
        yield Frame(np.zeros((self._size[1], self._size[0], 3), np.uint8), 0.0)


def check_edits(edits: Iterable[tuple[str, Any]], size: tuple[int, int] | None = None) -> None:
    """Raise `SettingError` for a value that is wrong for every clip, and for a name that is none.

    With the `size` of the pictures, width and height, also for what does not fit into them.
    """
    clip: Source = _Blank(size or (640, 360))
    for name, value in edits:
        if name not in EDITS:
            raise SettingError(f"there is no edit '{printable(name)}': there are {', '.join(EDITS)}")
        read = EDITS[name].read(value)
        if size is not None or name not in PLACED:
            clip = EDITS[name].apply(clip, read)


def edited(clip: Source, edits: Iterable[tuple[str, Any]]) -> Source:
    """The clip after some edits, one after the other. Raises `SettingError` and `SourceError`."""
    for name, value in edits:
        clip = EDITS[name].apply(clip, EDITS[name].read(value))
    return clip
