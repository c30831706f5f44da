"""Edits of which part of the picture is shown, and how large."""

import re
from math import inf
from numbers import Real
from typing import Final

from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Rect
from gifsom.core.region import region_text, to_rect
from gifsom.core.source import Source
from gifsom.core.timing import nearest
from gifsom.core.values import MAX_SIDE, check_whole
from gifsom.edit.base import crop_to, scale_to
from gifsom.edit.borders import borderless

_BOX: Final = re.compile(r"(\d{1,9})(?:\s*px)?\s*[x\u00d7*]\s*(\d{1,9})(?:\s*px)?", re.ASCII | re.IGNORECASE)
_SIDE: Final = re.compile(r"(?P<n>\d{1,9}(?:\.\d*)?|\.\d+)\s*(?P<unit>px|%)?", re.ASCII | re.IGNORECASE)

MAX_PERCENT: Final = 100 * MAX_SIDE
"""Percentage of a side of one pixel that is the longest."""


def height_for(width: int, size: tuple[int, int]) -> int:
    """The height for `width` that keeps the aspect ratio of `size` (w, h) to the nearest pixel."""
    return max(1, nearest(width * size[1] / size[0]))


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


def width(clip: Source, width: int | str) -> Source:
    """At most `width` pixels wide, 1 to 16000; the height follows, to the nearest pixel. Never enlarged.

    "50%" is a part of the width that there is, "WxH" as `fit`. Raises `SettingError`.

    >>> clip = gifsom.open("fixtures/scene.mp4")
    >>> clip.width(320).size, clip.width("25%").size
    ((320, 180), (160, 90))
    """
    side = _asked("width", width, clip)
    if isinstance(side, tuple):
        return fit(clip, side)
    return clip if clip.size[0] <= side else scale_to(clip, (side, height_for(side, clip.size)))


def height(clip: Source, height: int | str) -> Source:
    """At most `height` pixels high, 1 to 16000; the width follows, to the nearest pixel. Never enlarged.

    "50%" is a part of the height that there is, "WxH" as `fit`. Raises `SettingError`.

    >>> gifsom.open("fixtures/scene.mp4").height(90).size
    (160, 90)
    """
    side = _asked("height", height, clip)
    if isinstance(side, tuple):
        return fit(clip, side)
    return clip if clip.size[1] <= side else scale_to(clip, (height_for(side, clip.size[::-1]), side))


def parse_side(name: str, value: "int | str | tuple[int, int]") -> "int | str | tuple[int, int]":
    """Pixels of a width or height, both of "WxH", or the percentage, such as "50%". Raises `SettingError`.

    >>> parse_side("width", "480px"), parse_side("width", "480x270"), parse_side("width", "50 %")
    (480, (480, 270), '50%')
    """
    if not isinstance(value, str):
        if not isinstance(value, tuple):
            check_whole(name, value, 1, MAX_SIDE)
        return value
    if _BOX.fullmatch(value.strip()):
        return parse_box(value)
    match = _SIDE.fullmatch(value.strip())
    if match is None or (match["unit"] == "%" and not 0 < float(match["n"]) <= MAX_PERCENT):
        raise SettingError(f"{name} is {printable(value)}: give pixels, such as 480, both sides, as 480x270, or 50%")
    if match["unit"] == "%":
        return f"{match['n']}%"
    if not match["n"].isdecimal():
        raise SettingError(f"{name} is {printable(value)}: give whole pixels, such as 480")
    check_whole(name, int(match["n"]), 1, MAX_SIDE)
    return int(match["n"])


def _asked(name: str, value: "int | str | tuple[int, int]", clip: Source) -> "int | tuple[int, int]":
    """Pixels of a width or height, or of both sides, that are asked of a clip. Raises `SettingError`."""
    side = parse_side(name, value)
    if not isinstance(side, str):
        return side
    there = clip.size[0 if name == "width" else 1]
    return max(1, nearest(float(side.removesuffix("%")) * there / 100))


def too_small(name: str, clip: Source, value: "int | str | tuple[int, int]") -> str | None:
    """A note where a width, height or box, of a name, is larger than the clip's pictures, which are never enlarged."""
    asked = parse_box(value) if name == "fit" and not isinstance(value, int) else _asked(name, value, clip)
    wide, high = clip.size
    if isinstance(asked, tuple):
        larger = asked[0] > wide and asked[1] > high
    else:
        larger = asked > (wide if name == "width" else high)
    shown = "x".join(map(str, asked)) if isinstance(asked, tuple) else asked
    return f"{name} {shown} is larger than the picture, which stays {wide}x{high}" if larger else None


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

    >>> parse_box("640x480"), parse_box("640 x 480 px")
    ((640, 480), (640, 480))
    """
    if isinstance(box, str):
        match = _BOX.fullmatch(box.strip())
        sides = [int(side) for side in match.groups()] if match else []
    else:
        sides = list(box) if isinstance(box, tuple | list) else []
    if len(sides) != 2:
        raise SettingError(f"'{printable(box)}' is not a size: give width and height, such as 640x480")
    width, height = sides
    check_whole("width", width, 1, MAX_SIDE)
    check_whole("height", height, 1, MAX_SIDE)
    return width, height
