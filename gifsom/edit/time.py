"""Edits of time: which part is shown, when, and for how long."""

from collections.abc import Callable, Iterator, Sequence

from gifsom.core.frame import Frame
from gifsom.core.source import Mark, Source
from gifsom.core.values import MAX_FPS, check_seconds, check_whole
from gifsom.edit.base import Noted, Retimed, Timed, resample, trim


class _HeldLast(Retimed):
    """A clip whose last frame stays for some seconds at least."""

    def marks(self) -> Sequence[Mark] | None:
        return self.source.marks()

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

    ffmpeg's `fps` filter chooses the same; a clip that is no faster is left alone. More than 50 are not shown.

    >>> len(list(gifsom.open("fixtures/scene.mp4").fps(10).frames()))
    30
    """
    shown = resample(source, min(fps, MAX_FPS))
    if fps <= MAX_FPS or (source.rate is not None and source.rate <= MAX_FPS):
        return shown
    return Noted(shown, f"{MAX_FPS:g} frames a second, the most that are shown, and not {fps:g}")


def hold_last(clip: Source, seconds: float) -> Source:
    """Show the last frame for at least `seconds`. Raises `SettingError` for a negative time.

    >>> gifsom.open("fixtures/scene.mp4").hold_last(2).duration
    4.96
    """
    check_seconds("hold_last", seconds, 0)
    return _HeldLast(clip, seconds)


def max_frames(clip: Source, count: int) -> Source:
    """At most `count` frames, 1 or more: where there are more, there are fewer a second. Raises `SettingError`.

    A clip whose rate does not tell is read once to count them.

    >>> from gifsom.edit import max_frames
    >>> len([*max_frames(gifsom.open("fixtures/scene.mp4").source, 20).frames()])  # of 75, in 3 s
    20
    """
    check_whole("max_frames", count, 1, 1_000_000)
    if clip.rate is not None and clip.rate * clip.duration <= count:
        return clip
    if sum(1 for _ in clip.frames()) <= count:
        return clip
    rate = count / clip.duration
    return Noted(resample(clip, rate), f"{rate:.3g} frames a second, so that there are at most {count} frames")
