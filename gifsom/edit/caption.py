"""Edits that draw over pictures: captions and a progress bar."""

import re
from collections.abc import Iterator
from typing import Any, Final

from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Pixels
from gifsom.core.source import Source
from gifsom.core.values import MAX_SIDE, Color, Seconds, check_whole, parse_color
from gifsom.draw.stamp import Font, extent, font, lacking, lettering
from gifsom.edit.listed import listed, pixels
from gifsom.edit.place import MARGIN, POSITIONS, check_position, place
from gifsom.edit.span import parse_span
from gifsom.edit.stamped import Stamped

LETTERS: Final = 1 / 12
RIM: Final = 1 / 12
"""Height of letters of a caption, relative to the picture's shorter side; outline, relative to the letters."""

USUAL: Final = 10
LEGIBLE: Final = 8
"""Smallest height of letters in pixels where no size is given, and to which they shrink where they must."""

OPTIONS: Final = ("position", "time", "size", "outline", "color")
"""Options that may follow a caption's text on the command line."""

# Between Chinese, Japanese and Korean characters a line may break, elsewhere only at spaces.
_WIDE: Final = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
_WORD: Final = re.compile(rf" *(?:[{_WIDE}]|[^ {_WIDE}]+)")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class _Captioned(Stamped):
    def __init__(
        self,
        clip: Source,
        start: Seconds,
        end: Seconds | None,
        corner: tuple[int, int],
        stamp: Pixels,
        fade: float,
    ) -> None:
        super().__init__(clip, start, end, corner, fade)
        self.stamp = stamp

    def stamps(self) -> Iterator[tuple[float, Pixels]]:
        yield 0.0, self.stamp


def caption(
    clip: Source,
    text: str,
    position: str = "bottom",
    size: int | None = None,
    start: Seconds = 0.0,
    end: Seconds | None = None,
    outline: int | None = None,
    color: str | Color = "white",
    x: int | None = None,
    y: int | None = None,
    fade: float = 0.0,
) -> Source:
    """Text over the pictures, broken at spaces where its lines are too long. It hides nothing else.

    Args:
        text: may have line breaks of its own.
        position: "top", "center", "bottom", "left", "right", "top-left", "top-right", "bottom-left", "bottom-right".
        size: height of the letters in pixels; None: a twelfth of the picture's shorter side, less for a long text.
        start, end: seconds or clocks between which it is shown, exactly; end None: to the clip's own end.
        outline: pixels around the letters that are black or white, whichever contrasts; 0: none; None: as fits.
        color: of the letters, a CSS name, "#rrggbb" or three numbers.

    Raises:
        SettingError: for a caption without letters, letters that no font has, one that is larger than the picture,
            and any value out of range.

    >>> gifsom.open("fixtures/scene.mp4").caption("Hello", start=1, end="0:02.5")
    <Clip of fixtures/scene.mp4, 640x360 pixels>
    """
    check_position(position)
    if size is not None:
        check_whole("size", size, 1, MAX_SIDE)
    if outline is not None:
        check_whole("outline", outline, 0, MAX_SIDE)
    if not isinstance(text, str):
        raise SettingError(f"the caption is {printable(text)}: give it a text")
    paragraphs = [_CONTROL.sub("\ufffd", " ".join(line.split())) for line in text.splitlines()]
    if not any(paragraphs):
        raise SettingError("the caption is empty: give it a text")
    margin = round(min(clip.size) * MARGIN)
    lines, face, outline = _laid(paragraphs, clip.size, margin, size, outline)
    if missing := lacking(face, "".join(paragraphs)):
        raise SettingError(f"no font of this system has {missing}: install one, or leave that out")
    stamp = lettering(lines, face, parse_color(color), outline, "lmr"[POSITIONS[position][0]])
    corner = place(position, stamp.shape[1::-1], clip.size, margin, x, y)
    return _Captioned(clip, start, end, corner, stamp, fade)


def _laid(
    paragraphs: list[str], box: tuple[int, int], margin: int, size: int | None, outline: int | None
) -> tuple[list[str], Font, int]:
    """Lines, font and outline of a caption in pictures of width and height `box`."""
    width, height = box
    text = "".join(paragraphs)
    letters = size or max(USUAL, round(min(box) * LETTERS))
    while True:
        face = font(text, letters, bold=True)
        rim = max(1, round(letters * RIM)) if outline is None else outline
        lines = _broken(paragraphs, face, width - 2 * (margin + rim))
        wide, high = extent(lines, face, rim)
        if size or letters <= LEGIBLE or (wide <= width and high <= height // 2):
            break
        letters = max(LEGIBLE, letters * 9 // 10)
    if wide > width or high > height:
        raise SettingError(
            f"the caption takes {wide}x{high} pixels in letters of {letters}, and the picture has {width}x{height}:"
            f" make it {'smaller or ' if size else ''}shorter"
        )
    return _balanced(lines, paragraphs, face), face, rim


def _balanced(lines: list[str], paragraphs: list[str], face: Font) -> list[str]:
    """The same number of lines, more equal in length."""
    while True:
        widest = max(face.getlength(line) for line in lines)
        narrower = _broken(paragraphs, face, widest - 1)
        if len(narrower) > len(lines) or narrower == lines:
            return lines
        lines = narrower


def _broken(paragraphs: list[str], face: Font, max_width: float) -> list[str]:
    """Lines of as many words as fit into `max_width` pixels, at least one."""
    lines = []
    for paragraph in paragraphs:
        line = ""
        for word in _WORD.findall(paragraph):
            if line and face.getlength(line + word) > max_width:
                lines.append(line)
                line = word.lstrip()
            else:
                line += word
        lines.append(line)
    return lines


def parse_caption(text: str) -> dict[str, Any]:
    """Keyword arguments for `caption` from text such as "Hello|position=top|time=1-3|size=32|outline=0|color=yellow".

    Options come at the end; "a|b" is a text. A backslash and an n break a line. Raises `SettingError` for an unknown
    option, an invalid time, and a size or outline that is no number.

    >>> parse_caption("one|two|time=1-3|size=32")
    {'text': 'one|two', 'size': 32, 'start': 1.0, 'end': 3.0}
    """
    text, values = listed(text, OPTIONS, "a caption")
    found: dict[str, Any] = {"text": text.replace("\\n", "\n")}
    for name in ("position", "color"):
        if name in values:
            found[name] = values[name]
    for name in ("size", "outline"):
        if name in values:
            found[name] = pixels(name, values[name])
    if "time" in values:
        found["start"], found["end"] = parse_span(values["time"])
    return found
