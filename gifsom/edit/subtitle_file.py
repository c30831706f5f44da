"""Files of subtitles: SubRip (.srt) and WebVTT (.vtt), as far as text and times go."""

import html
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

from gifsom.core.errors import SourceNotFound, SourceUnreadable, printable
from gifsom.core.values import Seconds, span

LARGEST: Final = 10_000_000
"""Bytes of a file, at most: those of a day's talk are a few megabytes."""

_TIMES: Final = re.compile(r"\s*((?:\d+:)?\d+:\d+[.,]\d+)\s*-->\s*((?:\d+:)?\d+:\d+[.,]\d+)")
_MARKUP: Final = re.compile(r"<[^>]*>|\{\\[^}]*\}")


@dataclass(frozen=True, slots=True)
class Cue:
    """A text that is shown from `start` to `end`, in seconds."""

    start: float
    end: float
    text: str


def read_cues(cues: "str | os.PathLike[str] | Sequence[tuple[Seconds, Seconds, str]]", shift: float) -> list[Cue]:
    """The cues of a file, or of a list, in the order of their times, `shift` seconds later; none begins before 0.

    Raises `SourceNotFound`, `SourceUnreadable`, and `SettingError` for times that are none.
    """
    if isinstance(cues, str | os.PathLike):
        found = _parsed(_text(Path(cues)))
        if not found:
            raise SourceUnreadable(f"{printable(cues)}: there are no subtitles in it: give an .srt or .vtt file")
    else:
        found = []
        for start, end, text in cues:
            first, last = span(start, end)
            assert last is not None
            found.append(Cue(first, last, text))
    moved = [Cue(max(0.0, cue.start + shift), cue.end + shift, cue.text) for cue in found]
    return sorted((cue for cue in moved if cue.end > cue.start), key=lambda cue: cue.start)


def apart(cues: Sequence[Cue]) -> list[Cue]:
    """Cues none of which overlap; where some did, there is one with all their texts, the later ones below."""
    edges = sorted({edge for cue in cues for edge in (cue.start, cue.end)})
    found: list[Cue] = []
    shown: list[Cue] = []
    waiting = list(reversed(cues))
    for start, end in pairwise(edges):
        shown = [cue for cue in shown if cue.end > start]
        while waiting and waiting[-1].start <= start:
            shown.append(waiting.pop())
        text = "\n".join(cue.text for cue in shown)
        if found and found[-1].end == start and found[-1].text == text:
            found[-1] = replace(found[-1], end=end)
        elif text:
            found.append(Cue(start, end, text))
    return found


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise SourceNotFound(f"{printable(path)}: there is no such file") from None
    except (OSError, ValueError) as error:
        raise SourceUnreadable(f"{printable(path)}: {printable(error)}") from None
    if len(data) > LARGEST:
        raise SourceUnreadable(f"{printable(path)}: these are no subtitles: it has more than {LARGEST} bytes")
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _parsed(text: str) -> list[Cue]:
    """The cues of a file. Blocks without times, such as notes, are none."""
    found = []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines = block.strip().split("\n")
        at = next((n for n, line in enumerate(lines[:2]) if _TIMES.match(line)), None)
        if at is None:
            continue
        match = _TIMES.match(lines[at])
        assert match is not None
        start, end = (_seconds(clock) for clock in match.groups())
        words = [html.unescape(_MARKUP.sub("", line)).strip() for line in lines[at + 1 :]]
        if end > start and any(words):
            found.append(Cue(start, end, "\n".join(word for word in words if word)))
    return found


def _seconds(clock: str) -> float:
    seconds = 0.0
    for part in clock.replace(",", ".").split(":"):
        seconds = seconds * 60 + float(part)
    return seconds
