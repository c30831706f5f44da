"""Palette files, read and written: GIMP .gpl, Adobe .act, swatches as .png, .json and .npy.

.gpl   Text: "GIMP Palette", "Name:" and "Columns:" (neither in the old version 1), then rows "r g b name"; empty lines
       and those that begin with "#" do not count. https://developer.gimp.org/core/standards/gpl
.act   256 RGB triples, 768 bytes. Four more may follow, big-endian: how many of the triples count, and which of them is
       transparent (ignored here, and 0xFFFF for none is written). Without these, as with files of other programs that
       fill up with black, all 256 count. "Color Table" in https://www.adobe.com/devnet-apps/photoshop/fileformatashtml/
.png   Swatches. The palette is the colors of the opaque pixels, row by row from the top left; in what is written here
       the PLTE chunk has them in the same order. Gamma and color profiles are ignored, 16 bits are cut to 8.
.json  {"gifsom": 1, "colors": ["#rrggbb", ...]}; a bare list is read as well, and so are [r, g, b] and "rrggbb" in it.
.npy   An array (n, 3) of uint8. https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

A palette has 1 to 256 entries, counted as the file has them (a PNG: different ones); of equal ones the first stays.
.png, .npy and .gpl are known by their first bytes whatever the file is called, .act and .json by its ending. Nothing in
a file is trusted: sizes are limited before anything is decoded, and nothing is unpickled.
"""

import json
import re
import struct
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from reprlib import repr as short
from typing import Final

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from gifsom.core.errors import (
    PaletteError,
    SourceError,
    SourceNotFound,
    SourceRefused,
    SourceUnreadable,
    TargetUnwritable,
    printable,
)
from gifsom.core.files import check_target, replacing
from gifsom.core.frame import Pixels
from gifsom.core.values import TABLE
from gifsom.palette.color import hexes, unique

SUFFIXES: Final = (".gpl", ".act", ".png", ".json", ".npy")

MOST: Final = TABLE
"""Entries of a palette file, at most: those of a GIF's color table."""

MAX_BYTES: Final = 1 << 20
"""Size limit of a file: an uncompressed PNG of 512 x 512 pixels."""

MAX_PIXELS: Final = 1 << 22
"""Pixels of a PNG above which it is refused: 256 swatches of 128 x 128, which take 100 MB for a moment."""

COLUMNS: Final = 16
"""Swatches in a row, at most."""

SWATCH: Final = 16
"""Side of a swatch in pixels."""

_MAGIC = {".png": b"\x89PNG\r\n\x1a\n", ".npy": b"\x93NUMPY", ".gpl": b"GIMP Palette"}
_BOM = b"\xef\xbb\xbf"
_FIELD = re.compile(rb"#|\w+:")
_ROW = re.compile(rb"\s*(\d{1,3})\s+(\d{1,3})\s+(\d{1,3})(?!\S)")
_HEX = re.compile(r"#?([0-9a-fA-F]{6})")
_NPY_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def read(path: str | Path) -> Pixels:
    """The colors of a palette file, in its order: (n, 3) uint8 sRGB, C-contiguous, 1 <= n <= 256, no two rows equal.

    Raises `SourceNotFound`, `SourceRefused` for a file that is too large, `SourceUnreadable` for any other fault.
    """
    path, name = Path(path), printable(path)
    data = _content(path, name)
    text = data.removeprefix(_BOM)
    kind = next((suffix for suffix, magic in _MAGIC.items() if text.startswith(magic)), path.suffix.lower())
    if kind not in _READERS:
        raise SourceUnreadable(f"{name}: not known as a palette: palette files end in {_endings()}")
    colors = np.frombuffer(_READERS[kind](data, name), np.uint8).reshape(-1, 3)
    if not 1 <= len(colors) <= MOST:
        raise SourceUnreadable(f"{name}: a palette has 1 to {MOST} colors, and there are {len(colors)}")
    return unique(colors)


