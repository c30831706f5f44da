"""Arrays and PIL images as a Clip, and `Writer`, which makes a GIF of pictures as they are handed over.

The palette is shared by all frames, so all of them must be known before the first is coded: until then they wait in a
temporary file, compressed.
"""

import tempfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, cast

import numpy as np
from numpy.typing import ArrayLike

from gifsom.clip import Clip, Frame, Pixels
from gifsom.errors import FrameError
from gifsom.settings import WHITE, Color
from gifsom.sources.images import eight_bits, flatten

if TYPE_CHECKING:
    from PIL.Image import Image


def to_pixels(picture: "ArrayLike | Image", background: Color = WHITE) -> Pixels:
    """A picture as (h, w, 3) uint8, C-contiguous, its own copy.

    Args:
        picture: an array (h, w, 3) or (h, w, 4) uint8, straight alpha, or a PIL image of any mode.
        background: what lies behind transparent pixels.

    Raises:
        FrameError: for another shape or dtype, or an empty picture; it says which.
    """
    if hasattr(picture, "convert"):
        image = eight_bits(cast("Image", picture))
        picture = np.asarray(image.convert("RGBA" if image.has_transparency_data else "RGB"))
    array = np.asarray(picture)
    if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] not in (3, 4) or not array.size:
        raise FrameError(f"a frame is an array (height, width, 3 or 4) of uint8, not {array.shape} of {array.dtype}")
    return flatten(array, background) if array.shape[2] == 4 else np.array(array, order="C")


class StoredClip(Clip):
    """Pictures that were handed over one by one, each shown for a time of its own.

    They lie compressed in a temporary file, which goes with the clip.
    """

    native = True

    def __init__(self) -> None:
        self._file: BinaryIO = cast(BinaryIO, tempfile.TemporaryFile(prefix="gifsom-"))  # noqa: SIM115 - closed by close
        self._size: tuple[int, int] | None = None
        self._entries: list[tuple[float, int, int]] = []  # start, where the picture lies in the file, its length there
        self._last: Pixels | None = None
        self._end = 0.0

    @property
    def size(self) -> tuple[int, int]:
        if self._size is None:
            raise FrameError("no frame has been appended")
        return self._size

    @property
    def duration(self) -> float:
        return self._end

    @property
    def count(self) -> int:
        return len(self._entries)

    def append(self, pixels: Pixels, seconds: float) -> None:
        """Show `pixels` (h, w, 3) uint8 for `seconds` after what is there; `FrameError` for another size."""
        size = (pixels.shape[1], pixels.shape[0])
        if self._size is not None and size != self._size:
            raise FrameError(f"the frame is {size[0]}x{size[1]}, and the first one was {self._size[0]}x{self._size[1]}")
        self._size = size
        if self._last is not None and np.array_equal(pixels, self._last):
            _, at, length = self._entries[-1]
        else:
            packed = zlib.compress(pixels.tobytes(), 1)
            at, length = self._file.seek(0, 2), len(packed)
            self._file.write(packed)
            self._last = pixels
        self._entries.append((self._end, at, length))
        self._end += seconds

    def frames(self) -> Iterator[Frame]:
        width, height = self.size
        place, pixels = -1, np.empty((height, width, 3), np.uint8)
        for start, at, length in self._entries:
            if at != place:
                self._file.seek(at)
                raw = zlib.decompress(self._file.read(length))
                place, pixels = at, np.frombuffer(raw, np.uint8).reshape(height, width, 3)
            yield Frame(pixels, start)

    def close(self) -> None:
        """Remove the temporary file."""
        self._file.close()
