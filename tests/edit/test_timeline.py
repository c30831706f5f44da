"""Edits of a timeline, against lists: of pictures with their delays, and of the picture at each centisecond."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import FIXTURES, FrameClip, Inside, one_line
from PIL import Image

import gifsom
from gifsom import Clip, edit
from gifsom.core.errors import SettingError, SourceEmpty
from gifsom.core.frame import Frame
from gifsom.core.source import Source
from gifsom.core.timing import schedule
from gifsom.edit.store import Store
from gifsom.sources.video import VideoClip

Shown = list[tuple[bytes, int]]
"""Pictures with their centiseconds."""


def clip_of(seed: int, count: int = 12) -> FrameClip:
    """Random pictures, some with holes, each of 2 to 40 cs."""
    rng = np.random.default_rng(seed)
    delays = rng.integers(2, 41, count)
    starts = [int(start) / 100 for start in np.cumsum(delays) - delays]
    pictures = [rng.integers(0, 256, (4, 6, 3)).astype(np.uint8) for _ in range(count)]
    masks = [rng.random((4, 6)) < 0.3 if n % 3 else None for n in range(count)]
    return FrameClip(pictures, starts, int(delays.sum()) / 100, masks)


def picture(frame: Frame) -> bytes:
    return frame.pixels.tobytes() + (b"" if frame.mask is None else frame.mask.tobytes())


def shown(clip: Source) -> Shown:
    return [(picture(frame), delay) for frame, delay in schedule(clip)]


def each(shown: Shown) -> list[bytes]:
    """The picture of each centisecond."""
    return [picture for picture, delay in shown for _ in range(delay)]


def moved(parts: list[Any], first: int, end: int, to: int) -> list[Any]:
    part, rest = parts[first:end], parts[:first] + parts[end:]
    at = to if to <= first else to - (end - first)
    return rest[:at] + part + rest[at:]


def delayed(shown: Shown, numbers: range, delay: int) -> Shown:
    return [(picture, delay if n in numbers else before) for n, (picture, before) in enumerate(shown)]


BY_NUMBER: dict[str, tuple[Callable[[Clip], Clip], Callable[[Shown], Shown]]] = {
    "cut": (lambda clip: clip.cut("#3-5"), lambda all: all[:3] + all[6:]),
    "cut, the first": (lambda clip: clip.cut("#0"), lambda all: all[1:]),
    "cut, to the end": (lambda clip: clip.cut("#2,#7-"), lambda all: all[:2] + all[3:7]),
    "cut, from the end": (lambda clip: clip.cut("#-3--2"), lambda all: all[:9] + all[11:]),
    "cut, a range": (lambda clip: clip.cut(range(3, 12)), lambda all: all[:3]),
    "only": (lambda clip: clip.only("#0-5,#8-"), lambda all: all[:6] + all[8:]),
    "only, the last": (lambda clip: clip.only("#-1"), lambda all: all[11:]),
    "frame_delay": (lambda clip: clip.frame_delay(0.08), lambda all: delayed(all, range(99), 8)),
    "frame_delay of one": (lambda clip: clip.frame_delay(0.5, "#7"), lambda all: delayed(all, range(7, 8), 50)),
    "frame_delay of the end": (lambda clip: clip.frame_delay(0.5, "#-2-"), lambda all: delayed(all, range(10, 12), 50)),
    "hold": (
        lambda clip: clip.hold(1.5, "#7"),
        lambda all: [*all[:7], (all[7][0], all[7][1] + 150), *all[8:]],
    ),
    "duplicate": (lambda clip: clip.duplicate("#7-9"), lambda all: all[:10] + all[7:10] + all[10:]),
    "duplicate, each": (
        lambda clip: clip.duplicate("#0-1,#2,#11", 3),
        lambda all: 3 * all[:2] + 3 * all[2:3] + all[3:11] + 3 * all[11:],
    ),
    "move to the front": (lambda clip: clip.move("#9-11", "#0"), lambda all: moved(all, 9, 12, 0)),
    "move to the end": (lambda clip: clip.move("#2-4", "end"), lambda all: moved(all, 2, 5, 12)),
    "move earlier": (lambda clip: clip.move("#7-8", "#5"), lambda all: moved(all, 7, 9, 5)),
    "move later": (lambda clip: clip.move("#1", "#-2"), lambda all: moved(all, 1, 2, 10)),
    "move to where it is": (lambda clip: clip.move("#1-2", "#1"), lambda all: all),
    "one after the other": (
        lambda clip: clip.cut("#0-1").frame_delay(0.3, "#0").duplicate("#0").move("#0", "end"),
        lambda all: [(all[2][0], 30), *all[3:], (all[2][0], 30)],
    ),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("change", "reference"), BY_NUMBER.values(), ids=BY_NUMBER.keys())
def test_frames_by_number(change: Callable[[Clip], Clip], reference: Callable[[Shown], Shown], seed: int) -> None:
    clip = clip_of(seed)
    edited = change(Clip(clip))
    wanted = reference(shown(clip))
    assert shown(edited.source) == wanted
    assert edited.duration == pytest.approx(sum(delay for _, delay in wanted) / 100)
    assert edited.count == len(wanted)
    assert edited.plays is clip.plays


BY_TIME: dict[str, tuple[Callable[[Clip], Clip], Callable[[list[bytes]], list[bytes]]]] = {
    "cut": (lambda clip: clip.cut("0.33-0.9"), lambda all: all[:33] + all[90:]),
    "cut, several": (lambda clip: clip.cut("0.1-0.2,0:00.5-0.7,1-"), lambda all: all[:10] + all[20:50] + all[70:100]),
    "cut, pairs": (lambda clip: clip.cut([(0, 0.2), ("0:01", None)]), lambda all: all[20:100]),
    "cut, to past the end": (lambda clip: clip.cut("0.5-99"), lambda all: all[:50]),
    "only": (lambda clip: clip.only("0.1-0.2,0.5-0.7"), lambda all: all[10:20] + all[50:70]),
    "hold": (lambda clip: clip.hold(1.5, 0.77), lambda all: [*all[:77], *([all[77]] * 150), *all[77:]]),
    "duplicate": (lambda clip: clip.duplicate("0.2-0.35", 3), lambda all: all[:35] + 2 * all[20:35] + all[35:]),
    "move earlier": (lambda clip: clip.move("0.5-0.7", 0.25), lambda all: moved(all, 50, 70, 25)),
    "move later": (lambda clip: clip.move("0.2-0.4", 0.75), lambda all: moved(all, 20, 40, 75)),
    "move to the end": (lambda clip: clip.move("0-0.4", "end"), lambda all: all[40:] + all[:40]),
    "in the order typed": (lambda clip: clip.cut("0-0.5").cut("0-0.5"), lambda all: all[100:]),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("change", "reference"), BY_TIME.values(), ids=BY_TIME.keys())
def test_times(change: Callable[[Clip], Clip], reference: Callable[[Any], Any], seed: int) -> None:
    """A picture that is cut to less than a GIF's shortest delay gives way: times are compared where none is."""
    clip = clip_of(seed)
    edited = change(Clip(clip))
    wanted = reference(each(shown(clip)))
    found: list[bytes] = []
    frames = [*edited.frames()]
    ends = [*(frame.start for frame in frames[1:]), edited.duration]
    for frame, end in zip(frames, ends, strict=True):
        found += [picture(frame)] * (round(100 * end) - len(found))
    assert found == wanted
    assert edited.duration == pytest.approx(len(wanted) / 100)


