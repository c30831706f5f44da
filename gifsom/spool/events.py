"""Events of a screen besides its pictures: the pointer, clicks and keys.

A recording keeps them beside the pictures, and they are drawn when it is converted, so that choice can be made later.
Positions are pixels: of the screen when captured, of the recording's canvas when stored; they may lie outside of it.
Times are seconds of one clock.
"""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_SHORTCUT: Final = re.compile(r"(?:(?:Ctrl|Alt|Super|Shift\+Super)\+.+|(?:Shift\+)?F\d{1,2})", re.DOTALL)


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Picture of a pointer.

    number  its id within a recording, > 0
    pixels  (h, w, 4) uint8, RGBA, colors multiplied by alpha
    hot     x and y of the hot spot in the picture
    """

    number: int
    pixels: NDArray[np.uint8]
    hot: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Pointer:
    """The pointer is at (x, y) from `time` on, with the shape of that number; 0: it is hidden."""

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

    @property
    def shortcut(self) -> bool:
        """Whether it is a combination with Ctrl, Alt or Super, or a function key; no letter that was typed is one.

        >>> [Key(0, text).shortcut for text in ("Ctrl+C", "Shift+Super+Left", "F5", "Shift+F5", "A", "+", "Shift+Tab")]
        [True, True, True, True, False, False, False]
        """
        return _SHORTCUT.fullmatch(self.text) is not None
