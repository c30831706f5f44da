"""A progress bar: how much of a clip has been shown."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Frame
from gifsom.core.source import Source
from gifsom.core.timing import nearest
from gifsom.core.values import Color, check_whole, parse_color
from gifsom.draw.stamp import contrasting
from gifsom.edit.base import Drawn, scale_to
from gifsom.edit.frames import memoized, with_ends
from gifsom.edit.listed import listed, pixels

BAR: Final = 1 / 100
"""Height of a progress bar relative to the picture's."""

ACCENT: Final = "#3d8bff"
"""Color of what has been played, where a style says none: it is seen on light and on dark pictures."""

TRACK: Final = 0.55
"""Part of a track's own color in it; the rest is the picture below."""

EDGES: Final = ("bottom", "top")
"""Positions of a bar."""


class _Barred(Drawn):
    """A bar at an edge of the pictures. `dim`: the rest of it is a dim track through which the picture is seen."""

    def __init__(self, clip: Source, color: Color, height: int, position: str, *, dim: bool) -> None:
        super().__init__(clip)
        self.color, self.height, self.dim = color, height, dim
        self.rows = slice(0, height) if position == "top" else slice(clip.size[1] - height, clip.size[1])
        # Dark below a bright bar and bright below a dark one, so that both are seen on any picture.
        self.track = tuple((level + 3 * back) // 4 for level, back in zip(color, contrasting(color), strict=True))
        self._whole: float | None = None  # the same at each pass, though the clip may turn out shorter

    def scaled(self, size: tuple[int, int]) -> Source | None:
        ratio = size[1] / self.size[1]
        if not self.dim or ratio > 1:
            return None
        position = "top" if self.rows.start == 0 else "bottom"
        return _Barred(scale_to(self.source, size), self.color, max(1, round(self.height * ratio)), position, dim=True)

    def frames(self) -> Iterator[Frame]:
        if self._whole is None:
            self._whole = self.source.duration
        width = self.size[0]
        draw = memoized(self._barred)
        for frame, end in with_ends(self.source):
            share = 1.0 if end >= self.source.duration else min(1.0, end / self._whole)
            yield draw(frame, nearest(share * width))

    def _barred(self, frame: Frame, length: int) -> Frame:
        drawn, mask = frame.pixels.copy(), None
        bar = drawn[self.rows]
        if self.dim and frame.mask is None:
            # Darker where the picture is bright, brighter where it is dark: the track is seen on both.
            back = np.where(bar.mean(axis=2, keepdims=True) > 127, 40, 215)
            bar[:] = np.rint(bar * (1 - TRACK) + back * TRACK).astype(np.uint8)
        else:
            bar[:] = self.track
        bar[:, :length] = self.color
        if frame.mask is not None:
            mask = frame.mask.copy()
            mask[self.rows] = False
        return Frame(drawn, frame.start, mask)


def progress_bar(
    clip: Source,
    color: str | Color = "white",
    height: int | None = None,
) -> Source:
    """A bar along the bottom, as long as the part of the clip that has been shown when a frame ends.

    Args:
        color: of the bar, a CSS name, "#rrggbb" or three numbers; the rest is dark, or bright below a dark bar.
        height: pixels, up to those of the picture; None: a hundredth of them, but at least 2.

    Raises:
        SettingError: for an invalid color or height.

    >>> next(gifsom.open("fixtures/scene.mp4").progress_bar("#ffcc00").frames()).pixels[-1, 0].tolist()
    [255, 204, 0]
    """
    if isinstance(clip, _Barred):
        return clip  # it has a style of its own
    return _Barred(clip, parse_color(color), _height(clip, height, BAR), "bottom", dim=False)


def progress_style(
    clip: Source, color: str | Color = ACCENT, height: int | None = None, position: str = "bottom"
) -> Source:
    """A progress bar in an accent color over a dim track, in place of one that was drawn just before.

    Args:
        color: of what has been played, a CSS name, "#rrggbb" or three numbers; the rest is seen on light and dark
            pictures.
        height: pixels, up to those of the picture; None: an eightieth of them, but at least 3.
        position: "bottom" or "top".

    Raises:
        SettingError: for an invalid color, height or position.

    >>> gifsom.open("fixtures/scene.mp4").progress_style("tomato", position="top")
    <Clip of fixtures/scene.mp4, 640x360 pixels>
    """
    if position not in EDGES:
        raise SettingError(f"position is {printable(position)}: give one of {', '.join(EDGES)}")
    below = clip.source if isinstance(clip, _Barred) else clip
    return _Barred(below, parse_color(color), _height(clip, height, 1 / 80, 3), position, dim=True)


def _height(clip: Source, height: int | None, usual: float, least: int = 2) -> int:
    if height is None:
        height = min(clip.size[1], max(least, round(clip.size[1] * usual)))
    check_whole("height", height, 1, clip.size[1])
    return height


def parse_style(text: str) -> dict[str, Any]:
    """Keyword arguments for `progress_style` from "color=red|height=6|position=top". Raises `SettingError`.

    >>> parse_style("color=red|height=6")
    {'color': 'red', 'height': 6}
    """
    rest, values = listed(f"|{text}", ("color", "height", "position"), "a progress bar")
    if rest:
        raise SettingError(f"'{printable(text)}' is no style: give color=red|height=6|position=top, or some of these")
    found: dict[str, Any] = {name: values[name] for name in ("color", "position") if name in values}
    if "height" in values:
        found["height"] = pixels("height", values["height"])
    return found
