"""Pictures of a screen as they come, whatever gives them: the interface between a recording and its backends.

A `Screen` is one way to record: it knows what there is, and opens a `Feed` of a part of it, which gives pictures with
their times, and the pointer, clicks and keys beside them. Grabbing at deadlines is `grab.py`, Wayland is
`systems/wayland/`.
"""

import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Final, Self

import numpy as np

from gifsom.core.errors import ScreenUnavailable, SettingError, printable
from gifsom.core.frame import Pixels, Rect
from gifsom.core.region import region_text
from gifsom.recorder.types import Monitor, Window
from gifsom.spool.events import Click, Key, Pointer, Shape

FIRST: Final = 10.0
"""Seconds within which the first picture comes."""


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A picture (h, w, 4) uint8 of blue, green, red and an unused byte, and its moment, by `time.perf_counter`."""

    time: float
    pixels: Pixels


@dataclass(frozen=True, slots=True)
class Target:
    """The part of a screen that is recorded; without any of them, the primary monitor.

    region   in the screen's own units
    window   "active", a title, or a part of one or of a program's name; or a window found before
    monitor  its number, or its name
    """

    region: Rect | None = None
    window: str | Window | None = None
    monitor: int | str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """The rate in pictures a second, and the events that are recorded beside them."""

    fps: float
    cursor: bool
    clicks: bool
    keys: bool
    shortcuts: bool = False


class Feed(ABC):
    """Pictures of one part of a screen, for one thread at a time, save `wake`; a context manager.

    Attributes:
        rect: of the screen; the region as far as it is there. It grows with a window that is followed.
        window: that is followed, as it was found.
        cut: whether a part of a picture was outside of the screen.
    """

    rect: Rect
    window: Window | None = None
    cut: bool = False

    @abstractmethod
    def next(self, until: float) -> Shot | None:
        """The next picture, of a size that may change; None: none came until that moment of `time.perf_counter`.

        Raises `ScreenUnavailable`, with the reason, where none will come any more.
        """

    @abstractmethod
    def wake(self) -> None:
        """End a `next` that waits in another thread."""

    @abstractmethod
    def close(self) -> None:
        """Release what it holds; idempotent."""

    def first(self) -> Shot:
        """The first picture. Raises `ScreenUnavailable` also where none comes for 10 s."""
        until = time.perf_counter() + FIRST
        while (shot := self.next(until)) is None:
            if time.perf_counter() >= until:
                raise ScreenUnavailable(f"the desktop has sent no picture for {FIRST:g} s, and nothing is recorded")
        return shot

    def resume(self) -> None:
        """Go on after a pause: what came meanwhile is old."""
        return

    def missed(self) -> int:
        """Pictures since the last call that came, or should have come, and were lost."""
        return 0

    def drain(self) -> list[Pointer | Shape | Click | Key]:
        """Events since the last call, in order: times by `time.perf_counter`, places in pixels of the picture."""
        return []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Screen(ABC):
    """One way to record a screen, until `close`; all of it raises `ScreenUnavailable`.

    Attributes:
        name: as in `--backend`.
    """

    name: ClassVar[str]

    @abstractmethod
    def monitors(self) -> list[Monitor]:
        """The monitors as they are now, at least one."""

    @abstractmethod
    def still(self) -> tuple[Pixels, Rect]:
        """A picture of all that regions are cut of, (h, w, 4), and its place in the units of regions."""

    @abstractmethod
    def measure(self, target: Target) -> tuple[int, int]:
        """Width and height in pixels of what would be recorded."""

    @abstractmethod
    def feed(self, target: Target, wanted: Wanted) -> Feed:
        """Pictures of a part of it. Raises `SettingError`, and `WindowNotFound`, where there is no such part."""

    def close(self) -> None:
        """Release what it holds; idempotent."""
        return


class Pacer:
    """The choice of pictures that come when something changes, so that there are no more than asked.

    A leaky bucket (ITU-T I.371, "generic cell rate algorithm") that lets pictures come two periods early, and leaks a
    little faster than the rate, so that it forgets those: all are taken of a source of that very rate, however unsteady
    it is.
    """

    def __init__(self, fps: float) -> None:
        self._period = 0.95 / fps
        self._early = 2 / fps
        self._due = 0.0

    @property
    def ready(self) -> float:
        """The moment from which on a picture may be taken."""
        return self._due - self._early

    def take(self, moment: float) -> None:
        """Count a picture of that moment."""
        self._due = max(self._due, moment) + self._period


def fitted(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """A picture on a canvas of that width and height: what is beyond is cut off, what is missing is black."""
    width, height = size
    if pixels.shape[:2] == (height, width):
        return pixels
    canvas = np.zeros((height, width, 4), np.uint8)
    part = pixels[:height, :width]
    canvas[: part.shape[0], : part.shape[1]] = part
    return canvas


def find_monitor(listed: list[Monitor], wanted: int | str | None) -> Monitor:
    """The monitor of that number or name; None: the primary one. Raises `SettingError`, which lists them."""
    for one in listed:
        if wanted in (one.number, one.name) or (wanted is None and one.primary):
            return one
    there = ", ".join(
        " ".join([str(one.number), *([printable(one.name)] if one.name else []), f"({region_text(one.rect)})"])
        for one in listed
    )
    raise SettingError(f"monitor is {printable(wanted)}: there are {there}")
