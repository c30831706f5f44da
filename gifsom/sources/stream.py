"""A stream, such as standard input, as a file: ffmpeg and Pillow seek in their input."""

import os
import shutil
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from gifsom.core.errors import SettingError, SourceUnreadable, printable

PIECE = 1 << 20
"""Bytes in memory at a time."""


class Spooled(os.PathLike[str]):
    """A temporary file with the content of a stream; deleted with the last reference to this, or with the process.

    `os.fspath` gives its path, `str` its name in messages.
    """

    def __init__(self, stream: BinaryIO) -> None:
        """Read a binary stream to its end. Raises `SourceUnreadable` where it is empty or the disk is full."""
        said = getattr(stream, "name", None)
        self._name = (
            "standard input" if said == "<stdin>" else printable(said) if isinstance(said, str) else "the stream"
        )
        if not isinstance(stream.read(0), bytes):
            raise SettingError(f"{self._name} gives text: hand over its bytes, such as sys.stdin.buffer")
        handle, self._path = tempfile.mkstemp(prefix="gifsom-")
        self._remove = weakref.finalize(self, _remove, self._path)
        try:
            with os.fdopen(handle, "wb") as file:
                shutil.copyfileobj(stream, file, PIECE)
                empty = not file.tell()
        except OSError as error:
            self._remove()
            folder = Path(self._path).parent
            raise SourceUnreadable(f"{self._name}: it cannot be kept in {folder}: {error.strerror}") from None
        if empty:
            raise SourceUnreadable(f"{self._name}: nothing came")

    def __fspath__(self) -> str:
        return self._path

    def __str__(self) -> str:
        return self._name


def _remove(path: str) -> None:
    with suppress(OSError):
        Path(path).unlink()
