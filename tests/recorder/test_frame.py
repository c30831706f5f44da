"""The frame around a recording: it is seen on the screen, and never in the picture."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import decoders
import numpy as np
import pytest
from conftest import linux, wait_for
from running import Running
from xvfb import PATIENCE, SIZE, Screen

from gifsom.core.frame import Rect
from gifsom.recorder.frame import BADGE, COUNT, GAP, LINE, RecordingFrame, badge, edges
from gifsom.recorder.screen import snapshot

pytestmark = [linux, pytest.mark.usefixtures("state")]

WHOLE = Rect(0, 0, *SIZE)
REGION = Rect(200, 200, 300, 180)
TEXT = "300x180+200+200"
BLUE, RED, REST, GROUND = "336699", "e5383b", "8d99ae", "202124"


@pytest.fixture
def blue(screen: Screen) -> Screen:
    pytest.importorskip("tkinter")
    screen.run("xsetroot", "-solid", f"#{BLUE}")
    return screen


def color(x: int, y: int) -> str:
    return bytes(snapshot(Rect(x, y, 1, 1))[0, 0, 2::-1]).hex()


def shows(*expected: tuple[int, int, str]) -> bool:
    return wait_for(lambda: [color(x, y) for x, y, _ in expected] == [shown for *_, shown in expected], PATIENCE)


SIDES = [(200, 199), (499, 199), (350, 380), (199, 300), (500, 300)]
"""Pixels of the frame next to the picture."""


def pictures(gif: Path) -> list[Any]:
    return [canvas[..., :3] for canvas, _ in decoders.pillow(gif)]


def all_blue(gif: Path) -> bool:
    return all((picture == tuple(bytes.fromhex(BLUE))).all() for picture in pictures(gif))


def test_it_is_seen_around_the_region_and_not_in_the_picture(
    blue: Screen, record: Callable[..., Running], here: Path
) -> None:
    recording = record("a.gif", "--region", TEXT, "--no-cursor")
    assert shows(*((x, y, RED) for x, y in SIDES))
    place = badge(REGION, WHOLE)
    assert place is not None
    assert shows((place.left + 2, place.top + 2, GROUND))
    before = snapshot(place)
    recording.go_on(1.2)
    assert wait_for(lambda: not np.array_equal(snapshot(place), before), PATIENCE), "the time goes on"
    blue.run("xdotool", "key", "ctrl+alt+shift+b")
    assert shows(*((x, y, REST) for x, y in SIDES))
    blue.run("xdotool", "key", "ctrl+alt+shift+b")
    assert shows(*((x, y, RED) for x, y in SIDES))
    status, _, err = recording.end(signal.SIGTERM)
    assert status == 0, err
    assert all_blue(here / "a.gif")
    assert (snapshot(WHOLE)[..., 2::-1] == tuple(bytes.fromhex(BLUE))).all(), "nothing stays on the screen"


def test_it_counts_down_in_the_middle_and_that_is_gone_in_time(
    blue: Screen, record: Callable[..., Running], here: Path
) -> None:
    recording = record("a.gif", "--region", TEXT, "--no-cursor", "--delay", "3", wait=False)
    corner = (350 - COUNT[0] // 2 + 2, 290 - COUNT[1] // 2 + 2)
    assert shows((*corner, GROUND), (200, 199, REST))
    recording.begin()
    assert shows((*corner, BLUE), (200, 199, RED))
    recording.go_on(0.3)
    assert recording.end(signal.SIGTERM)[0] == 0
    assert all_blue(here / "a.gif")


def test_it_ends_with_a_recorder_that_is_killed(blue: Screen, record: Callable[..., Running]) -> None:
    recording = record("a.gif", "--region", TEXT)
    assert shows((200, 199, RED))
    recording.process.kill()
    assert shows((200, 199, BLUE))


def test_without_it_and_around_a_window_there_is_none(blue: Screen, record: Callable[..., Running]) -> None:
    blue.xterm("w")
    for arguments in (["--region", TEXT, "--no-frame"], ["--window", "w"]):
        recording = record("a.gif", "--duration", "0.5", "--overwrite", *arguments)
        assert recording.end()[0] == 0
        children = blue.run("xwininfo", "-root", "-children")
        assert "tk" not in children


def test_a_display_that_dies_costs_nothing(blue: Screen) -> None:
    with RecordingFrame(REGION, WHOLE) as frame:
        frame.count(3)
        assert shows((200, 199, REST))
        blue.process.kill()
        blue.process.wait()
        for second in range(50):
            frame.show(second, False)
        frame.begin()
    frame.close()


def test_a_process_that_hangs_holds_up_nobody(blue: Screen) -> None:
    with RecordingFrame(REGION, WHOLE) as frame:
        frame.count(3)
        assert shows((200, 199, REST))
        process = frame._process
        assert process.pid is not None
        os.kill(process.pid, signal.SIGSTOP)
        for second in range(10_000):
            frame.show(second, False)
    assert process.exitcode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("rect", "sides"),
    [
        (Rect(200, 200, 300, 180), 4),
        (Rect(0, 0, 300, 180), 2),
        (Rect(0, 0, 1280, 400), 1),
        (Rect(1, 1, 1278, 798), 4),
        (WHOLE, 0),
    ],
)
def test_its_sides_are_outside_of_the_picture_and_on_the_screen(rect: Rect, sides: int) -> None:
    seen = np.zeros((SIZE[1], SIZE[0]), bool)
    found = edges(rect, WHOLE)
    assert len(found) == sides
    for side in found:
        assert WHOLE.union(side) == WHOLE
        seen[side.top : side.top + side.height, side.left : side.left + side.width] = True
    assert not rect.cut(seen).any()
    around = Rect(rect.left - LINE, rect.top - LINE, rect.width + 2 * LINE, rect.height + 2 * LINE)
    left, top = max(0, around.left), max(0, around.top)
    part = seen[top : around.top + around.height, left : around.left + around.width]
    assert part.sum() == part.size - rect.width * rect.height, "it has no gap"


WIDE, HIGH = BADGE
OFF = LINE + GAP


@pytest.mark.parametrize(
    ("rect", "place"),
    [
        (Rect(200, 200, 300, 180), Rect(197, 200 - OFF - HIGH, *BADGE)),
        (Rect(0, 200, 300, 180), Rect(0, 200 - OFF - HIGH, *BADGE)),
        (Rect(1200, 200, 80, 180), Rect(1280 - WIDE, 200 - OFF - HIGH, *BADGE)),
        (Rect(200, 10, 300, 180), Rect(197, 190 + OFF, *BADGE)),
        (Rect(200, 0, 300, 800), Rect(500 + OFF, 0, *BADGE)),
        (Rect(400, 0, 880, 800), Rect(400 - OFF - WIDE, 0, *BADGE)),
        (Rect(10, 10, 1260, 780), None),
        (WHOLE, None),
    ],
)
def test_the_time_is_beside_it_where_there_is_room(rect: Rect, place: Rect | None) -> None:
    assert badge(rect, WHOLE) == place


def test_a_screen_may_begin_left_of_zero() -> None:
    screen = Rect(-1280, -100, 1280, 800)
    assert badge(Rect(-1280, -100, 300, 200), screen) == Rect(-1280, 100 + OFF, *BADGE)
    assert edges(Rect(-1280, -100, 300, 200), screen) == [Rect(-1280, 100, 303, LINE), Rect(-980, -100, LINE, 200)]
