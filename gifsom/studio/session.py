"""Session: the document that is open in the studio, with its history, frames and forecast. No HTTP in it.

Whoever changes the document says of which revision it was: another tab that has an older one is told, and changes
nothing.
"""

import shlex
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import RLock
from typing import Any, Final

from gifsom.core.errors import SettingError, SourceNotFound, SourceRefused, printable
from gifsom.core.files import replacing
from gifsom.core.source import Source
from gifsom.options.document import ALLOWED, Document, Step, is_document, read_document, relative
from gifsom.options.table import EDITS
from gifsom.studio.forecast import Forecast, Tell
from gifsom.studio.frames import Stage, StepError
from gifsom.studio.history import History, Journal, absolute, forget, left, recovered
from gifsom.studio.reel import Shelf

SOON: Final = 0.25
"""Seconds that a change waits for the times of all frames, so that it is told with them."""


class Outdated(Exception):
    """The document has been changed since, in another tab."""


class Session:
    """The open document, or none.

    folder  in which it was started: its files may be opened, and exports go there
    rev     number of the document's state, which grows with each change
    """

    def __init__(self, folder: Path, tell: Tell, defaults: Mapping[str, Any] | None = None) -> None:
        """Begin without a document; `tell` hears of events.

        `defaults` are options as settings files say them, with which a clip is opened: the command that is shown names
        them, since it is typed where they count, too.
        """
        said = defaults or {}
        self._steps = tuple(Step(name, said[name]) for name in EDITS if name in said)
        self._options = {name: said[name] for name in ALLOWED if name in said}
        self.folder = folder
        self.rev = 0
        self.stage: Stage | None = None
        self.error: StepError | None = None
        self.forecast = Forecast(tell)
        self._tell = tell
        self._lock = RLock()
        self._shelf = Shelf()
        self._allowed: set[Path] = set()
        self._history: History | None = None
        self._journal: Journal | None = None
        self._name, self._path = "", ""
        self._saved: Document | None = None

    @property
    def document(self) -> Document | None:
        """The document as it is now."""
        return None if self._history is None else self._history.now

    @property
    def saved(self) -> bool:
        """Whether nothing is lost without this session."""
        return self._history is None or self._history.now == self._saved

    def allow(self, path: Path) -> None:
        """Let a file be opened that lies elsewhere: the user named it, or dropped it."""
        self._allowed.add(path.resolve())

    def open(self, names: Sequence[str], trust: bool = False) -> None:
        """Open sources that follow each other, or a document. Raises `GifsomError` and `StepError`."""
        if len(names) == 1 and is_document(names[0]):
            self._check_files(names)
            document = absolute(read_document(Path(names[0]), trust))
            for file in document.files():
                self.allow(Path(file))
            self._begin(Path(names[0]).stem, History(document))
            self._path, self._saved = names[0], document
            return
        for name in names:
            if not Path(name).exists():
                raise SourceNotFound(f"{printable(name)}: there is no such file")
        if any(map(is_document, names)):
            raise SettingError("open a document alone: it names its own clips")
        document = absolute(Document(tuple(names), self._steps, self._options))
        self._check_files(document.files())
        self._begin(Path(names[0]).name, History(document))
        self._saved = document

    def open_source(self, source: Source) -> None:
        """Open a source that is no file, or a file with edits. Raises `GifsomError` and `StepError`."""
        self._shelf.given = {source.name: source}
        document = Document((source.name,))
        self._begin(source.name, History(document))
        self._saved = document

    def opening(self, document: Document) -> Any:
        """The argument of `gifsom.convert` for a document's source."""
        return self._shelf.opening(document.sources)

    def reopen(self, id_: str) -> None:
        """Open a document that was left, with its history. Raises `SettingError`, `GifsomError` and `StepError`."""
        found = recovered(id_)
        if found is None:
            raise SettingError("that document is not there any more")
        name, history = found
        for file in history.now.files():
            self.allow(Path(file))
        self._begin(name, history)
        forget(id_)

    def change(
        self,
        rev: int,
        edits: Sequence[Mapping[str, Any]],
        options: Mapping[str, Any],
        label: str = "",
        merge: bool = False,
    ) -> None:
        """Change edits and options, as a document's file says them. Raises `Outdated`, `StepError`, `GifsomError`."""
        with self._lock:
            history = self._current(rev)
            said = replace(history.now, steps=(), options={}).said() | {"edits": [*edits], "options": {**options}}
            document = _read(said)
            if not self._shelf.given:
                document = absolute(document)
                self._check_files(document.files())
            if document == history.now:
                return
            history.do(document, label, merge)
            assert self._journal is not None
            self._journal.do(document, label, merge)
            self._renew()

    def start_with(self, options: Mapping[str, Any]) -> None:
        """Begin with edits and options as `gifsom.convert` takes them. Raises `StepError` and `GifsomError`."""
        steps = [*((name, options[name]) for name in EDITS if name in options), *options.get("edits", ())]
        said = {name: value for name, value in options.items() if name in ALLOWED}
        if steps or said:
            self.change(self.rev, [{"edit": name, "value": value} for name, value in steps], said)

    def undo(self, rev: int) -> None:
        """Go back a step. Raises `Outdated`."""
        self._go(rev, History.undo, Journal.undo)

    def redo(self, rev: int) -> None:
        """Go forward a step. Raises `Outdated`."""
        self._go(rev, History.redo, Journal.redo)

    def save(self, name: str, overwrite: bool) -> None:
        """Save the document in the folder, with paths relative to it. Raises `TargetError`."""
        with self._lock:
            document = self._opened().now
            path = self.folder / name
            with replacing(path, overwrite) as stream:
                stream.write(document.with_files(lambda file: relative(file, path.parent)).text().encode())
            assert self._journal is not None
            self._journal.saved()
            self._name, self._path, self._saved = path.stem, str(path), document

    def state(self) -> dict[str, Any]:
        """All that a page shows, as JSON has it."""
        with self._lock:
            history, stage, error = self._history, self.stage, self.error
            left_here = [{"id": one.id, "name": one.name, "steps": one.steps, "when": one.when} for one in left()]
            said = {"rev": self.rev, "folder": str(self.folder), "left": left_here}
            if history is None:
                return said | {"document": None}
            return said | {
                "name": self._name,
                "path": self._path,
                "saved": self.saved,
                "document": history.now.said(),
                "undo": bool(history.past),
                "redo": bool(history.future),
                "command": self.command(),
                "clip": None if stage is None else _clip(stage),
                "error": None if error is None else {"step": error.step, "text": str(error)},
            }

    def command(self, output: str = "") -> str:
        """The command that makes the same GIF."""
        document = self._opened().now.with_files(lambda file: relative(file, self.folder))
        words = ["gifsom", "convert", *document.arguments(), *(["-o", output] if output else [])]
        return shlex.join(words)

    def close(self) -> None:
        """End it; a document with changes that no file has is offered again."""
        with self._lock:
            self.forecast.close()
            if self.stage is not None:
                self.stage.end()
            if self._journal is not None and self._history is not None:
                self._journal.close(forget=self.saved)
            self._shelf.close()

    def _begin(self, name: str, history: History) -> None:
        with self._lock:
            before, self._history = self._history, history
            self._renew()
            if self.error is not None and self.error.step is None:  # not even its clip can be read
                trouble, self._history = self.error, before
                self._renew()
                raise trouble
            journal = Journal(name, (history.past or [history.now])[0])
            journal.copy(history)
            if before is not None and self._journal is not None:
                self._journal.close(forget=before.now == self._saved)
            self._journal, self._name, self._path, self._saved = journal, name, "", None

    def _go(self, rev: int, step: Callable[[History], bool], note: Callable[[Journal], None]) -> None:
        with self._lock:
            if step(self._current(rev)):
                assert self._journal is not None
                note(self._journal)
                self._renew()

    def _renew(self) -> None:
        """Find the frames of the document as it is now, and what to expect of it."""
        before, self.rev = self.stage, self.rev + 1
        rev, document = self.rev, self.document
        stage, trouble = None, None
        try:
            if document is not None:
                stage = Stage(document, self._shelf, lambda stage: self._found(rev, stage))
        except StepError as error:
            trouble = error
        self.stage, self.error = stage, trouble
        if before is not None:
            before.end()
        self.forecast.ask(rev, self.stage)
        if self.stage is not None:
            self.stage.wait(SOON)

    def _found(self, rev: int, stage: Stage) -> None:
        if rev == self.rev:
            self._tell("clip", {"rev": rev, "clip": _clip(stage), "error": stage.error})

    def _opened(self) -> History:
        if self._history is None:
            raise SettingError("no clip is open")
        return self._history

    def _current(self, rev: int) -> History:
        history = self._opened()
        if rev != self.rev:
            raise Outdated
        return history

    def _check_files(self, names: Sequence[str]) -> None:
        """Raise `SourceRefused` for a file that lies outside of the folder, and that the user has not named."""
        for name in names:
            with suppress(OSError, ValueError, RuntimeError):
                path = Path(name).resolve()
                if path in self._allowed or path.is_relative_to(self.folder.resolve()):
                    continue
            raise SourceRefused(
                f"{printable(name)}: that is outside of the folder in which the studio was started: open it by the"
                " list, drop it on the page, or name it on the command line"
            )


def _read(said: Mapping[str, Any]) -> Document:
    """The document of what a page says. Raises `StepError`, with the edit that is wrong for every clip."""
    try:
        return Document.of(said)
    except (ValueError, RecursionError) as error:
        for number, edit in enumerate(said["edits"]):
            try:
                Document.of({**said, "edits": [edit], "options": {}})
            except (ValueError, RecursionError) as trouble:
                raise StepError(number, printable(trouble)) from trouble
        raise StepError(None, printable(error)) from error


def _clip(stage: Stage) -> dict[str, Any]:
    starts = stage.starts
    return {
        "width": stage.size[0],
        "height": stage.size[1],
        "source": [*stage.opened.source.size],
        "sizes": [[*size] for size in stage.sizes],
        "duration": stage.duration,
        "usual_fps": stage.usual_fps,
        "starts": [round(start, 4) for start in starts],
        "complete": stage.complete,
        "notes": [*stage.notes] if stage.complete else [],
    }
