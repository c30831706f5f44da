"""Recording of compositors that give pictures to programs, without a dialog: sway, Hyprland, labwc, river, COSMIC.

By ext-image-copy-capture-v1 where the compositor has it, else by wlr-screencopy-unstable-v1. Both tell when something
has changed, and the time at which it was shown. The pointer is a part of the pictures.
"""

import time
from functools import reduce
from typing import Any, Final

import numpy as np

from gifsom.core.errors import ScreenUnavailable, SettingError
from gifsom.core.frame import Pixels, Rect
from gifsom.core.region import clip_region, region_text
from gifsom.recorder.feed import Feed, Pacer, Screen, Shot, Target, Wanted, find_monitor, fitted
from gifsom.recorder.systems.wayland.compositor import Compositor, Output, Shared
from gifsom.recorder.systems.wayland.pixels import choose_format, upright
from gifsom.recorder.systems.wayland.protocol import CAPTURE, SOURCES
from gifsom.recorder.systems.wayland.wire import Proxy, ignore
from gifsom.recorder.types import Monitor
from gifsom.spool import same_pixels

_AGAIN: Final = 0.1
"""Seconds between two tries where the compositor gives no picture."""

_TRIES: Final = 50
"""Tries in a row that fail before a recording ends: a monitor that changes its mode fails for a moment."""

_INVERTED: Final = 1
_UNWANTED: Final = "Wayland shows {} to no other program than its own: leave out --{}"


def refuse_unseen(wanted: Wanted) -> None:
    """Raise `SettingError` for clicks, keys and shortcuts, which no program of Wayland sees."""
    for name in ("clicks", "keys", "shortcuts"):
        if getattr(wanted, name):
            raise SettingError(_UNWANTED.format(name, name))


class WlrootsScreen(Screen):
    """The screen of such a compositor. Regions are in units of the desktop, as the compositor counts them."""

    name = "wlroots"

    def __init__(self) -> None:
        with Compositor() as compositor:
            self.method = compositor.method
        if not self.method:
            raise ScreenUnavailable("this compositor has neither ext-image-copy-capture nor wlr-screencopy")

    def monitors(self) -> list[Monitor]:
        with Compositor() as compositor:
            return compositor.monitors()

    def still(self) -> tuple[Pixels, Rect]:
        listed = self.monitors()
        whole = reduce(Rect.union, (one.rect for one in listed))
        canvas = np.zeros((whole.height, whole.width, 4), np.uint8)
        for one in listed:
            with self.feed(Target(monitor=one.number), Wanted(1, False, False, False)) as feed:
                pixels = _resized(feed.first().pixels, one.rect)
            left, top = one.rect.left - whole.left, one.rect.top - whole.top
            canvas[top : top + one.rect.height, left : left + one.rect.width] = pixels
        return canvas, whole

    def measure(self, target: Target) -> tuple[int, int]:
        with self.feed(target, Wanted(1, False, False, False)) as feed:
            height, width = feed.first().pixels.shape[:2]
        return width, height

    def feed(self, target: Target, wanted: Wanted) -> Feed:
        if target.window is not None:
            raise SettingError("windows cannot be recorded on this compositor: give --region or --pick instead")
        refuse_unseen(wanted)
        compositor = Compositor()
        try:
            monitor, rect = _place(compositor.monitors(), target)
            output = compositor.outputs[monitor.number - 1]
            kind = ImageCopyFeed if compositor.method == CAPTURE else ScreencopyFeed
            return kind(compositor, output, rect, wanted)
        except BaseException:
            compositor.close()
            raise


def _resized(pixels: Pixels, rect: Rect) -> Pixels:
    """A picture in units of the desktop, to choose a region on: nearest pixels."""
    rows = np.arange(rect.height) * pixels.shape[0] // rect.height
    columns = np.arange(rect.width) * pixels.shape[1] // rect.width
    return np.ascontiguousarray(pixels[rows[:, None], columns])


def _place(listed: list[Monitor], target: Target) -> tuple[Monitor, Rect]:
    """The monitor, and the part of it that is recorded: of a region, that on the monitor which has most of it."""
    if target.region is None:
        monitor = find_monitor(listed, target.monitor)
        return monitor, monitor.rect
    parts = []
    for one in listed:
        try:
            parts.append((one, clip_region(target.region, one.rect)))
        except SettingError:
            continue
    if not parts:
        there = ", ".join(region_text(one.rect) for one in listed)
        raise SettingError(f"the region {region_text(target.region)} is outside of the screen, which is {there}")
    return max(parts, key=lambda part: part[1].width * part[1].height)


