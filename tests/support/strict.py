"""A strict validator of the GIFs that this project writes; it shares no code with the writer.

Players forgive much, each something else, so a file that plays in one of them proves little. `check` therefore asks for
more than GIF89a does, and raises `Invalid`, with the byte offset and the frame, where one of these rules is broken:

File
- The signature is GIF89a and the pixel aspect byte is 0.
- The canvas is 1 to 16000 pixels a side (libwebp ends at 16383, Chromium at 32767).
- The background index lies inside the global colour table, or is 0 where there is none.
- There is at least one image; one trailer 0x3B ends the file and nothing stands behind it.
- Extensions are graphic controls, comments and NETSCAPE2.0, no others. NETSCAPE2.0 stands at most once, before the
  first image (behind it Firefox and Pillow ignore it), with one sub-block of 3 bytes: 1 and the loop count.

Each image
- Exactly one graphic control extension stands right before it, 4 bytes long, with reserved bits and user input flag 0,
  a disposal that the caller allows, and a transparent index inside the table.
- Its rectangle is not empty and lies inside the canvas; the first one covers the canvas.
- It is not interlaced and the reserved bits of its descriptor are 0.
- It has a local colour table, or there is a global one. Each index lies inside that table (entries that no pixel uses
  are not looked at).
- Its delay is 2 to 65535 centiseconds, unless it is the only one (browsers show 0 and 1 as 10).

Image data
- The minimum code size is 2 to 8.
- Sub-blocks hold 1 to 255 bytes, all but the last 255; a zero ends them.
- LZW: the first code is a clear; the end code is the last, with only zero bits behind it, up to the end of that byte.
- LZW: codes grow by one bit as soon as the next free code needs it, the entry that a decoder adds before the end code
  included, and never past 12 bits.
- LZW: when the table is full, a clear or the end follows: clearing later is legal, but several decoders choke on it.
- LZW: a code is never above the next free one, and the first after a clear is a literal.
- The codes give exactly width x height pixels.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

TRAILER, EXTENSION, IMAGE = 0x3B, 0x21, 0x2C
GRAPHIC_CONTROL, COMMENT, APPLICATION = 0xF9, 0xFE, 0xFF
LARGEST_SIDE = 16000
MAX_CODE_WIDTH = 12


class Invalid(AssertionError):
    """A broken rule. `offset` counts bytes from the start of what was given to `check` or `decode_lzw`."""

    def __init__(self, reason: str, offset: int, frame: int | None = None) -> None:
        super().__init__(f"byte {offset}{'' if frame is None else f', frame {frame}'}: {reason}")
        self.reason, self.offset, self.frame = reason, offset, frame


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """One image of the file; the file's order is the order in time."""

    left: int
    top: int
    width: int
    height: int
    delay: int  # centiseconds
    disposal: int
    transparent: int | None  # an index, or None where every pixel is opaque
    table: Bytes | None  # (n, 3) the local table, or None where the global one counts
    min_code_size: int
    codes: int  # LZW codes, clears and the end included
    data_bytes: int  # LZW data, without the length bytes of its sub-blocks
    indices: Bytes  # (height, width)


@dataclass(frozen=True, slots=True, eq=False)
class Gif:
    """A valid file, decoded."""

    width: int
    height: int
    loop: int | None  # as NETSCAPE2.0 stores it (0: for ever); None where it is absent
    global_table: Bytes | None  # (n, 3)
    frames: tuple[Image, ...]

    def canvases(self) -> Iterator[Bytes]:
        """What a viewer shows during each frame: (height, width, 4) RGBA, on a canvas that starts out transparent."""
        canvas = np.zeros((self.height, self.width, 4), np.uint8)
        for image in self.frames:
            before = canvas.copy() if image.disposal == 3 else None
            area = canvas[image.top : image.top + image.height, image.left : image.left + image.width]
            table = self.global_table if image.table is None else image.table
            assert table is not None, "check() lets no image without a table through"
            shown = image.indices != (-1 if image.transparent is None else image.transparent)
            area[shown, :3] = table[image.indices[shown]]
            area[shown, 3] = 255
            yield canvas.copy()
            if image.disposal == 2:
                area[:] = 0
            elif before is not None:
                canvas = before


def check(data: bytes, *, allow_disposal: frozenset[int] = frozenset({0, 1, 2})) -> Gif:
    """Decode a GIF file, or raise `Invalid` at the first rule of the module's list that it breaks."""
    return _Parser(data, allow_disposal).gif()


