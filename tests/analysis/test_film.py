"""The film of a palette: from the greys to the palette that is learned, as a GIF that is valid and always the same."""

from pathlib import Path

import numpy as np
import pytest
import strict
from conftest import FIXTURES

import gifsom
from gifsom.analysis import palette_film as films
from gifsom.analysis.palette_film import HEIGHT, STRIP, WIDTH, shoot
from gifsom.core.errors import TargetExists, TargetUnwritable
from gifsom.core.frame import Frame, Pixels
from gifsom.palette.color import oklab, pack
from gifsom.palette.palette import Palette
from gifsom.palette.sample import Sample, take
from gifsom.palette.som import STEPS
from gifsom.palette.train import CLIP, learn


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer frames, so that tests are fast."""
    monkeypatch.setattr(films, "EARLY", 2)
    monkeypatch.setattr(films, "LATE", 3)
    monkeypatch.setattr(films, "EACH", 9)


@pytest.fixture(scope="module")
def sample() -> Sample:
    return take(gifsom.open(FIXTURES / "still.png").frames())


def flat(*colors: tuple[int, int, int]) -> Sample:
    return take([Frame(np.array([colors], np.uint8), 0.0)])


def filmed(sample: Sample, colors: int, path: Path, *, seed: int, overwrite: bool = False) -> Palette:
    """Checked, shot and saved, as `gifsom palette` does."""
    films.check(path, overwrite)
    film = shoot(sample, colors, seed=seed)
    film.save(path, overwrite)
    return film.palette


def shown(path: Path) -> tuple[strict.Gif, list[Pixels]]:
    gif = strict.check(path.read_bytes())
    return gif, [canvas[..., :3].copy() for canvas in gif.canvases()]


def table(picture: Pixels, entries: int) -> Pixels:
    """The colors in the strip below a frame, read from the middle of each swatch."""
    return picture[-STRIP // 2, (2 * np.arange(entries) + 1) * WIDTH // (2 * entries)]


@pytest.mark.usefixtures("short")
def test_it_goes_from_the_greys_to_the_palette_that_is_learned(sample: Sample, tmp_path: Path) -> None:
    palette = filmed(sample, 16, tmp_path / "out.gif", seed=3)
    assert np.array_equal(learn(sample, 16, 3, CLIP).colors, palette.colors)
    gif, pictures = shown(tmp_path / "out.gif")
    assert (gif.width, gif.height, gif.loop) == (WIDTH, HEIGHT, 0)
    assert np.array_equal(palette.colors, table(pictures[-1], len(palette)))
    greys = oklab(table(pictures[0], 16))
    assert np.abs(greys[:, 1:]).max() < 0.02
    assert (np.diff(greys[:, 0]) > 0).all()
    delays = [frame.delay for frame in gif.frames]
    assert (delays[0], delays[-1]) == (80, 200)
    assert set(delays[1:-1]) <= {6, 7}
    assert len(delays) >= 6


@pytest.mark.usefixtures("short")
def test_the_discs_stand_where_their_colors_are(sample: Sample, tmp_path: Path) -> None:
    palette = filmed(sample, 8, tmp_path / "out.gif", seed=0)
    _, pictures = shown(tmp_path / "out.gif")
    stage = films.Stage(sample, palette, 0)
    x, y, near = stage._place(palette.lab, stage._last).T
    front = int(near.argmax())
    assert np.array_equal(palette.colors[front], pictures[-1][int(y[front]), int(x[front])])
    assert (np.diff(y[np.argsort(palette.lab[:, 0])]) < 0).all(), "what is lighter stands higher"


@pytest.mark.usefixtures("short")
def test_a_palette_that_leaves_no_room_is_hardly_different(sample: Sample, tmp_path: Path) -> None:
    palette = filmed(sample, 256, tmp_path / "out.gif", seed=0)
    _, pictures = shown(tmp_path / "out.gif")
    away = np.linalg.norm(oklab(table(pictures[-1], len(palette))) - palette.lab, axis=1)
    assert (away == 0).sum() >= films.EXACT
    assert away.max() < 0.04
    assert len(np.unique(pack(np.stack(pictures)))) <= films.ANIMATED


@pytest.mark.usefixtures("short")
def test_the_same_seed_gives_the_same_bytes(sample: Sample, tmp_path: Path) -> None:
    for name in ("once.gif", "again.gif"):
        filmed(sample, 4, tmp_path / name, seed=7)
    assert (tmp_path / "once.gif").read_bytes() == (tmp_path / "again.gif").read_bytes()


@pytest.mark.parametrize(
    "colors", [[(9, 9, 9)], [(0, 0, 0), (255, 0, 0), (255, 255, 255)], [(n, n, n) for n in range(200)]]
)
def test_few_colors_are_shown_without_training(colors: list[tuple[int, int, int]], tmp_path: Path) -> None:
    palette = filmed(flat(*colors), 256, tmp_path / "out.gif", seed=0)
    assert len(palette) == len(colors)
    gif, (picture,) = shown(tmp_path / "out.gif")
    assert [frame.delay for frame in gif.frames] == [200]
    away = np.linalg.norm(oklab(table(picture, len(palette))) - palette.lab, axis=1)
    assert away.max() < 0.01
    assert not away.any() or len(palette) > films.EXACT


def test_the_greys_are_in_view_of_colors_far_from_them() -> None:
    reds = flat(*[(200 + n, n, n) for n in range(50)])
    stage = films.Stage(reds, learn(reds, 4), 0)
    greys = oklab(reds.pixels) * np.array([1, 0, 0], np.float32)
    for angle in np.linspace(0, 6, 13):
        x, y, _ = stage._place(greys, angle).T
        assert (x > 0).all()
        assert (x < WIDTH).all()
        assert (y > 0).all()
        assert (y < HEIGHT - STRIP).all()


def test_stops_ascend_from_nothing_to_all_steps() -> None:
    stops = films.stops()
    assert (stops[0], stops[1], stops[-1]) == (0, 1, STEPS)
    assert (np.diff(stops) > 0).all()


@pytest.mark.parametrize("entries", [1, 2, 100, 255, 512, 513, 1023, 1024])
def test_the_strip_shows_every_color_in_order(entries: int) -> None:
    colors = np.stack([np.arange(entries) >> 8, np.arange(entries) & 255, np.arange(entries) & 1], axis=1)
    strip = films._strip(colors.astype(np.uint8))
    assert strip.shape == (STRIP, WIDTH, 3)
    numbers = (strip[..., 0].astype(int) << 8) + strip[..., 1]
    _, first = np.unique(numbers, return_index=True)
    assert np.array_equal(np.arange(entries), numbers.ravel()[np.sort(first)])


@pytest.mark.usefixtures("short")
def test_progress_is_told_by_stage_and_ends_complete(sample: Sample) -> None:
    told: dict[str, tuple[int, int | None]] = {}
    shoot(sample, 4, progress=lambda stage, done, of: told.__setitem__(stage, (done, of)))
    assert [*told] == ["Learning colors", "Drawing"]
    assert all(done == of for done, of in told.values())


def test_what_cannot_be_written_is_refused_before_anything_is_learned(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(films, "learn")
    old = tmp_path / "old.gif"
    old.write_bytes(b"old")
    for path, error in (
        (old, TargetExists),
        (tmp_path / "film.mp4", TargetUnwritable),
        (tmp_path / "none" / "out.gif", TargetUnwritable),
    ):
        with pytest.raises(error, match=path.name):
            filmed(sample, 4, path, seed=0)
    assert [(path, path.read_bytes()) for path in tmp_path.iterdir()] == [(old, b"old")]


@pytest.mark.usefixtures("short")
def test_a_film_that_fails_leaves_what_was_there_and_one_that_does_not_replaces_it(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.gif"
    path.write_bytes(b"old")
    with monkeypatch.context() as broken:
        broken.setattr(films, "_table", lambda *given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            filmed(sample, 4, path, seed=0, overwrite=True)
    assert [(found, found.read_bytes()) for found in tmp_path.iterdir()] == [(path, b"old")]
    filmed(sample, 4, path, seed=0, overwrite=True)
    assert [found.read_bytes()[:6] for found in tmp_path.iterdir()] == [b"GIF89a"]
