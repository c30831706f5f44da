"""The plan of a batch: its sources, the GIF of each, and which of them are up to date."""

import glob
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Final, Unpack

from gifsom.batch import remote
from gifsom.batch.memory import Memory, digest
from gifsom.core.errors import SettingError, SourceNotFound, SourceUnreadable, TargetUnwritable, printable
from gifsom.core.files import check_source
from gifsom.options.table import Options
from gifsom.sources.folder import natural

VIDEOS: Final = frozenset(
    (
        *(".3gp", ".avi", ".flv", ".gsr", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4"),
        *(".mpeg", ".mpg", ".mts", ".ogv", ".ts", ".webm", ".wmv", ".y4m"),
    )
)
"""Suffixes for which a folder is searched; a folder without such files is one of pictures, and becomes one GIF."""


@dataclass(frozen=True, slots=True)
class Task:
    """A GIF to be made.

    source   path or address
    target   that of the GIF
    fresh    the GIF exists, is newer than the source, and nothing is known of it that speaks against it
    unknown  it is fresh, and with which options it was made is not known
    digest   of what makes it, see `gifsom.batch.memory`
    """

    source: str
    target: str
    fresh: bool = False
    unknown: bool = False
    digest: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        """The GIF's name in its folder."""
        return PurePosixPath(Path(self.target).as_posix()).name


def plan(sources: "str | Path | Sequence[str | Path]", folder: str | Path, **options: Unpack[Options]) -> list[Task]:
    """Tasks in the order of the sources, those of a pattern in natural order; options as for `gifsom.convert`.

    Touches nothing.

    Raises:
        SourceNotFound: a pattern matches nothing.
        SettingError: two sources would become the same GIF, or an option is wrong.
        TargetUnwritable: a GIF would replace a source.
    """
    several = [sources] if isinstance(sources, str | Path) else sources
    found = dict.fromkeys(name for source in several for name in _expanded(str(source)))
    local = {os.path.realpath(source) for source in found if not remote.is_remote(source)}
    memory = Memory(str(folder))
    planned: dict[str, Task] = {}
    for source in found:
        target = _join(str(folder), PurePosixPath(Path(source).absolute().as_posix()).with_suffix(".gif").name)
        if not remote.is_remote(target):
            check_source(Path(target), source)
            if os.path.realpath(target) in local:
                raise TargetUnwritable(f"{printable(target)}: that is a source, too: convert into another folder")
        key = os.path.normcase(target)
        if key in planned:
            both = f"{printable(planned[key].source)} and {printable(source)}"
            raise SettingError(f"{both} would both become {printable(target)}: convert them into two folders")
        planned[key] = _task(source, target, memory, options)
    return [*planned.values()]


def _task(source: str, target: str, memory: Memory, options: Options) -> Task:
    task = Task(source, target, digest=digest(options, (_size(source), _modified(source))))
    if options.get("overwrite") or not _is_fresh(source, target):
        return task
    known = memory.known.get(task.name)
    if known is None or known[1] != _size(target):  # somebody else made it, or made it anew
        return replace(task, fresh=True, unknown=True)
    return replace(task, fresh=known[0] == task.digest)


def _expanded(name: str) -> list[str]:
    """The sources of a name or pattern. A missing one is kept, to be reported in its turn."""
    if remote.is_remote(name):
        found = remote.listed(name) if glob.has_magic(name) else [name]
    elif Path(name).is_dir():
        found = videos_in(name) or [name]
    elif glob.has_magic(name) and not Path(name).exists():
        paths = glob.glob(name, recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern
        found = [path for path in paths if Path(path).is_file()]
    else:
        found = [name]
    if not found:
        raise SourceNotFound(f"{printable(name)}: no file has such a name")
    return sorted(found, key=lambda file: (natural(file), file))


def videos_in(folder: str) -> list[str]:
    """The videos in a folder; none where it is no folder. Raises `SourceUnreadable`."""
    try:
        if not Path(folder).is_dir():
            return []
        return [str(file) for file in Path(folder).iterdir() if file.suffix.lower() in VIDEOS]
    except OSError as error:
        raise SourceUnreadable(f"{printable(folder)}: {error.strerror}") from None


def _join(folder: str, name: str) -> str:
    return f"{folder.rstrip('/')}/{name}" if remote.is_remote(folder) else str(Path(folder, name))


def _is_fresh(source: str, target: str) -> bool:
    made, changed = _modified(target), _modified(source)
    return made is not None and changed is not None and made > changed


def _modified(name: str) -> float | None:
    """Modification time of a file, or of the newest in a folder; None where it is not known."""
    if remote.is_remote(name):
        return remote.modified(name)
    path = Path(name)
    try:
        return max(float(file.stat().st_mtime) for file in (path, *(path.iterdir() if path.is_dir() else ())))
    except OSError:
        return None


def _size(name: str) -> int | None:
    """Bytes of a file, or of all files in a folder; None where it is not known."""
    if remote.is_remote(name):
        return remote.size(name)
    path = Path(name)
    try:
        return sum(file.stat().st_size for file in (path.iterdir() if path.is_dir() else (path,)))
    except OSError:
        return None
