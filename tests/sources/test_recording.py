"""A recording as a clip: its pictures at their times, and over them what was seen of pointer, clicks and keys."""

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import gifsom
from gifsom import Clip, sources
from gifsom.core.errors import SourceEmpty, SourceUnreadable
from gifsom.core.source import Source
from gifsom.core.timing import schedule
from gifsom.draw.overlay import Scene, draw
from gifsom.sources.recording import Recording
from gifsom.sources.stage import FADE
from gifsom.spool import SpoolWriter
from gifsom.spool.events import Click, Key, Pointer, Shape

Pixels = NDArray[np.uint8]
SIZE = (64, 48)
ARROW = Shape(3, np.full((5, 4, 4), 255, np.uint8), (0, 0))


def plain(level: int) -> Pixels:
    """A picture as mss gives it; its red is this."""
    picture = np.zeros((48, 64, 4), np.uint8)
    picture[..., 2], picture[..., 3] = level, 99
    return picture


Happening = tuple[float, int] | Shape | Pointer | Click | Key


@pytest.fixture
def record(tmp_path: Path) -> Callable[..., Recording]:
    """Makes a recording of pictures, each a time and a level, and events, in that order."""
    numbers = itertools.count()

    def make(happenings: Sequence[Happening], end: float | None = None, fps: float = 10, **options: Any) -> Recording:
        path = tmp_path / f"{next(numbers)}.gsr"
        with SpoolWriter(path, SIZE, fps) as log:
            for happening in happenings:
                match happening:
                    case Shape():
                        log.shape(happening)
                    case Pointer():
                        log.pointer(happening)
                    case Click():
                        log.click(happening)
                    case Key():
                        log.key(happening)
                    case time, level:
                        log.picture(time, plain(level))
            if end is not None:
                log.end(end)
        clip = sources.open(path)
        assert isinstance(clip, Recording)
        return clip.drawn(**options)

    return make


def times(clip: Source) -> list[float]:
    return [round(frame.start, 6) for frame in clip.frames()]


def test_pictures_come_back_at_their_times(record: Callable[..., Recording]) -> None:
    clip = record([(0, 10), (0.1, 20), (0.45, 30), (0.5, 40)], end=0.8)
    frames = list(clip.frames())
    assert [frame.start for frame in frames] == [0, 0.1, 0.45, 0.5]
    assert [np.unique(frame.pixels.reshape(-1, 3), axis=0).tolist() for frame in frames] == [
        [[level, 0, 0]] for level in (10, 20, 30, 40)
    ]
    assert (clip.size, clip.duration, clip.rate, clip.count, clip.native) == (SIZE, 0.8, 10, 4, True)
    assert clip.shortfall is None


def test_a_recording_is_known_by_its_content(record: Callable[..., Recording], tmp_path: Path) -> None:
    clip = record([(0, 10)], end=1)
    assert clip.name == str(tmp_path / "0.gsr")
    renamed = clip.spool.path.rename(tmp_path / "x.gif")
    assert isinstance(sources.open(renamed), Recording)


def test_it_starts_with_its_first_picture(record: Callable[..., Recording]) -> None:
    """Which comes a moment after the start, and after the pointer."""
    clip = record([ARROW, Pointer(0, 5, 5, 3), (0.03, 10), Pointer(0.2, 6, 5, 3), (0.21, 20)], end=1)
    assert times(clip) == [0, 0.21]
    first = next(clip.frames())
    assert first.pixels.tobytes() == draw(plain(10)[..., 2::-1], Scene((5, 5), ARROW)).tobytes()


def test_it_plays_as_long_as_it_was_recorded(record: Callable[..., Recording]) -> None:
    for end in (1.0, 1.234, 7.77):
        clip = record([(n / 10, n) for n in range(10)], end=end)
        assert sum(delay for _, delay in schedule(clip)) == round(end * 100)


def test_the_pointer_is_drawn_unless_it_is_not_wanted(record: Callable[..., Recording]) -> None:
    happenings = [(0, 10), ARROW, Pointer(0, 5, 5, 3), Pointer(0.2, 9, 5, 3), (0.4, 20), Pointer(0.6, 9, 5, 0)]
    clip = record(happenings, end=1)
    assert times(clip) == [0, 0.2, 0.4, 0.6]
    white = [np.argwhere(frame.pixels[..., 1] == 255)[:1].tolist() for frame in clip.frames()]
    assert white == [[[5, 5]], [[5, 9]], [[5, 9]], []]
    assert clip.count == 4
    without = record(happenings, end=1, cursor=False)
    assert times(without) == [0, 0.4]
    assert without.count == 2
    assert not any(frame.pixels[..., 1].any() for frame in without.frames())


