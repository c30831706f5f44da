"""Still stretches of a clip, judged by what is seen: noise of a codec and a blinking cursor are no change.

Pictures are compared at SIDE pixels, so that the judgment is the same before and after scaling, and by means of WINDOW
times WINDOW pixels, in which noise evens out. A spot that appears and is gone within BLINK seconds, at one place and
while nothing else moves, blinks; the same spot counts as a change where it stays.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
from PIL import Image

from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Frame, Mask, Pixels, Rect
from gifsom.core.source import Source
from gifsom.edit.frames import same_mask

SIDE = 320
"""Longest side, in pixels, of the pictures that are compared: a letter of a screen of 4K still has two of them."""

WINDOW = 3
"""Side, in those pixels, of the squares whose means are compared; at most a sixteenth of the picture's shorter side."""

ALIKE = 8
"""Levels up to which a mean counts as unchanged. Measured on compressed screens: noise stays below 4, letters are 60 to
200; on film, every frame has means beyond it."""

NOISE = 0.01
"""Percent of the picture that may change and still count as still, where no other threshold is asked: 5 of SIDE's
pixels."""

BLINK = 1.0
"""Seconds within which a spot that blinks is gone again: terminals and editors take 0.5 to 0.7."""

SPOT = 1.0
"""Percent of the picture that a spot which blinks covers at most."""

SWAY = 1.5
"""Area in which a spot's places lie, relative to its largest one: one that moves on is no blinking one."""

MOMENTS = 2
"""Looks that a spot which blinks has at most, before it is as it was: one that turns, such as a wheel, has more."""

WAITING_BYTES = 256 << 20
"""Size of frames that are held while it is not known whether a spot blinks; beyond it, it does not."""


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """Frames in a row that look the same; the first one at the size at which they are compared."""

    frames: list[Frame]
    small: Pixels

    @property
    def start(self) -> float:
        return self.frames[0].start

    @property
    def bytes(self) -> int:
        return len({id(frame.pixels) for frame in self.frames}) * self.frames[0].pixels.nbytes


def check_threshold(threshold: float | str | None) -> float:
    """The percentage of the picture that may change, of a number or text such as "2" or "0.5%"; None: the usual one.

    Raises `SettingError`.

    >>> check_threshold("0.5%")
    0.5
    """
    if threshold is None:
        return NOISE
    try:
        percent = float(threshold.strip().removesuffix("%") if isinstance(threshold, str) else threshold)
    except (TypeError, ValueError):
        percent = -1.0
    if isinstance(threshold, bool) or not 0 <= percent < 100:
        raise SettingError(
            f"still_threshold is {printable(threshold)}: give the percentage of the picture that may change and still"
            " counts as still, from 0 to less than 100, such as 0.5"
        )
    return percent


def stretches(clip: Source, percent: float = NOISE) -> Iterator[tuple[Frame, Frame]]:
    """Each frame, with the first one of the still stretch that it belongs to.

    Such a stretch ends with the first frame that differs from its first one in more than `percent` of the picture, and
    is no moment of a blinking spot.
    """
    found = _Stretches(percent)
    before: _State | None = None
    for frame in clip.frames():
        same = before is not None and np.array_equal(frame.pixels, before.frames[0].pixels)
        before = _State([frame], before.small if same and before is not None else _reduced(frame))
        yield from found.sort(deque([before]))
    yield from found.rest()


def scaled_before(clip: Source, size: tuple[int, int]) -> Source | None:
    """A clip that scales itself, at a size, width and height, at which it is judged as at its own; None: it does not.

    Judging small pictures is faster, and so is a source that scales.
    """
    return clip.scaled(size) if max(size) >= min(SIDE, *clip.size) else None


