"""A stream of pictures from PipeWire: the newest ones, and the pointer beside them.

PipeWire calls from a thread of its own. A picture that comes sooner than the rate allows is held back, not copied,
until it is due or a newer one takes its place. Times are those of the stream where it gives them, else of arrival.
"""

import threading
import time
from collections import deque
from ctypes import byref, c_uint8, c_void_p, cast, create_string_buffer, string_at
from typing import Any, Final

import numpy as np

from gifsom.core.errors import GifsomError, ScreenUnavailable, printable
from gifsom.core.frame import Pixels
from gifsom.recorder.feed import Pacer, Shot
from gifsom.recorder.systems.wayland import pipewire_library as c
from gifsom.recorder.systems.wayland import pod
from gifsom.recorder.systems.wayland.pixels import XRGB8888, to_bgrx, upright
from gifsom.recorder.systems.wayland.pointers import PointerTrack

_FORMATS: Final = {
    8: XRGB8888,
    12: XRGB8888,
    7: int.from_bytes(b"XB24", "little"),
    11: int.from_bytes(b"AB24", "little"),
    9: int.from_bytes(b"BX24", "little"),
    13: int.from_bytes(b"BA24", "little"),
    10: int.from_bytes(b"RX24", "little"),
    14: int.from_bytes(b"RA24", "little"),
    80: int.from_bytes(b"XR30", "little"),
    81: int.from_bytes(b"XB30", "little"),
    84: int.from_bytes(b"AR30", "little"),
    85: int.from_bytes(b"AB30", "little"),
}
"""Formats of PipeWire that are asked for, the best first, and their DRM ones; the last ones have 10 bits."""

_FORMAT_OBJECT, _BUFFERS_OBJECT, _META_OBJECT = 0x40003, 0x40004, 0x40005
_ENUM_FORMAT, _FORMAT, _BUFFERS, _META = 3, 4, 5, 6
_VIDEO, _RAW = 2, 1
_K_FORMAT, _K_SIZE = 0x20001, 0x20003
_HEADER, _CROP, _CURSOR, _TRANSFORM = 1, 2, 5, 8
_FLAGS: Final = 1 | 4 | 128
"""PW_STREAM_FLAG_AUTOCONNECT, MAP_BUFFERS and DONT_RECONNECT: never to another source when this one is gone."""

_MEMORY: Final = 1 << 1 | 1 << 2
"""Kinds of memory that a program can read: SPA_DATA_MemPtr and MemFd."""

_POINTER: Final = 28 + 20
_LARGEST: Final = 384
"""Longest side of a pointer's picture."""

_ERROR, _UNCONNECTED, _PAUSED = -1, 0, 2
_CORRUPTED: Final = 1
_WAITING: Final = 8
"""Pictures that wait for the recorder; more are lost."""


