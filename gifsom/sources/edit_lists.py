"""How long an MP4 or MOV shows each of its tracks: ffmpeg tells only how long the longest of them is.

A track may be shown in part, from within a picture on or to the midst of one (ISO/IEC 14496-12, 8.6.6).
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

DEEP: Final = {b"moov", b"trak", b"mdia", b"edts"}
"""Boxes that have boxes inside."""

WANTED: Final = {b"mvhd", b"tkhd", b"elst"}
"""Boxes that are read."""

MOST: Final = 10_000
"""Boxes beside each other that are looked at."""

LARGEST: Final = 1 << 20
"""Bytes of such a box."""


def shown_seconds(path: os.PathLike[str], number: int) -> float | None:
    """Seconds that the track of a number, from 0 on, is shown; None where the file does not say it."""
    scale, track, seconds = 0, -1, None
    with Path(path).open("rb") as file:
        for kind, data in _boxes(file, 0, file.seek(0, os.SEEK_END)):
            wide = data[:1] == b"\1"
            if kind == b"mvhd":
                scale = _whole(data, 20 if wide else 12, 4)
            elif kind == b"tkhd":
                track += 1
                if track == number and scale:
                    seconds = _whole(data, 28 if wide else 20, 8 if wide else 4) / scale
            elif kind == b"elst" and track == number and scale:
                seconds = sum(_edits(data, wide)) / scale
    return seconds or None


def _edits(data: bytes, wide: bool) -> Iterator[int]:
    """Lengths of the edits that show something."""
    step, size = (20, 8) if wide else (12, 4)
    for at in range(8, min(len(data) - step, 8 + step * (_whole(data, 4, 4) - 1)) + 1, step):
        if _whole(data, at + size, size) != (1 << 8 * size) - 1:  # -1: nothing is shown
            yield _whole(data, at, size)


def _whole(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size])


def _boxes(file: BinaryIO, at: int, end: int, depth: int = len(DEEP)) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of the boxes that are wanted, in the order of the file, `depth` boxes deep at most."""
    for _ in range(MOST):
        if at + 8 > end:
            return
        file.seek(at)
        head = file.read(16)
        size, kind, inside = _whole(head, 0, 4), head[4:8], at + 8
        if size == 1:
            size, inside = _whole(head, 8, 8), at + 16
        elif size == 0:
            size = end - at
        if size < inside - at:
            return
        if kind in DEEP and depth:
            yield from _boxes(file, inside, min(end, at + size), depth - 1)
        elif kind in WANTED:
            file.seek(inside)
            yield kind, file.read(min(LARGEST, at + size - inside))
        at += size
