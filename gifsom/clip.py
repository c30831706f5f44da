"""Clip, Frame and Rect: what flows from the sources to the encoder.

A Clip can be iterated again and again and gives the same frames each time: training the palette comes before mapping.
Its edits (gifsom.fluent) give new clips and change nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gifsom.fluent import Fluent

Pixels: TypeAlias = NDArray[np.uint8]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture and when it appears.

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


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle of pixels: its upper left corner and its size, width and height >= 1."""

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
    """What could not be read of a source.

    read      seconds that could
    declared  seconds that it should have; None where it does not say
    cause     the decoder's own words in brackets, to stand behind ours; may be empty
    """

    read: float
    declared: float | None
    cause: str

    @property
    def amount(self) -> str:
        """Such as "2.1 of 5.0 s"."""
        return f"{self.read:.1f} s" if self.declared is None else f"{self.read:.1f} of {self.declared:.1f} s"


class Clip(Fluent, ABC):
    """A re-iterable source of frames, all of one size, with rising times.

    Attributes:
        plays: how many times the source asks to be played, 0 for ever; None where it does not say.
        native: the source is an animation whose own size and delays a GIF keeps unless others are asked.
        indexed: its pictures have been made with color tables, so that others may show every color of them.
    """

    plays: int | None = None
    native: bool = False
    indexed: bool = False

    @property
    def name(self) -> str:
        """What messages call it: the path of its file, fit to print."""
        return "the clip"

    def __repr__(self) -> str:
        return f"<{type(self).__name__.strip('_')} of {self.name}, {self.size[0]}x{self.size[1]} pixels>"

    @property
    @abstractmethod
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""

    @property
    @abstractmethod
    def duration(self) -> float:
        """Length in seconds, > 0, as exactly as known; exact once all frames have been read."""

    @property
    def rate(self) -> float | None:
        """The most frames that any second has, as a rate; None where it is not known."""
        return None

    @property
    def count(self) -> int | None:
        """The number of frames to expect, for progress; None where it is not known."""
        return None

    @property
    def shortfall(self) -> Shortfall | None:
        """What the last complete reading found missing; None when everything was there."""
        return None

    @abstractmethod
    def frames(self) -> Iterator[Frame]:
        """The frames in order, read-only, from 0 s on, the same ones at each call.

        >>> [round(frame.start, 2) for frame in gifsom.open("fixtures/sprite.gif").frames()][:3]
        [0.0, 0.12, 0.2]
        """
