"""Exact coding of a clip while it is recorded, before its palette is known.

An LZW coder compares symbols, and never asks what they are: with other numbers for the same colors it takes the same
phrases. So colors are numbered as they are met, images are coded in the background, and once the palette is known the
symbols in their streams are replaced. That holds as long as codes begin with the same number of bits: where more colors
come than these can tell apart, coding begins anew.
"""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from gifsom.core.background import in_background, lower_priority
from gifsom.core.errors import GifsomError
from gifsom.core.frame import Frame, Pixels
from gifsom.core.progress import Progress
from gifsom.core.source import Source, StillGrowing
from gifsom.core.threads import threads
from gifsom.core.timing import schedule
from gifsom.core.values import ANIMATED, TABLE
from gifsom.encoder.canvas import Canvas
from gifsom.encoder.exact import GifStats, GlobalTable, Indexed, coded
from gifsom.gif.lzw import minimum_code_size, with_symbols
from gifsom.gif.writer import GifWriter, Patch
from gifsom.palette.nearest import Mapper
from gifsom.palette.palette import Palette


class _GivenUp(Exception):
    """The clip cannot be coded exactly with one table, or not ahead."""


class _MoreBits(Exception):
    """There are more colors than the codes have been made for."""


class _Numbering(Mapper):
    """Numbers colors as they are met, 0 to `most` - 1."""

    def __init__(self, most: int) -> None:
        super().__init__(np.zeros((1, 3), np.float32))
        self._most = most
        self.colors = np.zeros((0, 3), np.uint8)

    def _find(self, colors: Pixels) -> NDArray[np.int32]:
        first = len(self.colors)
        self.colors = np.concatenate([self.colors, colors])
        if len(self.colors) > ANIMATED:
            raise _GivenUp
        if len(self.colors) > self._most:
            raise _MoreBits
        return np.arange(first, len(self.colors), dtype=np.int32)


class _NumberedColors:
    """The numbers as symbols: a `TableStrategy` whose table is not known yet."""

    def __init__(self, min_code_size: int) -> None:
        self.min_code_size = min_code_size
        self.transparent = (1 << min_code_size) - 1
        self._numbering = _Numbering(self.transparent)

    @property
    def colors(self) -> Pixels:
        return self._numbering.colors

    def to_numbers(self, pixels: Pixels) -> Canvas:
        return self._numbering.map(pixels)

    def index(self, symbols: Canvas, unchanged: NDArray[np.bool_]) -> Indexed:
        return Indexed(symbols, self.min_code_size, self.transparent, None)

    @property
    def needed(self) -> int:
        """The min_code_size that its colors need."""
        return minimum_code_size(len(self.colors) + 1)

    def replacements(self, table: GlobalTable) -> NDArray[np.uint8]:
        """The symbol of a table that stands for each of these, (256,)."""
        symbols = np.zeros(TABLE, np.uint8)
        symbols[: len(self.colors)] = table.to_numbers(self.colors)
        symbols[self.transparent] = table.transparent or 0
        return symbols


class ExactAhead:
    """The images of a clip that is being recorded, coded as they come, as far as all colors fit in one table.

    Whatever goes wrong with that, the clip can still be coded in the usual way.
    """

    def __init__(self, clip: Source) -> None:
        """Begin."""
        self._clip = clip
        self._begin(minimum_code_size(1))
        self._background = in_background(self._follow)

    def encode(self, stream: BinaryIO, palette: Palette, plays: int, progress: Progress) -> GifStats | None:
        """Write what `gifsom.encoder.exact.encode` writes with one table; None: that has to be done by itself."""
        table = GlobalTable(palette)
        try:
            self._background.result()
            with ThreadPoolExecutor(threads()) as pool:
                self._submit = pool.submit
                for done in self._images():
                    progress("Writing", done, self._clip.count)
        except (_GivenUp, StillGrowing, GifsomError, OSError):
            return None
        if table.min_code_size != self._colors.min_code_size or table.transparent is None:
            return None
        replacements = self._colors.replacements(table)
        writer = GifWriter(stream, self._clip.size, palette.colors, len(palette) + 1, plays)
        centiseconds = 0
        for patch, at, length in self._stored:
            self._file.seek(at)
            data = with_symbols(self._file.read(length), table.min_code_size, replacements)
            writer.add(replace(patch, data=data, transparent=table.transparent))
            centiseconds += patch.delay
        writer.close()
        return GifStats(writer.size, len(self._stored), centiseconds)

    def _begin(self, min_code_size: int) -> None:
        """Code from the first image on, in codes that begin with so many bits and one."""
        self._colors = _NumberedColors(min_code_size)
        self._patches = coded(_opaque(self._clip), self._clip.size, self._colors, lambda *task: self._submit(*task))
        self._file = tempfile.TemporaryFile(prefix="gifsom-")  # noqa: SIM115 - goes with this object
        self._stored: list[tuple[Patch, int, int]] = []  # without their data: where that lies in the file, its length

    def _follow(self) -> None:
        """Code in the background as long as the clip is being recorded."""
        pool = ThreadPoolExecutor(threads(), initializer=lower_priority)
        self._submit = pool.submit
        for _ in self._images():
            if not self._clip.growing:
                break
        pool.shutdown(wait=False)

    def _images(self) -> Iterator[int]:
        """Code and store image after image; yields how many there are, after each."""
        while True:
            try:
                for patch in self._patches:
                    self._stored.append((replace(patch, data=b""), self._file.tell(), len(patch.data)))
                    self._file.write(patch.data)
                    yield len(self._stored)
                return
            except _MoreBits:
                self._begin(self._colors.needed)


def _opaque(clip: Source) -> Iterator[tuple[Frame, int]]:
    for frame, delay in schedule(clip):
        if frame.mask is not None:
            raise _GivenUp
        yield frame, delay
