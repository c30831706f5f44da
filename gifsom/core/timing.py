"""Seconds to centiseconds without drift, and the grid of a frame rate.

A GIF's delays are whole centiseconds, and players show 0 and 1 as 10. Each frame's absolute edge is rounded, not its
length, so errors never add up; a frame that is followed within less than 2 cs gives way to the next.
"""

from collections.abc import Iterator
from math import floor

from gifsom.core.frame import Frame
from gifsom.core.source import Source

MIN_DELAY = 2
"""Shortest delay in centiseconds that players respect."""


def nearest(value: float) -> int:
    """The nearest whole number, halves rounded up, as ffmpeg rounds times (Python's `round` takes halves to even).

    A half that floating point has made a little smaller, such as 0.29 * 50, still counts as a half.
    """
    return floor(value + 0.5 + 1e-9)


def slots(duration: float, fps: float) -> int:
    """Number of frames of a constant rate in `duration` seconds: at least one."""
    return max(1, nearest(duration * fps))


def schedule(clip: Source) -> Iterator[tuple[Frame, int]]:
    """The frames that a GIF shows with their delays, whole centiseconds >= 2.

    The sum of the delays is the clip's duration, rounded once.
    """
    before: tuple[Frame, int] | None = None  # a frame that has its time, and when it appears
    shown: Frame | None = None
    since = 0
    for frame in clip.frames():
        now = nearest(frame.start * 100)
        if shown is not None and now - since >= MIN_DELAY:
            if before is not None:
                yield before[0], since - before[1]
            before, since = (shown, since), now
        shown = frame
    if shown is None:
        return
    end = nearest(clip.duration * 100)
    if before is not None:
        since = min(since, end - MIN_DELAY)  # a last frame that comes too late comes a little earlier,
        if since - before[1] >= MIN_DELAY:
            yield before[0], since - before[1]
        else:
            since = before[1]  # or takes the place of the one before
    yield shown, max(MIN_DELAY, end - since)