def write(colors: Pixels, path: Path, overwrite: bool) -> None:
    """Write colors (n, 3) uint8 sRGB, 1 <= n <= 256, in the format of `path`'s suffix: the whole file or nothing.

    Raises `PaletteError` for other colors, `TargetExists` where a file exists and `overwrite` is false,
    `TargetUnwritable` for any other fault.
    """
    check(path, overwrite)
    if colors.dtype != np.uint8 or colors.ndim != 2 or colors.shape[1] != 3:
        raise PaletteError(f"a palette file holds an array (n, 3) of uint8, not {colors.shape} of {colors.dtype}")
    if not 1 <= len(colors) <= MOST:
        raise PaletteError(f"a palette file holds 1 to {MOST} colors, and there are {len(colors)}")
    data = _WRITERS[path.suffix.lower()](np.ascontiguousarray(colors), printable(path.stem))
    with replacing(path, overwrite) as stream:
        stream.write(data)


def check(path: Path, overwrite: bool) -> None:
    """Raise the error of `write` for a path that it cannot write; touches nothing."""
    if path.suffix.lower() not in SUFFIXES:
        raise TargetUnwritable(f"{printable(path)}: a palette is written as {_endings()}: name such a file")
    check_target(path, overwrite)


def _endings() -> str:
    return f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"


def _content(path: Path, name: str) -> bytes:
    try:
        if path.is_dir():
            raise SourceUnreadable(f"{name}: that is a folder, not a palette file")
        if path.exists() and not path.is_file():  # opening a pipe would wait for ever
            raise SourceUnreadable(f"{name}: that is not a regular file")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (FileNotFoundError, ValueError):  # ValueError: no file can have such a name
        raise SourceNotFound(f"{name}: there is no such file") from None
    except OSError as error:
        raise SourceUnreadable(f"{name}: {error.strerror}") from None
    if not data:
        raise SourceUnreadable(f"{name}: the file is empty")
    if len(data) > MAX_BYTES:
        raise SourceRefused(f"{name}: too large for a palette: the limit is {MAX_BYTES} bytes")
    return data


def _read_gpl(data: bytes, name: str) -> bytes:
    """Colors as GIMP reads them, except that a row without a color is an error; names may be in any encoding."""
    text = data.removeprefix(_BOM)
    if not text.startswith(_MAGIC[".gpl"]):
        raise SourceUnreadable(f"{name}: not a GIMP palette: its first line is not 'GIMP Palette'")
    found = bytearray()
    for number, line in enumerate(text.splitlines()[1:], 2):
        if not line.strip() or _FIELD.match(line):
            continue
        row = _ROW.match(line)
        levels = [int(level) for level in row.groups()] if row else [MOST]
        if max(levels) > 255:
            shown = short(line.decode("utf-8", "replace"))
            raise SourceUnreadable(f"{name}: line {number} is not a color, three numbers from 0 to 255: {shown}")
        found += bytes(levels)
    return bytes(found)


def _read_act(data: bytes, name: str) -> bytes:
    if len(data) not in (768, 772):
        raise SourceUnreadable(f"{name}: a color table has 768 or 772 bytes, and this file has {len(data)}")
    count = struct.unpack_from(">H", data, 768)[0] if len(data) == 772 else MOST
    if not 1 <= count <= MOST:
        raise SourceUnreadable(f"{name}: a palette has 1 to {MOST} colors, and this says that it has {count}")
    return data[: 3 * count]


def _read_png(data: bytes, name: str) -> bytes:
    try:
        # Not Image.open: its own limit of pixels warns, and is one for all threads.
        with PngImageFile(BytesIO(data)) as image:
            if image.width * image.height > MAX_PIXELS:
                size = f"{image.width}x{image.height}"
                raise SourceRefused(
                    f"{name}: a picture of {size} pixels: the limit for swatches is {MAX_PIXELS} in all"
                )
            image.load()
            gray = image.mode.startswith("I")  # 16 bits, which Pillow would clip
            picture = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)) if gray else image
            pixels = np.asarray(picture.convert("RGBA")).view(np.uint32).ravel()
    except SourceError:
        raise
    except Exception as error:  # Pillow's decoders raise nearly anything for damaged data
        raise SourceUnreadable(f"{name}: not a PNG picture, or damaged ({printable(error)})") from None
    runs = pixels[np.flatnonzero(np.diff(pixels, prepend=~pixels[:1]))]
    _, first = np.unique(runs, return_index=True)
    rgba = runs[np.sort(first)].view(np.uint8).reshape(-1, 4)
    return rgba[rgba[:, 3] == 255, :3].tobytes()


