"""The command that records the screen."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from math import ceil
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

import click

from gifsom.cli import text
from gifsom.cli.after import Then, after
from gifsom.cli.common import (
    FAILED,
    INTERRUPTED,
    SIGNALS,
    Ended,
    complain,
    given,
    heed_interrupt,
    remark,
)
from gifsom.cli.desktop import framed, hotkeys, meant, trim
from gifsom.cli.finish import finish_recording, tell_kept, tell_outlook
from gifsom.cli.help import LARGE, LOOKS, WHAT, WHERE
from gifsom.cli.options import PATH, RATE, Command, Number, argument, flag, keep, option, quiet, takes
from gifsom.cli.presets import preset
from gifsom.cli.studio import run as run_studio
from gifsom.core.errors import SettingError
from gifsom.core.values import MAX_FPS, RECORD_FPS, parse_seconds
from gifsom.options.dressing import Drawing
from gifsom.options.table import Ceiling, Coding, Edits, Judging

if TYPE_CHECKING:
    from gifsom.core.frame import Rect
    from gifsom.recorder.feed import Screen
    from gifsom.recorder.frame import RecordingFrame
    from gifsom.recorder.recorder import Recorder

REFRESH: Final = 0.25
"""Seconds between two looks of the line that tells how a recording goes."""


@click.command(cls=Command)
@argument(
    "target",
    type=PATH,
    required=False,
    metavar="OUT",
    help="The GIF; without it: one named by date, in the current folder.",
)
@flag("--pick", panel=WHAT, help="Draw the region with the mouse.")
@option("--region", metavar="WxH+X+Y", panel=WHAT, help="A part of the screen in pixels, such as 800x500+100+50.")
@option(
    "--window",
    metavar="TITLE",
    panel=WHAT,
    help="A window, by a part of its title or program; 'active': the one in use.",
)
@option(
    "--monitor",
    metavar="N",
    panel=WHAT,
    help="A monitor, as `gifsom monitors` counts or names. Without it: the primary.",
)
@option(
    "--fps",
    "-r",
    type=RATE,
    metavar="F",
    panel=LARGE,
    help=f"Pictures a second, up to {MAX_FPS:g}. Without it: {RECORD_FPS:g}.",
)
@option(
    "--delay", type=Number(parse_seconds, 3600), default=0, metavar="SECONDS", panel=WHAT, help="Wait before it begins."
)
@option("--duration", metavar="TIME", panel=WHAT, help="End by itself after this time.")
@flag("--cursor/--no-cursor", default=None, panel=LOOKS, help="Show the pointer. Without it: it is shown.")
@flag("--clicks", panel=LOOKS, help="Show a ring where a button is pressed.")
@flag("--keys", panel=LOOKS, help="Show the keys that are pressed: passwords, too, if you type them.")
@flag("--shortcuts", panel=LOOKS, help="Show, and keep, only combinations with Ctrl, Alt or Super, and function keys.")
@flag(
    "--frame/--no-frame",
    default=True,
    panel=LOOKS,
    help="Show a frame around it, with the time; it is not in the picture.",
)
@option(
    "--hotkey",
    metavar="KEYS",
    panel=WHAT,
    help="Keys that end it in any window and, after a comma, those that pause it; 'none'. Without it:"
    " Ctrl+Alt+Shift+G,Ctrl+Alt+Shift+B.",
)
@option("--backend", metavar="NAME", panel=WHAT, help="auto, x11, portal or wlroots. Without it: auto, by the session.")
@flag("--ask", panel=WHAT, help="Show the desktop's dialog again that chooses what is shared.")
@keep
@flag("--edit", panel=WHERE, help="Open the recording in the studio instead, to cut it and write on it.")
@preset
@after
@quiet
@takes(Edits, Judging, Ceiling, Drawing, Coding)
def record(
    target: Path | None,
    pick: bool,
    region: str | None,
    window: str | None,
    monitor: str | None,
    fps: float | None,
    delay: float,
    duration: str | None,
    cursor: bool | None,
    clicks: bool,
    keys: bool,
    hotkey: str | None,
    frame: bool,
    backend: str | None,
    ask: bool,
    shortcuts: bool,
    keep: bool,
    edit: bool,
    quiet: bool,
    then: Then,
    **options: Any,
) -> None:
    """Record the screen to a GIF, until Enter, Ctrl-C or `gifsom stop`.

    gifsom record demo.gif

    gifsom record demo.gif --pick --delay 3

    gifsom record demo.gif --window Firefox --idle-limit 1.5

    A recording is on the disk from its first picture on: whatever happens, `gifsom recover` gets it back.
    """
    from gifsom.conversion.recording import check_request, own_name
    from gifsom.options.edits import check_edits
    from gifsom.recorder.recorder import Recorder

    target = own_name(target)
    check_request(target, keep, options)
    what = _meant(pick, given(region=region, window=window, monitor=monitor))
    besides = given(fps=fps, duration=duration, cursor=cursor, clicks=clicks, keys=keys, shortcuts=shortcuts)
    besides |= given(backend=backend, ask=ask)
    recorder = Recorder(**what, **besides)
    screen = recorder.open()
    if pick:
        what = {"region": _picked(screen)}
        recorder.choose(what["region"])
    if "edits" in options:
        check_edits(options["edits"], recorder.measure())
    if keys and not shortcuts:
        complain("keys are recorded and shown: mind passwords")
    with hotkeys(recorder, hotkey) as keyed, framed(what, frame) as around:
        _count_down(delay, quiet, around)
        _start(recorder, quiet)
        with _kept(recorder):
            if edit:
                _record(recorder, quiet, keyed, around)
            else:
                _record_to(target, recorder, keyed, around, keep, quiet, then, options)
    if edit:
        run_studio([str(recorder.path)], options)


@contextmanager
def _kept(recorder: "Recorder") -> Iterator[None]:
    """Close the recorder behind the block; an interrupt in it is told as that, with what is kept."""
    try:
        yield
    except KeyboardInterrupt:
        tell_kept(recorder.path)
        raise Ended(INTERRUPTED) from None
    finally:
        recorder.close()


def _record_to(
    target: Path,
    recorder: "Recorder",
    keyed: Sequence[str],
    around: "RecordingFrame",
    keep: bool,
    quiet: bool,
    then: Then,
    options: dict[str, Any],
) -> None:
    """Record until something ends it, make the GIF, which is begun meanwhile, and hand it on."""
    from gifsom.conversion.live import LiveConversion

    with LiveConversion(recorder.path, target, options) as live:
        _record(recorder, quiet, keyed, around)
        if not quiet:
            tell_outlook(recorder.path, recorder.stats.seconds, target, options)
        made = finish_recording(recorder.path, target, keep, quiet, options, live)
    then.do([made.path])


def _meant(pick: bool, what: dict[str, Any]) -> dict[str, Any]:
    """The part of the screen to record, once the user has been asked which window that is."""
    if pick and what:
        raise SettingError(f"pick and {next(iter(what))} exclude each other")
    if "monitor" in what and what["monitor"].isdecimal():
        return {**what, "monitor": int(what["monitor"])}
    return {"window": meant(what["window"])} if list(what) == ["window"] else what


def _picked(screen: "Screen") -> "Rect":
    """The region that the user draws on a still of the screen."""
    from gifsom.recorder.picker import pick

    rect = pick(*screen.still())
    if rect is None:
        complain("nothing was picked, and nothing is recorded")
        raise Ended(FAILED)
    return rect


def _count_down(delay: float, quiet: bool, around: "RecordingFrame") -> None:
    end = time.monotonic() + delay
    with _line(quiet) as show:
        while (left := end - time.monotonic()) > 0:
            show(f"recording begins in {left:.0f} s …")
            around.count(ceil(left))
            time.sleep(min(left, REFRESH))
    around.begin()


def _start(recorder: "Recorder", quiet: bool) -> None:
    """Begin, unless an interrupt came meanwhile."""
    try:
        recorder.start()
        heed_interrupt()
    except KeyboardInterrupt:
        if recorder.started:
            recorder.close()
            recorder.delete()
        raise


def _record(recorder: "Recorder", quiet: bool, keyed: Sequence[str], around: "RecordingFrame") -> None:
    """Record until something ends it, such as the keys `keyed`, and say what.

    A second signal is a KeyboardInterrupt, once all is stored.
    """
    told = recorder.notes
    for note in told:
        complain(note)
    typed = sys.stdin is not None and sys.stdin.isatty()
    with _signals(recorder, typed) as came:
        if typed:
            _forget_typed()
            threading.Thread(target=_wait_for_enter, args=(recorder,), daemon=True).start()
        with _line(quiet) as show:
            while not recorder.wait(REFRESH):
                show(text.recording(recorder, [*(["Enter"] if typed else []), *(keyed or ["`gifsom stop`"])]))
                around.show(recorder.stats.seconds, recorder.paused)
        recorder.end()
        around.close()
        if not quiet:
            remark(text.recorded(recorder.stats, recorder.reason))
        for note in recorder.notes:
            if note not in told:
                complain(note)
    if len(came) > 1:
        raise KeyboardInterrupt


@contextmanager
def _signals(recorder: "Recorder", typed: bool) -> Iterator[list[int]]:
    """In the block, signals end the recording; those that came. `typed`: Ctrl-C is a key of this terminal."""
    came: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        came.append(number)
        recorder.stop("interrupted", trim(recorder) if typed and number == signal.SIGINT else 0.0)

    before = {number: signal.signal(number, end) for number in SIGNALS}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait_for_enter(recorder: "Recorder") -> None:
    while data := os.read(0, 1):  # not of sys.stdin, whose lock this thread would hold when the program ends
        if data in b"\r\n":
            recorder.stop("stopped", trim(recorder))
            return


def _forget_typed() -> None:
    """An Enter from before the recording ends nothing."""
    if sys.platform != "win32":
        import termios

        termios.tcflush(0, termios.TCIFLUSH)


@contextmanager
def _line(quiet: bool) -> "Iterator[Any]":
    """A function that shows a text as the last line of a terminal; elsewhere only the first text is printed."""
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console(stderr=True, highlight=False)
    if quiet or not console.is_terminal:
        told: list[str] = []

        def tell(text: str) -> None:
            if not quiet and not told:
                told.append(text)
                remark(text)

        yield tell
        return
    with suppress(OSError), Live(console=console, auto_refresh=False, transient=True) as live:

        def update(text: str) -> None:
            with suppress(OSError):  # the terminal was closed
                live.update(Text(text, no_wrap=True, overflow="ellipsis"), refresh=True)

        yield update
