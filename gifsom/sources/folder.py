"""The pictures of a folder, and the files that match a pattern such as "shots/*.png", in natural order.

Natural order puts "shot2.png" before "shot10.png".
"""

import glob
import re
from collections.abc import Iterable
from pathlib import Path

from gifsom.core.errors import SourceEmpty, SourceNotFound, SourceUnreadable, printable
from gifsom.sources.formats import is_picture, read_head
from gifsom.sources.plugins import recognize

_NUMBER = re.compile(r"(\d+)")


def natural(name: str) -> list[tuple[int, int | str]]:
    """A sort key for names with numbers, in natural order.

    >>> sorted(["b2.png", "b10.png", "a.png"], key=natural)
    ['a.png', 'b2.png', 'b10.png']
    """
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in _NUMBER.split(name.casefold()) if part]


def pictures_in(folder: Path) -> list[Path]:
    """The picture files of a folder; others are skipped. Raises `SourceUnreadable`, `SourceEmpty`."""
    try:
        files = _sorted(file for file in folder.iterdir() if file.is_file())
        pictures = [file for file in files if _is_picture(file)]
    except OSError as error:
        raise SourceUnreadable(f"{printable(folder)}: {error.strerror}") from None
    if not pictures:
        raise SourceEmpty(f"{printable(folder)}: there is no picture in the folder")
    return pictures


def _is_picture(file: Path) -> bool:
    head = read_head(file)
    return is_picture(head) or recognize(head, file.name) is not None


def is_pattern(name: str) -> bool:
    """Whether a name is a pattern: it has * ? or [."""
    return glob.has_magic(name)


def matches(pattern: str) -> list[Path]:
    """The files that match a pattern; "**" matches folders in folders. Raises `SourceNotFound` where there are none."""
    files = _sorted(file for file in map(Path, glob.glob(pattern, recursive=True)) if file.is_file())  # noqa: PTH207
    if not files:
        raise SourceNotFound(f"{printable(pattern)}: there is no such file, and none that this pattern means")
    return files


def _sorted(files: Iterable[Path]) -> list[Path]:
    return sorted(files, key=lambda file: (natural(str(file)), str(file)))
