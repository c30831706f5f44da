"""A small compositor with ext-image-copy-capture-v1, which sway has from 1.11 on only; it shows the test card.

python copy_server.py SOCKET

It serves one program after the other, by the tables of gifsom, which a test compares with those of pywayland. Lines on
its input: "tick N" shows that tick, "size W H" changes the monitor's mode, "swap" gives pictures of another format,
"stop" ends the captures, "unplug" removes the monitor, "refuse" lets all captures fail from now on.
"""

import mmap
import os
import select
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Any

import card
import numpy as np

from gifsom.recorder.systems.wayland.protocol import CAPTURE, INTERFACES, SOURCES

XRGB, XBGR = 1, int.from_bytes(b"XB24", "little")
GLOBALS = {1: ("wl_shm", 1), 2: ("wl_output", 4), 3: (SOURCES, 1), 4: (CAPTURE, 1)}
MAKES = {
    "sync": "wl_callback",
    "get_registry": "wl_registry",
    "create_pool": "wl_shm_pool",
    "create_buffer": "wl_buffer",
    "create_source": "ext_image_capture_source_v1",
    "create_session": "ext_image_copy_capture_session_v1",
    "create_frame": "ext_image_copy_capture_frame_v1",
}


class Client:
    """A program that is served; `state` outlives it."""

    def __init__(self, link: socket.socket, state: "State") -> None:
        self.link, self.state = link, state
        self.kinds = {1: "wl_display"}
        self.about: dict[int, Any] = {}  # memory of pools and buffers, the buffer of a frame
        self.files: list[int] = []
        self.data = b""
        self.fresh, self.waiting = False, list[int]()

    def tell(self, number: int, name: str, *values: Any) -> None:
        """Send an event."""
        names = [event for event, _ in INTERFACES[self.kinds[number]].events]
        body = b""
        for value in values:
            if isinstance(value, str):
                text = value.encode() + b"\0"
                body += struct.pack("=I", len(text)) + text + b"\0" * (-len(text) % 4)
            else:
                body += struct.pack("=I", value & 0xFFFFFFFF)
        self.link.sendall(struct.pack("=II", number, len(body) + 8 << 16 | names.index(name)) + body)

    def all(self, kind: str) -> list[int]:
        return [number for number, of in self.kinds.items() if of == kind]

    def hear(self) -> bool:
        """Take what has come; False: the program is gone."""
        data, files, _, _ = socket.recv_fds(self.link, 1 << 16, 8)
        self.files += files
        self.data += data
        while len(self.data) >= 8:
            number, word = struct.unpack_from("=II", self.data)
            if len(self.data) < word >> 16:
                break
            body, self.data = self.data[8 : word >> 16], self.data[word >> 16 :]
            name, letters = INTERFACES[self.kinds[number]].requests[word & 0xFFFF]
            self.do(number, name, letters, body)
        return bool(data)

    def do(self, number: int, name: str, letters: str, body: bytes) -> None:
        if name == "bind":
            (which,) = struct.unpack_from("=I", body)
            (made,) = struct.unpack_from("=I", body, len(body) - 4)
            self.kinds[made] = GLOBALS[which][0]
            self.bound(made)
            return
        values = list(struct.unpack(f"={len(letters.replace('h', ''))}i", body))
        if name in MAKES:
            self.kinds[values[0]] = MAKES[name]
        match name:
            case "sync":
                self.tell(values[0], "done", 0)
                self.tell(1, "delete_id", values[0])
            case "get_registry":
                for which, (interface, version) in GLOBALS.items():
                    self.tell(values[0], "global", which, interface, version)
            case "create_pool":
                file = self.files.pop(0)
                self.about[values[0]] = mmap.mmap(file, values[1])
                os.close(file)
            case "create_buffer":
                self.about[values[0]] = self.about[number], values[1:]
            case "create_session":
                self.fresh = True
                self.constrain(values[0])
            case "attach_buffer":
                self.about[number] = self.about[values[0]]
            case "capture" if self.state.refusing:
                self.tell(number, "failed", 0)
            case "capture" if self.fresh:
                self.fresh = False
                self.give(number)
            case "capture":
                self.waiting.append(number)
            case "destroy":
                self.about.pop(number, None)
                self.tell(1, "delete_id", number)

    def bound(self, number: int) -> None:
        if self.kinds[number] == "wl_output":
            self.tell(number, "geometry", 0, 0, 0, 0, 0, "tests", "tests", 0)
            self.tell(number, "mode", 1, *self.state.size, 60000)
            self.tell(number, "name", "COPY-1")
            self.tell(number, "done")

    def constrain(self, session: int) -> None:
        self.tell(session, "buffer_size", *self.state.size)
        self.tell(session, "shm_format", self.state.format)
        self.tell(session, "done")

    def give(self, frame: int) -> None:
        memory, (_, width, height, stride, format) = self.about[frame]
        if (width, height, format) != (*self.state.size, self.state.format):
            self.tell(frame, "failed", 1)  # buffer constraints
            self.fresh = True
            return
        pixels = np.frombuffer(memory, np.uint8).reshape(height, stride)[:, : 4 * width].reshape(height, width, 4)
        of = card.expected(self.state.size, self.state.number)
        pixels[..., :3] = of[..., ::-1] if format == XRGB else of
        now = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        self.tell(frame, "transform", 0)
        self.tell(frame, "presentation_time", now // 10**9 >> 32, now // 10**9, now % 10**9)
        self.tell(frame, "ready")

    def changed(self, word: str) -> None:
        """Tell of what a line has changed."""
        if word in ("size", "swap"):
            for output in self.all("wl_output"):
                self.tell(output, "mode", 1, *self.state.size, 60000)
            for session in self.all("ext_image_copy_capture_session_v1"):
                self.constrain(session)
            self.fresh = True
        if word == "stop":
            for session in self.all("ext_image_copy_capture_session_v1"):
                self.tell(session, "stopped")
        if word == "unplug":
            for registry in self.all("wl_registry"):
                self.tell(registry, "global_remove", 2)
        waiting, self.waiting = self.waiting, []
        for frame in waiting:
            self.give(frame)


class State:
    """The monitor."""

    size, format, number, refusing = (640, 360), XRGB, 0, False

    def take(self, line: str) -> str:
        """Do what a line says; its first word."""
        word, *values = line.split()
        match word:
            case "tick":
                self.number = int(values[0])
            case "size":
                self.size = int(values[0]), int(values[1])
            case "swap":
                self.format = XBGR
            case "refuse":
                self.refusing = True
        return word


def main() -> None:
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(Path(os.environ["XDG_RUNTIME_DIR"], sys.argv[1])))
    server.listen()
    print("ready", flush=True)
    state = State()
    clients: dict[int, Client] = {}
    while True:
        ready, _, _ = select.select([0, server.fileno(), *clients], [], [])
        for file in ready:
            try:
                if file == 0:
                    for line in os.read(0, 1 << 16).decode().splitlines():
                        word = state.take(line)
                        for client in clients.values():
                            client.changed(word)
                elif file == server.fileno():
                    link, _ = server.accept()
                    clients[link.fileno()] = Client(link, state)
                elif not clients[file].hear():
                    clients.pop(file).link.close()
            except OSError:  # a program that is gone
                clients.pop(file, None)


if __name__ == "__main__":
    main()
