"""Pictures and animations that Pillow reads (see gifsom.sources.formats) as a Source.

Transparent pixels stay so without a background: those less than half opaque are hidden, all others keep their own
color. The pages of a TIFF are shown one after the other, fitted to the first. Every frame's size is checked before it
is decoded.
"""

import os
import re
import struct
import warnings
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import accumulate, count
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from gifsom.core.errors import SourceEmpty, SourceRefused, SourceUnreadable, printable, too_large
from gifsom.core.frame import Frame, Mask, Pixels, Shortfall
from gifsom.core.source import Source
from gifsom.core.values import Color
from gifsom.edit.frames import HALF, same_picture
from gifsom.gif.reader import read_info
from gifsom.sources.levels import DEEP, Range, eight_bits

STILL = 0.1
"""Default seconds of a picture without a delay of its own."""

SHORTEST = 0.02
"""Seconds below which every browser shows a GIF's picture for 0.1 s: 0 and 1 cs are no delays."""

REDUCED = 1 | 4
"""Bits of a TIFF page's kind that say it is a small copy of another page, or the mask of one."""

# Errors of Pillow's decoders for damaged data.
_DAMAGE = (
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    ArithmeticError,
    RuntimeError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True, kw_only=True)
class ImageClip(Source):
    """The frames of one picture file; made by `open_image`.

    path        of the file
    shape       width and height in pixels
    starts      seconds at which each frame appears
    length      seconds of the whole
    plays       see Source
    native      see Source
    indexed     see Source
    background  behind transparent pixels; None keeps them
    missing     unreadable part
    values      of pictures without a range of their own
    """

    path: os.PathLike[str]
    max_pixels: int
    shape: tuple[int, int]
    starts: tuple[float, ...]
    length: float
    plays: int | None
    native: bool
    indexed: bool
    background: Color | None
    missing: Shortfall | None
    values: Range

    @property
    def name(self) -> str:
        return printable(self.path)

    @property
    def files(self) -> tuple[os.PathLike[str], ...]:
        return (self.path,)

    @property
    def size(self) -> tuple[int, int]:
        return self.shape

    @property
    def duration(self) -> float:
        return self.length

    @property
    def rate(self) -> float | None:
        gaps = np.diff([*self.starts, self.length])
        return float(1 / gaps.min())

    @property
    def count(self) -> int:
        return len(self.starts)

    @property
    def shortfall(self) -> Shortfall | None:
        return self.missing

    def flattened(self, background: Color) -> "ImageClip":
        return replace(self, background=background)

    def frames(self) -> Iterator[Frame]:
        before: Frame | None = None
        try:
            for start, (picture, _) in zip(self.starts, _pictures(self.path, self.max_pixels), strict=False):
                frame = _frame(eight_bits(picture, self.values), start, self.background)
                if before is not None and same_picture(before, frame):
                    frame = before.at(start)
                yield frame
                before = frame
        except _DAMAGE as error:  # all of it could be read when it was opened
            raise SourceUnreadable(f"{self.name}: the picture is not as it was any more ({printable(error)})") from None


def _frame(picture: Image.Image, start: float, background: Color | None) -> Frame:
    if not picture.has_transparency_data:
        return Frame(np.array(picture.convert("RGB")), start)
    rgba = np.array(picture.convert("RGBA"))
    if background is not None:
        return Frame(flatten(rgba, background), start)
    pixels, mask = cut_out(rgba)
    return Frame(pixels, start, mask)


def cut_out(rgba: Pixels) -> tuple[Pixels, Mask | None]:
    """The colors (h, w, 3) of a picture with straight alpha (h, w, 4), and the mask of hidden pixels, if any."""
    mask = rgba[..., 3] < HALF
    return np.ascontiguousarray(rgba[..., :3]), mask if mask.any() else None


