"""A connection to an X server, through ctypes on libX11: its windows and their properties.

No error ends the process, as it would by libX11's default: a window may close between two requests, and a display may
die. A request without an answer gives None or nothing.
"""

import os
import select
from collections.abc import Sequence
from ctypes import (
    CDLL,
    CFUNCTYPE,
    POINTER,
    Structure,
    byref,
    c_char_p,
    c_int,
    c_long,
    c_uint,
    c_ulong,
    c_void_p,
    cast,
    string_at,
)
from functools import cache
from typing import Any, Self

from gifsom.core.errors import ScreenUnavailable, printable
from gifsom.core.frame import Rect

XID = c_ulong
Signatures = dict[str, tuple[Any, Sequence[Any]]]

VIEWABLE = 2
"""Map state of a window that is shown, and all of its ancestors with it."""

INPUT_ONLY = 2
"""Class of a window without a picture."""

_LONGS = 1 << 16
"""Units of four bytes up to which a property is read."""


class Attributes(Structure):
    """XWindowAttributes."""

    _fields_ = (
        *((name, c_int) for name in ("x", "y", "width", "height", "border_width", "depth")),
        ("visual", c_void_p),
        ("root", XID),
        *((name, c_int) for name in ("kind", "bit_gravity", "win_gravity", "backing_store")),
        ("backing_planes", c_ulong),
        ("backing_pixel", c_ulong),
        ("save_under", c_int),
        ("colormap", XID),
        ("map_installed", c_int),
        ("map_state", c_int),
        *((name, c_long) for name in ("all_event_masks", "your_event_mask", "do_not_propagate_mask")),
        ("override_redirect", c_int),
        ("screen", c_void_p),
    )


_HANDLER = CFUNCTYPE(c_int, c_void_p, c_void_p)
_PASS_OVER = _HANDLER(lambda display, error: 0)

_refused: set[int] = set()
"""Displays that have refused a request, until `Display.refused` asks."""


def _note(display: int, error: int) -> int:
    _refused.add(display)
    return 0


_NOTE = _HANDLER(_note)

_INTS = [POINTER(c_int)]
_XIDS = [POINTER(XID)]
_SIGNATURES: Signatures = {
    "XInitThreads": (c_int, []),
    "XOpenDisplay": (c_void_p, [c_char_p]),
    "XCloseDisplay": (c_int, [c_void_p]),
    "XSetErrorHandler": (c_void_p, [_HANDLER]),
    "XSetIOErrorHandler": (c_void_p, [_HANDLER]),
    "XConnectionNumber": (c_int, [c_void_p]),
    "XSync": (c_int, [c_void_p, c_int]),
    "XDefaultRootWindow": (XID, [c_void_p]),
    "XQueryExtension": (c_int, [c_void_p, c_char_p, *_INTS * 3]),
    "XInternAtom": (c_ulong, [c_void_p, c_char_p, c_int]),
    "XFree": (c_int, [c_void_p]),
    "XGetWindowAttributes": (c_int, [c_void_p, XID, POINTER(Attributes)]),
    "XTranslateCoordinates": (c_int, [c_void_p, XID, XID, c_int, c_int, *_INTS * 2, *_XIDS]),
    "XQueryTree": (c_int, [c_void_p, XID, *_XIDS * 2, POINTER(POINTER(XID)), POINTER(c_uint)]),
    "XQueryPointer": (c_int, [c_void_p, XID, *_XIDS * 2, *_INTS * 4, POINTER(c_uint)]),
    "XGetInputFocus": (c_int, [c_void_p, *_XIDS, *_INTS]),
    "XGetWindowProperty": (
        c_int,
        [c_void_p, XID, c_ulong, c_long, c_long, c_int, c_ulong, *_XIDS, *_INTS, *_XIDS * 2, POINTER(c_void_p)],
    ),
}


def load(name: str, signatures: Signatures) -> CDLL:
    """Load a library with these function signatures. Raises `ScreenUnavailable` where it is missing."""
    try:
        library = CDLL(name)
        for function, (result, arguments) in signatures.items():
            getattr(library, function).restype = result
            getattr(library, function).argtypes = arguments
    except (OSError, AttributeError):
        raise ScreenUnavailable(f"{name}: this library of the X Window System is missing") from None
    return library


@cache
def _x11() -> CDLL:
    library = load("libX11.so.6", _SIGNATURES)
    library.XInitThreads()
    library.XSetErrorHandler(_NOTE)
    library.XSetIOErrorHandler(_PASS_OVER)  # the one of libX11 writes to stderr
    return library


