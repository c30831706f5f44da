"""History of a document: undo and redo without end, and a journal from which it comes back after a crash.

A journal is a file of JSON lines in the user's state folder. Its first line says of what it is, and each line behind it
one action; it is appended to and never rewritten, so that a process that is killed loses the last action at most.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

import platformdirs

from gifsom.core.errors import TargetUnwritable, printable
from gifsom.core.lock import lock, private
from gifsom.options.document import Document

ENDING: Final = ".journal"

MAX_BYTES: Final = 64 << 20
"""Longest journal that is read."""

KEPT: Final = 20
"""Journals of documents that were left, the newest."""


@dataclass(slots=True)
class History:
    """Documents before, now, and after; every action but undo and redo forgets those after."""

    now: Document
    past: list[Document] = field(default_factory=list)
    future: list[Document] = field(default_factory=list)
    label: str = ""

    def do(self, document: Document, label: str = "", merge: bool = False) -> None:
        """Change to a document; `merge` makes one step of it and the last one, if both have that label."""
        if not (merge and label and label == self.label and not self.future):
            self.past.append(self.now)
        self.now, self.future, self.label = document, [], label

    def undo(self) -> bool:
        """Go back a step; whether there was one."""
        return self._go(self.past, self.future)

    def redo(self) -> bool:
        """Go forward a step; whether there was one."""
        return self._go(self.future, self.past)

    def _go(self, from_: list[Document], to: list[Document]) -> bool:
        if not from_:
            return False
        to.append(self.now)
        self.now, self.label = from_.pop(), ""
        return True


@dataclass(frozen=True, slots=True)
class Left:
    """A document that was left with changes that no file has.

    id    of its journal
    name  of the document
    when  seconds of the last change since 1970
    steps edits of it
    """

    id: str
    name: str
    when: float
    steps: int


class Journal:
    """The journal of an open document, which is in use until `close`."""

    def __init__(self, name: str, document: Document) -> None:
        """Begin a journal. Raises `TargetUnwritable`."""
        place = folder()
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path, self._file = _fresh(place)
        except OSError as error:
            raise TargetUnwritable(f"{printable(place)}: {error.strerror}") from None
        self._write({"gifsom-studio": 1, "name": name, "document": document.text()})

    def do(self, document: Document, label: str, merge: bool) -> None:
        """Note an action. Raises `TargetUnwritable`."""
        self._write({"do": document.text(), "label": label, "merge": merge})

    def undo(self) -> None:
        """Note a step back. Raises `TargetUnwritable`."""
        self._write({"undo": 1})

    def redo(self) -> None:
        """Note a step forward. Raises `TargetUnwritable`."""
        self._write({"redo": 1})

    def copy(self, history: History) -> None:
        """Note all actions of a history, of which this has the beginning. Raises `TargetUnwritable`."""
        steps = [*history.past, history.now, *reversed(history.future)]
        for document in steps[1:]:
            self.do(document, "", False)
        for _ in history.future:
            self.undo()

    def saved(self) -> None:
        """Note that a file has the document as it is. Raises `TargetUnwritable`."""
        self._write({"saved": 1})

    def close(self, forget: bool) -> None:
        """End it; `forget`: nothing is lost without it."""
        self._file.close()
        if forget:
            self.path.unlink(missing_ok=True)

    def _write(self, said: dict[str, Any]) -> None:
        try:
            self._file.write(json.dumps(said, ensure_ascii=False).encode() + b"\n")
        except OSError as error:
            raise TargetUnwritable(f"{printable(self.path)}: {error.strerror}") from None


def folder() -> Path:
    """The folder of journals; it need not exist."""
    return platformdirs.user_state_path("gifsom", appauthor=False) / "studio"


def left() -> list[Left]:
    """Documents that were left with changes that no file has, the newest first; older ones than KEPT are deleted."""
    found: list[Left] = []
    for path in sorted(folder().glob(f"*{ENDING}"), key=_changed, reverse=True):
        if _in_use(path):
            continue
        read = _replayed(path)
        if read is None or read[2] or len(found) >= KEPT:
            path.unlink(missing_ok=True)
            continue
        name, history, _ = read
        found.append(Left(path.stem, name, _changed(path), len(history.now.steps)))
    return found


def recovered(id_: str) -> tuple[str, History] | None:
    """Name and history of a document that was left; None: there is none of that id."""
    path = _journal(id_)
    read = None if path is None else _replayed(path)
    return read and (read[0], read[1])


def forget(id_: str) -> None:
    """Delete the journal of a document that was left."""
    path = _journal(id_)
    if path is not None:
        path.unlink(missing_ok=True)


def _journal(id_: str) -> Path | None:
    """The journal of an id that is not in use."""
    return next((path for path in folder().glob(f"*{ENDING}") if path.stem == id_ and not _in_use(path)), None)


def _fresh(place: Path) -> tuple[Path, BinaryIO]:
    for number in range(10_000):
        path = place / f"{time.strftime('%Y-%m-%d-%H%M%S')}-{number}{ENDING}"
        with suppress(FileExistsError):
            file = open(path, "xb", buffering=0, opener=private)  # noqa: SIM115 - the journal closes it
            lock(file)
            return path, file
    raise OSError(None, "there are too many journals")


def _changed(path: Path) -> float:
    with suppress(OSError):
        return path.stat().st_mtime
    return 0.0


def _in_use(path: Path) -> bool:
    try:
        with path.open("r+b", buffering=0) as file:
            lock(file)
    except OSError:
        return True
    return False


def _replayed(path: Path) -> tuple[str, History, bool] | None:
    """Name and history of a journal, and whether a file has its last state; None: nothing of it can be read.

    It ends with the first line that is damaged.
    """
    with suppress(OSError):
        if path.stat().st_size > MAX_BYTES:
            return None
        lines = _lines(path.read_bytes())
        with suppress(StopIteration, ValueError, KeyError, TypeError, RecursionError):
            first = next(lines)
            history, saved = History(Document.parse(str(first["document"]).encode())), True
            with suppress(ValueError, KeyError, TypeError, RecursionError):
                for said in lines:
                    _act(history, said)
                    saved = "saved" in said
            return printable(first["name"]), history, saved
    return None


def _act(history: History, said: dict[str, Any]) -> None:
    acts: dict[str, Callable[[], object]] = {
        "do": lambda: history.do(Document.parse(said["do"].encode()), str(said["label"]), bool(said["merge"])),
        "undo": history.undo,
        "redo": history.redo,
        "saved": lambda: None,
    }
    acts[next(iter(said))]()


def _lines(data: bytes) -> Iterator[dict[str, Any]]:
    for line in data.split(b"\n")[:-1]:  # one without an end was not written whole
        said = json.loads(line)
        if not isinstance(said, dict) or not said:
            raise ValueError("no action")
        yield said


def absolute(document: Document) -> Document:
    """A document with the absolute paths of its files, which are the same wherever it is opened."""
    return document.with_files(os.path.abspath)
