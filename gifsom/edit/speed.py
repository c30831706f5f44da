"""Edits of the speed of a clip, all of it or a stretch."""

import re
from collections.abc import Iterator, Sequence
from numbers import Real

from gifsom.core.errors import SettingError, SourceEmpty, printable
from gifsom.core.frame import Frame
from gifsom.core.source import Mark, Source
from gifsom.core.values import Seconds, span
from gifsom.edit.base import Timed, moved, resample
from gifsom.edit.caption import caption
from gifsom.edit.typeset import LEGIBLE

SLOWEST, FASTEST = 0.01, 100.0
"""Range of the factor of speed."""

LETTERS = 1 / 20
"""Height of a badge's letters relative to the picture's shorter side; at least LEGIBLE."""

_STRETCH = re.compile(r"(?P<span>[^@]+)@(?P<factor>\d+(?:\.\d*)?|\.\d+)x?(?P<badge>,badge)?", re.ASCII | re.IGNORECASE)


class _Sped(Timed):
    def __init__(self, clip: Source, factor: float) -> None:
        super().__init__(clip)
        self.factor = factor

    def resampled(self, fps: float) -> Source:
        slower = resample(self.source, fps / self.factor)
        return self if slower is self.source else self.again(slower)

    @property
    def duration(self) -> float:
        return self.source.duration / self.factor

    @property
    def rate(self) -> float | None:
        return None if self.source.rate is None else self.source.rate * self.factor

    def marks(self) -> Sequence[Mark] | None:
        return moved(self.source.marks(), lambda time: time / self.factor)

    def frames(self) -> Iterator[Frame]:
        for frame in self.source.frames():
            yield frame.at(frame.start / self.factor)


class _Forwarded(Timed):
    def __init__(self, clip: Source, start: float, end: float, factor: float) -> None:
        super().__init__(clip)
        self.start, self.end, self.factor = start, end, factor

    @property
    def duration(self) -> float:
        return self._at(self.source.duration)

    @property
    def rate(self) -> float | None:
        return None if self.source.rate is None else self.source.rate * max(1.0, self.factor)

    def marks(self) -> Sequence[Mark] | None:
        return moved(self.source.marks(), self._at)

    def frames(self) -> Iterator[Frame]:
        for frame in self.source.frames():
            yield frame.at(self._at(frame.start))

    def _at(self, time: float) -> float:
        """When that is shown which the clip shows at `time`."""
        forwarded = max(0.0, min(time, self.end) - self.start)
        return time - forwarded + forwarded / self.factor


def speed(clip: Source, factor: float) -> Source:
    """Play a clip `factor` times as fast: 2 takes half the time, 0.5 twice as long.

    Raises `SettingError` for a factor that is not from 0.01 to 100.

    >>> gifsom.open("fixtures/scene.mp4").speed(1.5).duration
    2.0
    """
    _check("speed", factor)
    return clip if factor == 1 else _Sped(clip, factor)


def fast_forward(clip: Source, start: Seconds, end: Seconds, factor: float, badge: bool = False) -> Source:
    """Play a stretch `factor` times as fast, and the rest as it is.

    Args:
        start, end: of the stretch in the clip, each in seconds or as a clock; an end past the clip's own is that one.
        factor: 0.01 to 100; below 1 the stretch is slowed down.
        badge: show the speed of the stretch, such as "4x »", in the upper right corner.

    Raises:
        SettingError: for a factor outside that range, and for an end that is not after the start.
        SourceEmpty: where the clip ends before the stretch begins.

    >>> gifsom.open("fixtures/scene.mp4").fast_forward(1, 3, 4).duration
    1.5
    """
    _check("fast_forward", factor)
    first, last = span(start, end)
    assert last is not None
    if first >= clip.duration:
        raise SourceEmpty(f"{clip.name}: the stretch begins at {first:g} s, and it is {clip.duration:.2f} s long")
    if badge:
        letters = max(LEGIBLE, round(min(clip.size) * LETTERS))
        clip = caption(clip, f"{factor:g}x »", "top-right", letters, first, last)
    return _Forwarded(clip, first, last, factor)


def parse_stretch(text: str) -> tuple[float, float, float, bool]:
    """Start, end, factor and badge for `fast_forward` from "START:END@Nx" in seconds or "START-END@Nx" with clocks.

    ",badge" may follow. Raises `SettingError`.

    >>> parse_stretch("3:10@4x")
    (3.0, 10.0, 4.0, False)
    >>> parse_stretch("1:05-1:30@2.5x,badge")
    (65.0, 90.0, 2.5, True)
    """
    match = _STRETCH.fullmatch(text.strip())
    edges = re.split("-" if "-" in text else ":", match["span"]) if match else []
    if match is None or len(edges) != 2:
        raise SettingError(f"'{printable(text)}' is no stretch: give it as 3:10@4x (seconds), or as 1:05-1:30@4x")
    start, end = span(*edges)
    factor = float(match["factor"])
    _check("fast_forward", factor)
    assert end is not None
    return start, end, factor, match["badge"] is not None


def _check(name: str, factor: float) -> None:
    if isinstance(factor, bool) or not isinstance(factor, Real) or not SLOWEST <= factor <= FASTEST:
        raise SettingError(
            f"{name} is {printable(factor)}: give a factor from {SLOWEST:g} to {FASTEST:g}, such as 2 for twice as fast"
        )
