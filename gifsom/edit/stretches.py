"""Stretches of a clip and places in it, in seconds or by the numbers of frames, which count from 0 as gifsicle does."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf
from typing import Final, NamedTuple, TypeAlias

from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Frame
from gifsom.core.source import Source
from gifsom.core.values import Seconds, parse_seconds, span
from gifsom.edit.frames import with_ends
from gifsom.edit.span import NEAR, parse_span

_FRAMES: Final = re.compile(r"#(-?\d{1,9})(?:(-)(-?\d{1,9})?)?", re.ASCII)
_NUMBER: Final = re.compile(r"#(-?\d{1,9})", re.ASCII)

EXAMPLES: Final = "such as 3-5 or 1:05- (times), or #7, #10-20 or #20- (frames, from #0 on)"


class Piece(NamedTuple):
    """A frame, or a part of the time that it is shown.

    number      of the frame
    start, end  in seconds
    """

    frame: Frame
    number: int
    start: float
    end: float

    @property
    def seconds(self) -> float:
        return max(0.0, self.end - self.start)


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches of a clip, rising and apart from each other.

    spans     start and end of each: seconds, or numbers of frames, of which the end is the one behind the last; an
              end of infinity is the clip's. A number below 0 counts back from the clip's end: #-1 is the last frame
    numbered  they are frames
    """

    spans: tuple[tuple[float, float], ...]
    numbered: bool

    def __str__(self) -> str:
        return ",".join(_text(first, end, self.numbered) for first, end in self.spans)

    @property
    def edges(self) -> list[float]:
        """Starts and ends, rising."""
        return [edge for one in self.spans for edge in one]

    def __contains__(self, piece: Piece) -> bool:
        """Whether a piece lies in one of them."""
        return self.index(piece) is not None

    def index(self, piece: Piece) -> int | None:
        """Index of the span that a piece lies in; None: it lies in none."""
        at = piece.number if self.numbered else piece.start + NEAR
        return next((n for n, (first, end) in enumerate(self.spans) if first <= at < end), None)

    def within(self, length: float) -> float:
        """How many of the first seconds, or frames, of a clip lie in them."""
        spans = [(first + length * (first < 0), end + length * (end < 0)) for first, end in self.spans]
        return sum(max(0.0, min(end, length) - max(0.0, first)) for first, end in spans)

    def counted(self, clip: Source) -> "Stretches":
        """The same with all numbers from the clip's beginning on: it is read where one counts from its end."""
        if not self.numbered or min(self.edges) >= 0:
            return self
        total = sum(1 for _ in clip.frames())
        spans = [(first + total * (first < 0), end + total * (end < 0)) for first, end in self.spans]
        if spans[0][0] < 0:
            raise SettingError(f"{self}: {_there(total)}")
        return replace(self, spans=_apart(spans, str(self)))

    def check_within(self, name: str, clip: Source) -> None:
        """Raise `SettingError` for times of an edit that lie past a clip's end; frames are counted as they are read."""
        for first, end in self.spans:
            if not self.numbered and first >= clip.duration:
                raise SettingError(
                    f"{name} {_text(first, end, False)}: that is past the end, the clip is {clip.duration:.2f} s long"
                )

    def check_counted(self, total: int) -> None:
        """Raise `SettingError` for numbers of frames that a clip of `total` frames does not have."""
        for first, end in self.spans if self.numbered else ():
            if first >= total or total < end < inf:
                raise SettingError(f"{_text(first, end, True)}: {_there(total)}")


StretchesLike: TypeAlias = Stretches | str | range | Sequence[tuple[Seconds, Seconds | None]]
"""Text such as "3-5,8-" (seconds or clocks) or "#0-5,#20-" (frames); a range of frames; pairs of start and end."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a clip: seconds, or the number of a frame; infinity is its end."""

    at: float
    numbered: bool

    def __str__(self) -> str:
        return "end" if self.at == inf else f"#{self.at:g}" if self.numbered else f"{self.at:g}"

    def counted(self, clip: Source) -> "Place":
        """The same, with a number from the clip's beginning on."""
        return replace(self, at=self.frame.counted(clip).spans[0][0]) if self.at < 0 else self

    def check_within(self, name: str, clip: Source) -> None:
        """Raise `SettingError` for a time of an edit that lies past a clip's end."""
        if not self.numbered and self.at >= clip.duration:
            raise SettingError(f"{name} at {self}: that is past the end, the clip is {clip.duration:.2f} s long")

    def is_at(self, piece: Piece) -> bool:
        """Whether a whole frame is the one of that number, or on the screen then."""
        if self.numbered:
            return piece.number == self.at
        return piece.start <= self.at + NEAR < piece.end

    @property
    def frame(self) -> Stretches:
        """The frame of that number."""
        return Stretches(((self.at, self.at + 1 or inf),), True)


