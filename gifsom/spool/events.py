"""What happens on a screen besides its pictures: the pointer, clicks and keys.

A recording keeps them beside the pictures, and they are drawn when it is converted: whether they are shown can be
decided later. Places are pixels: of the screen where they are seen, of the recording's canvas where they are kept;
they may lie outside of it. Times are seconds of one clock.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The picture of a pointer.

    number  names it within a recording, > 0
    pixels  (h, w, 4) uint8, RGBA, colors multiplied by alpha
    hot     x and y in the picture of the spot that points
    """

    number: int
    pixels: NDArray[np.uint8]
    hot: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Pointer:
    """From `time` on the pointer is at (x, y) and has the shape of that number; 0: it is not to be seen."""

    time: float
    x: int
    y: int
    shape: int


@dataclass(frozen=True, slots=True)
class Click:
    """A button of the mouse went down or up at (x, y); 1 is the left one, 2 the middle, 3 the right."""

    time: float
    x: int
    y: int
    button: int
    pressed: bool


@dataclass(frozen=True, slots=True)
class Key:
    """Keys were pressed together, written as in a menu: "A", "Ctrl+Shift+P", "Enter"."""

    time: float
    text: str
