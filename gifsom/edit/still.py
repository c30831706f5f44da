"""Edits of still stretches: shortened, left out, or cut off at the ends."""

from collections.abc import Iterator
from functools import cache, partial

from gifsom.core.frame import Frame
from gifsom.core.source import Source
from gifsom.core.values import SHORTEST_IDLE, check_seconds
from gifsom.edit.base import Edited, Retimed
from gifsom.edit.frames import alike
from gifsom.edit.time import Part

REST = 0.1
"""Longest still time in seconds before the first change and after the last one; a frame's time if that is longer."""


class _LimitedIdle(Retimed):
    _count: int | None = None  # until it is known how many are left out

    @property
    def count(self) -> int | None:
        return self._count

    def frames(self) -> Iterator[Frame]:
        time = 1 / (self.rate or 100)  # shortest frame: the next stretch must not follow any sooner
        count = 0
        before: Frame | None = None  # the first one of the stretch; it appears at `start`
        start = 0.0
        for frame, first in stretches(self.source):
            if before is not None and first is not before:
                start += min(first.start - before.start, self.seconds)
            before = first
            since = frame.start - first.start
            if frame is first or since + time <= self.seconds + 1e-9:
                count += 1
                yield Frame(frame.pixels, start + since, frame.mask)
        if before is not None:
            self._count = count
            self._end = start + min(self.source.duration - before.start, self.seconds)


class _Distinct(Edited):
    _count: int | None = None  # until it is known how many are left out

    @property
    def count(self) -> int | None:
        return self._count

    def frames(self) -> Iterator[Frame]:
        count = 0
        for frame, first in stretches(self.source):
            if frame is first:
                count += 1
                yield frame
        self._count = count


def stretches(clip: Source) -> Iterator[tuple[Frame, Frame]]:
    """Each frame, with the first one of the still stretch that it belongs to.

    Such a stretch ends with the first frame that differs by more than ALIKE levels in any pixel from its first one.
    """
    first: Frame | None = None
    for frame in clip.frames():
        if first is None or not alike(first, frame):
            first = frame
        yield frame, first


def idle_limit(clip: Source, seconds: float) -> Source:
    """Limit still stretches to `seconds`, at least 0.1; later frames move up.

    Such a stretch ends with the first frame that differs by more than 8 levels in any pixel from its first one.
    Raises `SettingError` for less.

    >>> clip = gifsom.open("fixtures/vfr.mkv")
    >>> clip.duration, round(clip.idle_limit(0.5).duration, 2)
    (3.0, 1.6)
    """
    check_seconds("idle_limit", seconds, SHORTEST_IDLE)
    return _LimitedIdle(clip, seconds)


def drop_duplicates(clip: Source) -> Source:
    """Leave out frames that differ by at most 8 levels in every pixel from the last one that stays.

    The others keep their times.

    >>> clip = gifsom.open("fixtures/vfr.mkv")  # six pictures, read at 25 fps
    >>> len([*clip.frames()]), len([*clip.drop_duplicates().frames()])
    (75, 6)
    """
    return _Distinct(clip)


def trim_still(clip: Source) -> Source:
    """Cut off the beginning and the end of a clip where nothing changes by more than 8 levels.

    It begins with the last frame before the first change and ends a frame's time after the last change; that is at
    least 0.1 s, where the clip has it, and the picture before the first change is shown for no longer than that. A clip
    in which nothing changes stays as it is.

    The clip is read once to find that part, when its duration or its frames are first asked for.

    >>> clip = gifsom.open("fixtures/vfr.mkv")  # its last change is at 2.52 s
    >>> round(clip.duration, 2), round(clip.trim_still().duration, 2)
    (3.0, 2.62)
    """
    return Part(clip, cache(partial(_moving, clip)))


def _moving(clip: Source) -> tuple[float, float]:
    """Start and end, in seconds, of the part of a clip in which something changes."""
    rest = max(REST, 1 / clip.rate if clip.rate else 0.0)
    begin, end = 0.0, float("inf")
    before: Frame | None = None
    for frame, first in stretches(clip):
        if frame is first and before is not None:
            if end == float("inf"):
                begin = max(before.start, frame.start - rest)
            end = frame.start + rest
        elif abs(frame.start - end) < 1e-6:  # the same time: what appears then is never visible
            end = frame.start
        before = frame
    return begin, min(end, clip.duration)
