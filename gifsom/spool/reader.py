"""Reader of the log of a recording; nothing in it is trusted."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import BinaryIO, Self

from gifsom.core.errors import SourceEmpty, SourceNotFound, SourceRefused, SourceUnreadable, printable, too_large
from gifsom.core.frame import Pixels
from gifsom.spool.events import Click, Key
from gifsom.spool.pack import unpack
from gifsom.spool.record import (
    HEADER_BYTES,
    VERSION,
    Canvas,
    End,
    Event,
    Gap,
    Header,
    Heartbeat,
    Picture,
    is_cut,
    is_recording,
    records,
)


@dataclass(frozen=True, slots=True)
class Spool:
    """A log that was scanned up to its end or to the first invalid record; made by `Spool.open`.

    path      of the file
    size      width and height of the canvas in pixels, at its end
    begins    the same at its beginning: it may grow
    fps       of the recording
    started   seconds since 1970
    until     seconds, > 0; events at this time or later do not count
    ended     it was ended, not cut off
    dropped   frames that could not be kept while recording
    clicks    there are any
    keys      there are any
    readable  bytes from the file's beginning on that can be read
    unread    bytes after them
    cut       the file ends within a record
    """

    path: Path
    size: tuple[int, int]
    begins: tuple[int, int]
    fps: float
    started: float
    until: float
    ended: bool
    dropped: int
    clicks: bool
    keys: bool
    readable: int
    unread: int
    cut: bool

    @property
    def duration(self) -> float:
        """Seconds, at least the time of one frame."""
        return max(self.until, 1 / self.fps)

    @classmethod
    def open(cls, path: Path, max_pixels: int) -> Self:
        """Scan a file; of one that is being written, the part that is there now.

        Raises:
            SourceNotFound, SourceUnreadable: it is no log, or of a newer version.
            SourceRefused: its pictures have more than `max_pixels`.
            SourceEmpty: there is no picture in it.
        """
        try:
            with path.open("rb") as file:
                header = read_header(path, file.read(HEADER_BYTES), max_pixels)
                return cls._read(path, file, header, max_pixels)
        except FileNotFoundError:
            raise SourceNotFound(f"{printable(path)}: there is no such file") from None
        except OSError as error:
            raise SourceUnreadable(f"{printable(path)}: {error.strerror}") from None

    @classmethod
    def _read(cls, path: Path, file: BinaryIO, header: Header, max_pixels: int) -> Self:
        length = os.fstat(file.fileno()).st_size
        first, until, dropped = inf, 0.0, 0
        clicks = keys = ended = False
        readable, size = HEADER_BYTES, header.size
        for end, time, event in records(file, header.size, length):
            readable = end
            match event:
                case End():
                    until, ended = time, True
                    break
                case Heartbeat():
                    until = max(until, time)
                    continue
                case Canvas():
                    size = event.size
                    check_size(path, size, max_pixels)
                    continue
                case Picture():
                    first = min(first, time)
                case Gap():
                    dropped += event.frames
                case Click():
                    clicks = True
                case Key():
                    keys = True
            until = max(until, time + 1 / header.fps)
        if first >= until:
            raise SourceEmpty(f"{printable(path)}: there is no picture in the recording")
        file.seek(readable)
        unread = length - readable
        cut = unread > 0 and is_cut(file, unread)
        begins, fps, started = header.size, header.fps, header.started
        return cls(path, size, begins, fps, started, until, ended, dropped, clicks, keys, readable, unread, cut)

    def events(self) -> Iterator[tuple[float, Event]]:
        """All events that count, in the order in which they were written, with times that never fall.

        Raises `SourceUnreadable` where the file has changed since `open`.
        """
        read = HEADER_BYTES
        try:
            with self.path.open("rb") as file:
                for end, time, event in records(file, self.begins, self.readable):
                    read = end
                    if time < self.until and not isinstance(event, Canvas):
                        yield time, event
        except OSError as error:
            raise SourceUnreadable(f"{printable(self.path)}: {error.strerror}") from None
        if read != self.readable:
            raise SourceUnreadable(f"{printable(self.path)}: the recording is not as it was any more")

    def paint(self, picture: Picture, canvas: Pixels) -> None:
        """Write a picture to a canvas (h, w, 3) that shows the ones before. Raises `SourceUnreadable`."""
        try:
            unpack(picture.packed, picture.box, canvas)
        except ValueError as error:
            raise SourceUnreadable(f"{printable(self.path)}: a picture is damaged ({printable(error)})") from None


def read_header(path: Path, head: bytes, max_pixels: int) -> Header:
    """The header of a log. Raises `SourceUnreadable` and `SourceRefused`."""
    name = printable(path)
    if not is_recording(head):
        raise SourceUnreadable(f"{name}: that is no recording of gifsom")
    if len(head) < HEADER_BYTES:
        raise SourceUnreadable(f"{name}: the recording was cut off before its first picture")
    header = Header.decode(head)
    if header is None:
        raise SourceUnreadable(f"{name}: the recording is damaged at its beginning")
    if header.version > VERSION:
        raise SourceUnreadable(f"{name}: a newer gifsom made it: its format is {header.version}, known is {VERSION}")
    check_size(path, header.size, max_pixels)
    return header


def check_size(path: Path, size: tuple[int, int], max_pixels: int) -> None:
    """Raise `SourceRefused` for a canvas of more than `max_pixels`."""
    if size[0] * size[1] > max_pixels:
        raise SourceRefused(too_large(path, f"{size[0]}x{size[1]}", max_pixels))
