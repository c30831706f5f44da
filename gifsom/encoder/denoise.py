"""Denoising of still pixels with some frames of lookahead, and how long each pixel will persist.

A pixel is still where its neighborhood hardly changes from one frame to the next. While it is, it is shown as the mean
of its frames, past and to come: the color nearest to all of them. A slow fade or pan is not still, although each step
is small, because all pixels of a neighborhood change the same way there.
"""

from collections import deque
from collections.abc import Generator, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Frame, Pixels
from gifsom.native import denoise as native
from gifsom.native.denoise import lookahead


@dataclass(frozen=True, slots=True, eq=False)
class DenoisedFrame:
    """A frame to be coded.

    pixels       (h, w, 3) uint8, read-only: without the noise of still pixels
    persistence  (h, w) uint8: frames for which each pixel stays as it is, this one included, 1 to `lookahead()`
    delay        centiseconds
    """

    pixels: Pixels
    persistence: NDArray[np.uint8]
    delay: int


class _Window:
    """The next frames, at most `lookahead()`, and the pixels that move from each to the next."""

    def __init__(self, size: tuple[int, int]) -> None:
        width, height = size
        self._shape = (height, width)
        self._frames: deque[Pixels] = deque()
        self._delays: deque[int] = deque()
        self._moves = np.zeros((height, width), np.uint8)
        self._mean = np.zeros((height, width, 3), np.float32)
        self._count = np.zeros((height, width), np.uint8)
        self._levels = np.empty((height, width, 3), np.uint8)  # what was denoised last
        self._settled = np.zeros(-(-height * width // native.batch()), np.bool_)
        self._before: Pixels | None = None  # the frame that was read last

    def __len__(self) -> int:
        return len(self._frames)

    def push(self, pixels: Pixels, delay: int) -> None:
        """Add the next frame."""
        if self._before is None:
            self._moves[:] = 1
        elif self._before is not pixels:
            native.movement(self._before, pixels, len(self), self._moves)
        self._before = pixels
        self._frames.append(pixels)
        self._delays.append(delay)

    def pop(self) -> DenoisedFrame:
        """Remove the first frame, denoised."""
        pixels, persistence = np.empty((*self._shape, 3), np.uint8), np.empty(self._shape, np.uint8)
        past = self._moves, self._mean, self._count, self._levels, self._settled
        native.average(self._frames, *past, pixels, persistence)
        self._frames.popleft()
        pixels.flags.writeable = False
        self._levels = pixels
        return DenoisedFrame(pixels, persistence, self._delays.popleft())


def denoise(frames: Iterable[tuple[Frame, int]], size: tuple[int, int]) -> Generator[DenoisedFrame, None, None]:
    """Denoise opaque frames of `size` (width, height) that come with their delays in centiseconds."""
    window = _Window(size)
    for frame, delay in frames:
        window.push(frame.pixels, delay)
        if len(window) == lookahead():
            yield window.pop()
    while len(window):
        yield window.pop()
