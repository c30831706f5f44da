"""What to expect of a GIF, and how a stretch of it looks: as the coder makes it."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from conftest import FIXTURES
from PIL import Image

import gifsom
from gifsom.core.progress import silent
from gifsom.options.document import Document, Step
from gifsom.studio.frames import Stage
from gifsom.studio.preview import Outlook, expect, film, heat_picture, stretch
from gifsom.studio.reel import Shelf


@pytest.fixture(scope="module")
def shelf() -> Iterator[Shelf]:
    made = Shelf()
    yield made
    made.close()


def outlook(shelf: Shelf, before: Outlook | None = None, name: str = "scene.mp4", **options: object) -> Outlook:
    document = Document((str(FIXTURES / name),), (Step("width", 320),), options)
    return expect(Stage(document, shelf), silent, before)


def test_the_size_is_about_that_of_the_gif(shelf: Shelf, tmp_path: Path) -> None:
    made = gifsom.convert(FIXTURES / "scene.mp4", tmp_path / "a.gif", width=320)
    assert outlook(shelf).estimate.bytes == pytest.approx(made.bytes, rel=0.25)


def test_another_quality_takes_the_colors_that_are_known(shelf: Shelf) -> None:
    first = outlook(shelf)
    second = outlook(shelf, first, quality=30)
    assert second.plans is first.plans
    assert second.estimate.bytes < first.estimate.bytes
    assert outlook(shelf, first, colors=16).plans is not first.plans


def test_a_target_size_gives_the_quality_that_reaches_it(shelf: Shelf) -> None:
    found = outlook(shelf, max_size=250_000)
    assert found.estimate.bytes <= 250_000
    assert found.quality is not None
    assert found.quality < 80


def test_a_stretch_is_near_its_frames_and_exact_where_colors_fit(shelf: Shelf) -> None:
    found = outlook(shelf)
    shown = stretch(found, 20)
    assert shown.first <= 20 < shown.first + len(shown.coded)
    for place, coded in enumerate(shown.coded):
        frame = found.stage.frame(shown.first + place)
        assert np.abs(coded.pixels.astype(int) - frame.pixels).mean() < 12
        assert coded.bytes * 8 == pytest.approx(coded.heat.sum(), rel=0.2)
    exact = outlook(shelf, name="sprite.gif")
    for place, coded in enumerate(stretch(exact, 0).coded):
        frame = exact.stage.frame(place)
        visible = slice(None) if frame.mask is None else ~frame.mask
        assert np.array_equal(coded.pixels[visible], frame.pixels[visible])


def test_better_quality_is_nearer(shelf: Shelf) -> None:
    low, high = (outlook(shelf, quality=quality) for quality in (20, 95))
    frame = low.stage.frame(20).pixels.astype(int)
    errors = []
    for found in (low, high):
        shown = stretch(found, 20)
        errors.append(np.abs(shown.coded[20 - shown.first].pixels - frame).mean())
    assert errors[1] < errors[0]


def test_heat_glows_where_bits_are(shelf: Shelf) -> None:
    heat = np.zeros((4, 6), np.float32)
    heat[1, 2] = 8
    picture = np.array(heat_picture(heat, 8.0))
    assert picture.shape == (4, 6, 4)
    assert picture[1, 2, 3] > picture[0, 0, 3]


def test_the_film_of_the_map_is_a_gif(shelf: Shelf) -> None:
    data = film(Stage(Document((str(FIXTURES / "scene.mp4"),), (Step("width", 64),)), shelf), silent)
    with Image.open(BytesIO(data)) as movie:
        assert movie.n_frames > 10  # type: ignore[attr-defined]
