"""Pictures of more than 8 bits, and of floats, as pictures of 8 bits."""

from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

DEEP = ("I", "F")
"""Pillow's modes whose values have no range of their own; those of "I;16" have 16 bits."""

WHITE_IS_ZERO = 0
"""The photometric interpretation of a TIFF that is a negative."""


@dataclass(frozen=True, slots=True)
class Range:
    """Lowest and highest finite value of some pictures.

    whole  all of them are whole numbers
    """

    low: float = inf
    high: float = -inf
    whole: bool = True

    def widened(self, values: NDArray[Any]) -> "Range":
        """With another picture's values."""
        finite = values[np.isfinite(values)]
        if not finite.size:
            return self
        return Range(
            min(self.low, float(finite.min())),
            max(self.high, float(finite.max())),
            self.whole and values.dtype.kind != "f",
        )

    @property
    def scale(self) -> tuple[float, float]:
        """The values that become 0 and 255: those of the usual range that holds all, 0 to 1 for floats, 0 to 255 or 0
        to 65535, or else the lowest and the highest."""
        for most in (255.0, 65535.0) if self.whole else (1.0, 255.0):
            if self.low >= 0 and self.high <= most:
                return 0.0, most
        return self.low, self.high


def eight_bits(picture: Image.Image, values: Range | None = None) -> Image.Image:
    """The picture itself, or one of 8 bits where Pillow would clip it; a transparent gray stays so.

    Args:
        picture: of any mode.
        values: those of all pictures that it belongs to; None: its own.
    """
    if picture.mode not in DEEP and not picture.mode.startswith("I;16"):
        return picture
    array = np.asarray(picture)
    if picture.mode in DEEP and (picture.mode, picture.format) != ("I", "PPM"):  # which Pillow brings to 16 bits
        gray = scaled(array, *(values or Range().widened(array)).scale)
    else:
        gray = (np.clip(array, 0, 0xFFFF).astype(np.uint16) >> 8).astype(np.uint8)
        if getattr(picture, "tag_v2", {}).get(ExifTags.Base.PhotometricInterpretation) == WHITE_IS_ZERO:
            gray = ~gray  # Pillow turns those of 8 bits only
    hidden = picture.info.get("transparency")
    if not isinstance(hidden, int):
        return Image.fromarray(gray)
    return Image.fromarray(np.dstack([gray, np.where(array == hidden, np.uint8(0), np.uint8(255))]))


def scaled(values: NDArray[Any], low: float, high: float) -> NDArray[np.uint8]:
    """Values from `low` to `high` as 0 to 255, rounded; black where not finite, or where no value is higher."""
    if not high > low:
        return np.zeros(values.shape, np.uint8)
    known = np.where(np.isfinite(values), values, low).astype(np.float64)
    return ((known - low) * (255 / (high - low)) + 0.5).clip(0, 255).astype(np.uint8)
