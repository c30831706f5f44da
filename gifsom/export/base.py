"""Shared parts of the writers: the job, and the pictures of a clip with their times."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from gifsom.core.frame import Frame, Pixels
from gifsom.core.progress import Progress, reported
from gifsom.core.result import Result
from gifsom.core.source import Source
from gifsom.core.timing import nearest
from gifsom.core.values import QUALITY, TABLE, WHITE
from gifsom.edit.frames import same_picture, with_alpha
from gifsom.palette.color import pack

SHORTEST: Final = 11
"""Shortest time of a picture in milliseconds: browsers show one of 10 or less for 100."""


@dataclass(frozen=True, slots=True)
class Order:
    """An export to be done: a clip, a file, and a quality from 1 to 100 or the default."""

    clip: Source
    path: Path
    quality: int | None
    plays: int
    overwrite: bool
    progress: Progress

    def result(
        self,
        size_in_bytes: int,
        frames: int,
        *,
        exact: bool,
        size: tuple[int, int] | None = None,
        seconds: float | None = None,
        muted: bool = False,
    ) -> Result:
        """Describe the file that was written; size and seconds None: those of the clip."""
        return Result(
            path=self.path,
            bytes=size_in_bytes,
            size=size or self.clip.size,
            frames=frames,
            seconds=seconds or self.clip.duration,
            exact=exact,
            quality=None if exact else self.quality or QUALITY,
            shortfall=self.clip.shortfall,
            muted=muted,
        )


def stills(clip: Source) -> Iterator[tuple[Frame, int]]:
    """The pictures of a clip without repetitions, and their durations in milliseconds, at least SHORTEST."""
    shown: Frame | None = None
    since = 0
    for frame in clip.frames():
        now = nearest(1000 * frame.start)
        if shown is None:
            shown = frame
        elif not same_picture(shown, frame):
            if now - since >= SHORTEST:
                yield shown, now - since
                since = now
            shown = frame
    if shown is not None:
        yield shown, max(SHORTEST, nearest(1000 * clip.duration) - since)


def opaque(frame: Frame) -> Pixels:
    """The picture (h, w, 3), white where it is transparent."""
    return frame.pixels if frame.mask is None else np.where(frame.mask[..., None], np.uint8(WHITE[0]), frame.pixels)


@dataclass(frozen=True, slots=True)
class ClipSummary:
    """Durations of all `stills` in ms, whether some are transparent, and whether all colors would fit in a table."""

    lengths: list[int]
    alpha: bool
    few: bool


def summarize(order: Order) -> ClipSummary:
    lengths: list[int] = []
    alpha = False
    colors = np.empty(0, np.uint32)
    for frame, length in reported(stills(order.clip), "Reading", order.clip.count, order.progress):
        lengths.append(length)
        alpha |= frame.mask is not None
        if len(colors) <= TABLE:
            colors = np.union1d(colors, pack(frame.pixels))
    return ClipSummary(lengths, alpha, len(colors) <= TABLE)


def pictures(order: Order, found: ClipSummary) -> Iterator[Image.Image]:
    for frame, _ in reported(stills(order.clip), "Writing", len(found.lengths), order.progress):
        yield with_alpha(frame) if found.alpha else Image.fromarray(frame.pixels)


class Reel(Image.Image):
    """A sequence of pictures as the frames of one image, as Pillow's writers ask for them."""

    def __init__(self, pictures: Iterator[Image.Image], count: int) -> None:
        super().__init__()
        self.n_frames, self.is_animated = count, count > 1
        self.pictures = pictures
        self._at = -1
        self.seek(0)

    def seek(self, frame: int) -> None:
        """Forward only, and no further than there are pictures; a seek back to the start does nothing."""
        if frame >= self.n_frames:
            raise EOFError
        while self._at < frame:
            picture = next(self.pictures)
            self.im, self._mode, self._size = picture.im, picture.mode, picture.size
            self._at += 1

    def tell(self) -> int:
        return 0
