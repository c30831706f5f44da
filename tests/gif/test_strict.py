"""The strict validator can fail: a valid file passes, and each rule has a mutation of that file which breaks it alone.

The files are made here, part by part, with the smallest possible encoder, so that a mistake of the project's writer
cannot hide in both.
"""

from __future__ import annotations

import contextlib
import io
import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import decoders
import numpy as np
import pytest
from decoders import Decoder
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageSequence
from strict import Invalid, check, decode_lzw

SHARED = Path(__file__).resolve().parents[3] / "shared"


def pack(codes: Iterable[int], min_code_size: int = 2, *, widen_at: int = 0) -> bytes:
    """Codes as bits, each as wide as a decoder expects it; widths change `widen_at` codes later (below 0: earlier)."""
    clear = 1 << min_code_size
    bits = length = entries = 0
    width = min_code_size + 1
    for code in codes:
        bits |= code << length
        length += width
        if code == clear:
            width, entries = min_code_size + 1, clear + 1  # and one more as of the second code
        elif (entries := entries + 1) - widen_at == 1 << width and width < 12:
            width += 1
    return bits.to_bytes((length + 7) // 8, "little")


def literals(pixels: Sequence[int], min_code_size: int = 2) -> Iterator[int]:
    """The codes of uncompressed pixels, with a clear long before the table is full."""
    clear = 1 << min_code_size
    for start in range(0, len(pixels), 3000):
        yield clear
        yield from pixels[start : start + 3000]
    yield clear + 1


def greedy(pixels: bytes, min_code_size: int) -> Iterator[int]:
    """LZW as the specification tells it, with a clear as soon as the decoder's table is full."""
    clear = 1 << min_code_size
    yield clear
    table: dict[bytes, int] = {}
    string = b""
    for pixel in pixels:
        longer = string + bytes([pixel])
        if len(longer) == 1 or longer in table:
            string = longer
            continue
        yield table.get(string, string[0])
        if len(table) < 4096 - clear - 2:
            table[longer] = clear + 2 + len(table)
        else:
            yield clear
            table.clear()
        string = longer[-1:]
    yield table.get(string, string[0])
    yield clear + 1


def sub_blocks(data: bytes, size: int = 255) -> bytes:
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(bytes([len(piece)]) + piece for piece in pieces) + b"\0"


def image_data(pixels: Sequence[int], min_code_size: int = 2) -> bytes:
    return bytes([min_code_size]) + sub_blocks(pack(literals(pixels, min_code_size), min_code_size))


def screen(width: int = 4, height: int = 3, packed: int = 0x81, background: int = 0, aspect: int = 0) -> bytes:
    return struct.pack("<HHBBB", width, height, packed, background, aspect)


def control(packed: int = 0x04, delay: int = 5, transparent: int = 0, length: int = 4, end: int = 0) -> bytes:
    return struct.pack("<BBBBHBB", 0x21, 0xF9, length, packed, delay, transparent, end)


def descriptor(left: int = 0, top: int = 0, width: int = 4, height: int = 3, packed: int = 0) -> bytes:
    return struct.pack("<BHHHHB", 0x2C, left, top, width, height, packed)


def netscape(name: bytes = b"NETSCAPE2.0", length: int = 3, kind: int = 1, loop: int = 7, end: int = 0) -> bytes:
    return b"\x21\xff\x0b" + name + struct.pack("<BBHB", length, kind, loop, end)


COMMENT = b"\x21\xfe" + sub_blocks(b"made by hand")
COLORS = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]], np.uint8)
FIRST = [0, 1, 2, 3, 3, 2, 1, 0, 0, 0, 0, 0]
SECOND = [0, 3]  # 3 is transparent

# Two frames on a canvas of 4 x 3; the second lies at (1, 1) and is 2 x 1.
PARTS = {
    "signature": b"GIF89a",
    "screen": screen(),
    "table": COLORS.tobytes(),
    "loop": netscape(),
    "comment": COMMENT,
    "control 0": control(),
    "image 0": descriptor(),
    "data 0": image_data(FIRST),
    "control 1": control(0x05, transparent=3),
    "image 1": descriptor(1, 1, 2, 1),
    "data 1": image_data(SECOND),
    "trailer": b"\x3b",
}


