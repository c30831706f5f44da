"""Writer of GIF89a: header, color table, loop extension and images, strictly by the specification.

It writes only what every known decoder shows alike: color tables padded to a power of two, one graphic control
extension for each image, no interlacing, no deferred clear, one trailer.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from gifsom.core.frame import Pixels, Rect
from gifsom.core.timing import MIN_DELAY

DISPOSE_NONE = 1
"""Disposal: leave the image in place."""

DISPOSE_BACKGROUND = 2
"""Disposal: make the image's rectangle transparent again once its time is over."""

MAX_DELAY = 65_535
"""Longest delay of one image in centiseconds."""


@dataclass(frozen=True, slots=True)
class Patch:
    """One image of the GIF.

    rect           inside the canvas; the first image covers all of it
    min_code_size  LZW minimum code size, 2 to 8
    data           LZW code stream
    delay          centiseconds, 2 to 65535
    disposal       DISPOSE_NONE or DISPOSE_BACKGROUND
    transparent    index that leaves a pixel unchanged, or None
    colors         (k, 3) uint8, a local color table, padded to 2**min_code_size entries; None: the global one
    """

    rect: Rect
    min_code_size: int
    data: bytes
    delay: int
    disposal: int = DISPOSE_NONE
    transparent: int | None = None
    colors: Pixels | None = None


def split_delay(delay: int) -> list[int]:
    """Delays, MIN_DELAY to MAX_DELAY each, that add up to `delay` centiseconds: one image cannot stand longer."""
    parts = []
    while delay > MAX_DELAY:
        parts.append(min(MAX_DELAY, delay - MIN_DELAY))
        delay -= parts[-1]
    return [*parts, delay]


class GifWriter:
    """Writes a GIF to a binary stream: the header at once, then each `Patch`, then the trailer with `close`."""

    def __init__(self, stream: BinaryIO, size: tuple[int, int], colors: Pixels, symbols: int, plays: int) -> None:
        """Write the header.

        Args:
            stream: binary, writable.
            size: width and height of the canvas, 1 to 65535.
            colors: (n, 3) uint8, the global color table, 1 <= n <= 256.
            symbols: number of indices that images use, n or n + 1 <= 256; the table is padded with black to hold them.
            plays: number of times that the animation runs, 1 to 65536; 0 for ever.
        """
        self._stream = stream
        self.size = 0
        bits = max(1, (symbols - 1).bit_length())
        # Color resolution 8 bits, table not sorted, background index 0, no aspect ratio.
        head = b"GIF89a" + struct.pack("<HHBBB", *size, 0x80 | 0x70 | bits - 1, 0, 0)
        self._write(head + colors.tobytes().ljust(3 << bits, b"\0"))
        if plays != 1:  # the extension counts repetitions; without it the animation runs once
            again = plays - 1 if plays else 0
            self._write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", again) + b"\0")

    def _write(self, data: bytes) -> None:
        self._stream.write(data)
        self.size += len(data)

    def add(self, patch: Patch) -> None:
        """Write one image."""
        rect, bits = patch.rect, patch.min_code_size
        has_index = patch.transparent is not None
        control = struct.pack("<BHB", patch.disposal << 2 | has_index, patch.delay, patch.transparent or 0)
        flags, table = 0, b""
        if patch.colors is not None:  # a local table of 2**bits entries; not interlaced, not sorted
            flags, table = 0x80 | bits - 1, patch.colors.tobytes().ljust(3 << bits, b"\0")
        descriptor = struct.pack("<HHHHB", rect.left, rect.top, rect.width, rect.height, flags)
        blocks = b"".join(_sub_blocks(patch.data))
        self._write(b"\x21\xf9\x04" + control + b"\0\x2c" + descriptor + table + bytes([bits]) + blocks)

    def close(self) -> None:
        """Write the trailer; the stream stays open."""
        self._write(b"\x3b")


def _sub_blocks(data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), 255):
        part = data[at : at + 255]
        yield bytes([len(part)]) + part
    yield b"\0"
