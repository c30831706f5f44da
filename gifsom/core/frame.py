"""Frame and Rect: pictures with their times, and parts of them; Shortfall: the unreadable part of a source."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture and the time at which it appears.

    pixels  (h, w, 3) uint8, sRGB, C-contiguous and read-only
    start   seconds from the clip's beginning, >= 0
    mask    (h, w) bool, True where the picture is transparent, read-only; None where it is opaque all over
    """

    pixels: Pixels
    start: float
    mask: Mask | None = None

    def __post_init__(self) -> None:
        self.pixels.flags.writeable = False
        if self.mask is not None:
            self.mask.flags.writeable = False

    def at(self, start: float) -> "Frame":
        """The same picture at another time."""
        return Frame(self.pixels, start, self.mask)


class LazyFrame(Frame):
    """A frame whose picture is made when it is first asked for: edits of time alone need none."""

    __slots__ = ("_made", "make")

    make: Callable[[], Frame]
    _made: Frame | None

    def __init__(self, start: float, make: Callable[[], Frame]) -> None:
        """Take a start in seconds, and what makes the picture; whoever calls that keeps nothing in this frame."""
        for name, value in (("start", start), ("make", make), ("_made", None)):
            object.__setattr__(self, name, value)

    @property
    def pixels(self) -> Pixels:
        return self._picture().pixels

    @property
    def mask(self) -> Mask | None:
        return self._picture().mask

    def at(self, start: float) -> Frame:
        return LazyFrame(start, self.make)

    def _picture(self) -> Frame:
        if self._made is None:
            object.__setattr__(self, "_made", self.make())
        assert self._made is not None
        return self._made


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle of pixels: upper left corner and size, width and height >= 1."""

    left: int
    top: int
    width: int
    height: int

    def cut(self, plane: np.ndarray) -> np.ndarray:
        """The part of a (h, w, ...) array that lies inside."""
        return plane[self.top : self.top + self.height, self.left : self.left + self.width]

    def union(self, other: "Rect | None") -> "Rect":
        """The smallest rectangle that holds both."""
        if other is None:
            return self
        left, top = min(self.left, other.left), min(self.top, other.top)
        right = max(self.left + self.width, other.left + other.width)
        bottom = max(self.top + self.height, other.top + other.height)
        return Rect(left, top, right - left, bottom - top)

    @classmethod
    def around(cls, marked: Mask) -> Self | None:
        """The smallest rectangle that holds every True of a (h, w) array; None where there is none."""
        rows = np.flatnonzero(marked.any(axis=1))
        if not rows.size:
            return None
        top, bottom = int(rows[0]), int(rows[-1])
        columns = np.flatnonzero(marked[top : bottom + 1].any(axis=0))
        left, right = int(columns[0]), int(columns[-1])
        return cls(left, top, right - left + 1, bottom - top + 1)


@dataclass(frozen=True, slots=True)
class Shortfall:
    """The part of a source that could not be read.

    read      seconds that could be read
    declared  seconds that it should have; None where it does not say
    cause     the decoder's own words in brackets, to be appended to a message; may be empty
    """

    read: float
    declared: float | None
    cause: str

    @property
    def amount(self) -> str:
        """Text such as "2.1 of 5.0 s"."""
        return f"{self.read:.1f} s" if self.declared is None else f"{self.read:.1f} of {self.declared:.1f} s"
