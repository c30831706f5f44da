"""Backdrops, borders and overlays: where they lie, how their edges look, and what remains of the picture."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import FIXTURES, FrameClip
from numpy.typing import NDArray
from PIL import Image

import gifsom
from gifsom import Clip
from gifsom.core.errors import SettingError, SourceNotFound
from gifsom.core.frame import Frame
from gifsom.draw.shapes import rounded

Pixels = NDArray[np.uint8]


def noise(width: int = 64, height: int = 36, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def clip_of(*pictures: Pixels, mask: NDArray[np.bool_] | None = None, rate: float = 10) -> FrameClip:
    starts = [n / rate for n in range(len(pictures))]
    masks = None if mask is None else [mask] * len(pictures)
    return FrameClip(list(pictures), starts, len(pictures) / rate, masks, rate=rate)


def first(clip: Clip) -> Frame:
    return next(iter(clip.frames()))


def logo(tmp_path: Path, alpha: int = 255, size: tuple[int, int] = (8, 6)) -> Path:
    path = tmp_path / "logo.png"
    Image.new("RGBA", size, (200, 40, 90, alpha)).save(path)
    return path


# Backdrop and border


def test_the_picture_lies_on_its_ground_as_it_is() -> None:
    picture = noise()
    clip = Clip(clip_of(picture)).backdrop("plain", background="#102030", padding=10, radius=0)
    pixels = first(clip).pixels
    assert clip.size == (84, 56)
    assert np.array_equal(pixels[10:46, 10:74], picture)
    ground = pixels.copy()
    ground[10:46, 10:74] = (16, 32, 48)
    assert (ground == (16, 32, 48)).all()


def test_round_corners_blend_with_the_ground_and_nothing_else_does() -> None:
    clip = Clip(clip_of(np.full((40, 60, 3), 255, np.uint8))).backdrop("plain", background="black", padding=4, radius=8)
    shown = first(clip).pixels[4:44, 4:64, 0]
    assert np.array_equal(shown, np.rint(rounded(60, 40, 8) * 255).astype(np.uint8))
    assert shown[0, 0] == 0
    assert np.unique(shown[:8, :8]).size > 5, "the edge is smooth"
    assert (shown[8:32] == 255).all()


def test_a_rounded_rectangle_has_the_area_that_it_should() -> None:
    assert float(rounded(60, 40, 8).sum()) == pytest.approx(60 * 40 - (4 - np.pi) * 64, rel=2e-3)
    assert (rounded(7, 5, 0) == 1).all()


def test_a_transparent_ground_hides_whole_pixels_and_keeps_their_neighbors_colors() -> None:
    """No pixel of the edge is mixed with a color that nobody sees."""
    picture = np.full((40, 60, 3), (10, 200, 30), np.uint8)
    frame = first(Clip(clip_of(picture)).backdrop("none", radius=8))
    assert frame.mask is not None
    assert frame.mask[0, 0]
    assert frame.mask.sum() == pytest.approx((4 - np.pi) * 64, abs=8)
    assert (frame.pixels[~frame.mask] == (10, 200, 30)).all()


def test_a_shadow_is_darkest_below_and_fades_away() -> None:
    clip = Clip(clip_of(np.full((60, 90, 3), 255, np.uint8))).backdrop(
        "window", background="white", padding=30, shadow=1
    )
    column = first(clip).pixels[:, 75, 0].astype(int)
    below, above = column[90:], column[29::-1]
    assert below[0] < above[0] < 255
    assert np.all(np.diff(below[:-1]) >= 0)
    assert below[-1] > 240


def test_transparent_pixels_show_the_ground() -> None:
    mask = np.zeros((36, 64), bool)
    mask[10:20, 10:20] = True
    frame = first(Clip(clip_of(noise(), mask=mask)).backdrop("plain", background="blue", padding=5, radius=0))
    assert frame.mask is None
    assert (frame.pixels[15:25, 15:25] == (0, 0, 255)).all()


def test_a_backdrop_at_another_size_is_made_anew() -> None:
    """Corners are as smooth, and the picture is scaled once."""
    clip = Clip(clip_of(noise(1280, 720))).backdrop("window").width(640)
    assert clip.size == (640, 383)
    padding = round(round(0.08 * 720) * 640 / (1280 + 2 * round(0.08 * 720)))
    inner = Image.fromarray(noise(1280, 720)).resize((640 - 2 * padding, 383 - 2 * padding), Image.Resampling.LANCZOS)
    middle = first(clip).pixels[padding:-padding, padding:-padding]
    assert np.array_equal(middle[20:-20, 20:-20], np.asarray(inner)[20:-20, 20:-20])


def test_a_picture_can_be_the_ground(tmp_path: Path) -> None:
    Image.new("RGB", (300, 300), (1, 2, 3)).save(tmp_path / "sea.png")
    gifsom.convert(
        FIXTURES / "sprite.gif", tmp_path / "a.gif", backdrop=f"plain|picture={tmp_path / 'sea.png'}|padding=9"
    )
    assert Image.open(tmp_path / "a.gif").convert("RGB").getpixel((2, 2)) == (1, 2, 3)


def test_a_border_is_a_line_around_the_picture() -> None:
    picture = noise()
    pixels = first(Clip(clip_of(picture)).border(3, "red")).pixels
    assert pixels.shape == (42, 70, 3)
    assert np.array_equal(pixels[3:-3, 3:-3], picture)
    assert (pixels[:3] == (255, 0, 0)).all()
    assert (pixels[:, -3:] == (255, 0, 0)).all()


def test_a_thin_border_is_even_on_all_sides_at_another_size() -> None:
    pixels = first(Clip(clip_of(np.zeros((720, 1280, 3), np.uint8))).border(1, "white").width(640)).pixels
    for edge in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]):
        assert (edge == 255).all()
    assert not pixels[1:-1, 1:-1].any()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"backdrop": "windw"}, "backdrop is windw: give one of window, plain, none"),
        ({"backdrop": "window|shade=3"}, "a backdrop has no shade: there are background"),
        ({"backdrop": "window|padding=9000"}, "padding is 9000: give pixels up to 4000, or a part such as 8%"),
        ({"backdrop": "window|background=none|shadow=0.5"}, "a shadow needs a ground"),
        ({"backdrop": "window|shadow=7"}, "shadow is 7: give a part, from 0 to 1 or in percent"),
        ({"backdrop": "window|background=red-green-blue"}, "give a color, two as blue-white, or none"),
        ({"backdrop": "plain|background=no"}, "'no' is not a color"),
        ({"backdrop": "plain|background=red|picture=/tmp"}, "there is no picture|exclude each other|is no|folder"),
        ({"border": 0}, "border is 0: give a whole number from 1 to 4000"),
        ({"border": "2|colour=red"}, "a border has no colour: there are color"),
    ],
)
def test_a_ground_that_is_wrong_says_what_would_work(options: dict[str, str], says: str, tmp_path: Path) -> None:
    with pytest.raises(gifsom.GifsomError, match=says):
        gifsom.convert(FIXTURES / "sprite.gif", tmp_path / "a.gif", **options)  # type: ignore[arg-type]


# Overlay


def test_an_overlay_is_blended_where_it_lies(tmp_path: Path) -> None:
    picture = noise()
    clip = Clip(clip_of(picture)).overlay(gifsom.open(logo(tmp_path)), "bottom-right", opacity=0.5)
    pixels = first(clip).pixels.astype(int)
    place = np.s_[36 - 6 - 1 : 36 - 1, 64 - 8 - 1 : 64 - 1]
    expected = (picture[place] + np.array([200.0, 40, 90])) / 2
    assert np.abs(pixels[place] - expected).max() <= 1.5
    pixels[place] = picture[place]
    assert np.array_equal(pixels, picture)


def test_an_overlay_keeps_the_smooth_alpha_of_its_file(tmp_path: Path) -> None:
    clip = Clip(clip_of(np.zeros((36, 64, 3), np.uint8))).overlay(gifsom.open(logo(tmp_path, alpha=64)), x=0, y=0)
    assert np.abs(first(clip).pixels[0, 0].astype(int) - np.array((200, 40, 90)) * 64 // 255).max() <= 1


def test_an_overlay_takes_the_part_of_the_width_that_is_asked(tmp_path: Path) -> None:
    black = np.zeros((36, 64, 3), np.uint8)
    pixels = first(Clip(clip_of(black)).overlay(gifsom.open(logo(tmp_path)), "top-left", size=0.25)).pixels
    assert np.flatnonzero(pixels.any(axis=(0, 2))).size == 16
    assert np.flatnonzero(pixels.any(axis=(1, 2))).size == 12


def test_an_animated_overlay_plays_at_its_own_pace_and_again() -> None:
    """Also over a picture that stands still."""
    flag = clip_of(*(np.full((4, 4, 3), level, np.uint8) for level in (50, 100, 150)), rate=5)
    still = FrameClip([np.zeros((36, 64, 3), np.uint8)], [0.0], 3.0, rate=15)
    shown = {}
    for frame in Clip(still).overlay(flag, x=0, y=0, start=1, end=2.6).frames():
        shown[round(frame.start, 3)] = int(frame.pixels[0, 0, 0])

    def at(time: float) -> int:
        return shown[max(start for start in shown if start <= time)]

    assert [at(time) for time in (0.5, 1.1, 1.3, 1.5, 1.7, 2.5, 2.7)] == [0, 50, 100, 150, 50, 100, 0]


def test_an_overlay_fades_in_and_out(tmp_path: Path) -> None:
    clip = Clip(FrameClip([np.zeros((36, 64, 3), np.uint8)], [0.0], 3.0, rate=15))
    frames = [*clip.overlay(gifsom.open(logo(tmp_path)), x=0, y=0, start=1, end=2, fade=0.4).frames()]
    levels = np.array([int(frame.pixels[0, 0, 0]) for frame in frames])
    assert (levels[0], levels.max(), levels[-1]) == (0, 200, 0)
    top = int(levels.argmax())
    assert np.all(np.diff(levels[: top + 1]) >= 0)
    assert np.unique(levels).size > 4


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("|size=2", "size is 2: give a part, from 0 to 1 or in percent"),
        ("|opacity=0", "opacity is 0"),
        ("|position=middle", "position is middle: give one of top-left"),
        ("|x=60", "x is 60: it takes 8 of 64 pixels, so give up to 56"),
        ("|colour=1", "an overlay has no colour: there are position"),
        ("|time=5-9", "past the end"),
    ],
)
def test_an_overlay_that_is_wrong_says_what_would_work(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=says):
        gifsom.convert(FIXTURES / "sprite.gif", tmp_path / "a.gif", overlay=f"{logo(tmp_path)}{text}")


def test_an_overlay_that_is_too_large_is_told_the_size_that_fits(tmp_path: Path) -> None:
    path = logo(tmp_path, size=(100, 30))
    with pytest.raises(SettingError, match="the overlay is 100x30 pixels, and the picture is 64x48: give it size=100%"):
        gifsom.convert(FIXTURES / "sprite.gif", tmp_path / "a.gif", overlay=str(path))
    gifsom.convert(FIXTURES / "sprite.gif", tmp_path / "a.gif", overlay=f"{path}|size=100%")


def test_a_missing_overlay_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="there is no such file"):
        gifsom.convert(FIXTURES / "sprite.gif", tmp_path / "a.gif", overlay="nothing.png")
    assert not (tmp_path / "a.gif").exists()


def test_an_overlay_is_not_written_over(tmp_path: Path) -> None:
    gif = tmp_path / "a.gif"
    gif.write_bytes((FIXTURES / "sprite.gif").read_bytes())
    with pytest.raises(gifsom.GifsomError, match="source"):
        gifsom.convert(FIXTURES / "scene.mp4", gif, overlay=str(gif), overwrite=True)


def test_the_command_line_takes_files_with_options(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text("1\n00:00:00,000 --> 00:00:00,500\nHop!\n")
    words = ["--overlay", f"{logo(tmp_path)}|size=20%", "--subtitles", f"{tmp_path / 'a.srt'}|size=9|style=outline"]
    target = tmp_path / "a.gif"
    command = [sys.executable, "-m", "gifsom", "convert", str(FIXTURES / "sprite.gif"), str(target), *words]
    subprocess.run(command, check=True, capture_output=True)
    plain = gifsom.open(FIXTURES / "sprite.gif")
    assert first(gifsom.open(target)).pixels.tobytes() != first(plain).pixels.tobytes()
