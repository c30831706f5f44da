"""Palette files: what is written comes back, others read it, what others wrote is read, what is no palette is told."""

import errno
import io
import json
import os
import struct
import time
import warnings
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from PIL.GimpPaletteFile import GimpPaletteFile

from gifsom.core.errors import (
    PaletteError,
    SourceError,
    SourceNotFound,
    SourceRefused,
    SourceUnreadable,
    TargetExists,
    TargetUnwritable,
)
from gifsom.palette import files
from gifsom.palette.color import unpack

Colors = NDArray[np.uint8]

COUNTS = [1, 2, 17, 255, 256]
RGB = [[255, 0, 0], [0, 255, 0], [0, 0, 255]]
ENDINGS = r"\.gpl, \.act, \.png, \.json or \.npy"

posix = pytest.mark.skipif(os.name != "posix", reason="needs pipes and permissions of POSIX")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all the files that are only read: making one a test takes longer than the test."""
    return tmp_path_factory.mktemp("palettes")


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No wait for the disk at every file."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


def distinct(count: int) -> Colors:
    """(count, 3) uint8 in no order, none twice; black is the last of them, which files fill up with."""
    rng = np.random.default_rng(count)
    packed = rng.permutation(np.unique(rng.integers(1, 1 << 24, 2 * count)))[: count - 1].astype(np.uint32)
    return np.vstack([unpack(packed), np.zeros((1, 3), np.uint8)])


def put(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def npy(array: Any, **options: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.asarray(array), **options)
    return stream.getvalue()


def npy_claims(header: str) -> bytes:
    """A header that says anything, and no array after it."""
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode("latin-1")


def png(image: Image.Image | NDArray[Any], **options: Any) -> bytes:
    stream = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(stream, "PNG", **options)
    return stream.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def chunks(data: bytes) -> dict[bytes, bytes]:
    found, at = {}, 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        found[data[at + 4 : at + 8]] = data[at + 8 : at + 8 + length]
        at += length + 12
    return found


def png_claims(width: int, height: int, *more: bytes) -> bytes:
    """A PNG of any size with a handful of pixels."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("suffix", [*files.SUFFIXES, ".GPL", ".Png"])
def test_what_is_written_is_read_in_its_order(tmp_path: Path, suffix: str, count: int) -> None:
    expected = distinct(count)
    path = tmp_path / f"palette{suffix}"
    files.write(expected, path, overwrite=False)
    actual = files.read(str(path))
    assert np.array_equal(expected, actual)
    assert actual.dtype == np.uint8
    assert actual.flags.c_contiguous
    assert actual.flags.writeable
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("suffix", files.SUFFIXES)
def test_the_same_colors_give_the_same_bytes_wherever_they_lie_in_memory(tmp_path: Path, suffix: str) -> None:
    colors = distinct(17)
    written = []
    for form in (colors, np.asfortranarray(colors), np.repeat(colors, 2, axis=0)[::2]):
        form.flags.writeable = False
        files.write(form, tmp_path / f"palette{suffix}", overwrite=True)
        written.append((tmp_path / f"palette{suffix}").read_bytes())
    assert len(set(written)) == 1


@pytest.mark.parametrize("count", COUNTS)
def test_others_read_what_is_written(tmp_path: Path, count: int) -> None:
    expected = distinct(count)
    for suffix in files.SUFFIXES:
        files.write(expected, tmp_path / f"my palette{suffix}", overwrite=False)
    data = {suffix: (tmp_path / f"my palette{suffix}").read_bytes() for suffix in files.SUFFIXES}

    colors, mode = GimpPaletteFile(io.BytesIO(data[".gpl"])).getpalette()
    assert (mode, colors) == ("RGB", expected.tobytes())
    first = "#" + expected[0].tobytes().hex()
    assert data[".gpl"].startswith(b"GIMP Palette\nName: my palette\nColumns: 16\n")
    assert data[".gpl"].decode().splitlines()[3].endswith(f"\t{first}")

    assert len(data[".act"]) == 772
    assert data[".act"].startswith(expected.tobytes())
    assert data[".act"][-4:] == struct.pack(">HH", count, 0xFFFF)

    assert json.loads(data[".json"])["colors"][0] == first
    assert np.array_equal(expected, np.load(io.BytesIO(data[".npy"]), allow_pickle=False))


