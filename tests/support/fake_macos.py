# ruff: noqa: N802 - the names are those of the system
"""The functions of macOS that the recorder calls, served by objects in memory: an address is a place in a list."""

from typing import Any


class Quartz:
    """A desktop.

    Attributes:
        windows: dictionaries as CGWindowListCopyWindowInfo gives them, the topmost first; bounds are x, y, w, h.
        session: the dictionary of the session; None: there is none.
        allowed: whether the screen may be recorded.
        pointer: its position.
        held: objects that were given to be released, and were not yet.
    """

    def __init__(self) -> None:
        self.windows: list[dict[str, Any]] | None = []
        self.session: dict[str, Any] | None = {}
        self.pointer = (0.0, 0.0)
        self.held = 0
        self._objects: list[Any] = [None]

    def allow(self, allowed: bool) -> None:
        """Be a macOS that asks, and has been answered so; before this, it is one that does not ask."""

        def preflight() -> bool:
            return allowed

        self.CGPreflightScreenCaptureAccess = preflight

    def _new(self, value: Any) -> int:
        self._objects.append(value)
        return len(self._objects) - 1

    def CGWindowListCopyWindowInfo(self, options: int, relative: int) -> int | None:
        assert (options, relative) == (17, 0)
        if self.windows is None:
            return None
        self.held += 1
        return self._new([self._new(window) for window in self.windows])

    def CGSessionCopyCurrentDictionary(self) -> int | None:
        if self.session is None:
            return None
        self.held += 1
        return self._new(self.session)

    def CGRectMakeWithDictionaryRepresentation(self, bounds: int | None, rect: Any) -> bool:
        if not bounds:
            return False
        found = rect._obj
        found.x, found.y, found.width, found.height = self._objects[bounds]
        return True

    def CGEventCreate(self, source: None) -> int:
        self.held += 1
        return self._new("event")

    def CGEventGetLocation(self, event: int) -> Any:
        assert self._objects[event] == "event"
        from gifsom.recorder.systems.quartz import _Point

        return _Point(*self.pointer)

    def CFArrayGetCount(self, array: int) -> int:
        return len(self._objects[array])

    def CFArrayGetValueAtIndex(self, array: int, index: int) -> int:
        return int(self._objects[array][index])

    def CFDictionaryGetValue(self, entry: int, key: int) -> int | None:
        found = self._objects[entry].get(self._objects[key])
        return None if found is None else self._new(found)

    def CFNumberGetValue(self, number: int, kind: int, value: Any) -> bool:
        assert kind == 3
        value._obj.value = self._objects[number]
        return True

    def CFBooleanGetValue(self, value: int) -> bool:
        return bool(self._objects[value])

    def CFStringCreateWithCString(self, allocator: None, text: bytes, encoding: int) -> int:
        return self._new(text.decode())

    def CFStringGetCString(self, text: int, buffer: Any, room: int, encoding: int) -> bool:
        data = self._objects[text].encode()
        if len(data) >= room:
            return False
        buffer.value = data
        return True

    def CFRelease(self, thing: int) -> None:
        self.held -= 1
