"""Pictures of a part of the screen, always of one size, even when the screen changes."""

from contextlib import ExitStack
from typing import Self

import numpy as np

from gifsom.core.errors import ScreenUnavailable, SettingError
from gifsom.core.frame import Pixels, Rect
from gifsom.core.region import clip_region
from gifsom.recorder.screen import bounds, grabbed, grabber


class Camera:
    """Takes pictures of the screen, for one thread; a context manager. Raises `ScreenUnavailable`.

    Attributes:
        scale: pixels of a picture for one of the rectangle: 2 where the system counts in points.
        cut: whether a part of a picture was outside of the screen.
    """

    def __init__(self) -> None:
        self.scale, self.cut = 1, False
        self._stack = ExitStack()
        self._open()

    def _open(self) -> None:
        self._stack.close()
        self._mss = self._stack.enter_context(grabber())
        self._bounds = bounds(self._mss)

    def picture(self, rect: Rect) -> Pixels:
        """The pixels of the screen in `rect` now, (h, w, 4) uint8: blue, green, red and an unused byte.

        Pixels outside of the screen are black. Where the screen has changed its size, it is opened again.
        """
        try:
            return self._picture(rect)
        except ScreenUnavailable:
            self._open()
            return self._picture(rect)

    def _picture(self, rect: Rect) -> Pixels:
        try:
            seen = clip_region(rect, self._bounds)
        except SettingError:  # all of it is outside
            self.cut = True
            return self._black(rect)
        pixels = grabbed(self._mss, seen)
        self.scale = pixels.shape[1] // seen.width
        if seen == rect:
            return pixels
        self.cut = True
        whole = self._black(rect)
        left, top = (seen.left - rect.left) * self.scale, (seen.top - rect.top) * self.scale
        whole[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
        return whole

    def _black(self, rect: Rect) -> Pixels:
        return np.zeros((rect.height * self.scale, rect.width * self.scale, 4), np.uint8)

    def close(self) -> None:
        """Release the screen; idempotent."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
