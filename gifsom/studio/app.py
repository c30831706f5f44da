"""Studio: a session with its exports, recordings and events; and the files that the page may see."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from threading import Event
from typing import Any, Final

from gifsom.options.document import ALLOWED, SUFFIX
from gifsom.options.option import Edit, Option
from gifsom.options.presets import presets
from gifsom.options.table import EDITS, KINDS
from gifsom.studio import history
from gifsom.studio.events import Events
from gifsom.studio.exports import Exports
from gifsom.studio.recording import Recording
from gifsom.studio.session import Session

LISTED: Final = 2000
"""Entries of a folder that are listed."""

DROPPED: Final = "dropped"
"""Folder, beside the journals, of files that were dropped on the page."""

HIDDEN: Final = "."
"""Beginning of names that are not listed."""


class Unclear(Exception):
    """A request that cannot be understood, or that asks for what is not there."""


class Studio:
    """All that a page works with.

    folder  in which it was started
    """

    def __init__(self, folder: Path, defaults: Mapping[str, Any] | None = None) -> None:
        """Begin without a clip; `defaults`: options as settings files say them."""
        self.folder = folder
        self.events = Events()
        self.session = Session(folder, self.events.tell, defaults)
        self.exports = Exports(folder, self.events.tell)
        self.recording = Recording(self._recorded)
        self.done = Event()  # set once the page ends it
        self.still = b""  # the last one of the screen, a JPEG
        self._dropped: Path | None = None

    def open(self, names: Sequence[str], trust: bool = False) -> None:
        """Open files that the user has named. Raises `GifsomError` and `StepError`."""
        for name in names:
            self.session.allow(Path(name))
        self.session.open(names, trust)

    def drop(self, name: str) -> Path:
        """A new place for a file that is dropped on the page, by its name alone."""
        if self._dropped is None:
            (history.folder() / DROPPED).mkdir(mode=0o700, parents=True, exist_ok=True)
            self._dropped = Path(mkdtemp(dir=history.folder() / DROPPED))
        path = Path(mkdtemp(dir=self._dropped)) / (Path(name.replace("\\", "/")).name or "file")
        self.session.allow(path)
        return path

    def listing(self, folder: str) -> dict[str, Any]:
        """The files of a folder, which lies in that of the studio. Raises `Unclear` for another one, `OSError`."""
        root = self.folder.resolve()
        there = (root / folder).resolve()
        if not there.is_relative_to(root):
            raise Unclear("that is outside of the folder in which the studio was started")
        entries = sorted(there.iterdir(), key=lambda path: (not path.is_dir(), path.name.casefold()))
        said = [
            {"name": path.name, "folder": path.is_dir(), "bytes": 0 if path.is_dir() else path.stat().st_size}
            for path in entries
            if not path.name.startswith(HIDDEN) and path.exists()
        ]
        here = there.relative_to(root)
        parent = None if here == Path() else here.parent.as_posix()
        return {"folder": here.as_posix(), "parent": parent, "entries": said[:LISTED], "of": len(said)}

    def close(self) -> None:
        """End all work; a document with changes is offered again."""
        self.recording.cancel()
        self.exports.close()
        kept = not self.session.saved
        self.session.close()
        self.events.end()
        if self._dropped is not None and not kept:  # else the document that is offered again may need them
            rmtree(self._dropped, ignore_errors=True)

    def _recorded(self, name: str, data: dict[str, Any]) -> None:
        """Open a recording that has ended, and tell of it."""
        if data.get("state") == "done":
            self.session.allow(Path(data["path"]))
        self.events.tell(name, data)


def table() -> dict[str, Any]:
    """Edits, options and presets for the page's forms."""
    edits = {name: one for name, one in EDITS.items() if one.typed}
    return {
        "edits": [_described(name, one) for name, one in edits.items()],
        "options": [_described(name, one) for name, one in ALLOWED.items() if one.typed],
        "presets": [{"name": name, "options": one.options} for name, one in presets().items()],
        "suffix": SUFFIX,
    }


def _described(name: str, one: Option) -> dict[str, Any]:
    kinds = KINDS[name]
    kind = "flag" if kinds == (bool,) or bool in kinds else "choice" if one.choices else "text"
    if kind == "text" and str not in kinds:
        kind = "number"
    return {
        "name": name,
        "help": one.help,
        "kind": kind,
        "choices": [*one.choices],
        "default": one.default if isinstance(one.default, bool | int | float | str) else None,
        "metavar": one.metavar,
        "sizes": isinstance(one, Edit) and one.sizes,
    }
