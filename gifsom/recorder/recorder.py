"""Recorder: a part of the screen, recorded while a block lasts; and the recordings that are kept."""

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from gifsom.core.errors import GifsomError, SettingError, TargetUnwritable, printable
from gifsom.core.frame import Rect
from gifsom.core.region import region_text, to_rect
from gifsom.core.values import MAX_PIXELS, RECORD_FPS, Seconds, check_fps, check_whole, parse_seconds
from gifsom.recorder.backend import check_backend, open_screen
from gifsom.recorder.capture import LOW_DISK, Capture, Stats
from gifsom.recorder.control import Control, claim, delete, waiting
from gifsom.recorder.feed import Feed, Screen, Target, Wanted
from gifsom.recorder.types import Window
from gifsom.sources.recording import Recording, open_recording
from gifsom.spool import Spool

MANY_DROPS = 0.01
"""Part of the pictures from which on it is told that so many were dropped."""

NOT_STARTED = "the recorder has not been started"


class Recorder:
    """Records a part of the screen while the block lasts; the recording is `clip` then.

    The recording is a file in the user's state folder, which outlives a crash; it stays there until `delete`.

    >>> with gifsom.Recorder(region=(100, 50, 800, 500), fps=15) as recorder:  # doctest: +SKIP
    ...     recorder.wait(5)
    >>> recorder.clip.save("demo.gif")  # doctest: +SKIP
    """

    def __init__(
        self,
        *,
        region: tuple[int, int, int, int] | str | None = None,
        window: str | Window | None = None,
        monitor: int | str | None = None,
        fps: float = RECORD_FPS,
        duration: Seconds | None = None,
        cursor: bool = True,
        clicks: bool = False,
        keys: bool = False,
        backend: str = "auto",
        ask: bool = False,
        shortcuts: bool = False,
    ) -> None:
        """Name what is recorded. Without a region, a window or a monitor: the whole primary monitor.

        Args:
            region: left, top, width and height in pixels of the screen, or "WxH+X+Y"; what is outside is left out.
            window: "active", a title, or a part of one or of a program's name; or a window found before. It is followed
                when it moves, and the picture grows with it.
            monitor: its number, from 1 on, or its name.
            fps: pictures a second, more than 0 and up to 50.
            duration: seconds after which it ends by itself; None: when it is stopped.
            cursor: the pointer is recorded.
            clicks: clicks are recorded, and shown as rings.
            keys: keys are recorded, and shown as a caption. Mind passwords.
            backend: "auto", or on Linux "x11", "portal" or "wlroots".
            ask: the desktop's dialog is shown although it has been answered before.
            shortcuts: of keys, only combinations with Ctrl, Alt or Super and function keys are; nothing that is typed.

        Raises:
            SettingError
        """
        if sum(choice is not None for choice in (region, window, monitor)) > 1:
            raise SettingError("region, window and monitor exclude each other")
        check_fps(fps)
        check_backend(backend)
        if monitor is not None and not isinstance(monitor, str):
            check_whole("monitor", monitor, 1, 99)
        self._target = Target(None if region is None else to_rect(region), window, monitor)
        self._fps = fps
        self._backend, self._ask = backend, ask
        self._screen: Screen | None = None
        self._duration = None if duration is None else parse_seconds(duration)
        if self._duration == 0:
            raise SettingError("duration is 0: the recording would be empty")
        self._wanted = Wanted(fps, cursor, clicks, keys, shortcuts)
        self._capture: Capture | None = None
        self._control: Control | None = None
        self.rect: Rect | None = None

    def start(self) -> None:
        """Begin.

        Raises:
            ScreenUnavailable, WindowNotFound: there is nothing to record, with the reason.
            SettingError: the region is outside of the screen, or there is no such monitor.
            TargetUnwritable: the recording could not be stored.
        """
        if self._capture is not None:
            raise SettingError("a recorder records once: make another one")
        screen = self.open()
        try:
            feed = screen.feed(self._target, self._wanted)
            self.rect = feed.rect
            self._store(feed)
        except BaseException:
            self._leave()
            raise

    def _store(self, feed: Feed) -> None:
        """Begin to store the pictures of a feed, in a new file."""
        with ExitStack() as stack:
            stack.callback(feed.close)
            control = claim()
            stack.callback(control.close)
            stack.callback(delete, control.spool)
            place = control.spool.parent
            free = shutil.disk_usage(place).free
            if free < LOW_DISK:
                raise TargetUnwritable(f"{printable(place)}: the disk is nearly full: {free / 1e6:.0f} MB are free")
            self._capture = Capture(feed, control, self._fps, self._duration)
            self._control = control
            stack.pop_all()

    def open(self) -> Screen:
        """Find the way to record the screen, once; a Wayland desktop may show a dialog. `start` does it, too.

        Raises:
            ScreenUnavailable: it cannot be recorded, with the reason.
        """
        if self._screen is None:
            self._screen = open_screen(self._backend, cursor=self._wanted.cursor, ask=self._ask)
        return self._screen

    def choose(self, region: Rect) -> None:
        """Record that part of the screen."""
        self._target = Target(region)

    def measure(self) -> tuple[int, int]:
        """Width and height in pixels of what would be recorded now. Raises as `start` does."""
        return self.open().measure(self._target)

    def _leave(self) -> None:
        """Release the screen."""
        if self._screen is not None:
            self._screen.close()
            self._screen = None

    def wait(self, seconds: float | None = None) -> bool:
        """Wait so many seconds, or until it ends by itself; whether it has ended."""
        return self._running.over.wait(seconds)

    def pause(self) -> None:
        """Record nothing, as if there were no time, until `resume`."""
        self._running.clock.pause()

    def resume(self) -> None:
        """End the pause."""
        self._running.clock.resume()

    def stop(self, reason: str = "stopped", trim: float = 0.0) -> None:
        """End the recording, `trim` seconds ago; the first call counts. `close` waits until all is stored."""
        self._running.stop(reason, self._running.clock.now() - trim)

    def end(self) -> None:
        """End the recording, if it goes on, and wait until all is stored. Its name stays in use until `close`."""
        try:
            self._running.close()
        finally:
            self._leave()

    def close(self) -> None:
        """End the recording, if it goes on, and wait until all is stored."""
        self.end()
        if self._control is not None:
            self._control.close()

    def delete(self) -> None:
        """Delete the recording. Raises `SettingError` while it goes on."""
        if not self._running.over.is_set():
            raise SettingError("the recording goes on: it can be deleted when it has ended")
        delete(self.path)

    @property
    def path(self) -> Path:
        """The file of the recording."""
        if self._control is None:
            raise SettingError(NOT_STARTED)
        return self._control.spool

    @property
    def window(self) -> Window | None:
        """The window that is recorded, once it has begun."""
        return None if self._capture is None else self._capture.window

    @property
    def started(self) -> bool:
        """Whether it has begun."""
        return self._control is not None

    @property
    def paused(self) -> bool:
        """Whether there is a pause now."""
        return self._running.clock.paused

    @property
    def reason(self) -> str:
        """The cause of its end; empty as long as it goes on."""
        return self._running.reason

    @property
    def stats(self) -> Stats:
        """Counts of the recording so far: seconds, pictures, bytes."""
        return self._running.stats

    @property
    def notes(self) -> list[str]:
        """Warnings, a line each: a region that was cut, a window that grew, pictures that were dropped."""
        notes = []
        region = self._target.region
        if region is not None and self.rect is not None and self.rect != region:
            asked, there = region_text(region), region_text(self.rect)
            notes.append(f"the region {asked} reaches beyond the screen: {there} is recorded")
        if self.window is not None and self.rect is not None:
            notes += self._about_window(self.rect)
        stats = self.stats
        if stats.dropped > MANY_DROPS * (stats.captured + stats.dropped):
            notes.append(f"{stats.dropped} of {stats.captured + stats.dropped} pictures were dropped: it was too slow")
        return notes

    def _about_window(self, begun: Rect) -> list[str]:
        notes = []
        if self._running.cut:
            notes.append("a part of the window is outside of the screen, and black in the picture")
        now = self._running.rect
        if (now.width, now.height) != (begun.width, begun.height):
            before, after = (f"{rect.width}x{rect.height}" for rect in (begun, now))
            notes.append(f"the window grew: the picture is {after} pixels, and black where it was {before} before")
        return notes

    @property
    def source(self) -> Recording:
        """The recorded part of the screen. Raises `SourceError`."""
        return open_recording(self.path, MAX_PIXELS)

    @property
    def _running(self) -> Capture:
        if self._capture is None:
            raise SettingError(NOT_STARTED)
        return self._capture

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Kept:
    """A recording that is kept in the user's state folder, and not in use.

    path     of it
    bytes    its size
    spool    what can be read of it; None: nothing
    trouble  why not
    """

    path: Path
    bytes: int
    spool: Spool | None
    trouble: str = ""


def kept() -> list[Kept]:
    """All recordings that are kept and not in use, the oldest first; each is read."""
    return [_look(path) for path in waiting()]


def _look(path: Path) -> Kept:
    size = path.stat().st_size
    try:
        return Kept(path, size, Spool.open(path, MAX_PIXELS))
    except GifsomError as error:
        return Kept(path, size, None, str(error))
