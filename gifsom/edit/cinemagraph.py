"""A cinemagraph: a picture of which only a part moves."""

from collections.abc import Iterator
from math import ceil, floor

import numpy as np

from gifsom.core.frame import Frame, Rect
from gifsom.core.region import to_rect
from gifsom.core.source import Source
from gifsom.edit.base import Drawn, scale_to
from gifsom.edit.frames import memoized
from gifsom.edit.picture import check_inside
from gifsom.edit.span import NEAR


class _Stilled(Drawn):
    def __init__(self, clip: Source, rect: Rect) -> None:
        super().__init__(clip)
        self.rect = rect

    def scaled(self, size: tuple[int, int]) -> Source:
        """The part in pixels of that size: all those that lie in it, even partly."""
        across, down = (new / old for new, old in zip(size, self.size, strict=True))
        left, top = floor(self.rect.left * across + NEAR), floor(self.rect.top * down + NEAR)
        right = ceil((self.rect.left + self.rect.width) * across - NEAR)
        bottom = ceil((self.rect.top + self.rect.height) * down - NEAR)
        return _Stilled(scale_to(self.source, size), Rect(left, top, right - left, bottom - top))

    def frames(self) -> Iterator[Frame]:
        frames = self.source.frames()
        first = next(frames)
        yield first
        yield from map(memoized(lambda frame: self._around(first, frame)), frames)

    def _around(self, still: Frame, frame: Frame) -> Frame:
        """A frame within the rectangle, and the still one around it."""
        pixels, mask = still.pixels.copy(), None
        self.rect.cut(pixels)[:] = self.rect.cut(frame.pixels)
        if still.mask is not None or frame.mask is not None:
            mask = np.zeros(pixels.shape[:2], np.bool_) if still.mask is None else still.mask.copy()
            self.rect.cut(mask)[:] = False if frame.mask is None else self.rect.cut(frame.mask)
        return Frame(pixels, frame.start, mask)


def still_outside(clip: Source, area: "str | Rect | tuple[int, int, int, int]") -> Source:
    """Only a part of the picture moves; around it stays the clip's first one. With `loop_smooth` it goes on for ever.

    Args:
        area: "WxH+X+Y", a `Rect`, or left, top, width and height, in pixels of this clip.

    Raises:
        SettingError: for text that is no region, and a region outside of the picture.

    >>> clip = gifsom.open("fixtures/cards.mkv").still_outside("96x32+0+0")  # what moves is below
    >>> len({frame.pixels.tobytes() for frame in clip.frames()})
    1
    """
    rect = to_rect(area)
    check_inside("still_outside", rect, clip)
    return _Stilled(clip, rect)
