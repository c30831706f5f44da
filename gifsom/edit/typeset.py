"""Typesetting: from a text and how it is to look to a stamp, and where that lies in a picture."""

import re
from dataclasses import dataclass
from math import inf
from typing import Final

from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Pixels
from gifsom.core.values import MAX_SIDE, Color, check_share, check_whole, parse_color
from gifsom.draw.fonts import WEIGHTS, Face, face, lacking, packages
from gifsom.draw.text import DARK, OPACITY, Box, boxed, boxed_extent, extent, lettering
from gifsom.edit.place import MARGIN, POSITIONS, check_position, place

STYLES: Final = ("outline", "pill", "box")
"""Styles of a text."""

LETTERS: Final = {"outline": 1 / 12, "pill": 1 / 17, "box": 1 / 17}
RIM: Final = 1 / 12
"""Height of letters, relative to the picture's shorter side; outline, relative to the letters."""

USUAL: Final = 10
LEGIBLE: Final = 8
"""Smallest height of letters in pixels where no size is given, and to which they shrink where they must."""

# Between Chinese, Japanese and Korean characters a line may break, elsewhere only at spaces.
_WIDE: Final = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
_WORD: Final = re.compile(rf" *(?:[{_WIDE}]|[^ {_WIDE}]+)")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a text looks, and where it lies; the arguments of `gifsom.edit.caption` have these names.

    Raises `SettingError` for values out of range, and for some that exclude each other.
    """

    position: str = "bottom"
    size: int | None = None
    outline: int | None = None
    color: str | Color = "white"
    x: int | None = None
    y: int | None = None
    style: str = "outline"
    font: str | None = None
    weight: str | None = None
    background: str | Color = DARK
    opacity: float = OPACITY
    padding: int | None = None
    radius: int | None = None

    def __post_init__(self) -> None:
        check_position(self.position)
        _check_choice("style", self.style, STYLES)
        _check_choice("weight", self.weight or "bold", tuple(WEIGHTS))
        for name, least in (("size", 1), ("outline", 0), ("padding", 0), ("radius", 0)):
            pixels = getattr(self, name)
            if pixels is not None:
                check_whole(name, pixels, least, MAX_SIDE)
        check_share("opacity", self.opacity)
        parse_color(self.color), parse_color(self.background)
        if self.style == "outline":
            usual = {"background": DARK, "opacity": OPACITY, "padding": None, "radius": None}
            for name, value in usual.items():
                if getattr(self, name) != value:
                    raise SettingError(f"{name} is for text on a box: give style=pill or style=box, too")
        elif self.outline is not None:
            raise SettingError(f"outline and style={self.style} exclude each other: leave one out")

    @property
    def box(self) -> Box | None:
        """The box behind the text; None: there is an outline in its place."""
        if self.style == "outline":
            return None
        radius = inf if self.style == "pill" and self.radius is None else self.radius
        return Box(parse_color(self.background), self.opacity, self.padding, radius)


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise SettingError(f"{name} is {printable(value)}: give one of {', '.join(choices)}")


def typeset(text: str, look: Look, picture: tuple[int, int]) -> tuple[Pixels, tuple[int, int]]:
    """The stamp of a text in pictures of a width and height, and its upper left corner.

    Raises `SettingError` for a text without letters, letters that no font has, and one that is larger than the picture.
    """
    if not isinstance(text, str):
        raise SettingError(f"the caption is {printable(text)}: give it a text")
    paragraphs = [_CONTROL.sub("\ufffd", " ".join(line.split())) for line in text.splitlines()]
    if not any(paragraphs):
        raise SettingError("the caption is empty: give it a text")
    margin = round(min(picture) * MARGIN)
    lines, fonts, rim = _laid(paragraphs, picture, margin, look)
    if missing := lacking(fonts, "".join(paragraphs)):
        raise SettingError(
            f"no font of this system has {missing}: install one (Debian: {packages(missing)}), or leave that out"
        )
    align = "lmr"[POSITIONS[look.position][0]]
    color, box = parse_color(look.color), look.box
    stamp = lettering(lines, fonts, color, rim, align) if box is None else boxed(lines, fonts, color, box, align)
    return stamp, place(look.position, stamp.shape[1::-1], picture, margin, look.x, look.y)


def _laid(paragraphs: list[str], picture: tuple[int, int], margin: int, look: Look) -> tuple[list[str], Face, int]:
    """Lines, fonts and outline of a text in pictures of width and height."""
    width, height = picture
    text, box = "".join(paragraphs), look.box
    weight = look.weight or ("bold" if box is None else "regular")
    letters = look.size or max(USUAL, round(min(picture) * LETTERS[look.style]))
    while True:
        fonts = face(text, letters, look.font, weight)
        rim = 0 if box else max(1, round(letters * RIM)) if look.outline is None else look.outline
        around = rim if box is None else box.rim(letters) + box.margins(letters)[0]
        lines = _broken(paragraphs, fonts, width - 2 * (margin + around))
        wide, high = extent(lines, fonts, rim) if box is None else boxed_extent(lines, fonts, box)
        if look.size or letters <= LEGIBLE or (wide <= width and high <= height // 2):
            break
        letters = max(LEGIBLE, letters * 9 // 10)
    if wide > width or high > height:
        raise SettingError(
            f"the caption takes {wide}x{high} pixels in letters of {letters}, and the picture has {width}x{height}:"
            f" make it {'smaller or ' if look.size else ''}shorter"
        )
    return _balanced(lines, paragraphs, fonts), fonts, rim


def _balanced(lines: list[str], paragraphs: list[str], fonts: Face) -> list[str]:
    """The same number of lines, more equal in length."""
    while True:
        widest = max(fonts.length(line) for line in lines)
        narrower = _broken(paragraphs, fonts, widest - 1)
        if len(narrower) > len(lines) or narrower == lines:
            return lines
        lines = narrower


def _broken(paragraphs: list[str], fonts: Face, max_width: float) -> list[str]:
    """Lines of as many words as fit into `max_width` pixels, at least one."""
    lines = []
    for paragraph in paragraphs:
        line = ""
        for word in _WORD.findall(paragraph):
            if line and fonts.length(line + word) > max_width:
                lines.append(line)
                line = word.lstrip()
            else:
                line += word
        lines.append(line)
    return lines
