"""Clips one after the other, which may dissolve into each other; and the parts of a clip that a fade needs."""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from copy import copy
from typing import Final, Self

from gifsom.core.errors import SettingError
from gifsom.core.frame import Frame, Rect, Shortfall
from gifsom.core.source import Source
from gifsom.edit.base import crop_to, scale_to
from gifsom.edit.loops import FADE_RATE, blend
from gifsom.edit.span import NEAR
from gifsom.edit.stretches import Piece, pieces

SMOOTH: Final = 15.0
"""Lowest frame rate of a fade: one of a slower clip has FADE_RATE."""


class Chain(Source):
    """Clips of one size, one after the other; each dissolves into the next one over `fade` seconds.

    parts  the clips
    fade   seconds in which two of them are seen; the whole is that much shorter, each time
    """

    fade: float = 0.0

    def __init__(self, parts: Sequence[Source], of: Source) -> None:
        """Chain clips, of which one gives its name and its nature to the whole."""
        self.parts = tuple(parts)
        self.of = of
        self.plays, self.native, self.indexed = of.plays, of.native, of.indexed

    @property
    def name(self) -> str:
        return self.of.name

    @property
    def files(self) -> tuple[os.PathLike[str], ...]:
        return tuple(file for part in self.parts for file in part.files)

    @property
    def size(self) -> tuple[int, int]:
        return self.parts[0].size

    @property
    def duration(self) -> float:
        return sum(part.duration for part in self.parts) - (len(self.parts) - 1) * self.fade

    @property
    def rate(self) -> float | None:
        rates = [part.rate for part in self.parts if part.rate is not None]
        return max(rates) if len(rates) == len(self.parts) and not self.fade else None

    @property
    def count(self) -> int | None:
        counts = [part.count for part in self.parts if part.count is not None]
        if len(counts) != len(self.parts):
            return None
        seams = len(counts) - 1 if self.fade else 0
        return sum(counts) + seams * added([part.rate for part in self.parts], self.fade)

    @property
    def growing(self) -> bool:
        return any(part.growing for part in self.parts)

    @property
    def sound(self) -> bool:
        return any(part.sound for part in self.parts)

    @property
    def shortfall(self) -> Shortfall | None:
        """Sum over all parts, with the cause of the first one that misses something."""
        missing = [part.shortfall for part in self.parts]
        first = next((n for n, shortfall in enumerate(missing) if shortfall is not None), None)
        if first is None:
            return None
        whole = [Shortfall(part.duration, part.duration, "") for part in self.parts]
        found = [shortfall or all_of_it for shortfall, all_of_it in zip(missing, whole, strict=True)]
        declared = [shortfall.declared for shortfall in found if shortfall.declared is not None]
        return Shortfall(
            sum(shortfall.read for shortfall in found),
            sum(declared) if len(declared) == len(found) else None,
            f" of {self.parts[first].name}{found[first].cause}",
        )

    def with_parts(self, parts: Sequence[Source]) -> Self:
        """Other parts in their places."""
        other = copy(self)
        other.parts = tuple(parts)
        return other

    def cropped(self, rect: Rect) -> Source | None:
        return self.with_parts([crop_to(part, rect) for part in self.parts])

    def scaled(self, size: tuple[int, int]) -> Source:
        return self.with_parts([scale_to(part, size) for part in self.parts])

    def dissolved(self, seconds: float) -> Source:
        self.check_fade(seconds)
        other = self.with_parts([part.dissolved(seconds) or part for part in self.parts])
        other.fade = seconds
        return other

    def check_fade(self, seconds: float) -> None:
        """Raise `SettingError` where a clip is too short to dissolve at both of its ends."""
        shortest = min(part.duration for part in self.parts)
        if 2 * seconds > shortest:
            raise SettingError(
                f"fade is {seconds:g} s: give {shortest / 2:.2f} at most, half of the shortest clip that is joined"
            )

    def frames(self) -> Iterator[Frame]:
        start = 0.0
        tail: list[Piece] = []  # of the part before
        for number, part in enumerate(self.parts):
            ending = Ending(part, self.fade if number < len(self.parts) - 1 else 0.0)
            head: list[Piece] = []
            for piece in ending:
                if not tail:
                    yield Frame(piece.frame.pixels, start + piece.start, piece.frame.mask)
                    continue
                head.append(piece)
                if piece.end >= self.fade - NEAR:
                    yield from self._dissolve(tail, head, start)
                    tail = []
                    if piece.end > self.fade + NEAR:
                        yield Frame(piece.frame.pixels, start + self.fade, piece.frame.mask)
            if tail:  # the part is shorter than it said
                yield from self._dissolve(tail, [*head, *ending.tail], start)
            start += ending.duration - ending.seconds
            tail = ending.tail

    def _dissolve(self, tail: Sequence[Piece], head: Sequence[Piece], start: float) -> Iterator[Frame]:
        rate = steady([part.rate for part in self.parts])
        for first, _, share in windows(self.fade, rate):
            yield blend(_at(tail, tail[0].start + first), _at(head, first), share, start + first)


class Ending:
    """The frames of a clip up to its last `seconds`; as long as these, they are in memory.

    duration  of the clip in seconds, exactly, once all frames have been read
    tail      frames of the last seconds, then
    """

    def __init__(self, clip: Source, seconds: float) -> None:
        self.clip, self.seconds = clip, seconds
        self.duration = 0.0
        self.tail: list[Piece] = []

    def __iter__(self) -> Iterator[Piece]:
        waiting: deque[Piece] = deque()
        for piece in pieces(self.clip):
            waiting.append(piece)
            self.duration = piece.end
            while waiting and waiting[0].end <= self.duration - self.seconds + NEAR:
                yield waiting.popleft()
        edge = self.duration - self.seconds
        if waiting and waiting[0].start < edge - NEAR:
            first = waiting.popleft()
            yield first._replace(end=edge)
            waiting.appendleft(first._replace(start=edge))
        self.tail = [*waiting]


def windows(seconds: float, rate: float) -> list[tuple[float, float, float]]:
    """Start and end of each step of a fade, and the share, 0 to 1, that has come by its middle."""
    times = [step / rate for step in range(int(seconds * rate - NEAR) + 1)]
    return [(a, b, (a + b) / 2 / seconds) for a, b in zip(times, [*times[1:], seconds], strict=True)]


def steady(rates: Sequence[float | None]) -> float:
    """Frame rate of a fade in clips of these rates."""
    return max((rate for rate in rates if rate is not None and rate >= SMOOTH), default=FADE_RATE)


def added(rates: Sequence[float | None], seconds: float) -> int:
    """Number of frames, roughly, that a fade of so many seconds adds to clips of these rates."""
    fastest = max((rate for rate in rates if rate is not None), default=0.0)
    return round(seconds * max(0.0, steady(rates) - fastest))


def _at(shown: Sequence[Piece], time: float) -> Frame:
    return next((piece.frame for piece in reversed(shown) if piece.start <= time + NEAR), shown[0].frame)
