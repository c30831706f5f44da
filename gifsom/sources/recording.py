"""A recording of the screen as a Source: its pictures, and over them the pointer, clicks and keys.

A frame comes wherever the picture or its overlays change. Changes within half of a frame's time are one frame: the
system reports a click at any time, and pictures come at the recording's rate.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import Event as Flag
from typing import Final

import numpy as np

from gifsom.core.errors import printable
from gifsom.core.frame import Frame, Shortfall
from gifsom.core.source import Mark, Source, StillGrowing
from gifsom.draw.overlay import Scene, draw, is_seen, words
from gifsom.sources.marks import marks_of
from gifsom.spool import Event, FollowedSpool, Picture, Spool
from gifsom.spool.events import Click, Key, Pointer, Shape

RING: Final = 0.3
"""Seconds that the ring of a click stays after the button went up."""

CAPTION: Final = 1.5
"""Seconds that keys are shown after the last of them."""

TOGETHER: Final = 1.0
"""Seconds within which a key joins those before it."""

KEYS: Final = 64
"""Keys pressed one after the other that are shown, at most."""


@dataclass(frozen=True)
class Recording(Source):
    """The content of a spool; made by `open_recording`, and by `follow_recording` while it is being written.

    spool   the file
    cursor  the pointer is drawn
    clicks  rings are drawn where buttons are pressed
    keys    keys are drawn as a caption
    """

    spool: Spool | FollowedSpool
    cursor: bool
    clicks: bool
    keys: bool

    native = True

    @property
    def name(self) -> str:
        return printable(self.spool.path)

    @property
    def files(self) -> tuple[os.PathLike[str], ...]:
        return (self.spool.path,)

    @property
    def size(self) -> tuple[int, int]:
        return self.spool.size

    @property
    def duration(self) -> float:
        return self.spool.duration

    @property
    def rate(self) -> float:
        """Rate of the pictures: clicks and keys may add frames between two of them, half of a frame's time away."""
        return self.spool.fps

    @property
    def growing(self) -> bool:
        return isinstance(self.spool, FollowedSpool) and self.spool.growing

    @property
    def count(self) -> int | None:
        return None if self.growing else self._count

    @cached_property
    def _count(self) -> int:
        return sum(1 for _ in self._scenes(lambda picture: None))

    @property
    def shortfall(self) -> Shortfall | None:
        if not self.spool.unread:
            return None
        cause = "the recording was cut off" if self.spool.cut else "what follows is damaged"
        return Shortfall(self.duration, None, f" ({cause})")

    def marks(self) -> list[Mark]:
        if self.growing:
            raise StillGrowing
        return marks_of(self.spool.events(), self.size)

    def drawn(self, *, cursor: bool | None = None, clicks: bool | None = None, keys: bool | None = None) -> "Recording":
        """The same recording with some overlays switched on or off; None: as here."""
        return replace(
            self,
            cursor=self.cursor if cursor is None else cursor,
            clicks=self.clicks if clicks is None else clicks,
            keys=self.keys if keys is None else keys,
        )

    def frames(self) -> Iterator[Frame]:
        width, height = self.size
        canvas = np.zeros((height, width, 3), np.uint8)
        for start, scene in self._scenes(lambda picture: self.spool.paint(picture, canvas)):
            yield Frame(draw(canvas, scene), start)

    def _scenes(self, paint: Callable[[Picture], None]) -> Iterator[tuple[float, Scene]]:
        """Times at which frames appear, with their overlays; `paint` has been given the pictures up to then."""
        near = 0.5 / self.spool.fps - 1e-6
        stage = _Stage(self)
        shown: Scene | None = None
        begun = painted = False
        start = 0.0  # of the frame in hand
        for time, event in self._happenings(stage):
            changed = painted or stage.scene != shown
            if begun and (time - start >= near or not changed):
                if changed:
                    yield start, (shown := stage.scene)
                start, painted = time, False
            if isinstance(event, Picture):
                paint(event)
                if begun and not painted:
                    start = time  # the rest of the frame came a moment before
                begun = painted = True
            stage.show(time, event)
        if painted or stage.scene != shown:
            yield start, stage.scene

    def _happenings(self, stage: "_Stage") -> Iterator[tuple[float, Event | None]]:
        """The recording's events, and None whenever something disappears from the stage."""
        for time, event in self.spool.events():
            while stage.due < time:
                yield stage.due, None
            yield time, event
        while stage.due < self.duration:
            yield stage.due, None


class _Stage:
    """Overlays as time goes on.

    Attributes:
        scene: the current one.
        due: the time at which something disappears, if nothing happens before.
    """

    def __init__(self, clip: Recording) -> None:
        self._clip = clip
        self._shapes: dict[int, Shape] = {}
        self._pointer: Pointer | None = None
        self._rings: dict[int, tuple[tuple[int, int], float]] = {}  # of each button: position, and end time
        self._keys: deque[Key] = deque(maxlen=KEYS)
        self._typed = 0.0
        self.scene = Scene()
        self.due = float("inf")

    def show(self, time: float, event: Event | None) -> None:
        """Apply an event at `time`, which never falls."""
        clip = self._clip
        match event:
            case Shape() if clip.cursor:
                self._shapes[event.number] = event
            case Pointer() if clip.cursor:
                self._pointer = event
            case Click() if clip.clicks:
                self._click(time, event)
            case Key() if clip.keys:
                if time - self._typed >= TOGETHER:
                    self._keys.clear()
                self._keys.append(event)
                self._typed = time
        self._rings = {button: ring for button, ring in self._rings.items() if ring[1] > time}
        if time >= self._typed + CAPTION:
            self._keys.clear()
        ends = [end for _, end in self._rings.values()]
        self.due = min([*ends, self._typed + CAPTION] if self._keys else ends, default=float("inf"))
        self.scene = self._now()

    def _click(self, time: float, click: Click) -> None:
        """Show a ring where the button went down until it goes up."""
        width, height = self._clip.size
        self._rings.pop(click.button, None)
        if 0 <= click.x < width and 0 <= click.y < height:
            self._rings[click.button] = (click.x, click.y), float("inf") if click.pressed else time + RING

    def _now(self) -> Scene:
        rings = tuple(sorted({where for where, _ in self._rings.values()}))
        caption = words(self._keys)
        pointer = self._pointer
        shape = self._shapes.get(pointer.shape) if pointer is not None else None
        if pointer is None or shape is None or not is_seen(pointer, shape, self._clip.size):
            return Scene(rings=rings, caption=caption)
        return Scene((pointer.x, pointer.y), shape, rings, caption)


def open_recording(path: Path, max_pixels: int) -> Recording:
    """The recording in a file, with all of its overlays. Raises as `Spool.open` does."""
    spool = Spool.open(path, max_pixels)
    return Recording(spool, cursor=True, clicks=spool.clicks, keys=spool.keys)


def follow_recording(path: Path, max_pixels: int, ended: Flag) -> Recording:
    """The recording in a file that is being written until `ended` is set; its frames are those of `open_recording`."""
    return Recording(FollowedSpool(path, max_pixels, ended), cursor=True, clicks=True, keys=True)