@pytest.mark.parametrize(
    "change", [*BY_NUMBER.values(), *BY_TIME.values()], ids=[*BY_NUMBER, *map("t {}".format, BY_TIME)]
)
def test_frames_are_the_same_again_and_pictures_may_be_cropped_before(change: tuple[Any, Any]) -> None:
    clip = clip_of(7)
    edited = change[0](Clip(clip))
    before = [(picture(frame), frame.start) for frame in edited.frames()]
    assert before == [(picture(frame), frame.start) for frame in edited.frames()]
    cropped = edited.crop("3x2+1+1")
    assert [frame.pixels.tobytes() for frame in cropped.frames()] == [
        frame.pixels[1:3, 1:4].tobytes() for frame in edited.frames()
    ]
    assert all(not frame.pixels.flags.writeable for frame in edited.frames())


def test_durations_of_times_are_known_before_frames_are_read() -> None:
    clip = clip_of(0)
    whole = clip.duration
    edited = Clip(clip).cut("0.3-0.6").hold(1, 0.1).duplicate("0-0.1").move("0-0.2", 0.5)
    assert edited.duration == pytest.approx(whole - 0.3 + 1 + 0.1)
    assert clip.passes == 0


def test_nothing_is_stored_but_what_is_shown_later(monkeypatch: pytest.MonkeyPatch) -> None:
    stored: list[float] = []
    append = Store.append

    def noted(store: Store, frame: Frame) -> None:
        stored.append(frame.start)
        append(store, frame)

    monkeypatch.setattr(Store, "append", noted)
    clip = clip_of(0)
    for change, count in (("cut", 0), ("hold", 0), ("only", 0)):
        _ = [*BY_NUMBER[change][0](Clip(clip)).frames()]
        assert len(stored) == count
    _ = [*Clip(clip).move("#9-11", "#8").frames()]
    assert len(stored) == 1


