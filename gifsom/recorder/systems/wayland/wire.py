"""A client of a Wayland compositor, for one thread: messages on its socket, and the objects that they are for.

The protocol's own library is not needed: a message is the number of an object, an opcode, a length, and arguments in
words of 32 bits (wayland.freedesktop.org, "Wire Format").
"""

import os
import select
import socket
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Self, TypeAlias

from gifsom.core.errors import ScreenUnavailable, printable
from gifsom.recorder.systems.wayland.protocol import INTERFACES

PATIENCE: Final = 5.0
"""Seconds within which a compositor answers that is not dead."""

_HEAD: Final = struct.Struct("=II")
_CHUNK: Final = 1 << 16

Heard: TypeAlias = Callable[[str, tuple[Any, ...]], None]
"""Gets the name of an event of an object, and its arguments."""


def ignore(name: str, values: tuple[Any, ...]) -> None:
    """Hear nothing."""


class Proxy:
    """An object of the compositor, as the client knows it."""

    __slots__ = ("_connection", "_numbers", "heard", "interface", "number")

    def __init__(self, connection: "Connection", number: int, interface: str, heard: Heard) -> None:
        self._connection, self.number, self.interface, self.heard = connection, number, interface, heard
        self._numbers = {name: (n, letters) for n, (name, letters) in enumerate(INTERFACES[interface].requests)}

    def request(self, name: str, *values: Any) -> None:
        """Send a request; objects stand for themselves. Raises `ScreenUnavailable`."""
        opcode, letters = self._numbers[name]
        self._connection.send(self.number, opcode, letters, values)

    def create(self, name: str, interface: str, heard: Heard, *values: Any) -> "Proxy":
        """Send a request whose first argument is a new object; that object."""
        made = self._connection.make(interface, heard)
        self.request(name, made, *values)
        return made


class Connection:
    """A connection to the compositor of this session; a context manager.

    Attributes:
        display: the first object.
    """

    def __init__(self) -> None:
        """Connect to the compositor of `WAYLAND_DISPLAY`. Raises `ScreenUnavailable`."""
        path = Path(os.environ.get("XDG_RUNTIME_DIR", "/"), os.environ.get("WAYLAND_DISPLAY") or "wayland-0")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise ScreenUnavailable(f"no Wayland compositor answers at {printable(path)}: {error.strerror}") from None
        self._socket.settimeout(PATIENCE)
        self._objects: dict[int, Proxy] = {}
        self._free: list[int] = []
        self._received = b""
        self._woken, self._waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.display = self.make("wl_display", self._hear)

    def make(self, interface: str, heard: Heard = ignore) -> Proxy:
        """A new object, to be passed with a request."""
        number = self._free.pop() if self._free else len(self._objects) + 1
        made = self._objects[number] = Proxy(self, number, interface, heard)
        return made

    def send(self, number: int, opcode: int, letters: str, values: tuple[Any, ...]) -> None:
        """Send a message. Raises `ScreenUnavailable`."""
        body, files = b"", []
        for letter, value in zip(letters, values, strict=True):
            if letter == "h":
                files.append(value)
            elif letter == "s":
                body += _bytes(value.encode() + b"\0")
            elif letter == "i":
                body += struct.pack("=i", value)
            else:
                body += struct.pack("=I", value.number if isinstance(value, Proxy) else value)
        message = _HEAD.pack(number, (len(body) + _HEAD.size) << 16 | opcode) + body
        try:
            if files:
                socket.send_fds(self._socket, [message], files)
            else:
                self._socket.sendall(message)
        except OSError as error:
            raise _gone(error) from None

    def dispatch(self, until: float) -> bool:
        """Pass events on as soon as there are any; False: none came until that moment, or `wake` was called.

        Raises `ScreenUnavailable` where the compositor is gone.
        """
        left = max(0.0, until - time.perf_counter())
        ready, _, _ = select.select([self._socket.fileno(), self._woken], [], [], left)
        if self._woken in ready:
            os.read(self._woken, _CHUNK)
        if self._socket.fileno() not in ready:
            return False
        try:
            data = self._socket.recv(_CHUNK)
        except OSError as error:
            raise _gone(error) from None
        if not data:
            raise _gone(None)
        self._received += data
        self._pass_on()
        return True

    def wake(self) -> None:
        """End a `dispatch` of another thread."""
        os.write(self._waker, b"\0")

    def round_trip(self) -> None:
        """Wait until all that was requested is answered. Raises `ScreenUnavailable`."""
        answers: list[str] = []
        self.display.create("sync", "wl_callback", lambda name, _: answers.append(name))
        until = time.perf_counter() + PATIENCE
        while not answers:
            if not self.dispatch(until) and time.perf_counter() >= until:
                raise ScreenUnavailable(f"the Wayland compositor has not answered for {PATIENCE:g} s")

    def _pass_on(self) -> None:
        """Pass whole messages to their objects."""
        data, at = self._received, 0
        while len(data) - at >= _HEAD.size:
            number, word = _HEAD.unpack_from(data, at)
            length = max(word >> 16, _HEAD.size)
            if len(data) - at < length:
                break
            target = self._objects.get(number)
            events = INTERFACES[target.interface].events if target is not None else ()
            if target is not None and word & 0xFFFF < len(events):
                name, letters = events[word & 0xFFFF]
                target.heard(name, _values(letters, data[at + _HEAD.size : at + length]))
            at += length
        self._received = data[at:]

    def _hear(self, name: str, values: tuple[Any, ...]) -> None:
        if name == "delete_id":
            if self._objects.get(values[0]) is not None:
                self._objects[values[0]] = Proxy(self, values[0], "wl_callback", ignore)  # its place is kept
                self._free.append(values[0])
        else:
            raise ScreenUnavailable(f"the Wayland compositor refuses: {printable(values[2])}")

    def close(self) -> None:
        """End the connection; idempotent."""
        if self._socket.fileno() >= 0:
            self._socket.close()
            os.close(self._woken)
            os.close(self._waker)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _gone(error: OSError | None) -> ScreenUnavailable:
    return ScreenUnavailable("the Wayland compositor is gone" + (f": {error.strerror}" if error else ""))


def _bytes(data: bytes) -> bytes:
    """A text or an array: its length, and itself in whole words."""
    return struct.pack("=I", len(data)) + data + b"\0" * (-len(data) % 4)


def _values(letters: str, body: bytes) -> tuple[Any, ...]:
    """The arguments of an event."""
    values: list[Any] = []
    at = 0
    for letter in letters:
        (value,) = struct.unpack_from("=i" if letter == "i" else "=I", body, at)
        at += 4
        if letter in "sa":
            data = body[at : at + value]
            at += value + -value % 4
            values.append(data.rstrip(b"\0").decode(errors="replace") if letter == "s" else data)
        else:
            values.append(value)
    return tuple(values)
