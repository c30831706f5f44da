"""Several clips as one: each after the other, all of them fitted to the size of the first.

None is distorted. The space left around one of another shape is a color, or transparent: black bars are usual for a
video, and a picture with transparency keeps it.
"""

import os
from collections.abc import Sequence

from gifsom.core.errors import SourceEmpty
from gifsom.core.frame import Rect
from gifsom.core.source import Source
from gifsom.core.values import BLACK, Color
from gifsom.edit.base import Edited
from gifsom.edit.chain import Chain
from gifsom.edit.pad import inside, padded
from gifsom.sources.arrays import StoredClip
from gifsom.sources.images import ImageClip


class JoinedClip(Chain):
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
        self._size = size
        super().__init__([self._placed(clip) for clip in sources], sources[0])
        self.plays, self.native, self.indexed = None, all(clip.native for clip in sources), False

    @property
    def name(self) -> str:
        return self.title or f"{self.sources[0].name} and {len(self.sources) - 1} more"

    @property
    def files(self) -> tuple[os.PathLike[str], ...]:
        return tuple(file for clip in self.sources for file in clip.files)

    @property
    def size(self) -> tuple[int, int]:
        return self._size

    def scaled(self, size: tuple[int, int]) -> Source:
        """Each part separately: ffmpeg does it where it can, and nothing is scaled twice."""
        return self._of(self.sources, size, self.fade)

    def dissolved(self, seconds: float) -> Source:
        self.check_fade(seconds)
        return self._of([clip.dissolved(seconds) or clip for clip in self.sources], self._size, seconds)

    def _of(self, sources: Sequence[Source], size: tuple[int, int], fade: float) -> "JoinedClip":
        other = JoinedClip(sources, size, self.free, self.title)
        other.native, other.plays, other.fade = self.native, self.plays, fade
        return other

    def cropped(self, rect: Rect) -> None:
        return None

    def _placed(self, clip: Source) -> Source:
        """A clip at the size of the whole."""
        return padded(clip, self._size, self.free, inside(clip.size, self.sources[0].size, self._size))


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
