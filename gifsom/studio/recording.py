"""Recording from the page: what there is to record with a picture of it, and one recording at a time."""

import time
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Final

import numpy as np
from PIL import Image

from gifsom.core.errors import GifsomError, SettingError
from gifsom.core.frame import Pixels, Rect
from gifsom.recorder.backend import open_screen
from gifsom.recorder.recorder import Recorder, kept
from gifsom.recorder.windows import windows
from gifsom.studio.forecast import Tell

TOLD: Final = 0.25
"""Seconds between two reports of a recording."""

SHORTEST: Final = 32
"""Smallest width and height in pixels of a window that is offered."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A recording that is asked for.

    what   keywords of `Recorder`: region, window or monitor, and others
    delay  seconds to count down before
    """

    what: dict[str, Any]
    delay: float


def screens() -> tuple[dict[str, Any], Pixels]:
    """Monitors and windows as JSON has them, by place on a still of the screen, and that still (h, w, 3).

    Raises `ScreenError`.
    """
    screen = open_screen()
    try:
        still, whole = screen.still()
        monitors = screen.monitors()
    finally:
        screen.close()
    there = []
    if screen.name == "x11":
        there = [one for one in windows() if min(one.rect.width, one.rect.height) >= SHORTEST]
    said = {
        "left": whole.left,
        "top": whole.top,
        "width": whole.width,
        "height": whole.height,
        "monitors": [{"number": one.number, "name": one.name} | _place(one.rect) for one in monitors],
        "windows": [{"id": one.id, "title": one.title or one.program} | _place(one.rect) for one in there],
    }
    return said, np.ascontiguousarray(still[..., 2::-1])


def picture(still: Pixels, width: int) -> Image.Image:
    """A still, no wider than `width`."""
    image = Image.fromarray(still)
    image.thumbnail((width, still.shape[0]), Image.Resampling.BOX)
    return image


def left() -> list[dict[str, Any]]:
    """Recordings that did not become a GIF, the newest first."""
    found = [one for one in kept() if one.spool is not None]
    return [{"name": one.path.stem, "path": str(one.path), "bytes": one.bytes} for one in reversed(found)]


class Recording:
    """One recording at a time; it is kept as a file, which is opened in the end."""

    def __init__(self, tell: Tell) -> None:
        """Record nothing yet; `tell` hears of states."""
        self._tell = tell
        self._lock = Lock()
        self._recorder: Recorder | None = None
        self._cancelled = Event()
        self._stopped = Event()

    def start(self, asked: Asked) -> None:
        """Count down, and record until `stop`. Raises `SettingError` while one goes on, and for wrong values."""
        with self._lock:
            if self._recorder is not None:
                raise SettingError("a recording goes on: stop it first")
            self._recorder = Recorder(**asked.what)
            self._cancelled.clear()
            self._stopped.clear()
        Thread(target=self._record, args=(self._recorder, asked.delay), name="recording", daemon=True).start()

    def pause(self, on: bool) -> None:
        """Pause, or go on. Raises `SettingError` where none goes on."""
        recorder = self._going_on()
        if on:
            recorder.pause()
        else:
            recorder.resume()

    def stop(self) -> None:
        """End the recording, which is opened then. Raises `SettingError` where none goes on."""
        self._going_on()
        self._stopped.set()

    def cancel(self) -> None:
        """End the recording and delete it."""
        self._cancelled.set()
        self._stopped.set()

    def _going_on(self) -> Recorder:
        recorder = self._recorder
        if recorder is None or not recorder.started:
            raise SettingError("no recording goes on")
        return recorder

    def _record(self, recorder: Recorder, delay: float) -> None:
        try:
            path = self._recorded(recorder, delay)
        except GifsomError as error:
            self._tell("recording", {"state": "failed", "text": str(error)})
        else:
            if path is None:
                self._tell("recording", {"state": "cancelled"})
            else:
                self._tell("recording", {"state": "done", "path": str(path), "notes": recorder.notes})
        finally:
            with self._lock:
                self._recorder = None

    def _recorded(self, recorder: Recorder, delay: float) -> Path | None:
        """Record; the file, or None where it is not wanted. Raises `GifsomError`."""
        end = time.monotonic() + delay
        while (rest := end - time.monotonic()) > 0 and not self._stopped.is_set():
            self._tell("recording", {"state": "waiting", "seconds": round(rest, 1)})
            self._stopped.wait(min(rest, TOLD))
        if self._cancelled.is_set():
            return None
        recorder.start()
        try:
            while not self._stopped.is_set() and not recorder.wait(TOLD):
                state = "paused" if recorder.paused else "recording"
                self._tell("recording", {"state": state, "seconds": round(recorder.stats.seconds, 1)})
            recorder.stop()
        finally:
            recorder.close()
        if self._cancelled.is_set():
            recorder.delete()
            return None
        return recorder.path


def _place(rect: Rect) -> dict[str, int]:
    return {"x": rect.left, "y": rect.top, "width": rect.width, "height": rect.height}
