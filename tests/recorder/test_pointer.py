"""The pointer, clicks and keys as they are seen on a real screen, and what keys are called."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import linux, wait_for
from xvfb import PATIENCE, Screen, start_screen

from gifsom.core.errors import PackageMissing, ScreenUnavailable
from gifsom.recorder import listening
from gifsom.recorder.input import InputWatch
from gifsom.recorder.keys import key_text
from gifsom.recorder.pointer import PointerWatch
from gifsom.recorder.systems.pictures import arrow, from_argb, from_masks, from_straight
from gifsom.recorder.systems.x11 import cursor
from gifsom.recorder.systems.x11.xlib import load
from gifsom.spool.events import Click, Key, Shape

BLACK, WHITE, CLEAR = (0, 0, 0, 255), (255, 255, 255, 255), (0, 0, 0, 0)

on_linux = linux


def write_bitmap(path: Path, rows: list[str], hot: tuple[int, int]) -> Path:
    """An X bitmap, eight pixels wide, of rows in which "#" is set."""
    values = [sum(1 << n for n, sign in enumerate(row) if sign == "#") for row in rows]
    path.write_text(
        f"#define p_width 8\n#define p_height {len(rows)}\n#define p_x_hot {hot[0]}\n#define p_y_hot {hot[1]}\n"
        f"static char p_bits[] = {{\n {', '.join(map(hex, values))}}};\n"
    )
    return path


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    """A screen without the security extension, which refuses the pictures of programs that have ended."""
    running = start_screen("-extension", "SECURITY")
    monkeypatch.setenv("DISPLAY", running.name)
    yield running
    running.close()


@on_linux
def test_the_pointer_is_where_it_was_moved_to(screen: Screen) -> None:
    with PointerWatch() as watch:
        for x, y in ((0, 0), (300, 200), (1279, 799)):
            screen.run("xdotool", "mousemove", str(x), str(y))
            before = time.perf_counter()
            pointer, _ = watch.look()
            assert (pointer.x, pointer.y) == (x, y)
            assert before <= pointer.time <= time.perf_counter()


@on_linux
def test_the_picture_of_the_pointer_is_exact(free: Screen, tmp_path: Path) -> None:
    drawn = ["##......", "#.#.....", "#..#....", "#...#...", "##......"]
    seen = ["##......", "###.....", "####....", "#####...", "##......"]
    picture = write_bitmap(tmp_path / "picture", drawn, (3, 2))
    mask = write_bitmap(tmp_path / "mask", seen, (3, 2))
    free.run("xsetroot", "-cursor", picture, mask)
    with PointerWatch() as watch:
        pointer, shape = watch.look()
    assert shape is not None
    assert (shape.number, pointer.shape, shape.hot) == (1, 1, (3, 2))
    assert shape.pixels.dtype == np.uint8
    height, width = shape.pixels.shape[:2]
    assert (height, width) >= (5, 5)
    for y in range(height):
        for x in range(width):
            inside = y < 5 and x < 8 and seen[y][x] == "#"
            expected = (BLACK if drawn[y][x] == "#" else WHITE) if inside else CLEAR
            assert tuple(shape.pixels[y, x]) == expected, (x, y)


@on_linux
def test_each_shape_is_told_once_and_known_again(free: Screen) -> None:
    """A server gives the same picture a new number of its own each time that it is set."""

    def turn(name: str) -> None:
        free.run("xsetroot", "-cursor_name", name)

    shapes: list[Shape] = []
    numbers = []
    with PointerWatch() as watch:
        for name in ("left_ptr", "cross", "left_ptr", "cross", "xterm"):
            turn(name)
            for _ in range(2):
                pointer, shape = watch.look()
                numbers.append(pointer.shape)
                shapes += [shape] if shape else []
    assert numbers == [1, 1, 2, 2, 1, 1, 2, 2, 3, 3]
    assert [shape.number for shape in shapes] == [1, 2, 3]
    assert len({shape.pixels.tobytes() for shape in shapes}) == 3


@on_linux
def test_colors_are_multiplied_by_alpha(free: Screen) -> None:
    free.run("xsetroot", "-cursor_name", "left_ptr")
    with PointerWatch() as watch:
        _, shape = watch.look()
    assert shape is not None
    assert (shape.pixels[..., :3] <= shape.pixels[..., 3:]).all()


def is_arrow(shape: Shape | None) -> bool:
    return shape is not None and np.array_equal(shape.pixels, arrow()[0]) and shape.hot == (0, 0)


@on_linux
@pytest.mark.parametrize("lacking", ["extension", "library"])
def test_without_xfixes_the_pointer_is_an_arrow(lacking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    running = start_screen("-extension", "XFIXES") if lacking == "extension" else start_screen()
    monkeypatch.setenv("DISPLAY", running.name)
    if lacking == "library":
        monkeypatch.setattr(cursor, "_xfixes", lambda: load("libnothing.so.3", {}))
    try:
        running.run("xdotool", "mousemove", "123", "45")
        with PointerWatch() as watch:
            pointer, shape = watch.look()
            assert (pointer.x, pointer.y, pointer.shape) == (123, 45, 1)
            assert is_arrow(shape)
            assert watch.look()[1] is None
    finally:
        running.close()


@on_linux
def test_a_picture_that_is_refused_is_shown_as_an_arrow(screen: Screen) -> None:
    """The security extension knows no rights of a program that has ended."""
    with PointerWatch() as watch:
        assert not is_arrow(watch.look()[1])
        screen.run("xsetroot", "-cursor_name", "left_ptr")
        screen.run("xdotool", "mousemove", "123", "45")
        pointer, shape = watch.look()
        assert (pointer.x, pointer.y) == (123, 45)
        if not is_arrow(shape):
            pytest.skip("needs an X server that refuses it")


@on_linux
def test_a_picture_that_moves_by_itself_is_told_picture_by_picture(free: Screen) -> None:
    free.run("xsetroot", "-cursor_name", "left_ptr")
    numbers = []
    with PointerWatch() as watch:
        watch.look()
        free.run("xsetroot", "-cursor_name", "watch")
        for _ in range(100):
            numbers.append(watch.look()[0].shape)
            time.sleep(0.01)
    assert 0 not in numbers
    if len(set(numbers)) < 3:
        pytest.skip("needs a theme in which the watch moves")


@on_linux
def test_a_display_that_dies_leaves_no_pointer(screen: Screen, capfd: pytest.CaptureFixture[str]) -> None:
    with PointerWatch() as watch, InputWatch(keys=True) as inputs:
        assert watch.look()[0].shape == 1
        screen.process.kill()
        screen.process.wait()
        for _ in range(3):
            pointer, shape = watch.look()
            assert (pointer.shape, shape) == (0, None)
        assert inputs.drain() == []
    watch.close()
    assert capfd.readouterr() == ("", "")


@on_linux
@pytest.mark.parametrize("start", [PointerWatch, lambda: InputWatch().start()])
def test_no_display_is_said(start: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(ScreenUnavailable, match="DISPLAY is not set"):
        start()


def seen(watch: InputWatch, count: int) -> list[Click | Key]:
    """So many events, or all that come in time."""
    found: list[Click | Key] = []

    def enough() -> bool:
        found.extend(watch.drain())
        return len(found) >= count

    wait_for(enough, PATIENCE)
    return found


@on_linux
def test_clicks_are_seen_wherever_they_go(screen: Screen) -> None:
    screen.xterm("target")
    before = time.perf_counter()
    pause = ["sleep", "0.1"]
    with InputWatch() as watch:
        screen.run("xdotool", "mousemove", "200", "150", "click", "1", "key", "a", *pause)
        screen.run(
            "xdotool", "mousemove", "1000", "700", "mousedown", "3", *pause, "mousemove", "900", "650", "mouseup", "3"
        )
        clicks = seen(watch, 4)
    told = [(c.x, c.y, c.button, c.pressed) for c in clicks if isinstance(c, Click)]
    assert told == [(200, 150, 1, True), (200, 150, 1, False), (1000, 700, 3, True), (900, 650, 3, False)]
    times = [click.time for click in clicks]
    assert times == sorted(times)
    assert before < times[0] < times[-1] < time.perf_counter()


@on_linux
def test_a_wheel_is_no_button(screen: Screen) -> None:
    with InputWatch() as watch:
        screen.run("xdotool", "click", "4", "click", "5", "click", "6", "click", "7", "click", "2")
        assert [click.button for click in seen(watch, 2) if isinstance(click, Click)] == [2, 2]


@on_linux
def test_keys_are_seen_only_where_asked(screen: Screen) -> None:
    with InputWatch() as deaf, InputWatch(keys=True) as watch:
        screen.run("xdotool", "key", "s", "e", "c", "click", "1")
        assert [key.text for key in seen(watch, 5) if isinstance(key, Key)] == ["s", "e", "c"]
        assert all(isinstance(event, Click) for event in seen(deaf, 2))


@pytest.fixture(scope="module")
def typing() -> Iterator[tuple[Screen, InputWatch]]:
    """A screen on which keys are watched, the same one for all that only type."""
    running = start_screen()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISPLAY", running.name)
        watch = InputWatch(keys=True)
        watch.start()
    yield running, watch
    watch.close()
    running.close()


@on_linux
@pytest.mark.parametrize(
    ("pressed", "text"),
    [
        ("a", "a"),
        ("A", "A"),
        ("shift+a", "A"),
        ("1", "1"),
        ("exclam", "!"),
        ("ctrl+c", "Ctrl+C"),
        ("ctrl+shift+p", "Ctrl+Shift+P"),
        ("ctrl+alt+Delete", "Ctrl+Alt+Delete"),
        ("super+l", "Super+L"),
        ("alt+F4", "Alt+F4"),
        ("Return", "Enter"),
        ("KP_Enter", "Enter"),
        ("Escape", "Esc"),
        ("Tab", "Tab"),
        ("shift+Tab", "Shift+Tab"),
        ("space", "␣"),
        ("ctrl+space", "Ctrl+␣"),
        ("Left", "←"),
        ("ctrl+Right", "Ctrl+→"),
        ("BackSpace", "Backspace"),
        ("Prior", "PageUp"),
        ("Home", "Home"),
        ("F11", "F11"),
        ("eacute", "é"),
        ("EuroSign", "€"),
        ("Cyrillic_zhe", "ж"),
    ],
)
def test_a_key_is_called_as_in_a_menu(typing: tuple[Screen, InputWatch], pressed: str, text: str) -> None:
    screen, watch = typing
    watch.drain()
    screen.run("xdotool", "key", pressed, "key", "z")
    assert [event.text for event in seen(watch, 2) if isinstance(event, Key)] == [text, "z"]


@on_linux
def test_a_typed_line_is_seen_as_typed(typing: tuple[Screen, InputWatch]) -> None:
    screen, watch = typing
    watch.drain()
    screen.run("xdotool", "type", "Hello, World #1")
    told = [event.text for event in seen(watch, 15) if isinstance(event, Key)]
    assert "".join(" " if text == "␣" else text for text in told) == "Hello, World #1"


@on_linux
def test_keys_that_only_change_others_are_silent(typing: tuple[Screen, InputWatch]) -> None:
    screen, watch = typing
    watch.drain()
    screen.run("xdotool", "key", "shift", "ctrl", "alt", "super", "Caps_Lock", "x", "Caps_Lock", "Num_Lock", "Num_Lock")
    screen.run("xdotool", "key", "x")
    assert [event.text for event in seen(watch, 2) if isinstance(event, Key)] == ["X", "x"]


@on_linux
def test_of_shortcuts_alone_nothing_that_is_typed_is_kept(screen: Screen) -> None:
    with InputWatch(shortcuts=True) as watch:
        screen.run("xdotool", "type", "Secret 42!")
        screen.run(
            "xdotool", "key", "Return", "ISO_Level3_Shift+q", "shift+Tab", "ctrl+c", "super+l", "shift+F5", "alt+F4"
        )
        told = [event.text for event in seen(watch, 4) if isinstance(event, Key)]
    assert told == ["Ctrl+C", "Super+L", "Shift+F5", "Alt+F4"]


@on_linux
def test_the_end_comes_soon_and_nothing_is_seen_after_it(screen: Screen) -> None:
    watch = InputWatch()
    watch.close()
    watch.start()
    screen.run("xdotool", "click", "1")
    assert wait_for(lambda: len(watch._seen) == 2, PATIENCE)
    start = time.perf_counter()
    watch.close()
    watch.close()
    assert time.perf_counter() - start < 1.0
    screen.run("xdotool", "click", "1")
    assert len(watch.drain()) == 2


@pytest.mark.parametrize(
    ("held", "plain", "typed", "text"),
    [
        (set(), "a", "a", "a"),
        (set(), "a", "A", "A"),
        ({"Shift"}, "1", "!", "!"),
        ({"Ctrl", "Shift"}, "1", "!", "Ctrl+Shift+1"),
        ({"AltGr"}, "€", "€", "€"),
        ({"Super", "Shift", "Alt", "Ctrl"}, "F1", "F1", "Ctrl+Alt+Shift+Super+F1"),
        ({"Shift"}, "Up", "Up", "Shift+↑"),
    ],
)
def test_names_of_keys(held: set[str], plain: str, typed: str, text: str) -> None:
    assert key_text(held, plain, typed) == text


def test_without_pynput_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynput", None)
    with pytest.raises(PackageMissing, match=r"pip install 'gifsom\[input\]'"):
        listening.Listener(print, keys=True)


def test_numbers_are_taken_apart_to_colors() -> None:
    values = np.array([[0x80402010, 0xFF000000], [0x00000000, 0xFFABCDEF]], np.uint64)
    expected = [[[0x40, 0x20, 0x10, 0x80], [0, 0, 0, 255]], [[0, 0, 0, 0], [0xAB, 0xCD, 0xEF, 255]]]
    assert from_argb(values).tolist() == expected


def test_straight_alpha_is_multiplied() -> None:
    bgra = np.array([[[10, 20, 255, 128], [255, 255, 255, 0], [1, 2, 3, 255]]], np.uint8)
    assert from_straight(bgra).tolist() == [[[128, 10, 5, 128], [0, 0, 0, 0], [3, 2, 1, 255]]]


def test_masks_make_black_white_and_clear() -> None:
    keeps = np.array([[False, False, True, True]])
    flips = np.array([[False, True, False, True]])
    assert [tuple(pixel) for pixel in from_masks(keeps, flips)[0].tolist()] == [BLACK, WHITE, CLEAR, BLACK]


def test_the_arrow_has_a_border() -> None:
    pixels, hot = arrow()
    assert pixels.shape == (18, 12, 4)
    assert hot == (0, 0)
    assert {tuple(pixel) for pixel in pixels.reshape(-1, 4).tolist()} == {BLACK, WHITE, CLEAR}
    assert tuple(pixels[0, 0]) == WHITE
    assert tuple(pixels[8, 3]) == BLACK
