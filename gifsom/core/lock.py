"""A lock on an open file, which the system releases when the process that holds it is gone."""

import os
import sys
from typing import BinaryIO

if sys.platform == "win32":
    import msvcrt

    def lock(file: BinaryIO) -> None:
        """Take the lock of a file, which keeps nobody from writing. Raises `OSError` where another process has it."""
        file.seek(1 << 30)  # far past what is in it
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        file.seek(0)
else:
    import fcntl

    def lock(file: BinaryIO) -> None:
        """Take the lock of a file, which keeps nobody from writing. Raises `OSError` where another process has it."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def private(path: str, flags: int) -> int:
    """Open a file that only its owner may read, for `open(opener=)`."""
    return os.open(path, flags, 0o600)
