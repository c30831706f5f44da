"""Edits for clips that play again and again: backward, there and back, and without a jump where they begin again.

What is shown backward is stored, in memory or on disk, since no source is read backward.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache, cached_property, partial
from math import floor
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gifsom.clip import Clip, Frame
from gifsom.edit.base import Timed, lasting
from gifsom.edit.store import Store
from gifsom.edit.time import Part
from gifsom.errors import SettingError
from gifsom.settings import check_seconds

LOOK = 32
"""Longer side, in pixels, of the small pictures that are compared to find a loop."""

SHORTEST_LOOP = 0.5
"""Seconds that a loop lasts at least."""

AS_GOOD = 0.1
"""Part by which a loop may be worse than the best one and still counts as equally good."""

UNSEEN = 0.05
"""Mean square of a difference in levels that nobody sees, even where the best loop is perfect."""

FADE_RATE = 25.0
"""Frames a second of a cross-fade where the clip does not say its rate."""

BLOCK = 256
"""Frames that are compared with all others at once."""

SAME = 1e-6
"""Seconds up to which two times are one."""

Looks: TypeAlias = NDArray[np.float32]


class _Stored(Timed):
    """An edit that shows frames in another order: they are read once, when they are first needed, and stored."""

    @cached_property
    def store(self) -> Store:
        store = Store()
        for frame in self.clip.frames():
            store.append(frame)
        return store

    def resample(self, fps: float) -> Clip:
        slower = self.clip.resample(fps)
        return self if slower is self.clip else self.again(slower)


class _Reversed(_Stored):
    def again(self, clip: Clip) -> Clip:
        return _Reversed(clip)

    def frames(self) -> Iterator[Frame]:
        ends = [*self.store.starts[1:], self.duration]
        order = range(len(ends) - 1, -1, -1)
        for number, frame in zip(order, self.store.read(order), strict=True):
            yield Frame(frame.pixels, self.duration - ends[number], frame.mask)


class _ThereAndBack(_Stored):
    def again(self, clip: Clip) -> Clip:
        return _ThereAndBack(clip)

    @property
    def duration(self) -> float:
        """The clip's, and once more all but its first and last frame."""
        starts = self.store.starts
        return self.clip.duration + (starts[-1] - starts[min(1, len(starts) - 1)])

    @property
    def count(self) -> int | None:
        count = self.clip.count
        return None if count is None else max(count, 2 * count - 2)

    def frames(self) -> Iterator[Frame]:
        starts = self.store.starts
        yield from self.store.read(range(len(starts)))
        order = range(len(starts) - 2, 0, -1)
        for number, frame in zip(order, self.store.read(order), strict=True):
            yield Frame(frame.pixels, self.clip.duration + (starts[-1] - starts[number + 1]), frame.mask)


class _Looped(Part):
    """The part of a clip that `find` gives; its last `seconds` become those before the part, as far as there are any.

    Then each of its frames at the end shows two pictures: that of its time, and that of one loop before.
    """

    def __init__(self, clip: Clip, find: Callable[[], tuple[float, float]], seconds: float) -> None:
        super().__init__(clip, find)
        self.seconds = seconds

    def again(self, clip: Clip) -> Clip:
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
        for frame, until in lasting(self.clip):
            if frame.start >= end:
                break
            if start - seconds < until and frame.start < start:
                lead.append(frame)
            if start < until and frame.start < clear - SAME:
                yield Frame(frame.pixels, max(0.0, frame.start - start), frame.mask)
            while fade and fade[0] < until - SAME:
                time = fade.popleft()
                before = bisect_right(lead.starts, time - end + start + SAME) - 1
                other = next(lead.read([max(0, before)]))
                yield blend(frame, other, 1 - (end - time) / seconds, time - start)


def blend(a: Frame, b: Frame, share: float, start: float) -> Frame:
    """A frame between two of one size: `share`, from 0 to 1, of it is b. A pixel that one of them hides is the other's.

    It is hidden itself where that one has the larger share.
    """
    pixels = np.array(Image.blend(Image.fromarray(a.pixels), Image.fromarray(b.pixels), share))
    if a.mask is not None:
        pixels[a.mask] = b.pixels[a.mask]
    if b.mask is not None:
        pixels[b.mask] = a.pixels[b.mask]
    return Frame(pixels, start, a.mask if share < 0.5 else b.mask)


def reverse(clip: Clip) -> Clip:
    """Play a clip backward: what is shown from s to e is shown from duration - e to duration - s.

    Its frames are read once and stored, in memory or on disk, when they are first asked for; `TargetUnwritable` is
    raised then if the disk is full. A lower rate is that of the clip played forward: the same frames are chosen.

    >>> import gifsom
    >>> clip = gifsom.open("fixtures/sprite.gif")
    >>> [round(frame.start, 2) for frame in clip.frames()][-3:], round(clip.duration, 2)
    ([0.61, 0.66, 0.74], 0.86)
    >>> [round(frame.start, 2) for frame in reverse(clip).frames()][:3]
    [0.0, 0.12, 0.2]
    """
    return clip.clip if isinstance(clip, _Reversed) else _Reversed(clip)


def boomerang(clip: Clip) -> Clip:
    """Play a clip forward and then backward, without its last and first frame a second time.

    Of n frames it has 2n - 2; one or two stay as they are. Stored as in `reverse`, and a lower rate is as there.

    >>> import gifsom
    >>> clip = gifsom.open("fixtures/sprite.gif")
    >>> len([*clip.frames()]), len([*boomerang(clip).frames()])
    (12, 22)
    """
    return _ThereAndBack(clip)


