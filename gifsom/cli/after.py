"""Files that were made, handed on: to the clipboard, to the program that shows them, and to the file manager.

Each is done by a program of the desktop. Where there is none, or it fails, one line says so; the file is there anyway.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Final

from gifsom.cli.common import FAILED, Ended, complain
from gifsom.cli.help import WHERE
from gifsom.cli.options import flag
from gifsom.core.errors import printable

PATIENCE: Final = 5.0
"""Seconds in which a program tells that it fails; one that goes on then shows the file."""

MANAGER: Final = "org.freedesktop.FileManager1"
MANAGER_PATH: Final = "/org/freedesktop/FileManager1"
"""File managers on the session bus (freedesktop.org, File Manager D-Bus Interface)."""

URIS: Final = "text/uri-list"
"""Type of a clipboard with files, which chats, mail programs and file managers paste as such."""


@dataclass(frozen=True, slots=True)
class Call:
    """A program with its arguments, and what it reads from standard input."""

    command: Sequence[str]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Then:
    """Steps that are taken with files once they are there."""

    copy: bool = False
    open: bool = False
    show: bool = False

    def do(self, paths: Sequence[Path]) -> None:
        """Hand files on; of several, folders too, all are copied and shown. Whatever fails is told, and ends in 1."""
        asked = [*([_copied] if self.copy else []), *([_shown] if self.show else []), *([_opened] if self.open else [])]
        troubles = [trouble for ways in asked if (trouble := _first(ways([path.absolute() for path in paths])))]
        for trouble in troubles:
            complain(trouble)
        if troubles:
            raise Ended(FAILED)


def after(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that hand its file on; it gets them as `then`."""

    @wraps(command)
    def run(copy: bool, open: bool, show: bool, **values: object) -> None:
        command(then=Then(copy, open, show), **values)

    for name, help in (
        ("--show", "Show the file in the file manager."),
        ("--open", "Open the file with the program for it."),
        ("--copy", "Put the file on the clipboard."),
    ):
        run = flag(name, panel=WHERE, help=help)(run)
    return run


def _first(ways: "tuple[str, Iterator[Call]]") -> str | None:
    """Take the first way that works; else the words for why none did."""
    failure, calls = ways
    for call in calls:
        program = shutil.which(call.command[0])
        if program is None:
            continue
        trouble = _ran([program, *call.command[1:]], call.text)
        if trouble is None:
            return None
        if program != sys.executable:  # of our own the words are known
            failure = f"{failure.partition(':')[0]}: {printable(trouble)}"
    return failure


def _ran(command: Sequence[str], text: str) -> str | None:
    """Run a program, which may go on; words for how it failed."""
    # One that stays in the background, as a clipboard's does, keeps what it was given as output open.
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.communicate(text.encode(), PATIENCE)
    except subprocess.TimeoutExpired:
        return None
    name = Path(command[0]).name
    return f"{name} ended with {process.returncode}" if process.returncode and name != "explorer.exe" else None


def _copied(paths: Sequence[Path]) -> "tuple[str, Iterator[Call]]":
    wayland, screen = os.environ.get("WAYLAND_DISPLAY"), os.environ.get("DISPLAY")
    if wayland:
        return "--copy is not done: install wl-clipboard, or copy it by --show", _clipboards(paths)
    why = f"the display {printable(screen)} does not answer" if screen else "there is no display"
    return f"--copy is not done: {why}", _clipboards(paths)


def _clipboards(paths: Sequence[Path]) -> Iterator[Call]:
    if sys.platform == "win32":
        names = ",".join("'" + str(path).replace("'", "''") + "'" for path in paths)
        yield Call(["powershell", "-NoProfile", "-Command", f"Set-Clipboard -LiteralPath {names}"])
    elif sys.platform == "darwin":
        script = ["-e", "on run argv", "-e", "set the clipboard to (POSIX file (item 1 of argv))", "-e", "end run"]
        yield Call(["osascript", *script, str(paths[0])])
    else:
        if os.environ.get("WAYLAND_DISPLAY"):
            yield Call(["wl-copy", "--type", URIS], "".join(f"{path.as_uri()}\r\n" for path in paths))
        if os.environ.get("DISPLAY"):  # on Wayland that of Xwayland, which hands the clipboard on
            yield Call([sys.executable, "-P", "-m", "gifsom.recorder.systems.x11.clipboard", *map(str, paths)])


def _opened(paths: Sequence[Path]) -> "tuple[str, Iterator[Call]]":
    opener = {"win32": "explorer.exe", "darwin": "open"}.get(sys.platform, "xdg-open")
    return "--open is not done: install xdg-utils", (Call([opener, str(path)]) for path in paths[:1])


def _shown(paths: Sequence[Path]) -> "tuple[str, Iterator[Call]]":
    return "--show is not done: there is no file manager on the session bus, and no xdg-open", _managers(paths)


def _managers(paths: Sequence[Path]) -> Iterator[Call]:
    if sys.platform == "win32":
        yield Call(["explorer.exe", f"/select,{paths[0]}"])
    elif sys.platform == "darwin":
        yield Call(["open", "-R", *map(str, paths)])
    else:
        uris = [path.as_uri() for path in paths]  # quotes and commas are escaped in them
        listed = ", ".join(f"'{uri}'" for uri in uris)
        method, target = f"{MANAGER}.ShowItems", ["--object-path", MANAGER_PATH]
        yield Call(["gdbus", "call", "--session", "--dest", MANAGER, *target, "--method", method, f"[{listed}]", ""])
        words = ["--session", "--print-reply", f"--dest={MANAGER}", MANAGER_PATH, method]
        yield Call(["dbus-send", *words, f"array:string:{','.join(uris)}", "string:"])
        yield Call(["xdg-open", str(paths[0].parent)])
