"""Arrays between guard zones, which no kernel may change."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

GUARD = 0xA5
ZONE = 256
"""Bytes before and behind an array."""


class Zones:
    """Makes copies of arrays that lie between guard zones, and looks whether these are as they were."""

    def __init__(self) -> None:
        self._rooms: list[NDArray[np.uint8]] = []

    def copy(self, array: NDArray[Any]) -> NDArray[Any]:
        room = np.full(array.nbytes + 2 * ZONE, GUARD, np.uint8)
        inner = room[ZONE : ZONE + array.nbytes].view(array.dtype).reshape(array.shape)
        inner[...] = array
        self._rooms.append(room)
        return inner

    def check(self) -> None:
        for room in self._rooms:
            assert (room[:ZONE] == GUARD).all(), "written before an array"
            assert (room[-ZONE:] == GUARD).all(), "written behind an array"


def refusals(arguments: dict[str, Any], written: set[str]) -> list[tuple[dict[str, Any], type[Exception]]]:
    """Calls that must raise: each array of another dtype, one longer, with gaps; those `written` read-only."""
    calls: list[tuple[dict[str, Any], type[Exception]]] = []
    for name, value in arguments.items():
        if not isinstance(value, np.ndarray):
            continue
        other = np.int16 if value.dtype != np.int16 else np.int32
        with np.errstate(invalid="ignore"):
            calls.append((arguments | {name: value.astype(other)}, TypeError))
        calls.append((arguments | {name: value[None]}, ValueError))
        gaps = np.repeat(value, 2, axis=-1)[..., ::2]
        assert gaps.shape == value.shape
        calls.append((arguments | {name: gaps}, ValueError))
        if name in written:
            fixed = value.copy()
            fixed.flags.writeable = False
            calls.append((arguments | {name: fixed}, ValueError))
    return calls
