"""A running recording: one thread takes the pictures of a feed, another one stores them.

A picture has the time at which it was shown or grabbed, less the pauses: late and dropped pictures cost smoothness, and
never change the duration of the recording. The queue to the disk is bounded in bytes; when the disk is too slow,
pictures are dropped and counted.
"""

import shutil
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Final

from gifsom.core.errors import GifsomError
from gifsom.core.frame import Pixels, Rect
from gifsom.recorder.backlog import Backlog, Grab, Item, backlog_bytes
from gifsom.recorder.clock import Clock
from gifsom.recorder.control import Control
from gifsom.recorder.feed import Feed, Shot
from gifsom.recorder.types import Window
from gifsom.spool import Gap, Heartbeat, SpoolWriter, same_pixels
from gifsom.spool.events import Click, Key, Pointer, Shape

HEARTBEAT: Final = 1.0
"""Seconds after which it is stored that nothing has changed: at most so much of a still end is lost in a crash."""

LOOKS: Final = 0.1
"""Seconds between two checks of the time, the disk, and the commands of others."""

LOW_DISK: Final = 200_000_000
"""Free bytes below which a recording ends, so that a GIF can still be written."""


@dataclass(frozen=True, slots=True)
class Stats:
    """Figures of a recording so far.

    seconds    recorded, less pauses
    captured   pictures that were taken
    identical  of them, those equal to the one before, which were not stored
    dropped    pictures that could not be taken or stored in time
    longest    seconds between two pictures, at most
    bytes      stored
    """

    seconds: float = 0.0
    captured: int = 0
    identical: int = 0
    dropped: int = 0
    longest: float = 0.0
    bytes: int = 0


