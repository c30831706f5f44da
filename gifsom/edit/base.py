"""What edits are made of: clips that pass another one on, and what several of them need."""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from gifsom.clip import Clip, Frame, Mask, Pixels, Rect, Shortfall

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


class Redrawn(Edited):
    """An edit of each picture by itself; one that is shown again is drawn once."""

    def redraw(self, frame: Frame) -> Frame:
        """The new picture and mask of a frame, at its time."""
        raise NotImplementedError

    def frames(self) -> Iterator[Frame]:
        source: Frame | None = None
        drawn: Frame | None = None
        for frame in self.clip.frames():
            same = source is not None and frame.pixels is source.pixels and frame.mask is source.mask
            if drawn is None or not same:
                drawn, source = self.redraw(frame), frame
            yield Frame(drawn.pixels, frame.start, drawn.mask)


class Timed(Edited):
    """An edit of times alone: what changes the pictures may come before it, where a source may do it itself."""

    def again(self, clip: Clip) -> Clip:
        """This edit of another clip."""
        raise NotImplementedError

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


def lasting(clip: Clip) -> Iterator[tuple[Frame, float]]:
    """Each frame of a clip, and when the next one takes its place or the clip ends, in seconds."""
    before: Frame | None = None
    for frame in clip.frames():
        if before is not None:
            yield before, frame.start
        before = frame
    if before is not None:
        yield before, clip.duration  # exact only now


def alike(a: Frame, b: Frame) -> bool:
    """Whether no pixel of two frames differs by more than ALIKE levels, and no mask at all."""
    if a.mask is not b.mask and (a.mask is None or b.mask is None or not np.array_equal(a.mask, b.mask)):
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
    return np.ascontiguousarray(rgba[..., :3]), rgba[..., 3] < 128
