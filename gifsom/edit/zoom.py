"""Zoom: the picture glides to a part of itself and back, scaled from the pixels of the source."""

import re
from collections.abc import Iterator
from math import inf
from numbers import Real
from typing import Any, Final

import numpy as np
from PIL import Image

from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Frame
from gifsom.core.source import Source
from gifsom.core.values import Seconds, check_seconds, span
from gifsom.edit.attention import Attention
from gifsom.edit.base import Edited, resample
from gifsom.edit.camera import GLIDE, Path, Stay, View, around
from gifsom.edit.frames import memoized, with_alpha, without_alpha
from gifsom.edit.listed import amount, listed
from gifsom.edit.pace import pace, paced, steady
from gifsom.edit.span import parse_span

LARGEST: Final = 10.0
"""Factor up to which a picture can be zoomed."""

USUAL: Final = 2.0
"""Factor of an automatic zoom where none is given: a screen of 1280 pixels is shown at 640 as it is."""

_FACTOR: Final = r"(?P<factor>\d+(?:\.\d*)?|\.\d+)x?@"
_PLACE: Final = r"(?:\+(?P<x>\d{1,5})\+(?P<y>\d{1,5}))?"
_ZOOM: Final = re.compile(rf"(?:{_FACTOR})?auto|{_FACTOR.replace('factor', 'by')}(?P<span>[^+@]+){_PLACE}", re.ASCII)


class Zoomed(Edited):
    """A clip whose pictures are views of the source's, each scaled once, to the size that is asked last.

    Attributes:
        stays: the views that were asked for; empty where the camera finds them itself.
    """

    def __init__(self, clip: Source, stays: tuple[Stay, ...], attention: Attention | None = None) -> None:
        super().__init__(clip)
        self.stays = stays
        self._size = clip.size
        self._fps = pace(clip)
        self._way = attention or Path(stays, clip.size)

    @property
    def size(self) -> tuple[int, int]:
        return self._size

    @property
    def rate(self) -> float | None:
        return self.source.rate if steady(self.source) else None

    @property
    def count(self) -> int | None:
        return self.source.count if steady(self.source) else None

    @property
    def path(self) -> Path:
        """The way of the camera, in pixels of the source; where it finds that itself, the clip may be read."""
        return self._way.path if isinstance(self._way, Attention) else self._way

    def scaled(self, size: tuple[int, int]) -> Source:
        other = self._of(self.source)
        other._size = size
        return other

    def resampled(self, fps: float) -> Source:
        other = self._of(resample(self.source, fps))
        other._fps = min(fps, self._fps)
        return other

    def _of(self, clip: Source) -> "Zoomed":
        other = self.again(clip)
        assert isinstance(other, Zoomed)
        return other

    def frames(self) -> Iterator[Frame]:
        path = self.path
        draw = memoized(seen)
        for frame, _ in paced(self.source, path.moving, self._fps):
            yield draw(frame, path.at(frame.start), self._size)


def seen(frame: Frame, view: View, size: tuple[int, int]) -> Frame:
    """A view of a frame's picture at a size, width and height, by Lanczos' filter at exact positions."""
    box = (view.left, view.top, view.left + view.width, view.top + view.height)
    if box == (0, 0, *size) and frame.pixels.shape[1::-1] == size:
        return frame
    if frame.mask is None:
        picture = Image.fromarray(frame.pixels).resize(size, Image.Resampling.LANCZOS, box)
        return Frame(np.array(picture), frame.start)
    pixels, mask = without_alpha(with_alpha(frame).resize(size, Image.Resampling.LANCZOS, box))
    return Frame(pixels, frame.start, mask)


