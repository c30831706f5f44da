"""Windows, the pointer, and the permission to record on macOS, through ctypes, from Apple's documentation."""

from ctypes import CDLL, POINTER, Structure, byref, c_bool, c_char_p, c_double, c_int32, c_long, c_uint32, c_void_p
from ctypes import create_string_buffer as buffer
from functools import cache
from typing import Any

from gifsom.core.frame import Rect
from gifsom.recorder.systems.pictures import Picture, arrow
from gifsom.recorder.types import Window

_ON_SCREEN, _NO_DESKTOP = 1, 16
_UTF8 = 0x0800_0100
_INT32 = 3


class _Point(Structure):
    _fields_ = (("x", c_double), ("y", c_double))


class _Rect(Structure):
    _fields_ = tuple((name, c_double) for name in ("x", "y", "width", "height"))


_SIGNATURES: dict[str, tuple[Any, list[Any]]] = {
    "CGWindowListCopyWindowInfo": (c_void_p, [c_uint32, c_uint32]),
    "CGRectMakeWithDictionaryRepresentation": (c_bool, [c_void_p, POINTER(_Rect)]),
    "CGSessionCopyCurrentDictionary": (c_void_p, []),
    "CFBooleanGetValue": (c_bool, [c_void_p]),
    "CGEventCreate": (c_void_p, [c_void_p]),
    "CGEventGetLocation": (_Point, [c_void_p]),
    "CFArrayGetCount": (c_long, [c_void_p]),
    "CFArrayGetValueAtIndex": (c_void_p, [c_void_p, c_long]),
    "CFDictionaryGetValue": (c_void_p, [c_void_p, c_void_p]),
    "CFNumberGetValue": (c_bool, [c_void_p, c_long, c_void_p]),
    "CFStringCreateWithCString": (c_void_p, [c_void_p, c_char_p, c_uint32]),
    "CFStringGetCString": (c_bool, [c_void_p, c_void_p, c_long, c_uint32]),
    "CFRelease": (None, [c_void_p]),
}


@cache
def _quartz() -> Any:
    """CoreGraphics, and CoreFoundation, on which it builds."""
    library = CDLL("/System/Library/Frameworks/ApplicationServices.framework/ApplicationServices")
    for name, (result, arguments) in _SIGNATURES.items():
        getattr(library, name).restype = result
        getattr(library, name).argtypes = arguments
    return library


def may_record() -> bool:
    """Whether this program is allowed to record the screen; before macOS 10.15 all are."""
    preflight = getattr(_quartz(), "CGPreflightScreenCaptureAccess", None)
    if preflight is None:
        return True
    preflight.restype = c_bool
    return bool(preflight())


def is_locked() -> bool:
    """Whether the screen is locked, or another user has it; Apple documents the session, but not the key for a lock."""
    session = _quartz().CGSessionCopyCurrentDictionary()
    if not session:
        return False  # not even logged in at the screen: what follows says so
    try:
        value = _value(session, "CGSSessionScreenIsLocked")
        return bool(value) and bool(_quartz().CFBooleanGetValue(value))
    finally:
        _quartz().CFRelease(session)


def is_wayland() -> bool:
    """False: macOS has no Wayland."""
    return False


def is_xwayland() -> bool:
    """False: macOS has no Wayland."""
    return False


def windows() -> list[Window]:
    """The visible windows, the topmost first. Titles are given only to programs that may record."""
    quartz = _quartz()
    listed = quartz.CGWindowListCopyWindowInfo(_ON_SCREEN | _NO_DESKTOP, 0)
    if not listed:
        return []
    try:
        entries = [quartz.CFArrayGetValueAtIndex(listed, n) for n in range(quartz.CFArrayGetCount(listed))]
        found = [_window(entry) for entry in entries if _number(entry, "kCGWindowLayer") == 0]
    finally:
        quartz.CFRelease(listed)
    return [Window(w.id, w.title, w.program, w.rect, active=n == 0) for n, w in enumerate(filter(None, found))]


def window_rect(number: int) -> Rect | None:
    """Current rectangle of the window with that id; None: it is closed or hidden."""
    return next((window.rect for window in windows() if window.id == number), None)


def _window(entry: int) -> Window | None:
    rect = _Rect()
    _quartz().CGRectMakeWithDictionaryRepresentation(_value(entry, "kCGWindowBounds"), byref(rect))
    if rect.width < 1 or rect.height < 1:
        return None
    place = Rect(int(rect.x), int(rect.y), int(rect.width), int(rect.height))
    return Window(
        _number(entry, "kCGWindowNumber"),
        _text(entry, "kCGWindowName"),
        _text(entry, "kCGWindowOwnerName"),
        place,
        active=False,
    )


@cache
def _key(name: str) -> int:
    key: int = _quartz().CFStringCreateWithCString(None, name.encode(), _UTF8)
    return key


def _value(entry: int, name: str) -> int | None:
    value: int | None = _quartz().CFDictionaryGetValue(entry, _key(name))
    return value


def _number(entry: int, name: str) -> int:
    found, value = c_int32(), _value(entry, name)
    if value:
        _quartz().CFNumberGetValue(value, _INT32, byref(found))
    return found.value


def _text(entry: int, name: str) -> str:
    found, value = buffer(1024), _value(entry, name)
    if not value or not _quartz().CFStringGetCString(value, found, len(found), _UTF8):
        return ""
    return found.value.decode()


class Cursor:
    """The pointer, always shown as an arrow."""

    def look(self) -> tuple[int, int, int]:
        """x and y on the screen, and the number of the only picture."""
        event = _quartz().CGEventCreate(None)
        at = _quartz().CGEventGetLocation(event)
        _quartz().CFRelease(event)
        return int(at.x), int(at.y), 1

    def picture(self) -> Picture:
        """An arrow."""
        return arrow()

    def close(self) -> None:
        """Do nothing: nothing is held."""
