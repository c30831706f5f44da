"""Clicks and keys of an X server, by the raw events of the XInput2 extension, whatever window receives them."""

import ctypes
import select
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from ctypes import POINTER, Structure, byref, c_char_p, c_double, c_int, c_long, c_ubyte, c_uint, c_ulong, c_void_p
from functools import cache

from gifsom.core.errors import ScreenUnavailable
from gifsom.recorder.keys import key_text
from gifsom.recorder.systems.x11.xlib import XID, Display, Signatures, load
from gifsom.spool.events import Click, Key

_KEY_PRESS, _KEY_RELEASE, _BUTTON_PRESS, _BUTTON_RELEASE = 13, 14, 15, 16
_MASTERS = 1
"""The device id that stands for all mice, and for all keyboards."""

_WHEEL = range(4, 8)
"""Buttons that are steps of a wheel."""

_GENERIC = 35
_SHIFT, _LOCK = 1, 2

_MODIFIERS = {
    "Shift": ("Shift", _SHIFT),
    "Control": ("Ctrl", 4),
    "Alt": ("Alt", 8),
    "Meta": ("Alt", 8),
    "Super": ("Super", 64),
    "ISO_Level3_Shift": ("AltGr", 128),
}
"""Modifiers by the prefix of their key's name: their name in captions, and their bit in the usual layout."""

_SILENT = ("ISO_", "Mode_", "Multi_", "Hyper_", "Caps_", "Num_", "Scroll_", "dead_", "XF86")
"""Prefixes of the names of keys that only modify others, or are not on a keyboard's face."""

_EVERY = 0.05
"""Seconds between two checks of whether the thread shall end."""

_CORE_KEYBOARD = 0x100


class _Mask(Structure):
    """XIEventMask."""

    _fields_ = (("device", c_int), ("length", c_int), ("bits", POINTER(c_ubyte)))


class _Raw(Structure):
    """XIRawEvent, as far as it is needed."""

    _fields_ = (
        ("type", c_int),
        ("serial", c_ulong),
        ("sent", c_int),
        ("display", c_void_p),
        ("extension", c_int),
        ("kind", c_int),
        ("time", c_ulong),
        ("device", c_int),
        ("source", c_int),
        ("detail", c_int),
    )


class _Cookie(Structure):
    """XGenericEventCookie, at the size of any event."""

    _fields_ = (
        ("type", c_int),
        ("serial", c_ulong),
        ("sent", c_int),
        ("display", c_void_p),
        ("extension", c_int),
        ("kind", c_int),
        ("cookie", c_uint),
        ("data", POINTER(_Raw)),
        ("rest", c_long * 24),
    )


class _State(Structure):
    """XkbStateRec, as far as it is needed."""

    _fields_ = (
        ("group", c_ubyte),
        ("locked_group", c_ubyte),
        *((name, ctypes.c_ushort) for name in ("base_group", "latched_group")),
        *((name, c_ubyte) for name in ("held", "base", "latched", "locked")),
        ("rest", c_double * 4),
    )


_X11: Signatures = {
    "XPending": (c_int, [c_void_p]),
    "XNextEvent": (c_int, [c_void_p, POINTER(_Cookie)]),
    "XGetEventData": (c_int, [c_void_p, POINTER(_Cookie)]),
    "XFreeEventData": (None, [c_void_p, POINTER(_Cookie)]),
    "XSync": (c_int, [c_void_p, c_int]),
    "XKeysymToString": (c_char_p, [c_ulong]),
    "XkbGetState": (c_int, [c_void_p, c_uint, POINTER(_State)]),
    "XkbLookupKeySym": (c_int, [c_void_p, c_ubyte, c_uint, POINTER(c_uint), POINTER(c_ulong)]),
}
_XI: Signatures = {
    "XIQueryVersion": (c_int, [c_void_p, POINTER(c_int), POINTER(c_int)]),
    "XISelectEvents": (c_int, [c_void_p, XID, POINTER(_Mask), c_int]),
}


@cache
def _xkbcommon() -> ctypes.CDLL | None:
    """The library with the characters of all keys; Latin-1 and Unicode keysyms need none."""
    with suppress(ScreenUnavailable):
        return load("libxkbcommon.so.0", {"xkb_keysym_to_utf32": (ctypes.c_uint32, [ctypes.c_uint32])})
    return None


