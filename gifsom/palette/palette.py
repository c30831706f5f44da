"""Palette: the colors that every frame is mapped to."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gifsom.clip import Pixels
from gifsom.color import oklab


@dataclass(frozen=True, eq=False)
class Palette:
    """Colors in the order of the map: neighbours in the table are neighbours in color.

    colors  (n, 3) uint8 sRGB, n >= 1, no two rows equal, read-only
    """

    colors: Pixels

    def __post_init__(self) -> None:
        self.colors.flags.writeable = False

    def __len__(self) -> int:
        return len(self.colors)

    @cached_property
    def lab(self) -> NDArray[np.float32]:
        """(n, 3) float32: the colors in OKLab."""
        return oklab(self.colors)
