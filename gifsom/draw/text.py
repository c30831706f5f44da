"""Text as stamps: letters with an outline, or on a box with round corners, such as keys and captions have."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from gifsom.core.frame import Pixels
from gifsom.core.values import Color
from gifsom.draw.fonts import Face
from gifsom.draw.shapes import rounded, shadow
from gifsom.draw.stamp import contrasting, lay_stamp, multiplied

DARK: Final[Color] = (32, 34, 40)
INK: Final[Color] = (255, 255, 255)

OPACITY: Final = 0.86
"""Opacity of a box: what lies below shows a little."""

PADDING: Final = 0.5
"""Space around letters in a box, relative to their size, on the left and right; above and below it is half of that."""

ROUND: Final = 0.35
"""Radius of a box's corners, relative to the letters."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box behind text.

    color    of it
    opacity  0 to 1
    padding  pixels on the left and right; above and below half of them; None: as fits the letters
    radius   of its corners in pixels; None: as fits the letters; infinite: half of a line, a pill
    shadow   opacity of a soft shadow below it, 0 to 1
    """

    color: Color = DARK
    opacity: float = OPACITY
    padding: int | None = None
    radius: float | None = None
    shadow: float = 0.6

    def margins(self, size: int) -> tuple[int, int]:
        """Pixels on the left and right, and above and below, of letters of a size."""
        across = round(size * PADDING) if self.padding is None else self.padding
        return across, (across + 1) // 2

    def rim(self, size: int) -> int:
        """Pixels that the shadow takes on each side."""
        return max(2, round(size * 0.3)) if self.shadow else 0


def lettering(lines: Sequence[str], face: Face, color: Color, outline: int, align: str) -> Pixels:
    """A stamp of lines of text.

    Args:
        lines: one below the other, without control characters.
        face: their fonts.
        color: of the letters; emoji have their own.
        outline: pixels around the letters that are black or white, whichever contrasts; 0: none.
        align: "l", "m" or "r": left, middle or right.
    """
    width, height = extent(lines, face, outline)
    rim = contrasting(color) if outline else color
    image = Image.new("RGBA", (width, height), (*rim, 0))
    canvas = ImageDraw.Draw(image)
    for n, line in enumerate(lines):
        top = outline + n * face.line_height
        if len(face.fonts) == 1 and face.fonts[0].size == face.size:
            x = {"l": outline, "m": width / 2, "r": width - outline}[align]
            canvas.text((x, top), line, color, face.fonts[0], anchor=f"{align}a", stroke_width=outline, stroke_fill=rim)
        else:
            left = outline + (width - 2 * outline - face.length(line)) * {"l": 0, "m": 0.5, "r": 1}[align]
            _mixed(image, line, face, (left, top), color, (outline, rim))
    rgba = np.asarray(image)
    return multiplied(rgba[..., :3], rgba[..., 3] / 255)


def _mixed(
    image: Image.Image, line: str, face: Face, at: tuple[float, float], color: Color, outline: tuple[int, Color]
) -> None:
    """Write a line in several fonts, all of them on one base line."""
    first = face.fonts[0]
    x, base = at[0], at[1] + first.getmetrics()[0] * face.size / first.size
    width, rim = outline
    for part, font, scale in face.runs(line):
        if scale == 1:
            place = (x, base)
            ImageDraw.Draw(image).text(place, part, color, font, "ls", stroke_width=width, stroke_fill=rim)
        else:  # pictures of letters, which have one size
            wide, (ascent, descent) = font.getlength(part), font.getmetrics()
            picture = Image.new("RGBA", (round(wide) + 1, ascent + descent))
            ImageDraw.Draw(picture).text((0, ascent), part, color, font, "ls", embedded_color=True)
            shape = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
            small = picture.resize(shape, Image.Resampling.LANCZOS)
            image.alpha_composite(small, (max(0, round(x)), max(0, round(base - ascent * scale))))
        x += font.getlength(part) * scale


def extent(lines: Sequence[str], face: Face, outline: int) -> tuple[int, int]:
    """Width and height in pixels of the stamp that `lettering` makes."""
    width = max(round(face.length(line) + 0.5) for line in lines)
    return max(1, width) + 2 * outline, len(lines) * face.line_height + 2 * outline


def boxed_extent(lines: Sequence[str], face: Face, box: Box) -> tuple[int, int]:
    """Width and height in pixels of the stamp that `boxed` makes."""
    width, height = extent(lines, face, 0)
    across, down = box.margins(face.size)
    rim = box.rim(face.size)
    high = height + 2 * down
    return max(width + 2 * across, high if len(lines) == 1 else 0) + 2 * rim, high + 2 * rim


def boxed(lines: Sequence[str], face: Face, color: Color, box: Box, align: str = "m") -> Pixels:
    """A stamp of lines of text on a box with round corners and a soft shadow, at least as wide as it is high.

    Arguments are those of `lettering`.
    """
    width, height = boxed_extent(lines, face, box)
    rim, size = box.rim(face.size), face.size
    wide, high = width - 2 * rim, height - 2 * rim
    radius = min(size * ROUND if box.radius is None else box.radius, (face.line_height + 2 * box.margins(size)[1]) / 2)
    inside = np.zeros((height, width), np.float32)
    inside[rim : rim + high, rim : rim + wide] = rounded(wide, high, radius)
    alpha = inside * np.float32(box.opacity)
    around = np.zeros_like(alpha)
    if rim:  # below the box itself there is none, however much shows through
        around = shadow(width, height, (rim, rim, wide, high), radius, rim) * np.float32(box.shadow) * (1 - inside)
    whole = alpha + around * (1 - alpha)
    share = np.divide(alpha, whole, out=np.zeros_like(alpha), where=whole > 0)
    stamp = multiplied(share[..., None] * np.array(box.color, np.float32), whole)
    letters = lettering(lines, face, color, 0, align)
    across, down = box.margins(size)
    free = wide - 2 * across - letters.shape[1]
    left = rim + across + {"l": 0, "m": free // 2, "r": free}[align]
    top = min(max(0, rim + down + face.lowering), height - letters.shape[0])
    lay_stamp(stamp, letters, left, top)
    return stamp
