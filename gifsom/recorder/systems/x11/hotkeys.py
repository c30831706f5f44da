"""Chords of keys that an X server reports whatever window has the keyboard, by XGrabKey."""

import select
import threading
from collections.abc import Callable, Sequence
from ctypes import POINTER, Structure, byref, c_char_p, c_int, c_long, c_ubyte, c_uint, c_ulong, c_void_p

from gifsom.recorder.keys import CHORD_KEYS, Chord
from gifsom.recorder.systems.x11.xlib import XID, Display, Signatures, load

_PRESSED, _RELEASED = 2, 3
_ASYNC = 1
_BITS = {"Shift": 1, "Ctrl": 4, "Alt": 8, "Super": 64}
_LOCKS = (0, 2, 16, 18)
"""States of Caps Lock and Num Lock, in each of which a chord is to be heard."""

_EVERY = 0.05
"""Seconds between two checks of whether the thread shall end."""


class _Event(Structure):
    """XKeyEvent, at the size of any event."""

    _fields_ = (
        ("type", c_int),
        ("serial", c_ulong),
        ("sent", c_int),
        ("display", c_void_p),
        *((name, XID) for name in ("window", "root", "child")),
        ("time", c_ulong),
        *((name, c_int) for name in ("x", "y", "root_x", "root_y")),
        ("state", c_uint),
        ("code", c_uint),
        ("rest", c_long * 24),
    )


_X11: Signatures = {
    "XStringToKeysym": (c_ulong, [c_char_p]),
    "XKeysymToKeycode": (c_ubyte, [c_void_p, c_ulong]),
    "XGrabKey": (c_int, [c_void_p, c_int, c_uint, XID, c_int, c_int, c_int]),
    "XUngrabKey": (c_int, [c_void_p, c_int, c_uint, XID]),
    "XPending": (c_int, [c_void_p]),
    "XNextEvent": (c_int, [c_void_p, POINTER(_Event)]),
    "XkbSetDetectableAutoRepeat": (c_int, [c_void_p, c_int, c_void_p]),
}


class ChordListener:
    """A thread that passes the number of each chord that is pressed to `put`, until it is closed.

    A chord that is held counts once. Raises `ScreenUnavailable`.

    taken     numbers of the chords that are not heard: another program has them, or the keyboard lacks the key
    triggers  empty: the keys are those that were asked for
    """

    def __init__(self, chords: Sequence[Chord], put: Callable[[int], None]) -> None:
        self.taken: set[int] = set()
        self.triggers: dict[int, str] = {}
        self._put = put
        self._x11 = load("libX11.so.6", _X11)
        self._display = Display()
        self._x11.XkbSetDetectableAutoRepeat(self._display.handle, True, None)
        self._grabbed: dict[tuple[int, int], int] = {}
        for number, chord in enumerate(chords):
            self._grab(number, chord)
        self._held: set[int] = set()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gifsom hotkeys", daemon=True)
        self._thread.start()

    def _grab(self, number: int, chord: Chord) -> None:
        handle, root = self._display.handle, self._display.root
        code = self._x11.XKeysymToKeycode(handle, self._x11.XStringToKeysym(CHORD_KEYS[chord.key][0].encode()))
        bits = sum(_BITS[name] for name in chord.modifiers)
        self._display.refused()
        for lock in _LOCKS if code else ():
            self._x11.XGrabKey(handle, code, bits | lock, root, False, _ASYNC, _ASYNC)
        if not code or self._display.refused():
            self.taken.add(number)
            for lock in _LOCKS if code else ():
                self._x11.XUngrabKey(handle, code, bits | lock, root)
        else:
            self._grabbed[code, bits] = number

    def close(self) -> None:
        """End the thread, and give the chords back; idempotent."""
        self._ended.set()
        self._thread.join()
        self._display.close()

    def _run(self) -> None:
        poll = select.poll()
        poll.register(self._display.x11.XConnectionNumber(self._display.handle), select.POLLIN)
        event = _Event()
        while self._display.alive and not self._ended.is_set():
            while self._x11.XPending(self._display.handle):
                self._x11.XNextEvent(self._display.handle, byref(event))
                self._take(event)
            poll.poll(_EVERY * 1000)

    def _take(self, event: _Event) -> None:
        if event.type == _RELEASED:
            self._held.discard(event.code)
        elif event.type == _PRESSED and event.code not in self._held:
            self._held.add(event.code)
            number = self._grabbed.get((event.code, event.state & sum(_BITS.values())))
            if number is not None:
                self._put(number)
