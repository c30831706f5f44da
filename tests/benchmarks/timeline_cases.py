"""Edits of the timeline with their references; see edit_reference.py."""

from math import inf

from edit_reference import Case, Shots, at, joined, part, still


def repeated(shots: Shots, first: int, end: int, times: int) -> Shots:
    a, b = shots[first].start, shots[end - 1].end
    return joined(part(shots, 0, b), *[part(shots, a, b)] * (times - 1), part(shots, b, inf))


def paced(shots: Shots, seconds: float) -> Shots:
    return joined(*(still(shot.picture, seconds) for shot in shots))


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
    "move to the end": Case({"move": "0-1@end"}, lambda shots: joined(part(shots, 1, inf), part(shots, 0, 1))),
}  # fmt: skip
"""The stretches are short: what is measured of them does not depend on their length, but where they are stored."""
