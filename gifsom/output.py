"""Writing a file so that it is either there whole, or not at all.

Everything goes to a temporary file in the target's own folder, which is flushed, synced, closed and then renamed. Every
failure leaves an older file as it was and nothing beside it.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from gifsom.errors import TargetError, TargetExists, TargetUnwritable, printable


def check_target(path: Path, overwrite: bool) -> None:
    """Raise `TargetExists` or `TargetUnwritable` for a path that could not be written; touches nothing."""
    if str(path) == "-":
        raise TargetUnwritable("-: standard output is not written to: name a file")
    try:
        if path.is_dir():
            raise TargetUnwritable(f"{printable(path)}: that is a folder: name a file")
        if path.exists() and not path.is_file():
            raise TargetUnwritable(f"{printable(path)}: that is not a regular file, and is not replaced")
        if path.exists() and not overwrite:
            raise TargetExists(f"{printable(path)}: the file is there already (--overwrite replaces it)")
        if not path.parent.is_dir():
            raise TargetUnwritable(f"{printable(path)}: there is no folder {printable(path.parent)}")
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise TargetUnwritable(f"{printable(path)}: the folder {printable(path.parent)} cannot be written to")
    except TargetError:
        raise
    except OSError as error:
        raise TargetUnwritable(f"{printable(path)}: {error.strerror}") from None


def check_ending(path: Path) -> None:
    """Raise `TargetUnwritable` for a name that is rather a mistake, such as two videos, than a wish."""
    if path.suffix.lower() not in ("", ".gif"):
        raise TargetUnwritable(f"{printable(path)}: the name of a GIF ends in .gif")


def same_file(path: Path, other: "str | Path") -> bool:
    """Whether two names, which need not exist, are of one file."""
    try:
        return path.samefile(other)
    except (OSError, ValueError):  # one is missing, or cannot be a name: that is told where it is opened
        return os.path.realpath(path) == os.path.realpath(other)


def check_source(path: Path, source: object) -> None:
    """Raise `TargetUnwritable` where an output is the file or folder that is read."""
    if isinstance(source, str | Path) and same_file(path, source):
        raise TargetUnwritable(f"{printable(path)}: that is the source itself: name another file")


class _Stream:
    """Passes writes on, and says of a failed one which file it was for."""

    def __init__(self, raw: BinaryIO, path: Path) -> None:
        self._raw, self._path = raw, path

    def write(self, data: bytes) -> int:
        try:
            return self._raw.write(data)
        except OSError as error:
            raise TargetUnwritable(f"{printable(self._path)}: {error.strerror}") from error


@contextmanager
def replacing(path: Path, overwrite: bool) -> Iterator[BinaryIO]:
    """A binary stream whose content is at `path` once the block has ended well.

    Raises `TargetExists` where a file is there and `overwrite` is false, `TargetUnwritable` for all else.
    """
    check_target(path, overwrite)
    part = path.with_name(f".gifsom-{secrets.token_hex(6)}.part")
    try:
        try:
            raw = part.open("xb", buffering=1 << 16)
        except OSError as error:
            raise TargetUnwritable(f"{printable(path)}: {error.strerror}") from error
        try:
            yield cast(BinaryIO, _Stream(raw, path))
            try:
                raw.flush()
                os.fsync(raw.fileno())
                raw.close()  # here, not by the collector: that would keep the error of a full disk to itself
            except OSError as error:
                raise TargetUnwritable(f"{printable(path)}: {error.strerror}") from error
        finally:
            with suppress(OSError):  # when a write has failed already, what is left in the buffer fails again
                raw.close()
        check_target(path, overwrite)
        try:
            part.replace(path)
        except OSError as error:
            raise TargetUnwritable(f"{printable(path)}: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
