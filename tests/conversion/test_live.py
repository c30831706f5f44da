"""The GIF of a recording that was begun while that went on is the one that is made of it afterwards."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import wait_for
from numpy.typing import NDArray

import gifsom
from gifsom.conversion import live, stages
from gifsom.conversion.live import LiveConversion
from gifsom.conversion.recording import finish
from gifsom.core.errors import SettingError, SourceUnreadable, TargetExists
from gifsom.core.source import StillGrowing
from gifsom.core.values import MAX_PIXELS
from gifsom.encoder.exact_ahead import ExactAhead
from gifsom.sources.recording import follow_recording, open_recording
from gifsom.spool import SpoolWriter
from gifsom.spool.events import Click, Key, Pointer, Shape
from gifsom.spool.follow import LAG

SIZE = (72, 40)
FPS = 10
Step = Callable[[], object]


def silent(stage: str, done: int, of: int | None) -> None:
    """Nobody asks."""


def screens(count: int, colors: int, seed: int = 0) -> Iterator[NDArray[np.uint8]]:
    """Lines that go by, as mss gives pictures; more colors than `colors` / 4 come only later on."""
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 256, (colors, 4)).astype(np.uint8)
    width, height = SIZE
    lines = [
        np.repeat(rng.integers(0, max(2, colors * (n + 1) // count), (4, width // 4)), 4, axis=1)
        for n in range(count + height // 4)
    ]
    rows = np.concatenate(lines)
    for n in range(count):
        yield np.ascontiguousarray(table[np.minimum(rows[4 * n : 4 * n + height], colors - 1)])


def happenings(log: SpoolWriter, count: int, colors: int) -> Iterator[None]:
    """Write a recording with everything that there is in one, up to its end, step by step."""
    log.shape(Shape(1, np.full((5, 4, 4), 255, np.uint8), (0, 0)))
    for n, picture in enumerate(screens(count, colors)):
        now = n / FPS + (2.5 if n > count // 2 else 0)  # a time in which nothing changes
        log.picture(now, picture)
        log.pointer(Pointer(now + 0.01, n % 60, n % 30, 1))
        if n == count // 2:
            log.heartbeat(now + 1)
            log.heartbeat(now + 2)
        if n % 7 == 3:
            log.click(Click(now + 0.02, 30, 20, 1, n % 2 == 1))
            log.key(Key(now + 0.03, "Ctrl+S"))
        if n % 9 == 4:
            log.gap(now, 2)
        yield
    log.end((count - 1) / FPS + 2.5 - 0.25)  # what a key at the end takes away


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "recording.gsr"


def recorded(path: Path, ended: threading.Event, count: int = 40, colors: int = 6) -> Iterator[None]:
    """Write a recording; nothing is to follow when that is done."""
    with SpoolWriter(path, SIZE, FPS) as log:
        yield from happenings(log, count, colors)
    ended.set()


def begun(steps: Iterator[None], count: int = 3) -> Iterator[None]:
    for _ in range(count):
        next(steps)
    return steps


def test_frames_of_a_recording_that_goes_on_are_those_of_the_whole_one(path: Path) -> None:
    ended, came = threading.Event(), []
    steps = begun(recorded(path, ended))
    source = follow_recording(path, MAX_PIXELS, ended)
    assert source.growing
    assert source.count is None
    with pytest.raises(StillGrowing):
        _ = source.duration
    reader = threading.Thread(target=lambda: came.extend(source.frames()))
    reader.start()
    for n, _ in enumerate(steps, 4):
        assert wait_for(lambda n=n: len(came) >= n - (LAG + 0.3) * FPS, 10), "a frame came late"
    reader.join()
    expected = list(open_recording(path, MAX_PIXELS).frames())
    assert [frame.start for frame in came] == [frame.start for frame in expected]
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(came, expected, strict=True))
    assert not source.growing
    assert source.count == len(expected)
    assert source.duration == open_recording(path, MAX_PIXELS).duration
    assert len(list(source.frames())) == len(expected)


def test_an_end_before_what_was_read_is_an_error(path: Path) -> None:
    ended = threading.Event()
    with SpoolWriter(path, SIZE, FPS) as log:
        for n, picture in enumerate(screens(20, 6)):
            log.picture(n / FPS, picture)
        log.end(0.5)
    frames = follow_recording(path, MAX_PIXELS, ended).frames()
    for _ in range(8):
        next(frames)
    ended.set()
    with pytest.raises(SourceUnreadable, match="ends before"):
        list(frames)


def test_what_was_cut_off_is_left_out(path: Path) -> None:
    ended = threading.Event()
    with SpoolWriter(path, SIZE, FPS) as log:
        for n, picture in enumerate(screens(20, 6)):
            log.picture(n / FPS, picture)
    with path.open("ab") as file:
        file.write(b"gsr>\x02")
    came: list[float] = []
    source = follow_recording(path, MAX_PIXELS, ended)
    reader = threading.Thread(target=lambda: came.extend(frame.start for frame in source.frames()))
    reader.start()
    assert wait_for(lambda: len(came) > 10, 10)
    ended.set()
    reader.join()
    assert came == [frame.start for frame in open_recording(path, MAX_PIXELS).frames()]
    assert source.shortfall is not None
    assert "cut off" in source.shortfall.cause


OPTIONS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "a rate": {"fps": 4},
    "another size": {"width": 50},
    "a part": {"crop": "40x30+10+5"},
    "nothing drawn": {"cursor": False, "clicks": False, "keys": False},
    "a time limit for what stands still": {"idle_limit": 0.5},
    "backwards and forwards": {"boomerang": True},
    "the beginning": {"end": 1.5},
    "without some frames": {"cut": "#3-5", "hold": "0.5@#7"},
    "without some time": {"cut": "0.5-0.9"},
    "a title and a fade": {"title": "Hi|size=8|time=0.5", "fade": 0.2},
    "a size limit": {"max_size": 35_000},
    "few colors": {"colors": 4},
    "a quality": {"quality": 50},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("colors", [2, 40, 700])
def test_bytes_are_those_of_a_conversion_afterwards(path: Path, colors: int, options: dict[str, Any]) -> None:
    ended, made, later = threading.Event(), path.with_name("made.gif"), path.with_name("later.gif")
    steps = begun(recorded(path, ended, colors=colors))
    writer = threading.Thread(target=lambda: [time.sleep(0.002) for _ in steps])
    writer.start()
    result = live._convert(path, made, options, ended, silent)
    writer.join()
    expected = gifsom.convert(path, later, **options)
    assert made.read_bytes() == later.read_bytes()
    assert (result.exact, result.colors, result.frames) == (expected.exact, expected.colors, expected.frames)


@pytest.mark.parametrize(("colors", "ahead"), [(1, True), (3, True), (40, True), (200, True), (400, False)])
def test_images_of_few_colors_are_coded_ahead(
    path: Path, colors: int, ahead: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []

    class Noted(ExactAhead):
        def encode(self, *arguments: Any) -> Any:
            stats = super().encode(*arguments)
            written.append(stats)
            return stats

    monkeypatch.setattr(stages, "ExactAhead", Noted)
    ended = threading.Event()
    for _ in recorded(path, threading.Event(), colors=colors):
        pass
    threading.Timer(0.1, ended.set).start()
    options: dict[str, Any] = {"cursor": False, "clicks": False, "keys": False}
    live._convert(path, path.with_name("made.gif"), options, ended, silent)
    gifsom.convert(path, path.with_name("later.gif"), **options)
    assert path.with_name("made.gif").read_bytes() == path.with_name("later.gif").read_bytes()
    assert [stats is not None for stats in written] == [True] * ahead


def test_what_goes_wrong_ahead_costs_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: ExactAhead) -> Iterator[int]:
        yield 1
        raise OSError("no space left")

    monkeypatch.setattr(ExactAhead, "_images", broken)
    ended = threading.Event()
    for _ in recorded(path, ended):
        pass
    ended.clear()
    threading.Timer(0.1, ended.set).start()
    live._convert(path, path.with_name("made.gif"), {}, ended, silent)
    gifsom.convert(path, path.with_name("later.gif"))
    assert path.with_name("made.gif").read_bytes() == path.with_name("later.gif").read_bytes()


# The process


@pytest.fixture
def process(path: Path) -> Iterator[tuple[LiveConversion, Iterator[None]]]:
    """One that follows a recording, and what goes on with that."""
    steps = begun(recorded(path, threading.Event()))
    with LiveConversion(path, path.with_name("made.gif"), {}) as conversion:
        yield conversion, steps


def test_the_process_writes_the_gif(process: tuple[LiveConversion, Iterator[None]], path: Path) -> None:
    conversion, steps = process
    list(steps)
    target, told = path.with_name("made.gif"), []
    gifsom.convert(path, path.with_name("later.gif"))
    result = finish(path, target, live=conversion, progress=lambda *report: told.append(report))
    assert target.read_bytes() == path.with_name("later.gif").read_bytes()
    assert result.bytes == target.stat().st_size
    assert {"Reading", "Writing"} <= {stage for stage, _, _ in told}
    assert not path.exists()


def test_a_process_that_dies_costs_nothing(process: tuple[LiveConversion, Iterator[None]], path: Path) -> None:
    conversion, steps = process
    list(steps)
    conversion._process.kill()
    finish(path, path.with_name("made.gif"), live=conversion, keep=True, progress=silent)
    kept = path.with_name("made.gsr")
    gifsom.convert(kept, path.with_name("later.gif"))
    assert path.with_name("made.gif").read_bytes() == path.with_name("later.gif").read_bytes()


def test_a_file_that_came_meanwhile_is_not_replaced(process: tuple[LiveConversion, Iterator[None]], path: Path) -> None:
    conversion, steps = process
    list(steps)
    path.with_name("made.gif").write_bytes(b"mine")
    with pytest.raises(TargetExists):
        finish(path, path.with_name("made.gif"), live=conversion, progress=silent)
    assert path.with_name("made.gif").read_bytes() == b"mine"
    assert path.exists()


def test_nothing_is_left_where_nobody_waits(process: tuple[LiveConversion, Iterator[None]], path: Path) -> None:
    conversion, steps = process
    list(steps)
    conversion.close()
    assert conversion._process.exitcode is not None
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_options_that_are_wrong_are_told(path: Path) -> None:
    steps = begun(recorded(path, threading.Event()))
    with LiveConversion(path, path.with_name("made.gif"), {"colors": 1}) as conversion:
        list(steps)
        with pytest.raises(SettingError, match="colors"):
            conversion.finish(silent)
    assert path.exists()
