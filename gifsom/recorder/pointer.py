"""The pointer while it is watched: where it is at a moment, and each of its pictures once."""

import time
from typing import Self

from gifsom.events import Pointer, Shape
from gifsom.recorder.native import Cursor


class PointerWatch:
    """Looks at the pointer, for one thread at a time; a context manager. Raises `ScreenUnavailable`."""

    def __init__(self) -> None:
        self._cursor = Cursor()
        self._by_name = {0: 0}  # the system's number of a picture, and ours: many of the system's look alike
        self._by_look: dict[tuple[object, ...], int] = {}

    def look(self) -> tuple[Pointer, Shape | None]:
        """The pointer now, by `time.perf_counter`, in pixels of the screen, and its shape if it is a new one.

        Shapes are numbered from 1 on, and one that looks like an earlier one has that one's number. 0.03 ms.
        """
        x, y, name = self._cursor.look()
        shape = None
        if name not in self._by_name:
            pixels, hot = self._cursor.picture()
            seen = (pixels.shape, pixels.tobytes(), hot)
            if seen not in self._by_look:
                self._by_look[seen] = len(self._by_look) + 1
                shape = Shape(self._by_look[seen], pixels, hot)
            self._by_name[name] = self._by_look[seen]
        return Pointer(time.perf_counter(), x, y, self._by_name[name]), shape

    def close(self) -> None:
        """End the watch; more than once does no harm."""
        self._cursor.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
