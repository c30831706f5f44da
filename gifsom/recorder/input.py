"""Clicks and keys while they are watched. Keys are told only where asked: passwords are typed with them."""

import sys
from collections import deque
from typing import Self

from gifsom.spool.events import Click, Key

if sys.platform in ("win32", "darwin"):
    from gifsom.recorder.listening import Listener
else:
    from gifsom.recorder.systems.x11.input import Listener


class InputWatch:
    """Collects the clicks, and where asked the keys, of the whole screen in a thread; a context manager.

    Times are those of `time.perf_counter`, places pixels of the screen; steps of a wheel are no clicks.
    """

    def __init__(self, *, keys: bool = False) -> None:
        self._keys = keys
        self._seen: deque[Click | Key] = deque()
        self._listener: Listener | None = None

    def start(self) -> None:
        """Begin. Raises `ScreenUnavailable`, or `PackageMissing` where this system needs pynput."""
        self._listener = Listener(self._seen.append, self._keys)

    def drain(self) -> list[Click | Key]:
        """What was seen since the last call, in order."""
        return [self._seen.popleft() for _ in range(len(self._seen))]

    def close(self) -> None:
        """End the watch; what was seen can still be drained. More than once does no harm."""
        if self._listener:
            self._listener.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
