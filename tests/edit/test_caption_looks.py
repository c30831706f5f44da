"""Captions on a box, in any font, in scripts of several fonts, fading, and out of files of subtitles."""

from pathlib import Path

import numpy as np
import pytest
from conftest import FIXTURES, FrameClip
from numpy.typing import NDArray
from PIL import ImageFont

import gifsom
from gifsom import Clip, edit
from gifsom.core.errors import SettingError, SourceNotFound, SourceUnreadable
from gifsom.core.frame import Frame
from gifsom.draw import fonts
from gifsom.draw.fonts import Face, face, has, lacking, packages
from gifsom.draw.text import INK, Box, boxed, lettering

Pixels = NDArray[np.uint8]
WHITE = np.full((180, 320, 3), 255, np.uint8)


def first(clip: Clip) -> Frame:
    return next(iter(clip.frames()))


def still(picture: Pixels = WHITE, seconds: float = 4.0) -> Clip:
    return Clip(FrameClip([picture], [0.0], seconds, rate=15))


def drawn(clip: Clip) -> NDArray[np.bool_]:
    return (first(clip).pixels != WHITE).any(axis=2)


def box_of(marked: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom."""
    rows, columns = (np.flatnonzero(marked.any(axis=axis)) for axis in (1, 0))
    return int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])


def emoji() -> str:
    """Path of a font with pictures of letters."""
    for name in ("NotoColorEmoji.ttf", "seguiemj.ttf"):
        try:
            return ImageFont.truetype(name, 109).path
        except OSError:
            continue
    pytest.skip("no font with emoji is installed (Debian: fonts-noto-color-emoji)")


@pytest.mark.parametrize("style", ["pill", "box"])
def test_a_box_is_dark_behind_light_letters_with_smooth_corners(style: str) -> None:
    pixels = first(still().caption("Hello", style=style, size=20, opacity=1)).pixels
    dark = (pixels < 60).all(axis=2)
    left, top, right, bottom = box_of(dark)
    assert right - left > bottom - top
    assert (pixels[top : bottom + 1, left : right + 1] > 240).all(axis=2).sum() > 50, "letters"
    assert not dark[top, left]
    edges = np.unique(pixels[top : top + 8, left : left + 12, 0])
    assert ((edges > 60) & (edges < 200)).sum() > 3, "the corner is blended"


def test_a_pill_has_round_ends_and_a_box_round_corners() -> None:
    missing = {}
    for style in ("pill", "box"):
        box = Box((0, 0, 0), 1.0, radius=99 if style == "pill" else None, shadow=0)
        stamp = boxed(["Hello"], face("Hello", 20), INK, box)
        missing[style] = int((stamp[..., 3] < 128).sum())
    assert missing["pill"] > 2 * missing["box"] > 0


def test_opacity_lets_the_picture_through() -> None:
    levels = []
    for opacity in (0.2, 0.5, 1.0):
        clip = still().caption("Hello", style="box", size=20, opacity=opacity, padding=20)
        left, top, _, bottom = box_of(drawn(clip))
        levels.append(int(first(clip).pixels[(top + bottom) // 2, left + 14, 0]))
    assert levels == pytest.approx([255 - 223 * share for share in (0.2, 0.5, 1.0)], abs=12)


def test_padding_and_radius_are_in_pixels() -> None:
    sizes = [boxed(["Hi"], face("Hi", 20), INK, Box(padding=pad, shadow=0)).shape for pad in (10, 30)]
    assert (sizes[1][1] - sizes[0][1], sizes[1][0] - sizes[0][0]) == (40, 20)
    corners = [
        boxed(["Hi"], face("Hi", 20), INK, Box(opacity=1, padding=9, radius=r, shadow=0))[0, 0, 3] for r in (0, 9)
    ]
    assert corners == [255, 0]


def test_a_soft_shadow_lies_around_a_box() -> None:
    pixels = first(still().caption("Hello", style="box", size=20)).pixels[..., 0].astype(int)
    _, _, _, bottom = box_of(drawn(still().caption("Hello", style="box", size=20)))
    column = pixels[bottom - 4 : bottom + 1, 160]
    assert np.all(np.diff(column) >= 0)
    assert column[-1] > 200


def test_capitals_stand_in_the_middle_of_a_box() -> None:
    for name in (None, "Nimbus Sans"):
        if name is not None and not any(name in one.families for one in fonts.installed()):
            continue
        fonts_of = face("HHH", 40, name)
        stamp = boxed(["HHH"], fonts_of, INK, Box((0, 0, 0), 1.0, shadow=0))
        rows = np.flatnonzero((stamp[..., :3] > 200).all(axis=2).any(axis=1))
        assert abs(rows[0] - (stamp.shape[0] - 1 - rows[-1])) <= 2


def test_x_and_y_are_left_and_top() -> None:
    left, top, _, _ = box_of(drawn(still().caption("I", outline=0, x=50, y=60, size=30, color="black")))
    assert 50 <= left < 58
    assert 60 <= top < 72
    with pytest.raises(SettingError, match=r"x is 319: it takes \d+ of 320 pixels, so give up to \d+"):
        still().caption("Hello", x=319)


def test_a_caption_fades_in_and_out_over_a_picture_that_stands_still() -> None:
    frames = [*still().caption("Hello", size=40, outline=0, color="black", start=1, end=3, fade=0.5).frames()]
    ink = {round(frame.start, 3): float(255 - frame.pixels.min()) for frame in frames}
    assert ink[0] == 0
    assert ink[3.0] == 0
    coming = [level for time, level in ink.items() if 1 <= time < 1.5]
    going = [level for time, level in ink.items() if 2.5 <= time < 3]
    assert coming == sorted(coming)
    assert going == sorted(going, reverse=True)
    assert len(set(coming)) >= 6
    assert max(ink.values()) == 255


def test_a_fade_that_is_too_long_is_told_one_that_fits() -> None:
    with pytest.raises(SettingError, match=r"two fades of 2 s do not fit into 3 s: give fade=0.75"):
        still().caption("Hi", start=0, end=3, fade=2)


def test_a_font_is_found_by_its_name_and_weight_or_by_its_file() -> None:
    there = [one for one in fonts.installed() if "DejaVu Sans" in one.families and not one.slanted]
    if len({one.weight for one in there}) < 2:
        pytest.skip("DejaVu Sans is not installed in two weights")
    thin, thick = (
        drawn(still().caption("Hello", font="dejavu sans", weight=weight, size=40, outline=0, color="black"))
        for weight in ("regular", "bold")
    )
    assert thick.sum() > 1.1 * thin.sum()
    regular = min(there, key=lambda one: abs(one.weight - 80))
    by_file = drawn(still().caption("Hello", font=regular.file, size=40))
    assert np.array_equal(by_file, drawn(still().caption("Hello", font="DejaVu Sans", weight="regular", size=40)))


def test_a_font_that_is_missing_is_told_with_some_that_are_there() -> None:
    if not fonts.installed():
        pytest.skip("no fonts are installed")
    known = fonts.installed()[0].families[0]
    with pytest.raises(SettingError, match=f"no font is called {known}x: there are, for example, .*{known}"):
        still().caption("Hi", font=f"{known}x")
    with pytest.raises(SettingError, match=r"font ./no.ttf: there is no such file, or it is no font"):
        still().caption("Hi", font="./no.ttf")


def test_fonts_are_found_without_fontconfig(monkeypatch: pytest.MonkeyPatch) -> None:
    here = {Path(one.file) for one in fonts.installed()}
    if not here:
        pytest.skip("no fonts are installed")
    monkeypatch.setattr(fonts, "_fontconfig", lambda *words: ())
    monkeypatch.setitem(fonts.FOLDERS, "linux", (str(next(iter(here)).parent),))
    fonts.installed.cache_clear()
    try:
        found = fonts.installed()
    finally:
        fonts.installed.cache_clear()
    assert {Path(one.file) for one in found} & here
    assert all(one.families[0] for one in found)


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("日本", "fonts-noto-cjk"),
        ("한", "fonts-noto-cjk"),
        ("🎉", "fonts-noto-color-emoji"),
        ("ش", "fonts-noto-core"),
        ("日🎉本", "fonts-noto-cjk, fonts-noto-color-emoji"),
    ],
)
def test_the_package_of_a_missing_script_is_told(letters: str, expected: str) -> None:
    assert packages(letters) == expected


def test_letters_that_one_font_lacks_come_from_another() -> None:
    """Each at its own width, on one base line."""
    math = next(
        (one for one in fonts.installed() if "Standard Symbols PS" in one.families and one.file.endswith("otf")), None
    )
    if math is None or not any("Nimbus Sans" in one.families for one in fonts.installed()):
        pytest.skip("Nimbus Sans and DejaVu Sans are not installed")
    mixed = face("Ab ♞ cd", 30, "Nimbus Sans")
    assert len(mixed.fonts) > 1
    assert not lacking(mixed, "Ab ♞ cd")
    assert [part for part, _, _ in mixed.runs("Ab ♞ cd")] == ["Ab ", "♞", " cd"]
    assert mixed.length("Ab ♞ cd") == pytest.approx(sum(mixed.length(part) for part in ("Ab ", "♞", " cd")), abs=0.5)
    alone = lettering(["Ab"], face("Ab", 30, "Nimbus Sans"), INK, 0, "l")
    together = lettering(["Ab ♞"], mixed, INK, 0, "l")
    width = alone.shape[1] - 3
    assert np.abs(alone[:, :width].astype(int) - together[:, :width]).max() <= 1


def test_emoji_have_their_colors_and_the_size_of_letters() -> None:
    font = ImageFont.truetype(emoji(), 109)
    assert has(font, "🎉")
    assert not has(font, "日")
    stamp = lettering(["🎉"], Face((font,), 30), INK, 0, "l")
    assert np.ptp(stamp[..., :3].astype(int), axis=2).max() > 60
    assert stamp.shape[0] == pytest.approx(30 * 1.2, abs=8)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Hi|style=bubble", "style is bubble: give one of outline, pill, box"),
        ("Hi|weight=heavy", "weight is heavy: give one of thin, "),
        ("Hi|padding=4", "padding is for text on a box: give style=pill or style=box, too"),
        ("Hi|style=pill|outline=2", "outline and style=pill exclude each other"),
        ("Hi|style=box|opacity=3", "opacity is 3: give a part, from 0 to 1 or in percent"),
        ("Hi|style=box|background=bleen", "'bleen' is not a color"),
        ("Hi|fade=x", "fade is x: give fade=0.3"),
        ("Hi|shade=x", "a caption has no shade: there are time, fade, position"),
    ],
)
def test_a_look_that_is_wrong_says_what_would_work(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=says):
        gifsom.convert(FIXTURES / "scene.mp4", tmp_path / "a.gif", caption=text)


# Subtitles

SRT = """1
00:00:00,500 --> 00:00:01,000
<i>Hello</i> &amp; welcome

2
00:00:01,000 --> 00:00:02,000
{\\an8}Two
lines

3
00:00:03,000 --> 00:00:03,500
The end
"""


def shown(clip: Clip) -> list[tuple[float, bool]]:
    return [(frame.start, bool((frame.pixels != WHITE).any())) for frame in clip.frames()]


def test_subtitles_appear_at_their_times(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text(SRT)
    clip = still().subtitles(tmp_path / "a.srt", outline=0, color="black", style="outline")
    assert shown(clip) == [(0, False), (0.5, True), (1.0, True), (2.0, False), (3.0, True), (3.5, False)]
    pictures = {frame.start: frame.pixels for frame in clip.frames()}
    one = still().caption("Hello & welcome", outline=0, color="black")
    two = still().caption("Two\nlines", outline=0, color="black")
    assert np.array_equal(pictures[0.5], first(one).pixels)
    assert np.array_equal(pictures[1.0], first(two).pixels)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_files_of_any_encoding_are_read(encoding: str, newline: str, tmp_path: Path) -> None:
    path = tmp_path / "a.vtt"
    path.write_bytes(
        "WEBVTT\n\nNOTE no cue\n\n00:01.000 --> 00:02.000 line:0\nÉté\n".replace("\n", newline).encode(encoding)
    )
    by_file = still().subtitles(path)
    by_list = still().subtitles([(1, 2, "Été")])
    assert [f.pixels.tobytes() for f in by_file.frames()] == [f.pixels.tobytes() for f in by_list.frames()]


def test_subtitles_that_overlap_are_shown_together() -> None:
    clip = still().subtitles([(0, 2, "one"), (1, 3, "two")], style="outline", outline=0, color="black")
    pictures = {frame.start: frame.pixels for frame in clip.frames()}
    assert np.array_equal(pictures[1.0], first(still().caption("one\ntwo", outline=0, color="black")).pixels)


def test_subtitles_can_be_shifted(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text(SRT)
    edits = edit.parse_subtitles(f"{tmp_path / 'a.srt'}|shift=-0.75")
    assert shown(Clip(edit.subtitles(still().source, **edits)))[0] == (0, True)


def test_a_file_without_subtitles_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text("Hello")
    with pytest.raises(SourceUnreadable, match=r"a.srt: there are no subtitles in it: give an .srt or .vtt file"):
        still().subtitles(tmp_path / "a.srt")
    with pytest.raises(SourceNotFound, match="there is no such file"):
        still().subtitles(tmp_path / "b.srt")