def test_a_pointer_that_is_not_seen_makes_no_frames(record: Callable[..., Recording]) -> None:
    """Outside of the canvas, hidden, where it is, or of a shape that nobody knows."""
    hidden = [Pointer(0.2, -5, 3, 3), Pointer(0.4, 900, 3, 3), Pointer(0.6, 5, 5, 0), Pointer(0.8, 5, 5, 9)]
    assert times(record([(0, 10), ARROW, *hidden], end=2)) == [0]
    still = [Pointer(n / 10, 5, 5, 3) for n in range(10)]
    assert times(record([(0, 10), ARROW, *still], end=2)) == [0]


def test_what_happens_almost_at_once_is_one_frame(record: Callable[..., Recording]) -> None:
    """At 10 frames a second within 50 ms; a picture keeps its own time."""
    clip = record(
        [
            (0, 10), ARROW, Pointer(0.18, 5, 5, 3), (0.2, 20), Pointer(0.23, 6, 5, 3),
            Pointer(0.28, 7, 5, 3), Pointer(0.31, 8, 5, 3), Pointer(0.34, 9, 5, 3), (0.4, 30),
        ],
        end=1,
    )  # fmt: skip
    frames = list(clip.frames())
    assert times(clip) == [0, 0.2, 0.28, 0.34, 0.4]
    assert frames[1].pixels[5, 6].tolist() == [255, 255, 255]
    assert frames[-1].pixels[0, 0].tolist() == [30, 0, 0]


def test_what_changes_nothing_takes_no_part_in_that(record: Callable[..., Recording]) -> None:
    still, moved = Pointer(0.46, 5, 5, 3), Pointer(0.49, 6, 5, 3)
    assert times(record([(0, 10), ARROW, Pointer(0, 5, 5, 3), still, moved], end=1)) == [0, 0.49]


def ringed(clip: Source) -> list[tuple[float, bool]]:
    """Each frame's start, and whether something is drawn in it."""
    return [(round(frame.start, 6), bool(frame.pixels[..., 1].any())) for frame in clip.frames()]


def test_a_click_is_a_ring_until_a_while_after(record: Callable[..., Recording]) -> None:
    down, up = Click(0.5, 30, 20, 1, True), Click(2.0, 30, 20, 1, False)
    shown = ringed(record([(0, 10), down, up], end=4))
    assert (shown[0], shown[1], shown[-1]) == ((0, False), (0.5, True), (2 + FADE, False))
    assert all(seen for _, seen in shown[1:-1])
    assert len(shown) >= 5, "it grows and fades"


def test_a_short_click_is_seen(record: Callable[..., Recording]) -> None:
    down, up = Click(0.5, 30, 20, 1, True), Click(0.51, 30, 20, 1, False)
    shown = ringed(record([(0, 10), down, up], end=4))
    assert (shown[0], shown[1], shown[-1]) == ((0, False), (0.5, True), (round(0.51 + FADE, 6), False))
    assert all(seen for _, seen in ringed(record([(0, 10), down, up], end=0.7))[1:])


def middles(clip: Source) -> list[tuple[float, float]]:
    """Each frame in which something is drawn: its start, and the middle of that from the left."""
    found = []
    for frame in clip.frames():
        columns = np.flatnonzero(frame.pixels[..., 1].any(axis=0))
        if columns.size:
            found.append((round(frame.start, 3), (columns.min() + columns.max()) / 2))
    return found


def test_a_ring_follows_a_drag(record: Callable[..., Recording]) -> None:
    moves = [Pointer(0.7, 20, 20, 0), Pointer(1.0, 30, 20, 0)]
    clip = record([(0, 10), Click(0.5, 12, 20, 1, True), *moves, Click(1.5, 40, 20, 1, False)], end=3, cursor=False)
    found = middles(clip)
    assert found[:4] == [(0.5, 12), (0.7, 20), (1.0, 30), (1.5, 40)]
    assert {middle for _, middle in found[3:]} == {40}, "it fades where it was let go"


def test_buttons_have_rings_of_their_own(record: Callable[..., Recording]) -> None:
    """One fades, and the other one stays."""
    clicks = [Click(0.5, 12, 20, 1, True), Click(1, 50, 20, 3, True), Click(1.5, 12, 20, 1, False)]
    clip = record([(0, 10), *clicks], end=3)
    colors = [{int(level) for level in frame.pixels[20].max(axis=1)} for frame in clip.frames()]
    assert times(clip)[:3] == [0, 0.5, 1]
    assert len(colors) > 4
    assert all(255 in found for found in colors[1:])
    assert int(next(iter(reversed([*clip.frames()]))).pixels[20, :30, 1].max()) == 0


