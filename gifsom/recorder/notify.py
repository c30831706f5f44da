"""Notifications of the desktop, by a program of the system; where there is none, nobody is told."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Final

PATIENCE: Final = 3.0
"""Seconds in which a desktop answers; one that does not is not waited for."""

NAME: Final = "org.freedesktop.Notifications"
"""Notifications on the session bus (freedesktop.org, Desktop Notifications Specification 1.2)."""

_SCRIPT: Final = ("on run argv", "display notification (item 2 of argv) with title (item 1 of argv)", "end run")


def notify(title: str, text: str) -> None:
    """Show a title and a line of text on the desktop, if it can do so."""
    for command in _ways(title, text):
        program = shutil.which(command[0])
        if program is None:
            continue
        with suppress(OSError, subprocess.TimeoutExpired):
            done = subprocess.run([program, *command[1:]], capture_output=True, check=False, timeout=PATIENCE)
            if done.returncode == 0:
                return


def _ways(title: str, text: str) -> Iterator[list[str]]:
    if sys.platform == "darwin":
        yield ["osascript", *(word for line in _SCRIPT for word in ("-e", line)), title, text]
    elif sys.platform != "win32" and _has_bus():
        body = escape(text, quote=False)  # the text is markup
        yield ["notify-send", "--app-name=gifsom", "--", title, body]
        target = ["--dest", NAME, "--object-path", "/" + NAME.replace(".", "/"), "--method", f"{NAME}.Notify"]
        words = [_quoted("gifsom"), "uint32 0", *map(_quoted, ("", title, body)), "@as []", "@a{sv} {}", "int32 -1"]
        yield ["gdbus", "call", "--session", *target, "--", *words]


def _has_bus() -> bool:
    """Whether there is a session bus: the programs would start one of their own."""
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    folder = os.environ.get("XDG_RUNTIME_DIR")
    return bool(folder) and Path(folder or "", "bus").exists()


def _quoted(text: str) -> str:
    """A text as GVariant writes it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
