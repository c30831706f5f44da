"""The picker: a rectangle is drawn with a real mouse on a real screen, and comes out exactly."""

import builtins
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT, linux, wait_for
from xvfb import PATIENCE, SIZE, Screen, need

from gifsom.core.errors import ScreenUnavailable
from gifsom.core.frame import Rect
from gifsom.recorder.grab import GrabScreen
from gifsom.recorder.picker import pick
from gifsom.recorder.screen import snapshot
from gifsom.recorder.windows import find_window

WHOLE = Rect(0, 0, *SIZE)
STILL = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)

pytestmark = linux


def is_open() -> bool:
    """Whether the hint lies on the blue screen: from then on mouse and keyboard are the picker's."""
    return not snapshot(Rect(640, 18, 1, 1))[..., :3].any()


def picked(screen: Screen, *steps: Callable[[], object]) -> Rect | str:
    """What the picker gives when these steps are taken as soon as it is open; else the error that it ends with.

    It runs in a process of its own: Tk ends the one in which its display has died, at its next use.
    """
    pytest.importorskip("tkinter")
    need("xdotool")
    script = (
        "from gifsom.recorder.grab import GrabScreen; from gifsom.recorder.picker import pick;"
        " print(pick(*GrabScreen().still()))"
    )
    screen.run("xsetroot", "-solid", "#336699")
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=screen.env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    screen.programs.append(process)
    assert wait_for(is_open, PATIENCE), "the picker does not open"
    for step in steps:
        step()
    out, err = process.communicate(timeout=120)
    numbers = [int(number) for number in re.findall(r"=(-?\d+)", out)]
    return Rect(*numbers) if numbers and not err else out.strip() + err.strip().rpartition("\n")[2]


def drag(screen: Screen, *path: tuple[int, int], button: str = "1") -> None:
    places = [("mousemove", str(x), str(y)) for x, y in path]
    first, *rest = places
    screen.run("xdotool", *first, "mousedown", button, *[word for place in rest for word in place], "mouseup", button)


def press(screen: Screen, *keys: str) -> None:
    screen.run("xdotool", "key", *keys)


def test_the_rectangle_that_is_drawn_is_picked(managed: Screen) -> None:
    steps = [lambda: drag(managed, (100, 50), (300, 200), (900, 550)), lambda: press(managed, "Return")]
    assert picked(managed, *steps) == Rect(100, 50, 800, 500)


def test_it_can_be_drawn_backwards_and_up_to_the_edge(screen: Screen) -> None:
    assert picked(screen, lambda: drag(screen, (1279, 799), (0, 0)), lambda: press(screen, "Return")) == WHOLE


def test_it_is_moved_and_pulled_with_the_mouse_and_the_keys(screen: Screen) -> None:
    steps = [
        lambda: drag(screen, (100, 50), (500, 350)),
        lambda: drag(screen, (300, 200), (310, 220)),  # from its inside: moved to 110, 70
        lambda: drag(screen, (510, 370), (520, 375)),  # at its lower right corner
        lambda: drag(screen, (110, 200), (100, 290)),  # at its left edge
        lambda: press(screen, "Left", "Left", "Down", "shift+Right", "ctrl+Up", "ctrl+shift+Down"),
        lambda: press(screen, "Return"),
    ]
    assert picked(screen, *steps) == Rect(98, 61, 421, 315)


def test_a_click_takes_the_window_and_a_second_one_ends_it(managed: Screen) -> None:
    managed.xterm("one")
    managed.xterm("two", "60x20+600+300")
    click = ["click", "--repeat", "2", "--delay", "50", "1"]
    assert picked(managed, lambda: managed.run("xdotool", "mousemove", "700", "400", *click)) == find_window("two").rect


def test_a_size_is_typed(screen: Screen) -> None:
    steps = [
        lambda: drag(screen, (100, 50), (200, 150)),
        lambda: press(screen, *"6x4", "0", "0", "0", "BackSpace", "Return"),
        lambda: press(screen, *"640x360", "Return", "Return"),
    ]
    assert picked(screen, *steps) == Rect(100, 50, 640, 360)


