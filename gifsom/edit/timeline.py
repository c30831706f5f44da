"""A clip's timeline, its frames with the seconds that each is shown; and edits that leave a part of it out.

Each edit of a timeline reads the clip once, from its beginning on.
"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf

from gifsom.core.errors import SettingError, SourceEmpty
from gifsom.core.frame import Frame
from gifsom.core.source import Mark, Source
from gifsom.core.values import Seconds
from gifsom.edit.base import Timed, moved, trim
from gifsom.edit.span import NEAR
from gifsom.edit.stretches import Stretches, StretchesLike, pieces, to_place, to_stretches


class Timeline(Timed):
    """Frames of a clip with the seconds that each is shown: those that `arranged` gives."""

    _end: float | None = None
    _count: int | None = None  # until the frames have been read

    @abstractmethod
    def arranged(self) -> Iterator[tuple[Frame, float]]:
        """Frames, whatever their times, with the seconds that they are shown. Raises `SettingError`."""

    @abstractmethod
    def gained(self) -> float | None:
        """Seconds by which it lasts longer than the clip; None: its frames have to be read to know that."""

    @property
    def duration(self) -> float:
        gained = self.gained()
        if gained is not None:
            return self.source.duration + gained
        if self._end is None:
            for _ in self.frames():
                pass
        assert self._end is not None
        return self._end

    @property
    def rate(self) -> float | None:
        return None  # a piece may be arbitrarily short, and a long frame be left out between many short ones

    @property
    def count(self) -> int | None:
        return self._count or self.source.count

    def frames(self) -> Iterator[Frame]:
        start, count = 0.0, 0
        for frame, seconds in self.arranged():
            yield frame.at(start)
            start += seconds
            count += 1
        if not count:
            raise SourceEmpty(f"{self.name}: nothing is left of it: leave something to be shown")
        self._end, self._count = start, count


class _Selected(Timeline):
    """Some stretches of a clip, or all but those."""

    def __init__(self, clip: Source, stretches: Stretches, kept: bool) -> None:
        super().__init__(clip)
        self.stretches, self.kept = stretches, kept

    def gained(self) -> float | None:
        if self.stretches.numbered:
            return None
        whole = self.source.duration
        within = self.stretches.within(whole)
        return within - whole if self.kept else -within

    @property
    def count(self) -> int | None:
        whole = self.source.count
        if self._count or whole is None:
            return self._count
        span = whole if self.stretches.numbered else self.source.duration
        within = self.stretches.within(span) / span
        return max(1, round(whole * (within if self.kept else 1 - within)))

    def marks(self) -> Sequence[Mark] | None:
        return None if self.stretches.numbered else moved(self.source.marks(), self._shown_at)

    def _shown_at(self, time: float) -> float | None:
        """When a moment of the clip is shown; None: it is left out."""
        before = self.stretches.within(time)
        inside = self.stretches.within(time + NEAR) > before
        return None if inside != self.kept else before if self.kept else time - before

    def arranged(self) -> Iterator[tuple[Frame, float]]:
        stretches = self.stretches.counted(self.source)
        for piece in pieces(self.source, stretches):
            if (piece in stretches) == self.kept:
                yield piece.frame, piece.seconds


def cut(clip: Source, stretches: StretchesLike) -> Source:
    """Leave out stretches of a clip; the rest follows at once. Every picture that stays is shown as long as before.

    Args:
        stretches: text such as "3-5" or "1:05-1:10,2:00-" (times), or "#10-20" (frames, which count from #0 on; #-1 is
            the last one); pairs of seconds or clocks, of which an end may be None; or a range of frames.

    Raises:
        SettingError: for times past the end and stretches that overlap; for frames that are not there as the frames
            are read, and `SourceEmpty` where nothing is left.

    >>> clip = gifsom.open("fixtures/sprite.gif")
    >>> len([*clip.frames()]), len([*clip.cut("#3-5").frames()]), round(clip.cut("0.2-0.5").duration, 2)
    (12, 9, 0.56)
    """
    return _selected("cut", clip, stretches, kept=False)


def only(clip: Source, stretches: StretchesLike) -> Source:
    """Leave out all but some stretches of a clip, one after the other; see `cut` for how they are given.

    >>> len([*gifsom.open("fixtures/sprite.gif").only("#0-2,#-1").frames()])
    4
    """
    return _selected("only", clip, stretches, kept=True)


def _selected(name: str, clip: Source, stretches: StretchesLike, *, kept: bool) -> Source:
    read = to_stretches(stretches)
    read.check_within(name, clip)
    return _Selected(clip, read, kept)


def split(clip: Source, *places: Seconds) -> list[Source]:
    """The parts of a clip before, between and behind some places, in their order.

    Args:
        places: rising, all in seconds or clocks, or all frames such as "#20", with which a part begins.

    Raises:
        SettingError: for places that do not rise, or are not inside of the clip.

    >>> [part.duration for part in gifsom.open("fixtures/scene.mp4").split(1, "0:02.5")]
    [1.0, 1.5, 0.5]
    """
    read = [to_place(place) for place in places]
    if len({place.numbered for place in read}) > 1:
        raise SettingError(f"split {', '.join(map(str, read))}: give times or frames, not both")
    edges = [0.0, *(place.at for place in read)]
    if any(b <= a for a, b in pairwise(edges)):
        raise SettingError(
            f"split {', '.join(map(str, read))}: give places inside of the clip, each after the one before"
        )
    spans = [*zip(edges, [*edges[1:], inf], strict=True)]
    if read and read[0].numbered:
        return [_Selected(clip, Stretches((one,), True), True) for one in spans]
    Stretches(((edges[-1], inf),), False).check_within("split", clip)
    return [trim(clip, first, None if end == inf else end) for first, end in spans]
