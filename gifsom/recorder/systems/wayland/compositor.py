"""The compositor of a Wayland session: the interfaces that it offers, its monitors, and memory shared with it."""

import mmap
import os
from dataclasses import dataclass, field
from typing import Any, Final, Self

import numpy as np

from gifsom.core.errors import ScreenUnavailable
from gifsom.core.frame import Pixels, Rect
from gifsom.recorder.systems.wayland.pixels import to_bgrx
from gifsom.recorder.systems.wayland.protocol import CAPTURE, SCREENCOPY, SOURCES, XDG_OUTPUTS
from gifsom.recorder.systems.wayland.wire import Connection, Proxy, ignore
from gifsom.recorder.types import Monitor

_VERSIONS: Final = {"wl_shm": 1, "wl_output": 4, XDG_OUTPUTS: 2, SCREENCOPY: 3, SOURCES: 1, CAPTURE: 1}
"""The versions that are known here."""

_CURRENT: Final = 1
"""Flag of the mode that a monitor is in."""


@dataclass(eq=False)
class Output:
    """A monitor as the compositor tells of it.

    proxy      its object
    name       such as DP-1
    rect       in units of the desktop; of a monitor with a scale, less than its pixels
    pixels     width and height, as it is mounted
    transform  how it is turned, see `upright`
    there      False once it is unplugged
    """

    proxy: Proxy | None = None
    name: str = ""
    place: list[int] = field(default_factory=lambda: [0, 0])
    logical: list[int] = field(default_factory=lambda: [0, 0])
    pixels: tuple[int, int] = (0, 0)
    scale: int = 1
    transform: int = 0
    there: bool = True

    def hear(self, name: str, values: tuple[Any, ...]) -> None:
        """Take an event of wl_output or of zxdg_output_v1."""
        match name:
            case "geometry":
                self.transform = values[7]
                if self.logical == [0, 0]:
                    self.place = [values[0], values[1]]
            case "mode" if values[0] & _CURRENT:
                self.pixels = values[1], values[2]
            case "scale":
                self.scale = values[0]
            case "name":
                self.name = values[0]
            case "logical_position":
                self.place = list(values)
            case "logical_size":
                self.logical = list(values)

    @property
    def rect(self) -> Rect:
        width, height = self.pixels[::-1] if self.transform & 1 else self.pixels
        size = self.logical if all(self.logical) else [width // self.scale, height // self.scale]
        return Rect(self.place[0], self.place[1], max(1, size[0]), max(1, size[1]))


class Compositor:
    """A connection to the compositor, and the global objects it has; a context manager. Raises `ScreenUnavailable`.

    Attributes:
        connection: to it.
        outputs: its monitors, from the left to the right.
    """

    def __init__(self) -> None:
        self.connection = Connection()
        self._globals: dict[str, tuple[int, int]] = {}
        self._outputs: dict[int, Output] = {}
        try:
            self._registry = self.connection.display.create("get_registry", "wl_registry", self._hear)
            self.connection.round_trip()
            self._name_outputs()
        except BaseException:
            self.connection.close()
            raise

    def _hear(self, name: str, values: tuple[Any, ...]) -> None:
        if name == "global_remove":
            if (gone := self._outputs.pop(values[0], None)) is not None:
                gone.there = False
            return
        number, interface, version = values
        if interface == "wl_output":
            output = self._outputs[number] = Output()
            output.proxy = self.connection.make("wl_output", output.hear)
            known = min(version, _VERSIONS["wl_output"])
            self._registry.request("bind", number, interface, known, output.proxy)
        elif interface in _VERSIONS:
            self._globals[interface] = number, min(version, _VERSIONS[interface])

    def _name_outputs(self) -> None:
        """Ask for the places of the monitors on the desktop."""
        if XDG_OUTPUTS in self._globals:
            manager = self.bind(XDG_OUTPUTS)
            for output in self._outputs.values():
                manager.create("get_xdg_output", "zxdg_output_v1", output.hear, output.proxy)
        self.connection.round_trip()

    def version(self, interface: str) -> int:
        """Of a global object; 0: it has none."""
        return self._globals.get(interface, (0, 0))[1]

    def bind(self, interface: str) -> Proxy:
        """A global object that it has."""
        number, version = self._globals[interface]
        proxy = self.connection.make(interface)
        self._registry.request("bind", number, interface, version, proxy)
        return proxy

    @property
    def method(self) -> str:
        """The interface by which it gives pictures; empty: by none."""
        if self.version(CAPTURE) and self.version(SOURCES):
            return CAPTURE
        return SCREENCOPY if self.version(SCREENCOPY) else ""

    @property
    def outputs(self) -> list[Output]:
        return sorted(
            (output for output in self._outputs.values() if all(output.pixels)),
            key=lambda output: (output.rect.left, output.rect.top),
        )

    def monitors(self) -> list[Monitor]:
        """Those that are on, numbered from the left; the first one counts as primary. Raises `ScreenUnavailable`."""
        listed = [Monitor(n, one.name, one.rect, n == 1) for n, one in enumerate(self.outputs, 1)]
        if not listed:
            raise ScreenUnavailable("the compositor has no monitor that is on")
        return listed

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Shared:
    """Memory into which the compositor writes pictures of one size and format."""

    def __init__(self, connection: Connection, shm: Proxy, size: tuple[int, int], stride: int, format: int) -> None:
        self.kind = size, stride, format
        width, height = size
        file = os.memfd_create("gifsom", os.MFD_CLOEXEC)
        try:
            os.ftruncate(file, stride * height)
            self._memory = mmap.mmap(file, stride * height)
            pool = shm.create("create_pool", "wl_shm_pool", ignore, file, stride * height)
        finally:
            os.close(file)
        self.buffer = pool.create("create_buffer", "wl_buffer", ignore, 0, width, height, stride, format)
        pool.request("destroy")

    def picture(self) -> Pixels:
        """A copy of the picture that is in it, (h, w, 4)."""
        (width, height), stride, format = self.kind
        numbers = np.frombuffer(self._memory, "<u4").reshape(height, stride // 4)[:, :width]
        return to_bgrx(numbers, format)

    def close(self) -> None:
        """Release it."""
        self.buffer.request("destroy")
        self._memory.close()
