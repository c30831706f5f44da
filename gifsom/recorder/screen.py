"""The screen and its monitors, and whether they can be recorded at all."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce
from typing import Any, Final

import mss
import numpy as np

from gifsom.core.errors import GifsomError, ScreenUnavailable, SettingError, printable
from gifsom.core.frame import Pixels, Rect
from gifsom.core.region import clip_region
from gifsom.recorder.feed import find_monitor
from gifsom.recorder.systems.current import is_locked, is_wayland, is_xwayland, may_record
from gifsom.recorder.types import Monitor

_XWAYLAND = (
    "this display belongs to a Wayland session, of which an X11 program sees only black: leave out --backend x11, or"
    " log in to an Xorg session"
)
_PERMISSION = (
    "this program may not record the screen: allow it in System Settings, Privacy & Security, Screen Recording, and"
    " start it again"
)


SETTLE: Final = 0.15
"""Seconds after which a window that was taken away has left the screen as it was before, and that can be recorded."""


def check_screen() -> None:
    """Raise `ScreenUnavailable`, with the reason, where the screen cannot be recorded.

    The display of a Wayland compositor would be recorded black. It is known by an extension, which is new, by the names
    of its monitors, which were usual before, and where the session calls itself Wayland, by its being black.
    """
    if not may_record():
        raise ScreenUnavailable(_PERMISSION)
    if is_locked():
        raise ScreenUnavailable("the screen is locked, and shows itself to no program: unlock it, and start again")
    listed = monitors()
    if is_xwayland() or any(one.name.startswith("XWAYLAND") for one in listed):
        raise ScreenUnavailable(_XWAYLAND)
    if is_wayland() and not any(snapshot(one.rect)[..., :3].any() for one in listed):
        raise ScreenUnavailable(_XWAYLAND)


@contextmanager
def explained() -> Iterator[None]:
    """Turn any error of mss in the block into a `ScreenUnavailable`."""
    try:
        yield
    except GifsomError:
        raise
    except Exception as error:  # mss raises many kinds, bare AssertionErrors among them
        name = f"the display {printable(os.environ['DISPLAY'])}" if os.environ.get("DISPLAY") else "the screen"
        raise ScreenUnavailable(f"{name} cannot be recorded: {printable(error) or type(error).__name__}") from error


@contextmanager
def grabber() -> Iterator[mss.MSS]:
    """An open `mss.MSS`, for one thread. Raises `ScreenUnavailable`."""
    if sys.platform not in ("win32", "darwin") and not os.environ.get("DISPLAY"):
        raise ScreenUnavailable("there is no screen to record: DISPLAY is not set")
    with explained():
        grab = mss.MSS()
    try:
        yield grab
    finally:
        with explained():
            grab.close()


def bounds(grab: mss.MSS) -> Rect:
    """The smallest rectangle that holds all monitors, as they were when `grab` was opened."""
    with explained():
        return _rect(grab.monitors[0])


def grabbed(grab: mss.MSS, rect: Rect) -> Pixels:
    """The pixels of a rectangle of the screen, (h, w, 4) uint8: blue, green, red and an unused byte.

    It is larger than `rect` where the system counts in points instead of pixels. Raises `ScreenUnavailable`.
    """
    with explained():
        return np.asarray(grab.grab((rect.left, rect.top, rect.left + rect.width, rect.top + rect.height)))


def monitors() -> list[Monitor]:
    """The monitors as they are now, at least one; on X11 only their parts on the screen. Raises `ScreenUnavailable`."""
    with grabber() as grab, explained():
        screen, *parts = grab.monitors
        whole = _rect(screen)
        listed = [part for part in parts if _overlap(_rect(part), whole)] or [screen]
        first = next((n for n, part in enumerate(listed) if _item(part, "is_primary")), 0)
        return [
            Monitor(
                n + 1, _item(part, "output") or _item(part, "name") or "", clip_region(_rect(part), whole), n == first
            )
            for n, part in enumerate(listed)
        ]


def monitor(wanted: int | str | None = None) -> Monitor:
    """The monitor of that number or name; None: the primary one. Raises `SettingError`, which lists them."""
    return find_monitor(monitors(), wanted)


def screen_rect() -> Rect:
    """The smallest rectangle that holds all monitors. Raises `ScreenUnavailable`."""
    return reduce(Rect.union, (monitor.rect for monitor in monitors()))


def snapshot(rect: Rect) -> Pixels:
    """A picture of a part of the screen, see `grabbed`."""
    with grabber() as grab:
        return grabbed(grab, rect)


def _rect(monitor: Any) -> Rect:
    return Rect(*(int(monitor[name]) for name in ("left", "top", "width", "height")))


def _item(monitor: Any, name: str) -> Any:
    """A property of a monitor that mss may know beside its rectangle; None where it does not."""
    try:
        return monitor[name]
    except (KeyError, AttributeError):
        return None


def _overlap(rect: Rect, other: Rect) -> bool:
    try:
        clip_region(rect, other)
    except SettingError:
        return False
    return True
