"""What made the GIFs of a folder is remembered: other options make them anew, and nothing else does."""

import json
import os
import shutil
from pathlib import Path

import pytest
from conftest import FIXTURES, Inside, listing

import gifsom
from gifsom.batch import memory
from gifsom.options.table import Options

CARDS = FIXTURES / "cards.mkv"
MADE, LEFT, UNKNOWN = range(3)


@pytest.fixture
def out(here: Path) -> Path:
    """A folder with a GIF of a.mkv, made by a batch at quality 60."""
    shutil.copy(CARDS, here / "a.mkv")
    os.utime(here / "a.mkv", (1e9, 1e9))
    assert again(here / "out", quality=60, width=48) == MADE
    return here / "out"


def again(folder: Path, **options: object) -> int:
    (outcome,) = gifsom.convert_all(folder.parent / "a.mkv", folder, jobs=1, **options).outcomes  # type: ignore[arg-type]
    return MADE if outcome.result else UNKNOWN if outcome.unknown else LEFT


@pytest.mark.parametrize(
    "options",
    [
        {"quality": 60, "width": 48},
        {"quality": 60, "width": 48, "fps": None},
        {"width": 48, "quality": 60, "map_size": "auto", "strict": True, "max_pixels": 10**6, "start": "0:00"},
    ],
)
def test_the_same_options_leave_a_gif_alone(out: Path, options: Options) -> None:
    before = listing(out)
    assert again(out, **options) == LEFT
    assert listing(out) == before


@pytest.mark.parametrize(
    "options",
    [{}, {"quality": 61, "width": 48}, {"quality": 60, "width": 47}, {"quality": 60, "edits": [("speed", 2)]}],
)
def test_other_options_make_it_anew_and_are_remembered(out: Path, options: Options) -> None:
    assert again(out, **options) == MADE
    assert again(out, **options) == LEFT
    assert again(out, quality=60, width=48) == MADE


def test_another_source_or_version_makes_it_anew(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"quality": 60, "width": 48}
    os.utime(out.parent / "a.mkv", (999, 999))  # a copy that is older, as of a backup
    assert again(out, **options) == MADE
    shutil.copy(FIXTURES / "ramp.mkv", out.parent / "a.mkv")
    os.utime(out.parent / "a.mkv", (999, 999))
    assert again(out, **options) == MADE
    monkeypatch.setattr(memory, "__version__", "99")
    assert again(out, **options) == MADE


@pytest.mark.parametrize("text", [None, "", "[", "[]", "{}", '{"made": 1}', '{"made": {"a.gif": 1}}', "[" * 100_000])
def test_what_is_not_remembered_is_left_alone_and_told(out: Path, inside: Inside, text: str | None) -> None:
    (out / memory.NAME).unlink() if text is None else (out / memory.NAME).write_text(text)
    before = listing(out)
    assert again(out, quality=1) == UNKNOWN
    run = inside("convert", "a.mkv", "a.mkv", "out/", "--quality", "1")
    assert "left as they were, though it is not known with which options they were made (--overwrite" in run.out
    assert listing(out) == before


def test_a_gif_that_others_made_is_left_alone(out: Path) -> None:
    gifsom.convert(CARDS, out / "a.gif", overwrite=True, reverse=True, width=20)
    assert again(out, quality=60, width=48) == UNKNOWN


def test_the_file_has_no_path_and_no_option_and_the_gif_nothing_new(out: Path) -> None:
    said = json.loads((out / memory.NAME).read_text())
    assert [*said["made"]] == ["a.gif"]
    digest, size = said["made"]["a.gif"]
    assert (len(digest), size) == (64, (out / "a.gif").stat().st_size)
    alone = gifsom.convert(out.parent / "a.mkv", out.parent / "alone.gif", quality=60, width=48)
    assert alone.path.read_bytes() == (out / "a.gif").read_bytes()


def test_what_is_about_to_be_made_anew_is_no_longer_remembered(out: Path) -> None:
    """Whoever kills a batch in mid-work finds no GIF that passes for what it is not."""
    old = (out / memory.NAME).read_bytes()
    found = memory.Memory(str(out))
    found.forget(["a.gif"])
    assert json.loads((out / memory.NAME).read_text())["made"] == {}
    found.made("b.gif", "0" * 64, 9)
    (out / memory.NAME).write_bytes(old)  # another batch in the same folder
    found.made("c.gif", "0" * 64, 9)
    found.write()
    assert {"a.gif", "c.gif"} <= {*json.loads((out / memory.NAME).read_text())["made"]}


def test_a_palette_counts_by_its_colors_not_by_its_name(here: Path) -> None:
    gifsom.train(gifsom.open(FIXTURES / "still.png"), colors=8).save(here / "a.gpl")
    shutil.copy(here / "a.gpl", here / "b.gpl")
    first, second = (memory.digest({"palette": here / name}, (1, 1.0)) for name in ("a.gpl", "b.gpl"))
    assert first == second != memory.digest({}, (1, 1.0))
