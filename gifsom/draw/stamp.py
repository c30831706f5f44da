"""Stamps: small pictures with alpha that are laid over others, and text as such pictures.

A stamp is (h, w, 4) uint8 with premultiplied alpha, so that laying it is one sum.
"""

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Final, TypeAlias, cast
from unicodedata import category

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gifsom.core.frame import Pixels
from gifsom.core.values import Color

BOX: Final[Color] = (44, 47, 54)
EDGE: Final[Color] = (110, 115, 125)
INK: Final[Color] = (255, 255, 255)

FONTS: Final = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "LiberationSans-Regular.ttf",
    "segoeui.ttf",
    "Arial.ttf",
    "Arial Unicode.ttf",
    "NotoSansCJK-Regular.ttc",
    "wqy-zenhei.ttc",
    "msyh.ttc",
    "malgun.ttf",
    "Hiragino Sans GB.ttc",
    "AppleSDGothicNeo.ttc",
    "seguisym.ttf",
    "NotoSansSymbols2-Regular.ttf",
)
"""Fonts of Linux, Windows and macOS; the first available one that has all letters is used."""

BOLD: Final = ("DejaVuSans-Bold.ttf", "NotoSans-Bold.ttf", "LiberationSans-Bold.ttf", "segoeuib.ttf", "Arial Bold.ttf")
"""Bold fonts, which stay legible inside an outline."""

SHARP: Final = 4
"""Supersampling of a badge's box, so that its corners are smooth."""

NOWHERE: Final = "\uffff"
"""A code point without a glyph in any font: its picture is a font's placeholder for missing letters."""

Font: TypeAlias = ImageFont.FreeTypeFont


def lay(pixels: Pixels, stamp: Pixels, left: int, top: int) -> None:
    """Blend a stamp (h, w, 4) over pixels (h, w, 3) in place, cropped at their edges."""
    height, width = pixels.shape[:2]
    x, y = max(0, -left), max(0, -top)
    part = stamp[y : max(0, height - top), x : max(0, width - left)].astype(np.uint16)
    below = pixels[top + y : top + y + part.shape[0], left + x : left + x + part.shape[1]]
    if part.size:
        below[:] = np.minimum(part[..., :3] + (below * (255 - part[..., 3:]) + 127) // 255, 255)


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


def font(text: str, size: int, *, bold: bool = False) -> Font:
    """A font of the system with the letters of a text, or most of them; else Pillow's own, which has few."""
    name = _face(text, (*BOLD, *FONTS) if bold else FONTS)
    return (None if name is None else _load(name, size)) or cast(Font, ImageFont.load_default(size))


@lru_cache(maxsize=64)
def _load(name: str, size: int) -> Font | None:
    with suppress(OSError):
        return ImageFont.truetype(name, size)
    return None


@lru_cache(maxsize=16)
def _face(text: str, names: tuple[str, ...]) -> str | None:
    """The first of some fonts that lacks the fewest letters of a text; None where the system has none of them."""
    best, fewest = None, len(text) + 1
    for name in names:
        face = _load(name, 16)
        if face is None:
            continue
        missing = len(lacking(face, text))
        if missing < fewest:
            best, fewest = name, missing
        if not missing:
            break
    return best


def lacking(face: Font, text: str) -> str:
    """The letters, digits and signs of a text that a font lacks."""
    nothing = bytes(face.getmask(NOWHERE))
    seen = [letter for letter in dict.fromkeys(text) if category(letter)[0] in "LNPS" and letter != "\ufffd"]
    return "".join(letter for letter in seen if bytes(face.getmask(letter)) == nothing)


def lettering(lines: Sequence[str], face: Font, color: Color, outline: int, align: str) -> Pixels:
    """A stamp of lines of text.

    Args:
        lines: one below the other, without control characters.
        face: their font.
        color: of the letters.
        outline: pixels around the letters that are black or white, whichever contrasts; 0: none.
        align: "l", "m" or "r": left, middle or right.
    """
    width, height = extent(lines, face, outline)
    rim = contrasting(color) if outline else color
    image = Image.new("RGBA", (width, height), (*rim, 0))
    canvas = ImageDraw.Draw(image)
    x = {"l": outline, "m": width / 2, "r": width - outline}[align]
    for n, line in enumerate(lines):
        place = (x, outline + n * line_height(face))
        canvas.text(place, line, color, face, anchor=f"{align}a", stroke_width=outline, stroke_fill=rim)
    rgba = np.asarray(image)
    return multiplied(rgba[..., :3], rgba[..., 3] / 255)


def extent(lines: Sequence[str], face: Font, outline: int) -> tuple[int, int]:
    """Width and height in pixels of the stamp that `lettering` makes."""
    width = max(round(face.getlength(line) + 0.5) for line in lines)
    return max(1, width) + 2 * outline, len(lines) * line_height(face) + 2 * outline


def line_height(face: Font) -> int:
    """Pixels from one line of text to the next."""
    return sum(face.getmetrics())


def badge(text: str, face: Font) -> Pixels:
    """A stamp of one line of white letters on a dark box with round corners."""
    size = face.size
    pad, tall = round(size * 0.7), round(size * 1.9)
    wide = max(tall, round(face.getlength(text)) + 2 * pad)
    box = Image.new("RGBA", (wide * SHARP, tall * SHARP), (*EDGE, 0))
    around = (0, 0, wide * SHARP - 1, tall * SHARP - 1)
    ImageDraw.Draw(box).rounded_rectangle(around, tall * SHARP // 4, (*BOX, 255), EDGE, SHARP)
    image = box.resize((wide, tall), Image.Resampling.BOX)
    ImageDraw.Draw(image).text((wide / 2, tall / 2), text, INK, face, anchor="mm")
    rgba = np.asarray(image)
    return multiplied(rgba[..., :3], rgba[..., 3] / 255)
