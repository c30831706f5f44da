"""Overlays of a recording's pictures: the pointer, a ring where a button is pressed, keys as a caption.

Each is a stamp laid over a copy of the pixels and cropped at their edges.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from gifsom.core.errors import printable
from gifsom.core.frame import Pixels
from gifsom.core.values import Color
from gifsom.draw.fonts import face
from gifsom.draw.stamp import lay, multiplied
from gifsom.draw.text import INK, Box, boxed
from gifsom.spool.events import Key, Pointer, Shape

AMBER: Final[Color] = (255, 176, 0)
RIM: Final[Color] = (70, 40, 0)

RING: Final = 1 / 40
CAPTION: Final = 1 / 26
"""Radius of a ring and height of letters, relative to the picture's shorter side."""

LETTERS: Final = 200
"""Letters of a caption that are considered: no picture of a usual shape has room for more."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Overlays of one picture.

    pointer  its position
    shape    its picture; None: no pointer is drawn
    rings    x and y of their centers
    caption  text at the bottom; may be empty
    """

    pointer: tuple[int, int] = (0, 0)
    shape: Shape | None = None
    rings: tuple[tuple[int, int], ...] = ()
    caption: str = ""


def draw(pixels: Pixels, scene: Scene) -> Pixels:
    """A copy of pixels (h, w, 3) with a scene drawn over it."""
    drawn = pixels.copy()
    height, width = drawn.shape[:2]
    if scene.rings:
        ring = _ring(max(9.0, min(width, height) * RING))
        half = ring.shape[0] // 2
        for x, y in scene.rings:
            lay(drawn, ring, x - half, y - half)
    if scene.shape is not None:
        x, y = corner(scene.pointer, scene.shape)
        lay(drawn, scene.shape.pixels, x, y)
    if scene.caption:
        caption = _caption(scene.caption, width, max(12, round(min(width, height) * CAPTION)))
        lay(drawn, caption, (width - caption.shape[1]) // 2, height - height // 20 - caption.shape[0])
    return drawn


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


@lru_cache(maxsize=4)
def _ring(radius: float) -> Pixels:
    """A stamp of odd sides: an amber ring between two thin dark ones."""
    half = int(radius) + 4
    y, x = np.mgrid[-half : half + 1, -half : half + 1]
    away = np.abs(np.hypot(x, y) - radius)
    thick = max(1.5, radius / 9)
    amber = np.clip(thick + 0.5 - away, 0, 1)
    alpha = np.clip(thick + 1.5 - away, 0, 1)
    return multiplied(amber[..., None] * np.array(AMBER) + (1 - amber[..., None]) * np.array(RIM), alpha)


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
