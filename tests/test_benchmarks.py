"""What the benchmarks compute from their measurements: curves, ratios, flicker, and what a GIF shows when."""

from dataclasses import asdict
from importlib import import_module
from json import dumps
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def size(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(Path(__file__).parent / "benchmarks")
    return import_module("size")


def point(size: Any, encoder: str, count: int, mean: float, worst: float = 0.0, flicker: float = 0.0) -> Any:
    return size.Point(encoder, "its default", count, mean, worst, flicker, 1.0)


def test_a_curve_leaves_out_what_is_larger_and_no_better(size: Any) -> None:
    points = [point(size, "a", count, mean) for count, mean in ((900, 70), (100, 40), (400, 60), (500, 55), (400, 50))]
    assert [(p.bytes, p.mean) for p in size.curve(points)] == [(100, 40), (400, 60), (900, 70)]


def test_bytes_are_interpolated_as_logarithms(size: Any) -> None:
    best = size.curve([point(size, "a", 100, 40), point(size, "a", 400, 60)])
    assert size.bytes_for(best, 40) == pytest.approx(100)
    assert size.bytes_for(best, 50) == pytest.approx(200)
    assert size.bytes_for(best, 60) == pytest.approx(400)
    assert size.bytes_for(best, 30) == 100  # the lowest point is more than good enough
    assert size.bytes_for(best, 60.1) is None


def test_a_curve_may_be_one_point(size: Any) -> None:
    best = size.curve([point(size, "a", 100, 100), point(size, "a", 100, 100)])
    assert [size.bytes_for(best, mean) for mean in (70, 100)] == [100, pytest.approx(100)]


def test_a_peer_is_compared_at_its_own_means(size: Any) -> None:
    best = [point(size, "gifsom", 100, 40, 30, 1), point(size, "gifsom", 400, 60, 50, 3)]
    peer = [
        point(size, "peer", 9, size.LEAST - 1),  # of no use to anybody
        point(size, "peer", 400, 35),  # below the curve: no difference at the same mean
        point(size, "peer", 400, 50, 45, 5),
        point(size, "peer", 800, 70),  # out of reach
    ]
    found = size.Comparison.of(best, peer)
    assert found.ratios == [pytest.approx(0.25), pytest.approx(0.5)]
    assert (found.worst, found.flicker, found.missed) == ([-5], [-3], 1)
    assert found.ratio == f"{sqrt(0.125):.3f} +1"
    assert size.Comparison.joined([found, found]).missed == 2
    assert size.Comparison().ratio == "-"


def test_flicker_counts_where_the_source_stands(size: Any) -> None:
    frames = np.full((3, 1, 2, 3), 100, np.uint8)
    frames[1:, 0, 1] = 200  # the right pixel changes once
    pictures = frames.copy()
    pictures[1, 0, 0] = 94, 103, 100  # and the left one should not
    assert size.flicker(frames, pictures) == pytest.approx((6 + 6 + 0) / 3)
    assert size.flicker(frames[:1], pictures[:1]) == 0


def test_shown_is_the_picture_in_the_middle_of_each_frame(size: Any, tmp_path: Path) -> None:
    levels = (0, 80, 160)
    first, *others = (Image.new("L", (2, 2), level) for level in levels)
    first.save(tmp_path / "a.gif", save_all=True, append_images=others, duration=[100, 300, 100])
    pictures = size.shown(tmp_path / "a.gif", 6, 10)
    assert [int(picture[0, 0, 0]) for picture in pictures] == [0, 80, 80, 80, 160, 160]


def test_an_earlier_run_is_read_and_drawn(size: Any, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs matplotlib")
    points = [point(size, name, 1000 * n, 90 - n) for name in size.LINES for n in (1, 9)]
    trial = size.Trial("clip", 480, 270, 15.0, 4.0, "gifsom 1.0", points)
    (tmp_path / "points.json").write_text(dumps([asdict(trial)]))
    trials = size.load(tmp_path / "points.json")
    assert trials == [trial]
    size.plot(trials * 3, tmp_path / "size.png")
    with Image.open(tmp_path / "size.png") as image:
        assert image.format == "PNG"


@pytest.fixture
def ablation(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(Path(__file__).parent / "benchmarks")
    return import_module("ablation")


def test_a_constant_gets_another_value_in_python(ablation: Any) -> None:
    text = '"""ä"""\nOTHER = 2\nSTEEP: Final = 1e5  # why\ndef f():\n    STEEP = 3\n'
    assert ablation.altered(text, "STEEP", "2.5", False) == (text.replace("1e5", "2.5"), "1e5")
    assert ablation.altered("A = B = (1,\n 2)\n", "B", "3", False) == ("A = B = 3\n", "(1,\n 2)")
    for missing in ("NOTHING", "f"):
        with pytest.raises(SystemExit, match="0 times"):
            ablation.altered(text, missing, "1", False)


@pytest.mark.parametrize(
    "text",
    [
        "#define STEEPER 3\n  #define STEEP 1e5f  /* why */\n",
        "enum {\n    STEEP = 1e5f, /* why */\n    OTHER = 2\n};\n",
        "static const float STEEP = 1e5f;\nint f(int a) { return a == STEEP; }\n",
    ],
)
def test_a_constant_gets_another_value_in_c(ablation: Any, text: str) -> None:
    assert ablation.altered(text, "STEEP", "2.0f", True) == (text.replace("1e5f", "2.0f"), "1e5f")


def test_a_copy_of_the_package_has_the_other_value(ablation: Any, tmp_path: Path) -> None:
    now = ablation.variant("palette.train.MASKING", "7.5", tmp_path)
    changed = (tmp_path / "gifsom/palette/train.py").read_text()
    assert "\nMASKING = 7.5\n" in changed
    assert (
        changed.replace("MASKING = 7.5", f"MASKING = {now}") == (ablation.ROOT / "gifsom/palette/train.py").read_text()
    )
    native = ablation.ROOT / "gifsom/native"
    assert ablation.home("native.denoise.NOISE", native.parent) == native / "src/denoise.c"
    assert ablation.home("native.lzw.CODES", native.parent) == native / "lzw.py"
    for name in ("palette.nothing.MASKING", "MASKING"):
        with pytest.raises(SystemExit, match="no such module"):
            ablation.home(name, ablation.ROOT / "gifsom")


def test_what_another_value_changes_is_told_at_the_same_quality(ablation: Any, size: Any) -> None:
    now = [[point(size, "1", 100, 40), point(size, "1", 400, 60)]]
    other = [[point(size, "2", 100, 50), point(size, "2", 400, 61)]]
    assert ablation.summary(now, other) == "bytes 1.0000   mean +5.50   bytes for the same mean 0.5000 (1 of 2)"


@pytest.fixture
def replay(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(Path(__file__).parent / "benchmarks")
    return import_module("replay")


def recorded(replay: Any, segments: list[int], **seconds: float) -> Any:
    """A conversion whose tasks take so many seconds each, 0.01 where nothing is said."""
    parts = [
        {(kind, n): seconds.get(kind, 0.01) for kind in kinds for n in range(len(segments))}
        for kinds in (replay.FIRST, replay.SECOND)
    ]
    return replay.Recorded((640, 360), {"start": 0.5}, *parts, segments, len(set(segments)))


def test_one_processor_does_all_tasks_one_after_the_other(replay: Any) -> None:
    run = recorded(replay, [0] * 20 + [1] * 30, code=0.1)
    assert sum(replay.replay(run, 1).values()) == pytest.approx(run.total)


def test_frames_of_one_segment_are_coded_one_after_the_other(replay: Any) -> None:
    seconds = replay.replay(recorded(replay, [0] * 50, code=1.0), 16)["second pass"]
    assert 50 < seconds < 51


def test_segments_are_coded_at_the_same_time(replay: Any) -> None:
    seconds = replay.replay(recorded(replay, replay.ascending("a" * 20 + "b" * 20), code=1.0), 16)["second pass"]
    assert 20 < seconds < 22


def test_a_start_takes_as_long_on_any_number_of_processors(replay: Any) -> None:
    run = recorded(replay, [0] * 8)
    assert [replay.replay(run, processors)["start"] for processors in (1, 16)] == [0.5, 0.5]
