# ruff: noqa: N802 - the names are those of the system
"""The functions of Windows that the recorder calls, served by a small desktop in memory.

They take what ctypes hands over: numbers, and `byref` of structures, which they fill in.
"""

import queue
import threading
from dataclasses import dataclass, field
from typing import Any

Place = tuple[int, int, int, int]
"""Left, top, right and bottom."""


@dataclass
class Fake:
    """A window.

    handle   of it
    place    of its frame without the shadow, in pixels
    title    of it
    program  path of its program; empty: it may not be asked
    """

    handle: int
    place: Place
    title: str = ""
    program: str = ""
    visible: bool = True
    iconic: bool = False
    cloaked: bool = False


@dataclass
class Desktop:
    """Windows, the topmost first, and what the user does.

    locked    the lock screen has the input
    taken     modifiers and keys that another program has registered
    dies      handles that are gone as soon as they have been enumerated
    old       it is a Windows from before 2017
    """

    windows: list[Fake] = field(default_factory=list)
    front: int = 0
    locked: bool = False
    taken: set[tuple[int, int]] = field(default_factory=set)
    dies: set[int] = field(default_factory=set)
    pointer: tuple[int, int] = (0, 0)
    awareness: list[int] = field(default_factory=list)
    opened: int = 0
    registered: dict[int, tuple[int, int]] = field(default_factory=dict)
    threads: set[int] = field(default_factory=set)
    messages: "queue.Queue[tuple[int, int]]" = field(default_factory=queue.Queue)

    def dll(self, name: str) -> Any:
        """The library of that name: all functions are in one table here."""
        return self

    def _window(self, handle: int) -> Fake | None:
        return next((one for one in self.windows if one.handle == handle), None)

    # user32

    def SetProcessDpiAwarenessContext(self, value: int) -> int:
        self.awareness.append(value)
        return len(self.awareness) == 1

    def OpenInputDesktop(self, flags: int, inherit: bool, access: int) -> int:
        assert (flags, inherit, access) == (0, False, 1)
        self.opened += not self.locked
        return 0 if self.locked else 77

    def CloseDesktop(self, handle: int) -> int:
        assert handle == 77
        self.opened -= 1
        return 1

    def EnumWindows(self, take: Any, parameter: int) -> int:
        for one in list(self.windows):
            assert take(one.handle, parameter)
        self.windows = [one for one in self.windows if one.handle not in self.dies]
        return 1

    def GetForegroundWindow(self) -> int:
        return self.front

    def IsWindow(self, handle: int) -> int:
        return self._window(handle) is not None

    def IsWindowVisible(self, handle: int) -> int:
        window = self._window(handle)
        return window is not None and window.visible

    def IsIconic(self, handle: int) -> int:
        window = self._window(handle)
        return window is not None and window.iconic

    def GetWindowTextLengthW(self, handle: int) -> int:
        window = self._window(handle)
        return 0 if window is None else len(window.title)

    def GetWindowTextW(self, handle: int, text: Any, room: int) -> int:
        window = self._window(handle)
        text.value = "" if window is None else window.title[: room - 1]
        return len(text.value)

    def GetWindowThreadProcessId(self, handle: int, process: Any) -> int:
        process._obj.value = handle
        return 1

    def GetCursorInfo(self, info: Any) -> int:
        if self.locked:
            return 0
        found = info._obj
        found.flags, found.cursor, found.at.x, found.at.y = 1, 5, *self.pointer
        return 1

    def RegisterHotKey(self, window: None, number: int, modifiers: int, key: int) -> int:
        self.threads.add(threading.get_ident())
        if (modifiers & 15, key) in self.taken:
            return 0
        assert modifiers & 0x4000, "a key that is held counts once"
        self.registered[number] = modifiers & 15, key
        return 1

    def UnregisterHotKey(self, window: None, number: int) -> int:
        self.threads.add(threading.get_ident())
        return self.registered.pop(number, None) is not None

    def PeekMessageW(self, message: Any, *rest: Any) -> int:
        return 0

    def GetMessageW(self, message: Any, *rest: Any) -> int:
        self.threads.add(threading.get_ident())
        message._obj.message, message._obj.wParam = self.messages.get()
        return message._obj.message != 0x12

    def PostThreadMessageW(self, thread: int, message: int, *rest: int) -> int:
        assert thread == 4711
        self.messages.put((message, 0))
        return 1

    # kernel32

    def GetCurrentThreadId(self) -> int:
        return 4711

    def OpenProcess(self, access: int, inherit: bool, process: Any) -> int:
        window = self._window(process.value)
        return process.value if window is not None and window.program else 0

    def QueryFullProcessImageNameW(self, handle: int, flags: int, path: Any, length: Any) -> int:
        window = self._window(handle)
        assert window is not None
        path.value = window.program
        return 1

    def CloseHandle(self, handle: int) -> int:
        return 1

    # dwmapi

    def DwmGetWindowAttribute(self, handle: int, which: int, value: Any, size: int) -> int:
        window = self._window(handle)
        if window is None:
            return -0x7FF8FFFA
        if which == 14:
            value._obj.value = 2 * window.cloaked
        else:
            assert which == 9
            value._obj.left, value._obj.top, value._obj.right, value._obj.bottom = window.place
        return 0
