"""The time of a recording."""

import threading
import time


class Clock:
    """Seconds of a recording, which stop during a pause."""

    def __init__(self) -> None:
        self._origin = time.perf_counter()
        self._paused: float | None = None
        self._lock = threading.Lock()

    @property
    def paused(self) -> bool:
        return self._paused is not None

    def now(self) -> float:
        """Seconds from the start, less pauses."""
        with self._lock:
            return (time.perf_counter() if self._paused is None else self._paused) - self._origin

    def at(self, moment: float) -> float:
        """The same for a moment of `time.perf_counter` since the last pause."""
        return moment - self._origin

    def pause(self) -> None:
        """Stop the clock, if it runs."""
        with self._lock:
            if self._paused is None:
                self._paused = time.perf_counter()

    def resume(self) -> None:
        """Start the clock again, if it is stopped."""
        with self._lock:
            if self._paused is not None:
                self._origin += time.perf_counter() - self._paused
                self._paused = None
