"""Edits of how long frames are shown."""

from collections.abc import Iterator, Sequence

from gifsom.core.errors import SettingError, printable
from gifsom.core.frame import Frame
from gifsom.core.source import Mark, Source
from gifsom.core.timing import MIN_DELAY
from gifsom.core.values import Seconds, check_seconds, parse_seconds
from gifsom.edit.base import moved
from gifsom.edit.stretches import Place, Stretches, pieces, to_place, to_stretches
from gifsom.edit.timeline import Timeline


class _Delayed(Timeline):
    """Frames of some stretches, or all, shown for `seconds` each."""

    def __init__(self, clip: Source, seconds: float, stretches: Stretches | None) -> None:
        super().__init__(clip)
        self.seconds, self.stretches = seconds, stretches

    @property
    def rate(self) -> float | None:
        return 1 / self.seconds if self.stretches is None else None

    def gained(self) -> float | None:
        return None

    def arranged(self) -> Iterator[tuple[Frame, float]]:
        asked = [] if self.stretches is None else [self.stretches.counted(self.source)]
        for piece in pieces(self.source, *asked):
            yield piece.frame, self.seconds if not asked or piece in asked[0] else piece.seconds


class _Held(Timeline):
    """The picture at a place shown for `seconds` more."""

    def __init__(self, clip: Source, seconds: float, place: Place) -> None:
        super().__init__(clip)
        self.seconds, self.place = seconds, place

    @property
    def rate(self) -> float | None:
        return self.source.rate

    def gained(self) -> float | None:
        return self.seconds

    def marks(self) -> Sequence[Mark] | None:
        if self.place.numbered:
            return None
        return moved(self.source.marks(), lambda time: time + self.seconds * (time > self.place.at))

    def arranged(self) -> Iterator[tuple[Frame, float]]:
        place = self.place.counted(self.source)
        for piece in pieces(self.source, *([place.frame] if place.numbered else [])):
            yield piece.frame, piece.seconds + (self.seconds if place.is_at(piece) else 0.0)


def frame_delay(clip: Source, seconds: float, frames: str | range | None = None) -> Source:
    """Show frames for `seconds` each, at least 0.02, the shortest time that players respect.

    Args:
        seconds: of each frame.
        frames: which ones, such as "#7", "#0-5,#20-" or a range; None: all.

    Raises:
        SettingError: for less time, and for times instead of frames; for frames that are not there as they are read.

    >>> round(gifsom.open("fixtures/sprite.gif").frame_delay(0.1).duration, 2)
    1.2
    """
    check_seconds("frame_delay", seconds, MIN_DELAY / 100)
    stretches = None if frames is None else to_stretches(frames)
    if stretches is not None and not stretches.numbered:
        raise SettingError(f"frame_delay of {stretches}: give frames, such as #7 or #10-20")
    return _Delayed(clip, float(seconds), stretches)


def hold(clip: Source, seconds: float, at: Seconds) -> Source:
    """Freeze at a place: the picture that is on the screen then is shown for `seconds` more.

    Args:
        seconds: from 0 on.
        at: seconds or a clock, or a frame such as "#7".

    Raises:
        SettingError: for a place past the end; for a frame that is not there as the frames are read.

    >>> gifsom.open("fixtures/scene.mp4").hold(1.5, 2).duration
    4.5
    """
    check_seconds("hold", seconds, 0)
    place = to_place(at)
    place.check_within("hold", clip)
    return _Held(clip, float(seconds), place)


def parse_frame_delay(value: object) -> tuple[float, str | None]:
    """Seconds and frames for `frame_delay` from a number, or text such as "0.08" or "0.5@#7". Raises `SettingError`.

    >>> parse_frame_delay("0.5@#7,#9-"), parse_frame_delay(0.08)
    ((0.5, '#7,#9-'), (0.08, None))
    """
    seconds, at, frames = printable(value).partition("@")
    found = _number("frame_delay", seconds, "0.08, or 0.5@#7 for a single frame")
    return found, str(to_stretches(frames)) if at else None


def parse_hold(value: str) -> tuple[float, str]:
    """Seconds and place for `hold` from text such as "1.5@3.2" or "1@#7". Raises `SettingError`.

    >>> parse_hold("1.5@1:05")
    (1.5, '1:05')
    """
    seconds, at, place = value.partition("@")
    example = "1.5@3.2 (seconds, and where), or 1.5@#7 for a frame"
    if not at:
        raise SettingError(f"hold is '{printable(value)}': give it as {example}")
    found = _number("hold", seconds, example)
    to_place(place)
    return found, place


def _number(name: str, text: str, example: str) -> float:
    try:
        return parse_seconds(text)
    except SettingError:
        raise SettingError(f"{name} is '{printable(text)}': give it as {example}") from None
