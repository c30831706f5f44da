"""Places that are blurred, in blocks or under one color: nothing of what they hide is left, wherever they move."""

from collections.abc import Callable

import numpy as np
import pytest
from conftest import FIXTURES, FrameClip
from numpy.typing import NDArray

import gifsom
from gifsom import Clip, edit
from gifsom.core.errors import SettingError
from gifsom.core.frame import Rect
from gifsom.core.source import Source
from gifsom.options.table import OPTIONS

Pixels = NDArray[np.uint8]

WAYS: dict[str, Callable[..., Clip]] = {"blur": Clip.blur, "pixelate": Clip.pixelate, "solid": Clip.solid}


def ground(width: int = 320, height: int = 180) -> Pixels:
    """Soft colors, which differ everywhere."""
    y, x = np.mgrid[:height, :width]
    return np.stack([120 + x // 3, 200 - y // 2, 90 + (x + y) // 5], axis=2).clip(0, 255).astype(np.uint8)


def written(picture: Pixels, text: str, left: int, top: int) -> Pixels:
    """A picture with a text in a field of 120x24."""
    clip = Clip(FrameClip([picture], [0.0], 1.0)).caption(
        text, x=left + 4, y=top + 2, size=15, outline=0, color="black"
    )
    return next(iter(clip.frames())).pixels


def moving(text: str, count: int = 20) -> FrameClip:
    """A clip of 2 s in which a text goes from (20, 20) to (150, 90), the pictures exactly in time."""
    pictures = [written(ground(), text, round(20 + 130 * n / count), round(20 + 70 * n / count)) for n in range(count)]
    return FrameClip(pictures, [2 * n / count for n in range(count)], 2.0, rate=10)


def pixels(clip: Clip) -> list[Pixels]:
    return [frame.pixels for frame in clip.frames()]


@pytest.mark.parametrize("way", WAYS)
def test_secrets_that_move_with_their_place_make_no_difference(way: str) -> None:
    """In no frame, from the first to the last: both come out the same in every pixel."""
    hidden = [WAYS[way](Clip(moving(text)), "128x28+16+16", 0, 2, (146, 86)) for text in ("hunter2", "O0l1I|#")]
    one, other = (pixels(clip) for clip in hidden)
    assert len(one) == len(other) >= 20
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    bare = [pixels(Clip(moving(text))) for text in ("hunter2", "O0l1I|#")]
    assert not any(np.array_equal(a, b) for a, b in zip(*bare, strict=True)), "without it they differ everywhere"


@pytest.mark.parametrize("way", WAYS)
def test_a_place_that_moves_over_letters_that_stand_still_shows_none_of_those_below_it(way: str) -> None:
    """Means of blocks that slide over them could be solved for the letters."""
    stills = [FrameClip([written(ground(), text, 100, 60)], [0.0], 2.0, rate=15) for text in ("hunter2", "O0l1I|#")]
    one, other = (Clip(still) for still in stills)
    hidden = [WAYS[way](clip, "200x60+60+40", 0, 2, (70, 50)) for clip in (one, other)]
    a, b = (pixels(clip) for clip in hidden)
    assert len(a) > 20, "it moves, though the picture does not"
    assert all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("way", WAYS)
def test_all_of_the_way_during_a_frame_is_covered(way: str) -> None:
    """Frames that last long: a place is hidden from where it is to where it will be at the next one."""
    clip = FrameClip([ground()] * 4, [0.0, 0.5, 1.0, 1.5], 2.0, rate=2)
    frames = [*WAYS[way](Clip(clip), "40x20+0+0", 0, 2, (200, 100)).frames()]
    plain = ground()
    for frame, end in zip(frames, [*(one.start for one in frames[1:]), 2.0], strict=True):
        changed = Rect.around((frame.pixels != plain).any(axis=2))
        assert changed is not None
        assert changed.left <= frame.start * 100 + 2
        assert changed.left + changed.width >= end * 100 + 40 - 2


def test_blocks_are_so_large_that_no_letter_can_be_told() -> None:
    white = np.full((60, 320, 3), 255, np.uint8)
    clips = [Clip(FrameClip([written(white, text, 10, 10)], [0.0], 1.0)) for text in ("hunter2", "bundes5")]
    one, other = (pixels(clip.pixelate("150x28+8+8"))[0].astype(int) for clip in clips)
    assert np.abs(one - other).max() <= 16
    with pytest.raises(
        SettingError, match="letters can be read back from blocks of less than 24 pixels; give 24 or more"
    ):
        clips[0].pixelate("150x28+8+8", block=8)


def test_blocks_have_the_side_that_is_asked_and_sharp_edges() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    shown = pixels(Clip(FrameClip([picture], [0.0], 1.0)).pixelate("120x80+20+20", block=40))[0][20:100, 20:140]
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) == 6
    for y in range(2):
        for x in range(3):
            block = shown[y * 40 : y * 40 + 40, x * 40 : x * 40 + 40]
            assert (block == block[0, 0]).all()
            true = picture[20 + y * 40 : 60 + y * 40, 20 + x * 40 : 60 + x * 40].mean(axis=(0, 1))
            assert np.abs(block[0, 0] - true).max() <= 1


def test_solid_is_one_color_and_changes_nothing_else() -> None:
    picture = ground()
    shown = pixels(Clip(FrameClip([picture], [0.0], 1.0)).solid("30x20+5+7", color="#123456"))[0].copy()
    assert (shown[7:27, 5:35] == (0x12, 0x34, 0x56)).all()
    shown[7:27, 5:35] = picture[7:27, 5:35]
    assert np.array_equal(shown, picture)


def test_a_cover_hides_what_a_mask_spells() -> None:
    mask = np.zeros((180, 320), bool)
    mask[10:20, 10:30:2] = True
    frame = next(iter(Clip(FrameClip([ground()], [0.0], 1.0, [mask])).solid("40x30+5+5").frames()))
    assert frame.mask is not None
    assert not frame.mask.any()


def test_a_cover_lasts_exactly_as_long_as_is_asked() -> None:
    clip = Clip(FrameClip([ground()], [0.0], 3.0, rate=15)).solid("30x20+5+7", 0.5, 1.25)
    assert [(frame.start, bool((frame.pixels[7, 5] == 0).all())) for frame in clip.frames()] == [
        (0.0, False),
        (0.5, True),
        (1.25, False),
    ]


def test_help_names_solid_for_secrets() -> None:
    for name in ("blur", "pixelate", "solid"):
        assert "secrets" in OPTIONS[name].help
    for name in ("blur", "pixelate"):
        assert "--solid" in OPTIONS[name].help


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("blur", "20x20+5+5..40+40", r"a place that moves needs an end, such as blur …@1-3"),
        ("blur", "20x20+5+5..640+40@0-1", r"blur 20x20\+640\+40: that is not inside of the picture, which is 640x360"),
        ("blur", "20x20+5+5..x@0-1", "is not a region"),
        ("pixelate", "90x90+5+5|block=4", "give 24 or more, or use solid"),
        ("pixelate", "90x90+5+5|size=4", "pixelate has no size: there are block"),
        ("solid", "90x90+5+5|color=bleen", "'bleen' is not a color"),
        ("solid", "900x90+5+5", r"solid 900x90\+5\+5: that is not inside"),
        ("progress_style", "red", "give color=red|height=6|position=top"),
        ("progress_style", "position=left", "position is left: give one of bottom, top"),
        ("progress_style", "height=400", "height is 400: give a whole number from 1 to 360"),
    ],
)
def test_what_is_wrong_says_what_would_work(name: str, text: str, says: str, tmp_path: object) -> None:
    with pytest.raises(SettingError, match=says):
        gifsom.convert(FIXTURES / "scene.mp4", f"{tmp_path}/a.gif", edits=[(name, text)])


