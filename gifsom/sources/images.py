"""Pictures and animations that Pillow reads (GIF, PNG and APNG, WebP, JPEG, BMP, TIFF, AVIF) as a Clip.

A GIF stays transparent where no background is asked; the partial alpha of the other formats is laid over one. Every
frame's size is checked before it is decoded.
"""

import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageOps

from gifsom.clip import Clip, Frame, Pixels, Shortfall
from gifsom.errors import SourceEmpty, SourceRefused, SourceUnreadable, printable, too_large
from gifsom.info import read_info
from gifsom.settings import WHITE, Color

STILL = 0.1
"""Seconds that a single picture without a delay of its own is shown."""

SHORTEST = 0.02
"""Delays below this, in seconds, are shown by every browser as 0.1 s."""

_MAGIC = (b"GIF8", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"BM", b"II*\0", b"MM\0*")
# What Pillow's decoders raise for damaged data.
_DAMAGE = (
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    OverflowError,
    struct.error,
    zlib.error,
)


def read_head(path: Path) -> bytes:
    """The first 16 bytes of a file, by which its kind is known."""
    with path.open("rb") as file:
        return file.read(16)


def is_picture(head: bytes) -> bool:
    """Whether a file that begins with these 16 bytes is for this module, whatever its name says."""
    if head[:4] == b"RIFF":
        return head[8:12] == b"WEBP"
    return head.startswith(_MAGIC) or head[4:12] in (b"ftypavif", b"ftypavis")


@dataclass(frozen=True, kw_only=True)
class ImageClip(Clip):
    """The frames of one picture file; made by `open_image`.

    path        of the file
    shape       width and height in pixels
    starts      seconds at which each frame appears
    length      seconds of the whole
    plays       see Clip
    native      see Clip
    indexed     see Clip
    background  behind transparent pixels; None keeps them
    missing     what could not be read
    """

    path: Path
    max_pixels: int
    shape: tuple[int, int]
    starts: tuple[float, ...]
    length: float
    plays: int | None
    native: bool
    indexed: bool
    background: Color | None
    missing: Shortfall | None

    @property
    def name(self) -> str:
        return printable(self.path)

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

    def frames(self) -> Iterator[Frame]:
        before: Frame | None = None
        try:
            for start, (picture, _) in zip(self.starts, _pictures(self.path, self.max_pixels), strict=False):
                frame = _frame(picture, start, self.background)
                if before is not None and before.mask is None and frame.mask is None:
                    same = np.array_equal(before.pixels, frame.pixels)
                    frame = Frame(before.pixels, start) if same else frame
                yield frame
                before = frame
        except _DAMAGE as error:  # all of it could be read when it was opened
            raise SourceUnreadable(f"{self.name}: the picture is not as it was any more ({printable(error)})") from None


def eight_bits(picture: Image.Image) -> Image.Image:
    """The picture itself; one with 16 bits of grey as 8 bits of it, where Pillow would clip them."""
    if not picture.mode.startswith("I"):
        return picture
    return Image.fromarray((np.clip(np.asarray(picture), 0, 0xFFFF).astype(np.uint16) >> 8).astype(np.uint8))


def _frame(picture: Image.Image, start: float, background: Color | None) -> Frame:
    picture = eight_bits(picture)
    if not picture.has_transparency_data:
        return Frame(np.array(picture.convert("RGB")), start)
    rgba = np.array(picture.convert("RGBA"))
    if background is None:
        mask = rgba[..., 3] == 0
        pixels = np.ascontiguousarray(rgba[..., :3])
        return Frame(pixels, start, mask if mask.any() else None)
    return Frame(flatten(rgba, background), start)


def flatten(rgba: Pixels, background: Color) -> Pixels:
    """A picture with straight alpha over one color: (h, w, 4) uint8 to (h, w, 3) uint8, rounded."""
    alpha = rgba[..., 3:].astype(np.uint16)
    mixed = rgba[..., :3] * alpha + np.array(background, np.uint16) * (255 - alpha)
    return ((mixed + 127) // 255).astype(np.uint8)


@contextmanager
def _limit(path: Path, pixels: int) -> Iterator[None]:
    """Within the block Pillow refuses pictures of more than `pixels` before it takes memory: as `SourceRefused`."""
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


def _open(path: Path, max_pixels: int) -> Image.Image:
    """Pillow's reader of the file.

    An animated WebP is always read with alpha: its canvas begins transparent, and only frames that cover it all make
    it opaque, yet its header's alpha flag speaks of the frames alone.
    """
    with path.open("rb") as file:
        head = file.read(21)
        animated_webp = head[8:16] == b"WEBPVP8X" and len(head) == 21 and head[20] & 0x02
        source = BytesIO(head[:20] + bytes([head[20] | 0x10]) + file.read()) if animated_webp else path
    with _limit(path, max_pixels):
        return Image.open(source)


def _pictures(path: Path, max_pixels: int) -> Iterator[tuple[Image.Image, float]]:
    """Each composited frame, as large as the first, and its delay in seconds; damage raises one of _DAMAGE."""
    with _open(path, max_pixels) as image:
        size = image.size
        upright = image.format == "GIF" or image.getexif().get(ExifTags.Base.Orientation, 1) == 1
        for number in count():
            try:
                with _limit(path, max_pixels):
                    image.seek(number)
                    image.load()
            except EOFError:
                return
            delay = float(image.info.get("duration") or 0) / 1000
            picture = image if image.size == size else image.crop((0, 0, *size))
            yield picture if upright else ImageOps.exif_transpose(picture), delay


def open_image(path: Path, max_pixels: int, background: Color | None = None) -> ImageClip:
    """The picture or animation in a local file. Decodes it once, to know its times and whether it is whole.

    Raises `SourceUnreadable`, `SourceEmpty`, or `SourceRefused` for a picture of more than `max_pixels`.
    """
    starts: list[float] = []
    clock = 0.0
    trouble = ""
    try:
        with _open(path, max_pixels) as image:
            kind, loop, size = image.format, image.info.get("loop"), image.size
        for picture, delay in _pictures(path, max_pixels):
            size = picture.size
            starts.append(clock)
            clock += delay if delay >= SHORTEST else STILL
    except _DAMAGE as error:
        if not starts:
            raise SourceUnreadable(f"{printable(path)}: the picture is damaged ({printable(error)})") from None
        trouble = f" ({printable(error)})"
    if kind == "GIF" and not trouble and not read_info(path).complete:
        trouble = " (the file is cut off: it has no end)"
    if not starts:
        raise SourceEmpty(f"{printable(path)}: there is no picture in it")
    gif = kind == "GIF"
    return ImageClip(
        path=path,
        max_pixels=max_pixels,
        shape=size,
        starts=tuple(starts),
        length=clock,
        plays=None if len(starts) == 1 else (1 if loop is None else loop + 1 if gif and loop else loop),
        native=gif or len(starts) > 1,
        indexed=gif,
        background=background if background is not None or gif else WHITE,
        missing=Shortfall(clock, None, trouble) if trouble else None,
    )
