"""Backdrop and border: pictures on a ground that shows around them."""

import os
from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Real
from typing import Any, Final

import numpy as np
from PIL import Image, ImageOps

from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Frame, Mask, Pixels, Rect
from gifsom.core.source import Holder, Source, held
from gifsom.core.values import MAX_SIDE, Color, check_share, check_whole, parse_color
from gifsom.draw.shapes import darken, gradient, rounded, shadow
from gifsom.edit.base import Redrawn, scale_to
from gifsom.edit.frames import with_alpha
from gifsom.edit.listed import amount, listed, pixels

PRESETS: Final[dict[str, dict[str, Any]]] = {
    "window": {"background": ((104, 132, 240), (178, 132, 236)), "padding": 0.08, "radius": 0.028, "shadow": 1.0},
    "plain": {"background": ((232, 234, 240),), "padding": 0.06, "radius": 0.016, "shadow": 0.0},
    "none": {"background": (), "padding": 0, "radius": 0.028, "shadow": 0.0},
}
"""Grounds, as colors; padding and radius, relative to the picture's shorter side; and how dark the shadow is."""

OPTIONS: Final = ("background", "picture", "padding", "radius", "shadow")
"""Options that may follow a preset on the command line."""

REACH: Final = 0.75
"""Reach of a shadow relative to the padding."""

LONGEST: Final = 4000
"""Pixels of padding or of a radius, at most."""


@dataclass(frozen=True)
class _Style:
    """The look of a ground.

    colors   one, or two of a gradient; none: it is transparent
    picture  in their place
    padding  pixels around the picture
    radius   of the picture's corners in pixels
    shadow   opacity of the shadow, 0 to 1
    """

    colors: tuple[Color, ...]
    picture: Source | None
    padding: int
    radius: float
    shadow: float


class _Framed(Redrawn):
    """Pictures on a ground. At another size both are made anew, so that edges stay smooth."""

    def __init__(self, clip: Source, style: _Style) -> None:
        super().__init__(clip)
        self.style = style

    @property
    def size(self) -> tuple[int, int]:
        width, height = self.source.size
        return width + 2 * self.style.padding, height + 2 * self.style.padding

    @property
    def files(self) -> tuple[os.PathLike[str], ...]:
        picture = self.style.picture
        return (*self.source.files, *(() if picture is None else picture.files))

    def scaled(self, size: tuple[int, int]) -> Source | None:
        ratio = size[0] / self.size[0]
        padding = max(1, round(self.style.padding * ratio)) if self.style.padding else 0
        inner = size[0] - 2 * padding, size[1] - 2 * padding
        if min(inner) < 1:
            return None
        style = replace(self.style, padding=padding, radius=self.style.radius * ratio)
        return _Framed(scale_to(self.source, inner), style)

    @cached_property
    def _place(self) -> Rect:
        return Rect(self.style.padding, self.style.padding, *self.source.size)

    @cached_property
    def _corners(self) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
        """Rows and columns of pixels that round corners cut, and the part of each that is inside, (n, 1)."""
        shape = rounded(*self.source.size, self.style.radius)
        places = np.nonzero(shape < 1)
        return places, shape[places][:, None]

    @cached_property
    def _ground(self) -> Pixels:
        """The ground with its shadow."""
        width, height = self.size
        style = self.style
        if style.picture is not None:
            image = with_alpha(next(iter(style.picture.frames())))
            white = Image.new("RGBA", image.size, "white")
            white.alpha_composite(image)
            ground = np.array(ImageOps.fit(white.convert("RGB"), (width, height), Image.Resampling.LANCZOS))
        else:
            ground = gradient(width, height, style.colors[0], style.colors[-1]) if style.colors else self._nothing()
        if style.shadow and style.padding:
            box = (self._place.left, self._place.top, self._place.width, self._place.height)
            darken(ground, shadow(width, height, box, style.radius, style.padding * REACH) * np.float32(style.shadow))
        return ground

    def _nothing(self) -> Pixels:
        return np.zeros((self.size[1], self.size[0], 3), np.uint8)

    @property
    def _transparent(self) -> bool:
        return not self.style.colors and self.style.picture is None

    def redraw(self, frame: Frame) -> Frame:
        place, (corners, share) = self._place, self._corners
        drawn = self._ground.copy()
        inside = place.cut(drawn)
        below = inside[corners]
        shown = None if frame.mask is None else ~frame.mask
        if shown is None:
            inside[:] = frame.pixels
        else:
            np.copyto(inside, frame.pixels, where=shown[..., None])
        if self._transparent:
            mask: Mask = np.ones(drawn.shape[:2], bool)
            place.cut(mask)[:] = False if shown is None else ~shown
            place.cut(mask)[corners] |= share[:, 0] < 0.5
            drawn[mask] = 0
            return Frame(drawn, frame.start, mask)
        inside[corners] = np.rint(inside[corners] * share + below * (1 - share))
        return Frame(drawn, frame.start)


