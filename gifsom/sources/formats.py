"""Kinds of picture files, by their first bytes: those that Pillow reads here, and those that nothing here does."""

import os
import re
from pathlib import Path
from typing import Final

from PIL import Image

_MAGIC: Final = re.compile(
    rb"GIF8|\x89PNG\r\n\x1a\n|\xff\xd8\xff|II\*\0|MM\0\*|II\+\0|MM\0\+"
    rb"|BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0"  # with the size of a header that there is
    rb"|P[1-6f](\s|#[^\r\n]*[\r\n])+\d|8BPS\0\x01|qoif|\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51",
    re.DOTALL,
)
_AVIF: Final = (b"avif", b"avis", b"mif1", b"msf1")
_HEIF: Final = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx")

_TGA: Final = "a Targa picture (TGA)"

_UNREAD: Final = (
    (re.compile(rb"\x76\x2f\x31\x01"), "an OpenEXR picture"),
    (re.compile(rb"#\?(RADIANCE|RGBE)"), "a Radiance picture (HDR)"),
    (re.compile(rb"P7\s"), "a PAM picture"),
    (re.compile(rb"PF\s+\d"), "a PFM picture with colors"),
    (re.compile(rb"8BPS\0\x02"), "a large file of Photoshop (PSB)"),
    (re.compile(rb"8BPS\0\x01.{16}\0[\x10\x20]", re.DOTALL), "a file of Photoshop with more than 8 bits"),
    (re.compile(rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*|<!DOCTYPE svg.*?>\s*)*<svg", re.DOTALL), "a drawing (SVG)"),
    (re.compile(rb"%PDF-"), "a PDF"),
    (re.compile(rb"%!PS"), "a PostScript file"),
    (re.compile(rb"gimp xcf"), "a picture of GIMP (XCF)"),
    (re.compile(rb"DDS \x7c\0\0\0"), "a texture (DDS)"),
    (re.compile(rb"\0\0[\x01\x02]\0[^\0]\0.{3}\0"), "an icon or a cursor"),
    (re.compile(rb"icns"), "an icon (ICNS)"),
    (re.compile(rb"\x01\xda[\0\x01][\x01\x02]\0[\x01-\x03]"), "an SGI picture"),
    (re.compile(rb"\x0a[\0-\x05][\0\x01][\x01\x02\x04\x08]"), "a PCX picture"),
    (re.compile(rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n"), "a JPEG XL picture"),
    (re.compile(rb"II\xbc\x01"), "a JPEG XR picture"),
    (re.compile(rb"\x59\xa6\x6a\x95"), "a Sun raster picture"),
    (
        re.compile(rb"\x28\0{3}.{8}\x01\0[\x01\x04\x08\x10\x18\x20]\0", re.DOTALL),
        "a bitmap without its file's header (DIB)",
    ),
    (re.compile(rb"\s*(/\*.*?\*/\s*)?#define\s+\w+_width\s+\d", re.DOTALL), "an X bitmap (XBM)"),
    (re.compile(rb"/\* XPM \*/"), "an X pixmap (XPM)"),
    (re.compile(rb".\0[\x02\x03\x0a\x0b]\0{4}[\0\x18\x20].{8}[\x08\x0f\x10\x18\x20][\0-\x3f]", re.DOTALL), _TGA),
    (re.compile(rb".\x01[\x01\x09]\0\0..[\x0f\x10\x18\x20].{8}\x08[\0-\x3f]", re.DOTALL), _TGA),  # with a color map
)
"""Pictures that are not read, and what people call them."""


def read_head(path: os.PathLike[str]) -> bytes:
    """The first 132 bytes of a file, by which its kind is known."""
    with Path(path).open("rb") as file:
        return file.read(132)


def is_picture(head: bytes) -> bool:
    """Whether Pillow reads a file that begins with these bytes, whatever its name."""
    if head[:4] == b"RIFF":
        return head[8:12] == b"WEBP"
    if head[4:8] == b"ftyp":  # Pillow reads HEIF once pillow-heif has been registered with it
        return head[8:12] in _AVIF or (head[8:12] in _HEIF and "HEIF" in Image.OPEN)
    return _MAGIC.match(head) is not None


def unread(head: bytes) -> str | None:
    """Name of a picture that begins with these bytes and is not read; None: it is none that is known.

    >>> unread(b"#?RADIANCE"), unread(b"GIF89a")
    ('a Radiance picture (HDR)', None)
    """
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF:
        return "a HEIC photograph"
    return next((name for start, name in _UNREAD if start.match(head)), None)
