"""Edits of the timeline with their references; see edit_reference.py."""

import atexit
import tempfile
from dataclasses import replace
from math import inf
from pathlib import Path

import numpy as np
from edit_reference import Case, Shots, at, divided, joined, part, still
from PIL import Image

STEP = 0.04
"""Seconds of a step of a fade where the clip has less than 15 frames a second."""

_FOLDER = tempfile.TemporaryDirectory()
atexit.register(_FOLDER.cleanup)
PICTURE = Path(_FOLDER.name) / "card.png"
Image.new("RGB", (160, 90), (200, 200, 200)).save(PICTURE)


def repeated(shots: Shots, first: int, end: int, times: int) -> Shots:
    a, b = shots[first].start, shots[end - 1].end
    return joined(part(shots, 0, b), *[part(shots, a, b)] * (times - 1), part(shots, b, inf))


def paced(shots: Shots, seconds: float) -> Shots:
    return joined(*(still(shot.picture, seconds) for shot in shots))


def mixed(shots: Shots, seconds: float, color: int) -> Shots:
    """Faded in and out, in steps of 40 ms from the beginning, and from `seconds` before the end."""
    whole = shots[-1].end
    steps = [k * STEP for k in range(int(seconds / STEP - 1e-9) + 1)]
    found = []
    for shot in divided(shots, [*steps, seconds, *(whole - seconds + step for step in steps)]):
        middle = (shot.start + shot.end) / 2
        away = whole - seconds
        since = middle if middle < seconds else middle - away if middle > away else None
        if since is not None:
            first = int(since / STEP) * STEP
            share = (first + min(first + STEP, seconds)) / 2 / seconds
            share = share if middle < seconds else 1 - share
            picture = shot.picture.copy()
            seen = picture[..., 3] > 0
            picture[seen, :3] = np.rint(picture[seen, :3] * share + color * (1 - share))
            shot = replace(shot, picture=picture)
        found.append(shot)
    return found


def card(shots: Shots, seconds: float, level: int = 0) -> Shots:
    """A picture of one gray."""
    height, width = shots[0].picture.shape[:2]
    return still(
        np.dstack([np.full((height, width, 3), level, np.uint8), np.full((height, width), 255, np.uint8)]), seconds
    )


def stilled(shots: Shots, left: int, top: int, width: int, height: int) -> Shots:
    """Outside of a rectangle, the first picture."""
    found = []
    for shot in shots:
        picture = shots[0].picture.copy()
        picture[top : top + height, left : left + width] = shot.picture[top : top + height, left : left + width]
        found.append(replace(shot, picture=picture))
    return found


CASES = {
    "cut": Case({"cut": "1-2.05"}, lambda shots: joined(part(shots, 0, 1), part(shots, 2.05, inf))),
    "cut, frames": Case(
        {"cut": "#5-9,#20-"},
        lambda shots: joined(part(shots, 0, shots[5].start), part(shots, shots[10].start, shots[20].start)),
    ),
    "only": Case({"only": "0.33-0.5,1-2"}, lambda shots: joined(part(shots, 0.33, 0.5), part(shots, 1, 2))),
    "frame_delay": Case({"frame_delay": 0.07}, lambda shots: paced(shots, 0.07)),
    "frame_delay of one": Case(
        {"frame_delay": "0.5@#7"},
        lambda shots: joined(
            part(shots, 0, shots[7].start), still(shots[7].picture, 0.5), part(shots, shots[8].start, inf)
        ),
    ),
    "hold": Case(
        {"hold": "1.5@1.23"},
        lambda shots: joined(part(shots, 0, 1.23), still(at(shots, 1.23), 1.5), part(shots, 1.23, inf)),
    ),
    "duplicate": Case({"duplicate": "#7-9@3x"}, lambda shots: repeated(shots, 7, 10, 3)),
    "move": Case({"move": "1-1.5@0.25"}, lambda shots: joined(
        part(shots, 0, 0.25), part(shots, 1, 1.5), part(shots, 0.25, 1), part(shots, 1.5, inf)
    )),
    "fade": Case({"fade": 0.3}, lambda shots: mixed(shots, 0.3, 0), levels=1),
    "fade to white": Case({"fade": "0.5|color=white"}, lambda shots: mixed(shots, 0.5, 255), levels=1),
    "insert": Case(
        {"insert": f"{PICTURE}@1.05+0.7"},
        lambda shots: joined(part(shots, 0, 1.05), card(shots, 0.7, 200), part(shots, 1.05, inf)),
    ),
    "insert at a frame": Case(
        {"insert": f"{PICTURE}@#7+0.7"},
        lambda shots: joined(part(shots, 0, shots[7].start), card(shots, 0.7, 200), part(shots, shots[7].start, inf)),
    ),
    "title": Case(
        {"title": ".|time=1.5|color=black"}, lambda shots: joined(card(shots, 1.5), shots)
    ),
    "still_outside": Case({"still_outside": "50x33+7+20"}, lambda shots: stilled(shots, 7, 20, 50, 33)),
    "move to the end": Case({"move": "0-1@end"}, lambda shots: joined(part(shots, 1, inf), part(shots, 0, 1))),
}  # fmt: skip
"""The stretches are short: what is measured of them does not depend on their length, but where they are stored."""
