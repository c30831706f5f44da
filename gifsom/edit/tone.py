"""Edits of brightness and color, the same in every picture. Hidden pixels stay hidden."""

from collections.abc import Callable, Sequence
from numbers import Real

import numpy as np
from PIL import Image, ImageEnhance

from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Frame
from gifsom.core.source import Mark, Source
from gifsom.edit.base import Redrawn

MOST = 10
"""Largest factor: beyond it little but black, white and the six colors between them is left."""

MIDDLE = (128, 128, 128)
"""The gray that contrast leaves unchanged, one for all pictures: with the mean of each they would flicker."""


class _Toned(Redrawn):
    def __init__(self, clip: Source, change: Callable[[Image.Image], Image.Image]) -> None:
        super().__init__(clip)
        self.change = change

    def marks(self) -> Sequence[Mark] | None:
        return self.source.marks()

    def redraw(self, frame: Frame) -> Frame:
        return Frame(np.array(self.change(Image.fromarray(frame.pixels))), frame.start, frame.mask)


def _toned(clip: Source, name: str, factor: float, change: Callable[[Image.Image], Image.Image]) -> Source:
    if isinstance(factor, bool) or not isinstance(factor, Real) or not 0 <= factor <= MOST:
        raise SettingError(f"{name} is {printable(factor)}: give a factor from 0 to {MOST}; 1 leaves it as it is")
    return clip if factor == 1 else _Toned(clip, change)


def grayscale(clip: Source) -> Source:
    """Without color: each pixel is the gray of its luma (ITU-R BT.601).

    >>> next(gifsom.open("fixtures/cards.mkv").grayscale().frames()).pixels[0, 16].tolist()  # was 230, 57, 70
    [110, 110, 110]
    """
    return saturation(clip, 0)


def brightness(clip: Source, factor: float) -> Source:
    """All levels times `factor`, 0 to 10: 0 is black, 1 as it is. Raises `SettingError` for any other.

    >>> next(gifsom.open("fixtures/cards.mkv").brightness(0.5).frames()).pixels[0, 16].tolist()  # was 230, 57, 70
    [115, 28, 35]
    """
    return _toned(clip, "brightness", factor, lambda picture: ImageEnhance.Brightness(picture).enhance(factor))


def contrast(clip: Source, factor: float) -> Source:
    """Distances of all levels from 128 times `factor`, 0 to 10: 0 is flat gray, 1 as it is.

    Raises `SettingError` for any other factor.

    >>> next(gifsom.open("fixtures/cards.mkv").contrast(0.5).frames()).pixels[0, 16].tolist()  # was 230, 57, 70
    [179, 92, 99]
    """
    return _toned(
        clip, "contrast", factor, lambda picture: Image.blend(Image.new("RGB", picture.size, MIDDLE), picture, factor)
    )


def saturation(clip: Source, factor: float) -> Source:
    """Distances of all colors from their gray times `factor`, 0 to 10: 0 is without color, 1 as it is.

    Raises `SettingError` for any other factor.

    >>> next(gifsom.open("fixtures/cards.mkv").saturation(0.5).frames()).pixels[0, 16].tolist()  # was 230, 57, 70
    [170, 83, 90]
    """
    return _toned(clip, "saturation", factor, lambda picture: ImageEnhance.Color(picture).enhance(factor))
