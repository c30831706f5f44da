"""Captions: text over pictures for a while, each by itself or all of a file of subtitles."""

import os
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypedDict, Unpack

from gifsom.core.frame import Frame, Pixels
from gifsom.core.source import Source
from gifsom.core.values import Color, Seconds
from gifsom.draw.text import DARK, OPACITY
from gifsom.edit.base import Drawn
from gifsom.edit.frames import memoized
from gifsom.edit.listed import amount, listed, pixels
from gifsom.edit.span import NEAR, Divided, parse_span
from gifsom.edit.stamped import Stamped, fitted, smaller, stamped
from gifsom.edit.subtitle_file import Cue, apart, read_cues
from gifsom.edit.typeset import Look, typeset

LOOKS: Final = (
    "position", "x", "y", "size", "style", "color", "outline", "font", "weight",
    "background", "opacity", "padding", "radius",
)  # fmt: skip
"""Options of how a text looks, on the command line."""

OPTIONS: Final = ("time", "fade", *LOOKS)
"""Options that may follow a caption's text."""

_NUMBERS: Final = ("x", "y", "size", "outline", "padding", "radius")


class LookOptions(TypedDict, total=False):
    """How a text looks: arguments of `caption` with these names."""

    position: str
    size: int | None
    outline: int | None
    color: str | Color
    x: int | None
    y: int | None
    style: str
    font: str | None
    weight: str | None
    background: str | Color
    opacity: float
    padding: int | None
    radius: int | None


class _Captioned(Stamped):
    def __init__(
        self,
        clip: Source,
        span: tuple[Seconds, Seconds | None],
        corner: tuple[int, int],
        stamp: Pixels,
        fade: float,
    ) -> None:
        super().__init__(clip, *span, corner, fade)
        self.stamp = stamp

    def stamps(self) -> Iterator[tuple[float, Pixels]]:
        yield 0.0, self.stamp


class _Subtitled(Drawn):
    def __init__(self, clip: Source, cues: Sequence[Cue], look: Look, files: tuple[os.PathLike[str], ...]) -> None:
        super().__init__(clip)
        self.cues, self.look, self._files = cues, look, files
        self._typeset = lru_cache(maxsize=2)(typeset)
        self._made_for = clip.size

    @property
    def files(self) -> tuple[os.PathLike[str], ...]:
        return (*self.source.files, *self._files)

    def scaled(self, size: tuple[int, int]) -> Source | None:
        return smaller(self, size)

    @property
    def rate(self) -> float | None:
        return None  # a piece may be arbitrarily short

    @property
    def count(self) -> int | None:
        return None

    def frames(self) -> Iterator[Frame]:
        starts = [cue.start for cue in self.cues]
        edges = sorted({edge for cue in self.cues for edge in (cue.start, cue.end)})
        draw = memoized(stamped)
        for frame in Divided(self.source, edges).frames():
            n = bisect_right(starts, frame.start + NEAR) - 1
            cue = self.cues[n] if n >= 0 else None
            if cue is None or frame.start + NEAR >= cue.end:
                yield frame
            else:
                made = self._typeset(cue.text, self.look, self._made_for)
                yield draw(frame, *fitted(*made, self._made_for, self.size))


