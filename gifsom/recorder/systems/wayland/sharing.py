"""The desktop's portal, `org.freedesktop.portal.ScreenCast` on the session bus: what the user shares in its dialog.

The session lasts as long as the connection: when this program dies, the desktop ends it. The token by which the desktop
knows what was shared last time lies beside the recordings; it is worth nothing to other users.
"""

import itertools
import os
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from gifsom.core.errors import PackageMissing, ScreenUnavailable, printable
from gifsom.recorder.folder import folder

try:
    from jeepney import DBusAddress, DBusErrorResponse, MatchRule, Message, message_bus, new_method_call
    from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection
    from jeepney.wrappers import unwrap_msg
except ImportError:
    raise PackageMissing("the desktop's portal needs the package jeepney: pip install jeepney") from None

Options: TypeAlias = dict[str, tuple[str, Any]]

_NAME: Final = "org.freedesktop.portal.Desktop"
_PATH: Final = "/org/freedesktop/portal/desktop"
_CAST: Final = "org.freedesktop.portal.ScreenCast"
_SESSION: Final = "org.freedesktop.portal.Session"
_REQUEST: Final = "org.freedesktop.portal.Request"

PATIENCE: Final = 10.0
"""Seconds within which the portal answers, save where it asks the user."""

HIDDEN, EMBEDDED, METADATA = 1, 2, 4
"""Cursor modes: not there; a part of the pictures; beside them."""

_PERSISTENT: Final = 2
"""Persist mode: until the user takes the permission back."""

_CANCELED: Final = 1


@dataclass(frozen=True, slots=True)
class Shared:
    """The choice of the user.

    node      of PipeWire, which gives the pictures
    position  of a monitor on the desktop, in its units; None: it is not told
    """

    node: int
    position: tuple[int, int] | None


