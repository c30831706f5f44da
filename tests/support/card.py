"""A test card with a clock, full screen on a Wayland compositor; a program of its own.

python card.py RATE COUNT [FIRST]

It draws blocks of known colors, and the number of the tick as black and white blocks, RATE ticks a second, COUNT of
them (0: the card alone, for ever). Each line that it prints is a moment of CLOCK_MONOTONIC, in seconds: "tick N MOMENT"
where it has been handed to the compositor, "shown N MOMENT" where the compositor says that it has drawn it.
`expected` is the picture, `tick` reads the number from one.
"""

import mmap
import os
import sys
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

COLORS = ("c83214", "0a64f0", "28b446", "fadc00", "808080", "010203", "fefdfc", "7f3fbf")
BITS = 16
LOW = 40
"""Rows of blocks of the clock, at the lower edge."""


def expected(size: tuple[int, int], number: int) -> NDArray[np.uint8]:
    """The card (h, w, 3), RGB, at that tick."""
    width, height = size
    card = np.zeros((height, width, 3), np.uint8)
    for n, color in enumerate(COLORS):
        card[: height - LOW, n * width // len(COLORS) : (n + 1) * width // len(COLORS)] = tuple(bytes.fromhex(color))
    gray = np.arange(width, dtype=np.uint32) * 255 // max(1, width - 1)
    card[height // 3 : height // 2] = gray.astype(np.uint8)[None, :, None]
    for bit in range(BITS):
        card[height - LOW :, bit * width // BITS : (bit + 1) * width // BITS] = 255 * (number >> bit & 1)
    return card


def tick(card: NDArray[np.uint8]) -> int:
    """The number on a picture of the card (h, w, 3)."""
    height, width = card.shape[:2]
    middles = [(2 * bit + 1) * width // (2 * BITS) for bit in range(BITS)]
    return sum(int(card[height - LOW // 2, x, 0] > 127) << bit for bit, x in enumerate(middles))


class Card:
    """The window."""

    def __init__(self) -> None:
        from pywayland.client import Display
        from pywayland.protocol.wayland import WlCompositor, WlOutput, WlShm
        from pywayland.protocol.xdg_shell import XdgWmBase

        self.display = Display()
        self.display.connect()
        self.found: dict[str, Any] = {}
        self._wanted = {kind.name: kind for kind in (WlCompositor, WlShm, XdgWmBase, WlOutput)}
        registry = self.display.get_registry()
        registry.dispatcher["global"] = self._add
        self.display.roundtrip()
        self.size = (0, 0)
        self.configured = False
        self.found["wl_output"].dispatcher["mode"] = self._measure
        self._shell = self.found["xdg_wm_base"]
        self._shell.dispatcher["ping"] = lambda shell, serial: shell.pong(serial)
        self.surface = self.found["wl_compositor"].create_surface()
        self._role = self._shell.get_xdg_surface(self.surface)
        self._role.dispatcher["configure"] = self._configure
        self._window = self._role.get_toplevel()
        self._window.set_title("card")
        self._window.set_fullscreen(None)
        self.surface.commit()
        while self.size == (0, 0) or not self.configured:
            self.display.dispatch(block=True)
        self.buffers = [self._buffer() for _ in range(3)]
        self.drawn = self.shown = 0

    def _add(self, registry: Any, number: int, name: str, version: int) -> None:
        if name in self._wanted:
            self.found[name] = registry.bind(number, self._wanted[name], 1)

    def _measure(self, output: Any, flags: int, width: int, height: int, rate: int) -> None:
        self.size = width, height

    def _configure(self, role: Any, serial: int) -> None:
        role.ack_configure(serial)
        self.configured = True

    def _buffer(self) -> tuple[Any, NDArray[np.uint8]]:
        width, height = self.size
        file = os.memfd_create("card")
        os.ftruncate(file, 4 * width * height)
        memory = mmap.mmap(file, 4 * width * height)
        pool = self.found["wl_shm"].create_pool(file, 4 * width * height)
        buffer = pool.create_buffer(0, width, height, 4 * width, 1)
        pixels = np.frombuffer(memory, np.uint8).reshape(height, width, 4)
        pixels[..., :3] = expected(self.size, 0)[..., ::-1]
        return buffer, pixels

    def draw(self, number: int) -> None:
        """Show that tick."""
        width, height = self.size
        buffer, pixels = self.buffers[self.drawn % len(self.buffers)]
        self.drawn += 1
        for bit in range(BITS):
            pixels[height - LOW :, bit * width // BITS : (bit + 1) * width // BITS, :3] = 255 * (number >> bit & 1)
        self.surface.attach(buffer, 0, 0)
        self.surface.damage(0, 0 if self.drawn <= 3 else height - LOW, width, height)
        shown = self.surface.frame()
        shown.dispatcher["done"] = lambda *_: self._note(number)
        self.surface.commit()
        tell("tick", number)
        self.display.flush()

    def _note(self, number: int) -> None:
        self.shown += 1
        tell("shown", number)

    def wait(self, until: float) -> None:
        """Serve the compositor until that moment."""
        import select

        while (left := until - time.monotonic()) > 0:
            self.display.flush()
            if select.select([self.display.get_fd()], [], [], left)[0]:
                self.display.dispatch(block=True)


def tell(what: str, number: int) -> None:
    print(what, number, f"{time.monotonic():.6f}", flush=True)


def main() -> None:
    rate, count, first = float(sys.argv[1]), int(sys.argv[2]), int((*sys.argv[3:], "1")[0])
    card = Card()
    while not card.shown:  # a compositor that has just started may overlook the first one
        card.draw(0)
        card.wait(time.monotonic() + 0.5)
    if not count:
        card.wait(time.monotonic() + 600)
    if not sys.stdin.isatty():
        sys.stdin.readline()  # begin when told
    began = time.monotonic()
    for n in range(count):
        card.wait(began + n / rate)
        card.draw(first + n)
    card.wait(time.monotonic() + 600)


if __name__ == "__main__":
    main()
