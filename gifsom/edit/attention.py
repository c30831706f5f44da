"""Where the work is in a clip, for a camera that follows it: around marks that lie together in time and place.

A recording tells marks itself: clicks, keys, rests of the pointer. Of any other clip they are where its pictures
change, if that is less than a view. Calm comes first: a view stays for LEAST seconds at the least, and from one that
is followed closely by another the camera glides there at once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from gifsom.core.frame import Frame, Pixels
from gifsom.core.source import Mark, Source
from gifsom.edit.base import resample, scale_to
from gifsom.edit.camera import Path, Stay, around
from gifsom.edit.picture import height_for

LOOKS: Final = 5.0
"""Pictures a second that are looked at for changes."""

WIDE: Final = 160
"""Width in pixels at which they are looked at."""

STEP: Final = 12
"""Levels by which a pixel must differ: codecs and scaling leave none alone."""

FEW: Final = 2
"""Pixels that have to change: a single one may be noise."""

FAR: Final = 0.1
"""Part of all change, on each side, that may lie farther out: a clock in a corner moves no camera."""

ROOM: Final = 0.8
"""Part of a view, in width and in height, that marks of one stay may take."""

LASTING: Final = 1.0
"""Seconds that changes of pictures have to go on in one place before a camera goes there."""

PATIENCE: Final = 2.5
"""Seconds without a mark after which the next one begins a stay of its own."""

LEAD: Final = 0.8
REST: Final = 1.2
"""Seconds that a stay begins before its first mark, so that the camera is there, and ends after its last."""

LEAST: Final = 3.0
"""Shortest stay in seconds, glides included."""

CALM: Final = 2.0
"""Seconds between two stays from which on all of the picture is shown in between."""

SAME: Final = 0.2
"""Part of a view by which the middles of two stays may differ and be one."""


@dataclass
class Group:
    """Marks that lie together: their first and last time, and the box around them."""

    first: float
    last: float
    left: float
    top: float
    right: float
    bottom: float

    def with_mark(self, mark: Mark) -> "Group":
        """This and one more mark."""
        return Group(
            self.first,
            mark.time,
            min(self.left, mark.x),
            min(self.top, mark.y),
            max(self.right, mark.x),
            max(self.bottom, mark.y),
        )

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Attention:
    """The path that a camera takes over a clip by itself, `factor` times as large where the work is."""

    clip: Source
    factor: float

    @cached_property
    def path(self) -> Path:
        """Found when it is first asked for; where the clip tells no marks, it is read, small, once."""
        clip, factor = self.clip, self.factor
        marks = clip.marks()
        found = groups(marks, factor, clip.size) if marks else settled(clip, factor)
        return Path(stays(found, factor, clip.size, clip.duration), clip.size)


def stays(groups: Iterable[Group], factor: float, size: tuple[int, int], duration: float) -> list[Stay]:
    """Stays of a camera at some groups of marks, one after the other; disjoint, each LEAST seconds long or more.

    Args:
        factor: by which its views are larger than the picture, > 1.
        size: width and height of the picture in pixels.
        duration: of the clip in seconds.
    """
    found: list[Stay] = []
    for group in groups:
        view = around(*group.middle, factor, size)
        start, end = max(0.0, group.first - LEAD), min(duration, group.last + REST)
        if found and start - found[-1].end < CALM:
            before = found[-1]
            if abs(before.view.left - view.left) + abs(before.view.top - view.top) < SAME * view.width:
                found[-1] = Stay(before.start, max(before.end, end), before.view)
                continue
            start = max(start, before.end)
            if end - start >= LEAST - LEAD - REST:  # else it would be left again at once
                found[-1] = Stay(before.start, start, before.view)
        end = min(duration, max(end, start + LEAST))
        if end - start >= LEAST:
            found.append(Stay(start, end, view))
    return found


def groups(marks: Iterable[Mark], factor: float, size: tuple[int, int]) -> Iterator[Group]:
    """Marks that fit into one view of a picture of `size`, none of them longer than PATIENCE after the one before."""
    width, height = size[0] / factor * ROOM, size[1] / factor * ROOM
    group: Group | None = None
    for mark in marks:
        wider = None if group is None else group.with_mark(mark)
        if wider is not None and group is not None:
            fits = wider.right - wider.left <= width and wider.bottom - wider.top <= height
            if not fits or mark.time - group.last > PATIENCE:
                yield group
                wider = None
        group = wider or Group(mark.time, mark.time, mark.x, mark.y, mark.x, mark.y)
    if group is not None:
        yield group


def settled(clip: Source, factor: float) -> Iterator[Group]:
    """Where the pictures of a clip change for LASTING seconds, in less than a view. Reads the clip."""
    for run in changes(clip, factor):
        yield from (group for group in groups(run, factor, clip.size) if group.last - group.first >= LASTING)


def changes(clip: Source, factor: float) -> Iterator[list[Mark]]:
    """The middles of what changes in a clip's pictures, in runs: one ends where more changes than a view has."""
    width, height = clip.size
    small = scale_to(resample(clip, LOOKS), (WIDE, height_for(WIDE, clip.size))) if width > WIDE else clip
    ratio = width / small.size[0]
    room = width / factor * ROOM, height / factor * ROOM
    marks: list[Mark] = []
    before: Frame | None = None
    for frame in small.frames():
        box = None if before is None else changed(before.pixels, frame.pixels)
        before = frame
        if box is None:
            continue
        left, top, right, bottom = (edge * ratio for edge in box)
        if right - left <= room[0] and bottom - top <= room[1]:
            marks.append(Mark(frame.start, (left + right) / 2, (top + bottom) / 2))
        elif marks:
            yield marks
            marks = []
    yield marks


def changed(before: Pixels, after: Pixels) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom of where two pictures (h, w, 3) differ, but for a tenth of it on each side.

    None where fewer than FEW pixels do.
    """
    moved = (np.maximum(before, after) - np.minimum(before, after)).max(axis=2) > STEP
    total = int(moved.sum())
    if total < FEW:
        return None
    edges = []
    for axis in (0, 1):
        share = np.cumsum(moved.sum(axis=axis)) / total
        edges.append((int(np.searchsorted(share, FAR)), int(np.searchsorted(share, 1 - FAR)) + 1))
    (left, right), (top, bottom) = edges
    return left, top, right, bottom