@pytest.mark.parametrize("count", COUNTS)
def test_swatches_are_the_palette_and_nothing_else(tmp_path: Path, count: int) -> None:
    """PLTE has exactly the entries; the picture is full rows of swatches, and read as true color it says the same."""
    expected = distinct(count)
    path = tmp_path / "palette.png"
    files.write(expected, path, overwrite=False)
    assert chunks(path.read_bytes())[b"PLTE"] == expected.tobytes()
    with Image.open(path) as image:
        assert image.mode == "P"
        indices = np.asarray(image)
        assert np.array_equal(expected[indices], np.asarray(image.convert("RGB")))
    by_opencv = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert by_opencv is not None
    assert np.array_equal(expected[indices], by_opencv[..., ::-1])
    assert indices.shape[0] == -(-count // 16) * 16
    assert indices.shape[1] <= 256
    counts = np.bincount(indices.ravel())
    assert len(counts) == count
    assert 256 <= counts.min() <= counts.max() <= 256 * 9 / 8
    again = put(tmp_path, "again.png", png(expected[indices]))
    assert np.array_equal(expected, files.read(again))


THREE = {
    "gpl": ("a.gpl", "GIMP Palette\nName: x\nColumns: 3\n#\n255 0 0\tred\n  0 255   0\tgreen\n  0   0 255\n"),
    "gpl, version 1": ("a.gpl", "GIMP Palette\n255 0 0 red\n0 255 0\n0 0 255 blue"),
    "gpl of Windows": (
        "a.gpl",
        "\ufeffGIMP Palette\r\nName: x\r\n\r\n#\r\n255 0 0\r\n0\t255\t0\r\n \r\n0 0 255\r\n",
    ),
    "gpl in latin-1": ("a.gpl", "GIMP Palette\nName: \xfc\n255 0 0 \xe9\n0 255 0 \xfc\n0 0 255\n".encode("latin-1")),
    "gpl of Aseprite": ("a.gpl", "GIMP Palette\nChannels: RGBA\n#\n255 0 0 255 r\n0 255 0 255\n0 0 255 255\n"),
    "gpl in disguise": ("a.json", "GIMP Palette\n255 0 0\n0 255 0\n0 0 255\n"),
    "gpl, no ending": ("palette", "GIMP Palette\n255 0 0\n0 255 0\n0 0 255\n"),
    "act": ("a.act", bytes(np.ravel(RGB).tolist()).ljust(768, b"\7") + b"\0\3\xff\xff"),
    "act, transparent": ("a.act", bytes(np.ravel(RGB).tolist()).ljust(768, b"\7") + b"\0\3\0\1"),
    "json": ("a.json", '{"gifsom": 1, "colors": ["#ff0000", "#00FF00", "#0000ff"]}'),
    "json, bare": ("a.json", '["#ff0000", "#00FF00", "#0000ff"]'),
    "json, numbers": ("a.json", "[[255, 0, 0], [0, 255, 0], [0, 0, 255]]"),
    "json, mixed": ("a.JSON", '\ufeff{"name": "x", "colors": ["ff0000", [0, 255, 0], "#0000ff"]}'),
    "npy": ("a.npy", npy(np.array(RGB, np.uint8))),
    "npy in disguise": ("a.png", npy(np.array(RGB, np.uint8))),
    "png": ("a.png", png(np.array([RGB], np.uint8))),
    "png in disguise": ("a.gpl", png(np.array([RGB], np.uint8))),
    "png, upright": ("a.png", png(np.repeat(np.array(RGB, np.uint8), 8, axis=0)[:, None])),
    "png, 16 bits": ("a.png", cv2.imencode(".png", np.array([RGB], np.uint16)[..., ::-1] * 257)[1].tobytes()),
    "a color twice": ("a.json", "[[255, 0, 0], [0, 255, 0], [255, 0, 0], [0, 0, 255], [0, 255, 0]]"),
}


@pytest.mark.parametrize(("name", "data"), THREE.values(), ids=THREE.keys())
def test_what_others_write_is_read(folder: Path, name: str, data: bytes | str) -> None:
    actual = files.read(put(folder, name, data))
    assert actual.tolist() == RGB
    assert actual.flags.c_contiguous


def test_an_array_that_is_stored_by_columns_is_read(folder: Path) -> None:
    assert np.array_equal(distinct(17), files.read(put(folder, "a.npy", npy(np.asfortranarray(distinct(17))))))


def test_an_act_without_a_count_has_256_entries_of_which_equal_ones_are_one(tmp_path: Path) -> None:
    expected = distinct(256)
    assert np.array_equal(expected, files.read(put(tmp_path, "a.act", expected.tobytes())))
    filled = files.read(put(tmp_path, "b.act", bytes([9, 8, 7]).ljust(768, b"\0")))
    assert filled.tolist() == [[9, 8, 7], [0, 0, 0]]


def test_only_opaque_pixels_of_a_png_count(tmp_path: Path) -> None:
    rgba = np.array([[[1, 1, 1, 0], [9, 9, 9, 255], [2, 2, 2, 254], [3, 3, 3, 255], [9, 9, 9, 255]]], np.uint8)
    assert files.read(put(tmp_path, "a.png", png(rgba))).tolist() == [[9, 9, 9], [3, 3, 3]]
    indexed = Image.fromarray(np.array([[2, 0, 1]], np.uint8))
    indexed.putpalette(bytes(range(9)))
    assert files.read(put(tmp_path, "b.png", png(indexed))).tolist() == [[6, 7, 8], [0, 1, 2], [3, 4, 5]]
    assert files.read(put(tmp_path, "c.png", png(indexed, transparency=0))).tolist() == [[6, 7, 8], [3, 4, 5]]


def test_greys_of_16_bits_are_not_white(tmp_path: Path) -> None:
    grey = np.array([[0, 0x80FF, 0xFFFF, 0x1234]], np.uint16)
    assert files.read(put(tmp_path, "a.png", png(grey)))[:, 0].tolist() == [0, 0x80, 0xFF, 0x12]


def test_a_large_picture_of_swatches_is_read(tmp_path: Path) -> None:
    expected = distinct(256)
    picture = np.repeat(np.repeat(expected.reshape(8, 32, 3), 64, axis=0), 64, axis=1)
    assert np.array_equal(expected, files.read(put(tmp_path, "a.png", png(picture))))


def gpl(count: int) -> str:
    return "GIMP Palette\nName: x\n" + "".join(f"{r} {g} {b}\n" for r, g, b in distinct(count).tolist())


def act(count: int) -> bytes:
    return bytes(768) + struct.pack(">HH", count, 0xFFFF)


PNG = png(distinct(200).reshape(10, 20, 3))
HEAD = "{'descr': '|u1', 'fortran_order': False, 'shape': "

# Ending or name, content, and what is said.
UNREADABLE: dict[str, tuple[str, bytes | str, str]] = {
    "unknown ending": ("a.txt", "255 0 0\n", f"palette files end in {ENDINGS}"),
    "no ending": ("palette", "255 0 0\n", f"palette files end in {ENDINGS}"),
    **{f"empty {suffix}": (f"a{suffix}", b"", "the file is empty") for suffix in files.SUFFIXES},
    "gpl of other text": ("a.gpl", "JASC-PAL\n0100\n", "not a GIMP palette: its first line is not 'GIMP Palette'"),
    "gpl, a mark only": ("a.gpl", "\ufeff", "not a GIMP palette"),
    "gpl, no color": ("a.gpl", "GIMP Palette\nName: x\n", "1 to 256 colors, and there are 0"),
    "gpl, 257": ("a.gpl", gpl(257), "1 to 256 colors, and there are 257"),
    "gpl, 300": ("a.gpl", gpl(300), "1 to 256 colors, and there are 300"),
    "gpl, 300 times one": ("a.gpl", "GIMP Palette\n" + "7 7 7\n" * 300, "1 to 256 colors, and there are 300"),
    "gpl, words": ("a.gpl", "GIMP Palette\nName: x\n#\n1 2 3\nx y z\n", "line 5 is not a color, .*: 'x y z'"),
    "gpl, two numbers": ("a.gpl", "GIMP Palette\n\n1 2\n", "line 3 is not a color, .*: '1 2'"),
    "gpl, 256": ("a.gpl", "GIMP Palette\n1 2 256\n", "line 2 is not a color, three numbers from 0 to 255: '1 2 256'"),
    "gpl, negative": ("a.gpl", "GIMP Palette\n1 -2 3\n", "line 2 is not a color"),
    "gpl, fractions": ("a.gpl", "GIMP Palette\n1 2 0.5\n", "line 2 is not a color"),
    "gpl, other digits": ("a.gpl", "GIMP Palette\n1 2 \u0663\n", "line 2 is not a color"),
    "gpl, rubbish": ("a.gpl", b"GIMP Palette\n\0\x1b[31m\xff\xfe\n", r"line 2 is not a color, .*: '\\x00\\x1b"),
    "gpl, a long line": ("a.gpl", "GIMP Palette\n" + "x" * 9999, r"line 2 is not a color, .*: 'x{5,20}\.\.\.x{5,20}'"),
    "act, cut off": ("a.act", bytes(767), "768 or 772 bytes, and this file has 767"),
    "act, too long": ("a.act", bytes(773), "768 or 772 bytes, and this file has 773"),
    "act, 0": ("a.act", act(0), "1 to 256 colors, and this says that it has 0"),
    "act, 257": ("a.act", act(257), "1 to 256 colors, and this says that it has 257"),
    "act, little-endian": ("a.act", act(0x1100), "1 to 256 colors, and this says that it has 4352"),
    "png of other bytes": ("a.png", "GIF89a", "not a PNG picture"),
    "png, head only": ("a.png", PNG[:8], "not a PNG picture, or damaged"),
    "png, cut off in its head": ("a.png", PNG[:20], "not a PNG picture, or damaged"),
    "png, cut off": ("a.png", PNG[:300], "not a PNG picture, or damaged"),
    "png, damaged": ("a.png", PNG[:100] + bytes(100) + PNG[200:], "not a PNG picture, or damaged"),
    "png, no pixel": ("a.png", png_claims(0, 0), "not a PNG picture, or damaged"),
    "png, too few pixels": ("a.png", png_claims(200, 200), "not a PNG picture, or damaged"),
    "png, transparent": ("a.png", png(np.zeros((4, 4, 4), np.uint8)), "1 to 256 colors, and there are 0"),
    "png, 257": ("a.png", png(distinct(257)[None]), "1 to 256 colors, and there are 257"),
    "png, a photograph": ("a.png", png(distinct(9000).reshape(90, 100, 3)), "1 to 256 colors, and there are 9000"),
    "json of other text": ("a.json", "hello", r"not JSON, or damaged \(Expecting value: line 1 column 1 \(char 0\)\)"),
    "json, rubbish": ("a.json", b"\xff\x00\x81", "not JSON, or damaged"),
    "json, cut off": ("a.json", '{"gifsom": 1, "colors": ["#ff', "not JSON, or damaged"),
    "json, deep": ("a.json", "[" * 500_000, "not JSON, or damaged"),
    "json, deep entry": ("a.json", "[" * 90 + "]" * 90, "entry 1 is neither"),
    "json, none": ("a.json", '{"gifsom": 1, "colors": []}', "1 to 256 colors, and there are 0"),
    "json, 300": ("a.json", json.dumps(distinct(300).tolist()), "1 to 256 colors, and there are 300"),
    "json, no list": ("a.json", '"#ff0000"', "neither a list of colors nor"),
    "json, null": ("a.json", "null", "neither a list of colors nor"),
    "json, no colors": ("a.json", '{"gifsom": 1}', "neither a list of colors nor"),
    "json, version": ("a.json", '{"gifsom": 2, "colors": []}', "a palette of version 2, and only version 1 is known"),
    "json, bool": ("a.json", "[[0, 0, 0], [true, 0, 0]]", r"entry 2 is neither .*: \[True, 0, 0\]"),
    "json, fraction": ("a.json", "[[0.5, 0, 0]]", r"entry 1 is neither .*: \[0.5, 0, 0\]"),
    "json, float": ("a.json", "[[1.0, 0, 0]]", r"entry 1 is neither .*: \[1.0, 0, 0\]"),
    "json, NaN": ("a.json", "[[NaN, 0, 0]]", "entry 1 is neither"),
    "json, infinite": ("a.json", "[[0, 0, 1e999]]", "entry 1 is neither"),
    "json, 256": ("a.json", "[[0, 0, 256]]", "entry 1 is neither"),
    "json, negative": ("a.json", "[[0, 0, -1]]", "entry 1 is neither"),
    "json, huge": ("a.json", f"[[0, 0, {'9' * 4000}]]", "entry 1 is neither"),
    "json, huger": ("a.json", f"[[0, 0, {'9' * 5000}]]", "not JSON, or damaged"),
    "json, four": ("a.json", "[[0, 0, 0, 255]]", "entry 1 is neither"),
    "json, flat": ("a.json", "[0, 0, 0]", "entry 1 is neither .*: 0"),
    "json, short code": ("a.json", '["#fff"]', "entry 1 is neither \"#rrggbb\" nor .*: '#fff'"),
    "json, code in lines": ("a.json", '["#ffffff\\n"]', r"entry 1 is neither .*: '#ffffff\\n'"),
    "npy of other bytes": ("a.npy", "PK\3\4", "not an array of NumPy"),
    "npy, cut off in its head": ("a.npy", npy(np.array(RGB, np.uint8))[:50], "its header is damaged"),
    "npy, cut off": ("a.npy", npy(np.array(RGB, np.uint8))[:-1], "damaged: 8 bytes follow where 3 colors should"),
    "npy, version": ("a.npy", b"\x93NUMPY\3\0" + bytes(99), "its header is damaged"),
    "npy, no source": ("a.npy", npy_claims("(" * 5000), "its header is damaged"),
    "npy, other keys": ("a.npy", npy_claims("{1: 2, 'a': 3}"), "its header is damaged"),
    "npy, code": ("a.npy", npy_claims("__import__('os').abort()"), "its header is damaged"),
    "npy, 0": ("a.npy", npy(np.zeros((0, 3), np.uint8)), "1 to 256 colors, and there are 0"),
    "npy, 300": ("a.npy", npy(distinct(300)), "1 to 256 colors, and there are 300"),
    "npy, flat": ("a.npy", npy(np.zeros(9, np.uint8)), r"\(n, 3\) of uint8, not \(9,\) of 'uint8'"),
    "npy, 4 columns": ("a.npy", npy(np.zeros((9, 4), np.uint8)), r"\(n, 3\) of uint8, not \(9, 4\) of 'uint8'"),
    "npy, floats": ("a.npy", npy(np.full((2, 3), np.nan)), r"\(n, 3\) of uint8, not \(2, 3\) of 'float64'"),
    "npy, signed": ("a.npy", npy(np.zeros((2, 3), np.int8)), r"\(n, 3\) of uint8, not \(2, 3\) of 'int8'"),
    "npy, bools": ("a.npy", npy(np.zeros((2, 3), bool)), r"\(n, 3\) of uint8, not \(2, 3\) of 'bool'"),
    "npy, a pickle": ("a.npy", npy(np.array([[1, 2, {}]], object), allow_pickle=True), r"not \(1, 3\) of 'object'"),
    "npy, vast": ("a.npy", npy_claims(HEAD + f"({10**12}, 3)}}"), "damaged: 0 bytes follow where 1000000000000 colors"),
    "npy, negative": ("a.npy", npy_claims(HEAD + "(-1, 3)}"), "damaged: 0 bytes follow where -1 colors should"),
}


def refused(kind: type[SourceError], path: Path | str, said: str) -> None:
    with pytest.raises(SourceError, match=said) as raised:
        files.read(path)
    message = str(raised.value)
    assert type(raised.value) is kind
    assert message.startswith(f"{path}: ".encode("unicode_escape").decode())
    assert message.isprintable()
    assert len(message) < len(str(path)) + 250


@pytest.mark.parametrize(("name", "data", "said"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_palette_is_one_line_that_says_why(folder: Path, name: str, data: bytes | str, said: str) -> None:
    refused(SourceUnreadable, put(folder, name, data), said)


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "a.gpl", tmp_path / "no" / "a.gpl", tmp_path / "a\n.gpl", str(tmp_path / "a\0.gpl")):
        refused(SourceNotFound, path, "there is no such file")


@pytest.mark.parametrize("suffix", files.SUFFIXES)
def test_a_folder_is_no_palette(tmp_path: Path, suffix: str) -> None:
    folder = tmp_path / f"a{suffix}"
    folder.mkdir()
    refused(SourceUnreadable, folder, "that is a folder")
    before = [*tmp_path.rglob("*")]
    with pytest.raises(TargetUnwritable, match="that is a folder"):
        files.write(distinct(2), folder, overwrite=True)
    assert before == [*tmp_path.rglob("*")]


@posix
def test_a_pipe_or_a_device_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.gpl")
    for path in (tmp_path / "a.gpl", Path("/dev/zero"), Path("/dev/null")):
        refused(SourceUnreadable, path, "that is not a regular file")


@posix
def test_what_the_system_refuses_is_told(tmp_path: Path) -> None:
    path = put(tmp_path, "a.gpl", gpl(3))
    refused(SourceUnreadable, path / "b.gpl", "Not a directory")
    refused(SourceUnreadable, tmp_path / ("x" * 300 + ".gpl"), "File name too long")
    (tmp_path / "loop.gpl").symlink_to("loop.gpl")
    refused(SourceUnreadable, tmp_path / "loop.gpl", "Too many levels of symbolic links")
    if os.geteuid() != 0:  # the superuser may read everything
        path.chmod(0)
        refused(SourceUnreadable, path, "Permission denied")


@pytest.mark.parametrize("suffix", [*files.SUFFIXES, ".txt"])
def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    with path.open("wb") as stream:
        stream.write(b"GIMP Palette\n")
        stream.truncate(1 << 36)  # takes no room on the disk
    begin = time.perf_counter()
    refused(SourceRefused, path, "too large for a palette: the limit is 1048576 bytes")
    assert time.perf_counter() - begin < 0.5


@pytest.mark.parametrize(
    "data",
    [
        png_claims(60_000, 60_000),
        png_claims(2**31 - 1, 2**31 - 1),
        png_claims(2049, 2048),
        png_claims(2, 2, chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))),
    ],
    ids=["square", "largest", "just above", "second header"],
)
def test_a_picture_that_is_too_large_is_refused_by_its_head(tmp_path: Path, data: bytes) -> None:
    begin = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        refused(SourceRefused, put(tmp_path, "a.png", data), r"picture of \d+x\d+ pixels: the limit .* is 4194304 in")
    assert time.perf_counter() - begin < 0.5


