"""Edits for clips that loop: backward, forward and backward, and without a jump at the seam.

Frames that are shown backward are stored, in memory or on disk, since no source is read backward.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache, cached_property, partial
from math import floor

import numpy as np
from PIL import Image

from gifsom.core.errors import SettingError
from gifsom.core.frame import Frame
from gifsom.core.source import Source
from gifsom.core.values import check_seconds
from gifsom.edit.base import Timed, resample
from gifsom.edit.frames import with_ends
from gifsom.edit.seam import SAME, find_loop
from gifsom.edit.store import Store
from gifsom.edit.time import Part

FADE_RATE = 25.0
"""Frame rate of a cross-fade where the clip's own is not known."""


class _Stored(Timed):
    """An edit that reorders frames: they are read once, when first needed, and stored."""

    @cached_property
    def store(self) -> Store:
        store = Store()
        for frame in self.source.frames():
            store.append(frame)
        return store

    def resampled(self, fps: float) -> Source:
        slower = resample(self.source, fps)
        return self if slower is self.source else self.again(slower)


class _Reversed(_Stored):
    def again(self, clip: Source) -> Source:
        return _Reversed(clip)

    def frames(self) -> Iterator[Frame]:
        ends = [*self.store.starts[1:], self.duration]
        order = range(len(ends) - 1, -1, -1)
        for number, frame in zip(order, self.store.read(order), strict=True):
            yield frame.at(self.duration - ends[number])


class _ThereAndBack(_Stored):
    def again(self, clip: Source) -> Source:
        return _ThereAndBack(clip)

    @property
    def duration(self) -> float:
        """The clip's, and once more all but its first and last frame."""
        starts = self.store.starts
        return self.source.duration + (starts[-1] - starts[min(1, len(starts) - 1)])

    @property
    def count(self) -> int | None:
        count = self.source.count
        return None if count is None else max(count, 2 * count - 2)

    def frames(self) -> Iterator[Frame]:
        starts = self.store.starts
        yield from self.store
        order = range(len(starts) - 2, 0, -1)
        for number, frame in zip(order, self.store.read(order), strict=True):
            yield frame.at(self.source.duration + (starts[-1] - starts[number + 1]))


class _Looped(Part):
    """The part of a clip that `find` gives; its last `seconds` cross-fade into those before the part, where there are
    any.

    There each frame shows two pictures: that of its time, and that of one loop before.
    """

    def __init__(self, clip: Source, find: Callable[[], tuple[float, float]], seconds: float) -> None:
        super().__init__(clip, find)
        self.seconds = seconds

    def again(self, clip: Source) -> Source:
        return _Looped(clip, self.find, self.seconds)

    @property
    def count(self) -> int | None:
        return None if self.seconds else super().count

    def frames(self) -> Iterator[Frame]:
        start, end = self.find()
        seconds = min(self.seconds, start)
        rate = self.rate or FADE_RATE
        fade = deque(end - step / rate for step in range(floor(seconds * rate + SAME), 0, -1))  # times of its frames
        clear = fade[0] if fade else end
        lead = Store()
        for frame, until in with_ends(self.source):
            if frame.start >= end:
                break
            if start - seconds < until and frame.start < start:
                lead.append(frame)
            if start < until and frame.start < clear - SAME:
                yield frame.at(max(0.0, frame.start - start))
            while fade and fade[0] < until - SAME:
                time = fade.popleft()
                before = bisect_right(lead.starts, time - end + start + SAME) - 1
                other = next(lead.read([max(0, before)]))
                yield blend(frame, other, 1 - (end - time) / seconds, time - start)


def blend(a: Frame, b: Frame, share: float, start: float) -> Frame:
    """A frame between two of one size: `share`, 0 to 1, of it is b. A pixel that one of them hides is the other's.

    Such a pixel is hidden where the frame that hides it has the larger share.
    """
    pixels = np.array(Image.blend(Image.fromarray(a.pixels), Image.fromarray(b.pixels), share))
    if a.mask is not None:
        pixels[a.mask] = b.pixels[a.mask]
    if b.mask is not None:
        pixels[b.mask] = a.pixels[b.mask]
    return Frame(pixels, start, a.mask if share < 0.5 else b.mask)


def reverse(clip: Source) -> Source:
    """Play a clip backward: a picture shown from s to e is shown from duration - e to duration - s.

    Its frames are read once and stored, in memory or on disk, when they are first asked for; `TargetUnwritable` is
    raised then if the disk is full. A lower rate is that of the clip played forward: the same frames are chosen.

    >>> clip = gifsom.open("fixtures/sprite.gif")
    >>> [round(frame.start, 2) for frame in clip.frames()][-3:], round(clip.duration, 2)
    ([0.61, 0.66, 0.74], 0.86)
    >>> [round(frame.start, 2) for frame in clip.reverse().frames()][:3]
    [0.0, 0.12, 0.2]
    """
    return clip.source if isinstance(clip, _Reversed) else _Reversed(clip)


def boomerang(clip: Source) -> Source:
    """Play a clip forward and then backward, its last and first frame only once.

    Of n frames it makes 2n - 2; one or two stay as they are. Stored as in `reverse`, and a lower rate is as there.

    >>> clip = gifsom.open("fixtures/sprite.gif")
    >>> len([*clip.frames()]), len([*clip.boomerang().frames()])
    (12, 22)
    """
    return _ThereAndBack(clip)


def loop_smooth(clip: Source, seconds: float = 0.0) -> Source:
    """Cut a clip where it loops best: its end looks like its beginning and moves on like it.

    At least half of it is kept, and half a second; one that loops already is left alone.
    `gifsom.edit.seam.find_loop` says how the cut is found. The clip is read once for that, when its duration or its
    frames are first asked for.

    Args:
        seconds: the loop's last seconds are cross-faded into those before its beginning, so as much of the clip is
            reserved there; 0: no fade.

    Raises:
        SettingError: for a negative time, and for more than a third of the clip.

    >>> clip = gifsom.open("fixtures/scene.mp4")  # balls that are back where they were after three seconds
    >>> clip.loop_smooth().duration
    3.0
    """
    check_seconds("loop_smooth", seconds, 0)
    if seconds and 3 * seconds > clip.duration:
        raise SettingError(
            f"loop_smooth is {seconds:g} s: give a third of the clip at most, which is {clip.duration:.2f} s long"
        )
    return _Looped(clip, cache(partial(find_loop, clip, seconds)), seconds)
