"""The choice of the way in which the screen is recorded: by the session, or as the user says."""

import sys
from typing import Final

from gifsom.core.errors import ScreenUnavailable, SettingError, printable
from gifsom.recorder.feed import Screen
from gifsom.recorder.grab import GrabScreen
from gifsom.recorder.systems.current import is_wayland
from gifsom.recorder.types import Monitor

BACKENDS: Final = ("auto", "x11", "portal", "wlroots")
"""Names of the ways to record: chosen by the session; X11; the portal of a Wayland desktop; the compositor itself."""


def check_backend(name: str) -> None:
    """Raise `SettingError` for a name that is none, or none of this system."""
    if name not in BACKENDS:
        raise SettingError(f"backend is {printable(name)}: give one of {', '.join(BACKENDS)}")
    if name != "auto" and sys.platform in ("win32", "darwin"):
        raise SettingError(f"backend is {name}: that is for Linux; leave it out here")


def open_screen(name: str = "auto", *, cursor: bool = True, ask: bool = False) -> Screen:
    """The screen, recorded in the way of that name; close it.

    Args:
        name: one of BACKENDS.
        cursor: the pointer is wanted.
        ask: the desktop's dialog is shown although it has been answered before.

    Raises:
        ScreenUnavailable: it cannot be recorded in that way, with the reason.
        SettingError: there is no such way.
    """
    check_backend(name)
    if name == "x11" or (name == "auto" and not is_wayland()):
        return GrabScreen()
    if sys.platform in ("win32", "darwin"):
        return GrabScreen()
    from gifsom.recorder.systems.wayland.wlroots import WlrootsScreen

    if name == "wlroots":
        return WlrootsScreen()
    direct = ""
    if name == "auto":
        try:
            return WlrootsScreen()
        except ScreenUnavailable as error:
            direct = f"; {error}"
    from gifsom.recorder.systems.wayland.portal import PortalScreen, check_portal

    try:
        check_portal()
    except ScreenUnavailable as error:
        raise ScreenUnavailable(f"this Wayland session cannot be recorded: {error}{direct}") from None
    return PortalScreen(cursor=cursor, ask=ask)


def list_monitors() -> list[Monitor]:
    """The monitors of this session; no dialog is shown. Raises `ScreenUnavailable`."""
    if not is_wayland():
        return GrabScreen().monitors()
    from gifsom.recorder.systems.wayland.compositor import Compositor

    with Compositor() as compositor:
        return compositor.monitors()
