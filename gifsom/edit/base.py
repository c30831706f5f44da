"""Base classes of edits, and the four steps that a source may do itself, as ffmpeg does for a video.

A step asks the source first (see `gifsom.core.source.Source.trimmed` and the hooks after it), and is an edit where the
source cannot do it.
"""

import os
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from math import inf

import numpy as np
from PIL import Image

from gifsom.core.errors import SourceEmpty
from gifsom.core.frame import Frame, Rect, Shortfall
from gifsom.core.source import Mark, Source
from gifsom.core.timing import nearest, slots
from gifsom.core.values import Seconds, span
from gifsom.edit.frames import is_pixel_art, memoized, with_alpha, without_alpha


class Edited(Source):
    """A source that passes another one on; each edit overrides what it changes."""

    def __init__(self, clip: Source) -> None:
        self.source = clip
        self.plays = clip.plays
        self.native = clip.native
        self.indexed = clip.indexed

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def files(self) -> tuple[os.PathLike[str], ...]:
        return self.source.files

    @property
    def size(self) -> tuple[int, int]:
        return self.source.size

    @property
    def duration(self) -> float:
        return self.source.duration

    @property
    def rate(self) -> float | None:
        return self.source.rate

    @property
    def count(self) -> int | None:
        return self.source.count

    @property
    def shortfall(self) -> Shortfall | None:
        return self.source.shortfall

    @property
    def sound(self) -> bool:
        return self.source.sound

    @property
    def growing(self) -> bool:
        return self.source.growing

    @property
    def notes(self) -> tuple[str, ...]:
        return self.source.notes

    def frames(self) -> Iterator[Frame]:
        return self.source.frames()

    def again(self, clip: Source) -> Source:
        """The same edit of another clip, without anything learned from this one."""
        other = copy(self)
        other.source = clip
        return other


class Drawn(Edited):
    """An edit of pictures alone: frames that are dropped later need not be drawn."""

    def resampled(self, fps: float) -> Source:
        return self.again(resample(self.source, fps))


class Redrawn(Drawn):
    """An edit of each picture by itself."""

    @abstractmethod
    def redraw(self, frame: Frame) -> Frame:
        """The new picture and mask of a frame, at its time."""

    def frames(self) -> Iterator[Frame]:
        yield from map(memoized(self.redraw), self.source.frames())

    def dissolved(self, seconds: float) -> Source | None:
        part = self.source.dissolved(seconds)
        return None if part is None else self.again(part)


class Timed(Edited):
    """An edit of times alone: edits of pictures may be moved before it, where a source may do them itself."""

    def cropped(self, rect: Rect) -> Source:
        return self.again(crop_to(self.source, rect))

    def scaled(self, size: tuple[int, int]) -> Source:
        return self.again(scale_to(self.source, size))


def moved(marks: Sequence[Mark] | None, at: Callable[[float], float | None]) -> Sequence[Mark] | None:
    """Marks at other times, which `at` gives of theirs; None: that moment is not shown any more."""
    if marks is None:
        return None
    times = [(mark, at(mark.time)) for mark in marks]
    return [Mark(time, mark.x, mark.y) for mark, time in times if time is not None]


class Noted(Timed):
    """A clip that stays as it is, with something to tell of it."""

    def __init__(self, clip: Source, note: str) -> None:
        super().__init__(clip)
        self.note = note

    @property
    def notes(self) -> tuple[str, ...]:
        return (*self.source.notes, self.note)

    def marks(self) -> Sequence[Mark] | None:
        return self.source.marks()

    def trimmed(self, start: float, end: float | None) -> Source:
        return self.again(trim(self.source, start, end))

    def resampled(self, fps: float) -> Source:
        return self.again(resample(self.source, fps))

    def dissolved(self, seconds: float) -> Source | None:
        part = self.source.dissolved(seconds)
        return None if part is None else self.again(part)


class Retimed(Edited):
    """An edit whose duration depends on the frames: if asked before they have been read, it reads them."""

    def __init__(self, clip: Source, seconds: float) -> None:
        super().__init__(clip)
        self.seconds = seconds
        self._end: float | None = None

    @property
    def duration(self) -> float:
        if self._end is None:
            for _ in self.frames():
                pass
        assert self._end is not None
        return self._end


class _Trimmed(Timed):
    def __init__(self, clip: Source, start: float, end: float | None) -> None:
        super().__init__(clip)
        self.start, self.end = start, end

    @property
    def duration(self) -> float:
        end = self.source.duration if self.end is None else min(self.source.duration, self.end)
        return end - self.start

    @property
    def count(self) -> int | None:
        whole = self.source.count
        return None if whole is None else max(1, round(whole * self.duration / self.source.duration))

    def marks(self) -> Sequence[Mark] | None:
        marks = self.source.marks()
        end = inf if self.end is None else self.end
        return marks and [
            Mark(mark.time - self.start, mark.x, mark.y) for mark in marks if self.start <= mark.time < end
        ]

    def frames(self) -> Iterator[Frame]:
        before: Frame | None = None  # what is on the screen when the part begins
        for frame in self.source.frames():
            if self.end is not None and frame.start >= self.end:
                break
            if frame.start <= self.start:
                before = frame
                continue
            if before is not None:
                yield before.at(0.0)
                before = None
            yield frame.at(frame.start - self.start)
        if before is not None:
            yield before.at(0.0)


