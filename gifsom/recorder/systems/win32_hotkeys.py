"""Chords of keys that Windows reports whatever window has the keyboard, by RegisterHotKey."""

import threading
from collections.abc import Callable, Sequence
from ctypes import byref
from ctypes.wintypes import MSG

from gifsom.recorder.keys import CHORD_KEYS, Chord
from gifsom.recorder.systems.win32 import dll

_BITS = {"Alt": 1, "Ctrl": 2, "Shift": 4, "Super": 8}
_NO_REPEAT = 0x4000
_QUIT, _HOTKEY = 0x0012, 0x0312


class ChordListener:
    """A thread that passes the number of each chord that is pressed to `put`, until it is closed.

    taken     numbers of the chords that are not heard: another program has them
    triggers  empty: the keys are those that were asked for
    """

    def __init__(self, chords: Sequence[Chord], put: Callable[[int], None]) -> None:
        self.taken: set[int] = set()
        self.triggers: dict[int, str] = {}
        self._chords, self._put = chords, put
        self._ready = threading.Event()
        self._id = 0
        self._thread = threading.Thread(target=self._run, name="gifsom hotkeys", daemon=True)
        self._thread.start()
        self._ready.wait()

    def close(self) -> None:
        """End the thread, and give the chords back; idempotent."""
        if self._thread.is_alive():
            dll("user32").PostThreadMessageW(self._id, _QUIT, 0, 0)
            self._thread.join()

    def _run(self) -> None:
        """Register and listen in one thread: messages come to the one that has registered."""
        user, message = dll("user32"), MSG()
        self._id = dll("kernel32").GetCurrentThreadId()
        user.PeekMessageW(byref(message), None, 0, 0, 0)  # makes the queue to which the end is posted
        for number, chord in enumerate(self._chords):
            bits = sum(_BITS[name] for name in chord.modifiers) | _NO_REPEAT
            if not user.RegisterHotKey(None, number, bits, CHORD_KEYS[chord.key][1]):
                self.taken.add(number)
        self._ready.set()
        while user.GetMessageW(byref(message), None, 0, 0) > 0:
            if message.message == _HOTKEY:
                self._put(message.wParam)
        for number in set(range(len(self._chords))) - self.taken:
            user.UnregisterHotKey(None, number)
