"""Regions: how they are written, and what of them is on the screen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gifsom.core.errors import SettingError
from gifsom.core.frame import Rect
from gifsom.core.region import clip_region, parse_region, region_text

SCREEN = Rect(-1280, 0, 3200, 1080)

rects = st.builds(Rect, st.integers(-9999, 9999), st.integers(-9999, 9999), st.integers(1, 9999), st.integers(1, 9999))


@pytest.mark.parametrize(
    ("text", "rect"),
    [
        ("800x500+100+50", Rect(100, 50, 800, 500)),
        ("1x1+0+0", Rect(0, 0, 1, 1)),
        ("800x500+-5+-6", Rect(-5, -6, 800, 500)),
        ("800x500-5-6", Rect(-5, -6, 800, 500)),
        (" 800x500+100+50\n", Rect(100, 50, 800, 500)),
    ],
)
def test_a_region_is_read(text: str, rect: Rect) -> None:
    assert parse_region(text) == rect


@given(rects)
def test_a_region_is_read_as_it_was_written(rect: Rect) -> None:
    assert parse_region(region_text(rect)) == rect


@pytest.mark.parametrize(
    "text", ["", "800x500", "800x500+1", "800,500,1,1", "8.5x5+0+0", "-8x5+0+0", "8x5++1+1", "٨x5+0+0"]
)
def test_what_is_no_region_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SettingError, match=r"is not a region: .* such as 800x500\+100\+50"):
        parse_region(text)


@pytest.mark.parametrize("text", ["0x500+0+0", "800x0+0+0"])
def test_a_region_without_a_size_is_refused(text: str) -> None:
    with pytest.raises(SettingError, match="at least 1"):
        parse_region(text)


def test_a_message_has_no_control_characters() -> None:
    with pytest.raises(SettingError) as error:
        parse_region("\x1b[31m\n")
    assert str(error.value).isprintable()


@pytest.mark.parametrize(
    ("rect", "inside"),
    [
        (Rect(0, 0, 100, 100), Rect(0, 0, 100, 100)),
        (Rect(-1300, -10, 100, 100), Rect(-1280, 0, 80, 90)),
        (Rect(1900, 1070, 100, 100), Rect(1900, 1070, 20, 10)),
        (Rect(-9999, -9999, 99999, 99999), SCREEN),
    ],
)
def test_a_region_is_cut_to_the_screen(rect: Rect, inside: Rect) -> None:
    assert clip_region(rect, SCREEN) == inside


@pytest.mark.parametrize("rect", [Rect(1920, 0, 10, 10), Rect(0, -10, 10, 10), Rect(-1290, 5, 10, 10)])
def test_a_region_beside_the_screen_is_refused_with_the_size_of_it(rect: Rect) -> None:
    with pytest.raises(SettingError, match=r"outside of the screen, which is 3200x1080\+-1280\+0"):
        clip_region(rect, SCREEN)


@given(rects, rects)
def test_what_is_cut_holds_just_the_pixels_of_both(rect: Rect, screen: Rect) -> None:
    def pixels(of: Rect, axis: str) -> range:
        start, length = (of.left, of.width) if axis == "x" else (of.top, of.height)
        return range(start, start + length)

    shared = [
        range(max(a.start, b.start), min(a.stop, b.stop))
        for a, b in ((pixels(rect, x), pixels(screen, x)) for x in "xy")
    ]
    if all(shared):
        cut = clip_region(rect, screen)
        assert [pixels(cut, "x"), pixels(cut, "y")] == shared
    else:
        with pytest.raises(SettingError):
            clip_region(rect, screen)