@dataclass(slots=True, eq=False)
class _Stretches:
    """Sorts frames into stretches.

    percent  of the picture that may change
    first    state at the beginning of the stretch
    waiting  states since then that blink, if the first one comes back in time
    spots    places of these, where they differ from the first one
    blinked  states since then that did
    """

    percent: float
    first: _State | None = None
    waiting: list[_State] = field(default_factory=list)
    spots: list[Rect] = field(default_factory=list)
    blinked: list[_State] = field(default_factory=list)

    def sort(self, states: deque[_State]) -> Iterator[tuple[Frame, Frame]]:
        """The frames of which is known to which stretch they belong, these states included or those before."""
        while states:
            state = states.popleft()
            if self.first is None:
                yield from self._begin(state)
                continue
            changed = _changed(self.first, state)
            if changed is not None and _share(changed) <= self.percent:
                for blinking in self._no_longer_waiting():
                    self.blinked = [*self.blinked[-3:], blinking]
                    yield from self._within(blinking)
                yield from self._within(state)
            elif changed is not None and self._may_blink(state, changed):
                self._wait(state, changed)
            else:  # what waited stays, or something else moves
                head, *others = [*self._no_longer_waiting(), state]
                states.extendleft(reversed(others))
                yield from self._begin(head)

    def rest(self) -> Iterator[tuple[Frame, Frame]]:
        """The frames that are left at the end: there, a spot that blinked before may be seen for the last time."""
        while self.waiting:
            head, *others = self._no_longer_waiting()
            if any(self._still(one, head) for one in self.blinked):
                yield from self._within(head)
            else:
                yield from self._begin(head)
            yield from self.sort(deque(others))

    def _begin(self, state: _State) -> Iterator[tuple[Frame, Frame]]:
        self.first, self.blinked = state, []
        return self._within(state)

    def _within(self, state: _State) -> Iterator[tuple[Frame, Frame]]:
        assert self.first is not None
        first = self.first.frames[0]
        return ((frame, first) for frame in [*state.frames])

    def _still(self, one: _State, other: _State) -> bool:
        changed = _changed(one, other)
        return changed is not None and _share(changed) <= self.percent

    def _may_blink(self, state: _State, changed: Mask) -> bool:
        """Whether a state differs from the first one in a spot, at the place of those that wait."""
        states = [*self.waiting, state]
        if _share(changed) > SPOT or state.start - states[0].start > BLINK:
            return False
        if self._looks(state) > MOMENTS or sum(one.bytes for one in states) > WAITING_BYTES:
            return False
        spots = [*self.spots, _place(changed)]
        whole = reduce(Rect.union, spots)
        return _area(whole) <= SWAY * max(map(_area, spots))

    def _wait(self, state: _State, changed: Mask) -> None:
        if self.waiting and self._still(self.waiting[-1], state):
            self.waiting[-1].frames.extend(state.frames)
        else:
            self.waiting.append(state)
            self.spots.append(_place(changed))

    def _looks(self, state: _State) -> int:
        """Number of looks that a spot has had, with this one."""
        same = bool(self.waiting) and self._still(self.waiting[-1], state)
        return len(self.waiting) + (not same)

    def _no_longer_waiting(self) -> list[_State]:
        """The states that waited."""
        waiting, self.waiting, self.spots = self.waiting, [], []
        return waiting


def _place(changed: Mask) -> Rect:
    place = Rect.around(changed)
    assert place is not None  # it is not still
    return place


def _area(rect: Rect) -> int:
    return rect.width * rect.height


def _reduced(frame: Frame) -> Pixels:
    """The picture of a frame at the size at which it is compared."""
    height, width = frame.pixels.shape[:2]
    scale = SIDE / max(width, height)
    if scale >= 1:
        return frame.pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(Image.fromarray(frame.pixels).resize(size, Image.Resampling.BOX))


def _changed(one: _State, other: _State) -> Mask | None:
    """Where the mean of a window differs by more than ALIKE levels in any channel; None: other pixels are hidden."""
    if not same_mask(one.frames[0], other.frames[0]):
        return None
    height, width = one.small.shape[:2]
    side = min(WINDOW, max(1, min(height, width) // 16))
    rows, columns = height - side + 1, width - side + 1
    if one.small is other.small:
        return np.zeros((rows, columns), bool)
    difference = np.subtract(other.small, one.small, dtype=np.int16)
    summed = reduce(np.add, [difference[n : n + rows] for n in range(side)])
    summed = reduce(np.add, [summed[:, n : n + columns] for n in range(side)])
    most = np.abs(summed, out=summed)
    changed: Mask = reduce(np.maximum, [most[..., channel] for channel in range(3)]) > ALIKE * side * side
    return changed


def _share(changed: Mask) -> float:
    """Percent of the picture that changed."""
    return 100 * np.count_nonzero(changed) / changed.size
