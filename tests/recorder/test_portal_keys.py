"""Keys of a Wayland desktop: asked for through a portal that a test plays, on a bus of its own."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from conftest import linux, wait_for
from xvfb import PATIENCE, need

from gifsom.core.errors import ScreenUnavailable
from gifsom.recorder.hotkeys import Hotkeys, parse_hotkeys
from gifsom.recorder.systems import portal_keys

pytestmark = linux

Portal: TypeAlias = "subprocess.Popen[str]"

KEYS = parse_hotkeys("Ctrl+Alt+Shift+G,Super+PageUp")


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    """A session bus, in a session that says it is Wayland."""
    need("dbus-daemon")
    command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
    daemon = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert daemon.stdout is not None
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", daemon.stdout.readline().strip())
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    yield daemon
    daemon.kill()
    daemon.communicate()


@pytest.fixture
def portal(bus: Portal) -> Iterator[Callable[[str], Portal]]:
    started: list[subprocess.Popen[str]] = []

    def start(answer: str) -> Portal:
        script = Path(__file__).parents[1] / "support" / "shortcuts_portal.py"
        pipe = subprocess.PIPE
        started.append(subprocess.Popen([sys.executable, script, answer], stdin=pipe, stdout=pipe, text=True))
        assert line(started[-1]) == "ready"
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def line(portal: Portal) -> str:
    assert portal.stdout is not None
    return portal.stdout.readline().strip()


def press(portal: Portal, *names: str) -> None:
    assert portal.stdin is not None
    portal.stdin.write("".join(f"{name}\n" for name in names))
    portal.stdin.flush()


def test_keys_are_asked_for_and_heard(portal: Callable[[str], Portal]) -> None:
    desktop = portal("yes")
    pressed: list[str] = []
    with Hotkeys(KEYS, pressed.append) as keys:
        assert line(desktop) == "True  0 End the recording CTRL+ALT+SHIFT+g"
        assert line(desktop) == "True  1 Pause the recording, or go on LOGO+Prior"
        assert keys.taken == []
        assert keys.texts == {"stop": "Ctrl+Alt+Shift+G", "toggle": "Super+PageUp"}
        press(desktop, "1", "another", "2", "0")
        assert wait_for(lambda: pressed == ["toggle", "stop"], PATIENCE)
    assert not [thread for thread in threading.enumerate() if thread.name == "gifsom hotkeys"]


def test_the_user_has_the_last_word(portal: Callable[[str], Portal]) -> None:
    desktop = portal("first")
    pressed: list[str] = []
    with Hotkeys(KEYS, pressed.append) as keys:
        assert keys.taken == ["toggle"]
        assert keys.texts["stop"] == "Meta+F1", "as the desktop calls the keys"
        press(desktop, "0")
        assert wait_for(lambda: pressed == ["stop"], PATIENCE)


def test_keys_that_are_refused_are_not_heard(portal: Callable[[str], Portal]) -> None:
    portal("refuse")
    with Hotkeys(KEYS, list[str]().append) as keys:
        assert keys.taken == ["stop", "toggle"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [("none", "this desktop's portal has no keys of all windows"), ("silent", "has not answered for 0.3 s")],
)
def test_a_portal_without_keys_says_what_to_bind(
    portal: Callable[[str], Portal], monkeypatch: pytest.MonkeyPatch, answer: str, why: str
) -> None:
    if answer == "silent":
        monkeypatch.setattr(portal_keys, "PATIENCE", 0.3)
    portal(answer)
    with pytest.raises(ScreenUnavailable, match=f"{why}: bind `gifsom stop` and `gifsom toggle` to keys"):
        Hotkeys(KEYS, list[str]().append)


def test_without_a_portal_or_a_bus_it_is_told(bus: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ScreenUnavailable, match="this desktop's portal has no keys of all windows: bind"):
        Hotkeys(KEYS, list[str]().append)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    with pytest.raises(ScreenUnavailable, match="there is no session bus"):
        Hotkeys(KEYS, list[str]().append)


def test_a_bus_that_dies_ends_nothing(bus: Portal, portal: Callable[[str], Portal]) -> None:
    portal("yes")
    with Hotkeys(KEYS, list[str]().append):
        bus.kill()
        bus.wait()
