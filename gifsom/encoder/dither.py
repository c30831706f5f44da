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
from gifsom.encoder.local_tables import TableChooser
from gifsom.encoder.perceptual import MASKING
from gifsom.native import dither

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
        pixels: (h, w, 4) float32 as `gifsom.encoder.perceptual.weighted_pixels` gives them; the colors are changed.
        best: (h, w) nearest entry of the map for each pixel; updated to the new colors.
        persistence: (h, w) uint8, frames for which each pixel stays as it is.
        area: rectangle of these pixels on the canvas.
        chooser: holds the map.
    """
    if how == "floyd-steinberg":
        dither.diffuse(pixels, best, chooser.lab, chooser.candidates, chooser.candidate_colors, EXACT, CARRIED)
    elif how != "none":
        smooth, visible = (SMOOTH, VISIBLE) if how == "auto" else (np.inf, 0.0)
        dither.blue_noise(
            pixels,
            best,
            persistence,
            MASKING,
            area.top,
            area.left,
            chooser.lab,
            chooser.candidates,
            chooser.candidate_colors,
            blue_noise(),
            smooth,
            visible,
        )
