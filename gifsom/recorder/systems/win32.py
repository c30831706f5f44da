"""Windows and the pointer on Windows, through ctypes, from Microsoft's documentation of its API."""

import sys
from ctypes import (
    Structure,
    byref,
    c_int,
    c_uint,
    c_void_p,
    create_unicode_buffer,
    sizeof,
)
from ctypes.wintypes import BOOL, DWORD, HBITMAP, HWND, LONG, LPARAM, POINT, RECT, WORD, WPARAM
from functools import cache
from pathlib import PureWindowsPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Rect
from gifsom.recorder.systems.pictures import Picture, arrow, from_masks, from_straight
from gifsom.recorder.types import Window

if sys.platform == "win32":
    from ctypes import WINFUNCTYPE, WinDLL
else:  # importable everywhere, usable there
    from ctypes import CDLL, CFUNCTYPE

    WinDLL, WINFUNCTYPE = CDLL, CFUNCTYPE

_ENUMERATED = WINFUNCTYPE(BOOL, HWND, LPARAM)
_SIGNATURES: dict[str, dict[str, tuple[Any, list[Any]]]] = {
    "user32": {
        "EnumWindows": (BOOL, [_ENUMERATED, LPARAM]),
        "GetForegroundWindow": (HWND, []),
        "IsWindow": (BOOL, [HWND]),
        "IsWindowVisible": (BOOL, [HWND]),
        "IsIconic": (BOOL, [HWND]),
        "GetWindowTextLengthW": (c_int, [HWND]),
        "GetWindowTextW": (c_int, [HWND, c_void_p, c_int]),
        "GetWindowThreadProcessId": (DWORD, [HWND, c_void_p]),
        "GetCursorInfo": (BOOL, [c_void_p]),
        "GetIconInfo": (BOOL, [c_void_p, c_void_p]),
        "GetDC": (c_void_p, [HWND]),
        "ReleaseDC": (c_int, [HWND, c_void_p]),
        "SetProcessDpiAwarenessContext": (BOOL, [c_void_p]),
        "OpenInputDesktop": (c_void_p, [DWORD, BOOL, DWORD]),
        "CloseDesktop": (BOOL, [c_void_p]),
        "RegisterHotKey": (BOOL, [HWND, c_int, c_uint, c_uint]),
        "UnregisterHotKey": (BOOL, [HWND, c_int]),
        "PeekMessageW": (BOOL, [c_void_p, HWND, c_uint, c_uint, c_uint]),
        "GetMessageW": (BOOL, [c_void_p, HWND, c_uint, c_uint]),
        "PostThreadMessageW": (BOOL, [DWORD, c_uint, WPARAM, LPARAM]),
    },
    "gdi32": {
        "DeleteObject": (BOOL, [c_void_p]),
        "GetDIBits": (c_int, [c_void_p, HBITMAP, c_uint, c_uint, c_void_p, c_void_p, c_uint]),
        "GetObjectW": (c_int, [c_void_p, c_int, c_void_p]),
    },
    "kernel32": {
        "GetCurrentThreadId": (DWORD, []),
        "OpenProcess": (c_void_p, [DWORD, BOOL, DWORD]),
        "CloseHandle": (BOOL, [c_void_p]),
        "QueryFullProcessImageNameW": (BOOL, [c_void_p, DWORD, c_void_p, c_void_p]),
    },
    "dwmapi": {"DwmGetWindowAttribute": (LONG, [HWND, DWORD, c_void_p, DWORD])},
}

_FRAME_BOUNDS, _CLOAKED = 9, 14
_QUERY_LIMITED = 0x1000
_SHOWING = 1
_PER_MONITOR_V2 = -4
_READ_OBJECTS = 1


@cache
def dll(name: str) -> Any:
    """A library of Windows with the signatures of the functions that are used."""
    library = WinDLL(name)
    for function, (result, arguments) in _SIGNATURES[name].items():
        if hasattr(library, function):  # what is new in Windows is asked for before it is used
            getattr(library, function).restype = result
            getattr(library, function).argtypes = arguments
    return library


def be_aware() -> None:
    """Count in pixels of each monitor, whatever its scale, in this process: before anything asks for a size.

    Windows refuses where that has been chosen already, and before 2017 it does not know of it.
    """
    if hasattr(dll("user32"), "SetProcessDpiAwarenessContext"):
        dll("user32").SetProcessDpiAwarenessContext(_PER_MONITOR_V2)


def may_record() -> bool:
    """True: all programs may."""
    be_aware()
    return True


def is_locked() -> bool:
    """Whether the input goes to a desktop that programs may not see: the lock screen, or a question of the system."""
    desktop = dll("user32").OpenInputDesktop(0, False, _READ_OBJECTS)
    if desktop:
        dll("user32").CloseDesktop(desktop)
    return not desktop


def is_wayland() -> bool:
    """False: Windows has no Wayland."""
    return False


def is_xwayland() -> bool:
    """False: Windows has no Wayland."""
    return False


