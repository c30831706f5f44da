"""What is in a GIF: its structure, without decoding a pixel. Trusts nothing in the file."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gifsom.core.errors import SourceNotFound, SourceUnreadable, printable

IMAGE: Final = 0x2C
TRAILER: Final = 0x3B
CONTROL: Final = 0x21F9
COMMENT: Final = 0x21FE
APPLICATION: Final = 0x21FF
"""Labels of blocks: an image, the end of the file, and extensions, whose label has two bytes."""

_EXTENSION: Final = 0x21


@dataclass(frozen=True, slots=True)
class FrameInfo:
    """One image of a GIF.

    left, top, width, height  its rectangle in pixels
    delay        centiseconds, as written
    disposal     0 to 7, as written
    transparent  index, or None
    colors       entries of its own palette, or None where it uses the common one
    bytes        that it takes in the file, with everything that belongs to it
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

    bytes          of the file
    width, height  of the canvas in pixels
    duration       seconds, the sum of the delays
    plays          how many times it runs, 0 for ever
    colors         entries of the common palette, or None
    palette        the common palette as "#rrggbb", entry by entry
    frames         its images
    complete       it ends as it should
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
    """A block of a GIF behind its head.

    label    IMAGE, TRAILER, or that of an extension
    size     bytes that it takes in the file
    content  of its sub-blocks
    place    of an image: its rectangle and flags, 9 bytes
    table    of an image: its own palette, or None where it uses the common one
    minimum  of an image: LZW minimum code size, as written
    whole    it does not break off
    """

    label: int
    size: int
    content: bytes = b""
    place: bytes = b""
    table: bytes | None = None
    minimum: int = 0
    whole: bool = True

    @property
    def loops(self) -> bool:
        """Whether it says how often an animation plays."""
        return self.label == APPLICATION and self.content[:11] == b"NETSCAPE2.0"


class _Ends(Exception):
    """The data end within a structure."""


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
        """The content up to the block of no length, and whether that is there."""
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
        """All blocks up to the trailer; up to where the file makes no sense any more, or breaks off."""
        label = 0
        while label != TRAILER:
            began = self.at
            try:
                label = self.take(1)[0]
                if label == TRAILER:
                    yield Block(TRAILER, 1)
                elif label == _EXTENSION:
                    kind = self.take(1)[0]
                    content, whole = self.sub_blocks()
                    yield Block(_EXTENSION << 8 | kind, self.at - began, content, whole=whole)
                elif label == IMAGE:
                    place = self.take(9)
                    table = self.take(6 << (place[8] & 7)) if place[8] & 0x80 else None
                    minimum = self.take(1)[0]
                    content, whole = self.sub_blocks()
                    yield Block(IMAGE, self.at - began, content, place, table, minimum, whole)
                else:
                    self.at = began
                    return
            except _Ends:
                self.at = began
                return


def read_info(path: Path) -> Info:
    """Read a GIF's structure. Raises `SourceNotFound` or `SourceUnreadable`; a GIF that is cut off is not complete."""
    return parse(read_bytes(path), path)


def read_bytes(path: Path) -> bytes:
    """What is in a file. Raises `SourceNotFound` or `SourceUnreadable`."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise SourceNotFound(f"{printable(path)}: there is no such file") from None
    except OSError as error:
        raise SourceUnreadable(f"{printable(path)}: {error.strerror}") from None


def parse(data: bytes, path: object = "the data") -> Info:
    """The structure of a GIF that is in memory; messages call it `path`. Raises `SourceUnreadable`."""
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
    """Width, height, the common palette, and the blocks of a GIF. Raises `SourceUnreadable` where there is no head."""
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
    """All images, how many times they play, and whether the trailer was reached."""
    frames: list[FrameInfo] = []
    plays = 1
    control = bytes(4)
    size = 0  # of what belongs to the next image
    for block in blocks:
        if not block.whole:
            break
        size += block.size
        if block.label == CONTROL:
            control = block.content[:4].ljust(4, b"\0")
        elif block.loops:
            again = struct.unpack("<H", block.content[-2:])[0]
            plays = again + 1 if again else 0
            size = 0
        elif block.label == IMAGE:
            left, top, width, height, flags = struct.unpack("<HHHHB", block.place)
            colors = 2 << (flags & 7) if flags & 0x80 else None
            disposal, delay = control[0] >> 2 & 7, struct.unpack("<H", control[1:3])[0]
            transparent = control[3] if control[0] & 1 else None
            frames.append(FrameInfo(left, top, width, height, delay, disposal, transparent, colors, size))
            control = bytes(4)
            size = 0
        elif block.label == TRAILER:
            return frames, plays, True
    return frames, plays, False