class Sharing:
    """A session of the portal, until `close`. All of it raises `ScreenUnavailable`.

    Attributes:
        cursor_modes: those that the desktop offers, added up.
        version: of the interface.
    """

    def __init__(self) -> None:
        """Connect to the portal; nothing is asked yet."""
        self._numbers = itertools.count(1)
        self._session = ""
        self._news: deque[Message] = deque()
        try:
            self._bus: DBusConnection = open_dbus_connection("SESSION", enable_fds=True, auth_timeout=PATIENCE)
        except (OSError, KeyError, TimeoutError, RuntimeError) as error:
            raise ScreenUnavailable(
                f"the desktop's portal cannot be asked, since there is no session bus: {printable(error)}"
            ) from None
        self._talks = True
        try:
            self.version = self._property("version")
            self.cursor_modes = self._property("AvailableCursorModes") if self.version >= 2 else EMBEDDED
            self._types = self._property("AvailableSourceTypes")
        except BaseException:
            self.close()
            raise

    @property
    def metadata(self) -> bool:
        """Whether the pointer comes beside the pictures."""
        return bool(self.cursor_modes & METADATA)

    def ask(self, cursor: bool, *, again: bool) -> Shared:
        """Let the user choose in the desktop's dialog, which may last; where it was answered before, it is not shown.

        `again`: it is shown in any case.
        """
        token = self._token()
        _, results = self._request("CreateSession", "a{sv}", options={"session_handle_token": ("s", "gifsom")})
        self._session = results["session_handle"][1]
        self._heed(_SESSION, self._session)
        options: Options = {
            "types": ("u", self._types or 1),
            "multiple": ("b", False),
            "cursor_mode": ("u", self.cursor_mode(cursor)),
        }
        if self.version >= 4:
            options["persist_mode"] = ("u", _PERSISTENT)
            if token and not again:
                options["restore_token"] = ("s", token)
        self._request("SelectSources", "oa{sv}", self._session, options=options)
        code, results = self._request("Start", "osa{sv}", self._session, "", options={}, patience=None)
        if code == _CANCELED:
            raise ScreenUnavailable("the desktop's dialog was refused, and nothing is recorded")
        if code or not results.get("streams", ("", []))[1]:
            raise ScreenUnavailable("the desktop shares nothing: its portal failed to start, and nothing is recorded")
        if "restore_token" in results:
            self._keep(results["restore_token"][1])
        node, about = results["streams"][1][0]
        return Shared(node, about["position"][1] if "position" in about else None)

    def cursor_mode(self, cursor: bool) -> int:
        """The mode to ask for: metadata where it can be had, for it can be left out later."""
        if self.metadata:
            return METADATA
        return EMBEDDED if cursor and self.cursor_modes & EMBEDDED else HIDDEN

    def pipewire(self) -> int:
        """A file connected to PipeWire, which may see what is shared; whoever gets it closes it."""
        (file,) = self._call(_CAST, "OpenPipeWireRemote", "oa{sv}", self._session, {})
        return int(file.to_raw_fd())

    def ended(self) -> bool:
        """Whether the user has ended the session, or the portal is gone, by now; it does not wait."""
        try:
            with suppress(TimeoutError):
                while not self._news:
                    self._bus.recv_messages(timeout=0)
        except OSError:
            return True
        return bool(self._news)

    def close(self) -> None:
        """End the session; idempotent."""
        if self._talks:
            self._talks = False
            self._bus.close()

    def _property(self, name: str) -> int:
        (value,) = self._call("org.freedesktop.DBus.Properties", "Get", "ss", _CAST, name)
        return int(value[1])

    def _call(self, interface: str, method: str, signature: str, *values: Any) -> Any:
        address = DBusAddress(_PATH, bus_name=_NAME, interface=interface)
        message = new_method_call(address, method, signature, values)
        try:
            return unwrap_msg(self._bus.send_and_get_reply(message, timeout=PATIENCE))
        except DBusErrorResponse as error:
            why = error.data[0] if error.data else error.name
            raise ScreenUnavailable(
                f"the desktop's portal does not share the screen: {printable(why)}: is xdg-desktop-portal installed,"
                " with the backend of this desktop?"
            ) from None
        except TimeoutError:
            raise ScreenUnavailable(f"the desktop's portal has not answered for {PATIENCE:g} s") from None
        except OSError as error:
            raise ScreenUnavailable(f"the session bus is gone: {error.strerror}") from None

    def _heed(self, interface: str, path: str) -> None:
        """Hear of the end of a session, and of the portal's."""
        gone = MatchRule(type="signal", sender="org.freedesktop.DBus", member="NameOwnerChanged")
        gone.add_arg_condition(0, _NAME)
        for rule in (MatchRule(type="signal", interface=interface, path=path), gone):
            Proxy(message_bus, self._bus).AddMatch(rule)
            self._bus.filter(rule, queue=self._news)

    def _request(
        self, method: str, signature: str, *values: Any, options: Options, patience: float | None = PATIENCE
    ) -> tuple[int, dict[str, Any]]:
        """Call a method that answers by a signal: its code, 0 for success, and its results."""
        token = f"gifsom{next(self._numbers)}"
        path = f"{_PATH}/request/{self._bus.unique_name[1:].replace('.', '_')}/{token}"
        rule = MatchRule(type="signal", interface=_REQUEST, path=path)
        Proxy(message_bus, self._bus).AddMatch(rule)
        until = None if patience is None else time.monotonic() + patience
        answers: deque[Message] = deque()
        with self._bus.filter(rule, queue=answers):
            self._call(_CAST, method, signature, *values, {**options, "handle_token": ("s", token)})
            while not answers:
                if self.ended():
                    raise ScreenUnavailable("the desktop's portal is gone, and nothing is recorded")
                if until is not None and time.monotonic() > until:
                    raise ScreenUnavailable(f"the desktop's portal has not answered for {PATIENCE:g} s")
                with suppress(TimeoutError):
                    self._bus.recv_messages(timeout=0.5)
        code, results = answers[0].body
        if code and method != "Start":
            raise ScreenUnavailable(f"the desktop's portal refuses {method}, and nothing is recorded")
        return code, results

    @staticmethod
    def _token() -> str:
        with suppress(OSError):
            return _token_path().read_text().strip()
        return ""

    @staticmethod
    def _keep(token: str) -> None:
        """Keep it for the next time; where it cannot be, the dialog comes again."""
        path = _token_path()
        with suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(path, "w", opener=_private) as file:
                file.write(token)


def _token_path() -> Path:
    return folder() / "portal.token"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
