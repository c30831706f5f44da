"""Frames for what moves over a picture that stands still: a recording has none where nothing changes."""

from collections.abc import Iterator, Sequence

from gifsom.core.frame import Frame
from gifsom.core.source import Source
from gifsom.core.values import MAX_FPS, VIDEO_FPS
from gifsom.edit.frames import with_ends

Stretch = tuple[float, float]
"""Start and end in seconds."""


def pace(clip: Source) -> float:
    """Frames a second at which something moves over a clip: its own rate, but for an animation of a few pictures."""
    rate = clip.rate
    if rate is None or (clip.native and rate < VIDEO_FPS):
        return VIDEO_FPS
    return min(rate, MAX_FPS)


def steady(clip: Source) -> bool:
    """Whether a clip has frames at its rate throughout, so that movements need no others."""
    return clip.rate is not None and not clip.native


def paced(clip: Source, stretches: Sequence[Stretch], fps: float) -> Iterator[tuple[Frame, float]]:
    """The frames of a clip and when each of them ends, split so that a movement is seen in each of some stretches.

    A frame that stays is repeated 1 / `fps` s after it appears or the stretch begins, and so on until one begins at or
    after the stretch's end; at a stretch without length, once. None lasts less than half of that, unless its own clip
    says so.

    Args:
        stretches: seconds, rising, disjoint; the last may end at infinity.
    """
    step = 1 / fps
    for frame, end in with_ends(clip):
        start = frame.start
        for time in (time for stretch in stretches for time in _steps(*stretch, start, end, step)):
            yield frame.at(start), time
            start = time
        yield frame.at(start), end


def _steps(first: float, last: float, start: float, end: float, step: float) -> Iterator[float]:
    """Times at which a frame from `start` to `end` is repeated in a stretch."""
    if first == last:
        if start + step / 2 < first < end - step / 2:
            yield first
        return
    time = max(start, first)
    while time < min(last, end - step * 1.5):
        time += step
        yield time