def backdrop(
    clip: Source,
    preset: str = "window",
    background: "str | Color | tuple[Color, Color] | None" = None,
    picture: Source | Holder | None = None,
    padding: float | None = None,
    radius: float | None = None,
    shadow: float | None = None,
) -> Source:
    """The pictures on a ground that shows around them, with round corners and a shadow.

    Args:
        preset: "window": a gradient and a soft shadow; "plain": one light color; "none": no ground, so that the corners
            are transparent. What follows takes the place of the preset's own.
        background: a color; two, of a gradient, as "blue-#aa00ff" or a tuple; or "none": transparent, without a shadow.
        picture: lies there instead of a color; what is too much of it on two sides is cut off.
        padding: pixels that it shows on each side; below 1: that part of the picture's shorter side.
        radius: of the corners, likewise.
        shadow: how dark it is, 0 to 1.

    Raises:
        SettingError: for a preset that is none, and values out of range.

    >>> gifsom.open("fixtures/scene.mp4").backdrop("plain", padding=30).size
    (700, 420)
    """
    if preset not in PRESETS:
        raise SettingError(f"backdrop is {printable(preset)}: give one of {', '.join(PRESETS)}")
    if background is not None and picture is not None:
        raise SettingError("background and picture exclude each other: one lies over the other")
    usual = PRESETS[preset]
    colors = usual["background"] if background is None else _colors(background)
    clear = not colors and picture is None
    if shadow and clear:
        raise SettingError("a shadow needs a ground, since a GIF's pixels are shown or hidden: give it a background")
    darkness = (0.0 if clear else usual["shadow"]) if shadow is None else shadow
    check_share("shadow", darkness)
    side = min(clip.size)
    style = _Style(
        colors,
        None if picture is None else held(picture),
        round(_length("padding", usual["padding"] if padding is None else padding, side)),
        _length("radius", usual["radius"] if radius is None else radius, side),
        darkness,
    )
    return _checked(_Framed(clip, style), "backdrop")


def border(clip: Source, width: int = 1, color: str | Color = "black") -> Source:
    """A line around the pictures, `width` pixels on each side, which makes them that much larger.

    Args:
        color: of it, a CSS name, "#rrggbb" or three numbers.

    Raises:
        SettingError: for a width that is not from 1 to 4000, and for a color that is none.

    >>> gifsom.open("fixtures/sprite.gif").border(2, "white").size
    (68, 52)
    """
    check_whole("border", width, 1, LONGEST)
    return _checked(_Framed(clip, _Style((parse_color(color),), None, width, 0.0, 0.0)), "border")


def _checked(framed: _Framed, name: str) -> Source:
    """The same, unless it is larger than a GIF can be. Raises `SettingError`."""
    if max(framed.size) > MAX_SIDE:
        width, height = framed.size
        raise SettingError(f"{name}: that makes {width}x{height} pixels, and a side ends at {MAX_SIDE}: give less")
    return framed


def _colors(background: "str | Color | tuple[Color, Color]") -> tuple[Color, ...]:
    """None, one or two colors. Raises `SettingError`."""
    if isinstance(background, str):
        if background == "none":
            return ()
        parts = background.split("-")
        if len(parts) > 2:
            raise SettingError(f"background is {printable(background)}: give a color, two as blue-white, or none")
        return tuple(parse_color(part.strip()) for part in parts)
    if len(background) == 2:
        return parse_color(background[0]), parse_color(background[1])
    return (parse_color(background),)


def _length(name: str, value: float, side: int) -> float:
    """Pixels of a length that may be a part of a side. Raises `SettingError`."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= value <= LONGEST:
        raise SettingError(f"{name} is {printable(value)}: give pixels up to {LONGEST}, or a part such as 8%")
    return value * side if 0 < value < 1 else float(value)


def parse_backdrop(text: str) -> dict[str, Any]:
    """Keyword arguments for `backdrop` from text such as "window" or "plain|background=white-#ccddff|padding=8%".

    A `picture` is the path of one. Raises `SettingError`.

    >>> parse_backdrop("window|padding=8%")
    {'preset': 'window', 'padding': 0.08}
    """
    preset, values = listed(text, OPTIONS, "a backdrop")
    found: dict[str, Any] = {"preset": preset}
    for name, value in values.items():
        found[name] = value if name in ("background", "picture") else amount(name, value, "8%")
    return found


def parse_border(text: str) -> dict[str, Any]:
    """Keyword arguments for `border` from "4" or "4|color=white". Raises `SettingError`."""
    width, values = listed(str(text), ("color",), "a border")
    return {"width": pixels("border", width), **values}
