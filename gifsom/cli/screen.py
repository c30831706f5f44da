"""The commands around a recording: tell it what to do, get it back, and say what can be recorded."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gifsom.cli import text
from gifsom.cli.common import FAILED, INTERRUPTED, Ended
from gifsom.cli.finish import finish_recording, tell_kept
from gifsom.cli.options import PATH, Command, argument, flag, keep, quiet, takes
from gifsom.core.errors import SettingError, printable
from gifsom.options.table import Coding, Edits, Rate

if TYPE_CHECKING:
    from gifsom.recorder.recorder import Kept

_name = argument("name", required=False, metavar="NAME", help="Of the recording. Without it: the newest one.")


@click.command(cls=Command)
@_name
def stop(name: str | None) -> None:
    """End a recording that runs, from another terminal or by a shortcut of the desktop."""
    _tell("stop", name)


@click.command(cls=Command)
@_name
def pause(name: str | None) -> None:
    """Let a recording that runs make a pause, without a gap in the GIF. `gifsom toggle` ends it."""
    _tell("pause", name)


@click.command(cls=Command)
@_name
def toggle(name: str | None) -> None:
    """Let a recording that runs make a pause, or go on: for a shortcut of the desktop."""
    _tell("toggle", name)


def _tell(command: str, name: str | None) -> None:
    from gifsom.recorder.control import tell

    print(f"{printable(tell(command, name).stem)}: {command}")


@click.command(cls=Command)
@argument("name", required=False, metavar="NAME", help="Of the recording.")
@argument(
    "target",
    type=PATH,
    required=False,
    metavar="OUT",
    help="The GIF; without it: NAME.gif in the current folder.",
)
@flag("--all", "everything", help="All that are there.")
@flag("--delete", "remove", help="Delete instead of making GIFs.")
@keep
@quiet
@takes(Rate, Edits, Coding)
def recover(
    name: str | None, target: Path | None, everything: bool, remove: bool, keep: bool, quiet: bool, **options: Any
) -> None:
    """Get back recordings that did not become a GIF: after a crash, a full disk, or a second Ctrl-C.

    gifsom recover lists them.

    gifsom recover 2026-11-26-101500 demo.gif makes the GIF, and then deletes the recording.

    gifsom recover --all --delete deletes them all.
    """
    from gifsom.recorder.control import Control, delete, waiting
    from gifsom.recorder.folder import find, recordings
    from gifsom.recorder.recorder import kept

    if name is not None and everything:
        raise SettingError("NAME and --all exclude each other")
    if name is None and not everything:
        _list(there := kept())
        name = _asked() if there and sys.stdin.isatty() and sys.stdout.isatty() else None
        if name is None:
            return
    chosen = waiting() if name in (None, "all") else [find(name, recordings())]
    failed = False
    for path in chosen:
        with Control(path):
            if remove:
                delete(path)
                print(f"{printable(path.stem)}: deleted")
                continue
            try:
                finish_recording(path, target or Path(f"{path.stem}.gif"), keep, quiet, options)
            except Ended:
                failed = True
            except KeyboardInterrupt:
                tell_kept(path)
                raise Ended(INTERRUPTED) from None
    if failed:
        raise Ended(FAILED)


def _list(there: "list[Kept]") -> None:
    for one in there:
        print(text.kept(one))
    if not there:
        print("there is no recording to get back")


def _asked() -> str | None:
    """Which one to make a GIF of; None: none."""
    answer = click.prompt("Make a GIF of which one (a name, 'all', Enter for none)", default="", show_default=False)
    return str(answer).strip() or None


@click.command(cls=Command)
def monitors() -> None:
    """List the monitors, as `gifsom record --monitor` counts them."""
    from gifsom.recorder.backend import list_monitors

    for one in list_monitors():
        print(text.monitor(one))


@click.command(cls=Command)
def windows() -> None:
    """List the windows that can be recorded, as `gifsom record --window` names them."""
    from gifsom.recorder.screen import check_screen
    from gifsom.recorder.windows import windows as listed

    check_screen()
    for one in listed():
        print(text.window(one))


@click.command(cls=Command)
def doctor() -> None:
    """Say what can be recorded here, and what would go wrong, before it does."""
    from gifsom.recorder.doctor import examine

    found = examine()
    for one in found:
        print(text.finding(one))
    if any(one.ok is False for one in found):
        raise Ended(FAILED)
