"""Forecast: the size that is to be expected of a document, and a stretch of its GIF, always of the newest document."""

from collections.abc import Callable
from threading import Condition, Thread
from typing import Any, Final

from gifsom.studio.frames import Stage, StepError
from gifsom.studio.preview import Outlook, Stretch, expect, stretch

PATIENCE: Final = 0.05
"""Seconds after which a newer document is looked for, while frames are found."""

Tell = Callable[[str, dict[str, Any]], None]
"""Called with an event's name and data."""


class _Superseded(Exception):
    """A newer document has come."""


class Forecast:
    """A thread that works on the newest document, and gives up what it was doing for an older one."""

    def __init__(self, tell: Tell) -> None:
        """Begin; `tell` hears of results."""
        self._tell = tell
        self._changed = Condition()
        self._asked: tuple[int, Stage] | None = None  # revision and frames of the newest document
        self._wanted: int | None = None  # frame around which a stretch is wanted
        self._closed = False
        self.outlook: tuple[int, Outlook] | None = None
        self.stretch: tuple[int, Stretch] | None = None
        Thread(target=self._work, name="forecast", daemon=True).start()

    def ask(self, revision: int, stage: Stage | None) -> None:
        """Turn to a document; None: to none."""
        with self._changed:
            self._asked = None if stage is None else (revision, stage)
            self.stretch = None
            self._changed.notify()

    def show(self, number: int) -> None:
        """Code the stretch around a frame, as soon as the colors are known."""
        with self._changed:
            self._wanted = number
            self._changed.notify()

    def close(self) -> None:
        """End the thread soon."""
        with self._changed:
            self._closed, self._asked = True, None
            self._changed.notify()

    def _work(self) -> None:
        while (task := self._next()) is not None:
            revision, stage, number = task
            try:
                if number is None:
                    self._expect(revision, stage)
                else:
                    self._show(revision, number)
            except _Superseded:
                continue
            except StepError as error:
                self._tell("expected", {"rev": revision, "error": str(error)})
                with self._changed:
                    if self._asked is not None and self._asked[0] == revision:
                        self._asked = None

    def _next(self) -> tuple[int, Stage, int | None] | None:
        """The next thing to do: a revision, its frames, and the frame to show or None; None: all is over."""
        with self._changed:
            while not self._closed:
                if self._asked is not None:
                    revision, stage = self._asked
                    if self.outlook is None or self.outlook[0] != revision:
                        return revision, stage, None
                    if self._wanted is not None:
                        number, self._wanted = self._wanted, None
                        return revision, stage, number
                self._changed.wait()
        return None

    def _expect(self, revision: int, stage: Stage) -> None:
        def progress(name: str, done: int, of: int | None) -> None:
            if self._asked is None or self._asked[0] != revision:
                raise _Superseded

        while not stage.wait(PATIENCE):  # its frames come first
            progress("", 0, None)
        outlook = expect(stage, progress, self.outlook and self.outlook[1])
        with self._changed:
            progress("", 0, None)
            self.outlook = revision, outlook
        estimate, fit = outlook.estimate, outlook.estimate.fit
        said = {
            "rev": revision,
            "bytes": estimate.bytes,
            "quality": None if outlook.quality is None else round(outlook.quality, 1),
            "width": estimate.size[0],
            "height": estimate.size[1],
            "fps": None if fit is None else fit.fps,
            "colors": outlook.colors,
        }
        self._tell("expected", said)

    def _show(self, revision: int, number: int) -> None:
        assert self.outlook is not None
        found = stretch(self.outlook[1], number)
        with self._changed:
            if self._asked is None or self._asked[0] != revision:
                raise _Superseded
            self.stretch = revision, found
        last = found.first + len(found.coded) - 1
        sizes = [coded.bytes for coded in found.coded]
        self._tell("preview", {"rev": revision, "first": found.first, "last": last, "bytes": sizes})
