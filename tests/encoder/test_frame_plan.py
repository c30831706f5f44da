"""Plan of the frames: what changed in whole blocks, all of it at times, and segments that begin at hard cuts."""

import numpy as np
import pytest

from gifsom.core.frame import Pixels, Rect
from gifsom.encoder.denoise import DenoisedFrame
from gifsom.encoder.frame_plan import SEGMENT, PlannedFrame, plan_frames
from gifsom.native.denoise import lookahead

SIZE = (50, 30)
WHOLE = Rect(0, 0, *SIZE)


def plan(pictures: list[Pixels]) -> list[PlannedFrame]:
    persistence = np.ones(SIZE[::-1], np.uint8)
    return list(plan_frames([DenoisedFrame(picture, persistence, 5) for picture in pictures], SIZE))


def level(value: int) -> Pixels:
    return np.full((*SIZE[::-1], 3), value, np.uint8)


def test_blocks_that_changed_are_coded_and_at_times_all() -> None:
    pictures = [level(90)]
    for n in range(1, 2 * lookahead() + 1):
        pictures.append(pictures[-1].copy())
        if n % 2:
            pictures[-1][9, 17] += 1
    found = plan(pictures)
    assert [frame.first for frame in found] == [True] + [False] * 2 * lookahead()
    expected = [Rect(16, 8, 8, 8) if n % 2 else None for n in range(len(pictures))]
    expected[:: lookahead()] = [WHOLE] * 3
    assert expected == [frame.dirty for frame in found]


def test_a_block_at_the_edge_ends_with_the_picture() -> None:
    after = level(90)
    after[29, 49] = 0
    assert plan([level(90), after])[1].dirty == Rect(48, 24, 2, 6)


@pytest.mark.parametrize(("near", "cut"), [(0.0, True), (0.35, True), (0.45, False)])
def test_a_segment_begins_where_hardly_any_pixel_may_stay(near: float, cut: bool) -> None:
    after = level(220)
    after.reshape(-1, 3)[: int(near * after.size / 3)] = 91
    after[-1, -1] = 0
    found = plan([level(90)] * (SEGMENT + 1) + [after] * 3)
    assert [SEGMENT + 1] * cut == [n for n, frame in enumerate(found) if frame.first and n]
    assert found[SEGMENT + 1].dirty == WHOLE


def test_pictures_that_flash_are_one_segment() -> None:
    found = plan([level(90 + 130 * (n % 2)) for n in range(SEGMENT)])
    assert sum(frame.first for frame in found) == 1