def flatten(rgba: Pixels, background: Color) -> Pixels:
    """A picture with straight alpha over one color: (h, w, 4) uint8 to (h, w, 3) uint8, rounded."""
    alpha = rgba[..., 3:].astype(np.uint16)
    mixed = rgba[..., :3] * alpha + np.array(background, np.uint16) * (255 - alpha)
    return ((mixed + 127) // 255).astype(np.uint8)


@contextmanager
def limited(path: os.PathLike[str], pixels: int) -> Iterator[None]:
    """Make Pillow refuse pictures of more than `pixels` within the block, before it takes memory: as
    `SourceRefused`."""
    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, pixels
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        size = re.search(r"\d+", str(error))
        raise SourceRefused(too_large(path, size[0] if size else "more", pixels)) from None
    finally:
        Image.MAX_IMAGE_PIXELS = before


def fitted(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A picture centered on a canvas with alpha, as large as fits, never distorted; transparent around it."""
    whole = eight_bits(picture).convert("RGBA")
    return ImageOps.pad(whole, size, Image.Resampling.LANCZOS, color=(0, 0, 0, 0))


def _open(path: os.PathLike[str], max_pixels: int) -> Image.Image:
    """Pillow's reader of the file.

    An animated WebP is always read with alpha: its canvas begins transparent, and only frames that cover it all make
    it opaque, yet its header's alpha flag speaks of the frames alone.
    """
    source: os.PathLike[str] | BytesIO = path
    with Path(path).open("rb") as file:
        head = file.read(21)
        if head[8:16] == b"WEBPVP8X" and len(head) == 21 and head[20] & 0x02:
            file.seek(0)
            source = BytesIO(file.read())
            source.getbuffer()[20] |= 0x10
    with limited(path, max_pixels):
        return Image.open(source)


def _pictures(path: os.PathLike[str], max_pixels: int) -> Iterator[tuple[Image.Image, float]]:
    """Each composited frame, as large as the first, and its delay in seconds; damage raises one of _DAMAGE."""
    with _open(path, max_pixels) as image:
        size: tuple[int, int] | None = None
        upright = image.format == "GIF" or image.getexif().get(ExifTags.Base.Orientation, 1) == 1
        for number in _numbers(image):
            try:
                with limited(path, max_pixels):
                    image.seek(number)
                    if image.width * image.height > max_pixels:
                        raise SourceRefused(too_large(path, f"{image.width}x{image.height}", max_pixels))
                    image.load()
                if image.mode == "P" and image.palette is None:
                    raise ValueError("a picture without a color table")
            except EOFError:
                return
            if (
                isinstance(image, TiffImageFile)
                and number
                and image.tag_v2.get(ExifTags.Base.NewSubfileType, 0) & REDUCED
            ):
                continue
            delay = float(image.info.get("duration") or 0) / 1000
            picture = image if upright else ImageOps.exif_transpose(image)
            size = size or picture.size
            if picture.size != size:  # a GIF's canvas grows with its images; any other change of size is a new page
                picture = picture.crop((0, 0, *size)) if image.format == "GIF" else fitted(picture, size)
            yield picture, delay


def _numbers(image: Image.Image) -> Iterable[int]:
    """The numbers of the frames that are shown; there may be fewer."""
    if image.format == "MPO":  # what follows are previews, and views for the other eye
        return range(1)
    if image.format == "PSD":  # its layers; the first thing that is open is the whole
        return [image.tell()]
    # The default image of an APNG is for readers that know no animation, and no part of it.
    return count(1 if image.info.get("default_image") else 0)


def shown_for(delay: float, kind: str | None) -> float | None:
    """Seconds that a picture is shown whose file says `delay`, by Pillow's name of its kind; None: it does not say."""
    return delay if delay >= SHORTEST or (delay > 0 and kind != "GIF") else None


def _plays(kind: str | None, loop: int | None) -> int | None:
    """Number of times that an animation plays: a GIF counts repetitions; APNG and WebP count plays."""
    if kind != "GIF":
        return loop
    return 1 if loop is None else loop + 1 if loop else 0


def open_image(
    path: os.PathLike[str], max_pixels: int, background: Color | None = None, still: float = STILL
) -> ImageClip:
    """The picture or animation in a local file. Decodes it once, to learn its times and whether it is complete.

    Args:
        path: of the file; messages call it by its `str`.
        max_pixels: a picture with more is refused.
        background: behind transparent pixels; None keeps them.
        still: seconds that a picture without a time of its own is shown, and each page of a TIFF.

    Raises `SourceUnreadable`, `SourceEmpty`, or `SourceRefused` for a picture that is too large.
    """
    delays: list[float] = []
    size = (0, 0)
    trouble, values = "", Range()
    try:
        with _open(path, max_pixels) as image:
            kind, loop = image.format, image.info.get("loop")
        for picture, delay in _pictures(path, max_pixels):
            size = picture.size
            delays.append(delay)
            if picture.mode in DEEP:
                values = values.widened(np.asarray(picture))
    except UnidentifiedImageError:
        raise SourceUnreadable(
            f"{printable(path)}: its head is damaged, or Pillow does not read such pictures"
        ) from None
    except _DAMAGE as error:
        if not delays:
            raise SourceUnreadable(f"{printable(path)}: the picture is damaged ({printable(error)})") from None
        trouble = f" ({printable(error)})"
    if kind == "GIF" and not trouble and not read_info(Path(path)).complete:
        trouble = " (the file is cut off: it has no end)"
    if not delays:
        raise SourceEmpty(f"{printable(path)}: there is no picture in it")
    animated = len(delays) > 1 and kind != "TIFF"
    still = STILL if animated else still
    *starts, length = accumulate((shown_for(delay, kind) or still for delay in delays), initial=0.0)
    return ImageClip(
        path=path,
        max_pixels=max_pixels,
        shape=size,
        starts=tuple(starts),
        length=length,
        plays=_plays(kind, loop) if animated else None,
        native=kind == "GIF" or animated,
        indexed=kind == "GIF",
        background=background,
        missing=Shortfall(length, None, trouble) if trouble else None,
        values=values,
    )
