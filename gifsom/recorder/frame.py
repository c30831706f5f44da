"""A frame around the part of the screen that is recorded: it shows what will be, and is not, in the picture."""

import importlib.util
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, Final, Self

from gifsom.core.errors import SettingError
from gifsom.core.frame import Rect
from gifsom.core.processes import SPAWN, uninterrupted, without_script
from gifsom.core.region import clip_region
from gifsom.recorder.screen import SETTLE

LINE: Final = 3
"""Pixels of the frame's width."""

GAP: Final = 4
"""Pixels between the frame and the badge with the time."""

BADGE: Final = (144, 28)
COUNT: Final = (120, 96)
"""Width and height of the badge, and of the seconds that are counted down in the middle."""

READY: Final = 5.0
"""Seconds that the windows may take to appear, and to disappear, before nobody waits for them."""

WAITING: Final = 4
"""Messages that wait in a process which is busy, at most: more would fill the pipe, and hold up the recorder."""

ENDS: Final = 1.0
"""Seconds that the process has to end by itself before it is killed."""


def edges(rect: Rect, screen: Rect) -> list[Rect]:
    """The sides of a frame around a rectangle, all outside of it, as far as they are on the screen."""
    wide, high = rect.width + 2 * LINE, rect.height
    sides = [
        Rect(rect.left - LINE, rect.top - LINE, wide, LINE),
        Rect(rect.left - LINE, rect.top + rect.height, wide, LINE),
        Rect(rect.left - LINE, rect.top, LINE, high),
        Rect(rect.left + rect.width, rect.top, LINE, high),
    ]
    seen = []
    for side in sides:
        with suppress(SettingError):  # it is outside of the screen
            seen.append(clip_region(side, screen))
    return seen


def badge(rect: Rect, screen: Rect) -> Rect | None:
    """A place on the screen beside a frame, for the time: above it, below, or at a side; None: there is none."""
    width, height = BADGE
    off = LINE + GAP
    for left, top in (
        (rect.left - LINE, rect.top - off - height),
        (rect.left - LINE, rect.top + rect.height + off),
        (rect.left + rect.width + off, rect.top),
        (rect.left - off - width, rect.top),
    ):
        left = min(max(left, screen.left), screen.left + screen.width - width)
        top = min(max(top, screen.top), screen.top + screen.height - height)
        place = Rect(left, top, width, height)
        if _apart(place, Rect(rect.left - LINE, rect.top - LINE, rect.width + 2 * LINE, rect.height + 2 * LINE)):
            return place
    return None


def _apart(one: Rect, other: Rect) -> bool:
    """Whether they have no pixel in common."""
    both = one.union(other)
    return both.width >= one.width + other.width or both.height >= one.height + other.height


class RecordingFrame:
    """The frame, from its making to `close`; a context manager. Where it cannot be shown, nothing is."""

    def __init__(self, rect: Rect | None = None, screen: Rect | None = None) -> None:
        """Show a frame around `rect`, in a process of its own, as soon as that is there. None: there is none."""
        self._link: Connection[Any, Any] | None = None
        self._asked = 0
        self._told: object = None
        if rect is None or screen is None:
            return
        sides, at = edges(rect, screen), badge(rect, screen)
        if not (sides or at) or not importlib.util.find_spec("_tkinter"):
            return
        from gifsom.recorder.frame_window import serve

        left, top = rect.left + (rect.width - COUNT[0]) // 2, rect.top + (rect.height - COUNT[1]) // 2
        places = [(one.left, one.top, one.width, one.height) for one in sides]
        beside = None if at is None else (at.left, at.top, at.width, at.height)
        self._link, theirs = SPAWN.Pipe()
        self._process = SPAWN.Process(target=serve, args=(theirs, places, beside, (left, top, *COUNT)), daemon=True)
        with uninterrupted(), without_script(), suppress(OSError, RuntimeError):
            self._process.start()
        theirs.close()

    def count(self, seconds: int) -> None:
        """Show that it begins in so many seconds."""
        self._tell(seconds)

    def begin(self) -> None:
        """Take away what lies over the picture, and wait until it is gone."""
        if self._told is not None:
            self.show(0.0, False)
            with suppress(OSError, EOFError):
                while self._link is not None and self._asked and self._link.poll(READY):
                    self._hear()
            time.sleep(SETTLE)

    def show(self, seconds: float, paused: bool) -> None:
        """Show how long the recording is by now."""
        minutes, rest = divmod(int(seconds), 60)
        self._tell((f"{'paused  ' if paused else ''}{minutes}:{rest:02}", paused))

    def _tell(self, what: object) -> None:
        """Send it, unless it is there, or the process is busy, such as with its start."""
        if self._link is None or what == self._told:
            return
        try:
            while self._asked and self._link.poll():
                self._hear()
            if self._asked >= WAITING:
                return
            self._link.send(what)
            self._asked, self._told = self._asked + 1, what
        except (OSError, EOFError):  # the process has ended: its display is gone
            self._link.close()
            self._link = None

    def _hear(self) -> None:
        assert self._link is not None
        self._link.recv()
        self._asked -= 1

    def close(self) -> None:
        """Take the frame away; idempotent."""
        if self._link is None:
            return
        self._link.close()
        self._link = None
        if self._process.pid is not None:
            self._process.join(ENDS)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
