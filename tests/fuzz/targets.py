"""What is fuzzed: each target takes bytes, and may raise what is not an error of gifsom only where there is a bug.

An error of gifsom is right for any input, as one clean line. Pictures may have few pixels only, so that an input that
takes long is one that is wrong.
"""

import os
import tempfile
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from io import BytesIO
from itertools import islice
from math import isfinite
from pathlib import Path
from unittest.mock import patch
from zlib import crc32

import numpy as np

import gifsom
from gifsom import Clip, sources
from gifsom.analysis.replay import walk
from gifsom.core.errors import GifsomError
from gifsom.core.frame import Rect
from gifsom.core.region import parse_region, region_text
from gifsom.core.source import Source
from gifsom.core.values import MAX_SIDE, parse_color, parse_seconds, parse_size
from gifsom.edit.blur import parse_blur
from gifsom.edit.caption import parse_caption
from gifsom.edit.picture import parse_box
from gifsom.edit.span import parse_span
from gifsom.edit.speed import parse_stretch
from gifsom.gif import reader
from gifsom.options import config, presets
from gifsom.options.conversion import ConvertOptions
from gifsom.options.document import Document, read_document
from gifsom.options.edits import edited
from gifsom.options.table import EDITS
from gifsom.palette import files
from gifsom.sources.formats import is_picture
from gifsom.sources.mjpeg import is_motion_jpeg
from gifsom.spool import Picture, Spool
from gifsom.spool.record import _HEAD_BYTES, _HEADER, _RECORD, HEADER_BYTES

MAX_PIXELS = 1 << 14
"""Of a picture."""

FRAMES = 64
"""Of a clip, that are looked at."""


@cache
def _temporary() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="gifsom-fuzz-")


def folder() -> Path:
    """Where this process keeps the file at hand; it ends with it."""
    return Path(_temporary().name)


def stored(data: bytes, name: str) -> Path:
    path = folder() / name
    path.write_bytes(data)
    return path


def look(clip: Source | Clip) -> None:
    """Read what a clip says and shows, and check what every clip promises."""
    width, height = clip.size
    assert width >= 1
    assert height >= 1
    assert clip.duration > 0
    assert isfinite(clip.duration)
    before = -1.0
    for frame in islice(clip.frames(), FRAMES):
        assert frame.pixels.shape == (height, width, 3)
        assert frame.pixels.dtype == np.uint8
        assert frame.mask is None or frame.mask.shape == (height, width)
        assert before < frame.start < clip.duration
        before = frame.start
    assert before >= 0


def spool(data: bytes) -> None:
    """The log of a recording, as it is."""
    log = Spool.open(stored(data, "spool.gsr"), MAX_PIXELS)
    assert log.readable + log.unread == len(data)
    canvas = np.zeros((*log.size[::-1], 3), np.uint8)
    for time, event in islice(log.events(), FRAMES):
        assert 0 <= time < log.until
        if isinstance(event, Picture):
            log.paint(event, canvas)
    look(gifsom.open(log.path, max_pixels=MAX_PIXELS))


def records(data: bytes) -> None:
    """The same with checksums that are right, behind which nothing else would ever be seen."""
    spool(mended(data))


def mended(data: bytes) -> bytes:
    """A log with the checksum that its header and each of its records should have."""
    whole = bytearray(data)
    if len(whole) >= HEADER_BYTES:
        whole[_HEADER.size : HEADER_BYTES] = crc32(whole[: _HEADER.size]).to_bytes(4, "little")
    at = HEADER_BYTES
    while at + _HEAD_BYTES <= len(whole):
        head, start = bytes(whole[at : at + _RECORD.size]), at + _HEAD_BYTES
        end = start + _RECORD.unpack(head)[-1]
        whole[at + _RECORD.size : start] = crc32(bytes(whole[start:end]), crc32(head)).to_bytes(4, "little")
        at = end
    return bytes(whole)


def gif(data: bytes) -> None:
    """The structure of a GIF, and what `gifsom explain` makes of its codes."""
    found = reader.parse(data)
    assert sum(frame.bytes for frame in found.frames) <= len(data)
    assert found.duration >= 0
    width, height, table, blocks = reader.dissect(data, "the data")
    if width * height <= MAX_PIXELS:
        for walked in islice(walk((width, height), table, [*blocks]), FRAMES):
            assert walked.canvas.shape == (height, width)


def images(data: bytes) -> None:
    """Pictures and animations, from a stream. What is none would go to ffmpeg, a process for each input."""
    if is_picture(data[:16]) and not is_motion_jpeg(stored(data, "picture")):
        look(gifsom.open(BytesIO(data), max_pixels=MAX_PIXELS))


