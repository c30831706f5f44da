"""Pictures in a canvas of another shape: fitted into its middle, never distorted."""

import numpy as np

from gifsom.core.frame import Frame, Rect
from gifsom.core.source import Source
from gifsom.core.timing import nearest
from gifsom.core.values import BLACK, Color
from gifsom.edit.base import Redrawn, scale_to


class Padded(Redrawn):
    """Pictures at `place` in a larger canvas, whose other pixels are `free`; None: transparent."""

    def __init__(self, clip: Source, size: tuple[int, int], place: Rect, free: Color | None) -> None:
        super().__init__(clip)
        self._size, self._place, self._free = size, place, free

    @property
    def size(self) -> tuple[int, int]:
        return self._size

    def redraw(self, frame: Frame) -> Frame:
        width, height = self._size
        pixels = np.full((height, width, 3), self._free or BLACK, np.uint8)
        self._place.cut(pixels)[...] = frame.pixels
        if self._free is not None and frame.mask is None:
            return Frame(pixels, frame.start)
        mask = np.full((height, width), self._free is None)
        self._place.cut(mask)[...] = False if frame.mask is None else frame.mask
        return Frame(pixels, frame.start, mask)


def inside(size: tuple[int, int], canvas: tuple[int, int], shown: tuple[int, int]) -> Rect:
    """Rectangle of a picture of `size` fitted into a canvas which is `shown` at another size."""
    ratio = min(canvas[0] / size[0], canvas[1] / size[1])
    edges = []
    for side, whole, new in zip(size, canvas, shown, strict=True):
        long = max(1, nearest(side * ratio))
        begin = (whole - long) // 2
        low = min(nearest(begin * new / whole), new - 1)
        edges.append((low, max(low + 1, nearest((begin + long) * new / whole))))
    (left, right), (top, bottom) = edges
    return Rect(left, top, right - left, bottom - top)


def padded(clip: Source, size: tuple[int, int], free: Color | None, place: Rect | None = None) -> Source:
    """A clip in the middle of a canvas of `size`, or at a `place` in it; around it lies `free`, None: nothing."""
    place = place or inside(clip.size, size, size)
    if clip.size != (place.width, place.height):
        clip = scale_to(clip, (place.width, place.height))
    return clip if clip.size == size else Padded(clip, size, place, free)
