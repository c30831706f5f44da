"""frames.json: the times of frames travel with their folder, and nothing else does."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import FIXTURES, FrameClip, Inside, listing, one_line

import gifsom
from gifsom.core.errors import SourceUnreadable, TargetUnwritable
from gifsom.core.frame_times import NAME

SPRITE = FIXTURES / "sprite.gif"


def times(name: Path | str) -> list[float]:
    clip = gifsom.open(name)
    return [round(frame.start, 6) for frame in clip.frames()] + [round(clip.duration, 6)]


@pytest.mark.parametrize("name", ["sprite.gif", "cards.mkv", "vfr.mkv"])
@pytest.mark.parametrize("source", ["frames/", "frames/*.png"])
def test_frames_become_the_clip_that_they_were(here: Path, inside: Inside, name: str, source: str) -> None:
    clip = FIXTURES / name
    assert inside("frames", clip, "frames/").status == 0
    assert times(source) == times(clip)
    assert inside("convert", clip, "direct.gif").status == 0
    assert inside("convert", source, "again.gif").status == 0
    direct, again = (gifsom.open(here / f"{one}.gif") for one in ("direct", "again"))
    assert again.duration == direct.duration
    assert [frame.start for frame in again.frames()] == [frame.start for frame in direct.frames()]


def test_a_loop_and_the_rate_of_an_animation_travel_along(here: Path, inside: Inside) -> None:
    fast = FrameClip([np.full((8, 8, 3), 9 * n, np.uint8) for n in range(20)], [n / 25 for n in range(20)], 0.8)
    gifsom.convert(fast, here / "fast.gif", fps=25, loop=3)
    assert inside("frames", "fast.gif", "frames").status == 0
    assert inside("convert", "frames", "again.gif").status == 0
    assert (here / "again.gif").read_bytes() == (here / "fast.gif").read_bytes()


def test_a_picture_that_went_takes_its_time_along_and_a_new_one_is_a_still(here: Path) -> None:
    gifsom.convert(SPRITE, f"{here}/frames/")
    (here / "frames/frame-0001.png").unlink()
    shutil.copy(FIXTURES / "still.png", here / "frames/later.png")
    before = times(SPRITE)
    assert times(here / "frames")[-1] == pytest.approx(before[-1] - before[1] + 0.1)


def test_without_the_file_names_alone_are_gone_by(here: Path) -> None:
    gifsom.convert(SPRITE, f"{here}/frames/")
    (here / "frames" / NAME).unlink()
    assert times(here / "frames")[-1] == pytest.approx(1.2)
    assert times(here / "frames/frame-0002.png")[-1] == pytest.approx(0.1)


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"frames": {"frame-0001.png": {}}}', "[" * 100_000, "\0\xff"])
def test_a_file_of_others_is_neither_read_nor_replaced(here: Path, text: str) -> None:
    gifsom.convert(SPRITE, f"{here}/frames/")
    (here / "frames" / NAME).write_text(text, "latin-1")
    assert times(here / "frames")[-1] == pytest.approx(1.2)
    before = listing(here)
    with pytest.raises(TargetUnwritable, match=r"frames\.json: that is not gifsom's"):
        gifsom.convert(SPRITE, f"{here}/frames/", overwrite=True)
    assert listing(here) == before


NAMES = ["../a.png", "/etc/passwd", "a/b.png", "a\\b.png", "..", ".", "", "a..png", "C:\\a.png", "a\0.png"]
VALUES = [0, -1, True, "1", None, [], 1e9, float("inf"), float("nan"), 10**400]
ENTRIES = [{"seconds": {name: 0.1}} for name in NAMES] + [{"seconds": {"frame-0001.png": value}} for value in VALUES]
OTHERS = [{"seconds": [1]}, {"plays": -1}, {"plays": True}, {"plays": 1e9}, {"animation": 1}, {"gifsom": 2}]


@pytest.mark.parametrize("wrong", ENTRIES + OTHERS, ids=repr)
def test_what_cannot_be_is_told_in_one_line(here: Path, inside: Inside, wrong: dict[str, object]) -> None:
    gifsom.convert(SPRITE, f"{here}/frames/")
    said = json.loads((here / "frames" / NAME).read_text())
    (here / "frames" / NAME).write_text(json.dumps(said | wrong))
    with pytest.raises(SourceUnreadable, match=r"frames\.json: "):
        gifsom.open(here / "frames")
    run = inside("convert", "frames", "out.gif")
    assert (run.status, one_line(run.err).startswith("frames/frames.json: ")) == (1, True)


def test_frames_of_a_shorter_clip_leave_no_times_of_the_longer_one(here: Path) -> None:
    gifsom.convert(SPRITE, f"{here}/frames/")
    gifsom.convert(SPRITE, f"{here}/frames/", overwrite=True, end=0.2, speed=0.5)
    assert times(here / "frames") == [0, 0.24, 0.4]
