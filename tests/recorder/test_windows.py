"""Windows: which there are, where they lie, and which one is meant, with a window manager and without."""

import re
import threading

import pytest
from conftest import linux, wait_for
from xvfb import PATIENCE, Screen, need

from gifsom.core.errors import ScreenUnavailable, WindowNotFound
from gifsom.core.frame import Rect
from gifsom.recorder.systems.x11.xlib import Display
from gifsom.recorder.windows import find_window, window_rect, windows

pytestmark = linux


def place(screen: Screen, number: int) -> Rect:
    """Where another program sees the content of a window."""
    told = screen.run("xwininfo", "-id", str(number))
    names = ("Absolute upper-left X", "Absolute upper-left Y", "Width", "Height", "Border width")
    found = [re.search(rf"{name}: +(-?\d+)", told) for name in names]
    left, top, width, height, border = (int(match[1]) for match in found if match)
    return Rect(left + border, top + border, width, height)


def titles() -> list[str]:
    return [window.title for window in windows()]


def test_an_empty_screen_has_no_windows(screen: Screen) -> None:
    assert windows() == []


@pytest.mark.parametrize("kind", ["screen", "managed"])
def test_a_window_is_listed_with_its_place(kind: str, request: pytest.FixtureRequest) -> None:
    screen = request.getfixturevalue(kind)
    number = screen.xterm("first")
    (window,) = windows()
    assert (window.title, window.program) == ("first", "XTerm")
    assert window.rect == place(screen, window.id) == window_rect(window.id)
    if kind == "managed":
        assert window.id == number


@pytest.mark.parametrize("kind", ["screen", "managed"])
def test_a_window_that_moves_is_followed(kind: str, request: pytest.FixtureRequest) -> None:
    screen = request.getfixturevalue(kind)
    number = screen.xterm("mover")
    before = window_rect(number)
    assert before is not None
    screen.run("xdotool", "windowmove", str(number), "400", "300")
    assert wait_for(lambda: window_rect(number) != before, PATIENCE)
    assert window_rect(number) == place(screen, number)
    screen.run("xdotool", "windowsize", str(number), "300", "200")
    assert wait_for(lambda: window_rect(number) == place(screen, number) != before, PATIENCE)


def test_a_window_may_reach_beyond_the_screen(screen: Screen) -> None:
    number = screen.xterm("outside")
    screen.run("xdotool", "windowmove", str(number), "-50", "-30")
    assert wait_for(lambda: window_rect(number) == Rect(-49, -29, 364, 264), PATIENCE)


@pytest.mark.parametrize("kind", ["screen", "managed"])
def test_a_window_that_is_closed_is_nowhere(kind: str, request: pytest.FixtureRequest) -> None:
    screen = request.getfixturevalue(kind)
    number = screen.xterm("short-lived")
    assert window_rect(number) is not None
    screen.run("xdotool", "windowkill", str(number))
    assert wait_for(lambda: window_rect(number) is None, PATIENCE)
    assert titles() == []
    assert window_rect(0xDEAD0001) is None


def test_a_window_that_is_reduced_to_an_icon_is_nowhere(managed: Screen) -> None:
    number = managed.xterm("icon")
    managed.run("xdotool", "windowminimize", str(number))
    assert wait_for(lambda: window_rect(number) is None, PATIENCE)
    assert titles() == []


def test_windows_that_close_while_they_are_listed_do_no_harm(screen: Screen) -> None:
    """What one question has found is gone at the next one."""
    need("xterm", "xdotool")
    numbers = [screen.xterm(f"window {n}") for n in range(4)]
    seen: list[int] = []
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            seen.append(len(windows()))

    watcher = threading.Thread(target=look)
    watcher.start()
    for number in numbers:
        screen.run("xdotool", "windowkill", str(number))
    assert wait_for(lambda: seen and seen[-1] == 0, PATIENCE)
    over.set()
    watcher.join()
    assert seen[0] >= seen[-1]


@pytest.mark.parametrize("kind", ["screen", "managed"])
def test_the_topmost_window_is_first(kind: str, request: pytest.FixtureRequest) -> None:
    screen = request.getfixturevalue(kind)
    for title in ("a", "b", "c"):
        screen.xterm(title)
    assert titles() == ["c", "b", "a"]
    screen.run("xdotool", "windowraise", str(screen.ids("a")[0]))
    assert wait_for(lambda: titles() == ["a", "c", "b"], PATIENCE)


def test_the_active_window_is_that_of_the_window_manager(managed: Screen) -> None:
    first, second = managed.xterm("first"), managed.xterm("second", "60x20+600+80")
    for number in (first, second, first):
        managed.run("xdotool", "windowactivate", "--sync", str(number))
        assert find_window("active").id == number
        assert [window.id for window in windows() if window.active] == [number]


def test_without_a_window_manager_the_one_with_the_focus_is_active(screen: Screen) -> None:
    first, second = screen.xterm("first"), screen.xterm("second", "60x20+600+80")
    screen.run("xdotool", "windowfocus", str(second), "mousemove", "150", "150")
    assert find_window("active").title == "second"
    screen.run("xdotool", "windowfocus", str(first))
    assert find_window("active").title == "first"


def test_without_a_focus_the_one_under_the_pointer_is_active(screen: Screen) -> None:
    screen.xterm("first")
    screen.xterm("second", "60x20+600+80")
    for x, title in ((150, "first"), (700, "second")):
        screen.run("xdotool", "mousemove", str(x), "150")
        assert find_window("active").title == title
    screen.run("xdotool", "mousemove", "10", "790")
    with pytest.raises(WindowNotFound, match='no window is active: there are "second"'):
        find_window("active")