# Progress bars


def flat(level: int) -> Source:
    return FrameClip([np.full((90, 160, 3), level, np.uint8)] * 4, [0.0, 0.25, 0.5, 0.75], 1.0)


@pytest.mark.parametrize("level", [0, 60, 127, 128, 200, 255])
def test_a_styled_bar_is_seen_on_light_and_on_dark_pictures(level: int) -> None:
    """What has been played differs from its track, and both from the picture."""
    half = pixels(Clip(flat(level)).progress_style(height=4))[1].astype(int)
    played, track, picture = half[-2, 10], half[-2, -10], half[20, 20]
    assert np.abs(played - track).max() >= 60
    assert np.abs(track - picture).max() >= 40
    assert np.abs(played - picture).max() >= 60


def test_a_styled_bar_has_color_height_and_position() -> None:
    last = pixels(Clip(flat(90)).progress_style("tomato", 5, "top"))[-1]
    assert (last[:5] == (255, 99, 71)).all()
    assert (last[5:] == 90).all()


def test_a_style_takes_the_place_of_the_bar_that_was_asked_beside_it() -> None:
    styled = pixels(Clip(flat(90)).progress_style("tomato", position="top"))
    for both in (
        Clip(flat(90)).progress_bar().progress_style("tomato", position="top"),
        Clip(flat(90)).progress_style("tomato", position="top").progress_bar(),
    ):
        assert [a.tobytes() for a in pixels(both)] == [b.tobytes() for b in styled]


def test_parsers_give_what_the_edits_take() -> None:
    assert edit.parse_pixelate("9x9+1+2@1-2|block=30")["block"] == 30
    assert edit.parse_solid("9x9+1+2|color=red") == {"area": Rect(1, 2, 9, 9), "color": "red"}
    assert edit.parse_style("position=top") == {"position": "top"}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("width", [160, 213])
def test_secrets_make_no_difference_in_smaller_pictures_either(way: str, width: int) -> None:
    """A filter that scales carries pixels over the edge of what is covered."""
    if way == "blur":
        hidden = [
            Clip(moving(text)).blur("128x28+16+16", 0, 2, (146, 86)).width(width) for text in ("hunter2", "O0l1I|#")
        ]
    else:
        field = ground()
        hidden = []
        for text in ("hunter2", "O0l1I|#"):
            still = FrameClip([written(field, text, 100, 60)], [0.0], 2.0, rate=15)
            hidden.append(WAYS[way](Clip(still), "120x24+100+60").width(width))
    one, other = (pixels(clip) for clip in hidden)
    levels = 16 if way == "pixelate" else 0
    assert all(np.abs(a.astype(int) - b).max() <= levels for a, b in zip(one, other, strict=True))