def loop_smooth(clip: Clip, seconds: float = 0.0) -> Clip:
    """Cut a clip where it loops best: what comes at the end looks like the beginning and moves on like it.

    Of all pairs of frames that are at least half of the clip and SHORTEST_LOOP apart, the one is taken that differs
    least, together with the frame after each; among pairs that are as good, the one that is farthest apart. The clip's
    own end is taken where it leads to a frame as well, by what is known of how it would go on: a clip that loops already
    stays as it is.

    The clip is read once to find the cut, when its duration or its frames are first asked for.

    Args:
        clip: any clip.
        seconds: the loop's last seconds are cross-faded into those before its beginning, so much of the clip is kept
            free there; 0: no fade.

    Raises:
        SettingError: for a negative time, and for more than a third of the clip.

    >>> import gifsom
    >>> clip = gifsom.open("fixtures/scene.mp4")  # balls that are back where they were after three seconds
    >>> loop_smooth(clip).duration
    3.0
    """
    check_seconds("loop_smooth", seconds, 0)
    if seconds and 3 * seconds > clip.duration:
        raise SettingError(
            f"loop_smooth is {seconds:g} s: give a third of the clip at most, which is {clip.duration:.2f} s long"
        )
    return _Looped(clip, cache(partial(_cut, clip, seconds)), seconds)


def _cut(clip: Clip, room: float) -> tuple[float, float]:
    """Start and end of the best loop, in seconds, with at least `room` seconds before it."""
    looks, starts = _looks(clip)
    duration = clip.duration
    if len(looks) < 2:
        return 0.0, duration
    times = np.array([*starts, duration])
    least = max(duration / 2, SHORTEST_LOOP)
    best = min((costs.min() for _, _, costs in _costs(looks, times, room, least)), default=None)
    if best is None:  # too few frames
        return room, duration
    found: tuple[float, int, int] | None = None
    for first, last, costs in _costs(looks, times, room, least):
        good = np.flatnonzero(costs <= best * (1 + AS_GOOD) + UNSEEN)
        if good.size:
            last += int(good[-1])
            length = float(times[last] - times[first])
            if found is None or length > found[0] + SAME:
                found = length, first, last
    assert found is not None
    return float(times[found[1]]), float(times[found[2]])


def _looks(clip: Clip) -> tuple[Looks, list[float]]:
    """Each frame as a small picture, (n, values) around 0, and when it appears."""
    looks: list[NDArray[np.uint8]] = []
    starts: list[float] = []
    before: Frame | None = None
    for frame in clip.frames():
        if before is None or frame.pixels is not before.pixels or frame.mask is not before.mask:
            pixels = frame.pixels.copy()
            if frame.mask is not None:
                pixels[frame.mask] = 128
            picture = Image.fromarray(pixels)
            picture.thumbnail((LOOK, LOOK), Image.Resampling.BOX)
            look = np.asarray(picture).ravel()
        looks.append(look)
        starts.append(frame.start)
        before = frame
    return np.array(looks, np.float32) - 128, starts


def _seams(looks: Looks) -> Looks:
    """How well the clip's end leads to each frame, (n,), summed over all values: the lower of two measures.

    Whether the pictures move evenly from the last two to that frame and the next; and whether what followed the frame
    that is most like the last one, and was led to in the same way, was like them.
    """
    after = np.concatenate([looks[1:], looks[-1:]])
    even = np.square(looks - (looks[-1] + after) / 2) + np.square(looks[-1] - (looks[-2] + looks) / 2)
    likeness = np.square(looks[:-1] - looks[-1]).sum(axis=1)
    likeness += np.append(likeness[0], np.square(looks[:-2] - looks[-2]).sum(axis=1))
    like = int(np.argmin(likeness))
    seen = np.square(looks - looks[like + 1]) + np.square(after - after[like + 1])
    return np.minimum(even.sum(axis=1), seen.sum(axis=1) + likeness[like])


def _costs(looks: Looks, times: NDArray[np.float64], room: float, least: float) -> Iterator[tuple[int, int, Looks]]:
    """How well a loop could begin with each frame: its number, the first one that may follow the loop, and costs.

    Args:
        looks: (n, values).
        times: (n + 1,) seconds; the last one is the clip's end.
        room: seconds before the loop.
        least: seconds that it lasts.

    A cost is a mean square in levels, one for each frame from the one that is given on, and for the end.
    """
    norms, seams = np.square(looks).sum(axis=1), _seams(looks)
    for top in range(int(np.searchsorted(times, room - SAME)), len(looks), BLOCK):
        left = int(np.searchsorted(times[:-1], times[top] + least - SAME))
        block = slice(top, top + BLOCK + 1)
        apart = norms[block, None] + norms[left:] - 2 * looks[block] @ looks[left:].T
        for row, first in enumerate(range(top, min(top + BLOCK, len(looks)))):
            last = int(np.searchsorted(times, times[first] + least - SAME))
            if last == len(times):
                return
            here = apart[row, last - left :]
            after = np.append(apart[row + 1, last - left + 1 :], here[-1:]) if here.size else here
            costs = np.append(here + after, seams[first])
            yield first, last, np.maximum(costs, 0) / (2 * looks.shape[1])
