"""A recording of the screen as a Source: its pictures, and over them the pointer, clicks and keys.

A frame comes wherever the picture or its overlays change. Changes within half of a frame's time are one frame: the
system reports a click at any time, and pictures come at the recording's rate.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import Event as Flag
from typing import Any

import numpy as np

from gifsom.core.errors import printable
from gifsom.core.frame import Frame, Shortfall
from gifsom.core.source import Mark, Source, StillGrowing
from gifsom.draw.overlay import Scene, draw, parse_click_style
from gifsom.sources.marks import marks_of
from gifsom.sources.stage import Looks, Stage
from gifsom.spool import Event, FollowedSpool, Picture, Spool


@dataclass(frozen=True)
class Recording(Source):
    """The content of a spool; made by `open_recording`, and by `follow_recording` while it is being written.

    spool  the file
    looks  what is drawn over it, and how
    """

    spool: Spool | FollowedSpool
    looks: Looks

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

    def drawn(self, **looks: Any) -> "Recording":
        """The same recording with other `Looks`; those that are None are as here. Raises `SettingError`."""
        given = {name: value for name, value in looks.items() if value is not None}
        if "click_style" in given:
            given["click_style"] = parse_click_style(given["click_style"])
        return replace(self, looks=replace(self.looks, **given))

    def frames(self) -> Iterator[Frame]:
        width, height = self.size
        canvas = np.zeros((height, width, 3), np.uint8)
        for start, scene in self._scenes(lambda picture: self.spool.paint(picture, canvas)):
            yield Frame(draw(canvas, scene), start)

    def _scenes(self, paint: Callable[[Picture], None]) -> Iterator[tuple[float, Scene]]:
        """Times at which frames appear, with their overlays; `paint` has been given the pictures up to then."""
        near = 0.5 / self.spool.fps - 1e-6
        stage = Stage(self.looks, self.size, self.spool.fps)
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

    def _happenings(self, stage: "Stage") -> Iterator[tuple[float, Event | None]]:
        """The recording's events, and None whenever something disappears from the stage."""
        for time, event in self.spool.events():
            while stage.due < time:
                yield stage.due, None
            yield time, event
        while stage.due < self.duration:
            yield stage.due, None


def open_recording(path: Path, max_pixels: int) -> Recording:
    """The recording in a file, with all of its overlays. Raises as `Spool.open` does."""
    spool = Spool.open(path, max_pixels)
    return Recording(spool, Looks(clicks=spool.clicks, keys=spool.keys))


def follow_recording(path: Path, max_pixels: int, ended: Flag) -> Recording:
    """The recording in a file that is being written until `ended` is set; its frames are those of `open_recording`."""
    return Recording(FollowedSpool(path, max_pixels, ended), Looks())
