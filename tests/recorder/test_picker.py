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
from gifsom.recorder.picker import drawn, pick
from gifsom.recorder.screen import snapshot

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


def test_the_rectangle_that_is_drawn_is_picked(managed: Screen) -> None:
    assert picked(managed, lambda: drag(managed, (100, 50), (300, 200), (900, 550))) == Rect(100, 50, 800, 500)


def test_it_can_be_drawn_backwards_and_up_to_the_edge(screen: Screen) -> None:
    assert picked(screen, lambda: drag(screen, (1279, 799), (0, 0))) == WHOLE


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
    assert picked(screen, *slips, lambda: drag(screen, (20, 30), (28, 38))) == Rect(20, 30, 8, 8)


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
        assert wait_for(lambda: (snapshot(WHOLE)[399, 600, :3] == 255).all(), PATIENCE)
        seen.append(snapshot(WHOLE))
        screen.run("xdotool", "mouseup", "1")

    assert picked(screen, look) == Rect(500, 400, 200, 200)
    assert np.array_equal(snapshot(WHOLE), before)
    changed = (seen[0] != before)[..., :3].any(axis=2)
    assert not changed[400:600, 500:700].any(), "what is picked is seen as it is"
    assert not changed[:300].any()
    assert (seen[0][399, 499:701, :3] == 255).all(), "a white line goes around it"
    assert (seen[0][500, 498, :3] == 0).all(), "and a black one around that"


def test_a_signal_ends_it(screen: Screen) -> None:
    """Such as Ctrl-C in the terminal: the handler runs though nothing happens in the window."""
    assert picked(screen, lambda: screen.programs[-1].send_signal(signal.SIGINT)) == "KeyboardInterrupt"
    assert not is_open()


@pytest.mark.parametrize(
    ("start", "end", "rect"),
    [
        ((0, 0), (7, 100), None),
        ((0, 0), (8, 8), Rect(-100, 10, 8, 8)),
        ((90, 40), (10, 10), Rect(-90, 20, 80, 30)),
        ((0, 0), (99, 49), Rect(-100, 10, 100, 50)),
        ((-5, -5), (200, 200), Rect(-100, 10, 100, 50)),
        ((99, 49), (90, 40), Rect(-10, 50, 10, 10)),
    ],
)
def test_a_rectangle_between_two_pixels(start: tuple[int, int], end: tuple[int, int], rect: Rect | None) -> None:
    assert drawn(Rect(-100, 10, 100, 50), start, end) == rect


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
