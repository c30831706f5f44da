"""Format of the log of a recording: a file `*.gsr`, written from front to back and never changed.

Whatever ends a recording, all records written whole can be read. Numbers are little-endian, times are microseconds
from the recording's start, places are pixels of its canvas.

    header   8  magic, 89 47 53 52 0D 0A 1A 0A
             2  version, 2            2  zero
             4  width                 4  height            8  frames a second, float64
             8  wall-clock time of the start, microseconds since 1970
             4  crc32 of the 36 bytes before

    record   4  magic, "gsr>"         1  type              1  flags                2  zero
             8  time, signed
             4  x, signed             4  y, signed         4  w                    4  h
             4  length of the payload
             4  crc32 of the 36 bytes before and of the payload
             .  payload

    type          x, y        w, h              flags       payload
    1 keyframe    0, 0        the canvas's                  the picture as `gifsom.spool.pack` packs it
    2 delta       its place   its size                      the part that changed, likewise
    3 heartbeat                                             (until this time nothing changed)
    4 pointer     its place   number of shape
    5 shape       hot spot    its size                      number, 4 bytes; RGBA, colors multiplied by alpha
    6 click       its place   button            1: pressed
    7 key                                                   the text in UTF-8
    8 gap                     frames dropped
    9 end                                                   (what is at this time or later does not count)
   10 canvas                  its size from here on, no side smaller than before; a keyframe is the next picture

Unused fields are zero. The first picture is a keyframe, and nothing follows an end. A reader stops at the
first record that breaks any of this. A change of the format gives it another version; version 1 had no canvas.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import BinaryIO, Final, TypeAlias
from zlib import crc32

import numpy as np

from gifsom.core.frame import Rect
from gifsom.spool.events import Click, Key, Pointer, Shape
from gifsom.spool.pack import is_packed

MAGIC: Final = b"\x89GSR\r\n\x1a\n"
VERSION: Final = 2

_HEADER: Final = struct.Struct("<8sHHIIdq")
_RECORD: Final = struct.Struct("<4sBBHqiiIII")
_NUMBER: Final = struct.Struct("<I")
_MARK: Final = b"gsr>"

HEADER_BYTES: Final = _HEADER.size + _NUMBER.size
_HEAD_BYTES: Final = _RECORD.size + _NUMBER.size

LONGEST: Final = 7 * 86_400.0
"""Seconds; a later time is damage."""

LATE: Final = 5.0
"""Seconds by which a record may be older than one before it: clicks and pictures come from different threads."""

SLOWEST: Final = 0.01
FASTEST: Final = 1000.0
"""Frames a second of a recording."""

SHAPE_SIDE: Final = 512
KEY_BYTES: Final = 256
"""Longest side of a pointer's picture in pixels, and longest text of a key."""


class Kind(IntEnum):
    """The types of records."""

    KEYFRAME = 1
    DELTA = 2
    HEARTBEAT = 3
    POINTER = 4
    SHAPE = 5
    CLICK = 6
    KEY = 7
    GAP = 8
    END = 9
    CANVAS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A packed rectangle, which the canvas shows from `time` on; the first one covers it all."""

    time: float
    box: Rect
    packed: bytes


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Nothing changed until `time`."""

    time: float


@dataclass(frozen=True, slots=True)
class Gap:
    """Frames dropped before `time`."""

    time: float
    frames: int


@dataclass(frozen=True, slots=True)
class End:
    """The recording ends at `time`."""

    time: float


@dataclass(frozen=True, slots=True)
class Canvas:
    """The canvas has that width and height from here on; what is new of it is black."""

    size: tuple[int, int]


Event: TypeAlias = Picture | Heartbeat | Pointer | Shape | Click | Key | Gap | End | Canvas


@dataclass(frozen=True, slots=True)
class Header:
    """Header of a log.

    version  of the format; where it is not VERSION, the rest means nothing
    size     width and height of the canvas in pixels
    fps      of the recording
    started  seconds since 1970
    """

    version: int
    size: tuple[int, int]
    fps: float
    started: float

    def encode(self) -> bytes:
        head = _HEADER.pack(MAGIC, self.version, 0, *self.size, self.fps, round(self.started * 1e6))
        return head + _NUMBER.pack(crc32(head))

    @classmethod
    def decode(cls, head: bytes) -> "Header | None":
        """Decode HEADER_BYTES bytes that begin with MAGIC; None where they are damaged."""
        _, version, zero, width, height, fps, started = _HEADER.unpack_from(head)
        header = cls(version, (width, height), fps, started / 1e6)
        sound = crc32(head[: _HEADER.size]) == _NUMBER.unpack_from(head, _HEADER.size)[0]
        valid = sound and not zero and version and width and height and SLOWEST <= fps <= FASTEST
        return header if valid or version > VERSION else None


