"""The desktop around a recording: windows that are meant, and keys that end it whatever window has them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click

from gifsom.cli import text
from gifsom.cli.common import complain, remark
from gifsom.core.errors import ScreenUnavailable

if TYPE_CHECKING:
    from gifsom.recorder.frame import RecordingFrame
    from gifsom.recorder.recorder import Recorder
    from gifsom.recorder.types import Window

TRIM: Final = 0.3
"""Seconds that are left out before a key ends a recording: the hand is on its way then, and "^C" on the screen."""


def meant(title: str) -> "Window | str":
    """The window of that title; on a terminal, it is asked for where several may be meant."""
    from gifsom.recorder.screen import check_screen
    from gifsom.recorder.systems.current import is_wayland
    from gifsom.recorder.windows import find_windows

    if sys.stdin is None or not (sys.stdin.isatty() and sys.stderr.isatty()) or is_wayland():
        return title
    check_screen()
    found = find_windows(title)
    if len(found) == 1:
        return found[0]
    for number, window in enumerate(found, 1):
        remark(f"{number}  {text.window(window)}")
    number = click.prompt("Record which one", type=click.IntRange(1, len(found)), err=True)
    return found[number - 1]


def framed(what: dict[str, Any], shown: bool) -> "RecordingFrame":
    """A frame around what will be recorded, as `Recorder` is told it.

    A window that is followed has none: the picture would show it while the window moves. Raises as `Recorder.start`.
    """
    from gifsom.core.region import clip_region, to_rect
    from gifsom.recorder.frame import RecordingFrame
    from gifsom.recorder.screen import monitor, screen_rect
    from gifsom.recorder.systems.current import is_wayland

    if not shown or "window" in what or is_wayland():
        return RecordingFrame()
    screen = screen_rect()
    region = what.get("region")
    rect = monitor(what.get("monitor")).rect if region is None else clip_region(to_rect(region), screen)
    return RecordingFrame(rect, screen)


@contextmanager
def hotkeys(recorder: "Recorder", asked: str | None) -> Iterator[list[str]]:
    """Let keys of the desktop end a recording and pause it in the block; those that end it.

    `asked` as for `parse_hotkeys`; None: the usual ones, where nobody else has them. Raises `SettingError`, and
    `ScreenUnavailable` where keys that are asked for are not to be had.
    """
    from gifsom.recorder.hotkeys import BIND, USUAL, Hotkeys, parse_hotkeys
    from gifsom.recorder.systems.current import is_wayland

    usual = "none" if is_wayland() else ",".join(USUAL)  # there a dialog would come, which nobody has asked for
    chords = parse_hotkeys(usual if asked is None else asked)
    try:
        keys = Hotkeys(chords, partial(_press, recorder))
    except ScreenUnavailable:
        if asked is not None and chords:
            raise
        yield []
        return
    with keys:
        missing = [chords[name].text for name in keys.taken]
        if missing and asked is not None:
            why = "were refused" if is_wayland() else "are another program's"
            raise ScreenUnavailable(f"{' and '.join(missing)} {why}: give other keys, or {BIND}")
        for one in missing:
            complain(f"another program has {one}: give --hotkey, or {BIND}")
        yield [keys.texts[name] for name in chords if name == "stop" and name not in keys.taken]


def _press(recorder: "Recorder", command: str) -> None:
    """Carry out a command, if there is anything yet to which it may apply."""
    if not recorder.started:
        return
    if command == "stop":
        recorder.stop("stopped", trim(recorder))
    elif recorder.paused:
        recorder.resume()
    else:
        recorder.pause()


def trim(recorder: "Recorder") -> float:
    """Seconds that a key which ends a recording cuts off: none in a pause."""
    return 0.0 if recorder.paused else TRIM
