"""Watching of the pointer: its position at a moment, and each of its pictures once."""

import time
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gifsom.recorder.systems.current import Cursor
from gifsom.spool.events import Pointer, Shape


class PointerWatch:
    """Reads the pointer, for one thread at a time; a context manager. Raises `ScreenUnavailable`."""

    def __init__(self) -> None:
        self._cursor = Cursor()
        self._name = self._number = 0  # the system's number of the last picture, and ours
        self._numbers: dict[tuple[object, ...], int] = {}

    def look(self) -> tuple[Pointer, Shape | None]:
        """The pointer now, by `time.perf_counter`, in pixels of the screen, and its shape if it is a new one.

        Shapes are numbered from 1 on, and equal ones have the same number. 0.03 ms.
        """
        x, y, name = self._cursor.look()
        shape = None
        if name != self._name:
            self._name, self._number = name, 0
            if name:
                shape = self._show(*self._cursor.picture())
        return Pointer(time.perf_counter(), x, y, self._number), shape

    def _show(self, pixels: NDArray[np.uint8], hot: tuple[int, int]) -> Shape | None:
        seen = (pixels.shape, pixels.tobytes(), hot)
        known = seen in self._numbers
        self._number = self._numbers.setdefault(seen, len(self._numbers) + 1)
        return None if known else Shape(self._number, pixels, hot)

    def close(self) -> None:
        """End the watch; idempotent."""
        self._cursor.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
