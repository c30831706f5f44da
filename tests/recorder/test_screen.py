"""The screen: its monitors, what cannot be recorded and why, and what the doctor says of it."""

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import mss
import numpy as np
import pytest
from conftest import linux, wait_for
from xvfb import PATIENCE, SIZE, Screen

from gifsom.core.errors import ScreenUnavailable, SettingError
from gifsom.core.frame import Rect
from gifsom.recorder import doctor
from gifsom.recorder import screen as module
from gifsom.recorder.backend import open_screen
from gifsom.recorder.doctor import Finding, examine
from gifsom.recorder.screen import check_screen, grabber, monitor, monitors, screen_rect, snapshot
from gifsom.recorder.types import Monitor

WHOLE = Rect(0, 0, *SIZE)

pytestmark = linux


@pytest.fixture
def no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)


def test_a_screen_can_be_recorded(screen: Screen) -> None:
    check_screen()
    assert monitors() == [Monitor(1, "screen", WHOLE, primary=True)]
    assert screen_rect() == WHOLE


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize("question", [check_screen, monitors, screen_rect])
def test_without_a_display_it_is_said(question: Any) -> None:
    with pytest.raises(ScreenUnavailable, match="there is no screen to record: DISPLAY is not set"):
        question()


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize("question", [check_screen, monitors, screen_rect])
def test_a_display_that_does_not_open_is_named(question: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4321\n")
    with pytest.raises(ScreenUnavailable, match=r"the display :4321\\n cannot be") as error:
        question()
    assert str(error.value).isprintable()


WAYLAND = pytest.mark.parametrize(
    ("name", "value"), [("WAYLAND_DISPLAY", "wayland-0"), ("XDG_SESSION_TYPE", "wayland")]
)


@WAYLAND
def test_a_wayland_session_is_never_recorded_black(screen: Screen, monkeypatch: Any, name: str, value: str) -> None:
    """An X server that is black may be the one in which Wayland's programs are not to be seen."""
    monkeypatch.setenv(name, value)
    screen.run("xsetroot", "-solid", "black")
    with pytest.raises(ScreenUnavailable, match=r"belongs to a Wayland session.*sees only black.*Xorg"):
        open_screen("x11")
    screen.run("xsetroot", "-solid", "#336699")
    assert open_screen("x11").monitors() == [Monitor(1, "screen", WHOLE, primary=True)]


@WAYLAND
def test_a_wayland_session_that_gives_no_pictures_is_told_why(
    screen: Screen, monkeypatch: Any, tmp_path: Path, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/bus")
    with pytest.raises(ScreenUnavailable, match=r"session cannot be recorded.*no Wayland compositor answers at"):
        open_screen()


def test_a_backend_that_is_none_is_refused() -> None:
    with pytest.raises(SettingError, match="backend is mir: give one of auto, x11, portal, wlroots"):
        open_screen("mir")


def test_a_display_of_wayland_is_known_by_its_monitors(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "monitors", lambda: [Monitor(1, "XWAYLAND0", WHOLE, primary=True)])
    with pytest.raises(ScreenUnavailable, match="Wayland"):
        check_screen()


def test_a_screen_that_shrinks_is_seen(screen: Screen) -> None:
    screen.run("xrandr", "--output", "screen", "--off", "--fb", "320x240")
    assert [one.rect for one in monitors()] == [Rect(0, 0, 320, 240)]
    assert monitor().rect == screen_rect() == Rect(0, 0, 320, 240)


def test_monitors_are_numbered_and_one_is_primary(screen: Screen) -> None:
    screen.run("xrandr", "--setmonitor", "left", "640/200x800/200+0+0", "screen")
    screen.run("xrandr", "--setmonitor", "*right", "640/200x800/200+640+0", "none")
    listed = monitors()
    assert [one.number for one in listed] == [1, 2]
    assert {one.rect for one in listed} == {Rect(0, 0, 640, 800), Rect(640, 0, 640, 800)}
    assert [one.rect for one in listed if one.primary] == [Rect(640, 0, 640, 800)]
    assert monitor() == next(one for one in listed if one.primary)
    assert monitor(2) == listed[1]
    assert monitor("screen") == next(one for one in listed if one.name == "screen")
    assert screen_rect() == WHOLE
    with pytest.raises(
        SettingError, match=r"monitor is 3: there are 1 (screen )?\(640x800\+\d+\+0\), 2 (screen )?\(640x800"
    ):
        monitor(3)


def test_monitors_that_reach_beyond_the_screen_are_cut(screen: Screen) -> None:
    screen.run("xrandr", "--setmonitor", "wide", "1400/300x800/200+1000+0", "screen")
    assert [one.rect for one in monitors()] == [Rect(1000, 0, 280, 800)]


@pytest.mark.parametrize("number", [0, 2, -1])
def test_a_monitor_that_is_not_there_is_refused_with_those_that_are(screen: Screen, number: int) -> None:
    with pytest.raises(SettingError, match=rf"monitor is {number}: there are 1 screen \(1280x800\+0\+0\)"):
        monitor(number)


def test_a_snapshot_has_the_colors_of_the_screen(screen: Screen) -> None:
    screen.run("xsetroot", "-solid", "#1080f0")
    pixels = snapshot(Rect(1270, 790, 10, 6))
    assert pixels.shape == (6, 10, 4)
    assert np.unique(pixels[..., :3].reshape(-1, 3), axis=0).tolist() == [[0xF0, 0x80, 0x10]]


def test_a_display_that_dies_in_the_middle_is_an_error_of_ours(screen: Screen) -> None:
    def grab_until_it_dies() -> None:
        with grabber() as grab:
            screen.process.kill()
            screen.process.wait()
            for _ in range(3):
                grab.grab((0, 0, 10, 10))

    with pytest.raises(ScreenUnavailable, match=f"the display {screen.name} cannot be recorded"):
        grab_until_it_dies()


def test_what_mss_raises_is_told_by_its_name_where_it_says_nothing(screen: Screen, monkeypatch: Any) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(mss, "MSS", fail)
    with pytest.raises(ScreenUnavailable, match="cannot be recorded: AssertionError"):
        monitors()


def findings() -> dict[str, Finding]:
    found = {finding.name: finding for finding in examine()}
    assert all(finding.text.isprintable() and finding.text for finding in found.values())
    return found


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the system keeps the state of programs."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


def test_the_doctor_finds_nothing_wrong_where_nothing_is(managed: Screen, home: Path) -> None:
    managed.run("xsetroot", "-solid", "gray", "-cursor_name", "left_ptr")
    managed.xterm("patient")
    assert wait_for(lambda: '"patient" is active' in findings()["windows"].text, PATIENCE)
    found = findings()
    assert {finding.name for finding in found.values() if finding.ok is not True} <= {"picker", "disk"}
    assert found["session"].text == f"X11, display {managed.name}"
    assert found["screen"].text == "1280x800+0+0"
    assert found["monitors"].text == "1 screen 1280x800+0+0 (primary)"
    assert found["picture"].text.endswith("ms for 1280x800")
    assert found["windows"].text == '1 to be seen, "patient" is active'
    assert found["recordings"].text == str(home / "gifsom")
    assert list(home.iterdir()) == [], "the doctor leaves nothing behind"


def test_the_doctor_calls_a_black_picture_black(screen: Screen) -> None:
    screen.run("xsetroot", "-solid", "black")
    assert findings()["picture"].ok is None
    assert "black" in findings()["picture"].text


@pytest.mark.usefixtures("no_session")
def test_the_doctor_lives_without_a_screen() -> None:
    found = findings()
    assert found["session"] == Finding("session", False, "there is no screen to record: DISPLAY is not set")
    assert set(found) == {"session", "picker", "recordings", "disk"}


def test_the_doctor_says_why_a_wayland_session_cannot_be_recorded(
    screen: Screen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_SESSION_TYPE", "wayland")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/bus")
    found = findings()
    assert found["session"].ok is False
    assert "Wayland" in found["session"].text
    assert "no Wayland compositor answers" in found["wlroots"].text
    assert found["portal"].ok is None


def test_the_doctor_tries_to_write_where_recordings_go(screen: Screen, home: Path, monkeypatch: Any) -> None:
    (home / "gifsom").write_text("a file where a folder should be")
    found = findings()["recordings"]
    assert found.ok is False
    assert "Not a directory" in found.text


@pytest.mark.parametrize(
    ("free", "ok", "words"),
    [(1_000_000, None, "0 minutes"), (1 << 30, None, "24 minutes"), (100 << 30, True, "40 hours")],
)
def test_the_doctor_says_how_long_the_disk_suffices(free: int, ok: Any, words: str, monkeypatch: Any) -> None:
    usage = shutil.disk_usage("/")._replace(free=free)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage)
    found = findings()["disk"]
    assert found.ok is ok
    assert f"some {words} of a typical recording" in found.text


def test_the_doctor_says_what_the_picker_needs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if "tkinter" in name else find(name))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert findings()["picker"] == Finding(
        "picker", None, "neither tkinter nor slop is installed: --pick is not possible, --region is"
    )
    slop = tmp_path / "slop"
    slop.write_text("#!/bin/sh\n")
    slop.chmod(0o755)
    assert findings()["picker"] == Finding("picker", True, "slop")


def test_nothing_is_printed(screen: Screen, capfd: pytest.CaptureFixture[str]) -> None:
    examine()
    screen.process.kill()
    screen.process.wait()
    examine()
    assert capfd.readouterr() == ("", "")
