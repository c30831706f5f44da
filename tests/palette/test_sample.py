"""Sample: it stands for the whole clip, for every moment, every region, and more for what has changed."""

from collections.abc import Sequence

import numpy as np
import pytest
from conftest import FrameClip
from numpy.typing import NDArray

from gifsom.core.frame import Frame
from gifsom.palette.color import pack, unpack
from gifsom.palette.sample import FEW, FRESH, SIZE, take

Pixels = NDArray[np.uint8]

GUARD = 0xA5


def frames(*pictures: Pixels, masks: Sequence[NDArray[np.bool_] | None] | None = None) -> list[Frame]:
    return FrameClip(pictures, range(len(pictures)), len(pictures), masks).kept


def numbered(count: int, first: int = 0, width: int = 1) -> Pixels:
    """A picture whose pixels are colors number `first` and on, all different."""
    return unpack(np.arange(first, first + count, dtype=np.uint32)).reshape(-1, width, 3)


def random_colors(count: int, seed: int = 0, levels: int = 256) -> Pixels:
    """Colors (n, 3), read-only as all frames are; fewer levels give more colors twice."""
    colors = np.random.default_rng(seed).integers(0, levels, (count, 3)).astype(np.uint8)
    colors.flags.writeable = False
    return colors


def test_sample_takes_one_pixel_of_each_stretch_of_each_picture() -> None:
    """60 pictures with 10000 pixels are more than fit: in the end each gives a quarter of them.

    They have masks, which hide nothing: so none of them is compared with the one before.
    """
    share, count = 2500, 10_000
    pictures = [numbered(count, first=n * count, width=100) for n in range(60)]
    drawn = take(frames(*pictures, masks=[np.zeros((100, 100), bool)] * 60))
    numbers = pack(drawn.pixels).astype(np.int64)
    assert len(numbers) == 60 * share
    picture, pixel = np.divmod(numbers, count)
    assert np.array_equal(np.repeat(np.arange(60), share), picture)
    assert np.array_equal(np.tile(np.arange(share), 60), pixel // 4)


def test_sample_is_drawn_at_random_within_its_stretches() -> None:
    """A picture of 40000 pixels gives 2500: none of the 16 places in a stretch is preferred."""
    drawn = take(frames(*(numbered(40_000) for _ in range(60))))
    places = np.bincount(pack(drawn.pixels) % 16)
    assert places.sum() == 60 * 2500
    assert places == pytest.approx(60 * 2500 / 16, rel=0.05)


def test_a_part_of_a_pictures_share_is_from_what_changed() -> None:
    """A quarter of 40000 pixels is new in each picture: FRESH of its 2500 are from there, and a quarter of the rest."""
    pictures = [np.zeros((200, 200, 3), np.uint8) for _ in range(60)]
    for n, picture in enumerate(pictures):
        picture[..., 2] = n
        picture[:50, :, 0] = n + 1
        picture[50:, :, 2] = 200  # as before
    drawn = take(frames(*pictures)).pixels
    changed = np.bincount(drawn[:, 0], minlength=61)[1:]
    assert len(drawn) == 60 * 2500
    assert pytest.approx(changed[0], rel=0.02) == 2500 / 4
    assert changed[1:] == pytest.approx(2500 * (FRESH + (1 - FRESH) / 4), rel=0.02)


def test_few_pixels_that_changed_are_all_drawn_beside_the_whole_picture() -> None:
    first = np.zeros((100, 100, 3), np.uint8)
    second = first.copy()
    second[40, 10:40, 0] = np.arange(1, 31)
    levels = np.bincount(take(frames(first, second)).pixels[:, 0], minlength=31)
    assert levels.sum() == 20_000
    assert (levels[1:] >= 1).all()
    assert 30 < levels[1:].sum() <= 60


def test_what_is_drawn_is_thinned_to_what_its_picture_would_give_now() -> None:
    """The share of what changed as well as that of the whole picture: in the first pictures as in the last."""
    pictures = [np.zeros((200, 200, 3), np.uint8) for _ in range(60)]
    for n, picture in enumerate(pictures):
        picture[:5, :, 0] = n + 1  # a fortieth, of which the whole picture's share has some too
    counts = np.bincount(take(frames(*pictures)).pixels[:, 0], minlength=61)
    assert counts.sum() == 60 * 2500
    assert counts[2:].min() >= FRESH * 2500 + 0.5 * 2500 / 40
    assert counts[2:].max() <= FRESH * 2500 + 1.5 * 2500 / 40


def test_few_pixels_that_changed_stay_however_often_the_sample_is_thinned() -> None:
    """Thirty of 40000 in each of 60 pictures, of which each gives 2500 pixels in the end."""
    pictures = [np.zeros((200, 200, 3), np.uint8) for _ in range(60)]
    for n, picture in enumerate(pictures):
        picture[50, 40:70] = [[n + 1, k, 0] for k in range(30)]
    drawn = take(frames(*pictures)).pixels
    assert len(drawn) == 60 * 2500
    colors = {(n + 1, k) for n in range(1, 60) for k in range(30)}
    assert colors <= {(r, g) for r, g, _ in drawn.tolist()}


@pytest.mark.parametrize("width", [1, 50])
def test_sample_of_one_small_picture_has_every_pixel_once(width: int) -> None:
    picture = numbered(500, width=width)
    assert picture.reshape(-1, 3).tolist() == take(frames(picture)).pixels.tolist()


def test_every_small_picture_gives_as_many_pixels_as_it_has() -> None:
    drawn = take(frames(*(numbered(500, first=1000 * n) for n in range(5))))
    assert np.bincount(pack(drawn.pixels) // 1000).tolist() == [500] * 5
    assert len(drawn.pixels) == len(drawn.activity)


def test_sample_depends_on_the_seed_alone() -> None:
    clip = frames(*(random_colors(9000, seed=n).reshape(90, 100, 3) for n in range(40)))
    first, again, other = (take(clip, seed) for seed in (3, 3, 4))
    assert first.pixels.tobytes() == again.pixels.tobytes()
    assert first.activity.tobytes() == again.activity.tobytes()
    assert first.pixels.tobytes() != other.pixels.tobytes()


@pytest.mark.parametrize("count", [1, 2, 256, FEW - 1, FEW])
def test_sample_knows_all_colors_of_a_clip_that_has_few(count: int) -> None:
    """Exactly, sorted, though each appears in one pixel of one picture alone, but for one of them."""
    colors = np.random.default_rng(count).choice(1 << 24, count, replace=False).astype(np.uint32)
    pictures = [np.repeat(unpack(colors[:1]), 9000, axis=0).reshape(90, 100, 3) for _ in range(20)]
    for n, color in enumerate(unpack(colors)):
        pictures[n % 20][n // 20, n % 100] = color
    found = take(frames(*pictures)).colors
    assert found is not None
    assert unpack(np.sort(colors)).tolist() == found.tolist()


@pytest.mark.parametrize("pictures", [1, 5, FEW + 1])
def test_sample_of_more_colors_lists_none(pictures: int) -> None:
    """1025, in one picture, over some, or one in each."""
    colors = numbered(FEW + 1)
    assert take(frames(*np.split(colors, pictures)), salience=False).colors is None


def test_sample_ignores_what_is_hidden() -> None:
    picture, mask = numbered(1000, width=10), np.zeros((100, 10), bool)
    mask[20:] = True
    drawn = take(frames(picture, picture.copy(), masks=[mask, mask]))
    assert drawn.colors is not None
    assert numbered(200).reshape(-1, 3).tolist() == drawn.colors.tolist()
    assert set(range(200)) == set(pack(drawn.pixels).tolist())
    assert (drawn.pictures, drawn.opaque) == (2, False)
    assert drawn.salient.areas.sum() == 200


def test_sample_of_a_clip_that_is_hidden_altogether_is_empty() -> None:
    drawn = take(frames(numbered(6), masks=[np.ones((6, 1), bool)]))
    assert drawn.colors is not None
    assert (len(drawn.pixels), len(drawn.activity), len(drawn.colors), drawn.opaque) == (0, 0, 0, False)
    assert (len(drawn.salient.patches), len(drawn.salient.flats)) == (0, 0)


def test_sample_of_no_frame_at_all_is_empty() -> None:
    drawn = take([])
    assert (drawn.pixels.shape, drawn.activity.shape, drawn.pictures, drawn.opaque) == ((0, 3), (0,), 0, True)


def test_sample_of_a_held_picture_is_drawn_once() -> None:
    first, second = numbered(700), numbered(700, first=5000)
    held = take(frames(first, first, first, second, second))
    assert (held.pictures, held.opaque) == (2, True)
    assert take(frames(first, second)).pixels.tolist() == held.pixels.tolist()


def test_sample_of_a_clip_of_unknown_length_is_thinned() -> None:
    """2.1 million pixels in 700 pictures: less than twice the usual sample, still of all pictures alike."""
    clip = frames(*(np.full((50, 60, 3), (n >> 8, n & 255, 0), np.uint8) for n in range(700)))
    drawn = take(clip)
    assert 0.99 * SIZE <= len(drawn.pixels) <= 2 * SIZE
    counts = np.bincount(pack(drawn.pixels) >> 8)
    assert len(counts) == 700
    assert counts.max() - counts.min() <= 1


def test_sample_of_one_large_picture_is_twice_the_size() -> None:
    assert take(frames(np.zeros((600, 600, 3), np.uint8))).pixels.shape == (2 * SIZE, 3)


def test_sample_is_as_large_where_a_picture_is_hidden_nearly_altogether() -> None:
    """Of the third picture 2 pixels are seen; the ones behind it give as many as the ones before."""
    pictures = [np.full((512, 512, 3), n, np.uint8) for n in range(20)]
    mask = np.ones((512, 512), bool)
    mask[0, :2] = False
    drawn = take(frames(*pictures, masks=[mask if n == 2 else None for n in range(20)]))
    counts = np.bincount(drawn.pixels[:, 0], minlength=20)
    counts[2] = counts[0]
    assert counts.max() <= 2 * counts.min()


def test_sample_sees_a_picture_whose_mask_is_gone() -> None:
    picture, mask = numbered(4), np.array([[True], [False], [False], [False]])
    colors = take(frames(picture, picture, masks=[mask, None])).colors
    assert colors is not None
    assert numbered(4).reshape(-1, 3).tolist() == colors.tolist()


def test_sample_of_a_clip_that_mostly_stands_still_is_not_smaller() -> None:
    """Four pictures of 100000 pixels, of which the last is held for 3000 frames."""
    pictures = [numbered(100_000, first=100_000 * n, width=100) for n in range(4)]
    clip = frames(*pictures, *[pictures[-1]] * 2996)
    assert len(take(clip).pixels) > SIZE / 2


def test_activity_is_that_around_the_pixel_that_was_drawn() -> None:
    """Nothing on the left, which is flat and red, all there can be on the right: black and white, pixel by pixel."""
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[:, :32] = 200, 0, 0
    picture[:, 32:] = 255 * (np.indices((64, 32)).sum(axis=0) % 2)[..., None]
    drawn = take(frames(picture, picture.copy()))
    left = (drawn.pixels == [200, 0, 0]).all(axis=1)
    assert left.sum() == 64 * 64
    assert drawn.activity[left].min() == 0
    assert np.median(drawn.activity[left]) == 0
    assert np.median(drawn.activity[~left]) == pytest.approx(2)


def test_nothing_stands_out_where_nobody_asks() -> None:
    picture = np.full((40, 40, 3), 7, np.uint8)
    asked, unasked = (take(frames(picture), salience=marks) for marks in (True, False))
    assert (asked.salient.patches.tolist(), asked.salient.flats.tolist()) == ([[7, 7, 7]], [[7, 7, 7]])
    assert (len(unasked.salient.patches), len(unasked.salient.flats)) == (0, 0)
    assert asked.pixels.tolist() == unasked.pixels.tolist()