class PictureStream:
    """Pictures of a node, from `__init__` to `close`.

    Attributes:
        pacer: of the pictures that are copied.
        lost: pictures that found no room.
        pointers: the pointer, as the stream tells of it.
    """

    def __init__(self, file: int, node: int) -> None:
        """Connect to PipeWire by the file that the portal gave, which PipeWire closes. Raises `ScreenUnavailable`."""
        self.pacer = Pacer(10)
        self.lost = 0
        self.pointers = PointerTrack()
        self._reason = ""
        self._size = (0, 0)
        self._format = 0
        self._held: Any = None
        self._latest: Shot | None = None
        self._waiting: deque[Shot] = deque()
        self._changed = threading.Condition()
        self._woken = False
        self._streamed = False
        self._pw = pipewire = c.pipewire()
        self._events = c.Events(
            version=2,
            state_changed=c.STATE_CHANGED(self._state),
            param_changed=c.PARAM_CHANGED(self._param),
            process=c.PROCESS(self._process),
        )
        self._hook = c.Hook()
        self._loop = pipewire.pw_thread_loop_new(b"gifsom", None)
        self._context = pipewire.pw_context_new(pipewire.pw_thread_loop_get_loop(self._loop), None, 0)
        pipewire.pw_thread_loop_start(self._loop)
        pipewire.pw_thread_loop_lock(self._loop)
        core = pipewire.pw_context_connect_fd(self._context, file, None, 0) if self._context else None
        self._stream = None
        if core:
            properties = pipewire.pw_properties_new_string(
                b'media.type = "Video" media.category = "Capture" media.role = "Screen"'
            )
            self._stream = pipewire.pw_stream_new(core, b"gifsom", properties)
            pipewire.pw_stream_add_listener(self._stream, byref(self._hook), byref(self._events), None)
            params = _params(_wanted_format())
            failed = pipewire.pw_stream_connect(self._stream, 0, node, _FLAGS, *params)
        pipewire.pw_thread_loop_unlock(self._loop)
        if not core or failed < 0:
            self.close()
            raise ScreenUnavailable("PipeWire does not give the desktop's pictures: is it running?")

    def next(self, until: float) -> Shot | None:
        """The next picture; None: none came until that moment, or `wake` was called. Raises `ScreenUnavailable`."""
        while True:
            now = time.perf_counter()
            if self._held is not None and now >= self.pacer.ready:
                self._release()
            with self._changed:
                if self._waiting:
                    return self._waiting.popleft()
                if self._reason:
                    raise ScreenUnavailable(self._reason)
                if self._woken or now >= until:
                    self._woken = False
                    return None
                due = min(until, self.pacer.ready) if self._held is not None else until
                self._changed.wait(max(0.0, due - now))

    def newest(self) -> Shot | None:
        """The newest picture of all, as if it had just come; what waits is left out."""
        self._release()
        with self._changed:
            self._waiting.clear()
            latest = self._latest
        return None if latest is None else Shot(time.perf_counter(), latest.pixels)

    def again(self) -> None:
        """Let the newest picture of all come next, as if it had just come."""
        shot = self.newest()
        with self._changed:
            if shot is not None:
                self._waiting.append(shot)

    def wake(self) -> None:
        """End a `next` of another thread."""
        with self._changed:
            self._woken = True
            self._changed.notify()

    def end(self, reason: str) -> None:
        """Let `next` raise that there will be no more pictures, once it has given those that are there."""
        with self._changed:
            self._reason = self._reason or reason
            self._changed.notify()

    def close(self) -> None:
        """End the stream; idempotent."""
        if self._loop is None:
            return
        self._pw.pw_thread_loop_lock(self._loop)
        if self._stream:
            self._pw.pw_stream_destroy(self._stream)
            self._stream = None
        self._pw.pw_thread_loop_unlock(self._loop)
        self._pw.pw_thread_loop_stop(self._loop)
        if self._context:
            self._pw.pw_context_destroy(self._context)
        self._pw.pw_thread_loop_destroy(self._loop)
        self._loop = None

    def _release(self) -> None:
        """Copy the picture that was held back."""
        self._pw.pw_thread_loop_lock(self._loop)
        if self._held is not None and self._stream:
            buffer, moment = self._held
            self._held = None
            self._copy(buffer, moment)
            self._pw.pw_stream_queue_buffer(self._stream, buffer)
        self._pw.pw_thread_loop_unlock(self._loop)

    def _state(self, _: Any, old: int, new: int, error: bytes | None) -> None:
        if new == _ERROR:
            self.end(f"PipeWire has ended the stream: {printable((error or b'').decode(errors='replace'))}")
        elif new == _UNCONNECTED and old != _UNCONNECTED and self._stream:
            self.end("the desktop has ended the stream")

    def _param(self, _: Any, id: int, param: int | None) -> None:
        if id != _FORMAT or not param:
            return
        size = int.from_bytes(string_at(param, 4), "little")
        found = pod.fields(string_at(param, 8 + size))
        self._held = None  # its memory goes with the old format
        self._size = found.get(_K_SIZE, (0, 0))[:2]  # type: ignore[assignment]
        self._format = found.get(_K_FORMAT, (0,))[0]
        self._pw.pw_stream_update_params(self._stream, *_params(*_wanted_buffers()))

    def _process(self, _: Any) -> None:
        """Take all buffers that have come. What fails here cannot be raised: it ends the stream."""
        try:
            while buffer := self._pw.pw_stream_dequeue_buffer(self._stream):
                self._take(buffer)
        except GifsomError as error:
            self.end(str(error))
        except Exception as error:
            self.end(f"an error within gifsom: {printable(error)}")

    def _take(self, buffer: Any) -> None:
        now = time.perf_counter()
        moment = now
        if (header := _meta(buffer, _HEADER, c.Header)) is not None and now - 1 < header.pts / 1e9 <= now:
            moment = header.pts / 1e9
        if (cursor := _meta(buffer, _CURSOR, c.Cursor)) is not None:
            self.pointers.hear(cursor, moment)
        if not _has_picture(buffer):
            self._pw.pw_stream_queue_buffer(self._stream, buffer)
            return
        if self._held is not None:
            self._pw.pw_stream_queue_buffer(self._stream, self._held[0])
            self._held = None
        if moment >= self.pacer.ready:
            self._copy(buffer, moment)
            self._pw.pw_stream_queue_buffer(self._stream, buffer)
            return
        with self._changed:
            self._held = buffer, moment
            self._changed.notify()

    def _copy(self, buffer: Any, moment: float) -> None:
        data = buffer.contents.buffer.contents.data[0]
        if not data.memory:
            raise ScreenUnavailable("the desktop gives its pictures in memory of the graphics card only")
        shot = Shot(moment, self._picture(buffer, data))
        self.pacer.take(moment)
        with self._changed:
            self._latest = shot
            self._waiting.append(shot)
            if len(self._waiting) > _WAITING:
                self._waiting.popleft()
                self.lost += 1
            self._changed.notify()

    def _picture(self, buffer: Any, data: Any) -> Pixels:
        width, height = self._size
        chunk = data.chunk.contents
        stride = chunk.stride or 4 * width
        if self._format not in _FORMATS or stride < 4 * width or chunk.offset + stride * height > data.size:
            raise ScreenUnavailable(f"the desktop's pictures are in a format that gifsom cannot read: {self._format}")
        memory = (c_uint8 * (stride * height)).from_address(data.memory + chunk.offset)
        numbers = np.ctypeslib.as_array(memory).view("<u4").reshape(height, stride // 4)[:, :width]
        crop = _meta(buffer, _CROP, c.Region)
        if crop is not None and crop.width and crop.height:
            numbers = numbers[crop.y : crop.y + crop.height, crop.x : crop.x + crop.width]
        turned = _meta(buffer, _TRANSFORM, c.Region)
        return upright(to_bgrx(numbers, _FORMATS[self._format]), turned.x if turned is not None else 0)


def _meta(buffer: Any, kind: int, structure: Any) -> Any:
    """Something beside a picture; None: it is not there."""
    whole = buffer.contents.buffer.contents
    for n in range(whole.metas):
        meta = whole.meta[n]
        if meta.type == kind and meta.data:
            return structure.from_address(meta.data)
    return None


def _has_picture(buffer: Any) -> bool:
    """Whether there is one in a buffer, which may tell of the pointer alone."""
    whole = buffer.contents.buffer.contents
    if not whole.datas:
        return False
    chunk = whole.data[0].chunk.contents
    header = _meta(buffer, _HEADER, c.Header)
    broken = chunk.flags & _CORRUPTED or (header is not None and header.flags & 2)
    return bool(chunk.size) and not broken


def _params(*pods: bytes) -> tuple[Any, int]:
    """Parameters as a function of PipeWire takes them: an array of pointers, and their number."""
    kept = [create_string_buffer(one, len(one)) for one in pods]  # which the array keeps
    array = (c_void_p * len(kept))(*(cast(one, c_void_p).value for one in kept))
    return array, len(kept)


def _wanted_format() -> bytes:
    formats = [(name,) for name in _FORMATS]
    return pod.whole(
        _FORMAT_OBJECT,
        _ENUM_FORMAT,
        k1=pod.number(_VIDEO, pod.ID),
        k2=pod.number(_RAW, pod.ID),
        **{
            f"k{_K_FORMAT}": pod.choice(pod.ENUM, pod.ID, formats[0], *formats),
            f"k{_K_SIZE}": pod.choice(pod.RANGE, pod.RECTANGLE, (1920, 1080), (1, 1), (16384, 16384)),
            "k131076": pod.choice(pod.RANGE, pod.FRACTION, (60, 1), (0, 1), (1000, 1)),
        },
    )


def _wanted_buffers() -> list[bytes]:
    """Memory that can be read, and what is to come with it."""
    sizes = {
        _HEADER: (32, 32),
        _CROP: (16, 16),
        _TRANSFORM: (4, 4),
        _CURSOR: (_POINTER + 4, _POINTER + 4 * _LARGEST**2),
    }
    metas = [
        pod.whole(
            _META_OBJECT,
            _META,
            k1=pod.number(kind, pod.ID),
            k2=pod.choice(pod.RANGE, pod.INT, (_POINTER + 4 * 64 * 64,), (low,), (high,))
            if high > low
            else pod.number(low),
        )
        for kind, (low, high) in sizes.items()
    ]
    buffers = pod.whole(
        _BUFFERS_OBJECT,
        _BUFFERS,
        k1=pod.choice(pod.RANGE, pod.INT, (8,), (3,), (32,)),
        k6=pod.choice(pod.FLAGS, pod.INT, (_MEMORY,)),
    )
    return [buffers, *metas]
