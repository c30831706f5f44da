"""Watching of clicks and keys. Keys are reported only on request, since passwords are typed with them."""

import sys
from collections import deque
from typing import Self

from gifsom.spool.events import Click, Key

if sys.platform in ("win32", "darwin"):
    from gifsom.recorder.listening import Listener
else:
    from gifsom.recorder.systems.x11.input import Listener


class InputWatch:
    """Collects the clicks, and on request the keys, of the whole screen in a thread; a context manager.

    Times are those of `time.perf_counter`, positions pixels of the screen; steps of a wheel are no clicks.
    """

    def __init__(self, *, keys: bool = False, shortcuts: bool = False) -> None:
        """`keys`: also keys; `shortcuts`: of them only combinations and function keys: nothing that is typed."""
        self._keys, self._shortcuts = keys or shortcuts, shortcuts
        self._seen: deque[Click | Key] = deque()
        self._listener: Listener | None = None

    def start(self) -> None:
        """Start the thread. Raises `ScreenUnavailable`, or `PackageMissing` where this system needs pynput."""
        self._listener = Listener(self._put, self._keys)

    def _put(self, event: Click | Key) -> None:
        if not (self._shortcuts and isinstance(event, Key) and not event.shortcut):
            self._seen.append(event)

    def drain(self) -> list[Click | Key]:
        """Events since the last call, in order."""
        return [self._seen.popleft() for _ in range(len(self._seen))]

    def close(self) -> None:
        """End the watch; collected events can still be drained. Idempotent."""
        if self._listener:
            self._listener.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