class Capture:
    """Records the pictures of a feed into a spool, from its creation to `close`.

    Attributes:
        reason: cause of its end; empty as long as it runs.
        clock: its time.
        over: set when nothing more is grabbed.
        trouble: an unexpected error in its threads.
    """

    def __init__(self, feed: Feed, control: Control, fps: float, duration: float | None) -> None:
        """Start recording.

        Args:
            feed: gives the pictures; it is closed here, also where this raises.
            control: of the recording, which names the file; it is not closed here.
            fps: pictures a second.
            duration: seconds after which it ends.

        Raises:
            ScreenUnavailable, TargetUnwritable: before anything is recorded.
        """
        self.reason = ""
        self.over = threading.Event()
        self.trouble: BaseException | None = None
        self._feed, self._duration = feed, duration
        self._period = 1 / fps
        self._counted = Stats()
        self._end: float | None = None
        self._ending = threading.Lock()
        self._last: Pixels | None = None
        self._noted = 0.0  # time up to which the log is complete
        self._missing = 0  # pictures since the last one that was stored
        self._looked = self._grabbed = 0.0
        self._control = control
        self._folder = control.spool.parent
        self._stopping = threading.Event()
        with ExitStack() as stack:
            stack.enter_context(feed)
            first = feed.first().pixels
            self._backlog = Backlog(backlog_bytes(first.nbytes))
            self._writer = stack.enter_context(SpoolWriter(control.spool, (first.shape[1], first.shape[0]), fps))
            self._writer.picture(0.0, first)  # however soon it ends, there is something in it
            self._opened = stack.pop_all()
        self.clock = Clock()
        self._threads = [
            threading.Thread(target=self._guarded, args=(work,), name=f"gifsom {name}", daemon=True)
            for name, work in (("grab", self._grab), ("store", self._store))
        ]
        for thread in self._threads:
            thread.start()

    @property
    def rect(self) -> Rect:
        """The part of the screen that is recorded now."""
        return self._feed.rect

    @property
    def cut(self) -> bool:
        """Whether a part of a picture was outside of the screen."""
        return self._feed.cut

    @property
    def window(self) -> Window | None:
        """The window that is followed."""
        return self._feed.window

    @property
    def stats(self) -> Stats:
        """Figures so far."""
        seconds = self.clock.now() if self._end is None else self._end
        return replace(self._counted, seconds=seconds, bytes=self._writer.bytes)

    def stop(self, reason: str, end: float | None = None) -> None:
        """End the recording, now or at an earlier time of its clock; the first call counts."""
        with self._ending:
            if self._end is None:
                self._end = max(self.clock.now() if end is None else end, self._period)
                self.reason = reason
                self._stopping.set()
                self._feed.wake()

    def close(self) -> None:
        """End the recording, if it is running, and wait until all is stored."""
        self.stop("stopped")
        for thread in self._threads:
            thread.join()
        self._opened.close()
        if self.trouble is not None:
            raise self.trouble

    def _guarded(self, work: Callable[[], None]) -> None:
        """Run a thread's work; an error ends the recording, and everything recorded is kept."""
        try:
            work()
        except GifsomError as error:
            self.stop(str(error))
        except BaseException as error:
            self.trouble = error
            self.stop("an error within gifsom")
        finally:
            if work == self._grab:
                self._backlog.offer(None)
                self.over.set()

    def _grab(self) -> None:
        """Take pictures and check the surroundings until the end."""
        while not self._stopping.is_set():
            if self.clock.paused:
                self._rest()
            moment = time.perf_counter()
            if moment - self._looked >= LOOKS:
                self._looked = moment
                self._heed()
                self._look_around()
            shot = self._feed.next(moment + LOOKS)
            self._miss(self._feed.missed())
            if shot is None:
                self._beat(self.clock.now())
            else:
                self._take(shot)
            self._note(self._feed.drain())

    def _rest(self) -> None:
        """Wait for the end of a pause."""
        self._backlog.offer(Heartbeat(self.clock.now()))
        while self.clock.paused and not self._stopping.wait(LOOKS):
            self._heed()
        self._feed.resume()
        self._grabbed = 0.0

    def _take(self, shot: Shot) -> None:
        """Queue a picture, if it is new."""
        now = max(self.clock.at(shot.time), self._noted)  # what was shown before it began is its beginning
        counted = self._counted
        longest = max(counted.longest, shot.time - self._grabbed) if self._grabbed else counted.longest
        self._grabbed = shot.time
        self._counted = counted = replace(counted, captured=counted.captured + 1, longest=longest)
        if self._last is not None and self._last.shape == shot.pixels.shape and same_pixels(self._last, shot.pixels):
            self._counted = replace(counted, identical=counted.identical + 1)
            self._beat(now)
            return
        if not self._backlog.offer(Grab(now, shot.pixels)):
            self._miss(1)
            return
        if self._missing:
            self._backlog.offer(Gap(now, self._missing))
        self._last, self._noted, self._missing = shot.pixels, now, 0

    def _beat(self, now: float) -> None:
        """Queue now and then that nothing has changed."""
        if now - self._noted >= HEARTBEAT:
            self._backlog.offer(Heartbeat(now))
            self._noted = now

    def _miss(self, pictures: int) -> None:
        self._missing += pictures
        self._counted = replace(self._counted, dropped=self._counted.dropped + pictures)

    def _note(self, events: list[Pointer | Shape | Click | Key]) -> None:
        """Queue what happened beside the pictures."""
        for event in events:
            if not isinstance(event, Shape):
                event = replace(event, time=self.clock.at(event.time))
            self._backlog.offer(event)

    def _heed(self) -> None:
        """Carry out commands of others."""
        for command in self._control.commands():
            if command == "stop":
                self.stop("stopped")
            elif command == "toggle" and self.clock.paused:
                self.clock.resume()
            else:
                self.clock.pause()

    def _look_around(self) -> None:
        """End where the time is over or the disk is nearly full."""
        now = self.clock.now()
        if self._duration is not None and now >= self._duration:
            self.stop("its time was over", self._duration)
        free = shutil.disk_usage(self._folder).free
        if free < LOW_DISK:
            self.stop(f"the disk is nearly full: {free / 1e6:.0f} MB are free")

    def _store(self) -> None:
        """Write queued items, and finally the end."""
        while (item := self._backlog.take()) is not None:
            self._write(item)
        assert self._end is not None
        self._writer.end(self._end)

    def _write(self, item: Item) -> None:
        match item:
            case Grab():
                size = (item.pixels.shape[1], item.pixels.shape[0])
                if size != self._writer.size:
                    self._writer.grow(item.time, size)
                self._writer.picture(item.time, item.pixels)
            case Pointer():
                self._writer.pointer(item)
            case Shape():
                self._writer.shape(item)
            case Click():
                self._writer.click(item)
            case Key():
                self._writer.key(item)
            case Heartbeat():
                self._writer.heartbeat(item.time)
            case Gap():
                self._writer.gap(item.time, item.frames)
