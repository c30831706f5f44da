"""Telling a recording that runs in another process to stop or to pause.

Beside its spool a recording has a file `NAME.control`, on which it holds a lock as long as it lives: the system takes
it away from a process that is gone. Who wants something of the recording adds a line to that file.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final, Self

from gifsom.errors import RecordingNotFound, TargetUnwritable, printable
from gifsom.recorder.folder import find, recordings

if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        file.seek(1 << 30)  # far behind the lines: there a lock keeps nobody from writing
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        file.seek(0)
else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


COMMANDS: Final = ("stop", "pause", "toggle")
"""What a recording can be told: to end, to make a pause, to make one or go on."""


class Control:
    """What others want of the recording in a file; that it runs can be seen until `close`."""

    def __init__(self, spool: Path) -> None:
        """Raises `TargetUnwritable`."""
        self._path = spool.with_suffix(".control")
        try:
            self._file: BinaryIO = open(self._path, "x+b", buffering=0, opener=_private)  # noqa: SIM115 - see close
            _lock(self._file)
        except OSError as error:
            raise TargetUnwritable(f"{printable(self._path)}: {error.strerror}") from None

    def commands(self) -> list[str]:
        """Those of COMMANDS that came since the last call."""
        return [word for word in self._file.read().decode(errors="replace").split() if word in COMMANDS]

    def close(self) -> None:
        """The recording is over."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def running() -> list[Path]:
    """The spools of recordings that run now, the oldest first."""
    return [path for path in recordings() if is_running(path)]


def is_running(spool: Path) -> bool:
    """Whether a recording is written to that file now."""
    try:
        with spool.with_suffix(".control").open("r+b", buffering=0) as file:
            _lock(file)
    except FileNotFoundError:
        return False
    except OSError:  # somebody holds the lock
        return True
    return False


def tell(command: str, name: str | None = None) -> Path:
    """Give one of COMMANDS to the newest running recording, or to that of a name; its spool.

    Raises `RecordingNotFound`, and `TargetUnwritable` where it cannot be told.
    """
    spools = running()
    if not spools:
        raise RecordingNotFound("no recording is running")
    spool = spools[-1] if name is None else find(name, spools)
    control = spool.with_suffix(".control")
    try:
        with control.open("ab", buffering=0) as file:
            file.write(f"{command}\n".encode())
    except OSError as error:
        raise TargetUnwritable(f"{printable(control)}: {error.strerror}") from None
    return spool


def delete(spool: Path) -> None:
    """Delete a recording that does not run. Raises `TargetUnwritable`."""
    with suppress(FileNotFoundError):
        spool.with_suffix(".control").unlink()
    try:
        spool.unlink(missing_ok=True)
    except OSError as error:
        raise TargetUnwritable(f"{printable(spool)}: {error.strerror}") from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
