"""Changes of the canvas: what is shown already is kept, and only the rest is coded.

The canvas is what a viewer sees, one number a pixel. A change is complete only once the next one is known: its delay
depends on that, and so does whether pixels under it must become transparent again.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Frame, Pixels, Rect
from gifsom.gif.writer import DISPOSE_BACKGROUND, DISPOSE_NONE
from gifsom.native import canvas as native

Canvas = NDArray[Any]
"""(h, w) whole numbers, each of which stands for a color, or for "transparent"."""


@dataclass(slots=True)
class Change:
    """One picture on the canvas.

    rect      rectangle in which it differs from the canvas before
    below     the whole canvas before it
    shown     the whole canvas with it
    delay     centiseconds until the next change
    disposal  DISPOSE_NONE or DISPOSE_BACKGROUND
    """

    rect: Rect
    below: Canvas
    shown: Canvas
    delay: int
    disposal: int = DISPOSE_NONE

    @property
    def symbols(self) -> Canvas:
        """The numbers shown in the rectangle."""
        return self.rect.cut(self.shown)

    @property
    def unchanged(self) -> NDArray[np.bool_]:
        """(h, w) of the rectangle: True where the canvas shows the same number already."""
        unchanged: NDArray[np.bool_] = self.symbols == self.rect.cut(self.below)
        return unchanged


def composite(symbols: NDArray[np.uint8], entries: NDArray[np.uint16], below: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """The canvas after an image has been drawn on it.

    symbols  (n,): symbol of each pixel
    entries  (k,): numbers of the symbols below k; any other symbol leaves the pixel unchanged
    below    (h, w), h * w = n
    """
    canvas = np.empty_like(below)
    native.composite(symbols, entries, below.reshape(-1), canvas.reshape(-1))
    return canvas


def diff(
    frames: Iterable[tuple[Frame, int]],
    size: tuple[int, int],
    to_numbers: Callable[[Pixels], Canvas],
    transparent: int | None,
) -> Iterator[Change]:
    """The changes of the canvas from frame to frame.

    Args:
        frames: each with its delay in centiseconds, >= 2.
        size: width and height.
        to_numbers: gives every pixel of a picture (h, w, 3) its number, in a new array.
        transparent: the number of "transparent"; None: there is a single picture, and it is opaque.
    """
    width, height = size
    last: Pixels | None = None
    now: Change | None = None
    for frame, delay in frames:
        if now is not None and frame.mask is None and frame.pixels is last:
            now.delay += delay
            continue
        last = frame.pixels if frame.mask is None else None
        numbers = to_numbers(frame.pixels)
        if frame.mask is not None:
            assert transparent is not None
            numbers[frame.mask] = transparent
        if now is None:
            now = Change(Rect(0, 0, width, height), np.full_like(numbers, transparent or 0), numbers, delay)
            continue
        changed = numbers != now.shown
        rect = Rect.around(changed)
        if rect is None:
            now.delay += delay
            continue
        vanished = Rect.around(changed & (numbers == transparent)) if frame.mask is not None else None
        below = now.shown
        if vanished is not None:
            now.rect, now.disposal = now.rect.union(vanished), DISPOSE_BACKGROUND
            below = now.shown.copy()
            now.rect.cut(below)[:] = transparent
            rect = Rect.around(numbers != below) or Rect(0, 0, 1, 1)
        yield now
        now = Change(rect, below, numbers, delay)
    if now is not None:
        yield now