def build(changes: Mapping[str, bytes]) -> bytes:
    """The valid file with some of its parts replaced."""
    assert changes.keys() <= PARTS.keys()
    return b"".join({**PARTS, **changes}.values())


def one_frame(width: int, height: int, data: bytes, delay: int = 5) -> bytes:
    """A file with one frame and a table of greys that fits the minimum code size of its image data."""
    bits = data[0]
    changes = {
        "screen": screen(width, height, 0x80 | bits - 1),
        "table": np.repeat(np.arange(1 << bits, dtype=np.uint8), 3).tobytes(),
        "control 0": control(delay=delay),
        "image 0": descriptor(width=width, height=height),
        "data 0": data,
    }
    return build({**changes, "control 1": b"", "image 1": b"", "data 1": b""})


def lzw(*codes: int) -> bytes:
    """Image data of exactly these codes: 4 is the clear, 5 the end, 6 the first free one."""
    return b"\x02" + sub_blocks(pack(codes))


def test_the_valid_file_passes_and_is_read_as_it_was_made() -> None:
    gif = check(build({}))
    assert (gif.width, gif.height, gif.loop) == (4, 3, 7)
    assert gif.global_table is not None
    assert gif.global_table.tolist() == COLORS.tolist()
    first, second = gif.frames
    assert first.indices.ravel().tolist() == FIRST
    assert second.indices.tolist() == [SECOND]
    assert (first.left, first.top, first.width, first.height) == (0, 0, 4, 3)
    assert (second.left, second.top, second.width, second.height) == (1, 1, 2, 1)
    assert (first.delay, first.disposal, first.transparent, first.table) == (5, 1, None, None)
    assert (second.delay, second.disposal, second.transparent, second.table) == (5, 1, 3, None)
    assert (second.min_code_size, second.codes, second.data_bytes) == (2, 4, 2)


VALID = {
    "no loop count": build({"loop": b""}),
    "no comment": build({"comment": b""}),
    "a comment behind the last image": build({"trailer": COMMENT + b"\x3b"}),
    "local tables only": build(
        {
            "screen": screen(packed=0x01),
            "table": b"",
            "image 0": descriptor(packed=0x81) + COLORS.tobytes(),
            "image 1": descriptor(1, 1, 2, 1, packed=0x81) + COLORS.tobytes(),
        }
    ),
    "an empty clear before the end": build({"data 1": lzw(4, 2, 3, 4, 5)}),
    "two clears in a row": build({"data 1": lzw(4, 4, 2, 3, 5)}),
    "the shortest and the longest delay": build({"control 0": control(delay=2), "control 1": control(delay=65535)}),
    "a still without delay": one_frame(1, 1, image_data([0]), delay=0),
    "the widest canvas": one_frame(16000, 1, image_data([0] * 16000)),
    "the highest canvas": one_frame(1, 16000, image_data([0] * 16000)),
    "2 colours": build(
        {
            "screen": screen(packed=0x80),
            "table": bytes(6),
            "data 0": image_data([1] * 12),
            "control 1": control(0x05, transparent=1),
            "data 1": image_data([0, 1]),
        }
    ),
    "256 colours": one_frame(256, 2, image_data([*range(256)] * 2, 8)),
    "a last sub-block of 255": build({"comment": b"\x21\xfe" + sub_blocks(bytes(255))}),
    "a comment of 256": build({"comment": b"\x21\xfe" + sub_blocks(bytes(256))}),
}


@pytest.mark.parametrize("data", VALID.values(), ids=VALID.keys())
def test_what_the_rules_allow_passes(data: bytes) -> None:
    check(data)


