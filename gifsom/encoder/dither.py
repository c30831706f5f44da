"""Dither: patterns of the map's colors in place of those that it lacks.

Blue noise (R. Ulichney, "The void-and-cluster method for dither array generation", Proc. SPIE 1913, 1993) is fixed to
the screen, the same in every frame, so still pixels stay still. A pixel is moved by no more than its own error, so
colors of the map are left alone. Error diffusion (R. Floyd, L. Steinberg, "An adaptive algorithm for spatial
greyscale", Proc. SID 17, 1976) is smoother, and flickers where something moves: it is used only when asked for.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Rect
from gifsom.core.jit import kernel
from gifsom.encoder.local_tables import TableChooser
from gifsom.encoder.perceptual import MASKING

SIDE = 32
"""Side of the blue-noise mask in pixels."""

SIGMA = 1.9
"""Standard deviation in pixels of the Gaussian that tells clusters from voids (Ulichney: 1.5)."""

VISIBLE = 0.012
"""OKLab distance up to which "auto" leaves an error alone: the steps of its bands are hardly visible. On film, 0.008
takes 2 to 9 % more bytes for the same SSIMULACRA2."""

EXACT = 1e-4
"""OKLab distance below which a color is that of an entry."""

CARRIED = 0.04
"""Largest error in L, a or b that a pixel takes over: colors that no mixture gives would pile it up."""

SMOOTH = 0.012
"""Activity (see gifsom.encoder.perceptual) from which on banding is masked; "auto" fades towards it."""

SHIFTS = ((0, 0), (11, 21), (21, 11))
"""Shift of the mask for lightness, a and b: the three must not go up and down together."""


@cache
def blue_noise() -> NDArray[np.float32]:
    """Blue-noise mask (SIDE, SIDE, 3) for OKLab, -1 to 1, each value equally often; it tiles."""
    edge = np.minimum(np.arange(SIDE), SIDE - np.arange(SIDE))
    gauss = np.exp(-(edge**2) / (2 * SIGMA**2))
    spread = np.tile(np.outer(gauss, gauss), (2, 2))
    points = np.zeros((SIDE, SIDE), np.bool_)
    points.flat[np.random.default_rng(0).permutation(points.size)[: points.size // 10]] = True
    energy: NDArray[np.float64] = np.fft.ifft2(np.fft.fft2(points) * np.fft.fft2(spread[:SIDE, :SIDE])).real

    def move(at: int, sign: int) -> None:
        y, x = divmod(at, SIDE)
        points[y, x] = sign > 0
        energy[...] += sign * spread[SIDE - y : 2 * SIDE - y, SIDE - x : 2 * SIDE - x]

    def cluster() -> int:
        return int(np.where(points, energy, -np.inf).argmax())

    def void() -> int:
        return int(np.where(points, np.inf, energy).argmin())

    while True:  # the tightest cluster goes to the largest void, until that is where it came from
        move(taken := cluster(), -1)
        move(given := void(), 1)
        if taken == given:
            break
    ranks = np.empty(points.size)
    start, count = (points.copy(), energy.copy()), int(points.sum())
    for rank in range(count - 1, -1, -1):
        move(at := cluster(), -1)
        ranks[at] = rank
    points[...], energy[...] = start
    for rank in range(count, points.size):
        move(at := void(), 1)
        ranks[at] = rank
    noise = ((2 * ranks + 1) / points.size - 1).astype(np.float32).reshape(SIDE, SIDE)
    return np.stack([np.roll(noise, shift, axis=(0, 1)) for shift in SHIFTS], axis=2)


@kernel
def _square(colors: NDArray[np.float32], entry: int, lightness: np.float32, a: np.float32, b: np.float32) -> np.float32:
    """The squared distance of an entry of colors (n, 3) from a color."""
    x, y, z = colors[entry, 0] - lightness, colors[entry, 1] - a, colors[entry, 2] - b
    square: np.float32 = x * x + y * y + z * z
    return square


@kernel
def _nearest(
    colors: NDArray[np.float32], candidates: NDArray[np.uint16], lightness: np.float32, a: np.float32, b: np.float32
) -> int:
    """Which of the candidates has the color that is nearest to one; of equals the first."""
    nearest, least = 0, np.float32(np.inf)
    for candidate in candidates:
        square = _square(colors, candidate, lightness, a, b)
        if square < least:
            nearest, least = int(candidate), square
    return nearest


@kernel
def _move(
    pixels: NDArray[np.float32],
    best: NDArray[np.uint16],
    lasting: NDArray[np.uint8],
    masking: float,
    top: int,
    left: int,
    colors: NDArray[np.float32],
    near: NDArray[np.uint16],
    noise: NDArray[np.float32],
    smooth: float,
    visible: float,
) -> None:
    """Move the colors of pixels (h, w, 6) by blue noise, and their best entries (h, w) with them.

    A pixel whose error is below `visible` stays, and so does one with an activity from `smooth` on; below that it is
    moved by less the more there is, and where there is none, not at all. inf: all are moved alike.
    """
    h, w = best.shape
    side = noise.shape[0]
    visibly = np.empty(w, np.int64)  # the pixels of a row that have such an error: a few
    for y in range(h):
        row, entries, count = pixels[y], best[y], 0
        for x in range(w):
            square = _square(colors, entries[x], row[x, 0], row[x, 1], row[x, 2])
            visibly[count] = x
            count += 1 if square >= visible * visible else 0
        for x in visibly[:count]:
            activity = (lasting[y, x] / np.float64(row[x, 3]) - 1.0) / masking  # as the weight was made of it
            if activity >= smooth or (smooth < np.inf and activity == 0.0):
                continue
            entry = entries[x]
            square = _square(colors, entry, row[x, 0], row[x, 1], row[x, 2])
            other = near[entry, min(1, near.shape[1] - 1)]
            gap = np.sqrt(_square(colors, other, colors[entry, 0], colors[entry, 1], colors[entry, 2]))
            far = np.float32(1.0 - activity / smooth) * min(np.float32(2.0) * np.sqrt(square), gap)
            for k in range(3):
                row[x, k] += far * noise[(top + y) % side, (left + x) % side, k]
            entries[x] = _nearest(colors, near[entry], row[x, 0], row[x, 1], row[x, 2])


@kernel
def _diffuse(
    pixels: NDArray[np.float32], best: NDArray[np.uint16], colors: NDArray[np.float32], near: NDArray[np.uint16]
) -> None:
    """Give pixels (h, w, 6) colors of the map, their errors to their neighbors, and the best entries (h, w) with them.

    A color that the map has takes no error, so none runs over a flat area.
    """
    h, w = best.shape
    errors = np.zeros((2, w + 2, 3), np.float32)  # of this row and the next, with one pixel more at both ends
    color = np.empty(3, np.float32)
    for y in range(h):
        here, below = y & 1, 1 - (y & 1)
        errors[below] = 0
        for x in range(w):
            entry = int(best[y, x])
            square = _square(colors, entry, pixels[y, x, 0], pixels[y, x, 1], pixels[y, x, 2])
            if square < np.float32(EXACT * EXACT):
                continue
            for k in range(3):
                color[k] = pixels[y, x, k] + min(max(errors[here, x + 1, k], np.float32(-CARRIED)), np.float32(CARRIED))
            best[y, x] = _nearest(colors, near[entry], color[0], color[1], color[2])
            for k in range(3):
                shown = colors[best[y, x], k]
                error = (color[k] - shown) / np.float32(16.0)
                errors[here, x + 2, k] += np.float32(7.0) * error
                errors[below, x, k] += np.float32(3.0) * error
                errors[below, x + 1, k] += np.float32(5.0) * error
                errors[below, x + 2, k] += error
                pixels[y, x, k] = shown


def apply_dither(
    how: str,
    pixels: NDArray[np.float32],
    best: NDArray[np.uint16],
    persistence: NDArray[np.uint8],
    area: Rect,
    chooser: TableChooser,
) -> None:
    """Dither a rectangle of the picture in place.

    Args:
        how: "none"; "blue-noise", everywhere; "auto", blue noise where the error is visible and the picture smooth,
            neither flat nor textured; or "floyd-steinberg".
        pixels: (h, w, 6) float32 as `gifsom.encoder.perceptual.weighted_pixels` gives them; the colors are changed.
        best: (h, w) nearest entry of the map for each pixel; updated to the new colors.
        persistence: (h, w) uint8, frames for which each pixel stays as it is.
        area: rectangle of these pixels on the canvas.
        chooser: holds the map.
    """
    if how == "floyd-steinberg":
        _diffuse(pixels, best, chooser.lab, chooser.candidates)
    elif how != "none":
        smooth, visible = (SMOOTH, VISIBLE) if how == "auto" else (np.inf, 0.0)
        _move(
            pixels,
            best,
            persistence,
            MASKING,
            area.top,
            area.left,
            chooser.lab,
            chooser.candidates,
            blue_noise(),
            smooth,
            visible,
        )
