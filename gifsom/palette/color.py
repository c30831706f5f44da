"""sRGB to OKLab and back: the one color space of the whole program.

OKLab: B. Ottosson, "A perceptual color space for image processing", 2020. L runs from 0 to 1, a and b lie within
about -0.32 to 0.28; a distance of 0.01 is hardly visible. sRGB transfer curve: IEC 61966-2-1.
"""

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Pixels
from gifsom.native import color

_LEVELS = np.arange(256) / 255
LINEAR = np.where(_LEVELS <= 0.04045, _LEVELS / 12.92, ((_LEVELS + 0.055) / 1.055) ** 2.4)
"""(256,) float64: linear light of each sRGB level."""

TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_LAB = np.linalg.inv(TO_LAB)
_FROM_LMS = np.linalg.inv(TO_LMS)


def oklab(rgb: Pixels) -> NDArray[np.float32]:
    """OKLab of sRGB colors: (..., 3) uint8 to (..., 3) float32."""
    colors = _rows(rgb)
    lab = np.empty(colors.shape, np.float32)
    color.oklab(colors, LINEAR, TO_LMS, TO_LAB, lab)
    return lab.reshape(rgb.shape)


def srgb(lab: NDArray[np.floating]) -> Pixels:
    """The nearest 8-bit sRGB of OKLab colors, out-of-gamut colors clipped: (..., 3) float to (..., 3) uint8."""
    linear: NDArray[np.float64] = np.clip((lab.astype(np.float64) @ _FROM_LAB.T) ** 3 @ _FROM_LMS.T, 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    levels: NDArray[np.float64] = np.rint(encoded * 255)
    return levels.astype(np.uint8)


def _rows(rgb: Pixels) -> Pixels:
    """Colors (..., 3) as (n, 3), C-contiguous."""
    return np.ascontiguousarray(rgb).reshape(-1, 3)


def pack(rgb: Pixels) -> NDArray[np.uint32]:
    """One number 0xRRGGBB a color: (..., 3) uint8 to (...) uint32."""
    flat = _rows(rgb)
    out = np.empty(len(flat), np.uint32)
    color.pack(flat, out)
    return out.reshape(rgb.shape[:-1])


def histogram(rgb: Pixels) -> tuple[Pixels, NDArray[np.int64]]:
    """The distinct colors of (..., 3) uint8, (m, 3) uint8 ascending as numbers, and the count of each, (m,)."""
    packed, counts = np.unique(pack(rgb), return_counts=True)
    return unpack(packed), counts


def unique(rgb: Pixels) -> Pixels:
    """Colors (n, 3) without later repetitions, in their order."""
    _, first = np.unique(pack(rgb), return_index=True)
    return rgb[np.sort(first)]


def hexes(rgb: Pixels) -> list[str]:
    """Colors (n, 3) as "#rrggbb"."""
    return [f"#{color:06x}" for color in pack(rgb).tolist()]


def unpack(packed: NDArray[np.uint32]) -> Pixels:
    """The inverse of `pack`: (...) uint32 to (..., 3) uint8."""
    return np.stack([packed >> 16 & 255, packed >> 8 & 255, packed & 255], axis=-1).astype(np.uint8)
