"""Arrays and PIL images as a Source, and a clip to which pictures are appended one by one.

The palette is shared by all frames, so all of them must be known before the first is coded: until then they are stored.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import ArrayLike
from PIL.Image import fromarray

from gifsom.core.errors import FrameError
from gifsom.core.frame import Frame, Mask, Pixels
from gifsom.core.source import Source
from gifsom.core.values import Color
from gifsom.edit.frames import same_picture
from gifsom.edit.store import Store
from gifsom.sources.images import cut_out, fitted, flatten
from gifsom.sources.levels import eight_bits
from gifsom.sources.shapes import as_array, colored

if TYPE_CHECKING:
    from PIL.Image import Image


def to_array(picture: "ArrayLike | Image") -> Pixels:
    """A picture as an array (h, w, 3) or (h, w, 4) of uint8, the latter with straight alpha.

    Args:
        picture: such an array, a gray one (h, w) or (h, w, 1), one of bool, of which True is white, or a PIL image of
            any mode.

    Raises:
        FrameError: for another shape or dtype, or an empty picture; it says which, and what makes it right.
    """
    if hasattr(picture, "convert"):
        image = eight_bits(cast("Image", picture))
        picture = np.asarray(image.convert("RGBA" if image.has_transparency_data else "RGB"))
    return colored(as_array(picture))


def to_masked(
    picture: "ArrayLike | Image", size: tuple[int, int] | None, background: Color | None
) -> tuple[Pixels, Mask | None]:
    """A picture as (h, w, 3) uint8, a copy of its own, and the mask (h, w) of transparent pixels, if any.

    Args:
        picture: as for `to_array`, which raises the same.
        size: (w, h) into which one of another size is fitted, never distorted, transparent around; None: its own.
        background: color behind transparent pixels; None: they stay transparent.
    """
    array = to_array(picture)
    if size is not None and array.shape[1::-1] != size:
        array = np.asarray(fitted(fromarray(np.ascontiguousarray(array)), size))
    if array.shape[2] == 3:
        return np.array(array, order="C"), None
    return cut_out(array) if background is None else (flatten(array, background), None)


class StoredClip(Source):
    """Pictures appended one by one, each with a duration of its own; kept in a `Store`."""

    native = True

    def __init__(self) -> None:
        self._store = Store()
        self._last: Frame | None = None
        self._end = 0.0

    @property
    def size(self) -> tuple[int, int]:
        if self._last is None:
            raise FrameError("no frame has been appended")
        return self._last.pixels.shape[1], self._last.pixels.shape[0]

    @property
    def duration(self) -> float:
        return self._end

    @property
    def count(self) -> int:
        return len(self._store.starts)

    def append(self, pixels: Pixels, seconds: float, mask: Mask | None = None) -> None:
        """Show `pixels` (h, w, 3) uint8, read-only from now on, for `seconds` after the ones before.

        `mask` (h, w) is True where they are transparent. Raises `FrameError` for another size, and `TargetUnwritable`
        where the disk is full.
        """
        frame, last = Frame(pixels, self._end, mask), self._last
        if last is not None and pixels.shape != last.pixels.shape:
            size = f"{pixels.shape[1]}x{pixels.shape[0]}"
            raise FrameError(f"the frame is {size}, and the first one was {self.size[0]}x{self.size[1]}")
        if last is not None and same_picture(frame, last):
            frame = last.at(self._end)
        self._last = frame
        self._store.append(frame)
        self._end += seconds

    def frames(self) -> Iterator[Frame]:
        return iter(self._store)

    def close(self) -> None:
        """Delete the pictures."""
        self._store.close()