# Name of the rule: (changes that break it, reason, part of the file that the offset points into)
MUTATIONS: dict[str, tuple[dict[str, bytes], str, str]] = {
    "GIF89a": ({"signature": b"GIF87a"}, "the signature is not GIF89a", "signature"),
    "aspect": ({"screen": screen(aspect=49)}, "the pixel aspect byte is 49, not 0", "screen"),
    "canvas not empty": ({"screen": screen(width=0)}, "canvas of 0 x 3 is not 1 to 16000", "screen"),
    "canvas too wide": ({"screen": screen(width=16001)}, "canvas of 16001 x 3 is not", "screen"),
    "canvas too high": ({"screen": screen(height=16001)}, "canvas of 4 x 16001 is not", "screen"),
    "background": ({"screen": screen(background=4)}, "background index 4 is outside the colour table", "screen"),
    "background without a table": ({"screen": screen(packed=1, background=1), "table": b""}, "index 1 is", "screen"),
    "an image": (
        {"control 0": b"", "image 0": b"", "data 0": b"", "control 1": b"", "image 1": b"", "data 1": b""},
        "there is no image",
        "trailer",
    ),
    "trailer": ({"trailer": b""}, "the file ends inside the blocks before the trailer", "trailer"),
    "one trailer": ({"trailer": b"\x3b\x3b"}, "bytes behind the trailer", "trailer"),
    "nothing behind the trailer": ({"trailer": b"\x3b\0"}, "bytes behind the trailer", "trailer"),
    "no other block": ({"comment": b"\0"}, "0x00 starts no block", "comment"),
    "no plain text": ({"comment": b"\x21\x01" + sub_blocks(b"a")}, "extension 0x01 is not a comment", "comment"),
    "no other application": ({"loop": netscape(b"ANIMEXTS1.0")}, "the application is not NETSCAPE2.0", "loop"),
    "one loop count": ({"comment": netscape()}, "a second NETSCAPE2.0 extension", "comment"),
    "loop count first": (
        {"loop": b"", "trailer": netscape() + b"\x3b"},
        "the NETSCAPE2.0 extension stands behind an image",
        "trailer",
    ),
    "loop sub-block length": ({"loop": netscape(length=4)}, "sub-block is not 3, 1, loop count, 0", "loop"),
    "loop sub-block kind": ({"loop": netscape(kind=2)}, "sub-block is not 3, 1, loop count, 0", "loop"),
    "loop sub-block end": ({"loop": netscape(end=1)}, "sub-block is not 3, 1, loop count, 0", "loop"),
    "a graphic control": ({"control 1": b""}, "the image has no graphic control extension", "image 1"),
    "one graphic control": ({"control 1": control() + control()}, "no image right behind the graphic", "control 1"),
    "graphic control right before": ({"image 1": COMMENT + descriptor()}, "no image right behind", "image 1"),
    "graphic control with image": ({"image 0": b"", "data 0": b""}, "no image right behind", "image 0"),
    "graphic control length": ({"control 1": control(length=5)}, "is not 4 bytes and a 0", "control 1"),
    "graphic control end": ({"control 1": control(end=1)}, "is not 4 bytes and a 0", "control 1"),
    "graphic control bit 5": ({"control 1": control(0x24)}, "reserved bits of the graphic control", "control 1"),
    "graphic control bit 6": ({"control 1": control(0x44)}, "reserved bits of the graphic control", "control 1"),
    "graphic control bit 7": ({"control 1": control(0x84)}, "reserved bits of the graphic control", "control 1"),
    "user input": ({"control 1": control(0x06)}, "the user input flag is set", "control 1"),
    "disposal": ({"control 1": control(0x0C)}, "disposal 3 is not allowed here", "control 1"),
    "transparent index": (
        {"control 1": control(0x05, transparent=4)},
        "the transparent index 4 is outside the colour table",
        "control 1",
    ),
    "delay 1": ({"control 1": control(delay=1)}, "the delay of 1 cs is below 2", "control 1"),
    "delay 0": ({"control 0": control(delay=0)}, "the delay of 0 cs is below 2", "control 0"),
    "rectangle not wide": ({"image 1": descriptor(width=0)}, "rectangle of 0 x 3 at (0, 0) is empty", "image 1"),
    "rectangle not high": ({"image 1": descriptor(height=0)}, "rectangle of 4 x 0 at (0, 0) is empty", "image 1"),
    "rectangle to the right": ({"image 1": descriptor(3, 1, 2, 1)}, "2 x 1 at (3, 1) leaves the canvas", "image 1"),
    "rectangle below": ({"image 1": descriptor(1, 3, 2, 1)}, "2 x 1 at (1, 3) leaves the canvas", "image 1"),
    "first frame": ({"image 0": descriptor(width=3)}, "does not cover the canvas in the first frame", "image 0"),
    "no interlace": ({"image 1": descriptor(1, 1, 2, 1, packed=0x40)}, "the image is interlaced", "image 1"),
    "image bit 3": ({"image 1": descriptor(1, 1, 2, 1, packed=0x08)}, "reserved bits of the image", "image 1"),
    "image bit 4": ({"image 1": descriptor(1, 1, 2, 1, packed=0x10)}, "reserved bits of the image", "image 1"),
    "a colour table": ({"screen": screen(packed=1), "table": b""}, "neither a global nor a local colour", "image 0"),
    "index": (
        {"screen": screen(packed=0x80), "table": bytes(6), "data 0": image_data([0] * 5 + [2] + [1] * 6)},
        "index 2 at (1, 1) is outside the colour table of 2",
        "data 0",
    ),
    "local index": (
        {"image 0": descriptor(packed=0x80) + bytes(6)},
        "index 3 at (3, 0) is outside the colour table of 2",
        "data 0",
    ),
    "minimum code size 1": ({"data 1": b"\x01" + sub_blocks(pack([2, 1, 1, 3], 1))}, "size 1 is not 2", "data 1"),
    "minimum code size 9": ({"data 1": b"\x09" + sub_blocks(pack([512, 513], 9))}, "size 9 is not 2", "data 1"),
    "full sub-blocks": (
        {"data 1": b"\x02" + sub_blocks(pack(literals(SECOND)), 1)},
        "a sub-block of the image data that is not the last is shorter than 255",
        "data 1",
    ),
    "full comment sub-blocks": (
        {"comment": b"\x21\xfe" + sub_blocks(bytes(300), 254)},
        "a sub-block of the comment that is not the last is shorter than 255",
        "comment",
    ),
    "last sub-block": ({"data 1": image_data(SECOND)[:-1], "trailer": b""}, "the file ends inside", "data 1"),
    "sub-block cut": ({"data 1": b"\x02\xff\0", "trailer": b""}, "the file ends inside the image data", "data 1"),
    "data": ({"data 1": b"\x02\0"}, "the first LZW code is not a clear", "data 1"),
    "first code": ({"data 1": lzw(2, 3, 5)}, "the first LZW code is not a clear", "data 1"),
    "end code": ({"data 1": lzw(4, 2, 3)}, "the LZW data has no end code", "data 1"),
    "one bit behind the end": (
        {"data 1": b"\x02" + sub_blocks(pack([*literals(SECOND), 1]))},
        "bits behind the LZW end code are set",
        "data 1",
    ),
    "a byte behind the end": (
        {"data 1": b"\x02" + sub_blocks(pack(literals(SECOND)) + b"\0")},
        "data behind the LZW end code",
        "data 1",
    ),
    "a byte behind an end that fills its byte": (
        {"data 1": b"\x02" + sub_blocks(pack([4, 4, 4, 4, 4, *SECOND, 5]) + b"\0")},
        "data behind the LZW end code",
        "data 1",
    ),
    "code above the next": (
        {"data 1": lzw(4, 2, 7, 5)},
        "LZW code 7 (number 2) is above 6, the highest that can stand here",
        "data 1",
    ),
    "literal after clear": (
        {"data 1": lzw(4, 6, 2, 3, 5)},
        "LZW code 6 (number 1) is above 5, the highest that can stand here",
        "data 1",
    ),
    "too few pixels": ({"data 1": image_data([2])}, "1 pixels, not 2 x 1", "data 1"),
    "too many pixels": ({"data 1": image_data([2, 3, 3])}, "3 pixels, not 2 x 1", "data 1"),
    "pixels of a long code": ({"data 1": lzw(4, 2, 6, 5)}, "3 pixels, not 2 x 1", "data 1"),
}


