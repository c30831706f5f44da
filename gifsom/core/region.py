"""Regions of the screen as text, and clipped to the screen."""

import re

from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Rect
from gifsom.core.values import check_whole

_REGION = re.compile(r"(\d{1,5})x(\d{1,5})([+-]|\+-)(\d{1,5})([+-]|\+-)(\d{1,5})", re.ASCII)


def parse_region(text: str) -> Rect:
    """A rectangle from "WxH+X+Y" in pixels; X and Y may be negative, as "-5" or "+-5".

    Raises `SettingError` for any other text and for a size of 0.

    >>> parse_region("800x500+100+-50")
    Rect(left=100, top=-50, width=800, height=500)
    """
    match = _REGION.fullmatch(text.strip())
    if not match:
        raise SettingError(
            f"'{printable(text)}' is not a region: give width, height, left and top in pixels, such as 800x500+100+50"
        )
    width, height = int(match[1]), int(match[2])
    if not (width and height):
        raise SettingError(f"'{printable(text)}' is not a region: its width and height are at least 1")
    left, top = (int(match[n + 1]) * (-1 if "-" in match[n] else 1) for n in (3, 5))
    return Rect(left, top, width, height)


def to_rect(region: "str | Rect | tuple[int, int, int, int]") -> Rect:
    """A rectangle from "WxH+X+Y", from left, top, width and height, or as it is. Raises `SettingError`.

    >>> to_rect((100, -50, 800, 500))
    Rect(left=100, top=-50, width=800, height=500)
    """
    if isinstance(region, Rect):
        return region
    if isinstance(region, str):
        return parse_region(region)
    try:
        left, top, width, height = region
    except (TypeError, ValueError):
        raise SettingError(f"region is {printable(region)}: give left, top, width and height") from None
    check_whole("left", left, -100_000, 100_000)
    check_whole("top", top, -100_000, 100_000)
    check_whole("width", width, 1, 100_000)
    check_whole("height", height, 1, 100_000)
    return Rect(int(left), int(top), int(width), int(height))


def region_text(rect: Rect) -> str:
    """A rectangle as `parse_region` reads it.

    >>> region_text(Rect(100, -50, 800, 500))
    '800x500+100+-50'
    """
    return f"{rect.width}x{rect.height}+{rect.left}+{rect.top}"


def clip_region(rect: Rect, screen: Rect) -> Rect:
    """The part of a rectangle that is on the screen; the rectangle itself where all of it is.

    Raises `SettingError` where nothing is, with the size of the screen.
    """
    left, top = max(rect.left, screen.left), max(rect.top, screen.top)
    right = min(rect.left + rect.width, screen.left + screen.width)
    bottom = min(rect.top + rect.height, screen.top + screen.height)
    if right <= left or bottom <= top:
        raise SettingError(f"the region {region_text(rect)} is outside of the screen, which is {region_text(screen)}")
    return Rect(left, top, right - left, bottom - top)
