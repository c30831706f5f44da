"""Pictures and animations that Pillow reads (GIF, PNG and APNG, WebP, JPEG, BMP, TIFF, AVIF) as a Clip.

A GIF stays transparent where no background is asked; the partial alpha of the other formats is laid over one. Pillow
checks no size itself here: every frame's size is checked before it is decoded.
"""

import struct
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from pathlib import Path

import numpy as np
from PIL import Image

from gifsom.clip import Clip, Frame, Pixels, Shortfall
from gifsom.errors import SourceEmpty, SourceRefused, SourceUnreadable, printable
from gifsom.settings import Color

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
        for start, (picture, _) in zip(self.starts, _pictures(self.path, self.max_pixels), strict=False):
            frame = _frame(picture, start, self.background)
            if before is not None and before.mask is None and frame.mask is None:
                same = np.array_equal(before.pixels, frame.pixels)
                frame = Frame(before.pixels, start) if same else frame
            yield frame
            before = frame


def _frame(picture: Image.Image, start: float, background: Color | None) -> Frame:
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


def _open(path: Path) -> Image.Image:
    """Pillow's reader of the file. An animated WebP is always read with alpha: its canvas begins transparent, and only
    frames that cover it all make it opaque, yet its header's alpha flag speaks of the frames alone.
    """
    with path.open("rb") as file:
        head = file.read(21)
        if head[8:16] == b"WEBPVP8X" and head[20] & 0x02:
            return Image.open(BytesIO(head[:20] + bytes([head[20] | 0x10]) + file.read()))
    return Image.open(path)


def _pictures(path: Path, max_pixels: int) -> Iterator[tuple[Image.Image, float]]:
    """Each composited frame, as large as the first, and its delay in seconds; damage raises one of _DAMAGE."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # checked here, in every frame
        with _open(path) as image:
            size = image.size
            for number in count():
                try:
                    image.seek(number)
                except EOFError:
                    return
                if image.width * image.height > max_pixels:
                    raise SourceRefused(
                        f"{printable(path)}: its pictures have {image.width}x{image.height} pixels, and the limit is"
                        f" {max_pixels} in all (--max-pixels lifts it)"
                    )
                image.load()
                delay = float(image.info.get("duration") or 0) / 1000
                yield image if image.size == size else image.crop((0, 0, *size)), delay


def open_image(path: Path, max_pixels: int, background: Color | None = None) -> ImageClip:
    """The picture or animation in a local file. Decodes it once, to know its times and whether it is whole.

    Raises `SourceUnreadable`, `SourceEmpty`, or `SourceRefused` for a picture of more than `max_pixels`.
    """
    starts: list[float] = []
    clock = 0.0
    trouble = ""
    try:
        with _open(path) as image:
            kind, loop, size = image.format, image.info.get("loop"), image.size
            frames = getattr(image, "n_frames", 1)
        for _, delay in _pictures(path, max_pixels):
            starts.append(clock)
            clock += delay if delay >= SHORTEST else STILL
    except Image.DecompressionBombError as error:
        raise SourceRefused(f"{printable(path)}: {printable(error)}") from None
    except _DAMAGE as error:
        if not starts:
            raise SourceUnreadable(f"{printable(path)}: the picture is damaged ({printable(error)})") from None
        trouble = f" ({printable(error)})"
    if not starts:
        raise SourceEmpty(f"{printable(path)}: there is no picture in it")
    gif = kind == "GIF"
    return ImageClip(
        path=path,
        max_pixels=max_pixels,
        shape=size,
        starts=tuple(starts),
        length=clock,
        plays=None if frames == 1 else (1 if loop is None else loop + 1 if gif and loop else loop),
        native=gif or frames > 1,
        background=background if background is not None or gif else (255, 255, 255),
        missing=Shortfall(clock, None, trouble) if trouble else None,
    )
