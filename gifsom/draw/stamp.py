"""Stamps: small pictures with alpha that are laid over others.

A stamp is (h, w, 4) uint8 with premultiplied alpha, so that laying it is one sum.
"""

import numpy as np

from gifsom.core.frame import Pixels
from gifsom.core.values import Color


def lay(pixels: Pixels, stamp: Pixels, left: int, top: int) -> None:
    """Blend a stamp (h, w, 4) over pixels (h, w, 3) in place, cropped at their edges."""
    height, width = pixels.shape[:2]
    x, y = max(0, -left), max(0, -top)
    part = stamp[y : max(0, height - top), x : max(0, width - left)].astype(np.uint16)
    below = pixels[top + y : top + y + part.shape[0], left + x : left + x + part.shape[1]]
    if part.size:
        below[:] = np.minimum(part[..., :3] + (below * (255 - part[..., 3:]) + 127) // 255, 255)


def lay_stamp(below: Pixels, stamp: Pixels, left: int, top: int) -> None:
    """Blend a stamp over another one in place, inside of which it lies."""
    part = below[top : top + stamp.shape[0], left : left + stamp.shape[1]]
    part[:] = np.minimum(stamp + (part * (255 - stamp[..., 3:].astype(np.uint16)) + 127) // 255, 255)


def faded(stamp: Pixels, opacity: float) -> Pixels:
    """A stamp of which only that part, 0 to 1, of its opacity is left."""
    less: Pixels = np.rint(stamp * np.float32(opacity)).astype(np.uint8)
    return less


def multiplied(colors: np.ndarray, alpha: np.ndarray) -> Pixels:
    """A stamp of colors (..., 3), 0 to 255, and alpha (h, w), 0 to 1."""
    rgba = np.concatenate([colors * alpha[..., None], 255 * alpha[..., None]], axis=2)
    stamp: Pixels = np.rint(rgba).astype(np.uint8)
    return stamp


def contrasting(color: Color) -> Color:
    """Black or white, whichever has the higher contrast (WCAG 2) with a color.

    >>> contrasting((255, 255, 0)), contrasting((0, 0, 128))
    ((0, 0, 0), (255, 255, 255))
    """
    red, green, blue = ((level / 255) ** 2.2 for level in color)
    return (0, 0, 0) if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else (255, 255, 255)
