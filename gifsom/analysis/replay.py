"""Replay of a GIF as a viewer shows it, with the cost of each pixel and whether it was needed.

GIF89a specification, appendix F, for the code stream. Nothing in the file is trusted: damage ends the walk.
"""

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gifsom.core.frame import Mask, Rect
from gifsom.core.values import MAX_PIXELS, TABLE
from gifsom.gif.lzw import compress, minimum_code_size
from gifsom.gif.reader import CONTROL, IMAGE, Block
from gifsom.native.lzw_decode import lzw_decode
from gifsom.palette.color import pack

NOTHING: Final = 1 << 24
"""The number of "transparent", beside those of colors 0xRRGGBB."""

CLEARED, RESTORED = 2, 3
"""Disposals: the rectangle becomes transparent, or is restored."""

BROWSERS: Final = (2, 10)
"""Delays below the first are shown as the second, in centiseconds."""

TRIED: Final = 24
"""Images that are recoded, at most, to measure the cost of unchanged pixels."""


@dataclass(frozen=True, slots=True)
class ImageCost:
    """Cost of one image of a GIF.

    start      seconds at which it appears
    bytes      size, with its table and its control block
    table      bytes of its local color table
    rect       in the picture
    stored     pixels that are not transparent
    unchanged  of these, pixels that showed the same color already
    same       the visible picture does not change
    """

    start: float
    bytes: int
    table: int
    rect: Rect
    stored: int
    unchanged: int
    same: bool


@dataclass(slots=True, eq=False)
class Walk:
    """State of a replay.

    canvas   (h, w) uint32, the visible picture: 0xRRGGBB, or NOTHING
    heat     (h, w) float32, bits spent on each pixel
    images   cost of each
    seconds  duration
    uses     pixels that were stored in each color 0xRRGGBB
    common   (TABLE,) int64, pixels that were stored with each entry of the global table
    twins    bytes of tables equal to the global one, or to that of the image before
    spared   bytes saved, and bytes before, in the images that were recoded
    short    an image lacks some of its pixels
    """

    canvas: NDArray[np.uint32]
    heat: NDArray[np.float32]
    images: list[ImageCost] = field(default_factory=list)
    seconds: float = 0.0
    uses: Counter[int] = field(default_factory=Counter)
    common: NDArray[np.int64] = field(default_factory=lambda: np.zeros(TABLE, np.int64))
    twins: int = 0
    spared: tuple[int, int] = (0, 0)
    short: bool = False

    @classmethod
    def begin(cls, size: tuple[int, int]) -> "Walk":
        shape = size[::-1]
        return cls(np.full(shape, NOTHING, np.uint32), np.zeros(shape, np.float32))


