"""Raw video: a file or stream of nothing but pixels, frame after frame."""

import os
import re
import subprocess
from dataclasses import replace
from fractions import Fraction
from functools import cache
from math import inf
from typing import BinaryIO

import imageio_ffmpeg

from gifsom.core.errors import SettingError, SourceRefused, printable, too_large
from gifsom.core.source import Source
from gifsom.core.values import MAX_PIXELS, WHITE, Color
from gifsom.edit.picture import parse_box
from gifsom.sources.opener import behind, local_file
from gifsom.sources.stream import Spooled
from gifsom.sources.video import open_video

_FORMAT = re.compile(r"^I.([.H])\S+ (\w+) ", re.MULTILINE)


@cache
def pixel_formats() -> frozenset[str]:
    """The pixel formats that ffmpeg reads, by its own names."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-pix_fmts"]
    said = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True, text=True).stdout
    return frozenset(name for hardware, name in _FORMAT.findall(said) if hardware != "H")


def open_raw(
    source: "str | os.PathLike[str] | BinaryIO",
    *,
    size: str | tuple[int, int],
    fps: float,
    pixel_format: str = "rgb24",
    background: str | Color | None = None,
    transparent: bool = False,
    max_pixels: int = MAX_PIXELS,
) -> Source:
    """A file or a binary stream of raw frames as a `Clip`. An incomplete frame at its end is a shortfall.

    Args:
        source: a local file, or a binary stream, which is read to its end.
        size: "WxH" or width and height in pixels.
        fps: frames a second, above 0.
        pixel_format: layout of a frame's bytes, by ffmpeg's name: rgb24, rgba, bgr24, gray, yuv420p, ...
        background: color behind transparent pixels; None: white.
        transparent: pixels that are less than half opaque stay transparent.
        max_pixels: larger pictures are refused.

    Raises:
        SettingError: for an invalid size, rate or pixel format.
        SourceNotFound, SourceRefused, SourceUnreadable, SourceEmpty: with one line that names the file and the cause.

    >>> import io
    >>> clip = open_raw(io.BytesIO(bytes(6 * 4 * 3 * 5)), size="6x4", fps=10)
    >>> clip.size, clip.duration
    ((6, 4), 0.5)
    """
    shown = behind(background, transparent)
    width, height = parse_box(size)
    rate = _rate(fps)
    if pixel_format not in pixel_formats():
        raise SettingError(
            f"'{printable(pixel_format)}' is no pixel format: give ffmpeg's name of one, such as rgb24, rgba or yuv420p"
        )
    file = local_file(source) if isinstance(source, str | os.PathLike) else Spooled(source)
    if width * height > max_pixels:
        raise SourceRefused(too_large(file, f"{width}x{height}", max_pixels))
    demuxer = ["-f", "rawvideo", "-video_size", f"{width}x{height}", "-pixel_format", pixel_format]
    demuxer += ["-framerate", f"{rate.numerator}/{rate.denominator}"]
    clip = open_video(file, max_pixels, None if transparent else shown or WHITE, tuple(demuxer))
    return replace(clip, fps=rate, stream=replace(clip.stream, rate=rate))  # ffmpeg tells two decimals of it


def _rate(fps: float) -> Fraction:
    rate = Fraction(fps).limit_denominator(10_000) if 0 < fps < inf else Fraction(0)
    if not rate:
        raise SettingError(f"fps is {printable(fps)}: give frames a second, above 0")
    return rate
