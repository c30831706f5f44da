"""Edits of time: which part is shown, when, and for how long."""

from collections.abc import Callable, Iterator

from gifsom.clip import Clip, Frame
from gifsom.core.errors import SourceEmpty
from gifsom.core.timing import nearest, slots
from gifsom.core.values import Seconds, check_seconds, span
from gifsom.edit.base import Retimed, Timed


class _Trimmed(Timed):
    def __init__(self, clip: Clip, start: float, end: float | None) -> None:
        super().__init__(clip)
        self.start, self.end = start, end

    @property
    def duration(self) -> float:
        end = self.clip.duration if self.end is None else min(self.clip.duration, self.end)
        return end - self.start

    @property
    def count(self) -> int | None:
        whole = self.clip.count
        return None if whole is None else max(1, round(whole * self.duration / self.clip.duration))

    def frames(self) -> Iterator[Frame]:
        before: Frame | None = None  # what is on the screen when the part begins
        for frame in self.clip.frames():
            if self.end is not None and frame.start >= self.end:
                break
            if frame.start <= self.start:
                before = frame
                continue
            if before is not None:
                yield Frame(before.pixels, 0.0, before.mask)
                before = None
            yield Frame(frame.pixels, frame.start - self.start, frame.mask)
        if before is not None:
            yield Frame(before.pixels, 0.0, before.mask)


class _Resampled(Timed):
    def __init__(self, clip: Clip, fps: float) -> None:
        super().__init__(clip)
        self.fps = fps

    @property
    def rate(self) -> float | None:
        return self.fps

    @property
    def count(self) -> int | None:
        return slots(self.clip.duration, self.fps)

    def frames(self) -> Iterator[Frame]:
        held: Frame | None = None
        slot = 0
        for frame in self.clip.frames():
            now = nearest(frame.start * self.fps) if held is not None else 0
            if held is not None and now > slot:
                yield Frame(held.pixels, slot / self.fps, held.mask)
                slot = now
            held = frame
        if held is not None and slot < slots(self.clip.duration, self.fps):  # exact only now
            yield Frame(held.pixels, slot / self.fps, held.mask)


class _HeldLast(Retimed):
    def frames(self) -> Iterator[Frame]:
        start = 0.0
        for frame in self.clip.frames():
            start = frame.start
            yield frame
        self._end = max(self.clip.duration, start + self.seconds)


class Part(Timed):
    """The part of a clip from and to the seconds that `find` gives, which is asked when they are needed."""

    def __init__(self, clip: Clip, find: Callable[[], tuple[float, float]]) -> None:
        super().__init__(clip)
        self.find = find

    def again(self, clip: Clip) -> Clip:
        return Part(clip, self.find)

    @property
    def part(self) -> Clip:
        return trim(self.clip, *self.find())

    @property
    def duration(self) -> float:
        return self.part.duration

    @property
    def count(self) -> int | None:
        return self.part.count

    def frames(self) -> Iterator[Frame]:
        return self.part.frames()


def trim(clip: Clip, start: Seconds = 0.0, end: Seconds | None = None) -> Clip:
    """The part of `clip` from `start` to `end`, each in seconds or as a clock; end None: to the clip's own end.

    What is on the screen at `start` is the first frame. Raises `SourceEmpty` where the clip is over before `start`.
    """
    first, last = span(start, end)
    if first >= clip.duration:
        raise SourceEmpty(f"{clip.name}: the start, {first:g} s, is past the end: it is {clip.duration:.2f} s long")
    if first == 0 and (last is None or last >= clip.duration):
        return clip
    return _Trimmed(clip, first, last)


def resample(clip: Clip, fps: float) -> Clip:
    """At most `fps` frames a second: at each 1/fps the newest frame whose time, rounded to the grid, has come.

    This is what ffmpeg's `fps` filter chooses; a clip that is no faster anyway is left alone.
    """
    return clip if clip.rate is not None and clip.rate <= fps else _Resampled(clip, fps)


def hold_last(clip: Clip, seconds: float) -> Clip:
    """The last frame lasts `seconds` at least. Raises `SettingError` for a negative time."""
    check_seconds("hold_last", seconds, 0)
    return _HeldLast(clip, seconds)
