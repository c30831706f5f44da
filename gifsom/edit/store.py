"""Storage for frames: compressed, in memory or, where they are many, in a temporary file, read in any order."""

import tempfile
import weakref
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from threading import Lock

import numpy as np
import zstandard

from gifsom.core.errors import TargetUnwritable
from gifsom.core.frame import Frame, Mask

HELD_BYTES = 8 << 20
"""Bytes of packed frames up to which they stay in memory."""

PLAIN_BYTES = 2 << 20
"""Bytes of frames up to which a queue keeps them as they are."""

CHUNK_BYTES = 64 << 20
"""Bytes of packed frames that a queue keeps together."""

_LEVEL = -5  # two thirds of the time that 1 takes, for a sixth more bytes


class Store:
    """Frames of one size, each of which can be read again at any time, in one thread or in several.

    They lie in memory up to HELD_BYTES, and beyond that all of them on disk, in an unnamed file that is deleted with
    the store. A frame with the same arrays as the one before takes no space.

    Attributes:
        starts: of each frame, in seconds.
        bytes: size of the packed frames.

    >>> store = Store()
    >>> for level in range(3):
    ...     store.append(Frame(np.full((2, 4, 3), level, np.uint8), level / 10))
    >>> [int(frame.pixels.max()) for frame in store.read([2, 0])]
    [2, 0]
    """

    def __init__(self) -> None:
        self.starts: list[float] = []
        self.bytes = 0
        self._places: list[tuple[int, int]] = []  # of each frame: offset and length in the file
        self._last: Frame | None = None
        self._lock = Lock()
        self._file = tempfile.SpooledTemporaryFile(HELD_BYTES, prefix="gifsom-")  # noqa: SIM115 - closed by close
        self._closing = weakref.finalize(self, _close, self._file)

    def __iter__(self) -> Iterator[Frame]:
        return self.read(range(len(self.starts)))

    def append(self, frame: Frame) -> None:
        """Store a frame. Raises `TargetUnwritable` where the disk is full."""
        last = self._last
        if last is None or frame.pixels is not last.pixels or frame.mask is not last.mask:
            raw = frame.pixels.data if frame.mask is None else frame.pixels.tobytes() + frame.mask.tobytes()
            self._places.append(self._write(zstandard.ZstdCompressor(_LEVEL).compress(raw)))
        else:
            self._places.append(self._places[-1])
        self.starts.append(frame.start)
        self._last = frame

    def read(self, numbers: Iterable[int]) -> Iterator[Frame]:
        """The frames of these numbers; an immediate repetition has the same arrays."""
        place: tuple[int, int] | None = None
        frame: Frame | None = None
        for number in numbers:
            if frame is None or self._places[number] != place:
                place = self._places[number]
                frame = self._unpacked(self._read(*place))
            yield frame.at(self.starts[number])

    def close(self) -> None:
        """Delete all frames; a store that is no longer used does so by itself."""
        self._closing()

    def _write(self, packed: bytes) -> tuple[int, int]:
        at = self.bytes
        with self._lock:
            try:
                self._file.seek(at)
                self._file.write(packed)
                self._file.flush()
            except OSError as error:
                raise TargetUnwritable(f"frames cannot be stored in a temporary file: {error.strerror}") from error
        self.bytes += len(packed)
        return at, len(packed)

    def _read(self, at: int, length: int) -> bytes:
        with self._lock:
            self._file.seek(at)
            return zstandard.ZstdDecompressor().decompress(self._file.read(length))

    def _unpacked(self, raw: bytes) -> Frame:
        assert self._last is not None
        shape = self._last.pixels.shape
        size = self._last.pixels.nbytes
        mask: Mask | None = None
        if len(raw) > size:
            mask = np.frombuffer(raw, np.bool_, offset=size).reshape(shape[:2])
        return Frame(np.frombuffer(raw, np.uint8, size).reshape(shape), 0.0, mask)


class Queue:
    """Frames that wait for their turn: the first PLAIN_BYTES of them as they are, those behind in a store.

    What has been taken leaves its space when all frames that were packed with it have been taken.
    """

    def __init__(self) -> None:
        self._waiting: deque[Frame | tuple[Store, int]] = deque()
        self._plain = 0  # bytes of frames that are not packed
        self._store = Store()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, frame: Frame) -> None:
        """Add a frame. Raises `TargetUnwritable` where the disk is full."""
        if self._plain + frame.pixels.nbytes <= PLAIN_BYTES:
            self._plain += frame.pixels.nbytes
            self._waiting.append(frame)
            return
        if self._store.bytes > CHUNK_BYTES:
            self._store = Store()
        self._waiting.append((self._store, len(self._store.starts)))
        self._store.append(frame)

    def take(self) -> Frame:
        """The first of them."""
        first = self._waiting.popleft()
        if isinstance(first, Frame):
            self._plain -= first.pixels.nbytes
            return first
        store, number = first
        return next(store.read([number]))


def _close(file: "tempfile.SpooledTemporaryFile[bytes]") -> None:
    with suppress(OSError):  # closing retries the write that a full disk refused
        file.close()