def test_shortcuts_are_shown_alone(record: Callable[..., Recording]) -> None:
    keys = [Key(0.5, "A"), Key(2.5, "Ctrl+C"), Key(4.5, "F5"), Key(6.5, "Shift+Tab"), Key(8.5, "Ctrl+Alt+Delete")]
    assert ringed(record([(0, 10), *keys], end=11, shortcuts=True)) == [
        (0, False), (2.5, True), (4.0, False), (4.5, True), (6.0, False), (8.5, True), (10.0, False),
    ]  # fmt: skip


def test_a_pointer_that_rests_is_hidden_until_it_moves_or_clicks(record: Callable[..., Recording]) -> None:
    happenings = [(0, 10), ARROW, Pointer(0, 5, 5, 3), Pointer(0.5, 9, 5, 3), Pointer(2.0, 20, 5, 3)]
    clip = record(happenings, end=4, hide_pointer=1)
    assert ringed(clip) == [(0, True), (0.5, True), (1.5, False), (2.0, True), (3.0, False)]


def test_a_pointer_can_be_larger_and_points_to_the_same_place(record: Callable[..., Recording]) -> None:
    arrow = Shape(3, np.full((4, 4, 4), 255, np.uint8), (2, 1))
    clip = record([(0, 10), arrow, Pointer(0, 20, 20, 3)], end=1, pointer_scale=2)
    drawn = next(iter(clip.frames())).pixels[..., 1] == 255
    rows, columns = np.nonzero(drawn)
    assert (rows.min(), rows.max() + 1, columns.min(), columns.max() + 1) == (18, 26, 16, 24)


def test_a_halo_lies_around_the_pointer(record: Callable[..., Recording]) -> None:
    happenings = [(0, 10), ARROW, Pointer(0, 30, 20, 3)]
    plain, lit = (next(iter(record(happenings, end=1, spotlight=on).frames())).pixels for on in (False, True))
    assert (lit != plain).any(axis=2).sum() > 200


def test_clicks_elsewhere_are_not_drawn(record: Callable[..., Recording]) -> None:
    clicks = [Click(0.5, -2, 20, 1, True), Click(1, 64, 20, 3, True), Click(1.5, 5, 48, 2, True)]
    assert times(record([(0, 10), *clicks], end=3)) == [0]


def test_keys_are_shown_for_a_while(record: Callable[..., Recording]) -> None:
    assert ringed(record([(0, 10), Key(0.5, "A")], end=4)) == [(0, False), (0.5, True), (2.0, False)]


def test_keys_in_quick_succession_stand_together(record: Callable[..., Recording]) -> None:
    clip = record([(0, 10), *(Key(0.5 + 0.9 * n, key) for n, key in enumerate("GIT")), Key(3.4, "Enter")], end=9)
    ground = plain(10)[..., 2::-1]
    expected = [(0, ""), (0.5, "G"), (1.4, "GI"), (2.3, "GIT"), (3.4, "Enter"), (4.9, "")]
    assert times(clip) == [time for time, _ in expected]
    for frame, (_, caption) in zip(clip.frames(), expected, strict=True):
        assert frame.pixels.tobytes() == draw(ground, Scene(caption=caption)).tobytes()


def test_clicks_and_keys_are_drawn_where_there_are_any_unless_said(record: Callable[..., Recording]) -> None:
    happenings = [(0, 10), Click(0.5, 30, 20, 1, True), Key(1.5, "A")]
    counts = {
        (clicks, keys): len(times(record(happenings, end=2, clicks=clicks, keys=keys)))
        for clicks in (None, True, False)
        for keys in (None, True, False)
    }
    assert counts == {
        (clicks, keys): 3 - (clicks is False) - (keys is False)
        for clicks in (None, True, False)
        for keys in (None, True, False)
    }


def test_frames_are_their_own(record: Callable[..., Recording]) -> None:
    """A later picture does not change an earlier frame."""
    clip = record([(0, 10), (0.1, 20), (0.2, 30)], end=1)
    frames = list(clip.frames())
    assert [frame.pixels[0, 0, 0] for frame in frames] == [10, 20, 30]
    assert not any(np.shares_memory(a.pixels, b.pixels) for a, b in itertools.combinations(frames, 2))


def test_a_recording_that_was_broken_off_is_whole_up_to_there(record: Callable[..., Recording]) -> None:
    clip = record([(0, 10), (0.5, 20)])
    assert clip.duration == pytest.approx(0.6)
    assert clip.shortfall is None
    data = clip.spool.path.read_bytes()
    clip.spool.path.write_bytes(data[:-1])
    clip = gifsom.open(clip.spool.path)
    assert times(clip) == [0]
    assert clip.shortfall is not None
    assert (clip.shortfall.amount, clip.shortfall.cause) == ("0.1 s", " (the recording was cut off)")


