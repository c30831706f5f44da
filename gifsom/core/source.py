"""Source: the base of all that gives frames, from a file, a screen, or another source that it edits."""

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gifsom.core.frame import Frame, Rect, Shortfall
from gifsom.core.values import Color


class StillGrowing(Exception):
    """A clip that is being recorded is asked for what is known only at its end."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment, in seconds, and a place, in pixels from the left and the top, of somebody's work in a clip."""

    time: float
    x: float
    y: float


class Source(ABC):
    """A re-iterable source of frames, all of one size, with rising times.

    It can be iterated again and again and gives the same frames each time: training the palette comes before mapping.

    Attributes:
        plays: number of times that the source asks to be played, 0 for ever; None where it does not say.
        native: the source is an animation whose own size and delays a GIF keeps unless others are requested.
        indexed: its pictures were made with color tables, so others may show every one of their colors.
    """

    plays: int | None = None
    native: bool = False
    indexed: bool = False

    @property
    def name(self) -> str:
        """Path of its file, printable, for messages."""
        return "the clip"

    def __repr__(self) -> str:
        return f"<{type(self).__name__.strip('_')} of {self.name}, {self.size[0]}x{self.size[1]} pixels>"

    @property
    def files(self) -> "tuple[os.PathLike[str], ...]":
        """The files that it is read from, which nothing that is made of it may replace."""
        return ()

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
        """Highest number of frames in any second; None where it is not known."""
        return None

    @property
    def count(self) -> int | None:
        """Number of frames to expect, for progress; None where it is not known."""
        return None

    @property
    def shortfall(self) -> Shortfall | None:
        """Seconds that the last complete reading found missing; None when everything was there."""
        return None

    @property
    def sound(self) -> bool:
        """Whether it has sound, which is not read."""
        return False

    @property
    def growing(self) -> bool:
        """Whether it is being recorded: its frames come as it goes on, and its duration raises `StillGrowing`."""
        return False

    @property
    def notes(self) -> tuple[str, ...]:
        """Effects of edits that a user wants to know, such as how much was cut; exact once all frames are read."""
        return ()

    @abstractmethod
    def frames(self) -> Iterator[Frame]:
        """The frames in order, read-only, from 0 s on, the same ones at each call."""

    def marks(self) -> Sequence[Mark] | None:
        """Where and when somebody worked in it, with times that never fall; None where it does not tell."""
        return None

    # Steps that a source may do itself, as ffmpeg does for a video. None: an edit does them, but for the last two.

    def trimmed(self, start: float, end: float | None) -> "Source | None":
        """The part from `start` to `end` in seconds; end None: to its own end. Raises `SourceEmpty` for no frames."""
        return None

    def resampled(self, fps: float) -> "Source | None":
        """At most `fps` frames a second."""
        return None

    def cropped(self, rect: Rect) -> "Source | None":
        """The part `rect` of each picture, which lies inside of it."""
        return None

    def scaled(self, size: tuple[int, int]) -> "Source | None":
        """Each picture at `size`, width and height."""
        return None

    def dissolved(self, seconds: float) -> "Source | None":
        """With clips that follow each other in it dissolving into each other; no edit does it where it cannot.

        Raises `SettingError` where one of them is too short for that.
        """
        return None

    def flattened(self, background: Color) -> "Source | None":
        """The same, with a color behind transparent pixels; None where those are only a mask, or there are none."""
        return None


class Holder:
    """Base of `gifsom.Clip`, which holds a source and is not one."""

    source: Source


def held(clip: "Source | Holder") -> Source:
    """The source itself, or the one that is held."""
    return clip.source if isinstance(clip, Holder) else clip
