"""Zoom: views of the source's own pixels, on a smooth path, where it was asked or where the work is."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from conftest import FIXTURES, FrameClip
from numpy.typing import NDArray
from PIL import Image

import gifsom
from gifsom import Clip
from gifsom.core.errors import SettingError
from gifsom.core.source import Mark
from gifsom.edit.attention import groups, stays
from gifsom.edit.camera import GLIDE, Stay, around
from gifsom.edit.camera import Path as Way

Pixels = NDArray[np.uint8]


def noise(width: int = 64, height: int = 36, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def still(picture: Pixels, duration: float = 6.0) -> FrameClip:
    return FrameClip([picture], [0.0], duration, rate=15)


def shown(clip: Clip, time: float) -> Pixels:
    """The picture on the screen at a time."""
    return [frame.pixels for frame in clip.frames() if frame.start <= time + 1e-6][-1]


def test_a_zoomed_picture_is_as_sharp_as_the_source() -> None:
    """Twice as large, then half the width: pixels of the source as they are."""
    picture = noise()
    clip = Clip(still(picture)).zoom(2, 1, 5, at=(40, 20)).width(32)
    assert clip.size == (32, 18)
    assert np.array_equal(shown(clip, 3), picture[11:29, 24:56])


def test_a_picture_in_a_glide_is_the_view_of_that_moment_by_lanczos() -> None:
    picture = noise()
    clip = Clip(still(picture)).zoom(2, 1, 5, at=(40, 20)).width(32)
    path = Way([Stay(1, 5, around(40, 20, 2, (64, 36)))], (64, 36))
    for frame in clip.frames():
        view = path.at(frame.start)
        box = (view.left, view.top, view.left + view.width, view.top + view.height)
        expected = Image.fromarray(picture).resize((32, 18), Image.Resampling.LANCZOS, box)
        assert np.array_equal(frame.pixels, np.asarray(expected))


def test_a_zoom_begins_and_ends_with_the_whole_picture_and_leaves_size_and_duration() -> None:
    picture = noise()
    clip = Clip(still(picture)).zoom(2, 1, 5)
    assert (clip.size, clip.duration) == ((64, 36), 6.0)
    assert np.array_equal(shown(clip, 0.9), picture)
    assert np.array_equal(shown(clip, 5.1), picture)
    assert not np.array_equal(shown(clip, 2), picture)


def test_a_picture_that_stands_still_gets_frames_where_the_camera_moves_and_nowhere_else() -> None:
    starts = [frame.start for frame in Clip(still(noise())).zoom(2, 1, 5).frames()]
    inside = [time for time in starts if 1 < time < 1 + GLIDE + 0.1 or 5 - GLIDE < time < 5.1]
    assert starts == [0, *inside]
    assert len(inside) == pytest.approx(2 * GLIDE * 15, abs=2)
    assert min(b - a for a, b in pairwise(starts)) > 0.5 / 15


def test_frames_follow_the_rate_that_is_asked_behind_it() -> None:
    starts = [frame.start for frame in Clip(still(noise())).zoom(2, 1, 5).fps(5).frames()]
    assert min(b - a for a, b in pairwise(starts)) > 0.99 / 5


def test_the_path_is_smooth() -> None:
    """Between its soft ends, steps at 15 fps are equal: their difference is below a pixel of a GIF 640 pixels wide."""
    path = Way([Stay(3, 9, around(900, 500, 2, (1280, 720)), glide=1.0)], (1280, 720))
    lefts = np.array([path.at(3 + n / 15).left for n in range(1, 16)])
    second = np.diff(lefts, 2)
    assert np.abs(second[4:8]).max() <= 1
    assert np.all(np.diff(lefts) >= 0), "it never goes back"


def test_one_point_stays_in_place_during_a_glide() -> None:
    """The corner of the zoomed part moves on a straight line from that of the picture."""
    view = around(900, 500, 2, (1280, 720))
    path = Way([Stay(0, 9, view)], (1280, 720))
    fixed = [(at.left / (1 - at.width / 1280), at.top / (1 - at.width / 1280)) for at in map(path.at, (0.2, 0.3, 0.5))]
    assert fixed == [pytest.approx((view.left * 2, view.top * 2))] * 3


def test_zooms_that_follow_each_other_glide_from_one_place_to_the_next() -> None:
    clip = Clip(still(noise(), 9)).zoom(2, 1, 4, at=(0, 0)).zoom(2, 4, 8, at=(63, 35))
    picture = noise()
    assert np.array_equal(shown(clip.width(32), 2.5), picture[:18, :32])
    assert np.array_equal(shown(clip.width(32), 6), picture[18:, 32:])
    between = shown(clip.width(32), 4)
    assert between.shape == (18, 32, 3)


def test_a_jump_takes_no_frames_in_between() -> None:
    clip = Clip(still(noise())).zoom(2, 1, 5, glide=0).width(32)
    assert [round(frame.start, 2) for frame in clip.frames()] == [0, 1, 5]


def test_a_transparent_picture_keeps_its_mask() -> None:
    mask = np.zeros((36, 64), bool)
    mask[:, :32] = True
    clip = Clip(FrameClip([noise()], [0.0], 6.0, [mask], rate=15)).zoom(2, 1, 5, at=(0, 0))
    (frame,) = [frame for frame in clip.frames() if 1.5 < frame.start < 1.7][-1:]
    assert frame.mask is not None
    assert frame.mask.all()


def test_the_camera_goes_by_itself_to_where_pictures_change() -> None:
    pictures = [np.full((180, 320, 3), 240, np.uint8) for _ in range(60)]
    for n, picture in enumerate(pictures[20:50]):
        picture[130:150, 220 : 222 + n] = 0
    clip = Clip(FrameClip(pictures, [n / 10 for n in range(60)], 6.0, rate=10))
    whole, near = shown(clip, 4), shown(clip.zoom(), 4)
    assert (near == 0).mean() > 2.5 * (whole == 0).mean()
    assert np.array_equal(shown(clip.zoom(), 0.5), pictures[5])


def test_a_clip_that_changes_all_over_is_left_as_it_is() -> None:
    clip = FrameClip([noise(seed=n) for n in range(30)], [n / 10 for n in range(30)], 3.0, rate=10)
    assert all(
        np.array_equal(a.pixels, b.pixels) for a, b in zip(Clip(clip).zoom().frames(), clip.frames(), strict=True)
    )


def test_stays_are_long_enough_to_look_at_and_never_overlap() -> None:
    rng = np.random.default_rng(5)
    times = np.sort(rng.uniform(0, 60, 80))
    marks = [Mark(float(t), float(x), float(y)) for t, x, y in zip(times, *rng.uniform(0, 700, (2, 80)), strict=True)]
    found = stays(groups(marks, 2, (1280, 720)), 2, (1280, 720), 60.0)
    assert found
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert min(stay.end - stay.start for stay in found) >= 1.0
    assert np.median([stay.end - stay.start for stay in found]) >= 3.0


def test_a_clip_that_tells_where_somebody_worked_is_not_read_for_that() -> None:
    class Told(FrameClip):
        def marks(self) -> list[Mark]:
            return [Mark(2.0, 10, 10), Mark(3.0, 12, 10)]

    clip = Told([noise()], [0.0], 8.0, rate=15)
    zoomed = Clip(clip).zoom().width(32)
    assert np.array_equal(shown(zoomed, 3), noise()[1:19, :32])
    assert clip.passes == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2", "give factor, seconds and place, such as 2@3-6\\+400\\+300, or auto"),
        ("0.5@1-2", "give a factor above 1 and at most 10"),
        ("11@1-2", "give a factor above 1 and at most 10"),
        ("2@3-1", "is not after start"),
        ("2@1-2+9999+3", "not inside of the picture, which is 640x360"),
        ("2@99-100", "past the end: the clip is 3.00 s long"),
        ("2@1-2|glid=3", "a zoom has no glid: there are glide"),
        ("2@1-2|glide=x", "give glide=0.6"),
    ],
)
def test_a_zoom_that_is_wrong_says_what_would_work(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=says):
        gifsom.convert(FIXTURES / "scene.mp4", tmp_path / "a.gif", zoom=text)


def test_zooms_that_overlap_are_refused() -> None:
    with pytest.raises(SettingError, match="two zooms overlap: 1-3 and 2-4; end the first where the second begins"):
        Clip(still(noise())).zoom(2, 1, 3).zoom(2, 2, 4)
