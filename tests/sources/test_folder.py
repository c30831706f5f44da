"""A folder of pictures as a clip: which files, in which order, how they are fitted, how long each is shown."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import FIXTURES, posix
from PIL import Image

import gifsom
from gifsom import sources
from gifsom.core.errors import SettingError, SourceEmpty, SourceNotFound, SourceRefused, SourceUnreadable
from gifsom.core.frame import Frame, Pixels
from gifsom.core.source import Source
from gifsom.sources.folder import natural, pictures_in

RED, BLUE = (200, 30, 40), (10, 90, 200)


def put(folder: Path, name: str, color: tuple[int, ...] = RED, size: tuple[int, int] = (8, 6)) -> Path:
    """A picture file; a color of four numbers has alpha."""
    Image.new("RGB" if len(color) == 3 else "RGBA", size, color).save(folder / name)
    return folder / name


def opened(folder: Path, **options: object) -> Source:
    return sources.open(folder, **options)  # type: ignore[arg-type]


def order(folder: Path) -> list[str]:
    return [file.name for file in pictures_in(folder)]


def only(folder: Path, **options: object) -> Frame:
    """The second of two frames."""
    _, frame = opened(folder, **options).frames()
    return frame


def rows_of(pixels: Pixels, color: tuple[int, ...], tolerance: int = 1) -> list[int]:
    """The rows that are all of a color."""
    near = (np.abs(pixels.astype(int) - color) <= tolerance).all(axis=(1, 2))
    return np.flatnonzero(near).tolist()


# --- Which files, in which order ------------------------------------------------------------------------------------


def test_pictures_come_in_natural_order(tmp_path: Path) -> None:
    names = ["Shot3.png", "a.png", "shot1.png", "shot2.png", "shot10.png", "shot10b2.png", "shot10b11.png", "z.png"]
    for name in names[::-1]:
        put(tmp_path, name)
    assert order(tmp_path) == [
        "a.png",
        "shot1.png",
        "shot2.png",
        "Shot3.png",
        "shot10.png",
        "shot10b2.png",
        "shot10b11.png",
        "z.png",
    ]


@pytest.mark.parametrize(
    "names",
    [
        ["9", "10", "a"],
        ["a", "a1", "a1a", "a2", "aa"],
        ["1.9", "1.10", "2.1"],
        ["straße1", "strasse2", "STRASSE3"],
        ["٣", "4"],
        ["1", "x²", "x³"],
    ],
    ids=" ".join,
)
def test_numbers_in_names_are_numbers(names: list[str]) -> None:
    backwards = names[::-1]
    assert names == sorted(backwards, key=natural)


@pytest.mark.parametrize("names", [["A1.png", "a1.png"], ["a01.png", "a1.png", "a001.png"]])
def test_the_order_does_not_depend_on_the_file_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: list[str]
) -> None:
    """Of names that differ by nothing but case or leading zeros, either."""
    for name in names:
        put(tmp_path, name)
    files = sorted(tmp_path.iterdir())
    if len(files) < len(names):
        pytest.skip("needs a file system that tells cases apart")
    found = []
    for listed in (files, files[::-1]):
        monkeypatch.setattr(Path, "iterdir", lambda path, listed=listed: iter(listed))
        found.append(order(tmp_path))
    assert found[0] == found[1]


def test_what_is_no_picture_is_passed_over_whatever_its_name_says(tmp_path: Path) -> None:
    """Texts, videos, empty files, folders; and a picture is one whatever it is called."""
    put(tmp_path, "1.png")
    put(tmp_path, "2.jpg").rename(tmp_path / "2.txt")
    put(tmp_path, "3.webp").rename(tmp_path / "3")
    put(tmp_path, ".4.png")
    for name in ("notes.txt", "Thumbs.db", "text.png"):
        (tmp_path / name).write_text("no picture")
    (tmp_path / "empty.png").touch()
    shutil.copy(FIXTURES / "cards.mkv", tmp_path)
    (tmp_path / "folder.png").mkdir()
    put(tmp_path / "folder.png", "5.png")
    assert sorted(order(tmp_path)) == [".4.png", "1.png", "2.txt", "3"]


@posix
def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    put(tmp_path, "1.png")
    os.mkfifo(tmp_path / "2.png")
    assert order(tmp_path) == ["1.png"]


@posix
def test_a_link_to_a_picture_is_one_and_a_dead_link_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here/1.png").symlink_to(put(tmp_path, "elsewhere.png"))
    (tmp_path / "here/2.png").symlink_to(tmp_path / "missing.png")
    assert order(tmp_path / "here") == ["1.png"]


def test_an_animation_is_played_whole(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "sprite.gif", tmp_path)
    put(tmp_path, "still.png")
    sprite = gifsom.open(FIXTURES / "sprite.gif")
    *animation, last = opened(tmp_path).frames()
    for expected, frame in zip(sprite.frames(), animation, strict=True):
        assert expected.start == frame.start
        assert expected.mask is not None
        assert frame.mask is not None
        assert (expected.pixels.tobytes(), expected.mask.tobytes()) == (frame.pixels.tobytes(), frame.mask.tobytes())
    assert last.start == pytest.approx(sprite.duration)


def test_a_folder_of_one_picture_is_that_picture(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "sprite.gif", tmp_path)
    clip = opened(tmp_path)
    assert (clip.plays, clip.native, clip.count) == (0, True, 12)


# --- What it is as a clip -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 13])
def test_each_picture_is_shown_for_a_tenth_of_a_second(tmp_path: Path, count: int) -> None:
    for n in range(count):
        put(tmp_path, f"{n}.png", (n, 0, 0))
    clip = opened(tmp_path)
    frames = [*clip.frames()]
    assert [n / 10 for n in range(count)] == pytest.approx([frame.start for frame in frames])
    assert [*range(count)] == [int(frame.pixels[0, 0, 0]) for frame in frames]
    assert (clip.count, clip.size, clip.rate) == (count, (8, 6), pytest.approx(10))
    assert clip.duration == pytest.approx(count / 10)
    assert (clip.plays, clip.native, clip.shortfall, clip.name) == (None, False, None, str(tmp_path))


def test_more_pictures_a_second_can_be_asked(tmp_path: Path) -> None:
    for n in range(3):
        put(tmp_path, f"{n}.png", (n, 0, 0))
    clip = opened(tmp_path, fps=4)
    assert [frame.start for frame in clip.frames()] == [0, 0.25, 0.5]
    assert (clip.duration, clip.rate) == (0.75, 4)


def test_pictures_of_one_size_are_as_they_are(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "still.png", tmp_path / "1.png")
    shutil.copy(FIXTURES / "still.png", tmp_path / "2.png")
    expected = np.asarray(Image.open(FIXTURES / "still.png"))
    for frame in opened(tmp_path).frames():
        assert expected.tobytes() == frame.pixels.tobytes()
        assert frame.mask is None


@pytest.mark.parametrize(
    ("size", "free"), [((40, 10), "above"), ((10, 40), "beside"), ((400, 100), "above"), ((4, 1), "above")]
)
def test_a_picture_of_another_shape_is_fitted_and_what_is_left_is_transparent(
    tmp_path: Path, size: tuple[int, int], free: str
) -> None:
    """In the middle of the canvas, which is as large as the first one; enlarged where it is smaller."""
    put(tmp_path, "1.png", size=(40, 40))
    put(tmp_path, "2.png", BLUE, size)
    frame = only(tmp_path)
    pixels, mask = frame.pixels, frame.mask
    assert mask is not None
    if free == "beside":
        pixels, mask = pixels.swapaxes(0, 1), mask.T
    hidden = mask.all(axis=1)
    assert np.flatnonzero(~hidden).tolist() == [*range(15, 25)]
    assert not mask[15:25].any()
    assert rows_of(pixels[15:25], BLUE) == [*range(10)]


@pytest.mark.parametrize(("background", "color"), [("navy", (0, 0, 128)), ("#ffffff", (255, 255, 255))])
def test_what_is_left_free_is_the_background_where_one_is_asked(
    tmp_path: Path, background: str, color: tuple[int, int, int]
) -> None:
    put(tmp_path, "1.png", size=(40, 40))
    put(tmp_path, "2.png", BLUE, (40, 10))
    frame = only(tmp_path, background=background)
    assert frame.mask is None
    assert rows_of(frame.pixels, BLUE) == [*range(15, 25)]
    assert rows_of(frame.pixels, color, tolerance=0) == [*range(15), *range(25, 40)]


def test_holes_of_a_picture_stay_holes_where_it_is_fitted(tmp_path: Path) -> None:
    """Of a GIF, which keeps them; or they are the background."""
    put(tmp_path, "1.png", size=(40, 40))
    picture = Image.new("RGBA", (20, 10), (*BLUE, 255))
    picture.paste((0, 0, 0, 0), (0, 0, 10, 10))
    picture.save(tmp_path / "2.gif")
    frame = only(tmp_path)
    assert frame.mask is not None
    assert (~frame.mask).nonzero()[1].min() == 20
    assert (~frame.mask).sum() == 20 * 20
    assert np.abs(frame.pixels[~frame.mask].astype(int) - BLUE).max() <= 25  # at its edges the filter overshoots
    assert np.median(frame.pixels[~frame.mask], axis=0).tolist() == [*BLUE]
    frame = only(tmp_path, background="white")
    assert frame.mask is None
    assert np.abs(frame.pixels[15:25, 5:15].astype(int) - 255).max() <= 1
    assert np.abs(frame.pixels[15:25, 25:35].astype(int) - BLUE).max() <= 1


def test_partial_alpha_is_shown_or_hidden_or_lies_over_the_background_as_in_any_picture(tmp_path: Path) -> None:
    put(tmp_path, "1.png", (9, 8, 7, 128))
    put(tmp_path, "2.png", (0, 0, 0, 51))
    shown, hidden = opened(tmp_path).frames()
    assert (shown.mask, shown.pixels[0, 0].tolist()) == (None, [9, 8, 7])
    assert hidden.mask is not None
    assert hidden.mask.all()
    red = only(tmp_path, background="red")
    assert (red.mask, red.pixels[0, 0].tolist()) == (None, [204, 0, 0])


def test_pictures_are_read_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None of them is kept: a folder may be large."""
    for n in range(5):
        put(tmp_path, f"{n}.png", (n, 0, 0))
    clip = opened(tmp_path)
    frames: Iterator[Frame] = clip.frames()
    next(frames)
    put(tmp_path, "3.png", (99, 0, 0))
    assert [frame.pixels[0, 0, 0] for frame in frames] == [1, 2, 99, 4]