class Listener:
    """A thread that passes each click, and on request each key, to `put`, until it is closed.

    A click gets the position of the pointer when its event arrives, less than a millisecond later. Raises
    `ScreenUnavailable` where the display cannot be opened, or does not report events.
    """

    def __init__(self, put: Callable[[Click | Key], None], keys: bool) -> None:
        self._put = put
        self._held: dict[int, tuple[str, int]] = {}
        self._x11, xi = load("libX11.so.6", _X11), load("libXi.so.6", _XI)
        self._display = Display()
        self._opcode = self._display.extension("XInputExtension")
        major, minor = c_int(2), c_int(2)
        if self._opcode is None or xi.XIQueryVersion(self._display.handle, byref(major), byref(minor)):
            self._display.close()
            raise ScreenUnavailable("clicks and keys are not told by this display: it has no XInput 2")
        wanted = [_BUTTON_PRESS, _BUTTON_RELEASE, *([_KEY_PRESS, _KEY_RELEASE] if keys else [])]
        bits = (c_ubyte * 4)(*sum(1 << kind for kind in wanted).to_bytes(4, "little"))
        xi.XISelectEvents(self._display.handle, self._display.root, byref(_Mask(_MASTERS, len(bits), bits)), 1)
        self._x11.XSync(self._display.handle, False)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gifsom-input", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread; idempotent."""
        self._ended.set()
        self._thread.join()
        self._display.close()

    def _run(self) -> None:
        poll = select.poll()
        poll.register(self._display.x11.XConnectionNumber(self._display.handle), select.POLLIN)
        event = _Cookie()
        while self._display.alive and not self._ended.is_set():
            while self._x11.XPending(self._display.handle):
                self._x11.XNextEvent(self._display.handle, byref(event))
                if event.type == _GENERIC and event.extension == self._opcode:
                    self._take(event)
            poll.poll(_EVERY * 1000)

    def _take(self, event: _Cookie) -> None:
        if not self._x11.XGetEventData(self._display.handle, byref(event)):
            return
        now, kind, detail = time.perf_counter(), event.kind, event.data.contents.detail
        self._x11.XFreeEventData(self._display.handle, byref(event))
        if kind in (_BUTTON_PRESS, _BUTTON_RELEASE) and detail not in _WHEEL:
            if at := self._display.pointer():
                self._put(Click(now, at[0], at[1], detail, kind == _BUTTON_PRESS))
        elif kind == _KEY_PRESS and (text := self._press(detail)):
            self._put(Key(now, text))
        elif kind == _KEY_RELEASE:
            self._held.pop(detail, None)

    def _press(self, code: int) -> str | None:
        """Text of a pressed key together with held modifiers; None for a modifier itself.

        Held keys are tracked by events: by the time that one is read, the server may be ahead.
        """
        state = _State()
        self._x11.XkbGetState(self._display.handle, _CORE_KEYBOARD, byref(state))
        bits = state.locked | state.group << 13
        for _, bit in self._held.values():
            bits |= bit
        name, _ = self._symbol(code, bits & ~(_SHIFT | _LOCK))
        for beginning, modifier in _MODIFIERS.items():
            if name.startswith(beginning):
                self._held[code] = modifier
                return None
        if not name or name.startswith(_SILENT):
            return None
        _, typed = self._symbol(code, bits)
        held = {modifier for modifier, _ in self._held.values()}
        _, plain = self._symbol(code, bits & ~(_SHIFT | _LOCK))
        return key_text(held, plain or name.removeprefix("KP_"), typed or name)

    def _symbol(self, code: int, bits: int) -> tuple[str, str]:
        """The name of a key's symbol with these modifiers, and its character; empty where there is none."""
        rest, symbol = c_uint(), c_ulong()
        if not self._x11.XkbLookupKeySym(self._display.handle, code, bits, byref(rest), byref(symbol)):
            return "", ""
        name = self._x11.XKeysymToString(symbol.value) or b""
        return name.decode("latin-1"), _character(symbol.value)


def _character(symbol: int) -> str:
    if symbol >= 0x0100_0000:
        number = symbol - 0x0100_0000
    elif symbol < 0x100:
        number = symbol
    else:
        library = _xkbcommon()
        number = library.xkb_keysym_to_utf32(symbol) if library else 0
    return chr(number) if number <= 0x10FFFF and chr(number).isprintable() else ""
