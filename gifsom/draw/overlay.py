"""Overlays of a recording's pictures: the pointer and its halo, rings where buttons are pressed, keys as a caption.

Each is a stamp laid over a copy of the pixels and cropped at their edges.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Pixels
from gifsom.core.values import Color, parse_color
from gifsom.draw.fonts import face
from gifsom.draw.stamp import lay, multiplied
from gifsom.draw.text import INK, Box, boxed
from gifsom.spool.events import Key, Pointer, Shape

AMBER: Final[Color] = (255, 176, 0)
BLUE: Final[Color] = (74, 163, 255)
"""Rings of the left button, and of all others."""

GLOW: Final[Color] = (255, 226, 92)
"""Halo around a pointer."""

RING: Final = 1 / 40
HALO: Final = 1 / 12
CAPTION: Final = 1 / 26
"""Radius of a ring and of a halo, and height of letters, relative to the picture's shorter side."""

STEPS: Final = 6
"""Steps in which a ring grows and fades: pictures at 15 a second in the time that it takes."""

GROWTH: Final = 0.7
"""Part of its radius by which a ring grows as it fades."""

SCALES: Final = (0.25, 8.0)
"""Range of the scale of a pointer."""

LETTERS: Final = 200
"""Letters of a caption that are considered: no picture of a usual shape has room for more."""


@dataclass(frozen=True, slots=True)
class ClickStyle:
    """Colors of rings, of the left button and of all others, and their radius in pixels; None: as fits the picture."""

    color: Color = AMBER
    right: Color = BLUE
    size: int | None = None


@dataclass(frozen=True, slots=True, order=True)
class Ring:
    """A ring around x and y, of a button, 1 being the left one; `step` of STEPS: how far it has grown and faded."""

    x: int
    y: int
    button: int = 1
    step: int = 0


@dataclass(frozen=True, slots=True)
class Scene:
    """Overlays of one picture.

    pointer  its position
    shape    its picture; None: no pointer is drawn
    rings    where buttons are pressed
    caption  text at the bottom; may be empty
    style    of the rings
    halo     whether there is one around the pointer
    """

    pointer: tuple[int, int] = (0, 0)
    shape: Shape | None = None
    rings: tuple[Ring, ...] = ()
    caption: str = ""
    style: ClickStyle = ClickStyle()
    halo: bool = False


def draw(pixels: Pixels, scene: Scene) -> Pixels:
    """A copy of pixels (h, w, 3) with a scene drawn over it."""
    drawn = pixels.copy()
    height, width = drawn.shape[:2]
    side = min(width, height)
    if scene.halo and scene.shape is not None:
        _lay_around(drawn, _halo(max(16.0, side * HALO)), *scene.pointer)
    for ring in scene.rings:
        style = scene.style
        radius = max(9.0, side * RING) if style.size is None else float(style.size)
        _lay_around(drawn, _ring(radius, style.color if ring.button == 1 else style.right, ring.step), ring.x, ring.y)
    if scene.shape is not None:
        x, y = corner(scene.pointer, scene.shape)
        lay(drawn, scene.shape.pixels, x, y)
    if scene.caption:
        caption = _caption(scene.caption, width, max(12, round(side * CAPTION)))
        lay(drawn, caption, (width - caption.shape[1]) // 2, height - height // 20 - caption.shape[0])
    return drawn


def _lay_around(pixels: Pixels, stamp: Pixels, x: int, y: int) -> None:
    """Lay a stamp of odd sides with its middle at x and y."""
    half = stamp.shape[0] // 2
    lay(pixels, stamp, x - half, y - half)


def corner(at: tuple[int, int], shape: Shape) -> tuple[int, int]:
    """Upper left corner of the picture of a pointer whose hot spot is at `at`."""
    return at[0] - shape.hot[0], at[1] - shape.hot[1]


def is_seen(pointer: Pointer, shape: Shape, size: tuple[int, int]) -> bool:
    """Whether any of a pointer's picture lies on a canvas of width and height `size`."""
    (x, y), (height, width) = corner((pointer.x, pointer.y), shape), shape.pixels.shape[:2]
    return bool(-width < x < size[0] and -height < y < size[1])


def words(keys: Iterable[Key]) -> str:
    """Keys as text: single characters stand together, as typed, all others apart.

    >>> words([Key(0, "l"), Key(0, "s"), Key(0, "Enter"), Key(0, "Ctrl+C")])
    'ls Enter Ctrl+C'
    """
    text, joins = "", True
    for key in keys:
        single = len(key.text) == 1
        text += "" if joins and single else " "
        text += printable(key.text)
        joins = single
    return text.strip()


@lru_cache(maxsize=64)
def _ring(radius: float, color: Color, step: int) -> Pixels:
    """A stamp of odd sides: a ring between two thin dark ones, which grows quickly first, and fades evenly."""
    share = step / STEPS
    grown = radius * (1 + GROWTH * (1 - (1 - share) ** 2))
    half = int(grown) + 4
    y, x = np.mgrid[-half : half + 1, -half : half + 1]
    away = np.abs(np.hypot(x, y) - grown)
    thick = max(1.5, radius / 9) * (1 - share / 2)
    bright = np.clip(thick + 0.5 - away, 0, 1)[..., None]
    alpha = np.clip(thick + 1.5 - away, 0, 1) * (1 - share)
    rim = np.array(color) / 4
    return multiplied(bright * np.array(color) + (1 - bright) * rim, alpha)


@lru_cache(maxsize=2)
def _halo(radius: float) -> Pixels:
    """A stamp of odd sides: a soft light, even in the middle."""
    half = int(radius) + 1
    y, x = np.mgrid[-half : half + 1, -half : half + 1]
    share = np.clip((radius - np.hypot(x, y)) / (radius * 0.45), 0, 1)
    return multiplied(np.ones((*share.shape, 3)) * np.array(GLOW), 0.45 * share * share * (3 - 2 * share))


@lru_cache(maxsize=4)
def _caption(text: str, width: int, size: int) -> Pixels:
    """A stamp of white letters on a dark box, at most as wide as `width` allows; too long a text loses its
    beginning."""
    shown = text = text[-LETTERS:]
    fonts = face(f"{text}…", size, weight="regular")
    max_width = max(size, width - 4 * size)
    while len(shown) > 1 and fonts.length(shown) > max_width:
        text = text[1:]
        shown = f"…{text}"
    return boxed([shown], fonts, INK, Box())


def parse_click_style(text: str) -> ClickStyle:
    """A style from "color=red|right=blue|size=24", or some of these. Raises `SettingError`.

    >>> parse_click_style("right=#4af|size=24")
    ClickStyle(color=(255, 176, 0), right=(68, 170, 255), size=24)
    """
    style = ClickStyle()
    for part in printable(text).split("|"):
        name, equals, value = (word.strip() for word in part.partition("="))
        if name not in ("color", "right", "size") or not equals:
            raise SettingError(f"'{printable(text)}' is no style of clicks: give color=red|right=blue|size=24")
        if name == "size":
            if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 1000):
                raise SettingError(f"size is {value}: give the radius of a ring in pixels, from 1 to 1000")
            style = replace(style, size=int(value))
        elif name == "color":
            style = replace(style, color=parse_color(value))
        else:
            style = replace(style, right=parse_color(value))
    return style


def check_pointer_scale(value: float) -> None:
    """Raise `SettingError` for a scale that no pointer has."""
    low, high = SCALES
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise SettingError(f"pointer_scale is {printable(value)}: give a factor from {low:g} to {high:g}, such as 1.5")
