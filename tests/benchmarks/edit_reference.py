"""Slow references of edits: a clip as a list of pictures with their times, and what an edit makes of it.

A table of edits is a dictionary from a name to a `Case`:

    CASES = {
        "cut": Case({"cut": "1-2"}, lambda shots: joined(part(shots, 0, 1), part(shots, 2, inf))),
        "brightness": Case({"brightness": 0.5}, lambda shots: redrawn(shots, darker), levels=1),
    }

`edits.py` measures and checks all tables that it lists in its TABLES.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gifsom.core.source import Source

Picture = NDArray[np.uint8]
"""(h, w, 4) with alpha 0 or 255; pixels that are hidden are 0 throughout."""

SAME = 1e-6
"""Seconds within which two times are one."""


@dataclass(frozen=True)
class Shot:
    """A picture, and the seconds between which it is on the screen."""

    picture: Picture
    start: float
    end: float


Shots = list[Shot]


@dataclass(frozen=True)
class Case:
    """An edit, and what it must show.

    options    keywords of `gifsom.convert`, edits alone
    reference  what all of a clip becomes, slowly and obviously
    levels     by which a pixel may differ, of 255
    check      options in its place for the small clip that is checked: 160x90, 3 seconds, at 10 frames a second
    figures    whether the figures of CPU and memory hold for it
    """

    options: dict[str, Any]
    reference: Callable[[Shots], Shots]
    levels: int = 0
    check: dict[str, Any] = field(default_factory=dict)
    figures: bool = True


def shots(clip: Source) -> Shots:
    """What a clip shows."""
    frames = [*clip.frames()]
    ends = [*(frame.start for frame in frames[1:]), clip.duration]
    return [Shot(picture(frame.pixels, frame.mask), frame.start, end) for frame, end in zip(frames, ends, strict=True)]


def picture(pixels: NDArray[np.uint8], mask: NDArray[np.bool_] | None) -> Picture:
    rgba = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    if mask is not None:
        rgba[mask] = 0
    return rgba


def part(all_of_it: Shots, start: float, end: float) -> Shots:
    """The part from `start` to `end`, which begins at 0."""
    found = []
    for shot in all_of_it:
        first, last = max(shot.start, start), min(shot.end, end)
        if last - first > SAME:
            found.append(Shot(shot.picture, first - start, last - start))
    return found


def joined(*parts: Shots) -> Shots:
    """One part after the other."""
    found, begin = [], 0.0
    for one in parts:
        found += [replace(shot, start=shot.start + begin, end=shot.end + begin) for shot in one]
        begin += one[-1].end if one else 0.0
    return found


def still(one: Picture, seconds: float) -> Shots:
    """A picture that stays."""
    return [Shot(one, 0.0, seconds)]


def at(all_of_it: Shots, time: float) -> Picture:
    """The picture on the screen at a time."""
    return [shot.picture for shot in all_of_it if shot.start <= time + SAME][-1]


def redrawn(all_of_it: Shots, draw: Callable[[Picture], Picture]) -> Shots:
    """Each picture by itself."""
    return [replace(shot, picture=draw(shot.picture)) for shot in all_of_it]


def divided(all_of_it: Shots, times: Iterable[float]) -> Shots:
    """The same, with a border between two shots at each of some times."""
    edges = sorted({0.0, *times, inf})
    return joined(*(part(all_of_it, first, last) for first, last in pairwise(edges)))


def differences(wanted: Shots, found: Shots, levels: int) -> list[str]:
    """Words for all that is wrong: the size, the length by more than 10 ms, pixels by more than `levels`."""
    wrong = []
    if wanted[0].picture.shape != found[0].picture.shape:
        return [f"pictures are {found[0].picture.shape}, not {wanted[0].picture.shape}"]
    if abs(wanted[-1].end - found[-1].end) > 0.01:
        wrong.append(f"it lasts {found[-1].end:.3f} s, not {wanted[-1].end:.3f}")
    borders = sorted({edge for all_of_it in (wanted, found) for shot in all_of_it for edge in (shot.start, shot.end)})
    for first, last in pairwise(borders):
        if last - first < 2e-3 or last > min(wanted[-1].end, found[-1].end) + SAME:
            continue
        middle = (first + last) / 2
        apart = int(np.abs(at(wanted, middle).astype(int) - at(found, middle)).max())
        if apart > levels:
            wrong.append(f"at {middle:.3f} s a pixel differs by {apart} levels")
    return wrong