def caption(
    clip: Source,
    text: str,
    position: str = "bottom",
    size: int | None = None,
    start: Seconds = 0.0,
    end: Seconds | None = None,
    outline: int | None = None,
    color: str | Color = "white",
    x: int | None = None,
    y: int | None = None,
    fade: float = 0.0,
    style: str = "outline",
    font: str | None = None,
    weight: str | None = None,
    background: str | Color = DARK,
    opacity: float = OPACITY,
    padding: int | None = None,
    radius: int | None = None,
) -> Source:
    """Text over the pictures, broken at spaces where its lines are too long. It hides nothing else.

    Args:
        text: may have line breaks of its own, emoji, and any letters that a font of the system has.
        position: "top", "center", "bottom", "left", "right", "top-left", "top-right", "bottom-left", "bottom-right".
        size: height of the letters in pixels; None: a twelfth of the picture's shorter side, a seventeenth on a box,
            less for a long text.
        start, end: seconds or clocks between which it is shown, exactly; end None: to the clip's own end.
        outline: pixels around the letters that are black or white, whichever contrasts; 0: none; None: as fits.
        color: of the letters, a CSS name, "#rrggbb" or three numbers.
        x, y: left and top in pixels, in place of those of the position.
        fade: seconds in which it comes and goes.
        style: "outline", or on a dark box with a soft shadow: "pill" with round ends, "box" with round corners.
        font: name of a family that is installed, or the path of a file; None: one that has the letters.
        weight: "thin", "light", "regular", "medium", "semibold", "bold" or "black"; None: bold, regular on a box.
        background, opacity, padding, radius: of the box: color, 0 to 1, pixels on the left and right (half of them
            above and below), pixels.

    Raises:
        SettingError: for a caption without letters, letters that no font has, one that is larger than the picture,
            a font that is not there, and any value out of range.

    >>> gifsom.open("fixtures/scene.mp4").caption("Hello", start=1, end="0:02.5")
    <Clip of fixtures/scene.mp4, 640x360 pixels>
    """
    look = Look(
        position=position, size=size, outline=outline, color=color, x=x, y=y, style=style, font=font, weight=weight,
        background=background, opacity=opacity, padding=padding, radius=radius,
    )  # fmt: skip
    stamp, corner = typeset(text, look, clip.size)
    return _Captioned(clip, (start, end), corner, stamp, fade)


def subtitles(
    clip: Source,
    cues: "str | os.PathLike[str] | Sequence[tuple[Seconds, Seconds, str]]",
    shift: float = 0.0,
    **look: Unpack[LookOptions],
) -> Source:
    """Captions one after the other, as a file of subtitles has them.

    Args:
        cues: an .srt or .vtt file, or start, end and text of each.
        shift: seconds that are added to all times, such as -60 after `trim(60)`.
        **look: how they look, as `caption` takes it; without a style: on a box.

    Raises:
        SourceNotFound, SourceUnreadable: for a file that is not there, or has no subtitles.
        SettingError: as `caption` does.

    >>> gifsom.open("fixtures/scene.mp4").subtitles([(0, 1, "Hello"), (1, 2.5, "And again")])
    <Clip of fixtures/scene.mp4, 640x360 pixels>
    """
    files = (Path(cues),) if isinstance(cues, str | os.PathLike) else ()
    shown = apart(read_cues(cues, shift))
    style = Look(**({"style": "box"} | look))
    for cue in shown:
        typeset(cue.text, style, clip.size)  # what cannot be shown is told before anything is made
    return _Subtitled(clip, shown, style, files)


def _look_of(values: dict[str, str]) -> dict[str, Any]:
    """Arguments from options of the command line. Raises `SettingError`."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name in _NUMBERS:
            found[name] = pixels(name, value)
        elif name == "opacity":
            found[name] = amount(name, value, "80%")
        elif name in LOOKS:
            found[name] = value
    return found


def parse_caption(text: str) -> dict[str, Any]:
    """Keyword arguments for `caption` from text such as "Hello|position=top|time=1-3|size=32|outline=0|color=yellow".

    Options come at the end; "a|b" is a text. A backslash and an n break a line. Raises `SettingError` for an unknown
    option, an invalid time, and a size or outline that is no number.

    >>> parse_caption("one|two|time=1-3|size=32")
    {'text': 'one|two', 'size': 32, 'start': 1.0, 'end': 3.0}
    """
    text, values = listed(text, OPTIONS, "a caption")
    found = {"text": text.replace("\\n", "\n")} | _look_of(values)
    if "fade" in values:
        found["fade"] = amount("fade", values["fade"], "0.3")
    if "time" in values:
        found["start"], found["end"] = parse_span(values["time"])
    return found


def parse_subtitles(text: str) -> dict[str, Any]:
    """Keyword arguments for `subtitles` from text such as "talk.srt|style=pill|shift=-60". Raises `SettingError`.

    >>> parse_subtitles("talk.srt|style=pill|shift=-60")
    {'cues': 'talk.srt', 'style': 'pill', 'shift': -60.0}
    """
    path, values = listed(text, ("shift", *LOOKS), "subtitles")
    found = {"cues": path} | _look_of(values)
    if "shift" in values:
        shift = values["shift"]
        found["shift"] = amount("shift", shift.lstrip("-"), "-2.5") * (-1 if shift.startswith("-") else 1)
    return found
