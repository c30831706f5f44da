"""Edits that draw over pictures: captions and a progress bar."""

import re
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Frame, Pixels, Rect
from gifsom.core.source import Source
from gifsom.core.timing import nearest
from gifsom.core.values import MAX_SIDE, Color, Seconds, check_whole, parse_color
from gifsom.draw.stamp import Font, contrasting, extent, font, lacking, lay, lettering
from gifsom.edit.base import Drawn
from gifsom.edit.frames import with_ends
from gifsom.edit.listed import listed, pixels
from gifsom.edit.span import Spanned, parse_span

POSITIONS: Final = {
    "top-left": (0, 0),
    "top": (1, 0),
    "top-right": (2, 0),
    "left": (0, 1),
    "center": (1, 1),
    "right": (2, 1),
    "bottom-left": (0, 2),
    "bottom": (1, 2),
    "bottom-right": (2, 2),
}
"""Positions of a caption: halves of the free space to the left of it and above it."""

LETTERS: Final = 1 / 12
MARGIN: Final = 1 / 40
RIM: Final = 1 / 12
"""Height of letters and margin of a caption, relative to the picture's shorter side; outline, relative to the
letters."""

USUAL: Final = 10
LEGIBLE: Final = 8
"""Smallest height of letters in pixels where no size is given, and to which they shrink where they must."""

BAR: Final = 1 / 100
"""Height of a progress bar relative to the picture's."""

OPTIONS: Final = ("position", "time", "size", "outline", "color")
"""Options that may follow a caption's text on the command line."""

# Between Chinese, Japanese and Korean characters a line may break, elsewhere only at spaces.
_WIDE: Final = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
_WORD: Final = re.compile(rf" *(?:[{_WIDE}]|[^ {_WIDE}]+)")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class _Captioned(Spanned):
    def __init__(
        self, clip: Source, start: Seconds, end: Seconds | None, stamp: Pixels, corner: tuple[int, int]
    ) -> None:
        super().__init__(clip, start, end)
        self.stamp, self.corner = stamp, corner

    def redraw(self, frame: Frame) -> Frame:
        pixels, mask = frame.pixels.copy(), None
        lay(pixels, self.stamp, *self.corner)
        if frame.mask is not None:  # hidden pixels have no color to blend a smooth edge with
            mask = frame.mask.copy()
            colors, alpha = self.stamp[..., :3].astype(np.int32), self.stamp[..., 3:]
            below = Rect(*self.corner, *alpha.shape[1::-1])
            opaque = alpha[..., 0] >= 128
            bare = below.cut(mask) & opaque
            below.cut(pixels)[bare] = np.minimum(colors[bare] * 255 // alpha[bare], 255)
            below.cut(mask)[opaque] = False
        return Frame(pixels, frame.start, mask)


class _Barred(Drawn):
    def __init__(self, clip: Source, color: Color, height: int) -> None:
        super().__init__(clip)
        self.color, self.height = color, height
        # Dark below a bright bar and bright below a dark one, so that both are seen on any picture.
        self.track = tuple((level + 3 * back) // 4 for level, back in zip(color, contrasting(color), strict=True))
        self._whole: float | None = None  # the same at each pass, though the clip may turn out shorter

    def frames(self) -> Iterator[Frame]:
        if self._whole is None:
            self._whole = self.source.duration
        width = self.size[0]
        source: Frame | None = None
        drawn: Frame | None = None
        length = 0
        for frame, end in with_ends(self.source):
            share = 1.0 if end >= self.source.duration else min(1.0, end / self._whole)
            same_picture = source is not None and frame.pixels is source.pixels and frame.mask is source.mask
            if drawn is None or not same_picture or length != nearest(share * width):
                source, length = frame, nearest(share * width)
                drawn = self._barred(frame, length)
            yield Frame(drawn.pixels, frame.start, drawn.mask)

    def _barred(self, frame: Frame, length: int) -> Frame:
        pixels, mask = frame.pixels.copy(), None
        pixels[-self.height :] = self.track
        pixels[-self.height :, :length] = self.color
        if frame.mask is not None:
            mask = frame.mask.copy()
            mask[-self.height :] = False
        return Frame(pixels, frame.start, mask)


def caption(
    clip: Source,
    text: str,
    position: str = "bottom",
    size: int | None = None,
    start: Seconds = 0.0,
    end: Seconds | None = None,
    outline: int | None = None,
    color: str | Color = "white",
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
    if position not in POSITIONS:
        raise SettingError(f"position is {printable(position)}: give one of {', '.join(POSITIONS)}")
    if size is not None:
        check_whole("size", size, 1, MAX_SIDE)
    if outline is not None:
        check_whole("outline", outline, 0, MAX_SIDE)
    if not isinstance(text, str):
        raise SettingError(f"the caption is {printable(text)}: give it a text")
    paragraphs = [_CONTROL.sub("\ufffd", " ".join(line.split())) for line in text.splitlines()]
    if not any(paragraphs):
        raise SettingError("the caption is empty: give it a text")
    across, down = POSITIONS[position]
    width, height = clip.size
    margin = round(min(width, height) * MARGIN)
    lines, face, outline = _laid(paragraphs, clip.size, margin, size, outline)
    if missing := lacking(face, "".join(paragraphs)):
        raise SettingError(f"no font of this system has {missing}: install one, or leave that out")
    stamp = lettering(lines, face, parse_color(color), outline, "lmr"[across])
    left, top = (
        _place(side, free, margin) for side, free in ((across, width - stamp.shape[1]), (down, height - stamp.shape[0]))
    )
    return _Captioned(clip, start, end, stamp, (left, top))


def _place(halves: int, free: int, margin: int) -> int:
    """Offset that leaves `free` pixels of a side: 0, 1 or 2 halves of them, kept inside the margin."""
    margin = min(margin, free // 2)
    return margin + (free - 2 * margin) * halves // 2


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


def progress_bar(clip: Source, color: str | Color = "white", height: int | None = None) -> Source:
    """A bar along the bottom, as long as the part of the clip that has been shown when a frame ends.

    Args:
        color: of the bar, a CSS name, "#rrggbb" or three numbers; the rest is dark, or bright below a dark bar.
        height: pixels, up to those of the picture; None: a hundredth of them, but at least 2.

    Raises:
        SettingError: for an invalid color or height.

    >>> next(gifsom.open("fixtures/scene.mp4").progress_bar("#ffcc00").frames()).pixels[-1, 0].tolist()
    [255, 204, 0]
    """
    if height is None:
        height = min(clip.size[1], max(2, round(clip.size[1] * BAR)))
    check_whole("height", height, 1, clip.size[1])
    return _Barred(clip, parse_color(color), height)