@pytest.mark.parametrize("suffix", files.SUFFIXES)
def test_a_file_that_is_there_is_replaced_only_where_asked(tmp_path: Path, suffix: str) -> None:
    path = put(tmp_path, f"a{suffix}", b"precious")
    with pytest.raises(TargetExists, match=r"there already"):
        files.write(distinct(3), path, overwrite=False)
    assert path.read_bytes() == b"precious"
    files.write(distinct(3), path, overwrite=True)
    assert np.array_equal(distinct(3), files.read(path))
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("suffix", files.SUFFIXES)
def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = put(tmp_path, f"a{suffix}", b"precious")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TargetUnwritable, match=os.strerror(errno.ENOSPC)):
        files.write(distinct(3), path, overwrite=True)
    assert path.read_bytes() == b"precious"
    assert [*tmp_path.iterdir()] == [path]


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(TargetUnwritable, match="there is no folder"):
        files.write(distinct(3), tmp_path / "no" / "a.gpl", overwrite=True)
    for name in ("a.txt", "a", "a.gif", ".gpl", "a.gpl.bak", "-"):
        with pytest.raises(TargetUnwritable, match=f"{name}: a palette is written as {ENDINGS}: name such a file$"):
            files.write(distinct(3), tmp_path / name, overwrite=True)
    assert [*tmp_path.iterdir()] == []


