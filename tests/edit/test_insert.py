"""What is shown between frames: other clips, cards, and fades, each step of which is computed here."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import FIXTURES, FrameClip, Inside, one_line
from PIL import Image

import gifsom
from gifsom import Clip, edit
from gifsom.core.errors import SettingError, SourceNotFound
from gifsom.core.frame import Frame, Rect
from gifsom.core.source import Source
from gifsom.core.values import BLACK
from gifsom.edit import Plain, store
from gifsom.sources.joined import join
from gifsom.sources.video import VideoClip


def gray(
    level: int, count: int, rate: float = 25.0, holes: Sequence[Any] | None = None, size: Any = (4, 6)
) -> FrameClip:
    """A clip of one gray, its first pixel the number of the frame."""
    pictures = [np.full((*size, 3), level, np.uint8) for _ in range(count)]
    for number, picture in enumerate(pictures):
        picture[0, 0] = number
    return FrameClip(pictures, [n / rate for n in range(count)], count / rate, holes, rate)


def at(clip: Source | Clip, time: float) -> Frame:
    return [frame for frame in clip.frames() if frame.start <= time + 1e-9][-1]


def level(frame: Frame) -> int:
    return int(frame.pixels[-1, -1, 0])


def test_a_clip_fades_in_and_out() -> None:
    """Each step is mixed as in its middle: of five frames of 40 ms, the first is a tenth there."""
    faded = edit.fade(gray(200, 25), 0.2)
    levels = [level(frame) for frame in faded.frames()]
    coming = [round(200 * (step + 0.5) / 5) for step in range(5)]
    assert levels == [*coming, *[200] * 15, *coming[::-1]]
    assert [round(frame.start, 9) for frame in faded.frames()] == [round(n / 25, 9) for n in range(25)]
    assert faded.duration == 1


@pytest.mark.parametrize(("place", "first", "last"), [("start", 225, 200), ("end", 200, 225)])
def test_only_one_end_may_fade_to_any_color(place: str, first: int, last: int) -> None:
    frames = [*edit.fade(gray(200, 10), 0.08, place, (250, 0, 0)).frames()]
    assert abs(level(frames[0]) - (238 if first > 200 else 200)) <= 1
    assert abs(level(frames[-1]) - (238 if last > 200 else 200)) <= 1
    assert level(frames[5]) == 200


def test_a_picture_that_stays_fades_in_steps() -> None:
    still = FrameClip([np.full((4, 6, 3), 100, np.uint8)], [0.0], 2.0)
    frames = [*edit.fade(still, 0.1).frames()]
    assert [(round(frame.start, 6), level(frame)) for frame in frames] == [
        *[(0.0, 20), (0.04, 60), (0.08, 90), (0.1, 100)],
        *[(1.9, 80), (1.94, 40), (1.98, 10)],
    ]


def test_what_is_hidden_stays_so() -> None:
    hole = np.eye(4, 6, dtype=np.bool_)
    frames = [*edit.fade(gray(200, 10, holes=[hole] * 10), 0.12).frames()]
    assert all(frame.mask is not None and np.array_equal(frame.mask, hole) for frame in frames)


def test_clips_that_are_joined_dissolve_into_each_other() -> None:
    """The whole is shorter by as much as both are seen."""
    clip = join([gray(0, 25), gray(200, 25), gray(100, 25)])
    faded = edit.fade(clip, 0.2, "between")
    assert faded.duration == pytest.approx(3 - 0.4)
    frames = [*faded.frames()]
    coming = [round(200 * (step + 0.5) / 5) for step in range(5)]
    assert [level(frame) for frame in frames[20:25]] == coming
    assert [level(frame) for frame in frames[:20] + frames[25:40]] == [0] * 20 + [200] * 15
    assert [level(frame) for frame in frames[40:45]] == [round(200 - 100 * (step + 0.5) / 5) for step in range(5)]
    starts = [frame.start for frame in frames]
    assert starts == pytest.approx([n / 25 for n in range(65)])
    assert frames[22].pixels[0, 0, 0] == round(22 / 2 + 2 / 2), "each goes on while it dissolves"


def test_a_fade_is_at_the_ends_and_between() -> None:
    clip = edit.fade(join([gray(100, 25), gray(200, 25)]), 0.2)
    levels = [level(frame) for frame in clip.frames()]
    assert levels[0] == 10
    assert levels[-1] == 20
    assert levels[22] == 150
    assert clip.duration == pytest.approx(1.8)


@pytest.mark.parametrize(
    "change",
    [
        lambda clip: clip.crop("3x2+1+1"),
        lambda clip: clip.scale(2),
        lambda clip: clip.grayscale().fps(25),
        lambda clip: clip.rotate(90),
    ],
)
def test_clips_are_still_known_behind_edits_of_pictures(change: Any) -> None:
    faded = change(Clip(join([gray(0, 25), gray(200, 25)]))).fade(0.2, "between")
    assert faded.duration == pytest.approx(1.8)
    assert level(at(faded, 0.9)) == 100


def test_a_fade_can_be_cropped_and_scaled() -> None:
    clip = Clip(join([gray(0, 25), gray(200, 25)])).fade(0.2).crop("2x2+0+0").scale(2)
    assert level(at(clip, 0.9)) == 100
    assert clip.size == (4, 4)
    assert clip.duration == pytest.approx(1.8)


def test_behind_an_edit_of_time_only_the_ends_fade() -> None:
    clip = Clip(join([gray(100, 25), gray(200, 25)])).speed(2).fade(0.1)
    assert clip.duration == pytest.approx(1.0)
    with pytest.raises(SettingError, match="there are no clips that follow each other"):
        Clip(gray(0, 25)).fade(0.2, "between")


def test_another_clip_is_inserted() -> None:
    clip = Clip(gray(0, 25)).insert(gray(200, 5), 0.4)
    assert [level(frame) for frame in clip.frames()] == [0] * 10 + [200] * 5 + [0] * 15
    assert clip.duration == pytest.approx(1.2)
    for place, numbers in (("#10", 10), ("#-2", 23), (0, 0), ("#0", 0), ("end", 25)):
        levels = [level(frame) for frame in Clip(gray(0, 25)).insert(gray(200, 5), place).frames()]
        assert levels == [0] * numbers + [200] * 5 + [0] * (25 - numbers)


def test_all_that_follow_each_other_dissolve() -> None:
    """A card, two clips, and a picture within the second of them."""
    clip = Clip(join([gray(50, 25), gray(100, 50)])).insert(gray(0, 25), 0).insert(gray(200, 25), 3)
    assert clip.duration == pytest.approx(5)
    faded = clip.fade(0.2, "between")
    assert faded.duration == pytest.approx(5 - 4 * 0.2)
    middles = [level(at(faded, 0.9 + 0.8 * number)) for number in range(5)]
    assert middles == [25, 75, 150, 150, 100]


def test_an_insertion_lasts_as_long_as_is_asked() -> None:
    short = Clip(gray(0, 25)).insert(gray(200, 25), 0, 0.2)
    assert ([level(frame) for frame in short.frames()].count(200), short.duration) == (5, 1.2)
    long = Clip(gray(0, 25)).insert(gray(200, 5), 0, 3)
    assert (level(at(long, 2.9)), long.duration) == (200, 4.0)
    still = FrameClip([np.full((4, 6, 3), 9, np.uint8)], [0.0], 0.1)
    assert Clip(gray(0, 25)).insert(still).duration == 3.0


def test_a_picture_of_another_shape_is_fitted() -> None:
    wide = FrameClip([np.full((6, 24, 3), 90, np.uint8)], [0.0], 1)
    frame = next(Clip(gray(0, 5, size=(12, 12))).insert(wide).frames())
    assert Rect.around(frame.pixels.any(axis=2)) == Rect(0, 4, 12, 3)
    assert set(frame.pixels.ravel()) == {0, 90}


def test_a_card_with_a_title_comes_first_and_dissolves() -> None:
    clip = Clip(gray(100, 50, size=(90, 160))).title("Hello", 1.0, "yellow", "navy", size=20)
    assert clip.duration == 3.0
    first = next(clip.frames()).pixels
    lettered = Rect.around((first == (255, 255, 0)).all(axis=2))
    assert lettered is not None
    assert abs(2 * lettered.left + lettered.width - 160) <= 4
    assert abs(2 * lettered.top + lettered.height - 90) <= 8
    assert 10 <= lettered.height <= 20
    assert tuple(first[0, 0]) == (0, 0, 128)
    faded = clip.fade(0.2, "between")
    assert faded.duration == pytest.approx(2.8)
    assert tuple(at(faded, 0.9).pixels[-1, -1]) == (50, 50, 114)


def test_a_plain_picture_is_a_clip() -> None:
    clip = Plain((3, 2), BLACK, 4.0)
    (frame,) = clip.frames()
    assert (frame.pixels.shape, clip.size, clip.duration, clip.count) == ((2, 3, 3), (3, 2), 4.0, 1)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"fade": 0}, "fade is 0: give seconds from 0.02 on"),
    ({"fade": 9}, "fade is 9: give 5 seconds at most"),
    ({"fade": 0.5}, "fade is 0.5 s: that is too long for the clip, which is 0.86 s long"),
    ({"fade": "0.1|at=middle"}, "fade at middle: give one of all, start, end, between"),
    ({"fade": "0.1|at=between"}, "there are no clips that follow each other"),
    ({"fade": "0.1|color=nocolor"}, "'nocolor' is not a color"),
    ({"fade": "0.1|size=3"}, "a fade has no size: there are at, color"),
    ({"fade": "soon"}, "fade is soon: give fade=0.3"),
    ({"insert": "x.png"}, "'x.png': give a file, where, and how long, such as title.png@0+2"),
    ({"insert": "x.png@soon"}, "'soon' is not a time"),
    ({"insert": f"{FIXTURES / 'still.png'}@9"}, "insert at 9: that is past the end, the clip is 0.86 s long"),
    ({"insert": f"{FIXTURES / 'still.png'}@0+0"}, "insert is 0: give seconds from 0.02 on"),
    ({"insert": f"{FIXTURES / 'still.png'}@#12"}, "the clip has 12 frames, #0 to #11"),
    ({"title": ""}, "the caption is empty: give it a text"),
    ({"title": "Hello|time=0"}, "title is 0: give seconds from 0.02 on"),
    ({"title": "Hello|size=40"}, "the picture has 64x48"),
]


@pytest.mark.parametrize(("options", "words"), BAD, ids=[words for _, words in BAD])
def test_what_cannot_be_is_told_in_one_line(options: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError) as error:
        gifsom.convert(FIXTURES / "sprite.gif", tmp_path / "a.gif", **options)
    assert words in str(error.value)
    assert str(error.value).isprintable()
    assert not [*tmp_path.iterdir()]


def test_a_clip_that_is_too_short_to_dissolve_is_told() -> None:
    with pytest.raises(SettingError, match=r"^fade is 0\.3 s: give 0\.20 at most, half of the shortest clip"):
        edit.fade(join([gray(0, 25), gray(200, 10)]), 0.3)


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(SourceNotFound, match=r"nothing\.png: there is no such file"):
        gifsom.convert(FIXTURES / "sprite.gif", "a.gif", insert="nothing.png@0+1")


def test_the_command_joins_inserts_and_fades(inside: Inside, here: Path) -> None:
    Image.new("RGB", (64, 48), (10, 200, 30)).save(here / "a@b.png")
    run = inside(
        *("convert", FIXTURES / "sprite.gif", FIXTURES / "sprite.gif", "out.gif", "--scale", "2"),
        *("--insert", "a@b.png@end+0.5", "--title", "Hop|time=0.6|size=12", "--fade", "0.1|color=white"),
    )
    assert (run.status, run.err) == (0, "")
    made = gifsom.open(here / "out.gif")
    assert made.size == (128, 96)
    assert made.duration == pytest.approx(2 * 0.86 + 0.5 + 0.6 - 3 * 0.1, abs=0.011)
    last = [*made.frames()][-1]
    assert last.mask is None or not last.mask.any()
    assert (last.pixels[5, 5] > 190).all(), "nearly white"


def test_a_source_that_is_inserted_is_never_replaced(inside: Inside, here: Path) -> None:
    Image.new("RGB", (64, 48)).save(here / "a.gif")
    run = inside("convert", FIXTURES / "sprite.gif", "a.gif", "--insert", "a.gif@0+1", "-y")
    assert (run.status, one_line(run.err)) == (1, "a.gif: that is the source itself: name another file")


def test_only_a_part_moves() -> None:
    """Its own holes move with it, and those around it stay."""
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (8, 9, 3)).astype(np.uint8) for _ in range(4)]
    holes = [None, rng.random((8, 9)) < 0.5, rng.random((8, 9)) < 0.5, None]
    clip = FrameClip(pictures, [0, 0.1, 0.2, 0.3], 0.4, holes)
    frames = [*Clip(clip).still_outside("4x3+2+1").frames()]
    for frame, picture, hole in zip(frames, pictures, holes, strict=True):
        wanted, hidden = pictures[0].copy(), np.zeros((8, 9), np.bool_)
        wanted[1:4, 2:6] = picture[1:4, 2:6]
        if hole is not None:
            hidden[1:4, 2:6] = hole[1:4, 2:6]
        assert np.array_equal(frame.pixels, wanted)
        assert np.array_equal(np.zeros((8, 9), np.bool_) if frame.mask is None else frame.mask, hidden)
    assert [frame.start for frame in frames] == [0, 0.1, 0.2, 0.3]


def test_a_part_that_moves_may_be_scaled_before() -> None:
    """It is at least as large as it was."""
    clip = gifsom.open(FIXTURES / "scene.mp4").still_outside("101x51+31+41").width(320)
    assert isinstance(clip.source.source, VideoClip)  # type: ignore[attr-defined]
    assert clip.source.rect == Rect(15, 20, 51, 26)  # type: ignore[attr-defined]
    first, *others = clip.frames()
    differs = np.any([(frame.pixels != first.pixels).any(axis=2) for frame in others], axis=0)
    around = Rect.around(differs)
    assert around is not None
    assert around.union(clip.source.rect) == clip.source.rect  # type: ignore[attr-defined]


@pytest.mark.parametrize("area", ["auto", "99x3+2+1", "4x3", (1, 2, 3)])
def test_a_part_that_is_none_is_told(area: Any, tmp_path: Path) -> None:
    with pytest.raises(SettingError):
        gifsom.convert(FIXTURES / "sprite.gif", tmp_path / "a.gif", still_outside=area)


def test_frames_wait_for_the_end_of_a_long_fade_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """In order, whether in memory, in a store, or in the next one."""
    monkeypatch.setattr(store, "PLAIN_BYTES", 300)
    monkeypatch.setattr(store, "CHUNK_BYTES", 100)
    holes = [None, np.eye(4, 6, dtype=np.bool_)] * 50
    wanted = [(level(frame), frame.start, frame.pixels[0, 0, 0]) for frame in gray(200, 100).frames()]
    faded = [*edit.fade(gray(200, 100, holes=holes), 1.0, "end").frames()]
    assert [(round(frame.start, 9), frame.mask is None) for frame in faded] == [
        (round(start, 9), number % 2 == 0) for number, (_, start, _) in enumerate(wanted)
    ]
    assert [int(frame.pixels[0, 0, 0]) for frame in faded[:75]] == list(range(75))
    assert [level(frame) for frame in faded[75:]] == [round(200 * (1 - (step + 0.5) / 25)) for step in range(25)]
    both = [*edit.fade(join([gray(0, 50), gray(200, 50)]), 1.0, "between").frames()]
    assert [level(frame) for frame in both[25:50]] == [round(200 * (step + 0.5) / 25) for step in range(25)]
