"""The structure of a GIF, read without decoding a pixel. Nothing in the file is trusted."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gifsom.core.errors import SourceNotFound, SourceRefused, SourceUnreadable, printable
from gifsom.core.files import address

IMAGE: Final = 0x2C
TRAILER: Final = 0x3B
CONTROL: Final = 0x21F9
COMMENT: Final = 0x21FE
APPLICATION: Final = 0x21FF
"""Labels of blocks: an image, the trailer, and extensions, whose labels have two bytes."""

_EXTENSION: Final = 0x21


@dataclass(frozen=True, slots=True)
class FrameInfo:
    """One image of a GIF.

    left, top, width, height  rectangle in pixels
    delay        centiseconds, as written
    disposal     0 to 7, as written
    transparent  index, or None
    colors       entries of its local color table, or None where it uses the global one
    bytes        size in the file, its extensions included
    """

    left: int
    top: int
    width: int
    height: int
    delay: int
    disposal: int
    transparent: int | None
    colors: int | None
    bytes: int


@dataclass(frozen=True, slots=True)
class Info:
    """A GIF.

    bytes          size of the file
    width, height  of the canvas in pixels
    duration       seconds, the sum of the delays
    plays          number of times that it runs, 0 for ever
    colors         entries of the global color table, or None
    palette        the global color table as "#rrggbb", in order
    frames         its images
    complete       the file ends with a trailer
    """

    bytes: int
    width: int
    height: int
    duration: float
    plays: int
    colors: int | None
    palette: tuple[str, ...]
    frames: tuple[FrameInfo, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a GIF, without the header of the file.

    label          IMAGE, TRAILER, or that of an extension
    size           bytes in the file
    content        data of its sub-blocks
    descriptor     of an image: rectangle and flags, 9 bytes
    table          of an image: local color table, or None where it uses the global one
    min_code_size  of an image: LZW minimum code size, as written
    complete       the block is not cut off
    """

    label: int
    size: int
    content: bytes = b""
    descriptor: bytes = b""
    table: bytes | None = None
    min_code_size: int = 0
    complete: bool = True

    @property
    def loops(self) -> bool:
        """Whether it is the extension that says how often the animation plays."""
        return self.label == APPLICATION and self.content[:11] == b"NETSCAPE2.0"


class _Ends(Exception):
    """The data ends within a structure."""


class _Scanner:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, size: int) -> bytes:
        part = self.data[self.at : self.at + size]
        if len(part) < size:
            raise _Ends
        self.at += size
        return part

    def sub_blocks(self) -> tuple[bytes, bool]:
        """The data up to the empty sub-block, and whether that one is there."""
        parts = []
        try:
            while size := self.take(1)[0]:
                parts.append(self.take(size))
        except _Ends:
            parts.append(self.data[self.at :])
            self.at = len(self.data)
            return b"".join(parts), False
        return b"".join(parts), True

    def blocks(self) -> Iterator[Block]:
        """All blocks up to the trailer, or up to where the file is invalid or cut off."""
        label = 0
        while label != TRAILER:
            began = self.at
            try:
                label = self.take(1)[0]
                if label == TRAILER:
                    yield Block(TRAILER, 1)
                elif label == _EXTENSION:
                    kind = self.take(1)[0]
                    content, complete = self.sub_blocks()
                    yield Block(_EXTENSION << 8 | kind, self.at - began, content, complete=complete)
                elif label == IMAGE:
                    descriptor = self.take(9)
                    table = self.take(6 << (descriptor[8] & 7)) if descriptor[8] & 0x80 else None
                    min_code_size = self.take(1)[0]
                    content, complete = self.sub_blocks()
                    yield Block(IMAGE, self.at - began, content, descriptor, table, min_code_size, complete)
                else:
                    self.at = began
                    return
            except _Ends:
                self.at = began
                return


def read_info(path: Path) -> Info:
    """Read a GIF's structure; one that is cut off is not `complete`. Raises `SourceNotFound` or `SourceUnreadable`."""
    return parse(read_bytes(path), path)


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises `SourceNotFound`, `SourceRefused` or `SourceUnreadable`."""
    if remote := address(path):
        raise SourceRefused(f"{printable(remote)}: that is a remote address, and only local files are read")
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise SourceNotFound(f"{printable(path)}: there is no such file") from None
    except OSError as error:
        raise SourceUnreadable(f"{printable(path)}: {error.strerror}") from None


def parse(data: bytes, path: object = "the data") -> Info:
    """The structure of a GIF in memory; messages call it `path`. Raises `SourceUnreadable`."""
    width, height, table, blocks = dissect(data, path)
    frames, plays, complete = _read_blocks(blocks)
    return Info(
        bytes=len(data),
        width=width,
        height=height,
        duration=sum(frame.delay for frame in frames) / 100,
        plays=plays,
        colors=len(table) // 3 if table is not None else None,
        palette=tuple("#" + table[i : i + 3].hex() for i in range(0, len(table), 3)) if table is not None else (),
        frames=tuple(frames),
        complete=complete,
    )


def dissect(data: bytes, path: object) -> tuple[int, int, bytes | None, Iterator[Block]]:
    """Width, height, global color table and blocks of a GIF. Raises `SourceUnreadable` where the header is missing."""
    scanner = _Scanner(data)
    try:
        if scanner.take(6) not in (b"GIF87a", b"GIF89a"):
            raise SourceUnreadable(f"{printable(path)}: that is not a GIF")
        width, height, flags, _, _ = struct.unpack("<HHBBB", scanner.take(7))
        table = scanner.take(6 << (flags & 7)) if flags & 0x80 else None
    except _Ends:
        raise SourceUnreadable(f"{printable(path)}: that is not a GIF, or its head is cut off") from None
    return width, height, table, scanner.blocks()


def _read_blocks(blocks: Iterator[Block]) -> tuple[list[FrameInfo], int, bool]:
    """All images, the number of times they play, and whether the trailer was reached."""
    frames: list[FrameInfo] = []
    plays = 1
    control = bytes(4)
    size = 0  # bytes of the next image and its extensions
    for block in blocks:
        if not block.complete:
            break
        size += block.size
        if block.label == CONTROL:
            control = block.content[:4].ljust(4, b"\0")
        elif block.loops:
            again = struct.unpack("<H", block.content[-2:])[0]
            plays = again + 1 if again else 0
            size = 0
        elif block.label == IMAGE:
            left, top, width, height, flags = struct.unpack("<HHHHB", block.descriptor)
            colors = 2 << (flags & 7) if flags & 0x80 else None
            disposal, delay = control[0] >> 2 & 7, struct.unpack("<H", control[1:3])[0]
            transparent = control[3] if control[0] & 1 else None
            frames.append(FrameInfo(left, top, width, height, delay, disposal, transparent, colors, size))
            control = bytes(4)
            size = 0
        elif block.label == TRAILER:
            return frames, plays, True
    return frames, plays, False
