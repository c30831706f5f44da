"""What is in a GIF: its structure, without decoding a pixel. Trusts nothing in the file."""

import struct
from dataclasses import dataclass
from pathlib import Path

from gifsom.errors import SourceNotFound, SourceUnreadable, printable


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

    def sub_blocks(self) -> bytes:
        """The content up to the block of no length; only its first 255 bytes matter to anyone here."""
        head = b""
        while size := self.take(1)[0]:
            block = self.take(size)
            head = head or block
        return head


def read_info(path: Path) -> Info:
    """Read a GIF's structure. Raises `SourceNotFound` or `SourceUnreadable`; a GIF that is cut off is not complete."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise SourceNotFound(f"{printable(path)}: there is no such file") from None
    except OSError as error:
        raise SourceUnreadable(f"{printable(path)}: {error.strerror}") from None
    return parse(data, path)


def parse(data: bytes, path: object = "the data") -> Info:
    """The structure of a GIF that is in memory; messages call it `path`. Raises `SourceUnreadable`."""
    scanner = _Scanner(data)
    try:
        if scanner.take(6) not in (b"GIF87a", b"GIF89a"):
            raise SourceUnreadable(f"{printable(path)}: that is not a GIF")
        width, height, flags, _, _ = struct.unpack("<HHBBB", scanner.take(7))
        table = scanner.take(3 << (flags & 7) + 1) if flags & 0x80 else None
    except _Ends:
        raise SourceUnreadable(f"{printable(path)}: that is not a GIF, or its head is cut off") from None
    frames, plays, complete = _read_blocks(scanner)
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


def _read_blocks(scanner: _Scanner) -> tuple[list[FrameInfo], int, bool]:
    """All images, how many times they play, and whether the trailer was reached."""
    frames: list[FrameInfo] = []
    plays = 1
    control = bytes(4)
    began = scanner.at
    try:
        while (kind := scanner.take(1)) != b"\x3b":
            if kind == b"\x21":
                label = scanner.take(1)
                head = scanner.sub_blocks()
                if label == b"\xf9":
                    control = head[:4].ljust(4, b"\0")
                elif label == b"\xff" and head[:11] == b"NETSCAPE2.0":
                    again = struct.unpack("<H", scanner.data[scanner.at - 3 : scanner.at - 1])[0]
                    plays = again + 1 if again else 0
                    began = scanner.at
            elif kind == b"\x2c":
                left, top, width, height, flags = struct.unpack("<HHHHB", scanner.take(9))
                colors = 2 << (flags & 7) if flags & 0x80 else None
                scanner.take(3 * (colors or 0) + 1)
                scanner.sub_blocks()
                disposal, delay = control[0] >> 2 & 7, struct.unpack("<H", control[1:3])[0]
                transparent = control[3] if control[0] & 1 else None
                size = scanner.at - began
                frames.append(FrameInfo(left, top, width, height, delay, disposal, transparent, colors, size))
                control = bytes(4)
                began = scanner.at
            else:
                break
        else:
            return frames, plays, True
    except _Ends:
        pass
    return frames, plays, False
