"""Files on the clipboard of an X server, offered by a process of its own until another program takes its place.

`python -m gifsom.recorder.systems.x11.clipboard FILE...` ends as soon as they are there. Who asks gets them as files
or, in a text, as their paths (Inter-Client Communication Conventions Manual 2.0, section 2).
"""

import os
import sys
from collections.abc import Sequence
from ctypes import POINTER, Structure, byref, c_char_p, c_int, c_long, c_uint, c_ulong, c_void_p
from ctypes import Union as CUnion
from pathlib import Path
from typing import Final

from gifsom.core.errors import ScreenUnavailable
from gifsom.recorder.systems.x11.xlib import XID, Display, Signatures, load

CLIPBOARD: Final = "CLIPBOARD"
ATOM: Final = "ATOM"
TARGETS: Final = "TARGETS"

CLEAR, REQUEST, NOTIFY = 29, 30, 31
"""Types of events: another program has the clipboard now; one asks for what is on it; the answer to that."""


class _Request(Structure):
    """XSelectionRequestEvent."""

    _fields_ = (
        ("type", c_int),
        ("serial", c_ulong),
        ("send_event", c_int),
        ("display", c_void_p),
        *((name, XID) for name in ("owner", "requestor", "selection", "target", "property", "time")),
    )


class _Answer(Structure):
    """XSelectionEvent."""

    _fields_ = (
        ("type", c_int),
        ("serial", c_ulong),
        ("send_event", c_int),
        ("display", c_void_p),
        *((name, XID) for name in ("requestor", "selection", "target", "property", "time")),
    )


class _Event(CUnion):
    """XEvent."""

    _fields_ = (("type", c_int), ("request", _Request), ("answer", _Answer), ("pad", c_long * 24))


_SIGNATURES: Signatures = {
    "XCreateSimpleWindow": (XID, [c_void_p, XID, c_int, c_int, c_uint, c_uint, c_uint, c_ulong, c_ulong]),
    "XSetSelectionOwner": (c_int, [c_void_p, XID, XID, XID]),
    "XGetSelectionOwner": (XID, [c_void_p, XID]),
    "XInternAtom": (XID, [c_void_p, c_char_p, c_int]),
    "XNextEvent": (c_int, [c_void_p, POINTER(_Event)]),
    "XChangeProperty": (c_int, [c_void_p, XID, XID, XID, c_int, c_int, c_void_p, c_int]),
    "XSendEvent": (c_int, [c_void_p, XID, c_int, c_long, POINTER(_Event)]),
    "XFlush": (c_int, [c_void_p]),
}


class Clipboard:
    """The clipboard of a display, with files on it from `take` on.

    display  a connection that nothing else uses
    paths    absolute
    """

    def __init__(self, display: Display, paths: Sequence[Path]) -> None:
        self.display = display
        self._x11 = load("libX11.so.6", _SIGNATURES)
        uris = [path.as_uri() for path in paths]
        text = "\n".join(map(str, paths))
        self._offered = {
            "text/uri-list": "".join(f"{uri}\r\n" for uri in uris),
            "x-special/gnome-copied-files": "\n".join(["copy", *uris]),
            "UTF8_STRING": text,
            "text/plain;charset=utf-8": text,
            "text/plain": text,
        }

    def take(self) -> None:
        """Put the files on the clipboard. Raises `ScreenUnavailable`."""
        handle = self.display.handle
        window = self._x11.XCreateSimpleWindow(handle, self.display.root, 0, 0, 1, 1, 0, 0, 0)
        self._x11.XSetSelectionOwner(handle, self._atom(CLIPBOARD), window, 0)
        if self._x11.XGetSelectionOwner(handle, self._atom(CLIPBOARD)) != window:
            raise ScreenUnavailable("the clipboard of the display is not given away")

    def serve(self) -> None:
        """Answer those who ask, until another program has the clipboard or the display is gone."""
        event = _Event()
        while self.display.alive:
            self._x11.XNextEvent(self.display.handle, byref(event))
            if event.type == CLEAR:
                return
            if event.type == REQUEST:
                self._answer(event.request)

    def _answer(self, asked: _Request) -> None:
        place = asked.property or asked.target  # programs from before ICCCM name none
        given = self._put(asked.requestor, place, asked.target)
        answer = _Event()
        answer.answer = _Answer(
            type=NOTIFY,
            requestor=asked.requestor,
            selection=asked.selection,
            target=asked.target,
            property=place if given else 0,
            time=asked.time,
        )
        self._x11.XSendEvent(self.display.handle, asked.requestor, False, 0, byref(answer))
        self._x11.XFlush(self.display.handle)

    def _put(self, window: int, place: int, target: int) -> bool:
        """Write what is asked into a property of a window; False: there is no such thing."""
        change = (self.display.handle, window, place)
        names = {self._atom(name): name for name in (TARGETS, *self._offered)}
        if target not in names:
            return False
        if names[target] == TARGETS:
            atoms = (c_ulong * len(names))(*names)  # Xlib takes 32 bits as a long of the system
            self._x11.XChangeProperty(*change, self._atom(ATOM), 32, 0, atoms, len(names))
        else:
            data = self._offered[names[target]].encode(errors="surrogateescape")
            self._x11.XChangeProperty(*change, target, 8, 0, data, len(data))
        return True

    def _atom(self, name: str) -> int:
        return int(self._x11.XInternAtom(self.display.handle, name.encode(), False))


def offer(paths: Sequence[Path]) -> None:
    """Put files on the clipboard, and go on in a process of its own. Raises `ScreenUnavailable`."""
    clipboard = Clipboard(Display(), paths)
    clipboard.take()
    if os.fork() == 0:
        clipboard.serve()


if __name__ == "__main__":
    offer([Path(name) for name in sys.argv[1:]])
