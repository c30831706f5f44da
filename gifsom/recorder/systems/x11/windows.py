"""The windows of an X server, with an EWMH window manager, with another one, or with none."""

import os
from dataclasses import replace

from gifsom.core.frame import Rect
from gifsom.recorder.systems.x11.xlib import INPUT_ONLY, VIEWABLE, Display
from gifsom.recorder.types import Window

_ICONIC = 3
"""WM_STATE of an iconified window."""

_FRAMES = 3
"""Levels of frames that a window manager may have put around a window."""


def may_record() -> bool:
    """True: every program that may use the display may record it."""
    return True


def is_locked() -> bool:
    """False: a locker of X11 is a window, and is recorded as such."""
    return False


def is_wayland() -> bool:
    """Whether this session calls itself one of Wayland."""
    return bool(os.environ.get("WAYLAND_DISPLAY")) or os.environ.get("XDG_SESSION_TYPE") == "wayland"


def is_xwayland() -> bool:
    """Whether the display is that of a Wayland compositor, as far as it tells. Raises `ScreenUnavailable`."""
    with Display() as display:
        return display.extension("XWAYLAND") is not None


def windows() -> list[Window]:
    """The visible windows, the topmost first. Raises `ScreenUnavailable`."""
    with Display() as display:
        active = _active(display)
        found = [_look(display, number) for number in _listed(display)]
        return [replace(window, active=window.id == active) for window in found if window is not None]


def window_rect(number: int) -> Rect | None:
    """Current rectangle of the window with that id; None: it is closed or hidden. 0.5 ms. Raises
    `ScreenUnavailable`."""
    with Display() as display:
        return _content(display, number)


def _managed(display: Display) -> bool:
    """Whether a current window manager runs: the properties left by a dead one do not point to themselves."""
    check = display.numbers(display.root, "_NET_SUPPORTING_WM_CHECK")
    return bool(check) and display.numbers(check[0], "_NET_SUPPORTING_WM_CHECK") == check


def _listed(display: Display) -> list[int]:
    """The windows of programs, shown or not, the topmost first."""
    if _managed(display):
        for name in ("_NET_CLIENT_LIST_STACKING", "_NET_CLIENT_LIST"):
            if listed := display.numbers(display.root, name):
                return listed[::-1]
    return [_client(display, window) for window in reversed(display.children(display.root))]


def _client(display: Display, window: int) -> int:
    """The program's window inside a window manager's frame; else the window itself."""
    level = [window]
    for _ in range(_FRAMES):
        for inner in level:
            if display.numbers(inner, "WM_STATE"):
                return inner
        level = [child for inner in level for child in display.children(inner)]
    return window


def _active(display: Display) -> int:
    if _managed(display):
        return next(iter(display.numbers(display.root, "_NET_ACTIVE_WINDOW")), 0)
    focus = display.focus()
    if focus <= 1 or focus == display.root:
        _, _, focus = display.pointer() or (0, 0, 0)
        return _client(display, focus)
    while (parent := display.parent(focus)) not in (0, display.root):
        focus = parent
    return _client(display, focus)


def _look(display: Display, number: int) -> Window | None:
    """The window as a user knows it; None for a hidden one, a menu, or one without any name."""
    of = display.attributes(number)
    if of is None or of.map_state != VIEWABLE or of.kind == INPUT_ONLY or of.override_redirect:
        return None
    hidden = display.atoms(number, "_NET_WM_STATE", ["_NET_WM_STATE_HIDDEN"])
    if hidden or display.numbers(number, "WM_STATE")[:1] == [_ICONIC]:
        return None
    title = display.text(number, "_NET_WM_NAME") or display.text(number, "WM_NAME")
    program = display.text(number, "WM_CLASS").rstrip("\0").rpartition("\0")[2]
    rect = _content(display, number)
    return Window(number, title, program, rect, active=False) if rect and (title or program) else None


def _content(display: Display, number: int) -> Rect | None:
    """A window's rectangle without the shadow that its program draws around it."""
    rect = display.rect(number)
    extents = display.numbers(number, "_GTK_FRAME_EXTENTS")
    if rect is None or len(extents) != 4:
        return rect
    left, right, top, bottom = extents
    width, height = rect.width - left - right, rect.height - top - bottom
    return Rect(rect.left + left, rect.top + top, width, height) if min(width, height) > 0 else rect