def _read_json(data: bytes, name: str) -> bytes:
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SourceUnreadable(f"{name}: not JSON, or damaged ({printable(error)})") from None
    version = tree.get("gifsom", 1) if isinstance(tree, dict) else 1
    if version != 1:
        raise SourceUnreadable(f"{name}: a palette of version {short(version)}, and only version 1 is known")
    entries = tree.get("colors") if isinstance(tree, dict) else tree
    if not isinstance(entries, list):
        raise SourceUnreadable(f'{name}: neither a list of colors nor {{"gifsom": 1, "colors": [...]}}')
    found = bytearray()
    for number, entry in enumerate(entries, 1):
        code = _HEX.fullmatch(entry) if isinstance(entry, str) else None
        if code:
            found += bytes.fromhex(code[1])
        # A bool is an int, too, and no color.
        elif isinstance(entry, list) and len(entry) == 3 and all(type(v) is int and 0 <= v <= 255 for v in entry):
            found += bytes(entry)
        else:
            raise SourceUnreadable(f'{name}: entry {number} is neither "#rrggbb" nor [r, g, b]: {short(entry)}')
    return bytes(found)


def _read_npy(data: bytes, name: str) -> bytes:
    """Not by `np.load`, which takes the memory that a header asks for."""
    stream = BytesIO(data)
    try:
        shape, fortran, dtype = _NPY_HEADERS[np.lib.format.read_magic(stream)](stream)
    except Exception:  # the header is Python source, and whatever can be wrong with that is raised
        raise SourceUnreadable(f"{name}: not an array of NumPy, or its header is damaged") from None
    if dtype != np.uint8 or len(shape) != 2 or shape[1] != 3:
        raise SourceUnreadable(
            f"{name}: a palette is an array (n, 3) of uint8, not {short(shape)} of {short(dtype.name)}"
        )
    rows = data[stream.tell() :]
    if len(rows) != 3 * shape[0]:
        raise SourceUnreadable(f"{name}: damaged: {len(rows)} bytes follow where {shape[0]} colors should")
    return np.frombuffer(rows, np.uint8).reshape(3, -1).T.tobytes() if fortran and rows else rows


def _write_gpl(colors: Pixels, name: str) -> bytes:
    rows = [f"{r:3d} {g:3d} {b:3d}\t{code}" for (r, g, b), code in zip(colors.tolist(), hexes(colors), strict=True)]
    return "\n".join(["GIMP Palette", f"Name: {name}", f"Columns: {COLUMNS}", *rows, ""]).encode()


def _write_act(colors: Pixels, name: str) -> bytes:
    return colors.tobytes().ljust(768, b"\0") + struct.pack(">HH", len(colors), 0xFFFF)


def _write_png(colors: Pixels, name: str) -> bytes:
    """Rows of nearly as many swatches each, which fill the width: a gap would be one more color."""
    rows = -(-len(colors) // COLUMNS)
    place = np.arange(-(-len(colors) // rows) * SWATCH)
    starts = np.arange(rows + 1) * len(colors) // rows
    lines = [start + place * (end - start) // len(place) for start, end in pairwise(starts)]
    image = Image.fromarray(np.repeat(np.array(lines, np.uint8), SWATCH, axis=0))
    image.putpalette(colors.tobytes())
    stream = BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def _write_json(colors: Pixels, name: str) -> bytes:
    return (json.dumps({"gifsom": 1, "colors": hexes(colors)}, indent=1) + "\n").encode()


def _write_npy(colors: Pixels, name: str) -> bytes:
    stream = BytesIO()
    np.save(stream, colors, allow_pickle=False)
    return stream.getvalue()


_READERS: dict[str, Callable[[bytes, str], bytes]] = dict(
    zip(SUFFIXES, (_read_gpl, _read_act, _read_png, _read_json, _read_npy), strict=True)
)
"""From a file's content (not empty) and its name for messages to red, green and blue of each entry."""

_WRITERS: dict[str, Callable[[Pixels, str], bytes]] = dict(
    zip(SUFFIXES, (_write_gpl, _write_act, _write_png, _write_json, _write_npy), strict=True)
)
"""From (n, 3) uint8, C-contiguous, and the palette's name to a file's content."""
