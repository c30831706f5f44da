"""Edits of a stretch of a clip: frames on the screen at its edges are cut there."""

from collections.abc import Iterator, Sequence
from math import inf

from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Frame
from gifsom.core.source import Mark, Source
from gifsom.core.values import Seconds, parse_seconds, span
from gifsom.edit.base import Drawn, Edited, Redrawn
from gifsom.edit.frames import memoized, with_ends

NEAR = 1e-6
"""Seconds within which two times are the same."""


class Timespan(Drawn):
    """An edit of pictures from `start` to `end`.

    Raises `SettingError` for invalid times, and for a start after the clip's end.
    """

    def __init__(self, clip: Source, start: Seconds, end: Seconds | None) -> None:
        super().__init__(clip)
        self.start, last = span(start, end)
        self.end = inf if last is None else last
        if self.start and self.start >= clip.duration:
            raise SettingError(f"the start, {self.start:g} s, is past the end: the clip is {clip.duration:.2f} s long")
        self._cuts = [time for time in (self.start, self.end) if 0 < time < inf]

    @property
    def rate(self) -> float | None:
        return None if self._cuts else self.source.rate  # a piece may be arbitrarily short

    @property
    def count(self) -> int | None:
        whole = self.source.count
        return None if whole is None else whole + len(self._cuts)

    def marks(self) -> Sequence[Mark] | None:
        return self.source.marks()

    def dissolved(self, seconds: float) -> None:
        return None  # its times are those of the clip as it is

    @property
    def cuts(self) -> Source:
        """The source, with frames that begin where this begins and where it ends."""
        return Divided(self.source, self._cuts)

    def holds(self, time: float) -> bool:
        """Whether a frame that begins then is changed."""
        return self.start <= time + NEAR < self.end


class Spanned(Timespan, Redrawn):
    """An edit of each picture by itself, from `start` to `end`."""

    def frames(self) -> Iterator[Frame]:
        draw = memoized(self.redraw)
        for frame in self.cuts.frames():
            yield draw(frame) if self.holds(frame.start) else frame


class Divided(Edited):
    """The same pictures; one that is on the screen at any of `times`, rising seconds, becomes two frames."""

    def __init__(self, clip: Source, times: Sequence[float]) -> None:
        super().__init__(clip)
        self.times = times

    def frames(self) -> Iterator[Frame]:
        for frame, end in with_ends(self.source):
            yield frame
            for time in self.times:
                if frame.start + NEAR < time < end - NEAR:
                    yield frame.at(time)


def parse_span(text: str) -> tuple[float, float | None]:
    """Start and end in seconds from "a-b", each as seconds or a clock; "a-" goes on to the clip's end, which is None.

    Raises `SettingError`.

    >>> parse_span("1:05-1:10"), parse_span("2-")
    ((65.0, 70.0), (2.0, None))
    """
    start, dash, end = text.strip().partition("-")
    if not (start and dash):
        raise SettingError(
            f"'{printable(text)}' is not a span of time: give start and end, such as 1-3, 1:05-1:10 or 2-"
        )
    return span(parse_seconds(start), parse_seconds(end) if end else None)
