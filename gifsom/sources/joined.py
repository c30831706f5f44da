"""Several clips as one: each after the other, all of them fitted to the size of the first.

None is distorted. The space left around one of another shape is a color, or transparent: black bars are usual for a
video, and a picture with transparency keeps it.
"""

import os
from collections.abc import Iterator, Sequence

import numpy as np

from gifsom.core.errors import SourceEmpty
from gifsom.core.frame import Frame, Rect, Shortfall
from gifsom.core.source import Source
from gifsom.core.timing import nearest
from gifsom.core.values import Color
from gifsom.edit.base import Edited, Redrawn, scale_to
from gifsom.sources.arrays import StoredClip
from gifsom.sources.images import ImageClip

BLACK: Color = (0, 0, 0)
"""Color around a clip of another shape, where a video is among them and none is given."""


class Padded(Redrawn):
    """Pictures at `place` in a larger canvas, whose other pixels are `free`; None: transparent."""

    def __init__(self, clip: Source, size: tuple[int, int], place: Rect, free: Color | None) -> None:
        super().__init__(clip)
        self._size, self._place, self._free = size, place, free

    @property
    def size(self) -> tuple[int, int]:
        return self._size

    def redraw(self, frame: Frame) -> Frame:
        width, height = self._size
        pixels = np.full((height, width, 3), self._free or BLACK, np.uint8)
        self._place.cut(pixels)[...] = frame.pixels
        if self._free is not None and frame.mask is None:
            return Frame(pixels, frame.start)
        mask = np.full((height, width), self._free is None)
        self._place.cut(mask)[...] = False if frame.mask is None else frame.mask
        return Frame(pixels, frame.start, mask)


class JoinedClip(Source):
    """Clips one after the other; made by `join`.

    Attributes:
        sources: the clips as given.
        parts: the same at the common size.
    """

    def __init__(
        self, sources: Sequence[Source], size: tuple[int, int], free: Color | None = None, title: str | None = None
    ) -> None:
        """Join at least two clips at a size that has the shape of the first; see `join` for the rest."""
        self.sources, self.free, self.title = tuple(sources), free, title
        self.native = all(clip.native for clip in sources)
        self._size = size
        self.parts = tuple(self._placed(clip) for clip in sources)

    @property
    def name(self) -> str:
        return self.title or f"{self.sources[0].name} and {len(self.sources) - 1} more"

    @property
    def files(self) -> tuple[os.PathLike[str], ...]:
        return tuple(file for clip in self.sources for file in clip.files)

    @property
    def size(self) -> tuple[int, int]:
        return self._size

    @property
    def duration(self) -> float:
        return sum(part.duration for part in self.parts)

    @property
    def rate(self) -> float | None:
        rates = [part.rate for part in self.parts if part.rate is not None]
        return max(rates) if len(rates) == len(self.parts) else None

    @property
    def count(self) -> int | None:
        counts = [part.count for part in self.parts if part.count is not None]
        return sum(counts) if len(counts) == len(self.parts) else None

    @property
    def sound(self) -> bool:
        return any(part.sound for part in self.parts)

    @property
    def shortfall(self) -> Shortfall | None:
        """Sum over all parts, with the cause of the first one that misses something."""
        missing = [part.shortfall for part in self.parts]
        first = next((n for n, shortfall in enumerate(missing) if shortfall is not None), None)
        if first is None:
            return None
        whole = [Shortfall(part.duration, part.duration, "") for part in self.parts]
        found = [shortfall or all_of_it for shortfall, all_of_it in zip(missing, whole, strict=True)]
        declared = [shortfall.declared for shortfall in found if shortfall.declared is not None]
        return Shortfall(
            sum(shortfall.read for shortfall in found),
            sum(declared) if len(declared) == len(found) else None,
            f" of {self.parts[first].name}{found[first].cause}",
        )

    def scaled(self, size: tuple[int, int]) -> Source:
        """Each part separately: ffmpeg does it where it can, and nothing is scaled twice."""
        other = JoinedClip(self.sources, size, self.free, self.title)
        other.native, other.plays = self.native, self.plays
        return other

    def frames(self) -> Iterator[Frame]:
        start = 0.0
        for part in self.parts:
            for frame in part.frames():
                yield Frame(frame.pixels, start + frame.start, frame.mask)
            start += part.duration  # exact, now that it has been read

    def _placed(self, clip: Source) -> Source:
        """A clip at the size of the whole."""
        place = _inside(clip.size, self.sources[0].size, self._size)
        if clip.size != (place.width, place.height):
            clip = scale_to(clip, (place.width, place.height))
        return clip if clip.size == self._size else Padded(clip, self._size, place, self.free)


def _inside(size: tuple[int, int], canvas: tuple[int, int], shown: tuple[int, int]) -> Rect:
    """Rectangle of a picture of `size` fitted into a canvas which is `shown` at another size."""
    ratio = min(canvas[0] / size[0], canvas[1] / size[1])
    edges = []
    for side, whole, new in zip(size, canvas, shown, strict=True):
        long = max(1, nearest(side * ratio))
        begin = (whole - long) // 2
        low = min(nearest(begin * new / whole), new - 1)
        edges.append((low, max(low + 1, nearest((begin + long) * new / whole))))
    (left, right), (top, bottom) = edges
    return Rect(left, top, right - left, bottom - top)


def join(
    clips: Sequence[Source], *, background: Color | None = None, transparent: bool = False, title: str | None = None
) -> Source:
    """Clips one after the other, in the size of the first one.

    Args:
        clips: in order; a single one is returned unchanged.
        background: around a picture of another shape. None: transparent where all of them are pictures, black where a
            video or a recording is among them.
        transparent: transparent in any case.
        title: its name in messages; None: after the first one.

    Raises:
        SourceEmpty: where there is none.
    """
    if not clips:
        raise SourceEmpty(f"{title or 'a list of sources'}: there is nothing in it")
    if len(clips) == 1:
        return clips[0]
    free = None if transparent or all(map(_is_of_pictures, clips)) else BLACK
    return JoinedClip(clips, clips[0].size, background or free, title)


def _is_of_pictures(clip: Source) -> bool:
    while isinstance(clip, Edited):
        clip = clip.source
    if isinstance(clip, JoinedClip):
        return all(map(_is_of_pictures, clip.sources))
    return isinstance(clip, ImageClip | StoredClip)