def test_the_path_can_be_checked_before(tmp_path: Path) -> None:
    """Its ending, its folder, and whether a file is there; nothing is made."""
    for suffix in files.SUFFIXES:
        files.check(tmp_path / f"a{suffix}", False)
        files.check(tmp_path / f"a{suffix.upper()}", False)
    with pytest.raises(TargetUnwritable, match=rf"^a\\n\.txt: a palette is written as {ENDINGS}"):
        files.check(Path("a\n.txt"), False)
    with pytest.raises(TargetUnwritable, match="there is no folder"):
        files.check(tmp_path / "no" / "a.gpl", False)
    assert [*tmp_path.iterdir()] == []
    there = put(tmp_path, "a.gpl", b"old")
    with pytest.raises(TargetExists, match=r"a\.gpl: the file is there already"):
        files.check(there, False)
    files.check(there, True)
    assert there.read_bytes() == b"old"


@pytest.mark.parametrize("suffix", files.SUFFIXES)
@pytest.mark.parametrize(
    ("colors", "said"),
    [
        (np.zeros((0, 3), np.uint8), "holds 1 to 256 colors, and there are 0"),
        (distinct(257), "holds 1 to 256 colors, and there are 257"),
        (np.zeros((4, 4), np.uint8), r"\(n, 3\) of uint8, not \(4, 4\) of uint8"),
        (np.zeros((4, 3)), r"\(n, 3\) of uint8, not \(4, 3\) of float64"),
        (np.zeros(3, np.uint8), r"\(n, 3\) of uint8, not \(3,\) of uint8"),
    ],
)
def test_colors_that_no_file_holds_are_refused(tmp_path: Path, suffix: str, colors: Any, said: str) -> None:
    with pytest.raises(PaletteError, match=said):
        files.write(colors, tmp_path / f"a{suffix}", overwrite=False)
    assert [*tmp_path.iterdir()] == []


