"""Seconds to centiseconds without drift, and the grid of a frame rate.

A GIF's delays are whole centiseconds, and players show 0 and 1 as 10. Each frame's absolute edge is rounded, not its
length, so errors never add up; a frame that the next one follows within less than 2 cs gives its place to the next.
"""

from collections.abc import Iterator
from math import floor

from gifsom.clip import Clip, Frame

MIN_DELAY = 2
"""Shortest delay in centiseconds that players respect."""


def nearest(value: float) -> int:
    """The nearest whole number, halves upwards, as ffmpeg rounds times (Python's `round` takes halves to even)."""
    return floor(value + 0.5)


def slots(duration: float, fps: float) -> int:
    """How many frames of a constant rate a clip of `duration` seconds has: at least one."""
    return max(1, nearest(duration * fps))


def schedule(clip: Clip) -> Iterator[tuple[Frame, int]]:
    """The frames that a GIF shows and for how long each, in whole centiseconds >= 2.

    The sum of the delays is the clip's duration, rounded once.
    """
    shown: Frame | None = None
    since = 0
    for frame in clip.frames():
        now = nearest(frame.start * 100)
        if shown is not None and now - since >= MIN_DELAY:
            yield shown, now - since
            since = now
        shown = frame
    if shown is not None:
        yield shown, max(MIN_DELAY, nearest(clip.duration * 100) - since)
