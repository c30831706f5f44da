"""From scheduled frames to what changes on the canvas: keep what is shown, code the rest.

The canvas is what a viewer sees, one number a pixel. A change is only known whole once the next one is: how long it
stands, and whether pixels under it must become transparent again.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Frame, Pixels, Rect
from gifsom.core.jit import kernel
from gifsom.gif.writer import DISPOSE_BACKGROUND, DISPOSE_NONE

Canvas = NDArray[Any]
"""(h, w) whole numbers, each of which stands for a color, or for "transparent"."""


@dataclass(slots=True)
class Change:
    """A picture on the canvas.

    rect      where it differs from what was there before
    below     the whole canvas before
    shown     with it
    delay     centiseconds that it stands
    disposal  KEEP or CLEAR
    """

    rect: Rect
    below: Canvas
    shown: Canvas
    delay: int
    disposal: int = DISPOSE_NONE

    @property
    def symbols(self) -> Canvas:
        """What is shown in the rectangle."""
        return self.rect.cut(self.shown)

    @property
    def free(self) -> NDArray[np.bool_]:
        """(h, w) of the rectangle: what is there already."""
        free: NDArray[np.bool_] = self.symbols == self.rect.cut(self.below)
        return free


@kernel
def _reveal(
    symbols: NDArray[np.uint8], entries: NDArray[np.uint16], below: NDArray[np.uint16], out: NDArray[np.uint16]
) -> None:
    """What an image leaves on the canvas (n,): entry `symbol` of a table, or where there is none, what lies below."""
    for i in range(symbols.shape[0]):
        symbol = symbols[i]
        out[i] = entries[symbol] if symbol < entries.shape[0] else below[i]


def reveal(symbols: NDArray[np.uint8], entries: NDArray[np.uint16], below: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """The canvas with an image.

    symbols  (n,): what each pixel shows
    entries  (k,): the numbers that symbols below k stand for; the others show what lies below
    below    (h, w), h * w = n
    """
    canvas = np.empty_like(below)
    _reveal(symbols, entries, below.ravel(), canvas.ravel())
    return canvas


def changes(
    frames: Iterable[tuple[Frame, int]], size: tuple[int, int], number: Callable[[Pixels], Canvas], clear: int | None
) -> Iterator[Change]:
    """What changes with each frame.

    Args:
        frames: each with its delay in centiseconds, >= 2.
        size: width and height.
        number: gives every pixel of a picture (h, w, 3) its number, in an array of its own.
        clear: the number of "transparent"; None: there is one picture, an opaque one.
    """
    width, height = size
    last: Pixels | None = None
    now: Change | None = None
    for frame, delay in frames:
        if now is not None and frame.mask is None and frame.pixels is last:
            now.delay += delay
            continue
        last = frame.pixels if frame.mask is None else None
        wanted = number(frame.pixels)
        if frame.mask is not None:
            assert clear is not None
            wanted[frame.mask] = clear
        if now is None:
            now = Change(Rect(0, 0, width, height), np.full_like(wanted, clear or 0), wanted, delay)
            continue
        changed = wanted != now.shown
        rect = Rect.around(changed)
        if rect is None:
            now.delay += delay
            continue
        vanished = Rect.around(changed & (wanted == clear)) if frame.mask is not None else None
        below = now.shown
        if vanished is not None:
            now.rect, now.disposal = now.rect.union(vanished), DISPOSE_BACKGROUND
            below = now.shown.copy()
            now.rect.cut(below)[:] = clear
            rect = Rect.around(wanted != below) or Rect(0, 0, 1, 1)
        yield now
        now = Change(rect, below, wanted, delay)
    if now is not None:
        yield now
