"""The commands for the screen: record, tell a recording what to do, get one back, and say what can be recorded."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from gifsom import lines
from gifsom.cli.common import (
    FAILED,
    INTERRUPTED,
    SIGNALS,
    Colors,
    Ended,
    HoldLast,
    IdleLimit,
    MaxSize,
    Overwrite,
    Quality,
    Quiet,
    complain,
    given,
    heed_interrupt,
    progress_bars,
    remark,
    tell_shortfall,
)
from gifsom.errors import GifsomError, SettingError, printable
from gifsom.settings import MAX_FPS, RECORD_FPS

if TYPE_CHECKING:
    from gifsom.record import Kept, Recorder

TRIM: Final = 0.3
"""Seconds that are left out before a key ends a recording: the hand is on its way then, and "^C" on the screen."""

SETTLED: Final = 0.2
"""Seconds after which nothing is left of the picker on the screen."""

REFRESH: Final = 0.25
"""Seconds between two looks of the line that tells how a recording goes."""

Name = Annotated[str | None, typer.Argument(metavar="NAME", help="Of the recording. Without it: the newest one.")]
Keep = Annotated[bool, typer.Option("--keep", help="Keep the recording beside the GIF, as OUT.gsr.")]


def record(
    target: Annotated[
        Path | None,
        typer.Argument(metavar="OUT", help="The GIF; without it: one named by date, in the current folder."),
    ] = None,
    pick: Annotated[bool, typer.Option("--pick", help="Draw the region with the mouse.")] = False,
    region: Annotated[
        str | None, typer.Option(metavar="WxH+X+Y", help="A part of the screen in pixels, such as 800x500+100+50.")
    ] = None,
    window: Annotated[
        str | None,
        typer.Option(metavar="TITLE", help="A window, by a part of its title or program; 'active': the one in use."),
    ] = None,
    monitor: Annotated[
        int | None, typer.Option(metavar="N", help="A monitor, as `gifsom monitors` counts. Without it: the primary.")
    ] = None,
    fps: Annotated[
        float | None, typer.Option(help=f"Pictures a second, up to {MAX_FPS:g}. Without it: {RECORD_FPS:g}.")
    ] = None,
    delay: Annotated[float, typer.Option(metavar="SECONDS", help="Wait before it begins.", min=0, max=3600)] = 0,
    duration: Annotated[str | None, typer.Option(metavar="TIME", help="End by itself after this time.")] = None,
    cursor: Annotated[bool | None, typer.Option(help="Show the pointer. Without it: it is shown.")] = None,
    clicks: Annotated[bool | None, typer.Option("--clicks", help="Show a ring where a button is pressed.")] = None,
    keys: Annotated[
        bool | None, typer.Option("--keys", help="Show the keys that are pressed: passwords, too, if you type them.")
    ] = None,
    quality: Quality = None,
    max_size: MaxSize = None,
    width: Annotated[int | None, typer.Option(help="Width of the GIF in pixels. Without it: as recorded.")] = None,
    colors: Colors = None,
    idle_limit: IdleLimit = None,
    hold_last: HoldLast = None,
    keep: Keep = False,
    overwrite: Overwrite = None,
    quiet: Quiet = False,
) -> None:
    """Record the screen to a GIF, until Enter, Ctrl-C or `gifsom stop`.

    gifsom record demo.gif

    gifsom record demo.gif --pick --delay 3

    gifsom record demo.gif --window Firefox --idle-limit 1.5

    A recording is on the disk from its first picture on: whatever happens, `gifsom recover` gets it back.
    """
    from gifsom.record import Recorder, check_request, own_name

    options = given(
        quality=quality,
        max_size=max_size,
        width=width,
        colors=colors,
        idle_limit=idle_limit,
        hold_last=hold_last,
        overwrite=overwrite,
    )
    what = given(region=region, window=window, monitor=monitor)
    target = own_name(target)
    check_request(target, keep, options)
    if pick:
        if what:
            raise SettingError(f"pick and {next(iter(what))} exclude each other")
        what = {"region": _picked()}
    recorder = Recorder(**what, **given(fps=fps, duration=duration, cursor=cursor, clicks=clicks, keys=keys))
    if keys:
        complain("keys are recorded and shown: mind passwords")
    _count_down(delay, quiet)
    _start(recorder, quiet)
    try:
        _record(recorder, quiet)
        _finish(recorder.path, target, keep, quiet, options)
    except KeyboardInterrupt:
        _tell_kept(recorder.path)
        raise Ended(INTERRUPTED) from None
    finally:
        recorder.close()


def _picked() -> tuple[int, int, int, int]:
    from gifsom.recorder.picker import pick
    from gifsom.recorder.screen import check_screen

    check_screen()
    rect = pick()
    if rect is None:
        complain("nothing was picked, and nothing is recorded")
        raise Ended(FAILED)
    time.sleep(SETTLED)
    return rect.left, rect.top, rect.width, rect.height


def _count_down(delay: float, quiet: bool) -> None:
    end = time.monotonic() + delay
    with _line(quiet) as show:
        while (left := end - time.monotonic()) > 0:
            show(f"recording begins in {left:.0f} s …")
            time.sleep(min(left, REFRESH))


def _start(recorder: "Recorder", quiet: bool) -> None:
    """Begin, unless an interrupt came meanwhile."""
    with progress_bars(quiet):  # which tells of a compilation
        recorder.start()
    try:
        heed_interrupt()
    except KeyboardInterrupt:
        recorder.close()
        recorder.delete()
        raise


def _record(recorder: "Recorder", quiet: bool) -> None:
    """Record until something ends it, and say what. A second signal is a KeyboardInterrupt, once all is stored."""
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
                show(lines.recording(recorder.stats, recorder.paused, typed))
        recorder.end()
        if not quiet:
            remark(lines.recorded(recorder.stats, recorder.reason))
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
        recorder.stop("interrupted", _trim(recorder) if typed and number == signal.SIGINT else 0.0)

    before = {number: signal.signal(number, end) for number in SIGNALS}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait_for_enter(recorder: "Recorder") -> None:
    while data := os.read(0, 1):  # not of sys.stdin, whose lock this thread would hold when the program ends
        if data in b"\r\n":
            recorder.stop("stopped", _trim(recorder))
            return


def _trim(recorder: "Recorder") -> float:
    """What a key that ends it costs: nothing in a pause."""
    return 0.0 if recorder.paused else TRIM


def _forget_typed() -> None:
    """An Enter from before the recording ends nothing."""
    if sys.platform != "win32":
        import termios

        termios.tcflush(0, termios.TCIFLUSH)


@contextmanager
def _line(quiet: bool) -> "Iterator[Any]":
    """What shows a text in one line that is always the last on a terminal; elsewhere only the first one is told."""
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


def _finish(path: Path, target: Path, keep: bool, quiet: bool, options: dict[str, Any]) -> None:
    """Make the GIF; whatever is wrong, say so, and how to do it later."""
    from gifsom.record import beside, finish

    try:
        with progress_bars(quiet) as progress:
            result = finish(path, target, keep=keep, progress=progress, **options)
    except GifsomError as error:
        complain(str(error))
        _tell_kept(path)
        raise Ended(FAILED) from None
    tell_shortfall(str(path), result.shortfall)
    if not quiet:
        print(lines.conversion(result))
        if keep:
            print(f"{printable(beside(target))}: the recording, for `gifsom convert`")
    _tell_kept(path)


def _tell_kept(path: Path) -> None:
    """Say of a recording that is still there how to get a GIF of it."""
    if path.exists():
        complain(f"the recording is kept: gifsom recover {path.stem} OUT.gif makes the GIF")


def stop(name: Name = None) -> None:
    """End a recording that runs, from another terminal or by a shortcut of the desktop."""
    _tell("stop", name)


def pause(name: Name = None) -> None:
    """Let a recording that runs make a pause, without a gap in the GIF. `gifsom toggle` ends it."""
    _tell("pause", name)


def toggle(name: Name = None) -> None:
    """Let a recording that runs make a pause, or go on: for a shortcut of the desktop."""
    _tell("toggle", name)


def _tell(command: str, name: str | None) -> None:
    from gifsom.recorder.control import tell

    print(f"{printable(tell(command, name).stem)}: {command}")


def recover(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Of the recording.")] = None,
    target: Annotated[
        Path | None, typer.Argument(metavar="OUT", help="The GIF; without it: NAME.gif in the current folder.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that are there.")] = False,
    remove: Annotated[bool, typer.Option("--delete", help="Delete instead of making GIFs.")] = False,
    quality: Quality = None,
    max_size: MaxSize = None,
    keep: Keep = False,
    overwrite: Overwrite = None,
    quiet: Quiet = False,
) -> None:
    """Get back recordings that did not become a GIF: after a crash, a full disk, or a second Ctrl-C.

    gifsom recover lists them.

    gifsom recover 2026-11-26-101500 demo.gif makes the GIF, and then deletes the recording.

    gifsom recover --all --delete deletes them all.
    """
    from gifsom.record import find, kept
    from gifsom.recorder.control import Control, delete

    if name is not None and everything:
        raise SettingError("NAME and --all exclude each other")
    there = [one for one in kept() if not one.running]
    if name is None and not everything:
        _list(there)
        name = _asked() if there and sys.stdin.isatty() and sys.stdout.isatty() else None
        if name is None:
            return
    chosen = there if everything or name == "all" else [find(str(name), kept())]
    options = given(quality=quality, max_size=max_size, overwrite=overwrite)
    failed = False
    for one in chosen:
        with Control(one.path):
            if remove:
                delete(one.path)
                print(f"{printable(one.path.stem)}: deleted")
                continue
            try:
                _finish(one.path, target or Path(f"{one.path.stem}.gif"), keep, quiet, options)
            except Ended:
                failed = True
            except KeyboardInterrupt:
                _tell_kept(one.path)
                raise Ended(INTERRUPTED) from None
    if failed:
        raise Ended(FAILED)


def _list(there: "list[Kept]") -> None:
    for one in there:
        print(lines.kept(one))
    if not there:
        print("there is no recording to get back")


def _asked() -> str | None:
    """Which one to make a GIF of; None: none."""
    answer = typer.prompt("Make a GIF of which one (a name, 'all', Enter for none)", default="", show_default=False)
    return str(answer).strip() or None


def monitors() -> None:
    """List the monitors, as `gifsom record --monitor` counts them."""
    from gifsom.recorder.screen import check_screen
    from gifsom.recorder.screen import monitors as listed

    check_screen()
    for one in listed():
        print(lines.monitor(one))


def windows() -> None:
    """List the windows that can be recorded, as `gifsom record --window` names them."""
    from gifsom.recorder.screen import check_screen
    from gifsom.recorder.windows import windows as listed

    check_screen()
    for one in listed():
        print(lines.window(one))


def doctor() -> None:
    """Say what can be recorded here, and what would go wrong, before it does."""
    from gifsom.recorder.doctor import examine

    found = examine()
    for one in found:
        print(lines.finding(one))
    if any(one.ok is False for one in found):
        raise Ended(FAILED)
