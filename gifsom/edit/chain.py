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
from gifsom.edit.store import Queue
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
    def notes(self) -> tuple[str, ...]:
        return tuple(note for part in self.parts for note in part.notes)

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
        before: Ending | None = None
        for number, part in enumerate(self.parts):
            ending = Ending(part, self.fade if number < len(self.parts) - 1 else 0.0)
            shown = iter(ending)
            if self.fade and before is not None:
                yield from self._dissolve(before, shown, start)
            for piece in shown:
                yield piece.frame.at(start + piece.start)
            start += ending.duration - ending.seconds
            before = ending

    def _dissolve(self, before: "Ending", shown: Iterator[Piece], start: float) -> Iterator[Frame]:
        """Both clips, as long as the first of them lasts; then the rest of the frame that is on the screen."""
        leaving, coming = _Cursor(before.tail()), _Cursor(shown)
        edge = before.duration - before.seconds
        for first, _, share in windows(self.fade, steady([part.rate for part in self.parts])):
            a, b = leaving.at(edge + first), coming.at(first)
            assert a is not None
            yield blend(a.frame, (b or a).frame, share, start + first)
        rest = coming.at(self.fade)
        if rest is not None and rest.end > self.fade + NEAR:
            yield rest.frame.at(start + max(self.fade, rest.start))


class _Cursor:
    """The frame on the screen at times that rise."""

    def __init__(self, shown: Iterator[Piece]) -> None:
        self._shown = shown
        self._piece: Piece | None = None

    def at(self, time: float) -> Piece | None:
        """The frame at a time, or the last one; None: there is none."""
        while self._piece is None or self._piece.end <= time + NEAR:
            following = next(self._shown, None)
            if following is None:
                break
            self._piece = following
        return self._piece


class Ending:
    """The frames of a clip up to its last `seconds`; as long as these, they wait in memory or on disk.

    duration  of the clip in seconds, exactly, once all frames have been read
    """

    def __init__(self, clip: Source, seconds: float) -> None:
        self.clip, self.seconds = clip, seconds
        self.duration = 0.0
        self._frames = Queue()
        self._times: deque[tuple[float, float]] = deque()  # start and end of each
        self._divided: list[Piece] = []  # the rest of a frame where the last seconds begin

    def __iter__(self) -> Iterator[Piece]:
        for piece in pieces(self.clip):
            self._frames.put(piece.frame)
            self._times.append((piece.start, piece.end))
            self.duration = piece.end
            while self._times and self._times[0][1] <= self.duration - self.seconds + NEAR:
                yield self._taken()
        edge = self.duration - self.seconds
        if self._times and self._times[0][0] < edge - NEAR:
            first = self._taken()
            yield first._replace(end=edge)
            self._divided = [first._replace(start=edge)]

    def tail(self) -> Iterator[Piece]:
        """Those of the last seconds, once the others have been read."""
        yield from self._divided
        while self._times:
            yield self._taken()

    def _taken(self) -> Piece:
        return Piece(self._frames.take(), 0, *self._times.popleft())


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
