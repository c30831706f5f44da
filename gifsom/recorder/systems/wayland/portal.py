"""Recording through the desktop's portal and PipeWire: GNOME, KDE, and whatever else has xdg-desktop-portal."""

import time
from dataclasses import replace
from typing import Final

import numpy as np

from gifsom.core.errors import ScreenUnavailable, SettingError
from gifsom.core.frame import Pixels, Rect
from gifsom.core.region import clip_region
from gifsom.recorder.feed import Feed, Pacer, Screen, Shot, Target, Wanted, fitted
from gifsom.recorder.systems.wayland.compositor import Compositor
from gifsom.recorder.systems.wayland.pipewire import PictureStream
from gifsom.recorder.systems.wayland.pipewire_library import pipewire
from gifsom.recorder.systems.wayland.sharing import Sharing
from gifsom.recorder.systems.wayland.wlroots import refuse_unseen
from gifsom.recorder.types import Monitor
from gifsom.spool.events import Click, Key, Pointer, Shape

_LOOKS: Final = 0.1
"""Seconds between two checks whether the user has ended it."""


def check_portal() -> str:
    """The abilities of the desktop's portal, in a few words; no dialog is shown. Raises `ScreenUnavailable`."""
    pipewire()
    sharing = Sharing()
    sharing.close()
    pointer = "beside the pictures" if sharing.metadata else "in the pictures"
    return f"ScreenCast version {sharing.version} is there, and PipeWire; the pointer is recorded {pointer}"


class PortalScreen(Screen):
    """The monitor or window that the user shares. Regions are in pixels of it, from its upper left corner."""

    name = "portal"

    def __init__(self, *, cursor: bool, ask: bool) -> None:
        """Ask the user, by the desktop's dialog, which may last."""
        pipewire()
        self._sharing = Sharing()
        self._stream: PictureStream | None = None
        try:
            node = self._sharing.ask(cursor, again=ask).node
            self._stream = PictureStream(self._sharing.pipewire(), node)
            self._feed = PortalFeed(self._sharing, self._stream)
            self._feed.first()
        except BaseException:
            self.close()
            raise

    def monitors(self) -> list[Monitor]:
        with Compositor() as compositor:
            return compositor.monitors()

    def still(self) -> tuple[Pixels, Rect]:
        pixels = self._feed.first().pixels
        return pixels, Rect(0, 0, pixels.shape[1], pixels.shape[0])

    def measure(self, target: Target) -> tuple[int, int]:
        rect = self._place(target)
        return rect.width, rect.height

    def feed(self, target: Target, wanted: Wanted) -> Feed:
        refuse_unseen(wanted)
        self._feed.begin(self._place(target), wanted)
        return self._feed

    def _place(self, target: Target) -> Rect:
        for name in ("window", "monitor"):
            if getattr(target, name) is not None:
                raise SettingError(f"the desktop's dialog chooses the {name}: leave out --{name}, or use --ask")
        _, whole = self.still()
        return whole if target.region is None else clip_region(target.region, whole)

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        self._sharing.close()


class PortalFeed(Feed):
    """The pictures of what is shared."""

    def __init__(self, sharing: Sharing, stream: PictureStream) -> None:
        self._sharing, self._stream = sharing, stream
        self.rect = Rect(0, 0, 1, 1)
        self._part: Rect | None = None
        self._cursor = False
        self._looked = 0.0
        self._lost = 0

    def begin(self, part: Rect, wanted: Wanted) -> None:
        """Give pictures of that part from now on, at that rate."""
        self.rect = self._part = part
        self._cursor = wanted.cursor
        self._stream.pacer = Pacer(wanted.fps)

    def first(self) -> Shot:
        newest = self._stream.newest()
        shot = super().first() if newest is None else replace(newest, pixels=self._cut(newest.pixels))
        self._stream.pointers.restart(shot.time)
        return shot

    def next(self, until: float) -> Shot | None:
        now = time.perf_counter()
        if now - self._looked >= _LOOKS:
            self._looked = now
            if self._sharing.ended():
                raise ScreenUnavailable("the sharing was ended on the desktop")
        shot = self._stream.next(min(until, now + _LOOKS))
        return None if shot is None else replace(shot, pixels=self._cut(shot.pixels))

    def wake(self) -> None:
        self._stream.wake()

    def resume(self) -> None:
        self._stream.again()

    def missed(self) -> int:
        lost = self._stream.lost
        missed, self._lost = lost - self._lost, lost
        return missed

    def drain(self) -> list[Pointer | Shape | Click | Key]:
        events: list[Pointer | Shape | Click | Key] = []
        for event in self._stream.pointers.drain() if self._cursor else []:
            if isinstance(event, Pointer):
                event = replace(event, x=event.x - self.rect.left, y=event.y - self.rect.top)
            events.append(event)
        return events

    def close(self) -> None:
        """Leave the stream to the screen, which ends it."""

    def _cut(self, pixels: Pixels) -> Pixels:
        """The recorded part, on a canvas of its size."""
        part = self._part
        if part is None or (part.left, part.top, part.width, part.height) == (0, 0, *pixels.shape[1::-1]):
            return pixels
        return np.ascontiguousarray(fitted(part.cut(pixels), (part.width, part.height)))