def windows() -> list[Window]:
    """The visible windows, the topmost first."""
    found: list[int] = []

    def take(handle: int, _: int) -> bool:
        found.append(handle)
        return True

    dll("user32").EnumWindows(_ENUMERATED(take), 0)
    front = dll("user32").GetForegroundWindow()
    seen = [(number, _title(number), window_rect(number)) for number in found]
    return [Window(n, title, _program(n), rect, n == front) for n, title, rect in seen if title and rect]


def window_rect(number: int) -> Rect | None:
    """Current rectangle of the window with that id, without its shadow; None: it is closed or hidden."""
    hidden, rect = DWORD(), RECT()
    if (
        not dll("user32").IsWindow(number)
        or not dll("user32").IsWindowVisible(number)
        or dll("user32").IsIconic(number)
    ):
        return None
    dll("dwmapi").DwmGetWindowAttribute(number, _CLOAKED, byref(hidden), sizeof(hidden))
    failed = dll("dwmapi").DwmGetWindowAttribute(number, _FRAME_BOUNDS, byref(rect), sizeof(rect))
    width, height = rect.right - rect.left, rect.bottom - rect.top
    return None if hidden.value or failed or min(width, height) < 1 else Rect(rect.left, rect.top, width, height)


def _title(number: int) -> str:
    text = create_unicode_buffer(dll("user32").GetWindowTextLengthW(number) + 1)
    dll("user32").GetWindowTextW(number, text, len(text))
    return text.value


def _program(number: int) -> str:
    process, path = DWORD(), create_unicode_buffer(1024)
    length = DWORD(len(path))
    dll("user32").GetWindowThreadProcessId(number, byref(process))
    handle = dll("kernel32").OpenProcess(_QUERY_LIMITED, False, process)
    if handle:
        dll("kernel32").QueryFullProcessImageNameW(handle, 0, path, byref(length))
        dll("kernel32").CloseHandle(handle)
    return PureWindowsPath(path.value).stem


class _CursorInfo(Structure):
    _fields_ = (("size", DWORD), ("flags", DWORD), ("cursor", c_void_p), ("at", POINT))


class _IconInfo(Structure):
    _fields_ = (("icon", BOOL), ("hot_x", DWORD), ("hot_y", DWORD), ("mask", HBITMAP), ("color", HBITMAP))


class _Bitmap(Structure):
    _fields_ = (
        *((name, LONG) for name in ("type", "width", "height", "stride")),
        ("planes", WORD),
        ("bits", WORD),
        ("data", c_void_p),
    )


class _Header(Structure):
    _fields_ = (
        ("size", DWORD),
        ("width", LONG),
        ("height", LONG),
        ("planes", WORD),
        ("bits", WORD),
        *((name, DWORD) for name in ("compression", "image", "x_scale", "y_scale", "used", "important")),
    )


class Cursor:
    """The pointer."""

    def __init__(self) -> None:
        self._info = _CursorInfo(sizeof(_CursorInfo))

    def look(self) -> tuple[int, int, int]:
        """x and y on the screen, and the id of the picture: 0 where it is hidden."""
        known = dll("user32").GetCursorInfo(byref(self._info))  # not on the lock screen
        shown = known and self._info.flags & _SHOWING and self._info.cursor
        return self._info.at.x, self._info.at.y, self._info.cursor if shown else 0

    def picture(self) -> Picture:
        """The picture found by the last look; an arrow where it cannot be read."""
        icon = _IconInfo()
        if not dll("user32").GetIconInfo(self._info.cursor, byref(icon)):
            return arrow()
        try:
            masks = _pixels(icon.mask)[..., 0] > 0
            if icon.color:
                pixels = _pixels(icon.color)
                if not pixels[..., 3].any():  # a picture from before alpha: the mask says what is clear
                    pixels[..., 3] = np.where(masks, 0, 255)
                return from_straight(pixels), (icon.hot_x, icon.hot_y)
            half = len(masks) // 2
            return from_masks(masks[:half], masks[half:]), (icon.hot_x, icon.hot_y)
        finally:
            for bitmap in filter(None, (icon.mask, icon.color)):
                dll("gdi32").DeleteObject(bitmap)

    def close(self) -> None:
        """Do nothing: nothing is held."""


def _pixels(bitmap: int) -> NDArray[np.uint8]:
    """A bitmap as (h, w, 4) uint8, BGRA."""
    of = _Bitmap()
    dll("gdi32").GetObjectW(bitmap, sizeof(of), byref(of))
    pixels = np.empty((of.height, of.width, 4), np.uint8)
    header = _Header(sizeof(_Header), of.width, -of.height, 1, 32)  # negative: the top row first
    context = dll("user32").GetDC(None)
    dll("gdi32").GetDIBits(context, bitmap, 0, of.height, pixels.ctypes.data, byref(header), 0)
    dll("user32").ReleaseDC(None, context)
    return pixels
