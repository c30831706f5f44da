"""Redaction of a part of the pictures, such as a password.

Large blocks keep nothing of the letters in them; a mere blur does, and can be undone.
"""

from math import ceil

from PIL import Image, ImageFilter

from gifsom.core.frame import Frame, Rect
from gifsom.core.region import parse_region, to_rect
from gifsom.core.source import Source
from gifsom.core.values import Seconds
from gifsom.edit.frames import with_alpha, without_alpha
from gifsom.edit.picture import check_inside
from gifsom.edit.span import Spanned, parse_span

BLOCKS = 8
"""Blocks along the shorter side of an area, at most."""

BLOCK = 24
"""Shortest side of a block in pixels, where the area has them: some six letters of a usual text share one color."""


class _Blurred(Spanned):
    def __init__(self, clip: Source, rect: Rect, start: Seconds, end: Seconds | None) -> None:
        super().__init__(clip, start, end)
        self.rect = rect

    def redraw(self, frame: Frame) -> Frame:
        rect = self.rect
        mask = None if frame.mask is None else rect.cut(frame.mask)
        part = with_alpha(Frame(rect.cut(frame.pixels), frame.start, mask))
        block = max(BLOCK, ceil(min(part.size) / BLOCKS))
        blocks = part.resize([max(1, side // block) for side in part.size], Image.Resampling.BOX)
        hidden = blocks.resize(part.size, Image.Resampling.NEAREST).filter(ImageFilter.GaussianBlur(block / 6))
        pixels = frame.pixels.copy()
        rect.cut(pixels)[:], hole = without_alpha(hidden)
        if frame.mask is None:
            return Frame(pixels, frame.start)
        mask = frame.mask.copy()
        rect.cut(mask)[:] = hole
        return Frame(pixels, frame.start, mask)


def blur(
    clip: Source, area: "str | Rect | tuple[int, int, int, int]", start: Seconds = 0.0, end: Seconds | None = None
) -> Source:
    """A part of each picture made unreadable for good: large blocks of their mean color, with soft edges.

    Args:
        area: "WxH+X+Y", a `Rect`, or left, top, width and height, in pixels of this clip.
        start, end: seconds or clocks between which it is hidden, exactly; end None: to the clip's own end.

    Raises:
        SettingError: for text that is no region, a region outside of the picture, and invalid times.

    >>> gifsom.open("fixtures/scene.mp4").blur("200x24+30+40", start=1)
    <Clip of fixtures/scene.mp4, 640x360 pixels>
    """
    rect = to_rect(area)
    check_inside("blur", rect, clip)
    return _Blurred(clip, rect, start, end)


def parse_blur(text: str) -> tuple[Rect, float, float | None]:
    """Area, start and end for `blur` from "WxH+X+Y" or "WxH+X+Y@a-b". Raises `SettingError`.

    >>> parse_blur("200x24+30+40@1:05-")
    (Rect(left=30, top=40, width=200, height=24), 65.0, None)
    """
    area, at, time = text.partition("@")
    return parse_region(area), *(parse_span(time) if at else (0.0, None))
