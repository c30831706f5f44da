"""The folder of recordings until they are converted: in the user's state folder, which survives a crash and a
restart."""

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import platformdirs

from gifsom.core.errors import RecordingNotFound, TargetUnwritable, printable

ENDING = ".gsr"


def folder() -> Path:
    """The folder of recordings; it need not exist."""
    return platformdirs.user_state_path("gifsom", appauthor=False)


def fresh() -> Iterator[Path]:
    """Unused paths for a new recording, in a folder that exists. Raises `TargetUnwritable`."""
    place = folder()
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = time.strftime("%Y-%m-%d-%H%M%S")
        taken = {path.stem for path in place.iterdir()}
    except OSError as error:
        raise TargetUnwritable(f"{printable(place)}: {error.strerror}") from None
    for number in count(1):
        unique = name if number == 1 else f"{name}-{number}"
        if unique not in taken:
            yield place / f"{unique}{ENDING}"


def recordings() -> list[Path]:
    """All recordings kept, the oldest first."""
    return sorted(folder().glob(f"*{ENDING}"), key=lambda path: path.stem)


def find(name: str, among: list[Path]) -> Path:
    """The recording of that name, with or without its suffix. Raises `RecordingNotFound`, which lists them."""
    for path in among:
        if name in (path.stem, path.name, str(path)):
            return path
    there = f"there are {', '.join(printable(path.stem) for path in among)}" if among else "there is none"
    raise RecordingNotFound(f"there is no recording '{printable(name)}': {there}")
