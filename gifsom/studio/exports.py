"""Exports: files that are made of a document while it is edited on, each as the command line makes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Semaphore, Thread
from typing import Any, Final

from gifsom.analysis.explain import explain
from gifsom.conversion.pipeline import convert
from gifsom.core.errors import GifsomError, SettingError
from gifsom.core.files import check_ending
from gifsom.core.progress import Progress, silent, throttled
from gifsom.core.result import Result
from gifsom.export import ENDINGS
from gifsom.studio.forecast import Tell

AT_ONCE: Final = 2
"""Exports that are made at the same time; others wait."""

ADVICE: Final = 3
"""Proposals that are told of a GIF."""


class _Cancelled(Exception):
    """The user does not want it any more."""


@dataclass(slots=True, eq=False)
class Export:
    """A file that is made, or has been.

    name  of the file
    path  of it, once it is there; else where it comes
    done  whether it is there
    """

    name: str
    path: Path
    done: bool = False
    cancelled: Event = field(default_factory=Event)


class Exports:
    """All exports of a session."""

    def __init__(self, folder: Path, tell: Tell) -> None:
        """Write into a folder; `tell` hears of progress, ends and failures."""
        self._folder, self._tell = folder, tell
        self._numbers = count(1)
        self._made: dict[int, Export] = {}
        self._turn = Semaphore(AT_ONCE)
        self._downloads = TemporaryDirectory(prefix="gifsom-")

    def start(self, opening: Any, keywords: Mapping[str, Any], name: str, download: bool, overwrite: bool) -> int:
        """Begin to make a file, and return the export's number.

        Args:
            opening, keywords: source and keywords of `gifsom.convert`.
            name: of the file alone; its ending says the format.
            download: it goes to whoever asks for it, and is deleted in the end; else into the folder.

        Raises:
            SettingError, TargetError: for a name that is none, or of a file that may not be replaced.
        """
        if Path(name).name != name or name in ("", ".", "..") or "\\" in name:
            raise SettingError("give the name of a file, without a folder")
        number = next(self._numbers)
        place = Path(self._downloads.name, str(number)) if download else self._folder
        path = place / name
        check_ending(path, ENDINGS)
        if download:
            place.mkdir()
        export = Export(name, path)
        self._made[number] = export
        work = (number, export, opening, {**keywords, "overwrite": overwrite})
        Thread(target=self._make, args=work, name=f"export {number}", daemon=True).start()
        return number

    def cancel(self, number: int) -> bool:
        """Stop making a file; whether there is such an export."""
        if number not in self._made:
            return False
        self._made[number].cancelled.set()
        return True

    def file(self, number: int, name: str) -> Path | None:
        """The file of an export that is done; None: there is none."""
        export = self._made.get(number)
        return export.path if export is not None and export.done and export.name == name else None

    def close(self) -> None:
        """Cancel all, and delete downloads."""
        for export in self._made.values():
            export.cancelled.set()
        self._downloads.cleanup()

    def _make(self, number: int, export: Export, opening: Any, keywords: dict[str, Any]) -> None:
        def report(stage: str, done: int, of: int | None) -> None:
            self._tell("progress", {"job": number, "stage": stage, "done": done, "of": of})

        try:
            self._tell("progress", {"job": number, "stage": "Waiting", "done": 0, "of": None})
            with self._turn:
                progress = _cancellable(export, throttled(report))
                result = convert(opening, export.path, progress=progress, **keywords)
                export.path, export.done = result.path, True
                self._tell("exported", _told(number, export, result))
                if result.colors is not None:
                    self._advise(number, export)
        except _Cancelled:
            self._tell("cancelled", {"job": number})
        except GifsomError as error:
            self._tell("failed", {"job": number, "text": str(error)})

    def _advise(self, number: int, export: Export) -> None:
        """Tell what would make a GIF smaller."""
        found = explain(export.path, progress=_cancellable(export, silent))
        advice = [{"text": one.text, "saves": one.saves, "options": one.options} for one in found.advice[:ADVICE]]
        self._tell("advice", {"job": number, "advice": advice})


def _cancellable(export: Export, report: Progress) -> Progress:
    def progress(stage: str, done: int, of: int | None) -> None:
        if export.cancelled.is_set():
            raise _Cancelled
        report(stage, done, of)

    return progress


def _told(number: int, export: Export, result: Result) -> dict[str, Any]:
    return {
        "job": number,
        "name": export.name,
        "bytes": result.bytes,
        "width": result.size[0],
        "height": result.size[1],
        "frames": result.frames,
        "seconds": result.seconds,
        "elapsed": round(result.elapsed, 2),
        "notes": [*result.notes],
        "url": f"/api/export/{number}/{export.name}",
    }
