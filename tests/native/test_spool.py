"""The kernels of the spool do what their twins do, within the arrays that they are given, and refuse other arrays."""

import numpy as np
import pytest
import twins.spool
from numpy.typing import NDArray

from gifsom.native.spool import changed_box, filter_part, restore_part, same_picture

SEEDS = range(12)


def guarded(shape: tuple[int, ...], dtype: type, rng: np.random.Generator) -> tuple[NDArray, NDArray]:
    """An array of noise, and all of the room that it lies in the middle of."""
    room = rng.integers(0, 256, 128 + int(np.prod(shape)) * np.dtype(dtype).itemsize).astype(np.uint8)
    return room[64:-64].view(dtype).reshape(shape), room


def pictures(rng: np.random.Generator) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Two pictures of one size, whose colors are the same and whose upper bits differ; wide enough for vectors."""
    height, width = int(rng.integers(1, 20)), int(rng.integers(1, 100))
    before = rng.integers(0, 1 << 32, (height, width), dtype=np.uint32)
    return before, before ^ (rng.integers(0, 256, before.shape, dtype=np.uint32) << np.uint32(24))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_changed_box_is_found_as_its_twin_finds_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    before, now = pictures(rng)
    for _ in range(6):
        assert twins.spool.changed(before, now) == (changed_box(before, now) or (0, 0, 0, 0))
        assert twins.spool.same(before, now) == same_picture(before, now) == (changed_box(before, now) is None)
        now[rng.integers(now.shape[0]), rng.integers(now.shape[1])] ^= np.uint32(1 << int(rng.integers(32)))


def test_every_bit_of_a_color_counts_at_every_place_of_a_row_and_no_other() -> None:
    rng = np.random.default_rng(0)
    row = rng.integers(0, 1 << 32, (1, 41), dtype=np.uint32)
    for x, bit in np.ndindex(41, 32):
        other = row.copy()
        other[0, x] ^= np.uint32(1 << bit)
        assert twins.spool.differ(row[0], other[0]) == (bit < 24) == (not same_picture(row, other))
        assert changed_box(row, other) == ((x, 0, x + 1, 1) if bit < 24 else None)


def test_differences_that_are_alike_do_not_make_up_for_each_other() -> None:
    row = np.zeros((1, 41), np.uint32)
    for x in range(40):
        other = row.copy()
        other[0, [x, 40]] = 1
        assert not same_picture(row, other)
        assert changed_box(row, other) == (x, 0, 41, 1)


def test_pictures_without_a_pixel_are_the_same() -> None:
    for shape in (0, 5), (5, 0):
        nothing = np.empty(shape, np.uint32)
        assert same_picture(nothing, nothing)
        assert changed_box(nothing, nothing) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_a_part_is_filtered_and_restored_as_by_their_twins(seed: int) -> None:
    """And nothing else is written."""
    rng = np.random.default_rng(seed)
    h, w = int(rng.integers(1, 20)), int(rng.integers(1, 100))
    top, left = int(rng.integers(h)), int(rng.integers(w))
    part = np.s_[top : rng.integers(top + 1, h + 1), left : rng.integers(left + 1, w + 1)]
    now = rng.integers(0, 1 << 32, (h, w), dtype=np.uint32)
    now.flags.writeable = False
    kept, kept_room = guarded((h, w), np.uint32, rng)
    planes, planes_room = guarded((3, *now[part].shape), np.uint8, rng)
    wanted_kept, wanted_planes = kept_room.copy(), planes_room.copy()
    wanted_kept[64:-64].view(np.uint32).reshape(h, w)[part] = now[part]
    wanted_planes[64:-64] = twins.spool.filter(now[part]).ravel()
    filter_part(now, left, top, kept, planes)
    assert wanted_kept.tolist() == kept_room.tolist()
    assert wanted_planes.tolist() == planes_room.tolist()

    picture, picture_room = guarded((h, w, 3), np.uint8, rng)
    wanted = picture_room.copy()
    wanted[64:-64].reshape(h, w, 3)[part] = twins.spool.restore(planes)
    planes.flags.writeable = False
    restore_part(planes, left, top, picture)
    assert wanted.tolist() == picture_room.tolist()


@pytest.mark.parametrize(("left", "top"), [(-1, 0), (0, -1), (3, 0), (0, 3), (1 << 62, 0)])
def test_a_part_that_does_not_lie_in_the_picture_is_refused(left: int, top: int) -> None:
    numbers, planes, colors = np.zeros((4, 5), np.uint32), np.zeros((3, 2, 3), np.uint8), np.zeros((4, 5, 3), np.uint8)
    with pytest.raises(ValueError, match=r"a part of 3x2 at \(.*\) of a picture of 5x4"):
        filter_part(numbers, left, top, numbers.copy(), planes)
    with pytest.raises(ValueError, match=r"a part of 3x2 at \(.*\) of a picture of 5x4"):
        restore_part(planes, left, top, colors)


def read_only(array: NDArray) -> NDArray:
    array.flags.writeable = False
    return array


def test_other_arrays_are_refused() -> None:
    picture, planes, colors = np.zeros((4, 5), np.uint32), np.zeros((3, 4, 5), np.uint8), np.zeros((4, 5, 3), np.uint8)
    for other, error, said in [
        (np.zeros((4, 5), np.int32), TypeError, "int32"),
        (np.zeros((4, 6), np.uint32), ValueError, "shape"),
        (np.zeros((8, 5), np.uint32)[::2], ValueError, "C-contiguous"),
    ]:
        for call in (
            lambda other=other: same_picture(picture, other),
            lambda other=other: changed_box(picture, other),
            lambda other=other: filter_part(picture, 0, 0, other, planes),
        ):
            with pytest.raises(error, match=said):
                call()
    with pytest.raises(TypeError, match="float64"):
        same_picture(picture.astype(float), picture)
    with pytest.raises(ValueError, match="read-only"):
        filter_part(picture, 0, 0, read_only(np.zeros_like(picture)), planes)
    with pytest.raises(ValueError, match="read-only"):
        filter_part(picture, 0, 0, picture.copy(), read_only(planes.copy()))
    with pytest.raises(ValueError, match="shape"):
        filter_part(picture, 0, 0, picture.copy(), np.zeros((4, 4, 5), np.uint8))
    with pytest.raises(ValueError, match="read-only"):
        restore_part(planes, 0, 0, read_only(colors.copy()))
    with pytest.raises(ValueError, match="shape"):
        restore_part(planes, 0, 0, np.zeros((4, 5, 4), np.uint8))
    with pytest.raises(TypeError, match="int8"):
        restore_part(planes.view(np.int8), 0, 0, colors)
