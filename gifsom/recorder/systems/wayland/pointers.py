"""The pointer as a stream of PipeWire tells of it, beside its pictures."""

from collections import deque
from ctypes import addressof, string_at
from typing import Any, Final

import numpy as np

from gifsom.recorder.systems.wayland.pipewire_library import Bitmap
from gifsom.spool.events import Pointer, Shape

_SIDE: Final = 384
_ORDERS: Final = {11: (0, 1, 2, 3), 12: (2, 1, 0, 3), 13: (1, 2, 3, 0), 14: (3, 2, 1, 0)}
"""Places of red, green, blue and alpha in a pixel, by PipeWire's formats RGBA, BGRA, ARGB and ABGR."""


class PointerTrack:
    """Turns what a stream tells into events; each picture of a pointer comes once."""

    def __init__(self) -> None:
        self._events: deque[Pointer | Shape] = deque()
        self._numbers: dict[tuple[object, ...], int] = {}
        self._shapes: list[Shape] = []
        self._number = 0
        self._last: tuple[int, int, int] | None = None

    def hear(self, cursor: Any, moment: float) -> None:
        """Take the metadata of a buffer; its id is 0 where it tells nothing, or the pointer is elsewhere."""
        number = 0
        if cursor.id:
            if cursor.bitmap:
                self._number = self._shape(cursor)
            number = self._number
        at = cursor.x, cursor.y, number
        if at != self._last:
            self._last = at
            self._events.append(Pointer(moment, *at))

    def _shape(self, cursor: Any) -> int:
        """The number of the picture, from 1 on; 0: it is empty."""
        place = addressof(cursor) + cursor.bitmap
        of = Bitmap.from_address(place)
        if of.format not in _ORDERS or not (0 < of.width <= _SIDE and 0 < of.height <= _SIDE):
            return 0
        stride = of.stride or 4 * of.width
        data = np.frombuffer(string_at(place + of.offset, stride * of.height), np.uint8)
        pixels = data.reshape(of.height, stride)[:, : 4 * of.width].reshape(of.height, of.width, 4)
        pixels = np.ascontiguousarray(pixels[..., list(_ORDERS[of.format])])
        hot = cursor.hot_x, cursor.hot_y
        seen = pixels.shape, pixels.tobytes(), hot
        if seen not in self._numbers:
            self._numbers[seen] = len(self._numbers) + 1
            shape = Shape(self._numbers[seen], pixels, hot)
            self._shapes.append(shape)
            self._events.append(shape)
        return self._numbers[seen]

    def restart(self, moment: float) -> None:
        """Leave out what was; the shapes, and where the pointer is now, are told again."""
        self._events.clear()
        self._events.extend(self._shapes)
        if self._last is not None:
            self._events.append(Pointer(moment, *self._last))

    def drain(self) -> list[Pointer | Shape]:
        """Events since the last call, in order."""
        return [self._events.popleft() for _ in range(len(self._events))]
