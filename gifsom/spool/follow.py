"""Reading the log of a recording while it is being written."""

import os
import sys
from collections import deque
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from threading import Event as Flag
from typing import BinaryIO, Final

from gifsom.core.errors import SourceUnreadable, printable
from gifsom.core.frame import Pixels
from gifsom.core.source import StillGrowing
from gifsom.spool.reader import Spool, read_header
from gifsom.spool.record import HEADER_BYTES, Canvas, End, Event, Picture, records

LAG: Final = 0.5
"""Seconds that an event waits: a key that ends a recording takes a little of its end away again."""

PAUSE: Final = 0.05
"""Seconds between two looks at the file."""


class FollowedSpool:
    """A log that is being written, with the attributes and methods of `Spool`.

    Raises `StillGrowing` for what depends on its end, as long as that has not come.
    """

    def __init__(self, path: Path, max_pixels: int, ended: Flag) -> None:
        """`ended` is set once nothing more is written. Raises as `Spool.open`, but for a missing picture."""
        self.path = path
        self._max_pixels = max_pixels
        self._ended = ended
        try:
            with path.open("rb") as file:
                header = read_header(path, file.read(HEADER_BYTES), max_pixels)
        except OSError as error:
            raise SourceUnreadable(f"{printable(path)}: {error.strerror}") from None
        self.size, self.fps, self.started = header.size, header.fps, header.started

    @property
    def growing(self) -> bool:
        """Whether more may be written."""
        return not self._ended.is_set()

    @cached_property
    def whole(self) -> Spool:
        """The log, once it has ended. Raises as `Spool.open` does."""
        if self.growing:
            raise StillGrowing
        return Spool.open(self.path, self._max_pixels)

    @property
    def duration(self) -> float:
        return self.whole.duration

    @property
    def unread(self) -> int:
        return self.whole.unread

    @property
    def cut(self) -> bool:
        return self.whole.cut

    def events(self) -> Iterator[tuple[float, Event]]:
        """All that counts, as `Spool.events` gives it, each as soon as it is sure that it counts.

        Raises `SourceUnreadable` where that was wrong after all: a second reading gives what is there.
        """
        if not self.growing:
            self._check_size(self.whole.size)
            yield from self.whole.events()
            return
        held: deque[tuple[float, Event]] = deque()
        given = 0.0
        try:
            with self.path.open("rb") as file:
                for _, time, event in records(_Growing(file, self._ended), self.size, sys.maxsize):  # type: ignore[arg-type]
                    if isinstance(event, End):
                        break
                    if isinstance(event, Canvas):
                        self._check_size(event.size)
                    else:
                        held.append((time, event))
                    while held and held[0][0] < time - LAG:
                        given = held[0][0]
                        yield held.popleft()
        except OSError as error:
            raise SourceUnreadable(f"{printable(self.path)}: {error.strerror}") from None
        self._ended.wait()
        until = self.whole.until
        if given >= until:
            raise SourceUnreadable(f"{printable(self.path)}: the recording ends before what was read of it")
        yield from (item for item in held if item[0] < until)

    def _check_size(self, size: tuple[int, int]) -> None:
        if size != self.size:
            raise SourceUnreadable(f"{printable(self.path)}: the canvas has grown while it was read")

    def paint(self, picture: Picture, canvas: Pixels) -> None:
        """Write a picture to a canvas, as `Spool.paint` does."""
        Spool.paint(self, picture, canvas)  # type: ignore[arg-type]


class _Growing:
    """A file to which another process appends; a read waits until as much is there, or nothing more will come."""

    def __init__(self, file: BinaryIO, ended: Flag) -> None:
        self._file, self._ended = file, ended

    def seek(self, at: int) -> int:
        return self._file.seek(at)

    def read(self, count: int) -> bytes:
        need = self._file.tell() + count
        while not self._ended.is_set() and os.fstat(self._file.fileno()).st_size < need:
            self._ended.wait(PAUSE)
        return self._file.read(count)
