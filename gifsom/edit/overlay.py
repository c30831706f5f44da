"""Overlay: another picture, or a clip that plays, over the pictures of a clip."""

import os
from collections.abc import Iterator
from itertools import count
from typing import Any, Final

import numpy as np

from gifsom.core.errors import SettingError
from gifsom.core.frame import Pixels
from gifsom.core.source import Holder, Source, held
from gifsom.core.timing import nearest
from gifsom.core.values import Seconds, check_share
from gifsom.draw.stamp import faded
from gifsom.edit.frames import with_alpha
from gifsom.edit.listed import amount, listed, pixels
from gifsom.edit.place import MARGIN, check_position, place
from gifsom.edit.span import parse_span
from gifsom.edit.stamped import Stamped, fitted

OPTIONS: Final = ("position", "x", "y", "size", "opacity", "time", "fade")
"""Options that may follow the name of a picture on the command line."""


class _Overlaid(Stamped):
    def __init__(
        self,
        clip: Source,
        span: tuple[Seconds, Seconds | None],
        corner: tuple[int, int],
        fade: float,
        picture: Source,
        size: tuple[int, int],
        opacity: float,
    ) -> None:
        super().__init__(clip, *span, corner, fade)
        self.picture, self.shape, self.strength = picture, size, opacity
        self.animated = picture.count != 1

    @property
    def files(self) -> tuple[os.PathLike[str], ...]:
        return (*self.source.files, *self.picture.files)

    def stamps(self) -> Iterator[tuple[float, Pixels]]:
        begin = 0.0
        for _ in range(self.picture.plays) if self.picture.plays else count():
            number = 0
            for number, (start, stamp) in enumerate(with_smooth_alpha(self.picture)):  # noqa: B007 - counts them
                yield begin + start, self._drawn(stamp)
            if not number:  # a single one stays
                return
            begin += self.picture.duration

    def _drawn(self, stamp: Pixels) -> Pixels:
        """A stamp at its size and opacity."""
        stamp, _ = fitted(stamp, (0, 0), stamp.shape[1::-1], self.shape)
        return stamp if self.strength == 1 else faded(stamp, self.strength)


def with_smooth_alpha(picture: Source) -> Iterator[tuple[float, Pixels]]:
    """The frames of a clip as stamps (h, w, 4), with their times.

    Where the clip can be laid over colors, its alpha is the difference between the darkest and the brightest one.
    """
    dark, light = picture.flattened((0, 0, 0)), picture.flattened((255, 255, 255))
    if dark is None or light is None:
        for frame in picture.frames():
            yield frame.start, np.array(with_alpha(frame).convert("RGBa"))
        return
    for black, white in zip(dark.frames(), light.frames(), strict=True):
        alpha = 255 - (white.pixels.astype(np.int16) - black.pixels).mean(axis=2)
        yield black.start, np.dstack([black.pixels, np.rint(alpha).astype(np.uint8)])


def overlay(
    clip: Source,
    picture: Source | Holder,
    position: str = "bottom-right",
    x: int | None = None,
    y: int | None = None,
    size: float | None = None,
    opacity: float = 1.0,
    start: Seconds = 0.0,
    end: Seconds | None = None,
    fade: float = 0.0,
) -> Source:
    """Another picture over the pictures, such as a logo; an animation or a video plays, again and again.

    Args:
        picture: what `gifsom.open` gives.
        position: one of the nine places, as of a caption.
        x, y: left and top in pixels, in place of that.
        size: part of this clip's width that it takes, above 0 to 1; None: its own size.
        opacity: 0 to 1.
        start, end: seconds or clocks between which it is shown, exactly; end None: to the clip's own end.
        fade: seconds in which it comes and goes.

    Raises:
        SettingError: for a picture that is larger than those of the clip, and any value out of range.

    >>> gifsom.open("fixtures/scene.mp4").overlay(gifsom.open("fixtures/sprite.gif"), opacity=0.6)
    <Clip of fixtures/scene.mp4, 640x360 pixels>
    """
    check_position(position)
    logo = held(picture)
    width, height = clip.size
    wide, high = logo.size
    if size is not None:
        check_share("size", size)
        wide, high = max(1, nearest(width * size)), max(1, nearest(high * width * size / wide))
    if not opacity:
        raise SettingError("opacity is 0: the picture would not be seen; give more, up to 1")
    check_share("opacity", opacity)
    if wide > width or high > height:
        fits = int(100 * min(1, height / high * wide / width))
        raise SettingError(
            f"the overlay is {wide}x{high} pixels, and the picture is {width}x{height}:"
            f" give it size={max(1, fits)}% or less"
        )
    corner = place(position, (wide, high), clip.size, round(min(clip.size) * MARGIN), x, y)
    return _Overlaid(clip, (start, end), corner, fade, logo, (wide, high), float(opacity))


def parse_overlay(text: str) -> dict[str, Any]:
    """Keyword arguments for `overlay` from "logo.png|position=top|opacity=0.6|time=0-5|size=20%|fade=0.3".

    `picture` is a path. Raises `SettingError`.

    >>> parse_overlay("logo.png|size=20%")
    {'picture': 'logo.png', 'size': 0.2}
    """
    path, values = listed(text, OPTIONS, "an overlay")
    found: dict[str, Any] = {"picture": path}
    for name, value in values.items():
        if name == "time":
            found["start"], found["end"] = parse_span(value)
        elif name == "position":
            found[name] = value
        elif name in ("x", "y"):
            found[name] = pixels(name, value)
        else:
            found[name] = amount(name, value, {"size": "20%", "opacity": "60%", "fade": "0.3"}[name])
    return found
