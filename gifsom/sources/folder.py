"""A folder of pictures as a Clip: its picture files in natural order, "shot2.png" before "shot10.png".

The first picture's size is the canvas. Others are fitted into it, never distorted, and what they leave free is
transparent, or the background where one is asked. Files that are no pictures are passed over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from gifsom.clip import Clip, Frame
from gifsom.edit.base import with_alpha, without_alpha
from gifsom.errors import SourceEmpty, SourceUnreadable, printable
from gifsom.settings import Color
from gifsom.sources.images import STILL, ImageClip, is_picture, open_image, read_head

_NUMBER = re.compile(r"(\d+)")


def natural(name: str) -> list[tuple[int, int | str]]:
    """A key that sorts names with numbers as people do.

    >>> sorted(["b2.png", "b10.png", "a.png"], key=natural)
    ['a.png', 'b2.png', 'b10.png']
    """
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in _NUMBER.split(name.casefold()) if part]


@dataclass(frozen=True)
class FolderClip(Clip):
    """The pictures of a folder, each shown for a tenth of a second; made by `open_folder`.

    path        of the folder
    pictures    the files, in order; of an animation its first frame
    background  behind transparent pixels; None keeps them
    """

    path: Path
    pictures: tuple[ImageClip, ...]
    background: Color | None

    @property
    def name(self) -> str:
        return printable(self.path)

    @property
    def size(self) -> tuple[int, int]:
        return self.pictures[0].size

    @property
    def duration(self) -> float:
        return STILL * len(self.pictures)

    @property
    def rate(self) -> float:
        return 1 / STILL

    @property
    def count(self) -> int:
        return len(self.pictures)

    def frames(self) -> Iterator[Frame]:
        for number, picture in enumerate(self.pictures):
            frame = next(picture.frames())
            fitted = frame if picture.size == self.size else self._fit(frame)
            yield Frame(fitted.pixels, STILL * number, fitted.mask)

    def _fit(self, frame: Frame) -> Frame:
        around = (0, 0, 0, 0) if self.background is None else (*self.background, 255)
        fitted = ImageOps.pad(with_alpha(frame), self.size, Image.Resampling.LANCZOS, color=around)
        pixels, mask = without_alpha(fitted)
        return Frame(pixels, 0.0, mask if mask.any() else None)


def open_folder(path: Path, max_pixels: int, background: Color | None = None) -> FolderClip:
    """The pictures in a folder. Raises as `open_image` does, and `SourceEmpty` where there is none."""
    try:
        files = sorted(
            (file for file in path.iterdir() if file.is_file()), key=lambda file: (natural(file.name), file.name)
        )
        pictures = [file for file in files if is_picture(read_head(file))]
    except OSError as error:
        raise SourceUnreadable(f"{printable(path)}: {error.strerror}") from None
    if not pictures:
        raise SourceEmpty(f"{printable(path)}: there is no picture in the folder")
    return FolderClip(path, tuple(open_image(file, max_pixels, background) for file in pictures), background)
