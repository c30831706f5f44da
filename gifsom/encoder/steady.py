"""What stands still: looks ahead some frames, takes the noise out of what does, and says for how long it will.

A pixel stands still where its neighbourhood hardly changes from one frame to the next. While it does, it is shown as
the mean of its frames, past and to come: the one color that is nearest to all of them. What fades or pans slowly is not
still, although each step is small: there all pixels of a neighbourhood change the same way.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifsom.clip import Frame, Pixels
from gifsom.jit import kernel

AHEAD = 8
"""Frames that are known at a time, <= 8. An error is weighed by how long it will stand, up to that."""

NOISE = 2.0
"""Largest mean change (levels, of the channel that changes most) in 5x5 pixels of what stands still."""

STEP = 10
"""Largest change of one pixel that stands still, in levels."""

DRIFT = 0.3
"""Largest change of a channel's mean over 9x9 pixels that stand still, in levels; or half of the mean change, which is
3.6 standard deviations of that mean where the change is noise."""

MEMORY = 16
"""Frames over which the mean of a standing pixel is taken: after that, the newest one counts for a 16th."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A frame as it is to be coded.

    pixels   (h, w, 3) uint8, read-only: without the noise of what stands still
    lasting  (h, w) uint8: for how many frames each pixel stays as it is, this one included, 1 to AHEAD
    delay    centiseconds
    """

    pixels: Pixels
    lasting: NDArray[np.uint8]
    delay: int


@kernel
def _largest(one: Pixels, other: Pixels) -> np.int32:
    """The largest difference of two colors (3,) in a channel."""
    red = abs(np.int32(one[0]) - np.int32(other[0]))
    green = abs(np.int32(one[1]) - np.int32(other[1]))
    blue = abs(np.int32(one[2]) - np.int32(other[2]))
    return max(red, max(green, blue))


@kernel
def _movement(
    before: Pixels, after: Pixels, drift: NDArray[np.int32], change: NDArray[np.int32], moved: NDArray[np.bool_]
) -> None:
    """Where after (h, w, 3) does not stand still, into `moved` (h, w).

    `drift` (w, 3) and `change` (w,) are room for sums over the columns of the window.
    """
    h, w = moved.shape
    drift[:] = 0
    change[:] = 0
    for y in range(-4, h):
        for row, sign in ((y + 4, 1), (y - 5, -1)):
            if 0 <= row < h:
                old, new = before[row], after[row]
                for x in range(w):
                    for k in range(3):
                        drift[x, k] += sign * (np.int32(new[x, k]) - np.int32(old[x, k]))
        for row, sign in ((y + 2, 1), (y - 3, -1)):
            if 0 <= row < h:
                old, new = before[row], after[row]
                for x in range(w):
                    change[x] += sign * _largest(new[x], old[x])
        if y < 0:
            continue
        old, new = before[y], after[y]
        red = green = blue = around = np.int64(0)
        for x in range(-4, w):
            if x + 4 < w:
                red, green, blue = red + drift[x + 4, 0], green + drift[x + 4, 1], blue + drift[x + 4, 2]
            if x > 4:
                red, green, blue = red - drift[x - 5, 0], green - drift[x - 5, 1], blue - drift[x - 5, 2]
            if 0 <= x + 2 < w:
                around += change[x + 2]
            if x > 2:
                around -= change[x - 3]
            if x >= 0:
                moved[y, x] = (
                    around > NOISE * 25
                    or max(abs(red), abs(green), abs(blue)) > max(DRIFT * 81, around * (0.5 * 81 / 25))
                    or _largest(new[x], old[x]) > STEP
                )


@kernel
def _average(
    frames: Pixels,
    first: int,
    known: int,
    moved: NDArray[np.bool_],
    ahead: NDArray[np.uint8],
    mean: NDArray[np.float32],
    count: NDArray[np.uint8],
    pixels: Pixels,
    lasting: NDArray[np.uint8],
) -> None:
    """The frame at `first` of a ring (AHEAD, n, 3), without noise, into `pixels` (n, 3), and how long it lasts.

    `known` frames from it on are known. `moved` (n,) is where it differs from the one before, bit j of `ahead` (n,)
    where the one j + 1 later does from that before it. `mean` and `count` go on from frame to frame.
    """
    now, newest = frames[first % AHEAD], frames[(first + AHEAD - 1) % AHEAD]
    for i in range(moved.shape[0]):
        changes = np.int64(ahead[i]) | np.int64(1) << (known - 1)
        still = 1
        while not changes & 1:
            changes >>= 1
            still += 1
        lasting[i] = AHEAD if still == known else still
        if moved[i]:
            count[i] = still
            if still == 1:
                for k in range(3):
                    mean[i, k], pixels[i, k] = now[i, k], now[i, k]
                continue
            for k in range(3):
                total = np.int64(0)
                for j in range(still):
                    total += frames[(first + j) % AHEAD, i, k]
                mean[i, k] = np.float32(total) / np.float32(still)
        elif still == AHEAD:
            count[i] = min(count[i] + 1, MEMORY)
            for k in range(3):
                mean[i, k] += (np.float32(newest[i, k]) - mean[i, k]) / np.float32(count[i])
        for k in range(3):
            pixels[i, k] = np.uint8(mean[i, k] + np.float32(0.5))


class _Window:
    """The next frames, at most AHEAD: their pixels in a ring, and what moves from each to the next."""

    def __init__(self, size: tuple[int, int]) -> None:
        width, height = size
        self._shape = (height, width)
        self._frames = np.empty((AHEAD, height, width, 3), np.uint8)
        self._first = 0
        self._noted: deque[tuple[int, NDArray[np.bool_]]] = deque()  # delay, and what moved
        self._ahead = np.zeros((height, width), np.uint8)
        self._mean = np.zeros((height, width, 3), np.float32)
        self._count = np.zeros((height, width), np.uint8)
        self._before: Pixels | None = None  # the frame that was read last

    def __len__(self) -> int:
        return len(self._noted)

    def push(self, pixels: Pixels, delay: int) -> None:
        """Read the next frame."""
        width = self._shape[1]
        moved = np.zeros(self._shape, np.bool_)
        if self._before is None:
            moved[:] = True
        elif self._before is not pixels:
            sums = np.empty((width, 3), np.int32), np.empty(width, np.int32)
            _movement(self._before, pixels, *sums, moved)
        self._before = pixels
        place = len(self._noted)
        self._frames[(self._first + place) % AHEAD] = pixels
        if place:
            self._ahead |= moved.astype(np.uint8) << (place - 1)
        self._noted.append((delay, moved))

    def pop(self) -> View:
        """The first of the frames."""
        known = len(self._noted)
        delay, moved = self._noted.popleft()
        pixels, lasting = np.empty((*self._shape, 3), np.uint8), np.empty(self._shape, np.uint8)
        _average(
            self._frames.reshape(AHEAD, -1, 3),
            self._first,
            known,
            moved.ravel(),
            self._ahead.ravel(),
            self._mean.reshape(-1, 3),
            self._count.ravel(),
            pixels.reshape(-1, 3),
            lasting.ravel(),
        )
        self._first = (self._first + 1) % AHEAD
        self._ahead >>= 1
        pixels.flags.writeable = False
        return View(pixels, lasting, delay)


def steady(frames: Iterable[tuple[Frame, int]], size: tuple[int, int]) -> Iterator[View]:
    """Views of opaque frames of `size` (width, height) with their delays in centiseconds."""
    window = _Window(size)
    for frame, delay in frames:
        window.push(frame.pixels, delay)
        if len(window) == AHEAD:
            yield window.pop()
    while len(window):
        yield window.pop()