def decode(data: bytes, minimum: int, count: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """The symbols of a code stream, at most `count`, and the bits that each of them took.

    >>> symbols, bits = decode(compress(np.zeros(9, np.uint8), 2), 2, 9)
    >>> len(symbols), bits.sum()  # codes for 1, 2, 3 and 3 pixels, the last of 4 bits
    (9, np.float32(13.0))
    """
    symbols, bits = np.empty(count, np.uint8), np.empty(count, np.float32)
    done = lzw_decode(np.frombuffer(data, np.uint8), minimum, symbols, bits)
    return symbols[:done], bits[:done]


def walk(size: tuple[int, int], table: bytes | None, blocks: list[Block]) -> Iterator[Walk]:
    """The state after each image, whose canvas is then visible. Ends where an image is damaged."""
    found = Walk.begin(size)
    total = sum(block.label == IMAGE for block in blocks)
    step = max(1, -(-total // TRIED))
    control, extra = bytes(4), 0
    before_table = table
    leave: tuple[Rect, NDArray[np.uint32] | None] | None = None  # disposal of the image before
    for block in blocks:
        extra += block.size
        if block.label == CONTROL:
            control = block.content[:4].ljust(4, b"\0")
        elif block.loops:
            extra = 0
        if block.label != IMAGE:
            continue
        drawn = _Drawn.of(block, control, size, table)
        if drawn is None:
            return
        found.short |= drawn.short
        seen = found.canvas.copy()
        if leave is not None:
            leave[0].cut(found.canvas)[:] = NOTHING if leave[1] is None else leave[1]
        part = drawn.rect.cut(found.canvas)
        unchanged = drawn.opaque & (part == drawn.colors)
        if found.images and len(found.images) % step == step // 2 and (drawn.opaque & ~unchanged).any():
            saved, there = drawn.recoded(unchanged)
            found.spared = found.spared[0] + saved, found.spared[1] + there
        disposal, delay = control[0] >> 2 & 7, struct.unpack("<H", control[1:3])[0]
        leave = (
            (drawn.rect, None) if disposal == CLEARED else (drawn.rect, part.copy()) if disposal == RESTORED else None
        )
        part[drawn.opaque] = drawn.colors[drawn.opaque]
        drawn.rect.cut(found.heat)[:] += drawn.bits
        _count(found, drawn, block.table is None)
        if block.table is not None and block.table == before_table:
            found.twins += len(block.table)
        before_table = table if block.table is None else block.table
        same = bool(found.images) and np.array_equal(seen, found.canvas)
        cost = (extra, len(block.table or b""), drawn.rect, int(drawn.opaque.sum()), int(unchanged.sum()), same)
        found.images.append(ImageCost(found.seconds, *cost))
        found.seconds += (delay if delay >= BROWSERS[0] else BROWSERS[1]) / 100
        control, extra = bytes(4), 0
        yield found


def _count(found: Walk, drawn: "_Drawn", common: bool) -> None:
    counts = np.bincount(drawn.symbols[drawn.opaque], minlength=TABLE)
    if common:
        found.common += counts
    for entry in np.flatnonzero(counts).tolist():
        found.uses[int(drawn.table[entry])] += int(counts[entry])


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """An image on the canvas: all but `table` have the shape of `rect`.

    table        (TABLE,) uint32 colors 0xRRGGBB; missing entries are black
    symbols      uint8
    bits         float32 spent on each
    opaque       not transparent
    colors       uint32
    transparent  the index, or -1
    short        some pixels are missing: these are not opaque
    """

    rect: Rect
    table: NDArray[np.uint32]
    symbols: NDArray[np.uint8]
    bits: NDArray[np.float32]
    opaque: Mask
    colors: NDArray[np.uint32]
    transparent: int
    short: bool

    @classmethod
    def of(cls, block: Block, control: bytes, size: tuple[int, int], common: bytes | None) -> "_Drawn | None":
        """The image of a block; None where nothing of it can be read, or it is larger than the limit."""
        left, top, width, height, flags = struct.unpack("<HHHHB", block.descriptor)
        area = width * height
        if not 0 < area <= MAX_PIXELS or left >= size[0] or top >= size[1] or not 1 <= block.min_code_size <= 11:
            return None
        symbols, bits = decode(block.content, block.min_code_size, area)
        if not symbols.size:
            return None
        transparent = control[3] if control[0] & 1 else -1
        rows = np.argsort(_interlaced(height)) if flags & 0x40 else np.arange(height)
        planes = []
        for found in (symbols, bits, np.ones(len(symbols), np.bool_)):
            plane = np.zeros(area, found.dtype)  # missing pixels are 0, and not opaque
            plane[: len(found)] = found
            planes.append(plane.reshape(height, width)[rows[: size[1] - top], : size[0] - left])
        index, spent, drawn = planes
        raw = (block.table or common or b"").ljust(3 * TABLE, b"\0")
        table = pack(np.frombuffer(raw, np.uint8).reshape(-1, 3))
        opaque = drawn & (index != transparent)
        rect = Rect(left, top, index.shape[1], index.shape[0])
        return cls(rect, table, index, spent, opaque, table[index], transparent, len(symbols) < area)

    def recoded(self, unchanged: Mask) -> tuple[int, int]:
        """Bytes saved where unchanged pixels may be transparent; and bytes of the same coder without that."""
        free = unchanged | ~self.opaque
        there = len(compress(self.symbols, minimum_code_size(int(self.symbols.max()) + 1)))
        needed = Rect.around(~free)
        if not unchanged.any() or needed is None:
            return (there if needed is None else 0), there
        symbols, choice = needed.cut(self.symbols), needed.cut(free)
        spare = self.transparent
        if spare < 0:
            unused = np.flatnonzero(np.bincount(self.symbols.reshape(-1), minlength=TABLE) == 0)
            spare = int(unused[0]) if unused.size else -1
        if spare < 0:
            return max(0, there - len(compress(symbols, 8))), there
        minimum = minimum_code_size(max(int(symbols.max()), spare) + 1)
        return max(0, there - len(compress(symbols, minimum, choice, spare))), there


def _interlaced(height: int) -> NDArray[np.intp]:
    """The rows of an interlaced picture in the order in which they are stored."""
    passes = [np.arange(first, height, step) for first, step in ((0, 8), (4, 8), (2, 4), (1, 2))]
    return np.concatenate(passes)
