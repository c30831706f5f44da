"""What is drawn over a recording: blended as the screen does, cut off at the edges, on a copy."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from gifsom.core.errors import SettingError
from gifsom.draw.overlay import AMBER, BLUE, STEPS, ClickStyle, Ring, Scene, draw, is_seen, parse_click_style, words
from gifsom.spool.events import Key, Pointer, Shape

Pixels = NDArray[np.uint8]


def noise(height: int = 40, width: int = 60) -> Pixels:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3)).astype(np.uint8)


def shape(height: int = 9, width: int = 7, hot: tuple[int, int] = (2, 3)) -> Shape:
    """Of any colors and any alpha."""
    rng = np.random.default_rng(1)
    alpha = rng.integers(0, 256, (height, width, 1))
    colors = rng.integers(0, 256, (height, width, 3)) * alpha // 255
    return Shape(1, np.concatenate([colors, alpha], axis=2).astype(np.uint8), hot)


def different(a: Pixels, b: Pixels) -> NDArray[np.bool_]:
    return (a != b).any(axis=2)


@pytest.mark.parametrize("at", [(30, 20), (0, 0), (59, 39), (-4, 10), (62, 41), (10, -5)])
def test_a_pointer_is_blended_exactly_and_cut_off_at_the_edges(at: tuple[int, int]) -> None:
    """Its hot spot lies where it points to; what it adds to what is behind is rounded."""
    pixels, pointer = noise(), shape()
    drawn = draw(pixels, Scene(at, pointer))
    left, top = at[0] - 2, at[1] - 3
    expected = pixels.astype(int)
    for y in range(9):
        for x in range(7):
            if 0 <= left + x < 60 and 0 <= top + y < 40:
                *color, alpha = pointer.pixels[y, x].astype(int)
                behind = expected[top + y, left + x]
                expected[top + y, left + x] = color + np.floor(behind * (255 - alpha) / 255 + 0.5)
    assert np.minimum(expected, 255).tolist() == drawn.tolist()


def test_white_over_white_is_white() -> None:
    """A half transparent edge leaves no dark halo."""
    edge = Shape(1, np.repeat(np.arange(256, dtype=np.uint8), 4).reshape(16, 16, 4), (0, 0))
    white = np.full((40, 60, 3), 255, np.uint8)
    assert (draw(white, Scene((5, 5), edge)) == 255).all()


def test_a_pointer_with_impossible_alpha_does_not_wrap_around() -> None:
    """Colors brighter than their alpha allows, as a damaged picture has."""
    glow = Shape(1, np.full((3, 3, 4), (255, 255, 255, 0), np.uint8), (0, 0))
    assert (draw(noise(), Scene((0, 0), glow))[:3, :3] == 255).all()


def test_drawing_leaves_what_it_was_given_as_it_was() -> None:
    pixels = noise(100, 160)
    pixels.flags.writeable = False
    before = pixels.tobytes()
    drawn = draw(pixels, Scene((5, 5), shape(), (Ring(80, 50),), "Ctrl+S"))
    assert pixels.tobytes() == before
    assert (drawn.shape, drawn.dtype, drawn.flags.c_contiguous) == (pixels.shape, np.uint8, True)
    assert draw(pixels, Scene()).tobytes() == before


@pytest.mark.parametrize("far", [-(2**31), 2**31 - 1, 1000, -1000])
def test_what_lies_outside_changes_nothing(far: int) -> None:
    pixels = noise()
    for at in ((far, 5), (5, far), (far, far)):
        assert draw(pixels, Scene(at, shape(), (Ring(*at),))).tobytes() == pixels.tobytes()
        assert not is_seen(Pointer(0, *at, 1), shape(), (60, 40))


def test_a_pointer_is_seen_where_it_changes_a_pixel() -> None:
    opaque = Shape(1, np.full((4, 3, 4), 255, np.uint8), (1, 2))
    pixels = np.zeros((10, 12, 3), np.uint8)
    for y in range(-8, 18):
        for x in range(-8, 20):
            seen = draw(pixels, Scene((x, y), opaque)).any()
            assert is_seen(Pointer(0, x, y, 1), opaque, (12, 10)) == seen


@pytest.mark.parametrize(("size", "radius"), [((1280, 720), 18), ((800, 500), 12.5), ((160, 120), 9)])
def test_a_ring_lies_around_the_place(size: tuple[int, int], radius: float) -> None:
    """In proportion to the picture, but never tiny; amber all around, nothing in the middle or outside."""
    width, height = size
    middle = (width // 2, height // 2)
    ground = np.full((height, width, 3), 255, np.uint8)
    drawn = draw(ground, Scene(rings=(Ring(*middle),)))
    y, x = np.mgrid[:height, :width]
    away = np.hypot(x - middle[0], y - middle[1])
    assert (drawn[np.abs(away - radius) < 0.5] == AMBER).all()
    assert (drawn[np.abs(away - radius) > 4.6] == 255).all()
    assert np.array_equal(drawn[:, middle[0] - 30 : middle[0] + 31], drawn[:, middle[0] - 30 : middle[0] + 31][:, ::-1])


def test_a_ring_has_a_dark_rim_that_shows_it_on_its_own_color() -> None:
    ground = np.full((120, 160, 3), AMBER, np.uint8)
    drawn = draw(ground, Scene(rings=(Ring(80, 60),)))
    assert 40 < different(drawn, ground).sum() < 250
    assert drawn[..., 0].min() < 120


def test_a_caption_stands_at_the_bottom_in_the_middle() -> None:
    ground = np.full((360, 640, 3), 255, np.uint8)
    drawn = draw(ground, Scene(caption="Ctrl+Shift+P"))
    rows, columns = (np.flatnonzero(different(drawn, ground).any(axis=axis)) for axis in (1, 0))
    assert 280 < rows[0] < rows[-1] < 350
    assert abs(columns[0] + columns[-1] - 639) <= 1
    box = drawn[rows[0] + 3 : rows[-1] - 2, columns[0] + 3 : columns[-1] - 2]
    assert (box < 80).all(axis=2).mean() > 0.6, "dark"
    assert (box > 200).all(axis=2).sum() > 80, "white letters"


@pytest.mark.parametrize("size", [(640, 360), (120, 90), (30, 20), (1, 1)])
def test_a_caption_that_is_too_long_loses_its_front(size: tuple[int, int]) -> None:
    """Two that end alike look alike, and fit."""
    width, height = size
    ground = np.full((height, width, 3), 255, np.uint8)
    long, other = (draw(ground, Scene(caption=letter * 300 + "tail" * 60)) for letter in "xy")
    assert long.tobytes() == other.tobytes()
    if width > 100:
        columns = np.flatnonzero(different(long, ground).any(axis=0))
        assert columns[0] > 0
        assert columns[-1] < width - 1
        assert Image.fromarray(long).getextrema() != Image.fromarray(ground).getextrema()


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("", ""),
        ("G I T", "GIT"),
        ("g i t Space Enter", "git Space Enter"),
        ("Ctrl+C Ctrl+V x y F5 z", "Ctrl+C Ctrl+V xy F5 z"),
        ("é ß 日", "éß日"),
    ],
)
def test_keys_are_joined_as_they_are_typed(keys: str, text: str) -> None:
    assert words(Key(0.0, key) for key in keys.split()) == text


def test_keys_with_control_characters_are_drawn_on_one_line() -> None:
    text = words([Key(0.0, "a\nb\x1b"), Key(0.0, "\t"), Key(0.0, "")])
    assert text.isprintable()
    draw(noise(90, 160), Scene(caption=text))


def test_a_ring_grows_and_fades() -> None:
    ground = np.full((200, 200, 3), 255, np.uint8)
    reach, ink = [], []
    for step in range(STEPS):
        drawn = draw(ground, Scene(rings=(Ring(100, 100, step=step),)))
        marked = np.argwhere(different(drawn, ground))
        reach.append(float(np.hypot(*(marked - 100).T).max()))
        ink.append(int((255 - drawn.astype(int)).max()))
    assert reach == sorted(reach)
    assert reach[-1] > 1.4 * reach[0]
    assert ink == sorted(ink, reverse=True)
    assert ink[-1] < 60


def test_buttons_have_colors_of_their_own_that_can_be_set() -> None:
    ground = np.full((120, 160, 3), 255, np.uint8)

    def color(button: int, style: ClickStyle) -> list[int]:
        drawn: list[int] = draw(ground, Scene(rings=(Ring(80, 60, button),), style=style))[
            60, 80 + (style.size or 9)
        ].tolist()
        return drawn

    assert (color(1, ClickStyle()), color(3, ClickStyle())) == ([*AMBER], [*BLUE])
    style = parse_click_style("color=red|right=#0f0|size=30")
    assert (color(1, style), color(3, style)) == ([255, 0, 0], [0, 255, 0])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("red", "give color=red|right=blue|size=24"),
        ("left=red", "give color=red|right=blue|size=24"),
        ("color=bleen", "not a color"),
        ("size=0", "size is 0: give the radius"),
    ],
)
def test_a_style_of_clicks_that_is_wrong_says_what_would_work(text: str, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        parse_click_style(text)


def test_a_halo_lies_below_the_pointer_and_is_soft() -> None:
    ground = np.full((200, 200, 3), 40, np.uint8)
    dot = Shape(1, np.full((1, 1, 4), 255, np.uint8), (0, 0))
    drawn = draw(ground, Scene((100, 100), dot, halo=True))
    assert drawn[100, 100].tolist() == [255, 255, 255]
    line = drawn[100, 101:, 0].astype(int)
    assert np.all(np.diff(line) <= 0)
    assert np.abs(np.diff(line)).max() <= 24
    assert line[0] > 120
    assert line[30] == 40
    assert np.array_equal(draw(ground, Scene(halo=True)), ground), "no pointer, no halo"
