"""Commands to a recording in another process: stop, pause, resume.

Beside its spool a recording has a file `NAME.control`, on which the process that records it, or makes a GIF of it,
holds a lock: the system releases it when the process is gone. Other processes append their commands to that file.
"""

import os
from pathlib import Path
from typing import BinaryIO, Final, Self

from gifsom.core.errors import RecordingInUse, RecordingNotFound, TargetUnwritable, printable
from gifsom.core.lock import lock, private
from gifsom.recorder.folder import find, fresh, recordings

COMMANDS: Final = ("stop", "pause", "toggle")
"""Commands to a recording: end, pause, or toggle the pause."""


class Control:
    """Ownership of a recording, which is in use until `close`, and the commands sent to it.

    spool  its file
    """

    def __init__(self, spool: Path) -> None:
        """Take the lock. Raises `RecordingInUse`, and `TargetUnwritable`."""
        self.spool = spool
        self._path = spool.with_suffix(".control")
        try:
            self._file: BinaryIO = open(self._path, "a+b", buffering=0, opener=private)  # noqa: SIM115 - see close
        except OSError as error:
            raise TargetUnwritable(f"{printable(self._path)}: {error.strerror}") from None
        try:
            lock(self._file)
            lost = not os.path.samestat(os.fstat(self._file.fileno()), self._path.stat())  # it was removed meanwhile
            self._file.truncate(0)  # of what a crash has left
            self._file.seek(0)
        except OSError:
            lost = True
        if lost:
            self._file.close()
            raise RecordingInUse(f"the recording '{printable(spool.stem)}' is in use")

    def commands(self) -> list[str]:
        """Those of COMMANDS received since the last call."""
        return [word for word in self._file.read().decode(errors="replace").split() if word in COMMANDS]

    def close(self) -> None:
        """Release the recording."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def claim() -> Control:
    """A new recording, locked. Raises `TargetUnwritable`."""
    for spool in fresh():
        try:
            return Control(spool)
        except RecordingInUse:  # by one that began at the same time
            continue
    raise AssertionError("there is always another name")


def running() -> list[Path]:
    """Spools of recordings in use, the oldest first."""
    return [path for path in recordings() if in_use(path)]


def waiting() -> list[Path]:
    """Spools of recordings not in use, the oldest first."""
    return [path for path in recordings() if not in_use(path)]


def in_use(spool: Path) -> bool:
    """Whether a recording is being written, or converted."""
    try:
        with spool.with_suffix(".control").open("r+b", buffering=0) as file:
            lock(file)
    except FileNotFoundError:
        return False
    except OSError:  # somebody holds the lock
        return True
    return False


def tell(command: str, name: str | None = None) -> Path:
    """Send one of COMMANDS to the newest running recording, or to the named one. Returns its spool.

    Raises `RecordingNotFound`, and `TargetUnwritable` where the command cannot be sent.
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
    """Delete a recording. Raises `TargetUnwritable`."""
    try:
        spool.unlink(missing_ok=True)
    except OSError as error:
        raise TargetUnwritable(f"{printable(spool)}: {error.strerror}") from None
