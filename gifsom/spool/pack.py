"""Pictures of a screen made small without loss and quickly, for the log of a recording.

Of a picture only the smallest rectangle that holds every change is packed: its planes of red, green and blue, each row
as the difference to the row above it, modulo 256, and the whole by zstandard at its fastest usual level. Text and flat
areas leave mostly zeros; what scrolls sideways or is noise does not get much smaller.
"""

import numpy as np
import zstandard
from numpy.typing import NDArray

from gifsom.core.frame import Pixels, Rect
from gifsom.core.jit import kernel

_LEVEL = 1


@kernel
def _differ(before: NDArray[np.uint32], now: NDArray[np.uint32]) -> bool:
    """Whether two rows (n,) differ anywhere in their lower 24 bits. Without a way out of the loop it is the fastest."""
    difference = np.uint32(0)
    for x in range(now.size):
        difference |= np.uint32(before[x] ^ now[x])
    return bool(difference & np.uint32(0xFFFFFF))


@kernel
def _same(before: NDArray[np.uint32], now: NDArray[np.uint32]) -> bool:
    """Whether two pictures (h, w) differ nowhere in their lower 24 bits."""
    y = 0
    while y < now.shape[0] and not _differ(before[y], now[y]):
        y += 1
    return bool(y == now.shape[0])


@kernel
def _changed(before: NDArray[np.uint32], now: NDArray[np.uint32]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of all places where two pictures (h, w) differ in their lower 24 bits.

    Right and bottom lie just outside; all are 0 where nothing differs.
    """
    h, w = now.shape
    top, bottom, left, right = 0, h, w, 0
    while top < h and not _differ(before[top], now[top]):
        top += 1
    if top == h:
        return 0, 0, 0, 0
    while not _differ(before[bottom - 1], now[bottom - 1]):
        bottom -= 1
    for y in range(top, bottom):
        if _differ(before[y, :left], now[y, :left]):
            left = 0
            while not (before[y, left] ^ now[y, left]) & np.uint32(0xFFFFFF):
                left += 1
        if _differ(before[y, right:], now[y, right:]):
            right = w
            while not (before[y, right - 1] ^ now[y, right - 1]) & np.uint32(0xFFFFFF):
                right -= 1
    return left, top, right, bottom


@kernel
def _filter(
    now: NDArray[np.uint32], left: int, top: int, before: NDArray[np.uint32], planes: NDArray[np.uint8]
) -> None:
    """The part of a picture that begins at (left, top) as differences to the row above, in planes (3, h, w).

    The colors of `now` are 0xRRGGBB in the lower 24 bits. The part is copied to `before`, which has the same shape.
    """
    h, w = planes.shape[1:]
    for y in range(h):
        row = now[top + y, left : left + w]
        kept = before[top + y, left : left + w]
        red, green, blue = planes[0, y], planes[1, y], planes[2, y]
        if y == 0:
            for x in range(w):
                red[x], green[x], blue[x] = row[x] >> 16, row[x] >> 8, row[x]
                kept[x] = row[x]
            continue
        above = before[top + y - 1, left : left + w]
        for x in range(w):
            red[x] = (row[x] >> 16) - (above[x] >> 16)
            green[x] = (row[x] >> 8) - (above[x] >> 8)
            blue[x] = row[x] - above[x]
            kept[x] = row[x]


@kernel
def _restore(planes: NDArray[np.uint8], left: int, top: int, picture: NDArray[np.uint8]) -> None:
    """Undo `_filter`: write the part (h, w) into a picture (height, width, 3) of red, green and blue."""
    h, w = planes.shape[1:]
    for y in range(h):
        row = picture[top + y]
        above = picture[top + y - 1]
        for x in range(w):
            for c in range(3):
                over = above[left + x, c] if y else np.uint8(0)
                row[left + x, c] = planes[c, y, x] + over


class Packer:
    """Packs the pictures of one recording, each against the one that was packed before."""

    def __init__(self, size: tuple[int, int]) -> None:
        width, height = size
        self._kept = np.zeros((height, width), np.uint32)
        self._scratch = np.empty(3 * height * width, np.uint8)
        self._zstandard = zstandard.ZstdCompressor(level=_LEVEL)

    def changed(self, bgrx: Pixels) -> Rect | None:
        """The smallest part of a picture (h, w, 4) that holds all that differs from the one packed before."""
        left, top, right, bottom = _changed(self._kept, _numbers(bgrx))
        return Rect(left, top, right - left, bottom - top) if right else None

    def pack(self, bgrx: Pixels, box: Rect) -> bytes:
        """A part of a picture (h, w, 4) of blue, green, red and a byte that does not count; it is remembered."""
        planes = self._scratch[: 3 * box.height * box.width].reshape(3, box.height, box.width)
        _filter(_numbers(bgrx), box.left, box.top, self._kept, planes)
        return self._zstandard.compress(planes.data)


def same_pixels(before: Pixels, now: Pixels) -> bool:
    """Whether two pictures (h, w, 4), blue, green, red and a byte that means nothing, look alike: 0.1 ms for 720p."""
    return bool(_same(_numbers(before), _numbers(now)))


def _numbers(bgrx: Pixels) -> NDArray[np.uint32]:
    """A number 0x..RRGGBB for each pixel; read-only, so that the kernels are compiled for one kind of array."""
    numbers = np.require(bgrx, requirements=["C", "A"]).view("<u4")[..., 0]
    numbers = np.require(numbers, requirements=["A"])
    numbers.flags.writeable = False
    return numbers


def is_packed(data: bytes, box: Rect) -> bool:
    """Whether `data` claims to unpack to as many bytes as the part of a picture needs."""
    try:
        return bool(zstandard.frame_content_size(data) == 3 * box.width * box.height)
    except zstandard.ZstdError:
        return False


def unpack(data: bytes, box: Rect, picture: Pixels) -> None:
    """Write a part that `is_packed` into a picture (h, w, 3). Raises ValueError where it is damaged."""
    try:  # no more memory is taken than what the data claims, which was checked
        planes = zstandard.ZstdDecompressor().decompress(data, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise ValueError(str(error)) from None
    _restore(np.frombuffer(planes, np.uint8).reshape(3, box.height, box.width), box.left, box.top, picture)


def warm() -> None:
    """Compile or load what packing needs, so that nothing is compiled while it goes on."""
    packer, picture = Packer((1, 1)), np.ones((1, 1, 4), np.uint8)
    same_pixels(picture, picture)
    box = packer.changed(picture)
    assert box is not None
    packer.pack(picture, box)
