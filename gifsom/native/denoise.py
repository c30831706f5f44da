"""Noise of what stands still: src/denoise.c."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gifsom.native.library import INT, POINTER, constant, kernel, readable, writable

lookahead = constant("denoise_lookahead")
"""Frames that are known at a time. An error is weighted by the frames that it will persist, up to this many."""

batch = constant("denoise_batch")
"""Pixels beside each other of which one byte says whether they are settled."""

_movement = kernel("denoise_movement", POINTER, POINTER, INT, INT, INT, POINTER)
_average = kernel("denoise_average", POINTER, INT, INT, *[POINTER] * 7)


def movement(before: NDArray[np.uint8], after: NDArray[np.uint8], place: int, moves: NDArray[np.uint8]) -> None:
    """Mark by bit `place`, 0 to 7, of moves (h, w) uint8 where a picture (h, w, 3) uint8 does not stand still."""
    if not 0 <= place < lookahead():
        raise ValueError(f"bit {place} of a byte")
    h, w = moves.shape
    pictures = readable(before, np.uint8, h, w, 3), readable(after, np.uint8, h, w, 3)
    _movement(*pictures, h, w, place, writable(moves, np.uint8, h, w))


def average(
    frames: Sequence[NDArray[np.uint8]],
    moves: NDArray[np.uint8],
    means: NDArray[np.float32],
    counts: NDArray[np.uint8],
    levels: NDArray[np.uint8],
    settled: NDArray[np.bool_],
    out: NDArray[np.uint8],
    persistence: NDArray[np.uint8],
) -> None:
    """The first of the frames (h, w, 3) uint8 that are known, without noise, into `out`, and how long it stays.

    frames       1 to `lookahead()` of them
    moves        (h, w) uint8: bit j is set where the frame at j differs from the one before it; shifted by one then
    means        (h, w, 3) float32: go on from frame to frame, and so do
    counts       (h, w) uint8
    levels       (h, w, 3) uint8: `out` of the frame before; read only where it is settled
    settled      (k,) bool, for each `batch()` pixels: their means are exactly `levels`; goes on from frame to frame
    out          (h, w, 3) uint8
    persistence  (h, w) uint8: for how many frames each pixel stays as it is, this one included, 1 to `lookahead()`
    """
    known, most = len(frames), lookahead()
    if not 1 <= known <= most:
        raise ValueError(f"{known} frames where there are 1 to {most}")
    h, w = moves.shape
    pictures = [readable(frame, np.uint8, h, w, 3) for frame in frames]
    _average(
        (POINTER * most)(*pictures, *[pictures[-1]] * (most - known)),
        known,
        h * w,
        writable(moves, np.uint8, h, w),
        writable(means, np.float32, h, w, 3),
        writable(counts, np.uint8, h, w),
        readable(levels, np.uint8, h, w, 3),
        writable(settled, np.bool_, -(-h * w // batch())),
        writable(out, np.uint8, h, w, 3),
        writable(persistence, np.uint8, h, w),
    )
