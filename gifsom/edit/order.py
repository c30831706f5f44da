"""Edits of the order of frames: copies of stretches, and stretches at another place.

Only frames that are shown later than others behind them are stored.
"""

import re
from collections.abc import Iterator
from math import inf
from typing import Final

from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Frame
from gifsom.core.source import Source
from gifsom.core.values import Seconds, check_whole
from gifsom.edit.store import Store
from gifsom.edit.stretches import Piece, Place, Stretches, StretchesLike, pieces, to_place, to_stretches
from gifsom.edit.timeline import Timeline

MOST: Final = 1000
"""Times that a stretch can be shown."""

_TIMES: Final = re.compile(r"(\d{1,9})x?", re.ASCII | re.IGNORECASE)


class _Waiting:
    """Frames that are shown later, stored with the seconds that each is."""

    def __init__(self) -> None:
        self._store = Store()

    def __bool__(self) -> bool:
        return bool(self._store.starts)

    def put(self, piece: Piece) -> None:
        """Store a frame. Raises `TargetUnwritable` where the disk is full."""
        self._store.append(piece.frame.at(piece.seconds))

    def shown(self, times: int = 1) -> Iterator[tuple[Frame, float]]:
        """All of them in their order, that many times; then there are none."""
        for _ in range(times):
            for frame in self._store:
                yield frame, frame.start
        if self:
            self._store.close()
            self._store = Store()


class _Repeated(Timeline):
    """Each of some stretches shown `times` times."""

    def __init__(self, clip: Source, stretches: Stretches, times: int) -> None:
        super().__init__(clip)
        self.stretches, self.times = stretches, times

    @property
    def count(self) -> int | None:
        return self._count

    def gained(self) -> float | None:
        if self.stretches.numbered:
            return None
        return self.stretches.within(self.source.duration) * (self.times - 1)

    def arranged(self) -> Iterator[tuple[Frame, float]]:
        stretches = self.stretches.counted(self.source)
        waiting, current = _Waiting(), None
        for piece in pieces(self.source, stretches):
            place = stretches.index(piece)
            if waiting and place != current:
                yield from waiting.shown(self.times - 1)
            if place is not None:
                waiting.put(piece)
            current = place
            yield piece.frame, piece.seconds
        yield from waiting.shown(self.times - 1)


class _Moved(Timeline):
    """A stretch shown at another place: two stretches that follow each other, of which it is one, change places."""

    def __init__(self, clip: Source, stretch: Stretches, place: Place) -> None:
        super().__init__(clip)
        self.stretch, self.place = stretch, place

    def gained(self) -> float | None:
        return 0.0

    def arranged(self) -> Iterator[tuple[Frame, float]]:
        stretch, place = self.stretch.counted(self.source), self.place.counted(self.source)
        first, end = stretch.spans[0]
        if first < place.at < end:
            raise SettingError(f"move {stretch} to {place}: that is inside of it, give a place before or after it")
        begin, middle, last = (place.at, first, end) if place.at <= first else (first, end, place.at)
        earlier, rest = Stretches(((begin, middle),), stretch.numbered), Stretches(((last, inf),), stretch.numbered)
        there = [stretch, *([place.frame] if place.at < inf else [])] if stretch.numbered else [earlier, rest]
        waiting = _Waiting()
        for piece in pieces(self.source, *there):
            if piece in earlier:
                waiting.put(piece)
                continue
            if piece in rest:
                yield from waiting.shown()
            yield piece.frame, piece.seconds
        yield from waiting.shown()


def duplicate(clip: Source, stretches: StretchesLike, times: int = 2) -> Source:
    """Show stretches of a clip, or single frames, several times, one after the other; see `cut` for how they are given.

    They are stored, in memory or on disk; `TargetUnwritable` is raised as frames are read where the disk is full.

    Args:
        stretches: each of them is repeated by itself.
        times: that each is shown, 1 to 1000.

    Raises:
        SettingError: as `cut`, and for another number.

    >>> gifsom.open("fixtures/scene.mp4").duplicate("1-2", 3).duration
    5.0
    """
    check_whole("times", times, 1, MOST)
    read = to_stretches(stretches)
    read.check_within("duplicate", clip)
    return _Repeated(clip, read, times)


def move(clip: Source, stretch: StretchesLike, to: Seconds) -> Source:
    """Show a stretch of a clip at another place.

    Frames between the two places are stored, or those of the stretch, in memory or on disk; `TargetUnwritable` is
    raised as frames are read where the disk is full.

    Args:
        stretch: a single one; see `cut` for how it is given.
        to: the time of the clip, or the frame, before which it is shown then, or "end".

    Raises:
        SettingError: as `cut`, for several stretches, and for a place inside of the stretch.

    >>> clip = gifsom.open("fixtures/sprite.gif")
    >>> [round(frame.start, 2) for frame in clip.move("#9-11", "#0").frames()][:4]
    [0.0, 0.05, 0.13, 0.25]
    """
    read, place = to_stretches(stretch), to_place(to)
    if len(read.spans) > 1:
        raise SettingError(f"move {read}: give one stretch")
    if place.at in (0, inf):  # the beginning and the end are those of times and of frames
        place = Place(place.at, read.numbered)
    if place.numbered != read.numbered:
        raise SettingError(f"move {read} to {place}: give times or frames, not both")
    read.check_within("move", clip)
    if place.at != inf:
        place.check_within("move", clip)
    return _Moved(clip, read, place)


def parse_duplicate(value: str) -> tuple[str, int]:
    """Stretches and times for `duplicate` from text such as "3-5", "#7" or "#7-9@3x". Raises `SettingError`.

    >>> parse_duplicate("#7-9@3x")
    ('#7-9', 3)
    """
    stretches, at, times = value.partition("@")
    match = _TIMES.fullmatch(times.strip())
    if at and match is None:
        raise SettingError(f"'{printable(value)}': give how often it is shown as #7-9@3x")
    to_stretches(stretches)
    return stretches, int(match[1]) if match else 2


def parse_move(value: str) -> tuple[str, str]:
    """Stretch and place for `move` from text such as "#9-11@#0" or "3-5@end". Raises `SettingError`.

    >>> parse_move("3-5@1")
    ('3-5', '1')
    """
    stretch, at, place = value.partition("@")
    if not at:
        raise SettingError(
            f"'{printable(value)}': give what is moved, and to where, such as 3-5@1, #9-11@#0 or 3-5@end"
        )
    to_stretches(stretch)
    to_place(place)
    return stretch, place
