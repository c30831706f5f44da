"""The rectangle that is chosen: drawn, moved, pulled, typed, and always on the screen."""

import pytest

from gifsom.core.frame import Rect
from gifsom.recorder.selection import MIN_SIDE, Selection, drawn


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


def chosen(rect: Rect, size: tuple[int, int] = (1000, 800)) -> Selection:
    selection = Selection(size)
    go(selection, (rect.left, rect.top), (rect.left + rect.width, rect.top + rect.height))
    assert selection.rect == rect
    return selection


def go(selection: Selection, start: tuple[int, int], end: tuple[int, int]) -> Rect | None:
    selection.press(*start)
    selection.drag((start[0] + end[0]) // 2, (start[1] + end[1]) // 2)
    selection.release(*end)
    return selection.rect


@pytest.mark.parametrize(
    ("place", "grip"),
    [
        ((300, 250), "move"),
        ((93, 200), "w"),
        ((91, 200), "draw"),
        ((107, 200), "w"),
        ((108, 200), "move"),
        ((492, 200), "e"),
        ((507, 407), "se"),
        ((508, 407), "draw"),
        ((95, 95), "nw"),
        ((300, 399), "s"),
        ((499, 101), "ne"),
    ],
)
def test_an_edge_is_taken_from_both_sides(place: tuple[int, int], grip: str) -> None:
    assert chosen(Rect(100, 100, 400, 300)).grip(*place) == grip


def test_a_small_one_has_an_inside() -> None:
    assert chosen(Rect(100, 100, 8, 8)).grip(104, 104) == "move"


@pytest.mark.parametrize(
    ("start", "end", "rect"),
    [
        ((300, 250), (350, 240), Rect(150, 90, 400, 300)),
        ((300, 250), (-900, 9000), Rect(0, 500, 400, 300)),
        ((100, 250), (50, 0), Rect(50, 100, 450, 300)),
        ((100, 250), (-50, 0), Rect(0, 100, 500, 300)),
        ((100, 250), (900, 0), Rect(500 - MIN_SIDE, 100, MIN_SIDE, 300)),
        ((500, 400), (0, 0), Rect(100, 100, MIN_SIDE, MIN_SIDE)),
        ((500, 400), (5000, 5000), Rect(100, 100, 900, 700)),
        ((300, 100), (300, 90), Rect(100, 90, 400, 310)),
        ((600, 500), (700, 700), Rect(600, 500, 100, 200)),
        ((600, 500), (603, 700), Rect(100, 100, 400, 300)),
    ],
)
def test_it_is_moved_pulled_and_drawn_anew(start: tuple[int, int], end: tuple[int, int], rect: Rect) -> None:
    assert go(chosen(Rect(100, 100, 400, 300)), start, end) == rect


def test_a_click_takes_the_topmost_window_as_far_as_it_is_seen() -> None:
    selection = Selection((500, 400), [Rect(100, 100, 50, 50), Rect(-50, 80, 300, 900), Rect(499, 0, 90, 90)])
    assert go(selection, (400, 10), (400, 10)) is None
    assert go(selection, (10, 300), (12, 301)) == Rect(0, 80, 250, 320)
    assert go(selection, (400, 300), (400, 300)) == Rect(0, 80, 250, 320), "there is no other one"
    assert go(selection, (499, 50), (499, 50)) == Rect(0, 80, 250, 320), "a window of one pixel is none"
    assert selection.window(120, 120) == Rect(100, 100, 50, 50)


def test_arrows_move_and_pull() -> None:
    selection = Selection((500, 400))
    selection.arrow(1, 1, False)
    assert selection.rect is None
    selection = chosen(Rect(10, 10, 100, 100), (500, 400))
    selection.arrow(-1, 10, False)
    selection.arrow(10, -1, True)
    assert selection.rect == Rect(9, 20, 110, 99)
    for _ in range(3):
        selection.arrow(-10, -10, False)
    assert selection.rect == Rect(0, 0, 110, 99)


@pytest.mark.parametrize(
    ("typed", "rect"),
    [
        ("640x360", Rect(100, 100, 640, 360)),
        ("950x750", Rect(50, 50, 950, 750)),
        ("99999x99999", Rect(0, 0, 1000, 800)),
        ("1x20", Rect(100, 100, MIN_SIDE, 20)),
        ("x64x", Rect(100, 100, 400, 300)),
        ("64y0x360x", Rect(100, 100, 640, 360)),
        ("123456x200", Rect(0, 100, 1000, 200)),
    ],
)
def test_a_size_in_figures_is_taken_as_far_as_there_is_room(typed: str, rect: Rect) -> None:
    selection = chosen(Rect(100, 100, 400, 300))
    for character in typed:
        selection.type(character)
    assert selection.apply() == (rect != Rect(100, 100, 400, 300))
    assert (selection.rect, selection.typed) == (rect, "")


def test_a_size_is_typed_before_anything_is_drawn_and_taken_back() -> None:
    selection = Selection((500, 400))
    for character in ("2", "0", "0", "x", "9", "", "8", "0"):
        selection.type(character)
    assert selection.typed == "200x80"
    assert selection.apply()
    assert selection.rect == Rect(0, 0, 200, 80)
    assert not selection.apply()
