"""Keys that end a recording or pause it: named as in menus, heard by a real server whatever has the keyboard."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import gifsom, linux, one_line, wait_for
from running import Running
from xvfb import PATIENCE, Screen

from gifsom.core.errors import ScreenUnavailable, SettingError
from gifsom.gif.reader import read_info
from gifsom.recorder.doctor import examine
from gifsom.recorder.hotkeys import USUAL, Hotkeys, parse_hotkeys
from gifsom.recorder.keys import parse_chord

pytestmark = [linux, pytest.mark.usefixtures("state")]

STOP, TOGGLE = (keys.lower() for keys in USUAL)


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("Ctrl+Alt+G", "Ctrl+Alt+G"),
        ("shift + win+7", "Shift+Super+7"),
        ("cmd+option+space", "Alt+Super+Space"),
        ("f24", "F24"),
        ("Pause", "Pause"),
        ("Control+pageup", "Ctrl+PageUp"),
    ],
)
def test_keys_are_named_as_in_menus(typed: str, keys: str) -> None:
    assert parse_chord(typed).text == keys
    assert parse_chord(keys) == parse_chord(typed)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("", "are no keys"),
        ("Ctrl+", "are no keys"),
        ("Ctrl", "are no keys"),
        ("Hyper+G", "are no keys"),
        ("Ctrl+F25", "are no keys"),
        ("Ctrl+Alt+gg", "are no keys"),
        ("G", "is typed in other programs: add Ctrl, Alt or Super"),
        ("Shift+G", "is typed in other programs"),
        ("Ctrl+F1,Ctrl+F2,Ctrl+F3", "too many keys"),
        ("Ctrl+F1,ctrl+f1", "the same keys twice"),
        (USUAL[1], "the same keys twice"),
    ],
)
def test_what_are_no_keys_is_told(wrong: str, why: str) -> None:
    with pytest.raises(SettingError, match=why):
        parse_hotkeys(wrong)


def test_keys_that_are_not_named_are_the_usual_ones() -> None:
    assert parse_hotkeys("none") == {}
    named = parse_hotkeys("Ctrl+F9,Pause")
    assert {action: chord.text for action, chord in named.items()} == {"stop": "Ctrl+F9", "toggle": "Pause"}


@pytest.fixture
def heard() -> Iterator[Callable[[str], list[str]]]:
    """Listens to these keys; the names of what was pressed so far."""
    opened: list[Hotkeys] = []

    def listen(keys: str) -> list[str]:
        pressed: list[str] = []
        opened.append(Hotkeys(parse_hotkeys(keys), pressed.append))
        return pressed

    yield listen
    for one in opened:
        one.close()
        one.close()


def test_keys_are_heard_whatever_window_has_the_keyboard(
    managed: Screen, heard: Callable[[str], list[str]], tmp_path: Path
) -> None:
    typed = tmp_path / "typed"
    number = managed.show("t", "xterm", "-T", "t", "-e", "sh", "-c", f"cat > {typed}")
    managed.run("xdotool", "windowactivate", "--sync", str(number))
    pressed = heard("Ctrl+F9,Super+Shift+P")
    managed.run("xdotool", "key", "ctrl+F9")
    assert wait_for(lambda: pressed == ["stop"], PATIENCE)
    managed.run("xdotool", "key", "super+shift+p", "key", "ctrl+shift+F9", "key", "F9", "key", "ctrl+F9")
    assert wait_for(lambda: pressed == ["stop", "toggle", "stop"], PATIENCE)
    managed.run("xdotool", "type", "x\n")
    assert wait_for(lambda: typed.read_text().endswith("x\n"), PATIENCE), "other keys go where they went"


def test_keys_are_heard_with_caps_lock_and_num_lock(screen: Screen, heard: Callable[[str], list[str]]) -> None:
    pressed = heard("Ctrl+Alt+G")
    for count, lock in enumerate(("Caps_Lock", "Num_Lock", "Caps_Lock"), 1):
        screen.run("xdotool", "key", lock, "key", "ctrl+alt+g")
        assert wait_for(lambda count=count: len(pressed) == count, PATIENCE), lock  # type: ignore[misc]


def test_keys_that_are_held_count_once(screen: Screen, heard: Callable[[str], list[str]]) -> None:
    """Though the server repeats them."""
    pressed = heard("Ctrl+F9,Ctrl+F10")
    screen.run("xset", "r", "rate", "50", "100")
    screen.run(
        "xdotool", "keydown", "ctrl", "keydown", "F9", "sleep", "0.4", "keyup", "F9", "key", "F10", "keyup", "ctrl"
    )
    assert wait_for(lambda: "toggle" in pressed, PATIENCE)
    assert pressed == ["stop", "toggle"]


def test_keys_that_another_program_has_are_told(screen: Screen, heard: Callable[[str], list[str]]) -> None:
    first = heard("Ctrl+F9,Ctrl+F10")
    second: list[str] = []
    with Hotkeys(parse_hotkeys("Ctrl+F10,Ctrl+F11"), second.append) as keys:
        assert keys.taken == ["stop"]
        screen.run("xdotool", "key", "ctrl+F10", "key", "ctrl+F11")
        assert wait_for(lambda: first and second, PATIENCE)
        assert (first, second) == (["toggle"], ["toggle"])


def test_keys_are_given_back(screen: Screen) -> None:
    for _ in range(2):
        with Hotkeys(parse_hotkeys(",".join(USUAL)), str) as keys:
            assert keys.taken == []
    assert not [thread for thread in threading.enumerate() if thread.name == "gifsom hotkeys"]


def test_a_display_that_dies_ends_nothing(screen: Screen, capfd: pytest.CaptureFixture[str]) -> None:
    with Hotkeys(parse_hotkeys("Ctrl+F9"), str):
        screen.process.kill()
        screen.process.wait()
    assert capfd.readouterr() == ("", "")


def test_wayland_has_no_keys_of_all_windows(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    with pytest.raises(ScreenUnavailable, match="bind `gifsom stop` and `gifsom toggle` to keys"):
        Hotkeys(parse_hotkeys("Ctrl+F9"), str)
    with Hotkeys({}, str) as keys:
        assert keys.taken == []


def found(name: str) -> tuple[bool | None, str]:
    (one,) = (one for one in examine() if one.name == name)
    return one.ok, one.text


def test_the_doctor_tells_the_keys(screen: Screen, heard: Callable[[str], list[str]]) -> None:
    assert found("hotkeys") == (True, f"{USUAL[0]} ends a recording, {USUAL[1]} pauses it")
    heard(",".join(USUAL))
    ok, told = found("hotkeys")
    assert ok is None
    assert f"another program has {USUAL[0]} or {USUAL[1]}: give --hotkey, or bind" in told


def test_the_usual_keys_pause_a_recording_and_end_it(
    screen: Screen, record: Callable[..., Running], here: Path
) -> None:
    recording = record("a.gif", "--region", "200x100+0+0")
    recording.reach(0.6)
    screen.run("xdotool", "key", TOGGLE)
    time.sleep(1.5)
    screen.run("xdotool", "key", TOGGLE)
    recording.go_on(1)
    screen.run("xdotool", "key", STOP)
    status, _, err = recording.end()
    assert status == 0, err
    assert f"{USUAL[0]} ends it" in err
    assert "; stopped" in err
    assert 1 < read_info(here / "a.gif").duration < recording.age - 1.4


def test_other_keys_end_it_and_none_do(screen: Screen, record: Callable[..., Running], here: Path) -> None:
    recording = record("a.gif", "--region", "200x100+0+0", "--hotkey", "ctrl+F9")
    screen.run("xdotool", "key", STOP)
    recording.go_on(0.3)
    screen.run("xdotool", "key", "ctrl+F9")
    assert recording.end()[0] == 0
    recording = record("b.gif", "--region", "200x100+0+0", "--hotkey", "none")
    screen.run("xdotool", "key", STOP, "key", TOGGLE)
    recording.go_on(0.5)
    status, _, err = recording.end(signal.SIGTERM)
    assert status == 0
    assert "`gifsom stop` ends it" in err


def test_keys_that_are_taken_are_told_before_it_begins_if_they_were_asked_for(
    screen: Screen, heard: Callable[[str], list[str]], here: Path
) -> None:
    heard(f"Ctrl+F9,{USUAL[0]}")
    run = gifsom("record", "a.gif", "--hotkey", "Ctrl+F9", cwd=here)
    assert run.status == 1
    assert "Ctrl+F9 are another program's: give other keys, or bind" in one_line(run.err)
    run = gifsom("record", "a.gif", "--region", "9x9+0+0", "--duration", "0.2", cwd=here)
    assert run.status == 0
    assert f"another program has {USUAL[0]}: give --hotkey, or bind" in run.err
    run = gifsom("record", "b.gif", "--hotkey", "G", cwd=here)
    assert (run.status, one_line(run.err)) == (2, "'G' is typed in other programs: add Ctrl, Alt or Super")
