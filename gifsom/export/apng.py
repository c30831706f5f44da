"""Animated PNG: each frame is a rectangle, compressed by Pillow, that replaces the pixels there.

PNG specification, third edition, W3C 2025. Pillow's own writer keeps the pictures of the whole clip in memory.
"""

import struct
import zlib
from io import BytesIO

import numpy as np
from PIL import Image

from gifsom.core.files import replacing
from gifsom.core.frame import Mask, Rect
from gifsom.core.result import Result
from gifsom.core.timing import nearest
from gifsom.export.base import Order, pictures, summarize


def write_apng(order: Order) -> Result:
    found = summarize(order)
    count = len(found.lengths)
    size = numbers = 0
    before: Image.Image | None = None
    with replacing(order.path, order.overwrite) as stream:

        def chunk(kind: bytes, data: bytes) -> None:
            nonlocal size
            stream.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))
            size += 12 + len(data)

        size += stream.write(b"\x89PNG\r\n\x1a\n")
        for picture, length in zip(pictures(order, found), found.lengths, strict=True):
            rect = Rect(0, 0, *picture.size) if before is None else _changed(before, picture)
            head, data = _png(picture.crop((rect.left, rect.top, rect.left + rect.width, rect.top + rect.height)))
            if before is None:
                chunk(b"IHDR", head)
                if count > 1:
                    chunk(b"acTL", struct.pack(">II", count, order.plays))
            if count > 1:
                place = struct.pack(">IIIII", numbers, rect.width, rect.height, rect.left, rect.top)
                chunk(b"fcTL", place + struct.pack(">HHBB", *_delay(length), 0, 0))
                numbers += 1
            if before is None:
                chunk(b"IDAT", data)
            else:
                chunk(b"fdAT", struct.pack(">I", numbers) + data)
                numbers += 1
            before = picture
        chunk(b"IEND", b"")
    return order.result(size, count, exact=True)


def _changed(before: Image.Image, now: Image.Image) -> Rect:
    """Rectangle in which two different pictures differ."""
    differ: Mask = (np.asarray(before) != np.asarray(now)).any(axis=2)
    return Rect.around(differ) or Rect(0, 0, 1, 1)


def _png(picture: Image.Image) -> tuple[bytes, bytes]:
    """Header of a picture as PNG (IHDR), and its compressed pixels (IDAT)."""
    stream = BytesIO()
    picture.save(stream, "PNG")
    file = stream.getvalue()
    chunks: dict[bytes, bytes] = {}
    at = 8
    while at < len(file):
        length, kind = struct.unpack(">I4s", file[at : at + 8])
        chunks[kind] = chunks.get(kind, b"") + file[at + 8 : at + 8 + length]
        at += 12 + length
    return chunks[b"IHDR"], chunks[b"IDAT"]


def _delay(length: int) -> tuple[int, int]:
    """Milliseconds as a fraction of a second, both of whose numbers have 16 bits."""
    for unit in (1000, 100, 10):
        if length * unit // 1000 <= 0xFFFF:
            return nearest(length * unit / 1000), unit
    return min(0xFFFF, nearest(length / 1000)), 1
