"""A small compositor with ext-image-copy-capture-v1, which sway has from 1.11 on only; it shows the test card.

python copy_server.py SOCKET

Lines on its input: "tick N" shows that tick, "size W H" changes the monitor's mode, "swap" gives pictures of another
format, "stop" ends the captures, "unplug" removes the monitor, "refuse" lets all captures fail from now on.
"""

import mmap
import os
import sys
import time
from typing import Any

import card
import numpy as np
from pywayland import lib
from pywayland.protocol.ext_image_capture_source_v1 import (
    ExtImageCaptureSourceV1,
    ExtOutputImageCaptureSourceManagerV1,
)
from pywayland.protocol.ext_image_copy_capture_v1 import (
    ExtImageCopyCaptureFrameV1,
    ExtImageCopyCaptureManagerV1,
    ExtImageCopyCaptureSessionV1,
)
from pywayland.protocol.wayland import WlBuffer, WlOutput, WlShm, WlShmPool
from pywayland.server import Display

XRGB, XBGR = 1, int.from_bytes(b"XB24", "little")


class Server:
    def __init__(self, name: str) -> None:
        self.size, self.format, self.number = (640, 360), XRGB, 0
        self.refusing = False
        self.sessions: list[Any] = []
        self.waiting: list[Any] = []
        self.kept: list[Any] = []  # what libwayland knows by address only
        self.fresh: set[int] = set()
        self.display = Display()
        kinds = (WlShm, WlOutput, ExtOutputImageCaptureSourceManagerV1, ExtImageCopyCaptureManagerV1)
        self.globals = {kind.name: kind.global_class(self.display, min(kind.version, 4)) for kind in kinds}
        for kind, bound in zip(kinds, (self.shm, self.output, self.sources, self.captures), strict=True):
            self.globals[kind.name].bind_func = bound
        self.display.add_socket(name)
        self.loop = self.display.get_event_loop()
        self.loop.add_fd(0, self.hear)

    def made(self, kind: Any, parent: Any, number: int) -> Any:
        resource = kind.resource_class(lib.wl_resource_get_client(parent._ptr), parent.version, number)
        self.kept.append(resource)
        return resource

    def shm(self, resource: Any) -> None:
        self.kept.append(resource)
        resource.dispatcher["create_pool"] = self.pool
        resource.format(XRGB)

    def pool(self, shm: Any, number: int, file: int, size: int) -> None:
        pool = self.made(WlShmPool, shm, number)
        pool.memory = mmap.mmap(file, size)
        os.close(file)
        pool.dispatcher["create_buffer"] = self.buffer
        pool.dispatcher["destroy"] = lambda resource: resource.destroy()

    def buffer(self, pool: Any, number: int, offset: int, *shape: int) -> None:
        buffer = self.made(WlBuffer, pool, number)
        buffer.memory, buffer.shape = pool.memory, shape
        buffer.dispatcher["destroy"] = lambda resource: resource.destroy()

    def output(self, resource: Any) -> None:
        self.kept.append(resource)
        resource.geometry(0, 0, 0, 0, 0, "tests", "tests", 0)
        resource.mode(1, *self.size, 60000)
        if resource.version >= 4:
            resource.name("COPY-1")
        resource.done()

    def sources(self, resource: Any) -> None:
        self.kept.append(resource)
        resource.dispatcher["create_source"] = lambda of, number, output: self.made(ExtImageCaptureSourceV1, of, number)

    def captures(self, resource: Any) -> None:
        self.kept.append(resource)
        resource.dispatcher["create_session"] = self.session

    def session(self, manager: Any, number: int, source: Any, options: int) -> None:
        session = self.made(ExtImageCopyCaptureSessionV1, manager, number)
        session.dispatcher["create_frame"] = self.frame
        self.sessions.append(session)
        self.fresh.add(id(session))
        self.constrain(session)

    def constrain(self, session: Any) -> None:
        session.buffer_size(*self.size)
        session.shm_format(self.format)
        session.done()

    def frame(self, session: Any, number: int) -> None:
        frame = self.made(ExtImageCopyCaptureFrameV1, session, number)
        frame.session = session
        frame.dispatcher["attach_buffer"] = lambda frame, buffer: setattr(frame, "buffer", buffer)
        frame.dispatcher["capture"] = self.capture
        frame.dispatcher["destroy"] = lambda resource: resource.destroy()

    def capture(self, frame: Any) -> None:
        if self.refusing:
            frame.failed(0)
        elif id(frame.session) in self.fresh:
            self.fresh.discard(id(frame.session))
            self.give(frame)
        else:
            self.waiting.append(frame)  # until something changes

    def give(self, frame: Any) -> None:
        width, height, stride, format = frame.buffer.shape
        if (width, height, format) != (*self.size, self.format):
            frame.failed(1)  # buffer constraints
            return
        pixels = np.frombuffer(frame.buffer.memory, np.uint8).reshape(height, stride)[:, : 4 * width]
        of = card.expected(self.size, self.number)
        pixels.reshape(height, width, 4)[..., :3] = of[..., ::-1] if self.format == XRGB else of
        now = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        seconds = now // 10**9
        frame.transform(0)
        frame.presentation_time(seconds >> 32, seconds & 0xFFFFFFFF, now % 10**9)
        frame.ready()

    def hear(self, *_: Any) -> int:
        data = os.read(0, 1 << 16)
        if not data:
            os._exit(0)
        for line in data.decode().splitlines():
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
                case "stop":
                    for session in self.sessions:
                        session.stopped()
                case "unplug":
                    lib.wl_global_destroy(self.globals["wl_output"]._ptr)
            if word in ("size", "swap"):
                for session in self.sessions:
                    self.constrain(session)
            waiting, self.waiting = self.waiting, []
            for frame in waiting:
                self.give(frame)
        return 0

    def run(self) -> None:
        print("ready", flush=True)
        while True:
            self.display.flush_clients()
            self.loop.dispatch(-1)


if __name__ == "__main__":
    Server(sys.argv[1]).run()
