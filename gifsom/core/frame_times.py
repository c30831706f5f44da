"""frames.json: how long each picture of a folder is shown, written beside frames and read again with them.

It says no more than that: pictures are found in the folder, in the order of their names, and one that is not named
there is shown as it would be without the file. Of a file that is not gifsom's, by its key "gifsom", nothing is read.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from gifsom.core.errors import SourceUnreadable, printable
from gifsom.core.values import DAY

NAME: Final = "frames.json"

VERSION: Final = 1

MAX_BYTES: Final = 1 << 24
"""Longest file that is read: some 400 000 frames."""

MAX_PLAYS: Final = 65_536


@dataclass(frozen=True, slots=True)
class FrameTimes:
    """Times of pictures in a folder.

    seconds  that each is shown, by the names of their files
    native   they come from an animation, whose size and delays a GIF keeps
    plays    how many times it is played, 0 for ever; None: it does not say
    """

    seconds: Mapping[str, float] = field(default_factory=dict)
    native: bool = False
    plays: int | None = None

    def write(self, folder: Path) -> None:
        """Write the file of a folder."""
        said = {"gifsom": VERSION, "animation": self.native, "plays": self.plays, "seconds": {**self.seconds}}
        (folder / NAME).write_bytes((json.dumps(said, indent=0) + "\n").encode())

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The times that a folder's file says, none where it has no such file.

        Raises `SourceUnreadable` for one that says what cannot be.
        """
        said = _said(folder)
        if said is None:
            return cls()
        found = cls(said.get("seconds", {}), said.get("animation", False), said.get("plays"))
        if trouble := found._trouble(said["gifsom"]):
            raise SourceUnreadable(f"{printable(folder / NAME)}: {trouble}; without it, names alone are gone by")
        return found

    def _trouble(self, version: object) -> str | None:
        """The first thing that is wrong."""
        if version != VERSION or isinstance(version, bool):
            return f"it is of version {printable(version)}, and {VERSION} is known"
        if not isinstance(self.native, bool):
            return "animation is neither true nor false"
        if self.plays is not None and not (type(self.plays) is int and 0 <= self.plays <= MAX_PLAYS):
            return f"plays is no number from 0 to {MAX_PLAYS}"
        if not isinstance(self.seconds, dict):
            return "seconds has no names of files"
        for name, seconds in self.seconds.items():
            if not name or name in (".", "..") or any(part in name for part in ("/", "\\", "..", "\0")):
                return f"'{printable(name)}' is no name of a file in its folder"
            if type(seconds) not in (int, float) or not 0 < seconds <= DAY:
                return f"the seconds of {printable(name)} are not above 0 and at most {DAY:.0f}"
        return None


def is_foreign(folder: Path) -> bool:
    """Whether a folder has a file of that name that others wrote."""
    path = folder / NAME
    return (path.exists() or path.is_symlink()) and _said(folder) is None


def _said(folder: Path) -> dict[str, Any] | None:
    """The content of a file that gifsom wrote, or of one that says so; None: there is none."""
    path = folder / NAME
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
        said = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):  # a file of others may be anything
        return None
    return said if isinstance(said, dict) and "gifsom" in said else None
