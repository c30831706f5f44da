"""Denoising of still pixels with some frames of lookahead, and how long each pixel will persist.

A pixel is still where its neighborhood hardly changes from one frame to the next. While it is, it is shown as the mean
of its frames, past and to come: the color nearest to all of them. A slow fade or pan is not still, although each step
is small, because all pixels of a neighborhood change the same way there.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Frame, Pixels
from gifsom.core.jit import kernel

LOOKAHEAD = 8
"""Frames known at a time, <= 8. An error is weighted by the frames that it will persist, up to this many."""

NOISE = 2.0
"""Largest mean change (levels, of the channel that changes most) over 5x5 pixels around a still one."""

STEP = 10
"""Largest change of a still pixel itself, in levels."""

DRIFT = 0.3
"""Largest change of a channel's mean over 9x9 pixels around a still one, in levels; or half of the mean change, which
is 3.6 standard deviations of that mean where the change is noise."""

MEMORY = 16
"""Frames over which the mean of a still pixel is taken: after that, the newest one counts for a 16th."""

_ROOM = 256  # pixels whose means are taken at a time: what they need stays in the fastest cache


@dataclass(frozen=True, slots=True, eq=False)
class DenoisedFrame:
    """A frame to be coded.

    pixels       (h, w, 3) uint8, read-only: without the noise of still pixels
    persistence  (h, w) uint8: frames for which each pixel stays as it is, this one included, 1 to LOOKAHEAD
    delay        centiseconds
    """

    pixels: Pixels
    persistence: NDArray[np.uint8]
    delay: int


@kernel
def _movement(before: Pixels, after: Pixels, place: int, moves: NDArray[np.uint8]) -> None:
    """Mark where after (h, 3 * w) does not stand still, by bit `place` of moves (h, w).

    What a row of the picture adds to the sums over the rows around is kept until it leaves them. Only simple loops over
    numbers of 8 and 16 bits are as fast as they can be.
    """
    h, w = moves.shape
    steps, largest = np.zeros((9, 3 * w), np.int16), np.zeros((9, w), np.uint8)  # of the last nine rows
    drift, change = np.zeros(3 * (w + 8), np.int16), np.zeros(w + 4, np.int16)  # 9 and 5 rows, with room at the sides
    thirds, drifts, changes = np.empty(3 * (w + 6), np.int16), np.empty(3 * w, np.int16), np.empty(w, np.int16)
    bit, nothing = np.uint8(1 << place), np.uint8(0)
    for y in range(h + 4):
        step, most, new = steps[y % 9], largest[y % 9], after[y % h]
        old = before[y] if y < h else new  # below the picture nothing moves
        for i in range(3 * w):
            difference = np.int16(np.int16(new[i]) - np.int16(old[i]))
            drift[i + 12] += difference - step[i]
            step[i] = difference
        for x in range(w):
            most[x] = max(abs(step[3 * x]), abs(step[3 * x + 1]), abs(step[3 * x + 2]))
        entering, leaving = largest[(y + 7) % 9], largest[(y + 2) % 9]
        for x in range(w):
            change[x + 2] += np.int16(entering[x]) - np.int16(leaving[x])
        if y < 4:
            continue
        for i in range(3 * (w + 6)):
            thirds[i] = drift[i] + drift[i + 3] + drift[i + 6]
        for i in range(3 * w):
            drifts[i] = abs(np.int16(thirds[i] + thirds[i + 9] + thirds[i + 18]))
        for x in range(w):
            changes[x] = change[x] + change[x + 1] + change[x + 2] + change[x + 3] + change[x + 4]
        here, marks = largest[(y + 5) % 9], moves[y - 4]
        for x in range(w):
            around = np.float32(changes[x])
            far = np.float32(max(drifts[3 * x], drifts[3 * x + 1], drifts[3 * x + 2]))
            moved = (
                (around > np.float32(NOISE * 25))
                | (far > max(np.float32(DRIFT * 81), around * np.float32(0.5 * 81 / 25)))
                | (here[x] > np.uint8(STEP))
            )
            marks[x] |= bit if moved else nothing


@kernel
def _average(
    frames: tuple[Pixels, ...],
    known: int,
    moves: NDArray[np.uint8],
    mean: NDArray[np.float32],
    count: NDArray[np.uint8],
    pixels: Pixels,
    lasting: NDArray[np.uint8],
) -> None:
    """The first of LOOKAHEAD frames (3 * n,), without noise, into `pixels` (3 * n,), and how long it lasts.

    `known` of the frames are known. Bit j of `moves` (n,) is set where the one at j differs from that before it; the
    rest of `moves` is for the next frame. `mean` (3 * n,) and `count` (n,) go on from frame to frame.
    """
    limit, always, most, none = np.uint8(known), np.uint8(LOOKAHEAD), np.uint8(MEMORY), np.uint8(0)
    # The mean of a pixel that has moved begins with `begun` frames; of one that stands, the newest is one of `share`.
    begun, share = np.empty(_ROOM, np.uint8), np.empty(_ROOM, np.uint8)
    begun_each, share_each = np.empty(3 * _ROOM, np.uint8), np.empty(3 * _ROOM, np.uint8)
    total = np.empty(3 * _ROOM, np.uint16)
    for start in range(0, moves.shape[0], _ROOM):
        here, each = slice(start, start + _ROOM), slice(3 * start, 3 * (start + _ROOM))
        bits, lasts, counts = moves[here], lasting[here], count[here]
        n = bits.shape[0]
        lasts[:] = LOOKAHEAD
        for j in range(LOOKAHEAD - 1, 0, -1):
            bit, number = np.uint8(1 << j), np.uint8(j)
            for x in range(n):
                lasts[x] = number if bits[x] & bit else lasts[x]
        longest = none
        for x in range(n):
            moved = bits[x] & np.uint8(1)
            still = min(lasts[x], limit)
            grown = min(np.uint8(counts[x] + np.uint8(1)), most)
            counts[x] = still if moved else grown if still == always else counts[x]
            begun[x] = still if moved else none
            share[x] = counts[x] if moved or still == always else none
            longest = max(longest, begun[x])
            bits[x] >>= np.uint8(1)
        for x in range(n):
            for k in range(3):
                begun_each[3 * x + k] = begun[x]
        for x in range(n):
            for k in range(3):
                share_each[3 * x + k] = share[x]
        first, last = frames[0][each], frames[known - 1][each]
        for i in range(3 * n):
            one, other = first[i], last[i]
            total[i] = one if begun_each[i] else other
        for j in range(1, longest):
            later, number = frames[j][each], np.uint8(j)
            for i in range(3 * n):
                total[i] += later[i] if begun_each[i] > number else none
        means, out = mean[each], pixels[each]
        for i in range(3 * n):
            base = np.float32(0.0) if begun_each[i] else means[i]
            part = np.float32(share_each[i]) if share_each[i] else np.float32(np.inf)
            means[i] = base + (np.float32(total[i]) - base) / part
            out[i] = np.uint8(means[i] + np.float32(0.5))


class _Window:
    """The next frames, at most LOOKAHEAD, and the pixels that move from each to the next."""

    def __init__(self, size: tuple[int, int]) -> None:
        width, height = size
        self._shape = (height, width)
        self._frames: deque[Pixels] = deque()
        self._delays: deque[int] = deque()
        self._moves = np.zeros((height, width), np.uint8)
        self._mean = np.zeros(3 * width * height, np.float32)
        self._count = np.zeros(width * height, np.uint8)
        self._before: Pixels | None = None  # the frame that was read last

    def __len__(self) -> int:
        return len(self._frames)

    def push(self, pixels: Pixels, delay: int) -> None:
        """Add the next frame."""
        height = self._shape[0]
        if self._before is None:
            self._moves[:] = 1
        elif self._before is not pixels:
            _movement(self._before.reshape(height, -1), pixels.reshape(height, -1), len(self), self._moves)
        self._before = pixels
        self._frames.append(pixels.ravel())
        self._delays.append(delay)

    def pop(self) -> DenoisedFrame:
        """Remove the first frame, denoised."""
        known = len(self)
        frames = (*self._frames, *[self._frames[-1]] * (LOOKAHEAD - known))
        pixels, persistence = np.empty((*self._shape, 3), np.uint8), np.empty(self._shape, np.uint8)
        _average(frames, known, self._moves.ravel(), self._mean, self._count, pixels.ravel(), persistence.ravel())
        self._frames.popleft()
        pixels.flags.writeable = False
        return DenoisedFrame(pixels, persistence, self._delays.popleft())


def denoise(frames: Iterable[tuple[Frame, int]], size: tuple[int, int]) -> Iterator[DenoisedFrame]:
    """Denoise opaque frames of `size` (width, height) that come with their delays in centiseconds."""
    window = _Window(size)
    for frame, delay in frames:
        window.push(frame.pixels, delay)
        if len(window) == LOOKAHEAD:
            yield window.pop()
    while len(window):
        yield window.pop()
