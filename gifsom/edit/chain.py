"""The edits by their names, as options of a conversion, done in the order in which they are asked."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from gifsom.clip import Clip, Rect
from gifsom.edit.picture import parse_box
from gifsom.errors import SettingError, printable
from gifsom.region import parse_region
from gifsom.settings import MAX_SIDE, SHORTEST_IDLE, check_fps, check_seconds, check_whole


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit that has a name.

    read   makes of a value as it is given, text mostly, the one that is used; raises `SettingError`
    apply  does the edit with it
    """

    read: Callable[[Any], Any]
    apply: Callable[[Clip, Any], Clip]


def _area(value: "str | Rect") -> "str | Rect":
    return parse_region(value) if isinstance(value, str) and value != "auto" else value


def _checked(check: Callable[..., None], *bounds: object) -> Callable[[Any], Any]:
    """What gives a value back that a check lets pass."""

    def read(value: Any) -> Any:
        check(*bounds[:1], value, *bounds[1:])
        return value

    return read


EDITS: Final[dict[str, Edit]] = {
    "fps": Edit(_checked(check_fps), lambda clip, fps: clip.resample(fps)),
    "width": Edit(_checked(check_whole, "width", 1, MAX_SIDE), lambda clip, width: clip.resize(width)),
    "height": Edit(_checked(check_whole, "height", 1, MAX_SIDE), lambda clip, height: clip.resize(height=height)),
    "scale": Edit(float, lambda clip, factor: clip.scale(factor)),
    "fit": Edit(parse_box, lambda clip, box: clip.fit(box)),
    "crop": Edit(_area, lambda clip, area: clip.crop(area)),
    "idle_limit": Edit(
        _checked(check_seconds, "idle_limit", SHORTEST_IDLE), lambda clip, seconds: clip.limit_idle(seconds)
    ),
    "hold_last": Edit(_checked(check_seconds, "hold_last", 0), lambda clip, seconds: clip.hold_last(seconds)),
}
"""All of them."""

SIZING: Final = ("width", "height", "scale", "fit")
"""Those that say how large a clip is to be."""


def check_edits(edits: Iterable[tuple[str, Any]]) -> None:
    """Raise `SettingError` for a value that is wrong for every clip, and for a name that is none."""
    for name, value in edits:
        if name not in EDITS:
            raise SettingError(f"there is no edit '{printable(name)}': there are {', '.join(EDITS)}")
        EDITS[name].read(value)


def edited(clip: Clip, edits: Iterable[tuple[str, Any]]) -> Clip:
    """The clip after some edits, one after the other. Raises `SettingError` and `SourceError`."""
    for name, value in edits:
        clip = EDITS[name].apply(clip, EDITS[name].read(value))
    return clip