class _Resampled(Timed):
    def __init__(self, clip: Source, fps: float) -> None:
        super().__init__(clip)
        self.fps = fps

    @property
    def rate(self) -> float | None:
        return self.fps

    def marks(self) -> Sequence[Mark] | None:
        return self.source.marks()

    @property
    def count(self) -> int | None:
        return slots(self.source.duration, self.fps)

    def dissolved(self, seconds: float) -> Source | None:
        part = self.source.dissolved(seconds)
        return None if part is None else self.again(part)

    def frames(self) -> Iterator[Frame]:
        held: Frame | None = None
        slot = 0
        for frame in self.source.frames():
            now = nearest(frame.start * self.fps) if held is not None else 0
            if held is not None and now > slot:
                yield held.at(slot / self.fps)
                slot = now
            held = frame
        if held is not None and slot < slots(self.source.duration, self.fps):  # exact only now
            yield held.at(slot / self.fps)


class _Cropped(Redrawn):
    """A part of each picture."""

    def __init__(self, clip: Source, rect: Rect) -> None:
        super().__init__(clip)
        self.rect = rect

    @property
    def size(self) -> tuple[int, int]:
        return self.rect.width, self.rect.height

    def marks(self) -> Sequence[Mark] | None:
        marks = self.source.marks()
        inside = [Mark(mark.time, mark.x - self.rect.left, mark.y - self.rect.top) for mark in marks or ()]
        return marks and [mark for mark in inside if 0 <= mark.x < self.rect.width and 0 <= mark.y < self.rect.height]

    def redraw(self, frame: Frame) -> Frame:
        mask = None if frame.mask is None else np.ascontiguousarray(self.rect.cut(frame.mask))
        return Frame(np.ascontiguousarray(self.rect.cut(frame.pixels)), frame.start, mask)


class _Scaled(Redrawn):
    """Pictures at another size."""

    def __init__(self, clip: Source, size: tuple[int, int]) -> None:
        super().__init__(clip)
        self._size = size

    @property
    def size(self) -> tuple[int, int]:
        return self._size

    def marks(self) -> Sequence[Mark] | None:
        marks = self.source.marks()
        across, down = (new / old for new, old in zip(self._size, self.source.size, strict=True))
        return marks and [Mark(mark.time, mark.x * across, mark.y * down) for mark in marks]

    def redraw(self, frame: Frame) -> Frame:
        art = is_pixel_art(frame.pixels, self._size)
        sampling = Image.Resampling.NEAREST if art else Image.Resampling.LANCZOS
        if frame.mask is None:
            return Frame(np.array(Image.fromarray(frame.pixels).resize(self._size, sampling)), frame.start)
        # Pillow weights colors by their alpha, so that hidden pixels do not bleed into the edges.
        pixels, mask = without_alpha(with_alpha(frame).resize(self._size, sampling))
        return Frame(pixels, frame.start, mask)


def trim(source: Source, start: Seconds = 0.0, end: Seconds | None = None) -> Source:
    """The part from `start` to `end`, each in seconds or as a clock such as "1:05"; end None: to the clip's own end.

    The picture on the screen at `start` is the first frame. Raises `SourceEmpty` where the clip ends before `start`,
    and `SettingError` for an invalid time.

    >>> gifsom.open("fixtures/scene.mp4").trim(0.5, "0:02").duration
    1.5
    """
    first, last = span(start, end)
    part = source.trimmed(first, last)
    if part is not None:
        return part
    if first >= source.duration:
        raise SourceEmpty(f"{source.name}: the start, {first:g} s, is past the end: it is {source.duration:.2f} s long")
    if first == 0 and (last is None or last >= source.duration):
        return source
    return _Trimmed(source, first, last)


def resample(source: Source, fps: float) -> Source:
    """At most `fps` frames a second; see `gifsom.edit.fps`."""
    resampled = source.resampled(fps)
    if resampled is not None:
        return resampled
    return source if source.rate is not None and source.rate <= fps else _Resampled(source, fps)


def crop_to(source: Source, rect: Rect) -> Source:
    """The part `rect` of each picture, which lies inside of it."""
    return source.cropped(rect) or _Cropped(source, rect)


def scale_to(source: Source, size: tuple[int, int]) -> Source:
    """Each picture at `size`, width and height."""
    return source.scaled(size) or _Scaled(source, size)