def test_ffmpeg_still_crops_and_scales() -> None:
    clip = gifsom.open(FIXTURES / "scene.mp4").cut("1-2").crop("400x300+2+10").width(100)
    inner = clip.source.source  # type: ignore[attr-defined]
    assert isinstance(inner, VideoClip)
    assert inner.shape == clip.size == (100, 75)


def test_split_gives_parts() -> None:
    clip = clip_of(1)
    whole = shown(clip)
    first, middle, last = Clip(clip).split("#3", "#9")
    assert [shown(part.source) for part in (first, middle, last)] == [whole[:3], whole[3:9], whole[9:]]
    early, late = Clip(clip).split(0.5)
    assert [early.duration, late.duration] == pytest.approx([0.5, clip.duration - 0.5])
    assert [len(gifsom.open(FIXTURES / "scene.mp4").split("0:01", 2)), len(Clip(clip).split())] == [3, 1]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"cut": "#10-20"}, "#10-20: the clip has 12 frames, #0 to #11"),
    ({"cut": "#12-"}, "#12-: the clip has 12 frames, #0 to #11"),
    ({"only": "#-13"}, "#-13: the clip has 12 frames, #0 to #11"),
    ({"only": "#5-3"}, "#5-3: the end is before the start"),
    ({"cut": "#-1-3"}, "the end is before the start"),
    ({"cut": "0.3-0.5,0.4-0.6"}, "give stretches that do not overlap, in the order of the clip"),
    ({"cut": "#5-9,#0-2"}, "give stretches that do not overlap, in the order of the clip"),
    ({"cut": "#3,0.4-0.5"}, "give times or frames, not both"),
    ({"cut": "9-"}, "cut 9-: that is past the end, the clip is 0.86 s long"),
    ({"only": "3-5"}, "only 3-5: that is past the end, the clip is 0.86 s long"),
    ({"cut": "0-"}, "nothing is left of it"),
    ({"cut": ""}, "'' is not a span of time: give start and end, such as 1-3, 1:05-1:10 or 2-"),
    ({"cut": "#x"}, "'#x' are no frames: give their numbers, such as #7, #10-20 or #20-"),
    ({"cut": 5}, "5 is no stretch of a clip: give text, such as 3-5"),
    ({"cut": range(3, 9, 2)}, "give one after the other, such as range"),
    ({"frame_delay": "0.01"}, "frame_delay is 0.01: give seconds from 0.02 on"),
    ({"frame_delay": "0.1@3-4"}, "frame_delay of 3-4: give frames, such as #7 or #10-20"),
    ({"frame_delay": "x@#1"}, "frame_delay is 'x': give it as 0.08, or 0.5@#7 for a single frame"),
    ({"hold": "1.5"}, "hold is '1.5': give it as 1.5@3.2"),
    ({"hold": "1@9"}, "hold at 9: that is past the end, the clip is 0.86 s long"),
    ({"hold": "1@#12"}, "#12: the clip has 12 frames, #0 to #11"),
    ({"hold": "-1@0"}, "hold is '-1': give it as 1.5@3.2"),
    ({"hold": "1@#1-2"}, "'#1-2' is no frame: give its number, from #0 on"),
    ({"duplicate": "#1@0x"}, "times is 0: give a whole number from 1 to 1000"),
    ({"duplicate": "#1@often"}, "give how often it is shown as #7-9@3x"),
    ({"move": "#1-3"}, "give what is moved, and to where, such as 3-5@1, #9-11@#0 or 3-5@end"),
    ({"move": "#1-3@0.5"}, "move #1-3 to 0.5: give times or frames, not both"),
    ({"move": "#1,#3@#0"}, "move #1,#3: give one stretch"),
    ({"move": "#3-5@#4"}, "move #3-5 to #4: that is inside of it, give a place before or after it"),
    ({"move": "#3-5@#12"}, "#12: the clip has 12 frames, #0 to #11"),
]


