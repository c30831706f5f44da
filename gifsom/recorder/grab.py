"""Recording by mss, which grabs a part of the screen when it is told to: X11, Windows and macOS.

Deadlines are absolute, so nothing drifts: a late picture is one that is missing, and the next ones are on time.
"""

import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from functools import reduce
from typing import TypeVar

from gifsom.core.errors import ScreenUnavailable, WindowNotFound, printable
from gifsom.core.frame import Pixels, Rect
from gifsom.core.region import clip_region
from gifsom.recorder.camera import Camera
from gifsom.recorder.feed import Feed, Screen, Shot, Target, Wanted
from gifsom.recorder.input import InputWatch
from gifsom.recorder.pointer import PointerWatch
from gifsom.recorder.screen import check_screen, monitor, monitors, screen_rect, snapshot
from gifsom.recorder.types import Monitor, Window
from gifsom.recorder.windows import find_window, grown, window_rect
from gifsom.spool.events import Click, Key, Pointer, Shape

Placed = TypeVar("Placed", Pointer, Click)


class GrabScreen(Screen):
    """The screen of an X server, of Windows, or of macOS."""

    name = "x11"

    def __init__(self) -> None:
        check_screen()

    def monitors(self) -> list[Monitor]:
        return monitors()

    def still(self) -> tuple[Pixels, Rect]:
        whole = reduce(Rect.union, (one.rect for one in monitors()))
        return snapshot(whole), whole

    def measure(self, target: Target) -> tuple[int, int]:
        rect, _ = _place(target)
        return rect.width, rect.height

    def feed(self, target: Target, wanted: Wanted) -> Feed:
        rect, window = _place(target)
        return GrabFeed(rect, window, wanted)


def _place(target: Target) -> tuple[Rect, Window | None]:
    """The recorded rectangle of the screen, and the window that is followed."""
    if target.window is not None:
        window = find_window(target.window) if isinstance(target.window, str) else target.window
        rect = window_rect(window.id)
        if rect is None:
            raise WindowNotFound(f"the window '{printable(window.title)}' was closed")
        return rect, window
    if target.region is not None:
        return clip_region(target.region, screen_rect()), None
    return monitor(target.monitor).rect, None


class GrabFeed(Feed):
    """Pictures grabbed at a steady rate."""

    def __init__(self, rect: Rect, window: Window | None, wanted: Wanted) -> None:
        """Begin to watch what is to be recorded. Raises `ScreenUnavailable`, and `PackageMissing`."""
        self.rect = rect
        self.window, self._clicks = window, wanted.clicks
        self._period = 1 / wanted.fps
        self._deadline = 0.0  # 0: the next one is grabbed at once
        self._missed = 0
        self._woken = threading.Event()
        self._camera: Camera | None = None
        self._pointer: Pointer | None = None
        self._scale = 1
        with ExitStack() as stack:
            self._watch = stack.enter_context(PointerWatch()) if wanted.cursor else None
            any_input = wanted.clicks or wanted.keys or wanted.shortcuts
            watch = InputWatch(keys=wanted.keys, shortcuts=wanted.shortcuts) if any_input else None
            self._input = stack.enter_context(watch) if watch is not None else None
            self._opened = stack.pop_all()

    def first(self) -> Shot:
        with Camera() as camera:
            pixels = camera.picture(self.rect)
            self._scale, self.cut = camera.scale, camera.cut
        return Shot(time.perf_counter(), pixels)

    def next(self, until: float) -> Shot | None:
        wait = min(self._deadline, until) - time.perf_counter()
        if wait > 0 and self._woken.wait(wait):
            self._woken.clear()
            return None
        if self._deadline > until:
            return None
        moment = time.perf_counter()
        self._follow()
        if self._camera is None:  # here, since each thread needs one of its own
            self._camera = self._opened.enter_context(Camera())
        pixels = self._camera.picture(self.rect)
        self._scale, self.cut = self._camera.scale, self.cut or self._camera.cut
        self._deadline = (self._deadline or moment) + self._period
        late = time.perf_counter() - self._deadline
        if late > self._period:  # go on from here instead of hurrying
            missed = int(late / self._period)
            self._missed += missed
            self._deadline += missed * self._period
        return Shot(moment, pixels)

    def _follow(self) -> None:
        """Follow the window, at each picture, so that it does not shake while it moves, and hold all of it.

        End where it is closed.
        """
        if self.window is not None:
            place = window_rect(self.window.id)
            if place is None:
                raise ScreenUnavailable("the window was closed or minimized")
            self.rect = grown(self.rect, place)

    def wake(self) -> None:
        self._woken.set()

    def resume(self) -> None:
        self._deadline = 0.0
        if self._input is not None:
            self._input.drain()

    def missed(self) -> int:
        missed, self._missed = self._missed, 0
        return missed

    def drain(self) -> list[Pointer | Shape | Click | Key]:
        events: list[Pointer | Shape | Click | Key] = []
        if self._watch is not None:
            pointer, shape = self._watch.look()
            if shape is not None:
                events.append(shape)
            pointer = self._placed(pointer)
            if self._pointer is None or replace(pointer, time=self._pointer.time) != self._pointer:
                events.append(pointer)
                self._pointer = pointer
        for event in self._input.drain() if self._input is not None else []:
            if isinstance(event, Key):
                events.append(event)
            elif self._clicks:
                events.append(self._placed(event))
        return events

    def _placed(self, event: Placed) -> Placed:
        """An event of the screen, in pixels of the picture."""
        return replace(event, x=(event.x - self.rect.left) * self._scale, y=(event.y - self.rect.top) * self._scale)

    def close(self) -> None:
        self._opened.close()
