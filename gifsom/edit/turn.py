"""Edits that turn pictures: by quarters of a circle, or over to their other side."""

import numpy as np

from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Frame
from gifsom.core.source import Source
from gifsom.edit.base import Redrawn

QUARTERS = {90: 1, 180: 2, 270: 3, -270: 1, -180: 2, -90: 3}
"""Quarters of a turn to the right of the degrees that there are."""

AXES = {"vertical": 0, "horizontal": 1}
"""Axis of a (h, w) array along which a direction flips."""


class _Rotated(Redrawn):
    def __init__(self, clip: Source, quarters: int) -> None:
        super().__init__(clip)
        self.quarters = quarters

    @property
    def size(self) -> tuple[int, int]:
        width, height = self.source.size
        return (height, width) if self.quarters % 2 else (width, height)

    def redraw(self, frame: Frame) -> Frame:
        mask = None if frame.mask is None else np.rot90(frame.mask, -self.quarters).copy()
        return Frame(np.rot90(frame.pixels, -self.quarters).copy(), frame.start, mask)


class _Flipped(Redrawn):
    def __init__(self, clip: Source, axis: int) -> None:
        super().__init__(clip)
        self.axis = axis

    def redraw(self, frame: Frame) -> Frame:
        mask = None if frame.mask is None else np.flip(frame.mask, self.axis).copy()
        return Frame(np.flip(frame.pixels, self.axis).copy(), frame.start, mask)


def rotate(clip: Source, degrees: int) -> Source:
    """Each picture turned clockwise by 90, 180 or 270 degrees, or to the left by -90, -180 or -270.

    Raises `SettingError` for any other angle.

    >>> gifsom.open("fixtures/sprite.gif").rotate(90).size
    (48, 64)
    """
    if degrees not in QUARTERS:
        raise SettingError(f"rotate is {printable(degrees)}: give 90, 180 or 270 degrees clockwise, or -90")
    return _Rotated(clip, QUARTERS[degrees])


def flip(clip: Source, direction: str) -> Source:
    """Each picture mirrored: "horizontal" changes left and right, "vertical" top and bottom.

    Raises `SettingError` for any other direction.

    >>> clip = gifsom.open("fixtures/cards.mkv")
    >>> next(clip.flip("vertical").frames()).pixels[-1].tolist() == next(clip.frames()).pixels[0].tolist()
    True
    """
    if direction not in AXES:
        raise SettingError(f"flip is {printable(direction)}: give horizontal or vertical")
    return _Flipped(clip, AXES[direction])
