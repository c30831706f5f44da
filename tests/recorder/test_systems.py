"""Windows and macOS, through the functions that their documentation describes, served by fakes: neither is here.

Read in Microsoft's reference: RegisterHotKey, WM_HOTKEY, SetProcessDpiAwarenessContext, DPI_AWARENESS_CONTEXT,
OpenInputDesktop. That this last one fails while the screen is locked is taken to be so, and stands on no page that was
read; the key CGSSessionScreenIsLocked of CGSessionCopyCurrentDictionary is told of by users, and not documented by
Apple. No fake shows how the windows of Tk look there, nor whether a lock is really seen.
"""

import pytest
from conftest import wait_for
from fake_macos import Quartz
from fake_windows import Desktop, Fake

from gifsom.core.errors import ScreenUnavailable
from gifsom.core.frame import Rect
from gifsom.recorder import screen
from gifsom.recorder.keys import parse_chord
from gifsom.recorder.systems import quartz, win32, win32_hotkeys

PATIENCE = 30.0


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch) -> Desktop:
    """A desktop of Windows."""
    made = Desktop()
    for module in (win32, win32_hotkeys):
        monkeypatch.setattr(module, "dll", made.dll)
    return made


@pytest.fixture
def mac(monkeypatch: pytest.MonkeyPatch) -> Quartz:
    """A desktop of macOS."""
    made = Quartz()
    monkeypatch.setattr(quartz, "_quartz", lambda: made)
    quartz._key.cache_clear()
    return made


# Windows


def test_windows_are_listed_with_their_places_in_pixels(desktop: Desktop) -> None:
    """Also left of the primary monitor and above it."""
    desktop.windows = [
        Fake(3, (-1920, -200, -960, 340), "Left", r"C:\\Program Files\\Mozilla\\firefox.exe"),
        Fake(4, (0, 0, 800, 600), "Front"),
        Fake(5, (0, 0, 800, 600), "Hidden", visible=False),
        Fake(6, (0, 0, 800, 600), "Icon", iconic=True),
        Fake(7, (0, 0, 800, 600), "On another desktop", cloaked=True),
        Fake(8, (0, 0, 800, 600), ""),
        Fake(9, (10, 10, 10, 600), "Thin"),
    ]
    desktop.front = 4
    left, front = win32.windows()
    assert (left.id, left.title, left.program, left.rect) == (3, "Left", "firefox", Rect(-1920, -200, 960, 540))
    assert (front.program, front.rect, front.active) == ("", Rect(0, 0, 800, 600), True)


def test_a_window_that_dies_meanwhile_is_left_out(desktop: Desktop) -> None:
    desktop.windows = [Fake(3, (0, 0, 80, 60), "a"), Fake(4, (0, 0, 80, 60), "b")]
    desktop.dies = {3}
    assert [window.title for window in win32.windows()] == ["b"]
    assert win32.window_rect(4) == Rect(0, 0, 80, 60)
    assert win32.window_rect(3) is None


def test_sizes_are_pixels_of_each_monitor(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    """DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2 is chosen before anything asks for one; a second time is refused."""
    assert win32.may_record()
    assert desktop.awareness == [-4]
    assert win32.may_record()
    monkeypatch.delattr(Desktop, "SetProcessDpiAwarenessContext")
    assert win32.may_record(), "before 2017 there is none"


def test_the_lock_screen_is_known(desktop: Desktop) -> None:
    assert not win32.is_locked()
    assert desktop.opened == 0, "the handle is given back"
    desktop.locked = True
    assert win32.is_locked()


def test_the_pointer_is_hidden_while_the_screen_is_locked(desktop: Desktop) -> None:
    desktop.pointer = (-300, 40)
    cursor = win32.Cursor()
    assert cursor.look() == (-300, 40, 5)
    desktop.locked = True
    assert cursor.look() == (-300, 40, 0)


def test_keys_are_registered_and_heard_in_one_thread(desktop: Desktop) -> None:
    pressed: list[int] = []
    desktop.taken = {(2, 0x79)}
    chords = [parse_chord(keys) for keys in ("Ctrl+Alt+Shift+G", "Ctrl+F10", "Super+Pause")]
    listener = win32_hotkeys.ChordListener(chords, pressed.append)
    assert listener.taken == {1}
    assert desktop.registered == {0: (7, ord("G")), 2: (8, 0x13)}
    for number in (2, 0):
        desktop.messages.put((0x312, number))
    desktop.messages.put((0x113, 1))  # another message: a timer
    assert wait_for(lambda: pressed == [2, 0], PATIENCE)
    listener.close()
    listener.close()
    assert desktop.registered == {}
    assert len(desktop.threads) == 1


# macOS


def listed(number: int, title: str | None, bounds: tuple[float, ...], layer: int = 0) -> dict[str, object]:
    entry = {"kCGWindowNumber": number, "kCGWindowLayer": layer, "kCGWindowBounds": bounds, "kCGWindowOwnerName": "App"}
    return entry if title is None else entry | {"kCGWindowName": title}


def test_windows_of_the_desktop_are_listed(mac: Quartz) -> None:
    mac.windows = [
        listed(1, "Menu", (0, 0, 1440, 24), layer=25),
        listed(2, "Größe", (-800, -30, 640, 480)),
        listed(3, None, (10, 20, 300, 200)),
        listed(4, "Flat", (10, 20, 300, 0)),
        listed(5, "x" * 2000, (1, 2, 3, 4)),
    ]
    first, second, third = quartz.windows()
    assert (first.id, first.title, first.program, first.active) == (2, "Größe", "App", True)
    assert first.rect == Rect(-800, -30, 640, 480)
    assert (second.title, second.program, second.active) == ("", "App", False), "titles need the permission"
    assert third.title == ""
    assert quartz.window_rect(3) == Rect(10, 20, 300, 200)
    assert quartz.window_rect(99) is None
    assert mac.held == 0, "all that was given to be released is"


def test_without_a_session_there_are_no_windows_and_no_lock(mac: Quartz) -> None:
    mac.windows = mac.session = None
    assert quartz.windows() == []
    assert not quartz.is_locked()


@pytest.mark.parametrize(
    ("session", "locked"),
    [({}, False), ({"CGSSessionScreenIsLocked": False}, False), ({"CGSSessionScreenIsLocked": True}, True)],
)
def test_the_locked_screen_is_known(mac: Quartz, session: dict[str, object], locked: bool) -> None:
    mac.session = session
    assert quartz.is_locked() == locked
    assert mac.held == 0


def test_the_permission_is_asked_for_where_there_is_one(mac: Quartz) -> None:
    assert quartz.may_record(), "before macOS 10.15 there is none"
    mac.allow(True)
    assert quartz.may_record()
    mac.allow(False)
    assert not quartz.may_record()


def test_the_pointer_is_an_arrow_at_its_place(mac: Quartz) -> None:
    mac.pointer = (-3.5, 70.25)
    assert quartz.Cursor().look() == (-3, 70, 1)
    assert mac.held == 0


# Told before anything is recorded


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("may_record", False, "allow it in System Settings, Privacy & Security, Screen Recording"),
        ("is_locked", True, "the screen is locked, and shows itself to no program: unlock it"),
    ],
)
def test_what_stands_in_the_way_is_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: bool, told: str) -> None:
    monkeypatch.setattr(screen, name, lambda: value)
    with pytest.raises(ScreenUnavailable, match=told):
        screen.check_screen()