def test_a_menu_is_no_window(screen: Screen) -> None:
    screen.xterm("owner")
    screen.run("xdotool", "mousemove", "200", "200", "keydown", "ctrl", "mousedown", "1")
    with Display() as display:
        assert wait_for(lambda: len(display.children(display.root)) > 1, PATIENCE), "the menu does not open"
        assert titles() == ["owner"]
    screen.run("xdotool", "mouseup", "1", "keyup", "ctrl")


def test_what_a_dead_window_manager_left_behind_is_not_believed(managed: Screen) -> None:
    managed.xterm("before")
    managed.run("xdotool", "search", "--sync", "--name", "before")
    managed.programs[0].kill()
    managed.programs[0].wait()
    managed.xterm("after")
    assert sorted(titles()) == ["after", "before"]


def test_a_window_in_the_frame_of_a_simple_window_manager_is_found(screen: Screen) -> None:
    """One without EWMH puts windows into its own, and marks them with WM_STATE."""
    frame = screen.show("frame", "xclock", "-title", "frame", "-geometry", "500x400+50+60")
    inner = screen.xterm("inner", "20x10+0+0")
    screen.run("xdotool", "windowreparent", str(inner), str(frame))
    screen.run("xprop", "-id", str(inner), "-f", "WM_STATE", "32c", "-set", "WM_STATE", "1")
    (window,) = windows()
    assert (window.id, window.title) == (inner, "inner")
    assert window.rect == place(screen, inner)


def test_the_shadow_that_a_program_draws_is_not_its_window(screen: Screen) -> None:
    number = screen.xterm("shadow")
    screen.run(
        "xprop", "-id", str(number), "-f", "_GTK_FRAME_EXTENTS", "32c", "-set", "_GTK_FRAME_EXTENTS", "26,24,23,29"
    )
    whole = place(screen, number)
    content = Rect(whole.left + 26, whole.top + 23, whole.width - 50, whole.height - 52)
    assert window_rect(number) == content
    assert windows()[0].rect == content


def test_a_window_is_found_by_a_part_of_its_title_or_program(screen: Screen) -> None:
    number = screen.xterm("notes")
    screen.run("xprop", "-id", str(number), "-f", "_NET_WM_NAME", "8u", "-set", "_NET_WM_NAME", "Notes on Größe")
    screen.show("xclock", "xclock", "-geometry", "100x100+900+600")
    for text in ("notes", "NOTES on", "XTerm", "xterm", "Notes on Größe"):
        assert find_window(text).title == "Notes on Größe", text


def test_a_title_that_is_not_there_lists_those_that_are(screen: Screen) -> None:
    with pytest.raises(WindowNotFound, match="there is no window 'Firefox', nor any other"):
        find_window("Firefox")
    screen.xterm("mail")
    screen.show("xclock", "xclock", "-geometry", "100x100+900+600")
    listed = r'there are "xclock" \(XClock at \d+,\d+\), "mail" \(XTerm at 101,81\)'
    with pytest.raises(WindowNotFound, match=f"there is no window 'Firefox': {listed}"):
        find_window("Firefox")


def test_two_windows_of_one_title_are_both_listed(screen: Screen) -> None:
    screen.xterm("twin")
    screen.xterm("twin", "60x20+600+80")
    both = r"""'twin' fits 2 windows: "twin" \(XTerm at 601,81\), "twin" \(XTerm at 101,81\)"""
    with pytest.raises(WindowNotFound, match=both):
        find_window("twin")


def test_of_several_the_one_with_exactly_that_title_is_meant(screen: Screen) -> None:
    screen.xterm("log")
    screen.xterm("catalog")
    assert find_window("log").title == "log"
    with pytest.raises(WindowNotFound, match="'Og' fits 2 windows"):
        find_window("Og")
    assert find_window("LOG").title == "log"
    screen.xterm("Log")
    assert [find_window(title).title for title in ("log", "Log")] == ["log", "Log"]
    with pytest.raises(WindowNotFound, match="'LOG' fits 2 windows"):
        find_window("LOG")


def test_a_title_cannot_disturb_the_message(screen: Screen) -> None:
    number = screen.xterm("tame")
    screen.run("xprop", "-id", str(number), "-f", "WM_NAME", "8s", "-set", "WM_NAME", "wild\x1b[31m")
    screen.run("xprop", "-id", str(number), "-remove", "_NET_WM_NAME")
    with pytest.raises(WindowNotFound, match=r"wild\\x1b\[31m") as error:
        find_window("nothing\n")
    assert str(error.value).isprintable()


def test_a_display_that_dies_ends_nothing(screen: Screen, capfd: pytest.CaptureFixture[str]) -> None:
    number = screen.xterm("last")
    with Display() as display:
        assert display.rect(number) is not None
        screen.process.kill()
        screen.process.wait()
        for _ in range(2):
            assert display.rect(number) is None
            assert display.children(display.root) == []
            assert display.text(number, "WM_NAME") == ""
            assert display.pointer() is None
        display.close()
    for question in (windows, lambda: window_rect(number), lambda: find_window("last")):
        with pytest.raises(ScreenUnavailable, match=f"the display {screen.name} cannot be opened"):
            question()
    assert capfd.readouterr() == ("", "")


def test_windows_need_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(ScreenUnavailable, match="DISPLAY is not set"):
        windows()
