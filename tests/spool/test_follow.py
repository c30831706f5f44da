"""A log that is followed while it is written: files that are gone are told in one line."""

import threading
from pathlib import Path

import numpy as np
import pytest

from gifsom.core.errors import SourceUnreadable
from gifsom.core.values import MAX_PIXELS
from gifsom.spool import SpoolWriter, same_pixels
from gifsom.spool.follow import FollowedSpool


def test_a_log_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match=r"none\.gsr: No such file"):
        FollowedSpool(tmp_path / "none.gsr", MAX_PIXELS, threading.Event())


def test_a_log_that_is_deleted_before_it_is_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.gsr"
    with SpoolWriter(path, (2, 1), 10) as writer:
        writer.picture(0.0, np.zeros((1, 2, 4), np.uint8))
        followed = FollowedSpool(path, MAX_PIXELS, threading.Event())
    path.unlink()
    with pytest.raises(SourceUnreadable, match=r"a\.gsr: No such file"):
        next(followed.events())


@pytest.mark.parametrize("over", [False, True])
def test_a_canvas_that_grows_meanwhile_needs_another_reading(over: bool, tmp_path: Path) -> None:
    path, ended = tmp_path / "a.gsr", threading.Event()
    with SpoolWriter(path, (2, 1), 10) as writer:
        writer.picture(0.0, np.zeros((1, 2, 4), np.uint8))
        followed = FollowedSpool(path, MAX_PIXELS, ended)
        writer.grow(1.0, (3, 1))
        writer.picture(1.0, np.zeros((1, 3, 4), np.uint8))
        if over:
            ended.set()
        with pytest.raises(SourceUnreadable, match=r"a\.gsr: the canvas has grown while it was read"):
            list(followed.events())


@pytest.mark.parametrize(("byte", "same"), [(2, False), (3, True)])
def test_pictures_are_the_same_whatever_their_fourth_byte_is(byte: int, same: bool) -> None:
    before = np.zeros((3, 5, 4), np.uint8)
    now = before.copy()
    now[1, 2, byte] = 7
    assert same_pixels(before, now) == same
