"""Helpers for frames: comparison, end times, redrawing each picture once, and alpha for Pillow."""

from collections.abc import Callable, Iterator
from typing import Concatenate, ParamSpec

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gifsom.core.frame import Frame, LazyFrame, Mask, Pixels
from gifsom.core.source import Source

P = ParamSpec("P")

HALF = 128
"""Alpha below which a pixel is hidden: a GIF's pixels are shown or hidden."""

ART = 256
"""Colors of a picture, at most, that counts as pixel art."""


def memoized(redraw: Callable[Concatenate[Frame, P], Frame]) -> Callable[Concatenate[Frame, P], Frame]:
    """`redraw` with memory: a picture that is the same as the last one, drawn in the same way, is not drawn again.

    A lazy frame is drawn when its picture is asked for.
    """
    source: Frame | None = None
    drawn: Frame | None = None
    way: tuple[object, ...] = ()

    def draw(frame: Frame, /, *how: P.args, **named: P.kwargs) -> Frame:
        nonlocal source, drawn, way
        if isinstance(frame, LazyFrame):
            make = frame.make
            return LazyFrame(frame.start, lambda: redraw(make(), *how, **named))
        same = source is not None and frame.pixels is source.pixels and frame.mask is source.mask
        if not same or drawn is None or not all(map(_same, way, how)):
            source, way, drawn = frame, how, redraw(frame, *how, **named)
        return drawn.at(frame.start)

    return draw


def _same(one: object, other: object) -> bool:
    """Whether two arguments are the same; arrays are where they are the same one."""
    return one is other or (not isinstance(one, np.ndarray) and one == other)


def with_ends(clip: Source) -> Iterator[tuple[Frame, float]]:
    """Each frame of a clip, and the time in seconds at which the next one replaces it or the clip ends."""
    before: Frame | None = None
    for frame in clip.frames():
        if before is not None:
            yield before, frame.start
        before = frame
    if before is not None:
        yield before, clip.duration  # exact only now


def same_mask(a: Frame, b: Frame) -> bool:
    """Whether exactly the same pixels of two frames are hidden."""
    return a.mask is b.mask or (a.mask is not None and b.mask is not None and np.array_equal(a.mask, b.mask))


def same_picture(a: Frame, b: Frame) -> bool:
    """Whether two frames show exactly the same picture."""
    return same_mask(a, b) and (a.pixels is b.pixels or np.array_equal(a.pixels, b.pixels))


def with_alpha(frame: Frame) -> Image.Image:
    """A frame as a picture whose alpha is 0 where it is hidden, else 255."""
    picture = Image.fromarray(frame.pixels).convert("RGBA")
    if frame.mask is not None:
        picture.putalpha(Image.fromarray(np.where(frame.mask, np.uint8(0), np.uint8(255))))
    return picture


def without_alpha(picture: Image.Image) -> tuple[Pixels, Mask]:
    """Pixels (h, w, 3) of a picture with alpha, and the mask (h, w) of pixels less than half opaque."""
    rgba = np.array(picture)
    return np.ascontiguousarray(rgba[..., :3]), rgba[..., 3] < HALF


def is_pixel_art(pixels: Pixels, size: tuple[int, int]) -> bool:
    """Whether a picture (h, w, 3) of few colors consists of blocks that become whole blocks at another size (w, h).

    Then every pixel of the new size has an exact color of the old one, and a filter would only blur it.
    """
    height, width = pixels.shape[:2]
    if len(np.unique(_packed(pixels[:: max(1, height // 16)]))) > ART:  # a few rows are mostly enough
        return False
    packed = _packed(pixels)
    rows = np.flatnonzero((packed[1:] != packed[:-1]).any(axis=1)) + 1
    columns = np.flatnonzero((packed[:, 1:] != packed[:, :-1]).any(axis=0)) + 1
    block = int(np.gcd.reduce([height, width, *rows, *columns]))
    whole = all(new % (old // block) == 0 for new, old in zip(size, (width, height), strict=True))
    return whole and len(np.unique(packed)) <= ART


def _packed(pixels: Pixels) -> NDArray[np.int32]:
    """Each color as one number."""
    return pixels.astype(np.int32) @ np.array([1 << 16, 1 << 8, 1], np.int32)
