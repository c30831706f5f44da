"""The plugins of imageio that may read files, and the content of a file by its headers.

The list has plugins for still and scientific pictures that take an open file. It has none that fetches anything, runs a
program, opens a camera or screen, or opens files by their names. Each needs a package of its own, which also gives the
sizes of the pictures before anything is decoded.
"""

import io
import lzma
import os
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from math import prod
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gifsom.core.errors import SettingError, printable
from gifsom.core.values import READERS

_ALONE: Final = (b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"\0MRM", b"FOVb", b"II\x1a\0\0\0HEAPCCDR")
_TIFF: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_RAW_TIFF: Final = re.compile(r"\.(3fr|arw|dcr|dng|erf|iiq|kdc|mef|mos|nef|nrw|pef|sr2|srw)$", re.IGNORECASE)
"""Suffixes of raw photographs that begin as a TIFF, whose first picture is a small preview."""

HARMLESS: Final = 1 << 14
"""Packed bytes whose unpacked size is not checked: 128 MiB at most, if they are LZMA."""


_DIRECTORY: Final = 64
"""Bytes that a picture of a TIFF has at least in its directory: five entries, their count and the next one's place."""


class Inflated(Exception):
    """Packed data unpacks to more than its pictures need."""


class Nameless(io.BufferedIOBase):
    """An open file that hides its name and its file descriptor.

    It is closed at the end of its block only: some packages close borrowed files, and use them again.
    """

    def __init__(self, path: os.PathLike[str]) -> None:
        self._file = Path(path).open("rb")  # noqa: SIM115 - closed by `__exit__`

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        return self._file.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self._file.close()
        super().close()


@dataclass(frozen=True, slots=True)
class Part:
    """A unit that the plugin decodes in one call, by the header.

    key       arguments of the plugin's `read`
    shape     of the array; height and width are its last two axes, apart from that of the channels
    itemsize  bytes of a value
    channels  axis of the channels; None: there is none
    tile      pixels of the largest piece that is decoded
    upward    the first row is the lowest
    negative  the lowest value is white
    """

    key: dict[str, Any]
    shape: tuple[int, ...]
    itemsize: int
    channels: int | None = None
    tile: int = 0
    upward: bool = False
    negative: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        sides = [side for axis, side in enumerate(self.shape) if axis != self.channels]
        return sides[-1], sides[-2]

    def pictures(self, array: NDArray[Any]) -> Iterator[NDArray[Any]]:
        """The pictures of the array, (h, w), or (h, w, 3) and (h, w, 4) where there are as many channels."""
        color = self.channels is not None and array.shape[self.channels] in (3, 4)
        if self.channels is not None:
            array = np.moveaxis(array, self.channels, -1 if color else 0)
        array = array.reshape(-1, *array.shape[-3:] if color else array.shape[-2:])
        yield from array[:, ::-1] if self.upward else array


def _check_inflated(data: bytes, expected: int) -> None:
    """Raise `Inflated` where packed data becomes more than twice the `expected` bytes.

    The packages unpack it in one call, whatever its size.
    """
    if len(data) <= HARMLESS:
        return
    unpacked, most = b"", 2 * expected
    if data[:2] == b"\x1f\x8b":
        unpacked = zlib.decompressobj(31).decompress(data, most)
    elif data[:1] == b"\x78":
        unpacked = zlib.decompressobj().decompress(data, most)
    elif data[:6] == b"\xfd7zXZ\0":
        unpacked = lzma.LZMADecompressor().decompress(data, most)
    if unpacked and len(unpacked) >= most:
        raise Inflated("what is packed in it becomes more than its pictures need")


def _fits(file: Nameless) -> Iterator[Part]:
    from astropy.io import fits

    with fits.open(file, memmap=False) as units:
        pictures = [unit for unit in units if isinstance(unit, fits.ImageHDU | fits.PrimaryHDU | fits.CompImageHDU)]
        for place, unit in enumerate(unit for unit in pictures if unit.size > 0):
            if len(unit.shape) >= 2:  # not a spectrum
                yield Part({"index": place}, unit.shape, 8, tile=prod(getattr(unit, "tile_shape", ())), upward=True)
    file.seek(0)
    with fits.open(file, memmap=False, disable_image_compression=True) as tables:
        for table in tables:
            if table.header.get("ZIMAGE"):
                tile = prod(
                    table.header.get(f"ZTILE{axis + 1}", side) for axis, side in enumerate(_sides(table.header))
                )
                for column in {"COMPRESSED_DATA", "GZIP_COMPRESSED_DATA", "UNCOMPRESSED_DATA"} & {*table.columns.names}:
                    for packed in table.data[column]:
                        _check_inflated(packed.tobytes(), 8 * tile)


