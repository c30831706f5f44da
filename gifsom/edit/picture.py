"""Edits of which part of the picture is shown, and how large."""

from math import inf
from numbers import Real

import numpy as np

from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Rect
from gifsom.core.region import region_text, to_rect
from gifsom.core.source import Source
from gifsom.core.timing import nearest
from gifsom.core.values import MAX_SIDE, check_whole
from gifsom.edit.base import crop_to, scale_to
from gifsom.edit.frames import with_alpha

BORDER = 16
"""Levels by which a border may vary and still be one color, as after a lossy codec."""


def even_height(size: tuple[int, int], width: int) -> int:
    """The height for `width` that keeps the shape of `size` (w, h), rounded to an even number, as `scale=W:-2` does."""
    return max(2, nearest(width * size[1] / (2 * size[0])) * 2)


def crop(clip: Source, area: "str | Rect | tuple[int, int, int, int]") -> Source:
    """A part of each picture.

    Args:
        area: "WxH+X+Y", a `Rect`, or left, top, width and height, in pixels of this clip; or "auto": without borders of
            one color that the whole clip has.

    Raises:
        SettingError: for text that is no region, and for a region outside of the picture.

    >>> gifsom.open("fixtures/scene.mp4").crop("300x200+40+20").size
    (300, 200)
    """
    read = parse_area(area)
    rect = read if isinstance(read, Rect) else borderless(clip)
    check_inside("crop", rect, clip)
    return clip if (rect.width, rect.height) == clip.size else crop_to(clip, rect)


def parse_area(area: "str | Rect | tuple[int, int, int, int]") -> str | Rect:
    """The rectangle of a crop, or "auto". Raises `SettingError`."""
    return "auto" if isinstance(area, str) and area == "auto" else to_rect(area)


def check_inside(name: str, rect: Rect, clip: Source) -> None:
    """Raise `SettingError` for the rectangle of an edit that is empty or not inside of a clip's pictures."""
    width, height = clip.size
    within = 0 <= rect.left < rect.left + rect.width <= width and 0 <= rect.top < rect.top + rect.height <= height
    if not within:
        raise SettingError(f"{name} {region_text(rect)}: that is not inside of the picture, which is {width}x{height}")


def borderless(clip: Source) -> Rect:
    """The rectangle of a clip without borders: rows and columns of one color, the same in all pictures.

    Each side's border may have a color of its own, and hidden pixels count as one. Reads the whole clip. A clip that is
    nothing but border is left as it is.
    """
    low = high = None
    for frame in clip.frames():
        picture = np.array(with_alpha(frame))
        if frame.mask is not None:
            picture[frame.mask] = 0
        if low is None or high is None:
            low, high = picture, picture.copy()
        else:
            np.minimum(low, picture, out=low)
            np.maximum(high, picture, out=high)
    assert low is not None
    assert high is not None  # no clip is empty
    first, last = (  # without the color of the top and left, and without that of the bottom and right
        Rect.around(((np.abs(low - color) > BORDER) | (np.abs(high - color) > BORDER)).any(axis=2))
        for color in (low[0, 0].astype(np.int16), low[-1, -1].astype(np.int16))
    )
    if first is None or last is None:
        return Rect(0, 0, *clip.size)
    width, height = last.left + last.width - first.left, last.top + last.height - first.top
    return Rect(first.left, first.top, width, height) if min(width, height) > 0 else Rect(0, 0, *clip.size)


def width(clip: Source, width: int) -> Source:
    """At most `width` pixels wide, 1 to 16000; the height follows, rounded to an even number. Never enlarged.

    >>> gifsom.open("fixtures/scene.mp4").width(320).size
    (320, 180)
    """
    check_whole("width", width, 1, MAX_SIDE)
    return clip if clip.size[0] <= width else scale_to(clip, (width, even_height(clip.size, width)))


def height(clip: Source, height: int) -> Source:
    """At most `height` pixels high, 1 to 16000; the width follows, rounded to an even number. Never enlarged.

    >>> gifsom.open("fixtures/scene.mp4").height(90).size
    (160, 90)
    """
    check_whole("height", height, 1, MAX_SIDE)
    return clip if clip.size[1] <= height else scale_to(clip, (even_height(clip.size[::-1], height), height))


def fit(clip: Source, box: "str | tuple[int, int]") -> Source:
    """Scaled down to fit into a box, never distorted and never enlarged.

    Args:
        box: "WxH" or width and height in pixels.

    Raises:
        SettingError: for text that is no size.

    >>> gifsom.open("fixtures/scene.mp4").fit("200x200").size
    (200, 113)
    """
    wide, high = parse_box(box)
    width, height = clip.size
    ratio = min(wide / width, high / height, 1)
    return clip if ratio == 1 else scale_to(clip, (max(1, nearest(width * ratio)), max(1, nearest(height * ratio))))


def scale(clip: Source, factor: float) -> Source:
    """Both sides times `factor`: 0.5 is half as wide; 2 doubles every pixel of pixel art, and smooths all else.

    Raises:
        SettingError: for a factor that is not above 0, or that makes a side longer than a GIF's.

    >>> gifsom.open("fixtures/sprite.gif").scale(2).size
    (128, 96)
    """
    if isinstance(factor, bool) or not isinstance(factor, Real) or not 0 < factor < inf:
        raise SettingError(f"scale is {printable(factor)}: give a factor above 0, such as 0.5 or 2")
    width, height = (max(1, nearest(side * factor)) for side in clip.size)
    if max(width, height) > MAX_SIDE:
        raise SettingError(f"scale {factor:g}: that makes {width}x{height} pixels, and a side ends at {MAX_SIDE}")
    return clip if (width, height) == clip.size else scale_to(clip, (width, height))


def parse_box(box: "str | tuple[int, int]") -> tuple[int, int]:
    """Width and height from "WxH" or from two numbers. Raises `SettingError`.

    >>> parse_box("640x480")
    (640, 480)
    """
    try:
        width, height = (int(part) for part in box.lower().split("x")) if isinstance(box, str) else box
    except (ValueError, TypeError):
        raise SettingError(f"'{printable(box)}' is not a size: give width and height, such as 640x480") from None
    check_whole("width", width, 1, MAX_SIDE)
    check_whole("height", height, 1, MAX_SIDE)
    return width, height
