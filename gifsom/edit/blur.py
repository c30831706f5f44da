"""Redaction of a part of the pictures, such as a password: blurred, in blocks, or under one color.

Large blocks keep nothing of the letters in them; a mere blur does, and can be undone. A place that moves over letters
would be another thing again: many means of shifted blocks could be solved for what lies below. So nothing of what lies
below one that moves is used at all: it is filled from the edge of what is seen around it.
"""

from collections.abc import Iterator
from math import ceil, floor, inf
from typing import Any, Final

import numpy as np
from PIL import Image, ImageFilter

from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Frame, Pixels, Rect
from gifsom.core.region import parse_region, region_text, to_rect
from gifsom.core.source import Source
from gifsom.core.values import Color, Seconds, check_whole, parse_color
from gifsom.edit.base import scale_to
from gifsom.edit.frames import memoized, with_alpha, without_alpha
from gifsom.edit.listed import listed, pixels
from gifsom.edit.pace import pace, paced, steady
from gifsom.edit.picture import check_inside
from gifsom.edit.span import Timespan, parse_span

BLOCKS: Final = 8
"""Blocks along the shorter side of an area, at most."""

BLOCK: Final = 24
"""Shortest side of a block in pixels, where the area has them: some six letters of a usual text share one color."""

REACH: Final = 3
"""Pixels of a picture that was made smaller into which Lanczos' filter carries one of the larger one, on each side."""

SMOOTH: Final = 9
"""Pixels on each side over which the edge around a place that moves is averaged."""


class _Hidden(Timespan):
    """A place in each picture that is covered from `start` to `end`.

    Attributes:
        rect: the place, in the beginning.
        to: its left and top at the end; None: it does not move.
        block: side of the blocks in pixels; None: they are blurred; 0: one color.
        color: the one.
    """

    def __init__(
        self, clip: Source, rect: Rect, span: tuple[Seconds, Seconds | None], to: tuple[int, int] | None
    ) -> None:
        super().__init__(clip, *span)
        self.rect, self.to = rect, to
        self.block: int | None = None
        self.color: Color = (0, 0, 0)

    @property
    def count(self) -> int | None:
        return super().count if self.to is None or steady(self.source) else None

    def place(self, start: float, end: float) -> Rect:
        """The smallest place that holds all that is to be hidden between two times."""
        if self.to is None:
            return self.rect
        lefts, tops = [], []
        for time in (max(start, self.start), min(end, self.end)):
            share = (time - self.start) / (self.end - self.start)
            lefts.append(self.rect.left + (self.to[0] - self.rect.left) * share)
            tops.append(self.rect.top + (self.to[1] - self.rect.top) * share)
        left, top = floor(min(lefts) + 1e-6), floor(min(tops) + 1e-6)
        right, bottom = ceil(max(lefts) - 1e-6) + self.rect.width, ceil(max(tops) - 1e-6) + self.rect.height
        return _within(Rect(left, top, right - left, bottom - top), self.size)

    def scaled(self, size: tuple[int, int]) -> Source | None:
        """Smaller pictures are covered as far as any of their pixels has anything of what is to be hidden."""
        if (self.to is None and self.block is None) or size[0] > self.size[0] or size[1] > self.size[1]:
            return None
        across, down = (new / old for new, old in zip(size, self.size, strict=True))
        rect = Rect(
            floor(self.rect.left * across) - REACH,
            floor(self.rect.top * down) - REACH,
            ceil(self.rect.width * across) + 2 * REACH + 1,
            ceil(self.rect.height * down) + 2 * REACH + 1,
        )
        to = None if self.to is None else (floor(self.to[0] * across) - REACH, floor(self.to[1] * down) - REACH)
        if to is None:
            rect = _within(rect, size)
        hidden = _Hidden(scale_to(self.source, size), rect, (self.start, None if self.end == inf else self.end), to)
        hidden.block, hidden.color = self.block and ceil(self.block * max(across, down)), self.color
        return hidden

    def frames(self) -> Iterator[Frame]:
        stretches = [] if self.to is None else [(self.start, self.end)]
        draw = memoized(self.hide)
        for frame, end in paced(self.cuts, stretches, pace(self.source)):
            if not self.holds(frame.start):
                yield frame
                continue
            yield draw(frame, self.place(frame.start, end))

    def hide(self, frame: Frame, rect: Rect) -> Frame:
        """A frame with a place covered."""
        drawn = frame.pixels.copy()
        mask = None if frame.mask is None else frame.mask.copy()
        hole = None
        if self.block == 0:
            rect.cut(drawn)[:] = self.color
        elif self.to is not None:
            rect.cut(drawn)[:] = _filled(frame.pixels, rect, self.block)
        else:
            rect.cut(drawn)[:], hole = _mean_blocks(frame, rect, self.block)
        if mask is not None:
            rect.cut(mask)[:] = False if hole is None else hole
        return Frame(drawn, frame.start, mask)


