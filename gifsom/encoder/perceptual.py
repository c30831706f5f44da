"""Visibility of errors: colors in OKLab, the weight of an error at each pixel, and the blocks that are worth coding.

Texture masks errors, so the squared distance of a color is divided by the activity around it. An error is seen for as
long as it persists, so it is multiplied by the number of frames for which the pixel will stay as it is.
"""

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Pixels, Rect
from gifsom.native import perceptual
from gifsom.palette.color import LINEAR, TO_LAB, TO_LMS

MASKING = 250.0
"""Weight of an error: 1 / (1 + MASKING * activity), the mean step of lightness between neighbors in 5x5 pixels."""

_LINEAR = LINEAR.astype(np.float32)
_TO_LMS = TO_LMS.astype(np.float32)
_TO_LAB = TO_LAB.astype(np.float32)


def weighted_pixels(
    target: Pixels, persistence: NDArray[np.uint8], scratch: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Pixels as `rd_encode` takes them, (h, w, 4) float32: their colors and weights.

    target       (h, w, 3) uint8, C-contiguous and read-only
    persistence  (h, w) uint8: frames for which each pixel stays as it is, >= 1
    scratch      (n, 4) float32, n >= h * w: its first rows become the pixels
    """
    pixels = scratch[: persistence.size].reshape(*persistence.shape, 4)
    perceptual.weights(target, persistence, _LINEAR, _TO_LMS, _TO_LAB, MASKING, pixels)
    return pixels


def choice_costs(
    pixels: NDArray[np.float32],
    best: NDArray[np.uint16],
    to_local: NDArray[np.uint8],
    table: NDArray[np.float32],
    shown: NDArray[np.uint16],
    colors: NDArray[np.float32],
    first: bool,
    scratch: NDArray[np.float32],
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """The best entry of a table for each of pixels (h, w, 4), (h, w) uint8, and their costs.

    The costs are (h, w, 2) float32, as `rd_encode` takes them: base distance, and excess of keeping a pixel.

    best      (h, w) index into `colors` (m, 3) of the best color for each pixel
    to_local  (m,) for each of these the entry of `table` (k, 3) that stands for it
    shown     (h, w) index into `colors` that each pixel shows now
    first     nothing is shown yet, so nothing can be kept
    scratch   (n, 2) float32, n >= h * w: its first rows become the costs
    """
    best_local, costs = np.empty(best.shape, np.uint8), scratch[: best.size]
    flat, into = pixels.reshape(-1, 4), best_local.reshape(-1)
    perceptual.fill_costs(flat, best.reshape(-1), to_local, table, shown.reshape(-1), colors, first, costs, into)
    return best_local, costs.reshape(*best.shape, 2)


def crop_in_place(known: NDArray[np.float32], rect: Rect) -> NDArray[np.float32]:
    """Pixels or costs (h, w, k), C-contiguous, inside a rectangle, moved to the front of the same buffer.

    Whole rows are not moved.
    """
    if rect.width == known.shape[1]:
        return rect.cut(known)
    size = known.shape[2]
    perceptual.crop_in_place(known, rect.top, rect.left, rect.width, rect.height)
    return known.reshape(-1, size)[: rect.height * rect.width].reshape(rect.height, rect.width, size)


def skip_blocks(costs: NDArray[np.float32], limit: float) -> Rect | None:
    """Make keeping free in blocks that are not worth coding, in place; the rectangle of the rest, or None.

    costs  (h, w, 2) as `choice_costs` gives them
    limit  excess of keeping a block of `block()` x `block()` pixels below which all of it is kept
    """
    top, bottom, left, right = perceptual.skip_blocks(costs, limit)
    return Rect(left, top, right - left, bottom - top) if bottom else None
