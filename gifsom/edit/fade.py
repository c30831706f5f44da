"""Fades: from a color at the beginning, to it at the end, and of clips that are joined into each other."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from PIL import Image

from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Frame
from gifsom.core.source import Source
from gifsom.core.values import Color, check_seconds, parse_color
from gifsom.edit.base import Timed
from gifsom.edit.chain import Ending, added, steady, windows
from gifsom.edit.listed import amount, listed
from gifsom.edit.span import NEAR
from gifsom.edit.stretches import Piece

PLACES: Final = ("all", "start", "end", "between")

LONGEST: Final = 5.0
"""Seconds of a fade."""

SHORTEST: Final = 0.02
"""Seconds of a fade: one frame."""

Window = tuple[float, float, float]


class _Faded(Timed):
    """The beginning mixed with a color, less and less, and the end, more and more."""

    def __init__(self, clip: Source, seconds: float, color: Color, comes: bool, goes: bool) -> None:
        super().__init__(clip)
        self.seconds, self.color, self.comes, self.goes = seconds, color, comes, goes

    @property
    def rate(self) -> float | None:
        return None

    @property
    def count(self) -> int | None:
        whole = self.source.count
        return None if whole is None else whole + added([self.source.rate], self.seconds) * (self.comes + self.goes)

    def frames(self) -> Iterator[Frame]:
        steps = windows(self.seconds, steady([self.source.rate]))
        ending = Ending(self.source, self.seconds if self.goes else 0.0)
        for piece in ending:
            yield from self._mixed(piece, steps if self.comes else [])
        edge = ending.duration - self.seconds
        leaving = [(edge + start, edge + end, 1 - share) for start, end, share in steps]
        for piece in ending.tail():
            yield from self._mixed(piece, leaving)

    def _mixed(self, piece: Piece, steps: list[Window]) -> Iterator[Frame]:
        """A frame as it is, but in those steps of a fade that lie in its time."""
        frame, at = piece.frame, piece.start
        for start, end, share in steps:
            first, last = max(start, piece.start), min(end, piece.end)
            if last - first > NEAR:
                yield self._colored(frame, share, first)
                at = last
        if at < piece.end - NEAR:
            yield frame.at(at)

    def _colored(self, frame: Frame, share: float, start: float) -> Frame:
        picture = Image.fromarray(frame.pixels)
        mixed = Image.blend(Image.new("RGB", picture.size, self.color), picture, share)
        return Frame(np.array(mixed), start, frame.mask)


def fade(clip: Source, seconds: float, at: str = "all", color: str | Color = "black") -> Source:
    """Fade in from a color, out to it, and clips that are joined, or inserted, into each other.

    Two of them are seen together as long as that takes, which makes the whole shorter. They are found where no edit of
    time stands between.

    Args:
        seconds: that each fade takes, 0.02 to 5.
        at: "start", "end", "between" clips, or "all" of these that there are.
        color: before the beginning and behind the end, a CSS name, "#rrggbb" or three numbers.

    Raises:
        SettingError: for more than half of the clip, or of the shortest one that is joined, for no clips to fade
            between, and any value out of range.

    >>> clip = gifsom.open(["fixtures/scene.mp4", "fixtures/cards.mkv"])
    >>> round(clip.duration, 2), round(clip.fade(0.3).duration, 2)
    (5.0, 4.7)
    """
    check_seconds("fade", seconds, SHORTEST)
    if seconds > LONGEST:
        raise SettingError(f"fade is {seconds:g}: give {LONGEST:g} seconds at most")
    if at not in PLACES:
        raise SettingError(f"fade at {printable(at)}: give one of {', '.join(PLACES)}")
    rgb = parse_color(color)
    if at in ("all", "between"):
        dissolved = clip.dissolved(float(seconds))
        if dissolved is None and at == "between":
            raise SettingError("fade between: there are no clips that follow each other; give several, or --insert one")
        clip = dissolved or clip
    if at == "between":
        return clip
    if seconds * (2 if at == "all" else 1) > clip.duration:
        raise SettingError(f"fade is {seconds:g} s: that is too long for the clip, which is {clip.duration:.2f} s long")
    return _Faded(clip, float(seconds), rgb, at != "end", at != "start")


def parse_fade(value: object) -> dict[str, Any]:
    """Keyword arguments for `fade` from a number, or text such as "0.3|at=start|color=white". Raises `SettingError`.

    >>> parse_fade("0.3|at=end")
    {'seconds': 0.3, 'at': 'end'}
    """
    seconds, values = listed(printable(value), ("at", "color"), "a fade")
    return {"seconds": amount("fade", seconds, "0.3"), **values}
