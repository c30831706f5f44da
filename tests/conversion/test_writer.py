"""gifsom.Writer and gifsom.convert from Python: what goes in, what comes out, and what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import strict
from conftest import FIXTURES, FrameClip
from PIL import Image

import gifsom
from gifsom.core.errors import TargetExists

RED, GRAY = (250, 10, 20), (90, 90, 90)


def picture(at: int, size: tuple[int, int] = (12, 20)) -> np.ndarray:
    array = np.full((*size, 3), GRAY, np.uint8)
    array[2:8, at : at + 3] = RED
    return array


def read(path: Path) -> tuple[strict.Gif, list[np.ndarray]]:
    gif = strict.check(path.read_bytes())
    return gif, [canvas[..., :3].copy() for canvas in gif.canvases()]


def test_arrays_come_out_exact_and_at_their_rate(tmp_path: Path) -> None:
    pictures = [picture(n) for n in range(10)]
    with gifsom.Writer(tmp_path / "out.gif", fps=20) as writer:
        for array in pictures:
            writer.append(array)
    gif, shown = read(tmp_path / "out.gif")
    assert [frame.delay for frame in gif.frames] == [5] * 10
    assert all(np.array_equal(*pair) for pair in zip(pictures, shown, strict=True))
    result = writer.result
    assert result is not None
    assert (result.size, result.frames, result.seconds, result.colors) == ((20, 12), 10, 0.5, 2)
    assert (result.exact, result.shortfall) == (True, None)
    assert (tmp_path / "out.gif").stat().st_size == result.bytes


@pytest.mark.parametrize("fps", [7, 12, 30, 50])
def test_no_rate_drifts(fps: int, tmp_path: Path) -> None:
    with gifsom.Writer(tmp_path / "out.gif", fps=fps) as writer:
        for n in range(100):
            writer.append(picture(n % 17))
    gif, _ = read(tmp_path / "out.gif")
    edges = np.cumsum([frame.delay for frame in gif.frames])
    assert np.abs(edges - np.arange(1, 101) * 100 / fps).max() <= 0.51


def test_a_frame_may_have_a_time_of_its_own(tmp_path: Path) -> None:
    with gifsom.Writer(tmp_path / "out.gif", fps=10) as writer:
        for n, seconds in enumerate([None, 0.5, 0.02, 2.0]):
            writer.append(picture(n), seconds)
    assert [frame.delay for frame in read(tmp_path / "out.gif")[0].frames] == [10, 50, 2, 200]


def half_hidden() -> np.ndarray:
    """Opaque up to column 5, a fifth opaque up to column 9, then hidden."""
    rgba = np.dstack([picture(3), np.zeros((12, 20), np.uint8)])
    rgba[:, :5, 3] = 255
    rgba[:, 5:9, 3] = 51
    return rgba


def test_alpha_lies_over_a_background_that_is_asked_for(tmp_path: Path) -> None:
    with gifsom.Writer(tmp_path / "out.gif", background="white") as writer:
        writer.append(half_hidden())
    _, (shown,) = read(tmp_path / "out.gif")
    assert np.array_equal(picture(3)[:, :5], shown[:, :5])
    assert np.array_equal(np.full((12, 11, 3), 255), shown[:, 9:])
    mixed = (picture(3)[:, 5:9].astype(int) * 51 + 255 * 204 + 127) // 255
    assert np.array_equal(mixed, shown[:, 5:9])


def test_what_is_less_than_half_opaque_is_transparent(tmp_path: Path) -> None:
    with gifsom.Writer(tmp_path / "out.gif") as writer:
        writer.append(half_hidden())
        writer.append(half_hidden()[:, ::-1])
    first, second = gifsom.open(tmp_path / "out.gif").frames()
    hidden = np.arange(20) >= 5
    assert first.mask is not None
    assert second.mask is not None
    assert (first.mask == hidden).all()
    assert (second.mask == hidden[::-1]).all()
    assert np.array_equal(picture(3)[:, :5], first.pixels[:, :5])


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
def test_pil_images_of_every_mode(mode: str, tmp_path: Path) -> None:
    image = Image.fromarray(picture(3)).convert(mode)
    with gifsom.Writer(tmp_path / "out.gif") as writer:
        writer.append(image)
    _, (shown,) = read(tmp_path / "out.gif")
    assert np.array_equal(np.asarray(image.convert("RGB")), shown)


WRONG: list[tuple[Any, str]] = [
    (np.zeros((4, 4)), r"\(4, 4\) of float64"),
    (np.zeros((4, 4, 2), np.uint8), r"\(4, 4, 2\) of uint8: x\[\.\.\., \[0, 0, 0, 1\]\] makes it right$"),
    (np.zeros((4, 4, 3), np.float32), "float32"),
    (np.zeros((0, 4, 3), np.uint8), r"\(0, 4, 3\)"),
    ("picture.png", r"not a str \('picture\.png'\)$"),
    (None, r"not a NoneType \(None\)$"),
    (np.ones((4, 4, 3)), r'of float64: \(255 \* x\)\.astype\("uint8"\) makes it right$'),
    (np.full((4, 4), 200.0), r'of float64: x\.clip\(0, 255\)\.astype\("uint8"\) makes it right$'),
    (np.full((4, 4, 3), 200), r'of int64: x\.astype\("uint8"\) makes it right$'),
    (np.full((4, 4, 3), 60_000, np.uint16), r'of uint16: \(x >> 8\)\.astype\("uint8"\) makes it right$'),
    (np.zeros((3, 8, 9), np.uint8), r"of uint8: np\.moveaxis\(x, 0, -1\) makes it right$"),
    (np.zeros((3, 8, 9)), r'np\.moveaxis\(x, 0, -1\), then \(255 \* x\)\.astype\("uint8"\) makes it right$'),
]


def test_what_has_one_meaning_is_taken(tmp_path: Path) -> None:
    """Gray with a channel of its own, and true and false, of which true is white."""
    marked = picture(3)[..., 0] > 100
    gray = np.where(marked, np.uint8(255), np.uint8(0))
    for given in (marked, gray, marked[..., None], gray[..., None], np.stack([marked] * 3, axis=-1)):
        with gifsom.Writer(tmp_path / "out.gif", overwrite=True) as writer:
            writer.append(given)
        _, (shown,) = read(tmp_path / "out.gif")
        assert np.array_equal(np.stack([gray] * 3, axis=-1), shown)


@pytest.mark.parametrize(("wrong", "said"), WRONG)
def test_a_wrong_frame_says_its_shape_and_dtype(wrong: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(gifsom.FrameError, match=said), gifsom.Writer(tmp_path / "out.gif") as writer:
        writer.append(wrong)
    assert [*tmp_path.iterdir()] == []


def test_a_frame_of_another_size_is_an_error_that_says_both(tmp_path: Path) -> None:
    writer = gifsom.Writer(tmp_path / "out.gif")
    writer.append(picture(0))
    with pytest.raises(gifsom.FrameError, match=r"5x4.*20x12"):
        writer.append(np.zeros((4, 5, 3), np.uint8))
    assert [*tmp_path.iterdir()] == []


def test_an_error_in_the_block_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with gifsom.Writer(tmp_path / "out.gif") as writer:
            writer.append(picture(0))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert [*tmp_path.iterdir()] == []


def test_closing_twice_writes_once(tmp_path: Path) -> None:
    writer = gifsom.Writer(tmp_path / "out.gif")
    writer.append(picture(0))
    result = writer.close()
    (tmp_path / "out.gif").unlink()
    assert writer.close() is result
    assert [*tmp_path.iterdir()] == []


def test_a_writer_without_frames_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(gifsom.FrameError, match="no frame"), gifsom.Writer(tmp_path / "out.gif"):
        pass
    assert [*tmp_path.iterdir()] == []


def test_what_is_there_is_refused_before_any_frame_and_replaced_where_asked(tmp_path: Path) -> None:
    path = tmp_path / "out.gif"
    path.write_bytes(b"old")
    with pytest.raises(TargetExists):
        gifsom.Writer(path)
    assert path.read_bytes() == b"old"
    with gifsom.Writer(path, overwrite=True) as writer:
        writer.append(picture(0))
    assert path.read_bytes().startswith(b"GIF89a")


@pytest.mark.parametrize("options", [{"fps": 0}, {"fps": -1}, {"start": 1}, {"colors": 1}, {"background": "nocolor"}])
def test_impossible_settings_are_refused_at_once(options: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(gifsom.SettingError):
        gifsom.Writer(tmp_path / "out.gif", **options)


def test_an_array_that_is_changed_after_it_was_appended_does_not_change_the_gif(tmp_path: Path) -> None:
    array = picture(0)
    with gifsom.Writer(tmp_path / "out.gif") as writer:
        writer.append(array)
        array[:] = 0
        writer.append(array)
    _, (first, _) = read(tmp_path / "out.gif")
    assert np.array_equal(picture(0), first)


def test_a_clip_is_saved_with_options_and_the_result_says_what_is_in_the_file(tmp_path: Path) -> None:
    clip = gifsom.open(FIXTURES / "cards.mkv").trim(0.5, 1.5).width(48)
    result = clip.save(tmp_path / "out.gif", loop=3, colors=8)
    gif, shown = read(tmp_path / "out.gif")
    assert (result.size, result.frames, result.seconds) == ((48, 32), len(gif.frames), 1.0)
    assert gif.loop == 2
    assert len(np.unique(np.concatenate(shown).reshape(-1, 3), axis=0)) <= 8
    assert not result.exact


def test_progress_is_told_by_stage_and_ends_complete(tmp_path: Path) -> None:
    told: dict[str, tuple[int, int | None]] = {}
    pictures = [np.random.default_rng(n).integers(0, 256, (30, 30, 3), np.uint8) for n in range(4)]
    clip = FrameClip(pictures, [0, 0.1, 0.2, 0.3], 0.4, rate=10)
    gifsom.convert(clip, tmp_path / "out.gif", progress=lambda stage, done, of: told.__setitem__(stage, (done, of)))
    assert [*told] == ["Reading", "Learning colors", "Writing"]
    assert all(done == of for done, of in told.values())


def test_a_frame_that_comes_after_the_end_is_an_error(tmp_path: Path) -> None:
    writer = gifsom.Writer(tmp_path / "out.gif")
    writer.append(picture(0))
    writer.close()
    with pytest.raises(gifsom.GifsomError):
        writer.append(picture(1))


@pytest.mark.parametrize("seconds", [float("nan"), float("inf")])
def test_a_time_that_is_no_number_is_refused_at_once(seconds: float, tmp_path: Path) -> None:
    with gifsom.Writer(tmp_path / "out.gif") as writer:
        writer.append(picture(0))
        with pytest.raises(gifsom.SettingError):
            writer.append(picture(1), seconds)


def test_an_image_of_16_bits_is_not_white(tmp_path: Path) -> None:
    with gifsom.Writer(tmp_path / "out.gif") as writer:
        writer.append(Image.fromarray(np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)))
    _, (shown,) = read(tmp_path / "out.gif")
    assert np.abs(shown[..., 1].ravel().astype(int) - np.arange(256)).max() <= 1


def test_numbers_of_numpy_are_numbers(tmp_path: Path) -> None:
    width: Any = np.int64(10)
    with gifsom.Writer(tmp_path / "out.gif", width=width) as writer:
        writer.append(picture(0))
    assert read(tmp_path / "out.gif")[0].width == 10


@pytest.mark.parametrize("start", [0.1 + 0.2 - 0.3, 1e-5])
def test_a_very_small_time_is_a_time(start: float, tmp_path: Path) -> None:
    assert gifsom.convert(FIXTURES / "sprite.gif", tmp_path / "out.gif", start=start).frames == 12
