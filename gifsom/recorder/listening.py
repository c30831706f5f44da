"""Clicks and keys on Windows and macOS, by the package pynput."""

import time
from collections.abc import Callable
from typing import Any

from gifsom.core.errors import PackageMissing
from gifsom.recorder.keys import key_text
from gifsom.spool.events import Click, Key

_HELD = {"shift": "Shift", "ctrl": "Ctrl", "alt": "Alt", "cmd": "Super"}
_BUTTONS = {"left": 1, "middle": 2, "right": 3, "x1": 8, "x2": 9}
_NAMES = {"enter": "Return", "esc": "Escape", "page_up": "Prior", "page_down": "Next", "space": " "}


class Listener:
    """Passes each click, and on request each key, to `put`, from threads of its own, until it is closed.

    Raises `PackageMissing` where pynput is not installed.
    """

    def __init__(self, put: Callable[[Click | Key], None], keys: bool) -> None:
        try:
            from pynput import keyboard, mouse
        except ImportError:
            raise PackageMissing("clicks and keys need the package pynput: pip install 'gifsom[input]'") from None
        self._put = put
        self._held: dict[str, str] = {}
        self._threads: list[Any] = [mouse.Listener(on_click=self._click)]
        if keys:
            self._threads.append(keyboard.Listener(on_press=self._press, on_release=self._release))
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """End the threads; idempotent."""
        for thread in self._threads:
            thread.stop()

    def _click(self, x: float, y: float, button: Any, pressed: bool) -> None:
        if button.name in _BUTTONS:
            self._put(Click(time.perf_counter(), int(x), int(y), _BUTTONS[button.name], pressed))

    def _press(self, key: Any) -> None:
        """`key` has a character or a name, such as "ctrl_l"; with Ctrl held, the character may be a control one."""
        name = getattr(key, "name", None)
        if name and name.partition("_")[0] in _HELD:
            self._held[name] = "AltGr" if name == "alt_gr" else _HELD[name.partition("_")[0]]
            return
        typed = getattr(key, "char", None) or ""
        if "\0" < typed < " ":
            typed = chr(ord(typed) + 96)
        plain = _NAMES.get(name, name.title()) if name else typed.lower()
        held = set(self._held.values())
        if "AltGr" in held:  # Windows tells a Ctrl besides, which nobody pressed
            held -= {"Ctrl"}
        if plain:
            self._put(Key(time.perf_counter(), key_text(held, plain, typed or plain)))

    def _release(self, key: Any) -> None:
        self._held.pop(getattr(key, "name", ""), None)
