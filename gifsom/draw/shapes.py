"""Shapes with smooth edges: rectangles with round corners, their soft shadows, and gradients."""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from gifsom.core.frame import Pixels
from gifsom.core.values import Color

Alpha: TypeAlias = NDArray[np.float32]
"""(h, w), 0 to 1."""

SHADOWS: Final = ((0.45, 0.30, 0.55), (0.12, 0.08, 0.35))
"""Blur, offset downward, both relative to the shadow's reach, and opacity of the two layers of a shadow: a wide one for
the height above the ground, and a close one that draws the edge."""


def rounded(width: int, height: int, radius: float, spread: float = 0.0) -> Alpha:
    """How much of each pixel a rectangle with round corners covers.

    Args:
        width, height: of the array in pixels.
        radius: of the corners; at most half of the shorter side counts.
        spread: pixels by which the rectangle is smaller than the array, on each side.
    """
    radius = min(radius, min(width, height) / 2 - spread)
    x, y = (
        np.abs(np.arange(side, dtype=np.float32) + 0.5 - side / 2) - (side / 2 - spread - radius)
        for side in (width, height)
    )
    outside = np.hypot(np.maximum(x, 0)[None], np.maximum(y, 0)[:, None])
    away = outside + np.minimum(np.maximum(x[None], y[:, None]), 0) - radius  # signed distance to the edge
    covered: Alpha = np.clip(0.5 - away, 0, 1).astype(np.float32)
    return covered


def shadow(width: int, height: int, box: tuple[int, int, int, int], radius: float, reach: float) -> Alpha:
    """The shadow on a ground of a rectangle with round corners that floats above it.

    Args:
        width, height: of the ground in pixels.
        box: left, top, width and height of the rectangle.
        radius: of its corners.
        reach: pixels that the shadow takes around it.
    """
    left, top, wide, high = box
    light = np.ones((height, width), np.float32)
    shape = Image.fromarray(np.rint(255 * rounded(wide, high, radius)).astype(np.uint8))
    for blur, offset, opacity in SHADOWS:
        layer = Image.new("L", (width, height))
        layer.paste(shape, (left, top + round(reach * offset)))
        layer = layer.filter(ImageFilter.GaussianBlur(reach * blur))
        light *= 1 - np.float32(opacity / 255) * np.asarray(layer)
    return 1 - light


def gradient(width: int, height: int, first: Color, last: Color) -> Pixels:
    """A picture (h, w, 3) that goes from one color in the upper left corner to another in the lower right one."""
    picture = np.empty((height, width, 3), np.uint8)
    if first == last:
        picture[:] = first
        return picture
    x, y = (np.linspace(0, side, side, dtype=np.float32) / np.float32(width + height) for side in (width, height))
    for channel, (begin, end) in enumerate(zip(first, last, strict=True)):  # one by one, in little memory
        picture[..., channel] = np.rint(begin + (x[None] + y[:, None]) * np.float32(end - begin))
    return picture


def darken(picture: Pixels, dark: Alpha) -> None:
    """Lay a shadow over a picture (h, w, 3) in place."""
    for channel in range(3):
        picture[..., channel] = np.rint(picture[..., channel] * (1 - dark))
