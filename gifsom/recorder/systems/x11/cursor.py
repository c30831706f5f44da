"""The pointer of an X server: its position, and its picture by the XFixes extension.

The server's security extension refuses some pictures: those of a program that has ended, such as xsetroot. An arrow
replaces them.
"""

import ctypes
from contextlib import suppress
from ctypes import POINTER, Structure, c_int, c_short, c_ulong, c_ushort, c_void_p
from functools import cache
from typing import Any

import numpy as np

from gifsom.core.errors import ScreenUnavailable
from gifsom.recorder.systems.pictures import Picture, arrow, from_argb
from gifsom.recorder.systems.x11.xlib import Display, Signatures, load


class _Image(Structure):
    """XFixesCursorImage."""

    _fields_ = (
        ("x", c_short),
        ("y", c_short),
        *((name, c_ushort) for name in ("width", "height", "hot_x", "hot_y")),
        ("serial", c_ulong),
        ("pixels", POINTER(c_ulong)),  # 32 bits of each count
        ("atom", c_ulong),
        ("name", c_void_p),
    )


_INTS = [POINTER(c_int)]

_UNTOLD = -1
"""Id of a picture that is refused."""


@cache
def _xfixes() -> ctypes.CDLL:
    signatures: Signatures = {
        "XFixesQueryExtension": (c_int, [c_void_p, *_INTS * 2]),
        "XFixesQueryVersion": (c_int, [c_void_p, *_INTS * 2]),
        "XFixesGetCursorImage": (POINTER(_Image), [c_void_p]),
    }
    return load("libXfixes.so.3", signatures)


class Cursor:
    """The pointer, for one thread at a time. Raises `ScreenUnavailable` where the display cannot be opened."""

    def __init__(self) -> None:
        self._display = Display()
        self._image: Any = None
        self._name = 0
        self._library: ctypes.CDLL | None = None
        with suppress(ScreenUnavailable):  # without the library there is a position, and no picture
            self._library = self._start(_xfixes())

    def _start(self, library: ctypes.CDLL) -> ctypes.CDLL | None:
        first, second, handle = c_int(), c_int(), self._display.handle
        if not library.XFixesQueryExtension(handle, ctypes.byref(first), ctypes.byref(second)):
            return None
        library.XFixesQueryVersion(handle, ctypes.byref(first), ctypes.byref(second))
        return library

    def look(self) -> tuple[int, int, int]:
        """x and y on the screen, and the id of the picture: 0 where there is no pointer on this screen."""
        self._free()
        if self._library is not None:
            self._image = self._library.XFixesGetCursorImage(self._display.handle)
        if self._image:
            image = self._image.contents
            self._name = image.serial or self._name  # 0: one that moves by itself, and is about to
            return image.x, image.y, self._name
        at = self._display.pointer()
        return (at[0], at[1], _UNTOLD) if at else (0, 0, 0)

    def picture(self) -> Picture:
        """The picture found by the last look."""
        if not self._image:
            return arrow()
        image = self._image.contents
        values = np.ctypeslib.as_array(image.pixels, (image.height, image.width))
        return from_argb(values), (image.hot_x, image.hot_y)

    def _free(self) -> None:
        if self._image:
            self._display.x11.XFree(self._image)
        self._image = None

    def close(self) -> None:
        """Close the connection; idempotent."""
        self._free()
        self._display.close()
