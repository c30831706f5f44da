"""Dither by blue noise and by error diffusion: src/dither.c.

Pixels are rows of float32 arrays (..., 4): lightness, a, b and weight (src/pixel.h).
"""

import numpy as np
from numpy.typing import NDArray

from gifsom.native.library import DOUBLE, INT, POINTER, constant, kernel, readable, writable

most = constant("dither_most")
"""Entries near one, at most."""

_blue_noise = kernel(
    "dither_blue_noise", *[POINTER] * 3, INT, INT, DOUBLE, INT, INT, *[POINTER] * 3, INT, POINTER, INT, DOUBLE, DOUBLE
)
_diffuse = kernel("dither_diffuse", *[POINTER] * 2, INT, INT, *[POINTER] * 3, INT, DOUBLE, DOUBLE, POINTER)


def gather_near(colors: NDArray[np.float32], near: NDArray[np.uint16]) -> NDArray[np.float32]:
    """The colors (n, 3) of the entries near each (n, k), by channels: (n, 3, k)."""
    return np.ascontiguousarray(colors[near].transpose(0, 2, 1))


def blue_noise(
    pixels: NDArray[np.float32],
    best: NDArray[np.uint16],
    persistence: NDArray[np.uint8],
    masking: float,
    top: int,
    left: int,
    colors: NDArray[np.float32],
    near: NDArray[np.uint16],
    near_colors: NDArray[np.float32],
    noise: NDArray[np.float32],
    smooth: float,
    visible: float,
) -> None:
    """Move the colors of pixels (h, w, 4) float32 by noise, and their best entries (h, w) uint16 with them.

    best         (h, w), each < n: the entry that is nearest to each
    persistence  (h, w) uint8: for how many frames each pixel stays as it is
    masking      as the weights were made with
    top, left    where the pixels are on the screen, >= 0
    colors       (n, 3) float32: the map's
    near         (n, k) uint16, each < n: the entries near each, itself the first, 1 <= k <= `most()`
    near_colors  (n, 3, k) float32: the colors of these, see `gather_near`
    noise        (s, s, 3) float32, -1 to 1: goes on over its edges
    smooth       activity from which on a pixel stays; below that it is moved by less the more there is, and where
                 there is none, not at all; inf: all are moved alike
    visible      distance in OKLab below which an error stays
    """
    h, w = best.shape
    n, reach = near.shape
    side = len(noise)
    if min(top, left) < 0 or side < 1 or not 1 <= reach <= most():
        raise ValueError(f"pixels at ({left}, {top}), noise of side {side}, {reach} entries near each")
    _blue_noise(
        writable(pixels, np.float32, h, w, 4),
        writable(best, np.uint16, h, w),
        readable(persistence, np.uint8, h, w),
        h,
        w,
        masking,
        top,
        left,
        readable(colors, np.float32, n, 3),
        readable(near, np.uint16, n, reach),
        readable(near_colors, np.float32, n, 3, reach),
        reach,
        readable(noise, np.float32, side, side, 3),
        side,
        smooth,
        visible,
    )


def diffuse(
    pixels: NDArray[np.float32],
    best: NDArray[np.uint16],
    colors: NDArray[np.float32],
    near: NDArray[np.uint16],
    near_colors: NDArray[np.float32],
    exact: float,
    carried: float,
) -> None:
    """Give pixels (h, w, 4) float32 colors of the map, their errors to their neighbors, and their best entries.

    best         (h, w) uint16, each < n: the entry that is nearest to each; become those of the new colors
    colors       (n, 3) float32: the map's
    near         (n, k) uint16, each < n: the entries near each, itself the first, 1 <= k <= `most()`
    near_colors  (n, 3, k) float32: the colors of these, see `gather_near`
    exact        distance in OKLab below which a color is that of an entry
    carried      the largest error in a channel that a pixel takes over
    """
    h, w = best.shape
    n, reach = near.shape
    if not 1 <= reach <= most():
        raise ValueError(f"{reach} entries near each")
    errors = np.empty((2, w + 2, 3), np.float32)
    _diffuse(
        writable(pixels, np.float32, h, w, 4),
        writable(best, np.uint16, h, w),
        h,
        w,
        readable(colors, np.float32, n, 3),
        readable(near, np.uint16, n, reach),
        readable(near_colors, np.float32, n, 3, reach),
        reach,
        exact,
        carried,
        writable(errors, np.float32, 2, w + 2, 3),
    )
