"""Edits that show something else between the frames of a clip: a picture, another clip, a card with a title."""

import re
from collections.abc import Callable, Iterator
from math import inf
from typing import Any, Final

import numpy as np

from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Frame
from gifsom.core.source import Holder, Source, held
from gifsom.core.values import BLACK, Color, Seconds, check_seconds, parse_color, parse_seconds
from gifsom.edit.base import Edited
from gifsom.edit.caption import caption
from gifsom.edit.chain import Chain
from gifsom.edit.listed import amount, listed, pixels
from gifsom.edit.pad import padded
from gifsom.edit.span import NEAR
from gifsom.edit.stretches import Place, Stretches, to_place
from gifsom.edit.timeline import only

CARD: Final = 2.0
"""Seconds that a card or a picture is shown where none are asked."""

SHORTEST: Final = 0.02

_INSERT: Final = re.compile(r"(?P<path>.+)@(?P<place>[^@+]+)(?:\+(?P<seconds>[^@+]+))?")


class Plain(Source):
    """A picture of one color."""

    def __init__(self, size: tuple[int, int], color: Color, seconds: float) -> None:
        self._size, self.color, self.seconds = size, color, seconds

    @property
    def size(self) -> tuple[int, int]:
        return self._size

    @property
    def duration(self) -> float:
        return self.seconds

    @property
    def count(self) -> int:
        return 1

    def frames(self) -> Iterator[Frame]:
        width, height = self._size
        yield Frame(np.full((height, width, 3), self.color, np.uint8), 0.0)


class _Lasting(Edited):
    """A clip that lasts `seconds`: cut off, or its last picture stays."""

    def __init__(self, clip: Source, seconds: float) -> None:
        super().__init__(clip)
        self.seconds = seconds

    @property
    def duration(self) -> float:
        return self.seconds

    def frames(self) -> Iterator[Frame]:
        for frame in self.source.frames():
            if frame.start >= self.seconds:
                break
            yield frame


def insert(clip: Source, other: Source | Holder, at: Seconds = 0.0, seconds: float | None = None) -> Source:
    """Show a picture or another clip between the frames of a clip, fitted into it, with black around.

    Args:
        other: what `gifsom.open` gives.
        at: the time or the frame before which it is shown, such as 3.2 or "#7", or "end".
        seconds: that it is shown; None: 2 for a picture, else its own length.

    Raises:
        SettingError: for a place past the end, and for less than 0.02 seconds; for a frame that is not there as the
            frames are read.

    >>> round(gifsom.open("fixtures/scene.mp4").insert(gifsom.open("fixtures/still.png"), 1, 2).duration, 2)
    5.0
    """
    added, place = held(other), to_place(at)
    if place.at != inf:
        place.check_within("insert", clip)
    if seconds is None and added.count == 1:
        seconds = CARD
    if seconds is not None:
        check_seconds("insert", seconds, SHORTEST)
        added = _Lasting(added, float(seconds))
    return Chain(_around(clip, padded(added, clip.size, BLACK), place), clip)


def _around(clip: Source, added: Source, place: Place) -> list[Source]:
    """The parts of a clip, with another one at a place; those of a chain stay parts, so that they can dissolve."""
    parts = [*clip.parts] if isinstance(clip, Chain) and not clip.fade else [clip]
    if place.at in (0, inf):
        return [added, *parts] if place.at == 0 else [*parts, added]
    if place.numbered:
        return _divided(clip, added, place)
    begin = 0.0
    for number, part in enumerate(parts):
        if place.at < begin + part.duration - NEAR:
            here = Place(place.at - begin, False)
            middle = [added, part] if here.at <= NEAR else _divided(part, added, here)
            return [*parts[:number], *middle, *parts[number + 1 :]]
        begin += part.duration
    return [*parts, added]


def _divided(clip: Source, added: Source, place: Place) -> list[Source]:
    before, rest = (only(clip, Stretches((one,), place.numbered)) for one in ((0.0, place.at), (place.at, inf)))
    return [before, added, rest]


def title(
    clip: Source,
    text: str,
    seconds: float = CARD,
    color: str | Color = "white",
    background: str | Color = "black",
    size: int | None = None,
) -> Source:
    """A card with a text before a clip.

    Args:
        text: may have line breaks of its own.
        seconds: that the card is shown, at least 0.02.
        color, background: of the letters and behind them, CSS names, "#rrggbb" or three numbers.
        size: height of the letters in pixels; None: as of a caption.

    Raises:
        SettingError: for a text that cannot be drawn, as `caption` tells, and any value out of range.

    >>> gifsom.open("fixtures/scene.mp4").title("Hello", 1.5).duration
    4.5
    """
    check_seconds("title", seconds, SHORTEST)
    card = Plain(clip.size, parse_color(background), float(seconds))
    return insert(clip, caption(card, text, "center", size, outline=0, color=color), 0, seconds)


def parse_insert(text: str) -> tuple[str, str, float | None]:
    """Path, place and seconds for `insert` from text such as "title.png@0+2", "more.mp4@#7". Raises `SettingError`.

    >>> parse_insert("title.png@0+2"), parse_insert("more.mp4@end")
    (('title.png', '0', 2.0), ('more.mp4', 'end', None))
    """
    match = _INSERT.fullmatch(text.strip())
    if match is None:
        raise SettingError(
            f"'{printable(text)}': give a file, where, and how long, such as title.png@0+2, more.gif@end"
        )
    to_place(match["place"])
    return match["path"], match["place"], None if match["seconds"] is None else parse_seconds(match["seconds"])


def insert_with_file(text: str, place: Callable[[str], str]) -> str:
    """The same text with `place` of its path; what is no such text as it is.

    >>> insert_with_file("title.png@0+2", lambda path: f"cards/{path}")
    'cards/title.png@0+2'
    """
    match = _INSERT.fullmatch(text.strip())
    return text if match is None else place(match["path"]) + text.strip()[match.end("path") :]


def parse_title(text: str) -> dict[str, Any]:
    """Keyword arguments for `title` from text such as "Hello|time=3|color=black|background=#ffcc00|size=40".

    A backslash and an n break a line. Raises `SettingError`.

    >>> parse_title("One|time=3|size=40")
    {'text': 'One', 'size': 40, 'seconds': 3.0}
    """
    text, values = listed(text, ("time", "color", "background", "size"), "a title")
    found: dict[str, Any] = {"text": text.replace("\\n", "\n")}
    for name, value in values.items():
        if name == "time":
            found["seconds"] = amount(name, value, "2")
        else:
            found[name] = pixels(name, value) if name == "size" else value
    return found
