"""Pictures of Wayland in their many formats, as ours: blue, green, red and an unused byte."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gifsom.core.errors import ScreenUnavailable
from gifsom.core.frame import Pixels


def _code(letters: str) -> int:
    """The number of a DRM format."""
    return int.from_bytes(letters.encode(), "little")


XRGB8888: Final = 1
"""The usual format, and the best one: it is ours."""

_SHIFTS: Final = {
    0: (0, 8, 16, 8),
    XRGB8888: (0, 8, 16, 8),
    _code("XB24"): (16, 8, 0, 8),
    _code("AB24"): (16, 8, 0, 8),
    _code("RX24"): (8, 16, 24, 8),
    _code("RA24"): (8, 16, 24, 8),
    _code("BX24"): (24, 16, 8, 8),
    _code("BA24"): (24, 16, 8, 8),
    _code("XR30"): (0, 10, 20, 10),
    _code("AR30"): (0, 10, 20, 10),
    _code("XB30"): (20, 10, 0, 10),
    _code("AB30"): (20, 10, 0, 10),
}
"""Bits before blue, green and red in a pixel's 32 bits, and bits of each, by format."""

KNOWN: Final = frozenset(_SHIFTS)
"""Formats that `to_bgrx` knows; all have 4 bytes a pixel."""


def to_bgrx(numbers: NDArray[np.uint32], format: int) -> Pixels:
    """A copy of a picture (h, w) of that format, (h, w, 4) uint8. Of 10 bits the upper 8 count; alpha does not."""
    *shifts, bits = _SHIFTS[format]
    if (*shifts, bits) == (0, 8, 16, 8):
        return np.ascontiguousarray(numbers).copy().view(np.uint8).reshape(*numbers.shape, 4)
    pixels = np.zeros((*numbers.shape, 4), np.uint8)
    for channel, shift in enumerate(shifts):
        pixels[..., channel] = numbers >> np.uint32(shift + bits - 8) & np.uint32(255)
    return pixels


def choose_format(offered: list[int]) -> int:
    """The best one of those a compositor offers. Raises `ScreenUnavailable` where none is known."""
    usable = [format for format in offered if format in KNOWN]
    if not usable:
        names = ", ".join(str(format.to_bytes(4, "little"))[2:-1] for format in offered) or "none"
        raise ScreenUnavailable(f"the compositor's pictures are in formats that gifsom cannot read: {names}")
    return min(usable, key=lambda format: (format not in (XRGB8888, 0), _SHIFTS[format][3]))


def upright(pixels: Pixels, transform: int) -> Pixels:
    """A picture as the user sees it, of one as the monitor shows it; `transform` as in wl_output.

    The compositor has turned what it shows by as many quarters counterclockwise, and before that flipped it where the
    number is 4 or more.
    """
    turned = np.rot90(pixels, -(transform & 3)) if transform & 3 else pixels
    return np.ascontiguousarray(turned[:, ::-1] if transform & 4 else turned)
