"""A backend of xdg-desktop-portal for tests, on a session bus with mutter: it says yes for the user, or as told.

python portal_backend.py FOLDER

FOLDER/answer has "yes" (the first monitor), "window" (the first one of mutter's windows), "refuse", or "fail".
SIGUSR1 ends what is shared, as a user does on the desktop. FOLDER/asked gets a line for each dialog: its cursor mode,
and "again" where what was shared before is known.
"""

import signal
import sys
from pathlib import Path
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    Message,
    MessageType,
    message_bus,
    new_error,
    new_method_call,
    new_method_return,
    new_signal,
)
from jeepney.io.blocking import Proxy, open_dbus_connection

NAME = "org.freedesktop.impl.portal.desktop.gifsom"
CAST = "org.freedesktop.impl.portal.ScreenCast"
SESSION = "org.freedesktop.impl.portal.Session"
MUTTER = "org.gnome.Mutter.ScreenCast"
PROPERTIES = {"AvailableSourceTypes": ("u", 7), "AvailableCursorModes": ("u", 7), "version": ("u", 4)}
CURSORS = {1: 0, 2: 1, 4: 2}
"""Cursor modes of mutter by those of the portal."""


class Backend:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bus = open_dbus_connection("SESSION")
        self.sessions: dict[str, dict[str, Any]] = {}
        self.ending = False
        signal.signal(signal.SIGUSR1, self.end)
        Proxy(message_bus, self.bus).RequestName(NAME)

    def end(self, *_: object) -> None:
        self.ending = True

    def serve(self) -> None:
        while True:
            try:
                message = self.bus.receive(timeout=0.1)
            except TimeoutError:
                if self.ending:
                    self.ending = False
                    self.close_all()
                continue
            if message.header.message_type is MessageType.method_call:
                self.bus.send(self.answer(message))

    def close_all(self) -> None:
        for handle in list(self.sessions):
            self.stop(handle)
            self.bus.send(new_signal(DBusAddress(handle, interface=SESSION), "Closed"))

    def stop(self, handle: str) -> None:
        session = self.sessions.pop(handle, {})
        if "mutter" in session:
            self.mutter(session["mutter"], ".Session", "Stop")

    def answer(self, message: Message) -> Message:
        fields = message.header.fields
        method, path = fields[HeaderFields.member], fields[HeaderFields.path]
        match method:
            case "Get":
                return new_method_return(message, "v", (PROPERTIES[message.body[1]],))
            case "GetAll":
                return new_method_return(message, "a{sv}", (PROPERTIES,))
            case "Close":
                self.stop(path)
                return new_method_return(message)
            case "CreateSession":
                self.sessions[message.body[1]] = {}
                return new_method_return(message, "ua{sv}", (0, {}))
            case "SelectSources":
                self.sessions[message.body[1]].update(message.body[3])
                return new_method_return(message, "ua{sv}", (0, {}))
            case "Start":
                return new_method_return(message, "ua{sv}", self.start(message.body[1]))
        return new_error(message, "org.freedesktop.DBus.Error.UnknownMethod")

    def start(self, handle: str) -> tuple[int, dict[str, Any]]:
        session = self.sessions[handle]
        answer = (self.folder / "answer").read_text().strip()
        mode = session.get("cursor_mode", ("u", 1))[1]
        with (self.folder / "asked").open("a") as file:
            print(mode, "again" if "restore_data" in session else "new", file=file)
        if answer == "refuse":
            return 1, {}
        if answer == "fail":
            return 2, {}
        try:
            node = self.cast(session, mode, answer)
        except (AssertionError, TimeoutError):  # mutter without PipeWire
            return 2, {}
        about = {"position": ("(ii)", (0, 0)), "source_type": ("u", 2 if answer == "window" else 1)}
        kept = {"persist_mode": ("u", 2), "restore_data": ("(suv)", ("gifsom", 1, ("s", "the same")))}
        return 0, {"streams": ("a(ua{sv})", [(node, about)]), **kept}

    def mutter(self, path: str, interface: str, method: str, signature: str | None = None, *values: Any) -> Any:
        address = DBusAddress(path, bus_name=MUTTER, interface=MUTTER + interface)
        reply = self.bus.send_and_get_reply(new_method_call(address, method, signature, values), timeout=10)
        assert reply.header.message_type is MessageType.method_return, reply.body
        return reply.body

    def cast(self, session: dict[str, Any], mode: int, answer: str) -> int:
        """The node of a new screen cast of mutter."""
        (path,) = self.mutter("/org/gnome/Mutter/ScreenCast", "", "CreateSession", "a{sv}", {})
        session["mutter"] = path
        options = {"cursor-mode": ("u", CURSORS[mode])}
        if answer == "window":
            (stream,) = self.mutter(path, ".Session", "RecordWindow", "a{sv}", options)
        else:
            (stream,) = self.mutter(path, ".Session", "RecordMonitor", "sa{sv}", "", options)
        rule = MatchRule(type="signal", interface=f"{MUTTER}.Stream", path=stream)
        Proxy(message_bus, self.bus).AddMatch(rule)
        with self.bus.filter(rule) as found:
            self.mutter(path, ".Session", "Start")
            return int(self.bus.recv_until_filtered(found, timeout=10).body[0])


if __name__ == "__main__":
    Backend(Path(sys.argv[1])).serve()
