"""Edits of time: which part is shown, when, and for how long."""

from collections.abc import Callable, Iterator

from gifsom.core.frame import Frame
from gifsom.core.source import Source
from gifsom.core.values import check_seconds
from gifsom.edit.base import Retimed, Timed, resample, trim


class _HeldLast(Retimed):
    def frames(self) -> Iterator[Frame]:
        start = 0.0
        for frame in self.source.frames():
            start = frame.start
            yield frame
        self._end = max(self.source.duration, start + self.seconds)


class Part(Timed):
    """The part of a clip between the seconds that `find` returns; it is called when they are needed."""

    def __init__(self, clip: Source, find: Callable[[], tuple[float, float]]) -> None:
        super().__init__(clip)
        self.find = find

    def again(self, clip: Source) -> Source:
        return Part(clip, self.find)

    @property
    def part(self) -> Source:
        return trim(self.source, *self.find())

    @property
    def duration(self) -> float:
        return self.part.duration

    @property
    def count(self) -> int | None:
        return self.part.count

    def frames(self) -> Iterator[Frame]:
        return self.part.frames()


def fps(source: Source, fps: float) -> Source:
    """At most `fps` frames a second: at each 1/fps the newest frame whose time, rounded to the grid, has come.

    ffmpeg's `fps` filter chooses the same; a clip that is no faster is left alone.

    >>> len(list(gifsom.open("fixtures/scene.mp4").fps(10).frames()))
    30
    """
    return resample(source, fps)


def hold_last(clip: Source, seconds: float) -> Source:
    """Show the last frame for at least `seconds`. Raises `SettingError` for a negative time.

    >>> gifsom.open("fixtures/scene.mp4").hold_last(2).duration
    4.96
    """
    check_seconds("hold_last", seconds, 0)
    return _HeldLast(clip, seconds)
