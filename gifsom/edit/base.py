"""What edits are made of: clips that pass another one on, and what several of them need."""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from copy import copy

import numpy as np
from PIL import Image

from gifsom.clip import Clip, Frame, Mask, Pixels, Rect, Shortfall

HALF = 128
"""Alpha below which a pixel is hidden: a GIF's pixels are shown or hidden."""

ALIKE = 8
"""Levels up to which a pixel counts as unchanged: a video's codec leaves no pixel quite alone."""


class Edited(Clip):
    """A clip that passes another one on; each edit changes what it must."""

    def __init__(self, clip: Clip) -> None:
        self.clip = clip
        self.plays = clip.plays
        self.native = clip.native
        self.indexed = clip.indexed

    @property
    def name(self) -> str:
        return self.clip.name

    @property
    def size(self) -> tuple[int, int]:
        return self.clip.size

    @property
    def duration(self) -> float:
        return self.clip.duration

    @property
    def rate(self) -> float | None:
        return self.clip.rate

    @property
    def count(self) -> int | None:
        return self.clip.count

    @property
    def shortfall(self) -> Shortfall | None:
        return self.clip.shortfall

    def frames(self) -> Iterator[Frame]:
        return self.clip.frames()

    def again(self, clip: Clip) -> Clip:
        """This edit of another clip; an edit that remembers what it learned of its clip makes it anew."""
        other = copy(self)
        other.clip = clip
        return other


class Drawn(Edited):
    """An edit of pictures alone: those that are not shown in the end need not be drawn."""

    def resample(self, fps: float) -> Clip:
        return self.again(self.clip.resample(fps))


class Redrawn(Drawn):
    """An edit of each picture by itself."""

    @abstractmethod
    def redraw(self, frame: Frame) -> Frame:
        """The new picture and mask of a frame, at its time."""

    def frames(self) -> Iterator[Frame]:
        yield from map(once(self.redraw), self.clip.frames())


class Timed(Edited):
    """An edit of times alone: what changes the pictures may come before it, where a source may do it itself."""

    def cropped(self, rect: Rect) -> Clip:
        return self.again(self.clip.cropped(rect))

    def scaled(self, size: tuple[int, int]) -> Clip:
        return self.again(self.clip.scaled(size))


class Retimed(Edited):
    """An edit whose duration depends on the frames: asked before they have been read, it reads them."""

    def __init__(self, clip: Clip, seconds: float) -> None:
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


def once(redraw: Callable[[Frame], Frame]) -> Callable[[Frame], Frame]:
    """What draws as `redraw` does, but a picture that is the same as the last one only once."""
    source: Frame | None = None
    drawn: Frame | None = None

    def draw(frame: Frame) -> Frame:
        nonlocal source, drawn
        if source is None or drawn is None or frame.pixels is not source.pixels or frame.mask is not source.mask:
            source, drawn = frame, redraw(frame)
        return Frame(drawn.pixels, frame.start, drawn.mask)

    return draw


def lasting(clip: Clip) -> Iterator[tuple[Frame, float]]:
    """Each frame of a clip, and when the next one takes its place or the clip ends, in seconds."""
    before: Frame | None = None
    for frame in clip.frames():
        if before is not None:
            yield before, frame.start
        before = frame
    if before is not None:
        yield before, clip.duration  # exact only now


def same_mask(a: Frame, b: Frame) -> bool:
    """Whether the very same pixels of two frames are hidden."""
    return a.mask is b.mask or (a.mask is not None and b.mask is not None and np.array_equal(a.mask, b.mask))


def same(a: Frame, b: Frame) -> bool:
    """Whether two frames show the very same picture."""
    return same_mask(a, b) and (a.pixels is b.pixels or np.array_equal(a.pixels, b.pixels))


def alike(a: Frame, b: Frame) -> bool:
    """Whether no pixel of two frames differs by more than ALIKE levels, and no mask at all."""
    if not same_mask(a, b):
        return False
    if a.pixels is b.pixels:
        return True
    return int((np.maximum(a.pixels, b.pixels) - np.minimum(a.pixels, b.pixels)).max()) <= ALIKE


def with_alpha(frame: Frame) -> Image.Image:
    """A frame as a picture whose alpha is 0 where it is hidden, else 255."""
    picture = Image.fromarray(frame.pixels).convert("RGBA")
    if frame.mask is not None:
        picture.putalpha(Image.fromarray(np.where(frame.mask, np.uint8(0), np.uint8(255))))
    return picture


def without_alpha(picture: Image.Image) -> tuple[Pixels, Mask]:
    """Pixels (h, w, 3) of a picture with alpha, and the mask (h, w): hidden is what is less than half opaque."""
    rgba = np.array(picture)
    return np.ascontiguousarray(rgba[..., :3]), rgba[..., 3] < HALF
