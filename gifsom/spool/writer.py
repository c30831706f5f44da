"""Writer of the log of a recording."""

import os
import time as clock
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

import numpy as np

from gifsom.core.errors import FrameError, TargetExists, TargetUnwritable, printable
from gifsom.core.frame import Pixels, Rect
from gifsom.spool.events import Click, Key, Pointer, Shape
from gifsom.spool.pack import Packer
from gifsom.spool.record import KEY_BYTES, SHAPE_SIDE, VERSION, Header, Kind, encode, encode_shape

KEY_EVERY: Final = 150
KEY_SECONDS: Final = 10.0
"""Changed parts and seconds after which a whole picture is written."""


class SpoolWriter:
    """Writes a log, each record by one system call. Only one thread at a time may use it.

    Every method raises `TargetUnwritable` where the disk refuses. Then the file still ends with a whole record, unless
    it cannot even be truncated, and writing may go on.

    Attributes:
        bytes: length of the file.
        size: width and height of the canvas in pixels.
    """

    def __init__(self, path: Path, size: tuple[int, int], fps: float) -> None:
        """Create a file, which must not exist yet and which only its owner can read.

        Args:
            path: of the file.
            size: width and height of the canvas in pixels.
            fps: of the recording, > 0.

        Raises:
            TargetExists, TargetUnwritable
        """
        self._path, self.size = path, size
        self._packer = Packer(size)
        self._parts, self._key_time = 0, 0.0
        self._stale = True  # the file lags behind the packer's state
        self.bytes = 0
        try:
            self._file = open(path, "xb", buffering=0, opener=_private)  # noqa: SIM115 - closed by close
        except FileExistsError:
            raise TargetExists(f"{printable(path)}: the file is there already") from None
        except OSError as error:
            raise TargetUnwritable(f"{printable(path)}: {error.strerror}") from error
        try:
            self._append(Header(VERSION, size, fps, clock.time()).encode())
        except TargetUnwritable:
            self._file.close()
            with suppress(OSError):
                path.unlink()
            raise

    def picture(self, time: float, bgrx: Pixels) -> bool:
        """Store a picture shown from `time` on, if it is new: (h, w, 4) uint8, blue, green, red and an unused byte.

        Returns whether it was stored. Raises `FrameError` for another shape.
        """
        width, height = self.size
        if bgrx.shape != (height, width, 4) or bgrx.dtype != np.uint8:
            raise FrameError(f"a picture is ({height}, {width}, 4) of uint8, not {bgrx.shape} of {bgrx.dtype}")
        box = self._packer.changed(bgrx)
        if box is None and not self._stale:
            return False
        whole = self._stale or self._parts >= KEY_EVERY or time - self._key_time >= KEY_SECONDS
        if box is None or whole:
            box = Rect(0, 0, width, height)
        self._stale = True
        packed = self._packer.pack(bgrx, box)
        kind = Kind.KEYFRAME if whole else Kind.DELTA
        self._append(encode(kind, time, box.left, box.top, box.width, box.height, payload=packed))
        self._stale = False
        self._parts, self._key_time = (0, time) if whole else (self._parts + 1, self._key_time)
        return True

    def grow(self, time: float, size: tuple[int, int]) -> None:
        """Give the canvas that width and height, none smaller than before: the next picture is of that size."""
        self._append(encode(Kind.CANVAS, time, w=size[0], h=size[1]))
        self.size, self._packer, self._stale = size, Packer(size), True

    def heartbeat(self, time: float) -> None:
        """Record that nothing has changed up to `time`."""
        self._append(encode(Kind.HEARTBEAT, time))

    def pointer(self, pointer: Pointer) -> None:
        """Record the position of the pointer."""
        self._append(encode(Kind.POINTER, pointer.time, pointer.x, pointer.y, pointer.shape))

    def shape(self, shape: Shape) -> None:
        """Record the picture of a pointer, before the first use of it. Raises `FrameError` where it is too large."""
        height, width = shape.pixels.shape[:2]
        if max(width, height) > SHAPE_SIDE:
            raise FrameError(f"the pointer's picture is {width}x{height}, and a side ends at {SHAPE_SIDE}")
        self._append(encode_shape(shape))

    def click(self, click: Click) -> None:
        """Record that a button went down or up."""
        self._append(encode(Kind.CLICK, click.time, click.x, click.y, click.button, flags=int(click.pressed)))

    def key(self, key: Key) -> None:
        """Record pressed keys; a text is cut to KEY_BYTES."""
        text = key.text.encode(errors="replace")[:KEY_BYTES].decode(errors="ignore")
        self._append(encode(Kind.KEY, key.time, payload=text.encode()))

    def gap(self, time: float, frames: int) -> None:
        """Record that frames before `time` were dropped."""
        self._append(encode(Kind.GAP, time, w=frames))

    def end(self, time: float) -> None:
        """End the recording at `time`, which may lie before other records. Nothing is written after this."""
        self._append(encode(Kind.END, time))

    def close(self) -> None:
        """Close the file; without an end it is a recording that was cut off."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _append(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:  # a full disk may take a part before it refuses the rest
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(self.bytes)
            raise TargetUnwritable(f"{printable(self._path)}: {error.strerror}") from error
        self.bytes += len(data)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_APPEND, 0o600)