@pytest.mark.parametrize(("changes", "reason", "part"), MUTATIONS.values(), ids=MUTATIONS.keys())
def test_each_rule_is_broken_by_its_mutation(changes: dict[str, bytes], reason: str, part: str) -> None:
    """The error gives the reason, the frame, and an offset inside the part that is wrong, or right behind it."""
    with pytest.raises(Invalid, match=re.escape(reason)) as caught:
        check(build(changes))
    fault = caught.value
    names = list(PARTS)
    start = len(b"".join((PARTS | changes)[name] for name in names[: names.index(part)]))
    assert start <= fault.offset <= start + len((PARTS | changes)[part])
    frame = int(part[-1]) if part[-1].isdigit() else None
    assert str(fault).startswith(f"byte {fault.offset}: " if frame is None else f"byte {fault.offset}, frame {frame}: ")
    assert "\n" not in str(fault)


def test_disposal_is_what_the_caller_allows() -> None:
    data = build({"control 1": control(0x0C)})
    assert check(data, allow_disposal=frozenset({1, 3})).frames[1].disposal == 3
    with pytest.raises(Invalid, match="frame 0: disposal 1 is not allowed here"):
        check(data, allow_disposal=frozenset({3}))


@pytest.mark.parametrize("length", range(len(build({}))))
def test_a_file_cut_anywhere_is_invalid(length: int) -> None:
    with pytest.raises(Invalid):
        check(build({})[:length])


