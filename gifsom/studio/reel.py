"""Decoded frames that are kept between the chains of one document, so that another caption decodes nothing anew.

A `Reel` stands for an opened clip. What the clip does itself, such as scaling by ffmpeg, gives another reel, so that
the pictures are those that a conversion reads, bit for bit.
"""

import os
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from functools import partial
from threading import RLock
from typing import Any, Final

from gifsom.core.frame import Frame, LazyFrame, Rect, Shortfall
from gifsom.core.source import Mark, Source
from gifsom.core.values import Color
from gifsom.edit.store import Store

STORED_BYTES: Final = 1 << 30
"""Bytes of packed frames on disk up to which a clip keeps them; those behind are decoded again, one after the other."""

ROLLS: Final = 8
"""Clips that keep their frames: other sizes, rates and parts of a source, the last ones used."""

Key = tuple[Any, ...]


class Roll:
    """Frames of one clip, decoded once, in order, and read in any order by any thread."""

    def __init__(self, clip: Source) -> None:
        self._clip = clip
        self._lock = RLock()
        self._store = Store()
        self._starts: list[float] = []
        self._decoding: Generator[Frame, None, None] | None = _frames(clip)
        self._again: tuple[int, Generator[Frame, None, None]] | None = None  # of what is not stored: its next number

    def start(self, number: int) -> float | None:
        """When a frame appears, in seconds; None: there are not so many. Decodes up to it."""
        with self._lock:
            while number >= len(self._starts) and self._decoding is not None:
                frame = next(self._decoding, None)
                if frame is None:
                    self._decoding = None
                    break
                if self._store.bytes < STORED_BYTES:
                    self._store.append(frame)
                self._starts.append(frame.start)
            return self._starts[number] if number < len(self._starts) else None

    def read(self, number: int) -> Frame:
        """A frame that has been decoded before."""
        with self._lock:
            if number < len(self._store.starts):
                return next(self._store.read([number]))
            return self._decoded(number)

    def _decoded(self, number: int) -> Frame:
        if self._again is None or self._again[0] > number:
            if self._again is not None:
                self._again[1].close()
            self._again = 0, _frames(self._clip)
        begun, decoding = self._again
        for at, frame in enumerate(decoding, begun):
            if at == number:
                self._again = number + 1, decoding
                return frame
        raise AssertionError("a clip gives the same frames each time")


class Shelf:
    """The rolls of a session, the last ones used.

    given  sources that are not files, by the names that they have in documents
    """

    def __init__(self) -> None:
        self.given: dict[str, Source] = {}
        self._rolls: OrderedDict[Key, Roll] = OrderedDict()
        self._opened: tuple[Key, Source] | None = None
        self._lock = RLock()

    def opening(self, names: Sequence[str]) -> Any:
        """The argument of `gifsom.open` for the sources of a document."""
        found = [self.given.get(name, name) for name in names]
        return found[0] if len(found) == 1 else found

    def roll(self, key: Key, clip: Source) -> Roll:
        """The frames of a clip, of which `key` tells all that makes them."""
        with self._lock:
            if key not in self._rolls:
                self._rolls[key] = Roll(clip)
            self._rolls.move_to_end(key)
            while len(self._rolls) > ROLLS:
                self._rolls.popitem(last=False)  # whoever reads it yet holds it
            return self._rolls[key]

    def opened(self, key: Key, make: Callable[[], Source]) -> Source:
        """The clip that `make` opens, which is done once as long as no other one is asked for."""
        with self._lock:
            if self._opened is None or self._opened[0] != key:
                self._opened = key, make()
            return self._opened[1]

    def close(self) -> None:
        """Keep no frames any more; they are deleted once nobody reads them."""
        with self._lock:
            self._rolls.clear()
            self._opened = None


class Reel(Source):
    """A clip whose frames are kept, and lazy: they are read when their pictures are asked for."""

    def __init__(self, clip: Source, shelf: Shelf, key: Key) -> None:
        """Stand for a clip; `key` tells all that makes its frames."""
        self._clip, self._shelf, self._key = clip, shelf, key
        self.plays, self.native, self.indexed = clip.plays, clip.native, clip.indexed

    @property
    def name(self) -> str:
        return self._clip.name

    @property
    def files(self) -> tuple[os.PathLike[str], ...]:
        return self._clip.files

    @property
    def size(self) -> tuple[int, int]:
        return self._clip.size

    @property
    def duration(self) -> float:
        return self._clip.duration

    @property
    def rate(self) -> float | None:
        return self._clip.rate

    @property
    def count(self) -> int | None:
        return self._clip.count

    @property
    def shortfall(self) -> Shortfall | None:
        return self._clip.shortfall

    @property
    def sound(self) -> bool:
        return self._clip.sound

    @property
    def notes(self) -> tuple[str, ...]:
        return self._clip.notes

    def marks(self) -> Sequence[Mark] | None:
        return self._clip.marks()

    def frames(self) -> Iterator[Frame]:
        roll = self._shelf.roll(self._key, self._clip)
        number = 0
        while (start := roll.start(number)) is not None:
            yield LazyFrame(start, partial(roll.read, number))
            number += 1

    def trimmed(self, start: float, end: float | None) -> Source | None:
        return self._does(self._clip.trimmed, start, end)

    def resampled(self, fps: float) -> Source | None:
        return self._does(self._clip.resampled, fps)

    def cropped(self, rect: Rect) -> Source | None:
        return self._does(self._clip.cropped, rect)

    def scaled(self, size: tuple[int, int]) -> Source | None:
        return self._does(self._clip.scaled, size)

    def dissolved(self, seconds: float) -> Source | None:
        return self._does(self._clip.dissolved, seconds)

    def flattened(self, background: Color) -> Source | None:
        return self._does(self._clip.flattened, background)

    def _does(self, step: Callable[..., Source | None], *how: Any) -> Source | None:
        """The reel of what the clip itself makes of a step; None: it does not do it."""
        made = step(*how)
        if made is None or made is self._clip:
            return made and self
        return Reel(made, self._shelf, (*self._key, step.__name__, *how))


def _frames(clip: Source) -> Generator[Frame, None, None]:
    frames = clip.frames()
    if isinstance(frames, Generator):
        with closing(frames):
            yield from frames
    else:
        yield from frames
