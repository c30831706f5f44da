"""Marks of a recording: when and where somebody clicked, typed, or let the pointer rest."""

from collections.abc import Iterable
from dataclasses import replace
from math import hypot
from typing import Final

from gifsom.core.source import Mark
from gifsom.spool import Event
from gifsom.spool.events import Click, Key, Pointer

REST: Final = 0.7
"""Seconds after which a pointer that has moved rests."""

STILL: Final = 8.0
"""Pixels within which a hand that rests may move the pointer."""


def marks_of(events: Iterable[tuple[float, Event]], size: tuple[int, int]) -> list[Mark]:
    """The marks in a recording's events, whose times never fall, on a canvas of width and height `size`.

    Keys are typed where the last click was, or else where the pointer is: nothing tells where their text appears.
    """
    marks: list[Mark] = []
    rest: Mark | None = None  # of the pointer, from its time on
    told = True  # it has been
    click: Mark | None = None  # the last one
    for time, event in events:
        if rest is not None and not told and time >= rest.time + REST:
            marks.append(Mark(rest.time + REST, rest.x, rest.y))
            told = True
        match event:
            case Pointer():
                if rest is None or hypot(event.x - rest.x, event.y - rest.y) > STILL:
                    told = rest is None  # where it was in the beginning, nobody has put it
                    rest = Mark(time, event.x, event.y)
            case Click() if event.pressed:
                click, told = Mark(time, event.x, event.y), True
                marks.append(click)
            case Key():
                place = click or rest
                if place is not None:
                    marks.append(replace(place, time=time))
    return [mark for mark in marks if 0 <= mark.x < size[0] and 0 <= mark.y < size[1]]