def test_a_damaged_byte_raises_nothing_but_invalid() -> None:
    valid = build({})
    for at in range(len(valid)):
        for flip in (1, 2, 4, 8, 16, 32, 64, 128, 255):
            damaged = bytearray(valid)
            damaged[at] ^= flip
            with contextlib.suppress(Invalid):
                check(bytes(damaged))


@pytest.mark.parametrize("min_code_size", range(2, 9))
@pytest.mark.parametrize("kind", ["noise", "flat", "ramp"])
def test_lzw_round_trip(kind: str, min_code_size: int) -> None:
    """Through every code width, the code that means the entry it is about to make, and (noise) full tables."""
    count = 30_000
    colors = 1 << min_code_size
    pixels = {
        "noise": np.random.default_rng(min_code_size).integers(0, colors, count),
        "flat": np.full(count, colors - 1),
        "ramp": np.arange(count) ** 2 // 500 % colors,
    }[kind].astype(np.uint8)
    codes = list(greedy(pixels.tobytes(), min_code_size))
    assert codes.count(colors) > 1 or kind != "noise"
    decoded, number = decode_lzw(min_code_size, pack(codes, min_code_size))
    assert decoded == pixels.tobytes()
    assert number == len(codes)


def test_lzw_code_that_means_the_entry_it_is_about_to_make() -> None:
    assert decode_lzw(2, pack([4, 1, 6, 2, 5])) == (bytes([1, 1, 1, 2]), 5)


@pytest.mark.parametrize("min_code_size", range(2, 9))
@pytest.mark.parametrize("widen_at", [-1, 1], ids=["early", "late"])
def test_lzw_codes_grow_exactly_when_required(min_code_size: int, widen_at: int) -> None:
    """A wrong width shifts all that follows, which shows as a wrong code, a missing end or other pixels."""
    pixels = bytes(index % (1 << min_code_size) for index in range(2000))
    codes = list(literals(pixels, min_code_size))
    assert decode_lzw(min_code_size, pack(codes, min_code_size)) == (pixels, len(codes))
    try:
        decoded, _ = decode_lzw(min_code_size, pack(codes, min_code_size, widen_at=widen_at))
    except Invalid:
        return
    assert decoded != pixels


def test_lzw_end_code_is_as_wide_as_the_entry_before_it_requires() -> None:
    """8 is the clear, 9 the end. The 7th literal makes the entry 15, so 16 is next and the end has 5 bits, not 4."""
    codes = [8, 8, 1, 2, 3, 4, 5, 6, 7, 9]
    assert decode_lzw(3, pack(codes, 3)) == (bytes([1, 2, 3, 4, 5, 6, 7]), 10)
    with pytest.raises(Invalid, match="no end code"):
        decode_lzw(3, pack(codes, 3, widen_at=1))