@pytest.mark.parametrize(
    ("options", "words"), BAD, ids=[f"{next(iter(one))} {next(iter(one.values()))}" for one, _ in BAD]
)
def test_what_cannot_be_is_told_in_one_line(options: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises((SettingError, SourceEmpty)) as error:
        gifsom.convert(FIXTURES / "sprite.gif", tmp_path / "a.gif", **options)
    assert words in str(error.value)
    assert str(error.value).isprintable()
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("places", [(2, 1), (1, 1), (0,), (99,), ("#3", 1), ("#0",)])
def test_places_to_split_at_that_cannot_be(places: tuple[Any, ...]) -> None:
    with pytest.raises(SettingError, match="split"):
        gifsom.open(FIXTURES / "scene.mp4").split(*places)


def gif_frames(path: Path) -> Iterator[tuple[bytes, int]]:
    """What Pillow shows of each frame of a GIF, and its milliseconds."""
    with Image.open(path) as gif:
        for number in range(gif.n_frames):  # type: ignore[attr-defined]
            gif.seek(number)
            shown = np.array(gif.convert("RGBA"))
            shown[shown[..., 3] == 0] = 0  # a hidden pixel has any color
            yield shown.tobytes(), gif.info["duration"]


@pytest.mark.parametrize(
    ("stretch", "kept"), [("0.2-0.35", [0, 1, 5, 6, 7, 8, 9, 10, 11]), ("#0-3,#7", [4, 5, 6, 8, 9, 10, 11])]
)
def test_a_cut_of_a_gif_is_exact(stretch: str, kept: list[int], inside: Inside, here: Path) -> None:
    run = inside("convert", FIXTURES / "sprite.gif", "out.gif", "--cut", stretch)
    assert (run.status, run.err) == (0, "")
    whole = [*gif_frames(FIXTURES / "sprite.gif")]
    assert [*gif_frames(here / "out.gif")] == [whole[number] for number in kept]


def test_edits_are_done_in_the_order_typed(inside: Inside, here: Path) -> None:
    whole = [*gif_frames(FIXTURES / "sprite.gif")]
    run = inside("convert", FIXTURES / "sprite.gif", "a.gif", "--frames", "#4-7", "--frame-delay", "0.5@#0")
    assert (run.status, run.err) == (0, "")
    assert [*gif_frames(here / "a.gif")] == [(whole[4][0], 500), *whole[5:8]]
    assert inside("convert", FIXTURES / "sprite.gif", "b.gif", "--frame-delay", "0.5@#0", "--only", "#4-7").status == 0
    assert [*gif_frames(here / "b.gif")] == whole[4:8]


def test_edits_of_frames_and_of_times_follow_each_other(inside: Inside, here: Path) -> None:
    """Their values are tried before there is a clip whose frames can be counted."""
    edits = ("--frame-delay", "0.5@#7", "--hold", "1.5@0.3", "--cut", "#0", "--fade", "0.1", "--move", "0-0.2@end")
    run = inside("convert", FIXTURES / "sprite.gif", "a.gif", *edits)
    assert (run.status, run.err) == (0, "")
    assert gifsom.open(here / "a.gif").duration == pytest.approx(0.86 + 0.45 + 1.5 - 0.12, abs=0.011)


def test_delays_that_are_asked_of_a_video_are_a_rate(tmp_path: Path) -> None:
    made = gifsom.convert(FIXTURES / "scene.mp4", tmp_path / "a.gif", frame_delay=0.03, width=64)
    assert made.seconds == pytest.approx(75 * 0.03, abs=0.01)
    assert {delay for _, delay in gif_frames(tmp_path / "a.gif")} == {30}


def test_a_frame_that_is_not_there_is_told_on_the_command_line(inside: Inside, here: Path) -> None:
    run = inside("convert", FIXTURES / "sprite.gif", "out.gif", "--cut", "#10-20")
    assert (run.status, one_line(run.err)) == (2, "#10-20: the clip has 12 frames, #0 to #11")
    assert not [*here.iterdir()]


def test_a_clip_of_one_frame_may_be_edited() -> None:
    clip = FrameClip([np.full((2, 4, 3), 7, np.uint8)], [0.0], 1.0)
    assert [delay for _, delay in shown(edit.hold(clip, 1, 0.5))] == [200]
    assert [delay for _, delay in shown(edit.duplicate(clip, "#0"))] == [100, 100]
    with pytest.raises(SettingError, match="#1: the clip has one frame, #0"):
        shown(edit.cut(clip, "#1"))


def test_split_makes_a_file_for_each_part(inside: Inside, here: Path) -> None:
    whole = [*gif_frames(FIXTURES / "sprite.gif")]
    run = inside("convert", FIXTURES / "sprite.gif", "out.gif", "--cut", "#0", "--split", "#2,#9", "--split", "#10")
    assert (run.status, run.err, len(run.out.splitlines())) == (0, "", 4)
    assert [path.name for path in sorted(here.iterdir())] == [f"out-{number}.gif" for number in (1, 2, 3, 4)]
    parts = [[*gif_frames(here / f"out-{number}.gif")] for number in (1, 2, 3, 4)]
    assert parts == [whole[1:3], whole[3:10], whole[10:11], whole[11:]]


def test_split_keeps_the_rate_and_size_of_the_edits(inside: Inside, here: Path) -> None:
    run = inside("convert", FIXTURES / "scene.mp4", "--split", "1.2", "--fps", "20", "--width", "700", "--scale", "0.1")
    assert (run.status, run.err) == (0, "")
    infos = [gifsom.open(here / f"scene-{number}.gif") for number in (1, 2)]
    assert [clip.duration for clip in infos] == pytest.approx([1.2, 1.8], abs=0.01)
    assert [(clip.size, clip.count) for clip in infos] == [((64, 36), 24), ((64, 36), 36)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("out.gif", "--split", "9"), "split 9-: that is past the end, the clip is 0.86 s long"),
        (
            ("out.gif", "--split", "0.5,0.3"),
            "split 0.5, 0.3: give places inside of the clip, each after the one before",
        ),
        (("out.gif", "--split", "#12"), "#12-: the clip has 12 frames, #0 to #11"),
        (("out.gif", "--split", "x"), "'x' is not a time: give seconds from 0 on or a clock"),
        (("out/", "--split", "1"), "out/: that is a folder: name a file"),
        (("-", "--split", "1"), "--split is for a file that is written"),
        (("--split", "1", "--estimate"), "--split is for a file that is written"),
    ],
)
def test_a_split_that_cannot_be(arguments: tuple[str, ...], words: str, inside: Inside, here: Path) -> None:
    run = inside("convert", FIXTURES / "sprite.gif", *arguments)
    assert run.status == 2
    assert words in one_line(run.err)
    assert not [*here.iterdir()]


def test_nothing_is_split_where_a_part_is_there(inside: Inside, here: Path) -> None:
    (here / "out-2.gif").write_bytes(b"mine")
    run = inside("convert", FIXTURES / "sprite.gif", "out.gif", "--split", "0.5")
    assert (run.status, one_line(run.err)) == (1, "out-2.gif: the file is there already (--overwrite replaces it)")
    assert [path.name for path in here.iterdir()] == ["out-2.gif"]
