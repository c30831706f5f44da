"""A portal for tests, on a private session bus: org.freedesktop.portal.GlobalShortcuts, and a user who says yes or no.

python shortcuts_portal.py ANSWER

ANSWER is "yes"; "first": only the first shortcut, on other keys; "refuse"; "silent": no answer; or "none": there is no
such interface. It prints "ready", and what it was asked for. Each line that it reads presses a shortcut of that name.
"""

import sys
import threading
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageType,
    message_bus,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.io.blocking import Proxy, open_dbus_connection

NAME, PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"
SESSION = f"{PATH}/session/1_1/gifsomkeys"


class Portal:
    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.bus = open_dbus_connection("SESSION")
        self.pressed: list[str] = []
        Proxy(message_bus, self.bus).RequestName(NAME)

    def serve(self) -> None:
        threading.Thread(target=self.read, daemon=True).start()
        print("ready", flush=True)
        while True:
            while self.pressed:
                address = DBusAddress(PATH, interface=SHORTCUTS)
                body = (SESSION, self.pressed.pop(0), 5, {})
                self.bus.send(new_signal(address, "Activated", "osta{sv}", body))
            try:
                message = self.bus.receive(timeout=0.05)
            except TimeoutError:
                continue
            if message.header.message_type is MessageType.method_call:
                self.take(message)

    def read(self) -> None:
        for line in sys.stdin:
            self.pressed.append(line.strip())

    def take(self, message: Message) -> None:
        method = message.header.fields[HeaderFields.member]
        if self.answer == "none":
            self.bus.send(new_error(message, "org.freedesktop.DBus.Error.InvalidArgs"))
        elif method == "Get":
            self.bus.send(new_method_return(message, "v", (("u", 1),)))
        elif method == "CreateSession":
            self.respond(message, 0, {"session_handle": ("s", SESSION)})
        elif method == "BindShortcuts":
            session, asked, parent, _ = message.body
            for name, about in asked:
                print(
                    session == SESSION, parent, name, about["description"][1], about["preferred_trigger"][1], flush=True
                )
            if self.answer == "yes":
                self.respond(message, 0, {"shortcuts": ("a(sa{sv})", [(name, {}) for name, _ in asked])})
            elif self.answer == "first":
                about = {"trigger_description": ("s", "Meta+F1")}
                self.respond(message, 0, {"shortcuts": ("a(sa{sv})", [(asked[0][0], about)])})
            else:
                self.respond(message, 1, {})

    def respond(self, message: Message, code: int, results: dict[str, Any]) -> None:
        sender = message.header.fields[HeaderFields.sender]
        path = f"{PATH}/request/{sender[1:].replace('.', '_')}/{message.body[-1]['handle_token'][1]}"
        self.bus.send(new_method_return(message, "o", (path,)))
        if self.answer != "silent":
            address = DBusAddress(path, interface="org.freedesktop.portal.Request")
            self.bus.send(new_signal(address, "Response", "ua{sv}", (code, results)))


if __name__ == "__main__":
    Portal(sys.argv[1]).serve()