class WlrootsFeed(Feed):
    """Pictures of an output, asked for one by one: at once where the last one is a period old, else then."""

    def __init__(self, compositor: Compositor, output: Output, rect: Rect, wanted: Wanted) -> None:
        self.rect = rect
        self._compositor, self._output = compositor, output
        self._connection = compositor.connection
        self._shm = compositor.bind("wl_shm")
        self._cursor = wanted.cursor
        self._pacer = Pacer(wanted.fps)
        self._shared: Shared | None = None
        self._frame: Proxy | None = None
        self._size: tuple[int, int] | None = None
        self._time = 0.0
        self._shot: Shot | None = None
        self._last: Pixels | None = None
        self._failures = 0
        self._retry = 0.0

    def next(self, until: float) -> Shot | None:
        while True:
            if not self._output.there:
                raise ScreenUnavailable("the monitor was removed")
            now = time.perf_counter()
            due = max(self._pacer.ready, self._retry)
            if self._frame is None and now >= due:
                self._ask()  # before the last one is handed on: what is shown meanwhile would be lost
            if self._shot is not None:
                shot, self._shot = self._shot, None
                return shot
            deadline = until if now >= due or self._frame is not None else min(until, due)
            if not self._connection.dispatch(deadline) and (deadline == until or time.perf_counter() < deadline):
                return None

    def wake(self) -> None:
        self._connection.wake()

    def close(self) -> None:
        self._compositor.close()

    def _ask(self) -> None:
        """Ask for the next picture, which is there as soon as something changes."""
        raise NotImplementedError

    def _share(self, size: tuple[int, int], stride: int, format: int) -> Proxy:
        """Memory for a picture, which is made anew where another one is needed."""
        if self._shared is None or self._shared.kind != (size, stride, format):
            if self._shared is not None:
                self._shared.close()
            self._shared = Shared(self._connection, self._shm, size, stride, format)
        return self._shared.buffer

    def _arrived(self, *, inverted: bool, transform: int) -> None:
        assert self._shared is not None
        pixels = self._shared.picture()
        whole = upright(pixels[::-1] if inverted else pixels, transform)
        now = time.perf_counter()
        shown = self._time if now - 1 < self._time <= now else now
        self._shot = Shot(shown, self._cut(whole))
        if self._last is None or not same_pixels(self._last, self._shot.pixels):
            self._pacer.take(shown)  # one that shows nothing new costs no later one its place
        self._last = self._shot.pixels
        self._failures = 0
        self._leave()

    def _cut(self, whole: Pixels) -> Pixels:
        """The recorded part, of the size of the first one."""
        of = self._output.rect
        scale_x, scale_y = whole.shape[1] / of.width, whole.shape[0] / of.height
        left, top = (self.rect.left - of.left) * scale_x, (self.rect.top - of.top) * scale_y
        right, bottom = left + self.rect.width * scale_x, top + self.rect.height * scale_y
        part = whole[max(0, round(top)) : max(0, round(bottom)), max(0, round(left)) : max(0, round(right))]
        if self._size is None:
            self._size = part.shape[1], part.shape[0]
        return np.ascontiguousarray(fitted(part, self._size))

    def _leave(self) -> None:
        """Be done with the frame that was asked for."""
        if self._frame is not None:
            self._frame.request("destroy")
            self._frame = None

    def _fail(self, reason: str) -> None:
        self._leave()
        self._failures += 1
        self._retry = time.perf_counter() + _AGAIN
        if self._failures > _TRIES:
            raise ScreenUnavailable(reason)


class ScreencopyFeed(WlrootsFeed):
    """By wlr-screencopy-unstable-v1."""

    def __init__(self, compositor: Compositor, output: Output, rect: Rect, wanted: Wanted) -> None:
        super().__init__(compositor, output, rect, wanted)
        self._manager = compositor.bind(compositor.method)
        self._version = compositor.version(compositor.method)
        self._offers: list[tuple[int, ...]] = []
        self._flags = 0
        self._begun = False

    def _ask(self) -> None:
        self._offers = []
        self._flags = 0
        self._frame = self._manager.create(
            "capture_output", "zwlr_screencopy_frame_v1", self._hear, int(self._cursor), self._output.proxy
        )

    def _hear(self, name: str, values: tuple[Any, ...]) -> None:
        match name:
            case "buffer":
                self._offers.append(values)
                if self._version < 3:
                    self._copy()
            case "buffer_done":
                self._copy()
            case "flags":
                self._flags = values[0]
            case "ready":
                high, low, part = values
                self._time = (high << 32 | low) + part / 1e9
                self._begun = True
                self._arrived(inverted=bool(self._flags & _INVERTED), transform=self._output.transform)
            case "failed":
                self._fail("the compositor gives no more pictures of this monitor")

    def _copy(self) -> None:
        format = choose_format([offer[0] for offer in self._offers])
        _, width, height, stride = next(offer for offer in self._offers if offer[0] == format)
        assert self._frame is not None
        damage = self._begun and self._version >= 2  # the first one at once
        self._frame.request("copy_with_damage" if damage else "copy", self._share((width, height), stride, format))


class ImageCopyFeed(WlrootsFeed):
    """By ext-image-copy-capture-v1."""

    def __init__(self, compositor: Compositor, output: Output, rect: Rect, wanted: Wanted) -> None:
        super().__init__(compositor, output, rect, wanted)
        source = compositor.bind(SOURCES).create("create_source", "ext_image_capture_source_v1", ignore, output.proxy)
        self._format, self._sized = 0, (0, 0)
        self._formats: list[int] = []
        self._known = False
        self._transform = 0
        self._session = compositor.bind(CAPTURE).create(
            "create_session", "ext_image_copy_capture_session_v1", self._hear_session, source, int(wanted.cursor)
        )

    def _hear_session(self, name: str, values: tuple[Any, ...]) -> None:
        match name:
            case "buffer_size":
                self._sized = values[0], values[1]
            case "shm_format":
                self._formats.append(values[0])
            case "done":
                self._format = choose_format(self._formats)
                self._formats = []
                self._known = True
            case "stopped":
                raise ScreenUnavailable("the compositor has ended the recording of this monitor")

    def _ask(self) -> None:
        if not self._known:
            return
        width, height = self._sized
        self._transform = 0
        self._frame = self._session.create("create_frame", "ext_image_copy_capture_frame_v1", self._hear)
        self._frame.request("attach_buffer", self._share((width, height), 4 * width, self._format))
        self._frame.request("damage_buffer", 0, 0, width, height)
        self._frame.request("capture")

    def _hear(self, name: str, values: tuple[Any, ...]) -> None:
        match name:
            case "transform":
                self._transform = values[0]
            case "presentation_time":
                high, low, part = values
                self._time = (high << 32 | low) + part / 1e9
            case "ready":
                self._arrived(inverted=False, transform=self._transform)
            case "failed":
                self._fail("the compositor gives no more pictures of this monitor")