def to_stretches(value: StretchesLike) -> Stretches:
    """Stretches of text, of a range of frames, or of pairs of seconds or clocks, of which an end may be None.

    Raises `SettingError` for any other value, for times and frames together, and for stretches that overlap.

    >>> str(to_stretches("#0-5,#20-")), str(to_stretches([(3, 5), ("1:05", None)])), str(to_stretches(range(10, 21)))
    ('#0-5,#20-', '3-5,65-', '#10-20')
    """
    if isinstance(value, Stretches):
        return value
    if isinstance(value, range):
        if value.step != 1 or not value:
            raise SettingError(f"{value} are no frames: give one after the other, such as range(10, 21)")
        return Stretches(((value.start, value.stop or inf),), True)
    if not isinstance(value, str):
        try:
            spans = [span(start, end) for start, end in value]
        except (TypeError, ValueError) as error:
            if isinstance(error, SettingError):
                raise
            raise SettingError(f"{printable(value)} is no stretch of a clip: give text, {EXAMPLES}") from None
        return Stretches(
            _apart([(start, inf if end is None else end) for start, end in spans], printable(value)), False
        )
    parts = [part.strip() for part in value.split(",")]
    numbered = parts[0].startswith("#")
    if any(part.startswith("#") != numbered for part in parts):
        raise SettingError(f"'{printable(value)}': give times or frames, not both")
    read = [(_frames if numbered else _seconds)(part) for part in parts]
    return Stretches(_apart(read, printable(value)), numbered)


def to_place(value: Seconds) -> Place:
    """A place of seconds, of a clock, of a frame such as "#7", or "end". Raises `SettingError`.

    >>> to_place("#7"), to_place("1:05")
    (Place(at=7, numbered=True), Place(at=65.0, numbered=False))
    """
    if isinstance(value, str) and value.strip() == "end":
        return Place(inf, False)
    if isinstance(value, str) and value.strip().startswith("#"):
        match = _NUMBER.fullmatch(value.strip())
        if match is None:
            raise SettingError(f"'{printable(value)}' is no frame: give its number, from #0 on")
        return Place(int(match[1]), True)
    return Place(parse_seconds(value), False)


def pieces(clip: Source, *asked: Stretches) -> Iterator[Piece]:
    """The frames of a clip; one that is on the screen where one of these stretches begins or ends is divided there.

    Raises `SettingError` at the end of the clip for numbers of frames that it does not have.
    """
    edges = sorted(edge for one in asked if not one.numbered for edge in one.edges)
    number = -1
    for number, (frame, end) in enumerate(with_ends(clip)):
        start = frame.start
        for edge in edges:
            if start + NEAR < edge < end - NEAR:
                yield Piece(frame, number, start, edge)
                start = edge
        yield Piece(frame, number, start, end)
    for one in asked:
        one.check_counted(number + 1)


def _frames(text: str) -> tuple[float, float]:
    """First number and the one behind the last of "#7", "#10-20" or "#20-"."""
    match = _FRAMES.fullmatch(text)
    if match is None:
        raise SettingError(f"'{printable(text)}' are no frames: give their numbers, such as #7, #10-20 or #20-")
    first = int(match[1])
    if match[2] is None:
        return first, first + 1 or inf
    return first, inf if match[3] is None else int(match[3]) + 1 or inf


def _seconds(text: str) -> tuple[float, float]:
    start, end = parse_span(text)
    return start, inf if end is None else end


def _apart(spans: Sequence[tuple[float, float]], said: str) -> tuple[tuple[float, float], ...]:
    """Stretches that rise and do not overlap, as far as signs tell. Raises `SettingError` for others."""
    for first, end in spans:
        if end <= first and (first < 0) == (end < 0):
            raise SettingError(f"{said}: the end is before the start")
    for (_, end), (first, _) in pairwise(spans):
        if first < end - NEAR and (first < 0) == (end < 0):
            raise SettingError(f"{said}: give stretches that do not overlap, in the order of the clip")
    return tuple(spans)


def _text(first: float, end: float, numbered: bool) -> str:
    if not numbered:
        return f"{first:g}-" + ("" if end == inf else f"{end:g}")
    if first == end - 1 or (first == -1 and end == inf):
        return f"#{first:g}"
    return f"#{first:g}-" + ("" if end == inf else f"{end - 1:g}")


def _there(total: int) -> str:
    return f"the clip has {total} frames, #0 to #{total - 1}" if total > 1 else "the clip has one frame, #0"