@posix
def test_the_name_in_a_gpl_is_one_line_whatever_the_file_is_called(tmp_path: Path) -> None:
    for stem in (b"a\nb\x1b", b"\xff\xfe", "grün".encode()):
        path = tmp_path / os.fsdecode(stem + b".gpl")
        try:
            files.write(distinct(17), path, overwrite=False)
        except TargetUnwritable:  # a system where no file can be called so
            continue
        assert len(path.read_bytes().decode().splitlines()) == 17 + 3
        assert np.array_equal(distinct(17), files.read(path))


HEADS = [b"", b"GIMP Palette\n", b"\xef\xbb\xbf", b"\x93NUMPY\1\0v\0", PNG[:8], PNG[:33], b"[", b'{"colors":[', b'["#']


@settings(max_examples=100)
@given(st.sampled_from(HEADS), st.binary(max_size=800), st.sampled_from(files.SUFFIXES))
@example(b"", bytes(range(256)) * 3, ".act")
def test_rubbish_gives_colors_or_an_error_of_ours(folder: Path, head: bytes, data: bytes, suffix: str) -> None:
    path = put(folder, f"a{suffix}", head + data)
    with suppress(SourceUnreadable), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        colors = files.read(path)
        assert 1 <= len(np.unique(colors, axis=0)) == len(colors) <= 256


WHOLE: dict[str, Callable[[], bytes]] = {
    ".gpl": lambda: gpl(40).encode(),
    ".act": lambda: distinct(256).tobytes() + struct.pack(">HH", 40, 0),
    ".png": lambda: PNG,
    ".json": lambda: json.dumps({"gifsom": 1, "colors": distinct(40).tolist()}).encode(),
    ".npy": lambda: npy(distinct(40)),
}


@pytest.mark.parametrize("suffix", files.SUFFIXES)
def test_a_damaged_or_cut_file_gives_colors_or_an_error_of_ours(folder: Path, suffix: str) -> None:
    rng = np.random.default_rng(7)
    whole = np.frombuffer(WHOLE[suffix](), np.uint8)
    for _ in range(50):
        data = whole[: rng.integers(1, len(whole) + 1)].copy()
        reach = rng.choice([len(data), min(len(data), 140)])  # often within the head
        data[rng.integers(0, reach, 3)] = rng.integers(0, 256, 3)
        path = put(folder, f"a{suffix}", data.tobytes())
        with suppress(SourceUnreadable), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert 1 <= len(files.read(path)) <= 256
