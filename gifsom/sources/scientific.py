"""Scientific pictures and raw photographs as a Source, through imageio.

FITS, DICOM, TIFF of any number of channels, raw photographs: all that neither ffmpeg nor Pillow reads. imageio, and the
package that its plugin needs, are imported only for such a picture. imageio gets an open file without a name, so that
it can fetch nothing and open no other file. Sizes are checked before anything is decoded.
"""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from math import inf, prod
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gifsom.core.errors import PackageMissing, SourceEmpty, SourceRefused, SourceUnreadable, named, printable, too_large
from gifsom.core.frame import Pixels
from gifsom.core.values import Color
from gifsom.sources.arrays import StoredClip, to_masked
from gifsom.sources.images import limited
from gifsom.sources.levels import scaled
from gifsom.sources.plugins import PYDICOM, Inflated, Nameless, Part, Reader

AT_ONCE: Final = 1 << 30
"""Bytes of the largest unit that is decoded in one call: a page, a frame, the whole of a FITS cube."""

INFLATION: Final = 1032
"""Largest ratio by which a deflated stream can grow."""

_DEFLATED: Final = b"1.2.840.10008.1.2.1.99"
"""The transfer syntax of a DICOM file that is deflated as a whole: nothing is known before all of it is unpacked."""

_META: Final = 4096
"""Bytes of a DICOM file within which its transfer syntax is found."""


class ScientificClip(StoredClip):
    """The pictures of one file, decoded when it was opened; made by `open_scientific`."""

    native = False

    def __init__(self, path: os.PathLike[str], still: float) -> None:
        super().__init__()
        self._path, self._still = path, still

    @property
    def name(self) -> str:
        return printable(self._path)

    @property
    def files(self) -> tuple[os.PathLike[str], ...]:
        return (self._path,)

    @property
    def rate(self) -> float:
        return 1 / self._still


def open_scientific(
    path: os.PathLike[str], reader: Reader, max_pixels: int, background: Color | None, still: float
) -> ScientificClip:
    """The pictures in a local file, one after the other, fitted to the first.

    Three or four channels are a color, without or with alpha; of any other number each is a gray picture, and so is
    each plane of a cube. Colors of 16 bits lose their lower 8. Other values of more than 8 bits, integers as well as
    floats, are scaled from the lowest and highest value of all pictures in the file to 0 and 255; NaN and infinite
    values are black.

    Args:
        path: of the file; messages call it by its `str`.
        reader: the plugin.
        max_pixels: a picture with more is refused.
        background: behind transparent pixels; None keeps them.
        still: seconds that each picture is shown.

    Raises:
        PackageMissing: where the plugin's package is not installed.
        SourceRefused: for a picture that is too large, or a file that can become so.
        SourceUnreadable, SourceEmpty: where it is damaged or of another kind, or has no picture.
    """
    name = printable(path)
    if not reader.installed:
        raise PackageMissing(
            f"{name}: {reader.pictures} is read by the {reader.name} plugin of imageio, and {reader.package} is"
            f" missing: pip install {reader.package}"
        )
    with _reading(name, reader), limited(path, max_pixels), Nameless(path) as file:
        if reader is PYDICOM and _DEFLATED in file.read(_META):
            _check_length(path, max_pixels)
        file.seek(0)
        parts = _checked(path, reader.parts(file), max_pixels)
        low, high = _range(_decoded(path, reader, parts))
        clip = ScientificClip(path, still)
        for part, picture in _decoded(path, reader, parts):
            shown = _eight_bits(picture, low, high)
            shown = 255 - shown if part.negative else shown
            pixels, mask = to_masked(shown, clip.size if clip.count else None, background)
            clip.append(pixels, still, mask)
    return clip


@contextmanager
def _reading(name: str, reader: Reader) -> Iterator[None]:
    """Silence the plugin within the block, and turn its errors into `SourceUnreadable`."""
    import_module(reader.package)  # which may make a logger of its own kind
    log = logging.getLogger(reader.package)
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (SourceRefused, SourceEmpty):
        raise
    except Inflated as error:
        raise SourceRefused(f"{name}: {error}") from None
    except Exception as error:  # plugins raise whatever their packages do
        cause = printable(error.__cause__ or error)
        raise SourceUnreadable(f"{name}: the {reader.name} plugin of imageio does not read it ({cause})") from None
    finally:
        log.setLevel(before)


def _check_length(path: os.PathLike[str], max_pixels: int) -> None:
    """Raise `SourceRefused` for a deflated file that can become larger than 4 bytes for each of `max_pixels`."""
    longest = 4 * max_pixels // INFLATION
    if Path(path).stat().st_size > longest:
        raise SourceRefused(
            f"{printable(path)}: how large its pictures are is not known before all of it is unpacked, and such a file"
            f" may have {longest} bytes ({named('max_pixels')} lifts it)"
        )


def _checked(path: os.PathLike[str], parts: Iterator[Part], max_pixels: int) -> list[Part]:
    """The parts of a file that may all be decoded. Raises `SourceRefused` and `SourceEmpty`."""
    found, count, length = [], 0, Path(path).stat().st_size
    for part in parts:
        width, height = part.size
        if max(width * height, part.tile) > max_pixels:
            raise SourceRefused(too_large(path, f"{width}x{height}", max_pixels))
        if prod(part.shape) * part.itemsize > AT_ONCE:
            raise SourceRefused(f"{printable(path)}: what is decoded at one go has more than {AT_ONCE >> 20} MiB")
        count += prod(part.shape) // max(1, width * height)
        if count > length:
            raise SourceRefused(f"{printable(path)}: there are more pictures in it than bytes")
        found.append(part)
    if not found:
        raise SourceEmpty(f"{printable(path)}: there is no picture in it")
    return found


def _decoded(path: os.PathLike[str], reader: Reader, parts: list[Part]) -> Iterator[tuple[Part, NDArray[Any]]]:
    """Every picture, and its part."""
    with (
        Nameless(path) as file,
        import_module("imageio.v3").imopen(file, "r", plugin=reader.name, extension=reader.extension) as plugin,
    ):
        for part in parts:
            array = np.asarray(plugin.read(**part.key))
            if array.dtype.kind not in "biuf":
                raise ValueError(f"pictures of {array.dtype}")
            for picture in part.pictures(array):
                yield part, picture


def _as_it_is(picture: NDArray[Any]) -> bool:
    """Whether a picture's values need no scale."""
    return picture.dtype.kind == "b" or picture.dtype == np.uint8 or (picture.ndim == 3 and picture.dtype == np.uint16)


def _range(pictures: Iterator[tuple[Part, NDArray[Any]]]) -> tuple[float, float]:
    """The lowest and highest finite value of all pictures that need a scale."""
    low, high = inf, -inf
    for _, picture in pictures:
        if not _as_it_is(picture):
            finite = picture[np.isfinite(picture)]
            if finite.size:
                low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    return low, high


def _eight_bits(picture: NDArray[Any], low: float, high: float) -> Pixels:
    """A picture of uint8, by the rules of `open_scientific`."""
    if picture.dtype.kind == "b":
        return np.where(picture, np.uint8(255), np.uint8(0))
    if picture.dtype == np.uint8:
        return picture
    if _as_it_is(picture):
        return (picture >> 8).astype(np.uint8)
    return scaled(picture, low, high)
