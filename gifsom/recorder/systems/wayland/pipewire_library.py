"""PipeWire's own library through ctypes, as far as a stream of pictures needs it; it is stable since 0.3."""

from ctypes import (
    CDLL,
    CFUNCTYPE,
    POINTER,
    Structure,
    c_char_p,
    c_int,
    c_int32,
    c_int64,
    c_size_t,
    c_uint32,
    c_uint64,
    c_void_p,
)
from functools import cache
from typing import Any, Final

from gifsom.core.errors import ScreenUnavailable

STATE_CHANGED: Final = CFUNCTYPE(None, c_void_p, c_int, c_int, c_char_p)
PARAM_CHANGED: Final = CFUNCTYPE(None, c_void_p, c_uint32, c_void_p)
PROCESS: Final = CFUNCTYPE(None, c_void_p)


class Events(Structure):
    """pw_stream_events, version 2."""

    _fields_ = (
        ("version", c_uint32),
        ("destroy", c_void_p),
        ("state_changed", STATE_CHANGED),
        ("control_info", c_void_p),
        ("io_changed", c_void_p),
        ("param_changed", PARAM_CHANGED),
        ("add_buffer", c_void_p),
        ("remove_buffer", c_void_p),
        ("process", PROCESS),
        ("drained", c_void_p),
        ("command", c_void_p),
        ("trigger_done", c_void_p),
    )


class Hook(Structure):
    """spa_hook."""

    _fields_ = tuple((name, c_void_p) for name in ("next", "prev", "functions", "data", "removed", "private"))


class Chunk(Structure):
    """spa_chunk: the part of the memory that is in use."""

    _fields_ = (("offset", c_uint32), ("size", c_uint32), ("stride", c_int32), ("flags", c_int32))


class Data(Structure):
    """spa_data: memory."""

    _fields_ = (
        ("type", c_uint32),
        ("flags", c_uint32),
        ("file", c_int64),
        ("offset", c_uint32),
        ("size", c_uint32),
        ("memory", c_void_p),
        ("chunk", POINTER(Chunk)),
    )


class Meta(Structure):
    """spa_meta: something beside the memory."""

    _fields_ = (("type", c_uint32), ("size", c_uint32), ("data", c_void_p))


class Buffer(Structure):
    """spa_buffer."""

    _fields_ = (("metas", c_uint32), ("datas", c_uint32), ("meta", POINTER(Meta)), ("data", POINTER(Data)))


class StreamBuffer(Structure):
    """pw_buffer, as far as all versions have it."""

    _fields_ = (("buffer", POINTER(Buffer)), ("user", c_void_p), ("size", c_uint64))


class Header(Structure):
    """spa_meta_header: the time."""

    _fields_ = (("flags", c_uint32), ("offset", c_uint32), ("pts", c_int64), ("dts", c_int64), ("count", c_uint64))


class Region(Structure):
    """spa_meta_region: a rectangle."""

    _fields_ = (("x", c_int32), ("y", c_int32), ("width", c_uint32), ("height", c_uint32))


class Cursor(Structure):
    """spa_meta_cursor: the pointer."""

    _fields_ = (
        ("id", c_uint32),
        ("flags", c_uint32),
        ("x", c_int32),
        ("y", c_int32),
        ("hot_x", c_int32),
        ("hot_y", c_int32),
        ("bitmap", c_uint32),
    )


class Bitmap(Structure):
    """spa_meta_bitmap: the picture of the pointer."""

    _fields_ = (
        ("format", c_uint32),
        ("width", c_uint32),
        ("height", c_uint32),
        ("stride", c_int32),
        ("offset", c_uint32),
    )


_SIGNATURES: Final[dict[str, tuple[Any, list[Any]]]] = {
    "pw_init": (None, [c_void_p, c_void_p]),
    "pw_thread_loop_new": (c_void_p, [c_char_p, c_void_p]),
    "pw_thread_loop_get_loop": (c_void_p, [c_void_p]),
    "pw_thread_loop_start": (c_int, [c_void_p]),
    "pw_thread_loop_stop": (None, [c_void_p]),
    "pw_thread_loop_lock": (None, [c_void_p]),
    "pw_thread_loop_unlock": (None, [c_void_p]),
    "pw_thread_loop_destroy": (None, [c_void_p]),
    "pw_context_new": (c_void_p, [c_void_p, c_void_p, c_size_t]),
    "pw_context_connect_fd": (c_void_p, [c_void_p, c_int, c_void_p, c_size_t]),
    "pw_context_destroy": (None, [c_void_p]),
    "pw_properties_new_string": (c_void_p, [c_char_p]),
    "pw_stream_new": (c_void_p, [c_void_p, c_char_p, c_void_p]),
    "pw_stream_add_listener": (None, [c_void_p, c_void_p, c_void_p, c_void_p]),
    "pw_stream_connect": (c_int, [c_void_p, c_int, c_uint32, c_int, c_void_p, c_uint32]),
    "pw_stream_update_params": (c_int, [c_void_p, c_void_p, c_uint32]),
    "pw_stream_dequeue_buffer": (POINTER(StreamBuffer), [c_void_p]),
    "pw_stream_queue_buffer": (c_int, [c_void_p, c_void_p]),
    "pw_stream_destroy": (None, [c_void_p]),
}


@cache
def pipewire() -> Any:
    """The library, ready for use. Raises `ScreenUnavailable` where it is not installed."""
    try:
        library = CDLL("libpipewire-0.3.so.0")
    except OSError:
        raise ScreenUnavailable(
            "the desktop's pictures come by PipeWire, whose library is missing: install libpipewire-0.3.so.0"
            " (Debian, Ubuntu: apt install libpipewire-0.3-0; Fedora: dnf install pipewire-libs)"
        ) from None
    for name, (result, arguments) in _SIGNATURES.items():
        getattr(library, name).restype = result
        getattr(library, name).argtypes = arguments
    library.pw_init(None, None)
    return library