class _Parser:
    """Reads the file from front to back; a method a block, and `at` is the next byte."""

    def __init__(self, data: bytes, allow_disposal: frozenset[int]) -> None:
        self.data = data
        self.allow_disposal = allow_disposal
        self.at = 0
        self.frame: int | None = None
        self.width = self.height = 0
        self.global_table: Bytes | None = None

    def require(self, holds: bool, reason: str, at: int) -> None:
        if not holds:
            raise Invalid(reason, at, self.frame)

    def take(self, count: int, what: str) -> bytes:
        self.require(self.at + count <= len(self.data), f"the file ends inside the {what}", len(self.data))
        self.at += count
        return self.data[self.at - count : self.at]

    def gif(self) -> Gif:
        self.screen()
        loop: int | None = None
        frames: list[Image] = []
        controls: list[int] = []
        while (introducer := self.take(1, "blocks before the trailer")[0]) != TRAILER:
            at = self.at - 1
            self.frame = len(frames) if introducer == IMAGE else None
            self.require(introducer != IMAGE, "the image has no graphic control extension", at)
            self.require(introducer == EXTENSION, f"0x{introducer:02x} starts no block", at)
            label = self.take(1, "extension")[0]
            if label == GRAPHIC_CONTROL:
                self.frame = len(frames)
                controls.append(at)
                frames.append(self.graphic())
                self.frame = None
            elif label == APPLICATION:
                self.require(loop is None, "a second NETSCAPE2.0 extension", at)
                self.require(not frames, "the NETSCAPE2.0 extension stands behind an image", at)
                loop = self.netscape()
            else:
                self.require(label == COMMENT, f"extension 0x{label:02x} is not a comment", at)
                self.sub_blocks("comment")
        self.require(bool(frames), "there is no image", self.at - 1)
        self.require(self.at == len(self.data), "bytes behind the trailer", self.at)
        if len(frames) > 1:
            for self.frame, (at, image) in enumerate(zip(controls, frames, strict=True)):
                self.require(image.delay >= 2, f"the delay of {image.delay} cs is below 2", at + 4)
        return Gif(self.width, self.height, loop, self.global_table, tuple(frames))

    def screen(self) -> None:
        """Signature, logical screen descriptor and global colour table."""
        self.require(self.take(6, "signature") == b"GIF89a", "the signature is not GIF89a", 0)
        self.width, self.height, packed, background, aspect = struct.unpack("<HHBBB", self.take(7, "screen descriptor"))
        inside = 1 <= self.width <= LARGEST_SIDE and 1 <= self.height <= LARGEST_SIDE
        self.require(inside, f"the canvas of {self.width} x {self.height} is not 1 to {LARGEST_SIDE} a side", 6)
        self.require(aspect == 0, f"the pixel aspect byte is {aspect}, not 0", 12)
        self.global_table = self.color_table(packed)
        colors = 1 if self.global_table is None else len(self.global_table)
        self.require(background < colors, f"the background index {background} is outside the colour table", 11)

    def color_table(self, packed: int) -> Bytes | None:
        """The table whose presence (bit 7) and size (bits 0 to 2: 2 to 256 entries) a packed byte tells."""
        if not packed & 0x80:
            return None
        entries = self.take(3 * (2 << (packed & 7)), "colour table")
        return np.frombuffer(entries, np.uint8).reshape(-1, 3)

    def netscape(self) -> int:
        """The application extension, which must be NETSCAPE2.0, and its loop count."""
        at = self.at
        self.require(self.take(12, "extension") == b"\x0bNETSCAPE2.0", "the application is not NETSCAPE2.0", at)
        length, kind, loop, end = struct.unpack("<BBHB", self.take(5, "NETSCAPE2.0 extension"))
        self.require((length, kind, end) == (3, 1, 0), "the NETSCAPE2.0 sub-block is not 3, 1, loop count, 0", at + 12)
        return int(loop)

    def graphic(self) -> Image:
        """A graphic control extension and the image that it controls."""
        at = self.at
        length, packed, delay, index, end = struct.unpack("<BBHBB", self.take(6, "graphic control extension"))
        self.require((length, end) == (4, 0), "the graphic control extension is not 4 bytes and a 0", at)
        self.require(packed & 0xE0 == 0, "reserved bits of the graphic control extension are set", at + 1)
        self.require(packed & 0x02 == 0, "the user input flag is set", at + 1)
        disposal = packed >> 2 & 7
        self.require(disposal in self.allow_disposal, f"disposal {disposal} is not allowed here", at + 1)
        behind = self.take(1, "blocks before the image")[0]
        self.require(behind == IMAGE, "no image right behind the graphic control extension", self.at - 1)

        corner = self.at
        left, top, width, height, bits = struct.unpack("<HHHHB", self.take(9, "image descriptor"))
        rectangle = f"the rectangle of {width} x {height} at ({left}, {top})"
        self.require(width > 0 and height > 0, f"{rectangle} is empty", corner)
        inside = left + width <= self.width and top + height <= self.height
        self.require(inside, f"{rectangle} leaves the canvas", corner)
        covers = (width, height) == (self.width, self.height)
        self.require(covers or self.frame != 0, f"{rectangle} does not cover the canvas in the first frame", corner)
        self.require(bits & 0x40 == 0, "the image is interlaced", corner + 8)
        self.require(bits & 0x18 == 0, "reserved bits of the image descriptor are set", corner + 8)
        local_table = self.color_table(bits)
        table = self.global_table if local_table is None else local_table
        if table is None:
            raise Invalid("there is neither a global nor a local colour table", corner + 8, self.frame)
        transparent = index if packed & 1 else None
        if transparent is not None:
            self.require(index < len(table), f"the transparent index {index} is outside the colour table", at + 4)

        data = self.image_data(width, height, len(table))
        return Image(left, top, width, height, delay, disposal, transparent, local_table, *data)

    def image_data(self, width: int, height: int, colors: int) -> tuple[int, int, int, Bytes]:
        """The last four fields of `Image`."""
        at = self.at
        min_code_size = self.take(1, "image data")[0]
        self.require(2 <= min_code_size <= 8, f"the minimum code size {min_code_size} is not 2 to 8", at)
        data = self.sub_blocks("image data")
        try:
            pixels, codes = decode_lzw(min_code_size, data)
        except Invalid as fault:
            # A length byte stands before each 255 bytes of data.
            raise Invalid(fault.reason, at + 2 + fault.offset + fault.offset // 255, self.frame) from None
        self.require(len(pixels) == width * height, f"{len(pixels)} pixels, not {width} x {height}", at)
        indices = np.frombuffer(pixels, np.uint8).reshape(height, width)
        if (highest := int(indices.max())) >= colors:
            y, x = np.argwhere(indices == highest)[0]
            self.require(False, f"index {highest} at ({x}, {y}) is outside the colour table of {colors}", at)
        return min_code_size, codes, len(data), indices

    def sub_blocks(self, what: str) -> bytes:
        """The data of a chain of sub-blocks, whose end is a zero."""
        blocks: list[bytes] = []
        while length := self.take(1, what)[0]:
            full = not blocks or len(blocks[-1]) == 255
            self.require(full, f"a sub-block of the {what} that is not the last is shorter than 255", self.at - 1)
            blocks.append(self.take(length, what))
        return b"".join(blocks)


def decode_lzw(min_code_size: int, data: bytes) -> tuple[bytes, int]:
    """Pixels and number of codes of an image's LZW data (its sub-blocks joined), by the same rules as `check`.

    The codes up to the next change of their width are unpacked and checked as one array, so that the loop over them,
    which is what takes the time, does nothing but look up and append.
    """
    clear = 1 << min_code_size
    end = clear + 1
    padded = np.frombuffer(data + b"\0\0", np.uint8).astype(np.int64)
    three_bytes = padded[:-2] | padded[1:-1] << 8 | padded[2:] << 16
    literals = [bytes([index]) for index in range(clear)] + [b"", b""]

    def read(bit: int, width: int, count: int) -> NDArray[np.int64]:
        """Up to `count` codes of `width` bits from `bit` on; fewer where the data ends."""
        bits = bit + width * np.arange(min(count, (8 * len(data) - bit) // width))
        run: NDArray[np.int64] = three_bytes[bits >> 3] >> (bits & 7) & ((1 << width) - 1)
        return run

    table = literals.copy()
    previous = b""  # what the last code stood for; empty right after a clear
    pixels: list[bytes] = []
    width = min_code_size + 1
    bit = codes = 0
    if read(0, width, 1).tolist() != [clear]:
        raise Invalid("the first LZW code is not a clear", 0)
    while True:
        full = len(table) == 1 << MAX_CODE_WIDTH
        unfilled = (1 << width) - len(table) + (previous == b"")  # the first code after a clear adds no entry
        wanted = 1 if full else unfilled
        run = read(bit, width, wanted)
        controls = np.flatnonzero((run == clear) | (run == end))
        count = int(controls[0]) if len(controls) else len(run)
        if full and count:
            raise Invalid("the LZW table is full and neither a clear nor the end follows", bit >> 3)
        highest = len(table) - (previous == b"") + np.arange(count)
        if len(above := np.flatnonzero(run[:count] > highest)):
            at = int(above[0])
            reason = f"LZW code {run[at]} (number {codes + at}) is above {highest[at]}, the highest that can stand here"
            raise Invalid(reason, bit + at * width >> 3)

        for code in run[:count].tolist():
            entry = table[code] if code < len(table) else previous + previous[:1]
            if previous:
                table.append(previous + entry[:1])
            pixels.append(entry)
            previous = entry
        bit += width * count
        codes += count

        if len(controls):
            bit += width
            codes += 1
            if run[count] == end:
                break
            table = literals.copy()
            previous = b""
            width = min_code_size + 1
        elif count < wanted:
            raise Invalid("the LZW data has no end code", len(data))
        elif width < MAX_CODE_WIDTH:
            width += 1

    if 8 * len(data) - bit >= 8:
        raise Invalid("data behind the LZW end code", (bit + 7) // 8)
    if bit % 8 and data[-1] >> bit % 8:
        raise Invalid("bits behind the LZW end code are set", len(data) - 1)
    return b"".join(pixels), codes
