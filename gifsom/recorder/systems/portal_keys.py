"""Chords of keys that a Wayland desktop reports through its portal, org.freedesktop.portal.GlobalShortcuts.

The user decides in a dialog of the desktop, once; the keys that are asked for are a proposal. Version 1 of the
interface does all that is needed here.
"""

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from jeepney import DBusAddress, DBusErrorResponse, MatchRule, Message, message_bus, new_method_call
from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection
from jeepney.wrappers import unwrap_msg

from gifsom.core.errors import ScreenUnavailable, printable
from gifsom.recorder.keys import CHORD_KEYS, Chord

_NAME: Final = "org.freedesktop.portal.Desktop"
_PATH: Final = "/org/freedesktop/portal/desktop"
_SHORTCUTS: Final = "org.freedesktop.portal.GlobalShortcuts"
_REQUEST: Final = "org.freedesktop.portal.Request"
_PROPERTIES: Final = "org.freedesktop.DBus.Properties"

_MODIFIERS: Final = {"Ctrl": "CTRL", "Alt": "ALT", "Shift": "SHIFT", "Super": "LOGO"}
"""Names of the freedesktop.org specification of shortcuts."""

PATIENCE: Final = 5.0
"""Seconds within which the portal answers, save where it asks the user."""

ASKS: Final = 120.0
"""Seconds that a user may take for the dialog."""

_EVERY: Final = 0.1
"""Seconds between two checks of whether the thread shall end."""


class ChordListener:
    """A thread that passes the number of each chord that is pressed to `put`, until it is closed.

    Raises `ScreenUnavailable` where the desktop has no such portal, or it does not answer.

    taken     numbers of the chords that are not heard: the user has refused them
    triggers  the keys by number, as the desktop names them, where it does
    """

    def __init__(self, chords: Sequence[Chord], put: Callable[[int], None]) -> None:
        """Ask for the chords; the desktop may show a dialog, for which this waits."""
        self._put, self._count = put, len(chords)
        self._numbers = itertools.count(1)
        try:
            self._bus: DBusConnection = open_dbus_connection("SESSION", auth_timeout=PATIENCE)
        except (OSError, KeyError, TimeoutError, RuntimeError) as error:
            raise ScreenUnavailable(f"there is no session bus: {printable(error)}") from None
        try:
            self._call(_PROPERTIES, "Get", "ss", _SHORTCUTS, "version")
            found = self._request("CreateSession", "a{sv}", options={"session_handle_token": ("s", "gifsomkeys")})
            session = found.get("session_handle", ("s", "/"))[1]
            rule = MatchRule(type="signal", interface=_SHORTCUTS, member="Activated", path=_PATH)
            Proxy(message_bus, self._bus).AddMatch(rule)
            self._news: deque[Message] = deque()
            self._bus.filter(rule, queue=self._news)
            asked = [(str(number), _described(number, chord)) for number, chord in enumerate(chords)]
            bound = self._request("BindShortcuts", "oa(sa{sv})sa{sv}", session, asked, "", options={}, patience=ASKS)
        except BaseException:
            self._bus.close()
            raise
        listed = dict(bound.get("shortcuts", ("", []))[1])
        self.triggers = {int(name): about["trigger_description"][1] for name, about in listed.items() if _named(about)}
        self.taken = {number for number in range(len(chords)) if str(number) not in listed}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gifsom hotkeys", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread and the session, which gives the keys back; idempotent."""
        self._ended.set()
        self._thread.join()
        self._bus.close()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                with suppress(TimeoutError):
                    self._bus.recv_messages(timeout=_EVERY)
            except OSError:  # the bus is gone, and the desktop with it
                return
            while self._news:
                _, name, *_ = self._news.popleft().body
                if name.isdecimal() and int(name) < self._count:
                    self._put(int(name))

    def _call(self, interface: str, method: str, signature: str, *values: Any) -> Any:
        address = DBusAddress(_PATH, bus_name=_NAME, interface=interface)
        try:
            message = new_method_call(address, method, signature, values)
            return unwrap_msg(self._bus.send_and_get_reply(message, timeout=PATIENCE))
        except DBusErrorResponse:
            raise ScreenUnavailable("this desktop's portal has no keys of all windows") from None
        except TimeoutError:
            raise ScreenUnavailable(f"the desktop's portal has not answered for {PATIENCE:g} s") from None
        except OSError as error:
            raise ScreenUnavailable(f"the session bus is gone: {error.strerror}") from None

    def _request(
        self, method: str, signature: str, *values: Any, options: dict[str, Any], patience: float | None = None
    ) -> dict[str, Any]:
        """Call a method that answers by a signal: its results; empty where the user refused."""
        token = f"gifsomkeys{next(self._numbers)}"
        path = f"{_PATH}/request/{self._bus.unique_name[1:].replace('.', '_')}/{token}"
        rule = MatchRule(type="signal", interface=_REQUEST, member="Response", path=path)
        Proxy(message_bus, self._bus).AddMatch(rule)
        answers: deque[Message] = deque()
        with self._bus.filter(rule, queue=answers):
            self._call(_SHORTCUTS, method, signature, *values, {**options, "handle_token": ("s", token)})
            patience = patience or PATIENCE
            until = time.monotonic() + patience
            while not answers:
                if time.monotonic() > until:
                    raise ScreenUnavailable(f"the desktop's portal has not answered for {patience:g} s")
                with suppress(TimeoutError):
                    self._bus.recv_messages(timeout=_EVERY)
        code, results = answers[0].body
        return {} if code else dict(results)


def _described(number: int, chord: Chord) -> dict[str, tuple[str, str]]:
    """The shortcut as the desktop shows it, with the keys that are proposed."""
    held = [_MODIFIERS[name] for name in ("Ctrl", "Alt", "Shift", "Super") if name in chord.modifiers]
    keys = "+".join([*held, CHORD_KEYS[chord.key][0]])
    what = ("End the recording", "Pause the recording, or go on")[min(number, 1)]
    return {"description": ("s", what), "preferred_trigger": ("s", keys)}


def _named(about: dict[str, Any]) -> bool:
    return bool(about.get("trigger_description", ("s", ""))[1])