@pytest.mark.parametrize(
    ("kind", "way"),
    [
        ("managed", ["key", "Escape"]),
        ("screen", ["mousemove", "9", "9", "mousedown", "1", "mousemove", "99", "99", "key", "Escape"]),
        ("screen", ["click", "3"]),
    ],
)
def test_escape_and_a_right_click_cancel(kind: str, way: list[str], request: pytest.FixtureRequest) -> None:
    screen = request.getfixturevalue(kind)
    assert picked(screen, lambda: screen.run("xdotool", *way)) == "None"


def test_a_slip_of_the_mouse_is_passed_over(screen: Screen) -> None:
    slips = [
        lambda: drag(screen, (10, 10), (17, 300)),
        lambda: screen.run("xdotool", "key", "Return"),
        lambda: drag(screen, (200, 200)),
    ]
    steps = [*slips, lambda: drag(screen, (20, 30), (28, 38)), lambda: press(screen, "Return")]
    assert picked(screen, *steps) == Rect(20, 30, 8, 8)


def test_enter_accepts_what_is_drawn(screen: Screen) -> None:
    way = ["mousemove", "40", "40", "mousedown", "1", "mousemove", "90", "80", "key", "Return"]
    assert picked(screen, lambda: screen.run("xdotool", *way)) == Rect(40, 40, 50, 40)


def test_the_screen_is_frozen_meanwhile_and_left_as_it_was(screen: Screen) -> None:
    screen.run("xsetroot", "-solid", "#336699")
    screen.xterm("beneath")
    before = snapshot(WHOLE)
    seen: list[Any] = []

    def look() -> None:
        screen.run("xdotool", "mousemove", "500", "400", "mousedown", "1", "mousemove", "700", "600")
        assert wait_for(lambda: (snapshot(WHOLE)[399, 550, :3] == 255).all(), PATIENCE)
        seen.append(snapshot(WHOLE))
        screen.run("xdotool", "mouseup", "1", "key", "Return")

    assert picked(screen, look) == Rect(500, 400, 200, 200)
    assert np.array_equal(snapshot(WHOLE), before)
    changed = (seen[0] != before)[..., :3].any(axis=2)
    assert not changed[400:600, 500:700].any(), "what is picked is seen as it is"
    assert (seen[0][700, 1000, :3] < before[700, 1000, :3]).all(), "the rest is dimmed"
    assert (seen[0][399, 510:590, :3] == 255).all(), "a white line goes around it"
    assert (seen[0][450, 498, :3] == 0).all(), "and a black one around that"


def test_a_signal_ends_it(screen: Screen) -> None:
    """Such as Ctrl-C in the terminal: the handler runs though nothing happens in the window."""
    assert picked(screen, lambda: screen.programs[-1].send_signal(signal.SIGINT)) == "KeyboardInterrupt"
    assert not is_open()


@pytest.fixture
def without_tkinter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder that alone is searched for programs, and no tkinter."""
    real = builtins.__import__

    def missing(name: str, *rest: Any, **options: Any) -> Any:
        if name == "tkinter":
            raise ImportError(name)
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", missing)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_without_anything_to_ask_with_the_region_is_named(without_tkinter: Path) -> None:
    with pytest.raises(ScreenUnavailable, match="tkinter or slop, and neither is installed: give --region instead"):
        pick(STILL, WHOLE)


@pytest.mark.parametrize(
    ("script", "rect"),
    [
        ('[ "$1 $2" = "-f %wx%h+%x+%y" ] && echo 800x500+100+50', Rect(100, 50, 800, 500)),
        ("exit 1", None),
        ("echo 3x3+10+10", None),
        ("echo", None),
    ],
)
def test_slop_asks_where_tkinter_is_missing(without_tkinter: Path, script: str, rect: Rect | None) -> None:
    slop = without_tkinter / "slop"
    slop.write_text(f"#!/bin/sh\n{script}\n")
    slop.chmod(0o755)
    assert pick(STILL, WHOLE) == rect


def test_the_picker_needs_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tkinter")
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(ScreenUnavailable, match="DISPLAY is not set"):
        pick(*GrabScreen().still())