def palettes(data: bytes) -> None:
    """Palette files; the first byte says how the file is called."""
    suffix = files.SUFFIXES[data[0] % len(files.SUFFIXES)] if data else ""
    colors = files.read(stored(data[1:], f"palette{suffix}"))
    assert colors.dtype == np.uint8
    assert colors.shape == (len(np.unique(colors, axis=0)), 3)
    assert 1 <= len(colors) <= files.MOST


def text_of(data: bytes) -> str:
    """As Python gives what stands on a command line."""
    return data.decode("utf-8", "surrogateescape")


def _seconds(text: str) -> None:
    assert 0 <= parse_seconds(text) < float("inf")


def _size(text: str) -> None:
    assert 1 <= parse_size(text) < 2**63


def _color(text: str) -> None:
    color = parse_color(text)
    assert len(color) == 3
    assert all(0 <= level <= 255 for level in color)


def _region(text: str) -> None:
    rect = parse_region(text)
    assert parse_region(region_text(rect)) == rect


def _box(text: str) -> None:
    assert all(1 <= side <= MAX_SIDE for side in parse_box(text))


def _span(text: str) -> None:
    start, end = parse_span(text)
    assert 0 <= start < (float("inf") if end is None else end)


def _blur(text: str) -> None:
    found = parse_blur(text)
    assert isinstance(found["area"], Rect)
    assert found.get("start", 0) >= 0


def _stretch(text: str) -> None:
    start, end, factor, _ = parse_stretch(text)
    assert 0 <= start < end < float("inf")
    assert isfinite(factor)


def _caption(text: str) -> None:
    assert "text" in parse_caption(text)


PARSERS: list[Callable[[str], None]] = [
    _seconds, _size, _color, _region, _box, _span, _blur, _stretch, _caption
]  # fmt: skip


def values(data: bytes) -> None:
    """A value of the command line; the first byte says of which option."""
    PARSERS[data[0] % len(PARSERS) if data else 0](text_of(data[1:]))


def number_or_text(text: str) -> float | int | str | bool:
    """As the command line and settings files give the values of options."""
    if text in ("", "true"):
        return True
    for kind in (int, float):
        with suppress(ValueError):
            return kind(text)
    return text


@cache
def small_clip() -> Source:
    """Three pictures of 48 x 36 pixels in a second, one of them with a hole."""
    random = np.random.default_rng(0)
    pictures = [random.integers(0, 256, (36, 48, 4)).astype(np.uint8) | np.uint8([0, 0, 0, 128]) for _ in range(3)]
    pictures[1][4:20, 5:30, 3] = 0
    return sources.open(pictures, fps=3)


def edits(data: bytes) -> None:
    """Up to three edits of a clip, each in a line "name=value", checked as settings and done."""
    lines = [line.partition("=") for line in text_of(data).split("\n")[:3]]
    wanted = [(name, number_or_text(value)) for name, _, value in lines if name in EDITS]
    chosen = ConvertOptions.of({"edits": wanted}).edits
    clip = edited(small_clip(), chosen)
    if clip.size[0] * clip.size[1] <= MAX_PIXELS:
        look(clip)


def configuration(data: bytes) -> None:
    """A settings file, as it is read before every command."""
    with patch.dict(os.environ, GIFSOM_CONFIG=str(stored(data, config.NAME))):
        for read in (lambda: config.defaults("convert"), lambda: config.defaults("record"), presets.presets):
            with expected():
                read()


def documents(data: bytes) -> None:
    """A document; one that can be read is written as it was, and none reaches a file outside of its folder."""
    path = stored(data, "demo.gifsom")
    document = read_document(path)
    for name in document.files():
        assert Path(name).resolve().is_relative_to(path.parent.resolve())
    assert Document.parse(document.text().encode()) == document
    document.arguments()


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (spool, records, gif, images, palettes, values, edits, configuration, documents)
}


class expected(suppress):  # noqa: N801 - a context, as `suppress` is
    """Errors of gifsom are what a wrong input gets, in one line that can be printed."""

    def __init__(self) -> None:
        super().__init__(GifsomError)

    def __exit__(self, kind: object, error: object, trace: object) -> bool:
        if isinstance(error, GifsomError):
            assert str(error), "an error says what is wrong"
            assert str(error).isprintable(), f"an error is one clean line: {str(error)!r}"
        return super().__exit__(kind, error, trace)  # type: ignore[arg-type]


def run(target: str, data: bytes) -> None:
    """Give an input to a target: raises what only a bug does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, of what it reads all the same
        with expected():
            TARGETS[target](data)