def zoom(
    clip: Source,
    factor: float = USUAL,
    start: Seconds | None = None,
    end: Seconds | None = None,
    at: tuple[int, int] | None = None,
    glide: float = GLIDE,
) -> Source:
    """Glide to a part of the picture, stay there, and glide back; in its size the clip stays as it is.

    A part is scaled from the pixels of this clip to the size that is asked afterward, in one step: with `width(640)`
    behind it, a part of 640 pixels is as sharp as the clip itself.

    Args:
        factor: 1 to 10; how much larger the picture gets.
        start, end: seconds or clocks between which that happens, glides included; end None: it stays to the clip's
            end. Without a start, the camera finds its own way: in a recording to clicks, keys and the pointer's rests,
            in any other clip to where the pictures change.
        at: x and y, in pixels of this clip, of what gets into the middle, as near as the edges allow; None: the middle.
        glide: seconds that it takes to get there, and back, at most a third of the stretch; 0: it jumps, which costs
            the fewest bytes.

    Raises:
        SettingError: for a factor, times or a point out of range, and for a stretch that overlaps that of the zoom
            before.

    >>> gifsom.open("fixtures/scene.mp4").zoom(2, 0.5, 2.5, at=(400, 120)).size
    (640, 360)
    """
    check_factor(factor)
    check_seconds("glide", glide, 0)
    if start is None:
        return Zoomed(clip, (), Attention(clip, factor))
    first, last = span(start, end)
    if first and first >= clip.duration:
        raise SettingError(f"zoom begins at {first:g} s, past the end: the clip is {clip.duration:.2f} s long")
    width, height = clip.size
    x, y = at or (width // 2, height // 2)
    if not (0 <= x < width and 0 <= y < height):
        raise SettingError(f"zoom {x}+{y}: that is not inside of the picture, which is {width}x{height}")
    stay = Stay(first, inf if last is None else last, around(x, y, factor, clip.size), glide)
    if not isinstance(clip, Zoomed) or not clip.stays:
        return Zoomed(clip, (stay,))
    for other in clip.stays:
        if stay.start < other.end and other.start < stay.end:
            raise SettingError(
                f"two zooms overlap: {_said(other)} and {_said(stay)}; end the first where the second begins"
            )
    return Zoomed(clip.source, tuple(sorted((*clip.stays, stay), key=lambda one: one.start)))


def check_factor(factor: float) -> None:
    """Raise `SettingError` for a factor by which no picture is zoomed."""
    if isinstance(factor, bool) or not isinstance(factor, Real) or not 1 < factor <= LARGEST:
        raise SettingError(f"zoom is {printable(factor)}: give a factor above 1 and at most {LARGEST:g}, such as 2")


def _said(stay: Stay) -> str:
    return f"{stay.start:g}-" if stay.end == inf else f"{stay.start:g}-{stay.end:g}"


def parse_zoom(text: str) -> dict[str, Any]:
    """Keyword arguments for `zoom` from "FACTOR@A-B+X+Y|glide=0.6", where "+X+Y" and what follows may be missing, or
    "auto" or "FACTOR@auto".

    Raises `SettingError`.

    >>> parse_zoom("2@3-6+400+300")
    {'factor': 2.0, 'start': 3.0, 'end': 6.0, 'at': (400, 300)}
    >>> parse_zoom("auto"), parse_zoom("1.5@auto")
    ({'factor': 2.0}, {'factor': 1.5})
    """
    what, options = listed(text, ("glide",), "a zoom")
    match = _ZOOM.fullmatch(what)
    if match is None:
        raise SettingError(
            f"'{printable(text)}' is no zoom: give factor, seconds and place, such as 2@3-6+400+300, or auto"
        )
    factor = float(match["factor"] or match["by"] or USUAL)
    check_factor(factor)
    if match["span"] is None:
        return {"factor": factor}
    start, end = parse_span(match["span"])
    found: dict[str, Any] = {"factor": factor, "start": start, "end": end}
    if match["x"] is not None:
        found["at"] = int(match["x"]), int(match["y"])
    if "glide" in options:
        found["glide"] = amount("glide", options["glide"], "0.6, in seconds")
    return found
