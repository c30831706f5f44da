"""Frames in any order: those that a conversion of the same document reads."""

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from chains import chain
from conftest import FIXTURES

from gifsom.conversion import stages
from gifsom.core.errors import GifsomError
from gifsom.core.frame import Frame, LazyFrame
from gifsom.core.source import Source
from gifsom.options.conversion import ConvertOptions
from gifsom.options.document import Document, Step
from gifsom.studio import reel
from gifsom.studio.frames import Stage, StepError
from gifsom.studio.reel import Reel, Roll, Shelf

CLIPS = ["scene.mp4", "sprite.gif", "alpha.webm", "vfr.mkv"]


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    made = Shelf()
    yield made
    made.close()


def wanted(document: Document) -> list[Frame]:
    """The frames that a conversion codes."""
    settings = ConvertOptions.of(document.keywords)
    edited = stages.open_edited(document.sources[0], settings)
    return [*stages.at_default_rate_and_size(edited, settings).frames()]


def check_same(shown: Frame, other: Frame) -> None:
    assert shown.start == pytest.approx(other.start)
    assert np.array_equal(shown.pixels, other.pixels)
    assert (shown.mask is None) == (other.mask is None)
    assert shown.mask is None or np.array_equal(shown.mask, other.mask)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(20))
def test_any_frame_of_a_chain_is_that_of_its_conversion(seed: int, shelf: Shelf) -> None:
    rng = random.Random(seed)
    path = str(FIXTURES / CLIPS[seed % len(CLIPS)])
    options = {"start": 0.2, "end": 1.4} if seed % 4 == 0 else {}
    document = Document((path,), tuple(Step(*one) for one in chain(rng)), options)
    frames = wanted(document)
    stage = Stage(document, shelf)
    for number in rng.sample(range(len(frames)), min(8, len(frames))):
        check_same(stage.frame(number), frames[number])
    assert stage.wait(60)
    assert stage.starts == pytest.approx([frame.start for frame in frames])
    with pytest.raises(IndexError):
        stage.frame(len(frames))


def test_another_caption_decodes_nothing_anew(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(FIXTURES / "scene.mp4")
    Stage(Document((path,)), shelf).frames()
    monkeypatch.setattr(Roll, "_decoded", None)
    monkeypatch.setattr(reel, "_frames", None)
    made = Stage(Document((path,), (Step("caption", "Hi"), Step("flip", "horizontal"))), shelf)
    assert made.frame(3).pixels.any()


def test_pictures_are_made_only_where_they_are_asked(shelf: Shelf) -> None:
    clip = Reel(stages.opened(str(FIXTURES / "scene.mp4"), ConvertOptions.of({})), shelf, ("a",))
    edits = ConvertOptions.of({"edits": [("caption", "Hi"), ("blur", "20x20+5+5"), ("speed", 2), ("cut", "0.2-0.4")]})
    assert all(isinstance(frame, LazyFrame) for frame in stages.with_edits(clip, edits).frames())


def test_what_does_not_fit_on_the_disk_is_decoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reel, "STORED_BYTES", 100_000)
    clip = stages.opened(str(FIXTURES / "scene.mp4"), ConvertOptions.of({}))
    frames = [*clip.frames()]
    roll = Roll(clip)
    assert roll.start(len(frames)) is None
    for number in (70, 3, 40, 41, 12, 74):
        check_same(roll.read(number), frames[number])


class Broken(Source):
    """Two frames, and then the disk is full."""

    size = (4, 3)
    duration = 1.0

    def frames(self) -> Iterator[Frame]:
        yield from (Frame(np.zeros((3, 4, 3), np.uint8), n / 2) for n in range(2))
        raise StepFails("the disk is full")


class StepFails(GifsomError):
    pass


def test_a_failure_while_frames_are_found_is_told(shelf: Shelf) -> None:
    shelf.given = {"x": Broken()}
    stage = Stage(Document(("x",)), shelf)
    with pytest.raises(StepError, match="the disk is full"):
        stage.frames()


@pytest.mark.parametrize(
    ("steps", "number"),
    [
        ([("crop", "900x20+1+1")], 0),
        ([("speed", 2), ("crop", "900x20+1+1"), ("caption", "Hi")], 1),
        ([("speed", 2), ("cut", "90-95")], 1),
    ],
)
def test_the_edit_that_cannot_be_done_is_named(steps: list[tuple[str, object]], number: int, shelf: Shelf) -> None:
    document = Document((str(FIXTURES / "sprite.gif"),), tuple(Step(*one) for one in steps))
    with pytest.raises(StepError) as raised:
        Stage(document, shelf)
    assert raised.value.step == number


def test_a_frame_before_an_edit_is_that_of_the_chain_so_far(shelf: Shelf, tmp_path: Path) -> None:
    document = Document((str(FIXTURES / "sprite.gif"),), (Step("rotate", 90), Step("crop", "20x20+4+4")))
    stage = Stage(document, shelf)
    assert stage.sizes == [(64, 48), (48, 64), (20, 20)]
    turned = wanted(Document(document.sources, document.steps[:1]))
    check_same(stage.frame(3, upto=1), turned[3])