@pytest.mark.parametrize("min_code_size", [2, 5, 8])
def test_lzw_full_table_must_be_cleared(min_code_size: int) -> None:
    """A clear or the end right after the code that fills the table is valid, any other code is not."""
    clear, end = 1 << min_code_size, (1 << min_code_size) + 1
    filling = [clear] + [1] * (4096 - end)  # the first of them adds no entry
    assert decode_lzw(min_code_size, pack([*filling, end], min_code_size))[1] == len(filling) + 1
    assert decode_lzw(min_code_size, pack([*filling, clear, 1, end], min_code_size))[1] == len(filling) + 3
    for deferred in ([1, clear, end], [4095, end]):
        with pytest.raises(Invalid, match="the LZW table is full and neither a clear nor the end follows"):
            decode_lzw(min_code_size, pack([*filling, *deferred], min_code_size))


@pytest.mark.parametrize("clears", [1, 226, 227, 904, 906, 907])
def test_offset_of_an_lzw_fault_counts_the_length_bytes_of_sub_blocks(clears: int) -> None:
    """After so many clears of 9 bits, a code that can't stand there; near 255 and 1020 bytes a new sub-block starts."""
    data = one_frame(1, 1, b"\x08" + sub_blocks(pack([256] * clears + [300, 257], 8)))
    at = len(one_frame(1, 1, b"\x08")) - 1
    positions: list[int] = []
    while length := data[at]:
        positions += range(at + 1, at + 1 + length)
        at += 1 + length
    with pytest.raises(Invalid, match="LZW code 300") as caught:
        check(data)
    assert caught.value.offset == positions[9 * clears // 8]


def letters(canvas: NDArray[np.uint8]) -> list[str]:
    """A row of letters for each row of pixels."""
    names = {bytes([*color, 255]): letter for color, letter in zip(COLORS.tolist(), "RGBW", strict=True)}
    return ["".join((names | {bytes(4): "."})[bytes(pixel)] for pixel in row) for row in canvas]


def three_frames(disposal: int) -> bytes:
    """The valid file, whose second frame has this disposal, and a third one, a red pixel in the upper right corner."""
    third = control() + descriptor(3, 0, 1, 1) + image_data([0])
    return build({"control 1": control(disposal << 2 | 1, transparent=3), "trailer": third + b"\x3b"})


@pytest.mark.parametrize(("disposal", "left_behind"), [(0, "WRGR"), (1, "WRGR"), (2, "W..R"), (3, "WBGR")])
def test_canvases(disposal: int, left_behind: str) -> None:
    gif = check(three_frames(disposal), allow_disposal=frozenset({0, 1, 2, 3}))
    first, second, third = (letters(canvas) for canvas in gif.canvases())
    assert first == ["RGBW", "WBGR", "RRRR"]
    assert second == ["RGBW", "WRGR", "RRRR"]
    assert third == ["RGBR", left_behind, "RRRR"]


def test_canvases_start_out_transparent() -> None:
    gif = check(build({"control 0": control(0x05, transparent=2)}))
    assert [letters(canvas)[:2] for canvas in gif.canvases()] == [["RG.W", "W.GR"], ["RG.W", "WRGR"]]


def test_canvases_use_the_local_table_where_there_is_one() -> None:
    gif = check(build({"image 1": descriptor(1, 1, 2, 1, 0x81) + COLORS[::-1].tobytes()}))
    assert [letters(canvas)[1] for canvas in gif.canvases()] == ["WBGR", "WWGR"]
    assert gif.frames[1].table is not None
    assert gif.frames[1].table.tolist() == COLORS[::-1].tolist()


def all_transparent(disposal: int) -> dict[str, bytes]:
    """Changes that give both frames a transparent index and the first one this disposal."""
    return {
        "control 0": control(disposal << 2 | 1, transparent=2),
        "control 1": control(0x05, delay=100, transparent=3),
    }


AGREED = {
    "opaque": {"control 1": control(delay=100)},
    "transparent on top of opaque": {},
    "disposal 0": {"control 0": control(0)},
    "transparent": all_transparent(1),
    "disposal 2": all_transparent(2),
    "local table": {"image 1": descriptor(1, 1, 2, 1, 0x81) + COLORS[::-1].tobytes()},
    "comment behind the last image": {"trailer": COMMENT + b"\x3b"},
    "longest delay": {"control 0": control(delay=65535)},
    "no loop": {"loop": b""},
}


@pytest.mark.parametrize("changes", AGREED.values(), ids=AGREED.keys())
@pytest.mark.parametrize("decoder", decoders.params())
def test_decoders_agree(decoder: Decoder, changes: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "hand.gif"
    path.write_bytes(build(changes))
    decoders.same_timeline(decoders.timeline(check(path.read_bytes())), decoder(path))


@pytest.mark.parametrize("decoder", decoders.params())
def test_decoders_read_a_file_again_when_it_has_changed(decoder: Decoder, tmp_path: Path) -> None:
    """libvips would keep what it read under the same path."""
    path = tmp_path / "hand.gif"
    for changes in (AGREED["opaque"], AGREED["transparent"]):
        path.write_bytes(build(changes))
        decoders.same_timeline(decoders.timeline(check(path.read_bytes())), decoder(path))


def with_controls(data: bytes) -> bytes:
    """The file with a graphic control extension before each image that lacks one, where `Invalid` says so."""
    while True:
        try:
            check(data)
        except Invalid as fault:
            if fault.reason != "the image has no graphic control extension":
                raise
            data = data[: fault.offset] + control() + data[fault.offset :]
        else:
            return data


@pytest.mark.skipif(not (SHARED / "gifs").is_dir(), reason="needs ../shared/gifs")
def test_canvases_agree_with_pillow_on_the_pygif_suite() -> None:
    """On each file that is valid once its images have graphic control extensions."""
    compared = 0
    for path in sorted((SHARED / "gifs").glob("pygif-*.gif")):
        try:
            data = with_controls(path.read_bytes())
        except Invalid:
            continue
        with PillowImage.open(io.BytesIO(data)) as image:
            frames = [np.array(frame.convert("RGBA")) for frame in ImageSequence.Iterator(image)]
        for canvas, frame in zip(check(data).canvases(), frames, strict=True):
            decoders.same_canvas(canvas, frame)
        compared += 1
    assert compared > 30


def solid(value: int, alpha: int = 255) -> NDArray[np.uint8]:
    return np.array([[[value, value, value, alpha]] * 2] * 2, np.uint8)


def test_same_canvas_gives_transparent_pixels_no_colour() -> None:
    decoders.same_canvas(solid(1, alpha=0), solid(2, alpha=0))
    for a, b in [(solid(1), solid(2)), (solid(1), solid(1, alpha=0)), (solid(1), solid(1)[:1])]:
        with pytest.raises(AssertionError):
            decoders.same_canvas(a, b)


def test_same_timeline_compares_time_and_not_frames() -> None:
    a, b = solid(1), solid(2)
    decoders.same_timeline([(a, 20), (a, 30), (b, 40)], [(a, 50), (b, 40)])
    decoders.same_timeline([(a, 50), (b, 0), (a, 20), (b, 40)], [(a, 70), (b, 40)])
    decoders.same_timeline([(a, 50), (b, None)], [(a, 20), (b, 40)])
    decoders.same_timeline([(a, 0)], [(a, 100)])


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ([(1, 50), (3, 40)], "hold 1 at 50 ms: 4 pixels differ"),
        ([(1, 40), (2, 40)], "hold 0 at 0 ms: lasts 50 ms against 40 ms"),
        ([(1, 50), (2, 50)], "hold 1 at 50 ms: lasts 40 ms against 50 ms"),
        ([(1, 90)], "2 different canvases in a row against 1"),
        ([(1, 50), (2, 40), (1, 10)], "2 different canvases in a row against 3"),
        ([(2, None), (1, None)], "hold 0: 4 pixels differ"),
    ],
)
def test_same_timeline_fails(other: list[tuple[int, int | None]], reason: str) -> None:
    with pytest.raises(AssertionError, match=reason):
        decoders.same_timeline([(solid(1), 50), (solid(2), 40)], [(solid(value), delay) for value, delay in other])