def is_recording(head: bytes) -> bool:
    """Whether a file that begins with these bytes, 8 or more, is a log."""
    return head.startswith(MAGIC)


def encode(
    kind: Kind, time: float, x: int = 0, y: int = 0, w: int = 0, h: int = 0, *, flags: int = 0, payload: bytes = b""
) -> bytes:
    """Encode a record. A time before the start counts as the start."""
    head = _RECORD.pack(_MARK, kind, flags, 0, max(0, round(time * 1e6)), x, y, w, h, len(payload))
    return b"".join([head, _NUMBER.pack(crc32(payload, crc32(head))), payload])


def encode_shape(shape: Shape) -> bytes:
    """Encode the record of a pointer's picture, whose sides are at most SHAPE_SIDE."""
    height, width = shape.pixels.shape[:2]
    payload = _NUMBER.pack(shape.number) + shape.pixels.tobytes()
    return encode(Kind.SHAPE, 0.0, *shape.hot, width, height, payload=payload)


def records(file: BinaryIO, size: tuple[int, int], length: int) -> Iterator[tuple[int, float, Event]]:
    """Each record after the header, up to `length` or the first invalid one: end offset, time, event.

    `size` is that of the canvas at the beginning. The time of a late record is the latest one so far.
    """
    at, latest, begun = HEADER_BYTES, 0.0, False
    file.seek(at)
    while len(head := file.read(_HEAD_BYTES)) == _HEAD_BYTES:
        mark, kind, flags, zero, micros, x, y, w, h, count = _RECORD.unpack_from(head)
        at += len(head) + count
        if mark != _MARK or zero or at > length or count > _most(size):
            return
        payload = file.read(count)
        if crc32(payload, crc32(head[: _RECORD.size])) != _NUMBER.unpack_from(head, _RECORD.size)[0]:
            return
        time = micros / 1e6
        if not 0 <= time <= LONGEST or (time < latest - LATE and kind not in (Kind.SHAPE, Kind.END)):
            return
        event = _decode(kind, flags, time, (x, y, w, h), payload, size)
        if event is None or (kind == Kind.DELTA and not begun):
            return
        begun = begun or kind == Kind.KEYFRAME
        if isinstance(event, Canvas):
            size, begun = event.size, False
        if kind == Kind.END:
            yield at, time, event
            return
        latest = max(latest, time)
        yield at, latest, event


def _most(size: tuple[int, int]) -> int:
    """Bytes of the longest payload for a canvas of that size: incompressible data grows a little."""
    return max(3 * size[0] * size[1] * 65 // 64, 4 * SHAPE_SIDE**2) + 1024


def _decode(
    kind: int, flags: int, time: float, place: tuple[int, int, int, int], payload: bytes, size: tuple[int, int]
) -> Event | None:
    """The event of a record; None where it is invalid."""
    x, y, w, h = place
    if kind in (Kind.KEYFRAME, Kind.DELTA):
        inside = 0 <= x < x + w <= size[0] and 0 <= y < y + h <= size[1]
        if not inside or flags or (kind == Kind.KEYFRAME and (w, h) != size):
            return None
        box = Rect(x, y, w, h)
        return Picture(time, box, payload) if is_packed(payload, box) else None
    if kind == Kind.SHAPE:
        sized = 0 < w <= SHAPE_SIDE and 0 < h <= SHAPE_SIDE and len(payload) == _NUMBER.size + 4 * w * h
        if not sized or flags:
            return None
        pixels = np.frombuffer(payload, np.uint8, offset=_NUMBER.size).reshape(h, w, 4)
        return Shape(_NUMBER.unpack_from(payload)[0], pixels, (x, y))
    if kind == Kind.KEY and (flags, place) == (0, (0, 0, 0, 0)) and len(payload) <= KEY_BYTES:
        try:
            return Key(time, payload.decode())
        except UnicodeDecodeError:
            return None
    match kind, flags, place, payload:
        case Kind.HEARTBEAT, 0, (0, 0, 0, 0), b"":
            return Heartbeat(time)
        case Kind.POINTER, 0, (_, _, _, 0), b"":
            return Pointer(time, x, y, w)
        case Kind.CLICK, 0 | 1, (_, _, _, 0), b"":
            return Click(time, x, y, w, bool(flags))
        case Kind.GAP, 0, (0, 0, _, 0), b"":
            return Gap(time, w)
        case Kind.END, 0, (0, 0, 0, 0), b"":
            return End(time)
        case Kind.CANVAS, 0, (0, 0, _, _), b"" if w >= size[0] and h >= size[1]:
            return Canvas((w, h))
    return None


def is_cut(file: BinaryIO, left: int) -> bool:
    """Whether the record that begins here, `left` bytes before the file's end, is longer than that."""
    head = file.read(_HEAD_BYTES)
    return left < _HEAD_BYTES or (head.startswith(_MARK) and _RECORD.unpack_from(head)[-1] > left - _HEAD_BYTES)