def _sides(header: Any) -> list[int]:
    """Sides of a picture that is packed in a table of FITS."""
    return [int(header[f"ZNAXIS{axis + 1}"]) for axis in range(int(header["ZNAXIS"]))]


def _pydicom(file: Nameless) -> Iterator[Part]:
    from pydicom import dcmread

    header = dcmread(file, stop_before_pixels=True)
    kind = header.PhotometricInterpretation
    samples = 3 if kind == "PALETTE COLOR" else int(header.SamplesPerPixel)
    shape = (int(header.Rows), int(header.Columns)) + ((samples,) if samples > 1 else ())
    count = int(header.get("NumberOfFrames") or 1)
    if count * min(64, max(1, prod(shape) // 8)) > file.seek(0, io.SEEK_END):
        raise ValueError(f"{count} frames in so few bytes")
    for place in range(count):
        yield Part({"index": place}, shape, 8, 2 if samples > 1 else None, negative=kind == "MONOCHROME1")


def _rawpy(file: Nameless) -> Iterator[Part]:
    import rawpy

    with rawpy.imread(file) as photograph:
        sizes = photograph.sizes
        yield Part({}, (sizes.height, sizes.width, 3), 1, 2, tile=sizes.raw_height * sizes.raw_width)


def _tifffile(file: Nameless) -> Iterator[Part]:
    from tifffile import PHOTOMETRIC, TiffFile

    with TiffFile(file) as tiff:
        seen: set[int] = set()
        for place, page in enumerate(tiff.pages):
            if page.offset in seen:
                raise ValueError("its list of pictures leads back to one that has been")
            if place * _DIRECTORY > tiff.filehandle.size:
                raise ValueError(f"{place + 1} pictures in so few bytes")
            seen.add(page.offset)
            if not page.is_reduced and len(page.shape) >= 2:
                channels = page.axes.index("S") if "S" in page.axes else None
                tile = page.tilewidth * page.tilelength
                negative = page.photometric == PHOTOMETRIC.MINISWHITE
                key = {"index": ..., "page": place}
                yield Part(key, page.shape, page.dtype.itemsize, channels, tile, negative=negative)
                if page.compression != 1:
                    for offset, count in zip(page.dataoffsets, page.databytecounts, strict=False):
                        file.seek(offset)
                        _check_inflated(file.read(count), (prod(page.shape) + tile) * page.dtype.itemsize)


@dataclass(frozen=True, slots=True)
class Reader:
    """A plugin of imageio that may read files.

    name       of the plugin
    package    that it needs
    pictures   kind of pictures, for messages
    extension  by which imageio knows that
    parts      content of a file, by its headers
    """

    name: str
    package: str
    pictures: str
    extension: str
    parts: Callable[[Nameless], Iterator[Part]]

    @property
    def installed(self) -> bool:
        return find_spec(self.package) is not None


FITS: Final = Reader("FITS", "astropy", "a FITS file", ".fits", _fits)
PYDICOM: Final = Reader("pydicom", "pydicom", "a DICOM file", ".dcm", _pydicom)
RAWPY: Final = Reader("rawpy", "rawpy", "a raw photograph", ".dng", _rawpy)
TIFFFILE: Final = Reader("tifffile", "tifffile", "a TIFF", ".tif", _tifffile)

_ALLOWED: Final = {reader.name.lower(): reader for reader in (FITS, PYDICOM, RAWPY, TIFFFILE)}
"""By the lower case of `gifsom.core.values.READERS`; no plugin that fetches, runs a program or opens files by name."""


def recognize(head: bytes, name: str) -> Reader | None:
    """The reader for a file that begins with these 132 bytes, where no other than imageio reads it; None: another may.

    The name counts only where a raw photograph looks like a TIFF.
    """
    if head.startswith(b"SIMPLE  ="):
        return FITS
    if head[128:132] == b"DICM":
        return PYDICOM
    tiff = head.startswith(_TIFF)
    if head.startswith(_ALONE) or head[4:12] == b"ftypcrx " or (tiff and head[8:10] == b"CR"):
        return RAWPY
    return RAWPY if tiff and _RAW_TIFF.search(name) else None


def second(head: bytes) -> Reader | None:
    """The reader that may be tried where Pillow doesn't read a file with this head."""
    return TIFFFILE if head.startswith(_TIFF) else None


def reader_named(name: str | None) -> Reader | None:
    """The reader of a name, in lower or upper case. Raises `SettingError` for one that is not on the list."""
    if name is None:
        return None
    reader = _ALLOWED.get(str(name).lower())
    if reader is None:
        raise SettingError(f"reader is {printable(name)}: give one of {', '.join(READERS)}")
    return reader