class Display:
    """A connection to the X server named by DISPLAY, for one thread at a time; a context manager.

    Raises `ScreenUnavailable` where it cannot be opened.

    handle  the Display* for functions of other libraries
    root    the window of the whole screen
    """

    def __init__(self) -> None:
        name = os.environ.get("DISPLAY")
        if not name:
            raise ScreenUnavailable("there is no screen to record: DISPLAY is not set")
        self.x11 = _x11()
        self.handle = self.x11.XOpenDisplay(os.fsencode(name))
        if not self.handle:
            raise ScreenUnavailable(f"the display {printable(name)} cannot be opened")
        if hasattr(self.x11, "XSetIOErrorExitHandler"):  # libX11 before 1.7 ends the process when the display dies
            self.x11.XSetIOErrorExitHandler.argtypes = [c_void_p, _HANDLER, c_void_p]
            self.x11.XSetIOErrorExitHandler(self.handle, _PASS_OVER, None)
        self.root: int = self.x11.XDefaultRootWindow(self.handle)
        self._atoms: dict[str, int] = {}

    @property
    def alive(self) -> bool:
        """Whether the server is there."""
        poll = select.poll()
        poll.register(self.x11.XConnectionNumber(self.handle), select.POLLIN)
        return not any(state & ~select.POLLIN for _, state in poll.poll(0))

    def close(self) -> None:
        """Close the connection; idempotent."""
        if self.handle and self.alive:  # libX11 waits for ever for a server that has died
            self.x11.XCloseDisplay(self.handle)
        self.handle = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def refused(self) -> bool:
        """Whether any request since the last call was refused."""
        if self.alive:
            self.x11.XSync(self.handle, False)
        was = self.handle in _refused
        _refused.discard(self.handle)
        return was

    def extension(self, name: str) -> int | None:
        """The number under which the server knows an extension; None where it has none of that name."""
        code, event, error = c_int(), c_int(), c_int()
        found = self.x11.XQueryExtension(self.handle, name.encode(), byref(code), byref(event), byref(error))
        return code.value if found else None

    def _atom(self, name: str) -> int:
        if name not in self._atoms:
            self._atoms[name] = self.x11.XInternAtom(self.handle, name.encode(), False)
        return self._atoms[name]

    def _property(self, window: int, name: str) -> tuple[int, int, int]:
        """The format (8, 16 or 32; 0: there is none), the number of items, and their address, to be freed."""
        kind, size, count, left, data = c_ulong(), c_int(), c_ulong(), c_ulong(), c_void_p()
        question = (self.handle, window, self._atom(name), 0, _LONGS, False, 0)
        answers = (byref(kind), byref(size), byref(count), byref(left), byref(data))
        failed = self.x11.XGetWindowProperty(*question, *answers)
        return (0, 0, 0) if failed or not data.value else (size.value, count.value, data.value)

    def numbers(self, window: int, name: str) -> list[int]:
        """A property of 32-bit numbers; empty where the window has none of that name."""
        size, count, data = self._property(window, name)
        found = cast(data, POINTER(c_ulong))[:count] if size == 32 else []  # Xlib gives each as a long of the system
        self.x11.XFree(data)
        return list(found)

    def text(self, window: int, name: str) -> str:
        """A property of text; empty where the window has none of that name."""
        size, count, data = self._property(window, name)
        found = string_at(data, count) if size == 8 else b""
        self.x11.XFree(data)
        try:
            return found.decode()
        except UnicodeDecodeError:  # a program from before Unicode
            return found.decode("latin-1")

    def atoms(self, window: int, name: str, among: Sequence[str]) -> set[str]:
        """The given names that are in a window's list of atoms."""
        listed = self.numbers(window, name)
        return {other for other in among if self._atom(other) in listed}

    def attributes(self, window: int) -> Attributes | None:
        """Attributes of a window; None where there is none of that number."""
        found = Attributes()
        return found if self.x11.XGetWindowAttributes(self.handle, window, byref(found)) else None

    def rect(self, window: int) -> Rect | None:
        """Rectangle of a window on the screen, without its border; None where it is not visible."""
        of = self.attributes(window)
        x, y, child = c_int(), c_int(), XID()
        place = (self.handle, window, self.root, 0, 0, byref(x), byref(y), byref(child))
        if of is None or of.map_state != VIEWABLE or not self.x11.XTranslateCoordinates(*place):
            return None
        return Rect(x.value, y.value, of.width, of.height)

    def _tree(self, window: int) -> tuple[int, list[int]]:
        root, parent, listed, count = XID(), XID(), POINTER(XID)(), c_uint()
        self.x11.XQueryTree(self.handle, window, byref(root), byref(parent), byref(listed), byref(count))
        found = listed[: count.value] if listed else []
        self.x11.XFree(listed)
        return parent.value, found

    def children(self, window: int) -> list[int]:
        """The windows in a window, the lowest first."""
        return self._tree(window)[1]

    def parent(self, window: int) -> int:
        """The window that a window lies in; 0 for the whole screen and where there is no such window."""
        return self._tree(window)[0]

    def pointer(self) -> tuple[int, int, int] | None:
        """Position of the pointer, x and y on the screen, and the top-level window under it, or 0."""
        root, child, x, y, inner_x, inner_y, held = XID(), XID(), c_int(), c_int(), c_int(), c_int(), c_uint()
        answers = (byref(value) for value in (root, child, x, y, inner_x, inner_y, held))
        found = self.x11.XQueryPointer(self.handle, self.root, *answers)
        return (x.value, y.value, child.value) if found else None

    def focus(self) -> int:
        """The window that gets what is typed; 0 for none, 1 for the one that the pointer is in."""
        window, revert = XID(), c_int()
        self.x11.XGetInputFocus(self.handle, byref(window), byref(revert))
        return window.value
