"""Monitors and windows: what there is to record on a screen."""

from dataclasses import dataclass

from gifsom.core.frame import Rect


@dataclass(frozen=True, slots=True)
class Monitor:
    """A part of the screen.

    number   from 1 on
    name     as its system calls it; empty where that is not known
    rect     in pixels of the screen; left and top may be negative
    primary  the one with the desktop's panel; exactly one is
    """

    number: int
    name: str
    rect: Rect
    primary: bool


@dataclass(frozen=True, slots=True)
class Window:
    """A window that is to be seen, though others may cover it.

    id       as its system numbers it
    title    as in its title bar; may be empty
    program  the name of its program; may be empty
    rect     its content without borders and shadows, in pixels of the screen; may reach beyond it
    active   what is typed goes to it
    """

    id: int
    title: str
    program: str
    rect: Rect
    active: bool