# --- What is wrong --------------------------------------------------------------------------------------------------


def test_a_folder_that_is_missing_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="no such file"):
        gifsom.open(tmp_path / "none")


@pytest.mark.parametrize("name", ["", "notes.txt"])
def test_a_folder_without_a_picture_is_empty(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "line\nbreak"
    folder.mkdir()
    if name:
        (folder / name).write_text("no picture")
    with pytest.raises(SourceEmpty, match=r"line\\nbreak: there is no picture in the folder$"):
        gifsom.open(folder)


def test_a_damaged_picture_is_told_by_its_own_name(tmp_path: Path) -> None:
    put(tmp_path, "1.png")
    (tmp_path / "2.png").write_bytes((FIXTURES / "still.png").read_bytes()[:400])
    with pytest.raises(SourceUnreadable, match=r"2\.png: the picture is damaged"):
        gifsom.open(tmp_path)


def test_a_picture_with_too_many_pixels_is_told_by_its_own_name(tmp_path: Path) -> None:
    put(tmp_path, "1.png")
    put(tmp_path, "2.png", size=(30, 20))
    assert opened(tmp_path, max_pixels=600).count == 2
    with pytest.raises(SourceRefused, match=r"2\.png: .*599"):
        gifsom.open(tmp_path, max_pixels=599)


def test_a_background_that_is_no_color_is_told(tmp_path: Path) -> None:
    put(tmp_path, "1.png")
    with pytest.raises(SettingError, match="not a color"):
        gifsom.open(tmp_path, background="nocolor")


def test_a_folder_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "1.png")

    def refused(path: Path) -> Iterator[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refused)
    with pytest.raises(SourceUnreadable, match=r": Permission denied$"):
        gifsom.open(tmp_path)


def test_a_picture_that_is_gone_when_its_turn_comes_is_an_error_of_ours(tmp_path: Path) -> None:
    put(tmp_path, "1.png")
    gone = put(tmp_path, "2.png")
    frames = opened(tmp_path).frames()
    next(frames)
    gone.unlink()
    with pytest.raises(gifsom.SourceError, match=r"2\.png"):
        next(frames)
