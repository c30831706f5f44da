"""Where a camera looks that glides over a picture: views, and the path from one to the next.

A glide gathers speed for a third of its time, keeps it, and loses it in the last third: it begins and ends softly, and
in between every step is as long as the one before.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

GLIDE: Final = 0.6
"""Seconds of a glide from one view to another, where the time is there: shorter ones jerk, and each picture of one is
new all over, which costs bytes."""

SHARE: Final = 1 / 3
"""Longest glide relative to the stretch that it begins or ends: as much of it stands still."""

RAMP: Final = 1 / 3
"""Part of a glide in which it gathers speed, and in which it loses it."""

NEAR: Final = 1e-6
"""Seconds within which two times are the same."""


@dataclass(frozen=True, slots=True)
class View:
    """The part of a picture that is shown, in pixels that need not be whole."""

    left: float
    top: float
    width: float
    height: float

    def towards(self, other: "View", share: float) -> "View":
        """The view on the way to another one: 0 is this one, 1 the other. One point of the picture stays in place."""
        mine, theirs = (
            (self.left, self.top, self.width, self.height),
            (other.left, other.top, other.width, other.height),
        )
        return View(*(a + (b - a) * share for a, b in zip(mine, theirs, strict=True)))


@dataclass(frozen=True, slots=True)
class Stay:
    """A view that is shown from `start` to `end` in seconds, with the glides to it and away from it, each `glide` long
    at most; 0: it is there at once.
    """

    start: float
    end: float
    view: View
    glide: float = GLIDE


@dataclass(frozen=True, slots=True)
class _Glide:
    start: float
    end: float
    origin: View
    target: View


def around(x: float, y: float, factor: float, size: tuple[int, int]) -> View:
    """The view of a picture of `size` that is `factor` times as large, its middle as near to a point as edges allow.

    It begins at a whole pixel, so that what stands still is as sharp as the source.
    """
    width, height = size[0] / factor, size[1] / factor
    left = min(max(0, round(x - width / 2)), int(size[0] - width))
    top = min(max(0, round(y - height / 2)), int(size[1] - height))
    return View(left, top, width, height)


class Path:
    """The views of a camera over time.

    Attributes:
        whole: all of the picture.
        moving: stretches in which it glides, start and end in seconds.
    """

    def __init__(self, stays: Sequence[Stay], size: tuple[int, int]) -> None:
        """A path by stays in their order, disjoint. From one to another that begins where it ends, it glides at once;
        else it comes from the whole picture, and goes back.
        """
        self.whole = View(0, 0, *size)
        self._glides: list[_Glide] = []
        for n, stay in enumerate(stays):
            before, after = stays[n - 1] if n else None, stays[n + 1] if n + 1 < len(stays) else None
            long = min(stay.glide, (stay.end - stay.start) * SHARE)
            if before is None or before.end < stay.start:
                self._glides.append(_Glide(stay.start, stay.start + long, self.whole, stay.view))
            if after is not None and after.start <= stay.end:
                long = min(long, (after.end - after.start) * SHARE)
                self._glides.append(_Glide(stay.end - long / 2, stay.end + long / 2, stay.view, after.view))
            elif stay.end < float("inf"):
                self._glides.append(_Glide(stay.end - long, stay.end, stay.view, self.whole))
        self.moving = [(glide.start, glide.end) for glide in self._glides]
        self._starts = [glide.start for glide in self._glides]

    def at(self, time: float) -> View:
        """The view at a time in seconds."""
        n = bisect_right(self._starts, time + NEAR) - 1
        if n < 0:
            return self.whole
        glide = self._glides[n]
        if time > glide.end - NEAR:
            return glide.target
        return glide.origin.towards(glide.target, eased((time - glide.start) / (glide.end - glide.start)))


def eased(share: float) -> float:
    """The part of its way that a glide has gone when that part of its time is over; 1 from its end on.

    >>> [round(eased(n / 6), 3) for n in range(8)]
    [0.0, 0.062, 0.25, 0.5, 0.75, 0.938, 1.0, 1.0]
    """
    if share >= 1:
        return 1.0
    if share > 1 / 2:
        return 1 - eased(1 - share)
    speed = 1 / (1 - RAMP)
    return speed * share * share / (2 * RAMP) if share < RAMP else speed * (share - RAMP / 2)
