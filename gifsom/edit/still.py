"""Edits of still stretches: shortened, left out, or cut off at the ends."""

from collections.abc import Iterator
from functools import cache, partial

from gifsom.core.frame import Frame
from gifsom.core.source import Source
from gifsom.core.values import SHORTEST_IDLE, check_seconds
from gifsom.edit.base import Edited, Retimed
from gifsom.edit.stillness import check_threshold, scaled_before, stretches
from gifsom.edit.time import Part

REST = 0.1
"""Longest still time in seconds before the first change and after the last one; a frame's time if that is longer."""

SHOWN = 0.05
"""Seconds from which on a cut is told."""


class _LimitedIdle(Retimed):
    """A clip whose still stretches end early."""

    _count: int | None = None  # until it is known how many are left out

    def __init__(self, clip: Source, seconds: float, percent: float) -> None:
        super().__init__(clip, seconds)
        self.percent = percent

    def scaled(self, size: tuple[int, int]) -> Source | None:
        part = scaled_before(self.source, size)
        return None if part is None else _LimitedIdle(part, self.seconds, self.percent)

    @property
    def count(self) -> int | None:
        return self._count

    @property
    def notes(self) -> tuple[str, ...]:
        cut = 0.0 if self._end is None else self.source.duration - self._end
        none = f"nothing stands still for longer than {self.seconds:g} s"
        return (*self.source.notes, f"{cut:.1f} s of stillness are cut" if cut >= SHOWN else none)

    def frames(self) -> Iterator[Frame]:
        time = 1 / (self.rate or 100)  # shortest frame: the next stretch must not follow any sooner
        count = 0
        before: Frame | None = None  # the first one of the stretch; it appears at `start`
        start = 0.0
        for frame, first in stretches(self.source, self.percent):
            if before is not None and first is not before:
                start += min(first.start - before.start, self.seconds)
            before = first
            since = frame.start - first.start
            if frame is first or since + time <= self.seconds + 1e-9:
                count += 1
                yield frame.at(start + since)
        if before is not None:
            self._count = count
            self._end = start + min(self.source.duration - before.start, self.seconds)


class _Distinct(Edited):
    """A clip without frames that show what the one before does."""

    _count: int | None = None  # until it is known how many are left out
    _left_out = 0

    def __init__(self, clip: Source, percent: float) -> None:
        super().__init__(clip)
        self.percent = percent

    def scaled(self, size: tuple[int, int]) -> Source | None:
        part = scaled_before(self.source, size)
        return None if part is None else _Distinct(part, self.percent)

    @property
    def count(self) -> int | None:
        return self._count

    @property
    def notes(self) -> tuple[str, ...]:
        whole = self._left_out + (self._count or 0)
        return (*self.source.notes, f"{self._left_out} of {whole} frames are left out as duplicates")

    def frames(self) -> Iterator[Frame]:
        count = left_out = 0
        for frame, first in stretches(self.source, self.percent):
            if frame is first:
                count += 1
                yield frame
            else:
                left_out += 1
        self._count, self._left_out = count, left_out


class _Moving(Part):
    """The part of a clip that is not still."""

    def again(self, clip: Source) -> Source:
        return _Moving(clip, self.find)

    @property
    def notes(self) -> tuple[str, ...]:
        cut = self.source.duration - self.duration
        none = "neither its beginning nor its end is still"
        return (*self.source.notes, f"{cut:.1f} s of still beginning and end are cut" if cut >= SHOWN else none)


def idle_limit(clip: Source, seconds: float, threshold: float | str | None = None) -> Source:
    """Limit still stretches to `seconds`, at least 0.1; later frames move up.

    Noise of a codec, and a spot that blinks at its place, such as a cursor, are no change.

    Args:
        threshold: percentage of the picture that may change and still counts as still; None: next to nothing, 0.01.

    Raises:
        SettingError: for less than 0.1 s, and for what is no such percentage.

    >>> clip = gifsom.open("fixtures/vfr.mkv")
    >>> clip.duration, round(clip.idle_limit(0.5).duration, 2)
    (3.0, 1.6)
    """
    check_seconds("idle_limit", seconds, SHORTEST_IDLE)
    return _LimitedIdle(clip, seconds, check_threshold(threshold))


def drop_duplicates(clip: Source, threshold: float | str | None = None) -> Source:
    """Leave out frames that show what the last one that stays does; the others keep their times.

    What counts as the same, `threshold` and errors are those of `idle_limit`.

    >>> clip = gifsom.open("fixtures/vfr.mkv")  # six pictures, read at 25 fps
    >>> len([*clip.frames()]), len([*clip.drop_duplicates().frames()])
    (75, 6)
    """
    return _Distinct(clip, check_threshold(threshold))


def trim_still(clip: Source, threshold: float | str | None = None) -> Source:
    """Cut off the beginning and the end of a clip where nothing changes.

    It begins with the last frame before the first change and ends a frame's time after the last change; that is at
    least 0.1 s, where the clip has it, and the picture before the first change is shown for no longer than that. A clip
    in which nothing changes stays as it is. What counts as a change, `threshold` and errors are those of `idle_limit`.

    The clip is read once to find that part, when its duration or its frames are first asked for.

    >>> clip = gifsom.open("fixtures/vfr.mkv")  # its last change is at 2.52 s
    >>> round(clip.duration, 2), round(clip.trim_still().duration, 2)
    (3.0, 2.62)
    """
    return _Moving(clip, cache(partial(_moving, clip, check_threshold(threshold))))


def _moving(clip: Source, percent: float) -> tuple[float, float]:
    """Start and end, in seconds, of the part of a clip in which something changes."""
    rest = max(REST, 1 / clip.rate if clip.rate else 0.0)
    begin, end = 0.0, float("inf")
    before: Frame | None = None
    for frame, first in stretches(clip, percent):
        if frame is first and before is not None:
            if end == float("inf"):
                begin = max(before.start, frame.start - rest)
            end = frame.start + rest
        elif abs(frame.start - end) < 1e-6:  # the same time: what appears then is never visible
            end = frame.start
        before = frame
    return begin, min(end, clip.duration)