def _within(rect: Rect, size: tuple[int, int]) -> Rect:
    """The part of a rectangle that lies in a picture of a width and height."""
    left, top = max(0, rect.left), max(0, rect.top)
    right, bottom = min(size[0], rect.left + rect.width), min(size[1], rect.top + rect.height)
    return Rect(left, top, right - left, bottom - top)


def _mean_blocks(frame: Frame, rect: Rect, block: int | None) -> tuple[Pixels, np.ndarray]:
    """A part of a picture in blocks of their mean colors, and its mask; without a `block`, their edges are blurred."""
    mask = None if frame.mask is None else rect.cut(frame.mask)
    part = with_alpha(Frame(rect.cut(frame.pixels), frame.start, mask))
    side = max(BLOCK, ceil(min(part.size) / BLOCKS)) if block is None else block
    blocks = part.resize([max(1, length // side) for length in part.size], Image.Resampling.BOX)
    hidden = blocks.resize(part.size, Image.Resampling.NEAREST)
    return without_alpha(hidden if block is not None else hidden.filter(ImageFilter.GaussianBlur(side / 6)))


def _filled(picture: Pixels, rect: Rect, block: int | None) -> Pixels:
    """A filling for a place made of the pixels around it alone: between two sides, the way from one to the other.

    With a `block`, in blocks of that side.
    """
    height, width = picture.shape[:2]
    right, bottom = rect.left + rect.width, rect.top + rect.height
    columns = [picture[rect.top : bottom, x] for x in (rect.left - 1, right) if 0 <= x < width]
    rows = [picture[y, rect.left : right] for y in (rect.top - 1, bottom) if 0 <= y < height]
    ways = []
    if columns:
        share = np.linspace(0, 1, rect.width)[None, :, None]
        ways.append(_smooth(columns[0])[:, None] * (1 - share) + _smooth(columns[-1])[:, None] * share)
    if rows:
        share = np.linspace(0, 1, rect.height)[:, None, None]
        ways.append(_smooth(rows[0])[None] * (1 - share) + _smooth(rows[-1])[None] * share)
    mean = sum(ways) / len(ways) if ways else np.full((rect.height, rect.width, 3), 128.0)
    filled: Pixels = np.rint(mean).astype(np.uint8)
    if block is None:
        return filled
    size = rect.width, rect.height
    blocks = Image.fromarray(filled).resize([max(1, side // block) for side in size], Image.Resampling.BOX)
    return np.asarray(blocks.resize(size, Image.Resampling.NEAREST))


def _smooth(line: Pixels) -> np.ndarray:
    """A line of pixels (n, 3), each averaged with those near it."""
    padded = np.pad(line.astype(float), ((SMOOTH, SMOOTH), (0, 0)), mode="edge")
    sums = np.cumsum(np.vstack([np.zeros((1, 3)), padded]), axis=0)
    wide = 2 * SMOOTH + 1
    means: np.ndarray = (sums[wide:] - sums[:-wide]) / wide
    return means


def blur(
    clip: Source,
    area: "str | Rect | tuple[int, int, int, int]",
    start: Seconds = 0.0,
    end: Seconds | None = None,
    to: tuple[int, int] | None = None,
) -> Source:
    """A part of each picture made unreadable for good: large blocks of their mean color, with soft edges.

    Args:
        area: "WxH+X+Y", a `Rect`, or left, top, width and height, in pixels of this clip.
        start, end: seconds or clocks between which it is hidden, exactly; end None: to the clip's own end.
        to: left and top to which the area has moved evenly at the end; all of its way during a frame is hidden, and
            filled from what is seen around it.

    Raises:
        SettingError: for text that is no region, a region outside of the picture, and invalid times.

    >>> gifsom.open("fixtures/scene.mp4").blur("200x24+30+40", start=1)
    <Clip of fixtures/scene.mp4, 640x360 pixels>
    """
    return _hidden(clip, "blur", area, (start, end), to)


def pixelate(
    clip: Source,
    area: "str | Rect | tuple[int, int, int, int]",
    start: Seconds = 0.0,
    end: Seconds | None = None,
    to: tuple[int, int] | None = None,
    block: int | None = None,
) -> Source:
    """A part of each picture in blocks of their mean color, so large that no letter can be told.

    Args:
        area, start, end, to: as of `blur`.
        block: side of a block in pixels, 24 or more; None: an eighth of the area's shorter side, at least 24.

    Raises:
        SettingError: as `blur` does, and for blocks that are smaller: they can be read back.

    >>> gifsom.open("fixtures/scene.mp4").pixelate("200x96+30+40", block=32)
    <Clip of fixtures/scene.mp4, 640x360 pixels>
    """
    hidden = _hidden(clip, "pixelate", area, (start, end), to)
    if block is not None and not isinstance(block, bool) and block < BLOCK:
        raise SettingError(
            f"block is {printable(block)}: letters can be read back from blocks of less than {BLOCK} pixels;"
            f" give {BLOCK} or more, or use solid, which shows nothing"
        )
    if block is not None:
        check_whole("block", block, BLOCK, 10_000)
    hidden.block = block or max(BLOCK, ceil(min(hidden.rect.width, hidden.rect.height) / BLOCKS))
    return hidden


def solid(
    clip: Source,
    area: "str | Rect | tuple[int, int, int, int]",
    start: Seconds = 0.0,
    end: Seconds | None = None,
    to: tuple[int, int] | None = None,
    color: str | Color = "black",
) -> Source:
    """A part of each picture under one color: the safest for secrets, since nothing of it is left, not even its mean.

    Args:
        area, start, end, to: as of `blur`.
        color: a CSS name, "#rrggbb" or three numbers.

    Raises:
        SettingError: as `blur` does, and for a color that is none.

    >>> next(gifsom.open("fixtures/scene.mp4").solid("200x24+30+40").frames()).pixels[40, 30].tolist()
    [0, 0, 0]
    """
    hidden = _hidden(clip, "solid", area, (start, end), to)
    hidden.block, hidden.color = 0, parse_color(color)
    return hidden


def _hidden(
    clip: Source,
    name: str,
    area: "str | Rect | tuple[int, int, int, int]",
    span: tuple[Seconds, Seconds | None],
    to: tuple[int, int] | None,
) -> _Hidden:
    rect = to_rect(area)
    check_inside(name, rect, clip)
    if to is not None:
        if span[1] is None:
            raise SettingError(f"{name} {region_text(rect)}: a place that moves needs an end, such as {name} …@1-3")
        check_inside(name, Rect(*to, rect.width, rect.height), clip)
    return _Hidden(clip, rect, span, to)


def parse_blur(text: str) -> dict[str, Any]:
    """Keyword arguments for `blur` from "WxH+X+Y" or "WxH+X+Y@a-b", or for one that moves, "WxH+X+Y..X+Y@a-b".

    Raises `SettingError`.

    >>> parse_blur("200x24+30+40@1:05-")
    {'area': Rect(left=30, top=40, width=200, height=24), 'start': 65.0, 'end': None}
    >>> parse_blur("200x24+30+40..30+300@1-3")["to"]
    (30, 300)
    """
    place, at, time = text.partition("@")
    area, dots, target = place.partition("..")
    found: dict[str, Any] = {"area": parse_region(area)}
    if dots:
        moved = parse_region(target if "x" in target else f"{area.partition('+')[0]}+{target.lstrip('+')}")
        found["to"] = moved.left, moved.top
    if at:
        found["start"], found["end"] = parse_span(time)
    return found


def parse_pixelate(text: str) -> dict[str, Any]:
    """Keyword arguments for `pixelate`: those of `parse_blur`, and "|block=32". Raises `SettingError`."""
    place, values = listed(text, ("block",), "pixelate")
    return parse_blur(place) | ({"block": pixels("block", values["block"])} if values else {})


def parse_solid(text: str) -> dict[str, Any]:
    """Keyword arguments for `solid`: those of `parse_blur`, and "|color=white". Raises `SettingError`."""
    place, values = listed(text, ("color",), "solid")
    return parse_blur(place) | values