def test_damage_costs_what_follows(record: Callable[..., Recording]) -> None:
    clip = record([(0, 10), (0.5, 20), (0.6, 30)], end=2)
    data = bytearray(clip.spool.path.read_bytes())
    data[len(data) // 2] ^= 1
    clip.spool.path.write_bytes(data)
    clip = gifsom.open(clip.spool.path)
    assert times(clip) == [0]
    assert clip.shortfall is not None
    assert clip.shortfall.cause == " (what follows is damaged)"


def test_what_cannot_be_used_is_told_in_a_line(record: Callable[..., Recording], tmp_path: Path) -> None:
    with pytest.raises(SourceEmpty, match=r"0\.gsr: there is no picture in the recording"):
        record([Key(0, "A")], end=1)
    (tmp_path / "y.gsr").write_bytes(b"\x89GSR\r\n\x1a\n")
    with pytest.raises(SourceUnreadable, match="cut off before its first picture"):
        gifsom.open(tmp_path / "y.gsr")


def test_it_becomes_a_gif(record: Callable[..., Recording], tmp_path: Path) -> None:
    """At its own times and size, its colors exact."""
    clip = record([(0, 10), (0.25, 20), (1.5, 200)], end=2.5)
    result = gifsom.convert(clip, tmp_path / "x.gif")
    assert (result.size, result.seconds, result.frames, result.exact) == (SIZE, 2.5, 3, True)
    frames = list(gifsom.open(tmp_path / "x.gif").frames())
    assert [(round(frame.start, 2), frame.pixels[0, 0].tolist()) for frame in frames] == [
        (0, [10, 0, 0]),
        (0.25, [20, 0, 0]),
        (1.5, [200, 0, 0]),
    ]


def test_clicks_keys_and_rests_of_the_pointer_are_marks_for_a_camera(record: Callable[..., Recording]) -> None:
    happenings = [
        (0, 10), Pointer(0, 5, 5, 0), Key(0.2, "a"), Pointer(0.5, 40, 30, 0), Pointer(0.6, 41, 30, 0), (1.0, 20),
        Pointer(1.5, 20, 20, 0), Click(2.0, 22, 24, 1, True), Click(2.1, 22, 24, 1, False), Key(2.5, "Ctrl+S"),
        Click(3, -5, 4, 1, True),
    ]  # fmt: skip
    marks = record(happenings, end=5).marks()
    assert [(round(mark.time, 3), mark.x, mark.y) for mark in marks] == [
        (0.2, 5, 5), (1.2, 40, 30), (2.0, 22, 24), (2.5, 22, 24),
    ]  # fmt: skip


def test_marks_move_with_edits(record: Callable[..., Recording]) -> None:
    clip = Clip(record([(0, 10), Click(2.0, 22, 24, 1, True), Click(4.0, 60, 40, 1, True)], end=5))
    edited = clip.trim(1, 5).crop("40x32+10+10").width(20).caption("Hi", size=8).fps(5)
    assert [(mark.time, mark.x, mark.y) for mark in edited.source.marks() or ()] == [(1.0, 6.0, 7.0)]
    assert clip.rotate(90).source.marks() is None, "what an edit does not tell is not made up"


@pytest.mark.parametrize(
    ("change", "times"),
    [
        (lambda clip: clip.speed(2), [0.5, 1.5]),
        (lambda clip: clip.cut("0.5-1.5"), [2.0]),
        (lambda clip: clip.cut("0-0.5,2-2.5"), [0.5, 2.0]),
        (lambda clip: clip.only("0.5-1.5,2.5-4"), [0.5, 1.5]),
        (lambda clip: clip.hold(0.5, 2), [1.0, 3.5]),
        (lambda clip: clip.fast_forward(1.5, 2.5, 2), [1.0, 2.5]),
        (lambda clip: clip.hold_last(9).contrast(1.2), [1.0, 3.0]),
        (lambda clip: clip.cut("#0"), None),
    ],
)
def test_marks_keep_to_their_moments(
    record: Callable[..., Recording], change: Callable[[Clip], Clip], times: list[float] | None
) -> None:
    happenings = [(0, 10), Click(1.0, 22, 24, 1, True), Click(3.0, 60, 40, 1, True), (4.0, 20)]
    marks = change(Clip(record(happenings, end=5))).source.marks()
    assert (marks and sorted({round(mark.time, 3) for mark in marks})) == times
