"""gifsom where people already work: imageio, matplotlib, Pillow's arguments, notebooks."""

import base64
import importlib
import io
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import strict
from conftest import FIXTURES, ROOT, names
from numpy.typing import NDArray
from PIL import Image

import gifsom
from gifsom.core.html import LARGEST

COLORS = [(250, 10, 20), (20, 30, 240), (40, 200, 60), (90, 90, 90)]


def card(n: int, size: tuple[int, int] = (12, 20)) -> np.ndarray:
    return np.full((*size, 3), COLORS[n % len(COLORS)], np.uint8)


CARDS = np.stack([card(n) for n in range(4)])


def shown(gif: "Path | bytes") -> list[np.ndarray]:
    data = gif if isinstance(gif, bytes) else gif.read_bytes()
    return [canvas[..., :3].copy() for canvas in strict.check(data).canvases()]


def delays(path: Path) -> list[int]:
    return [frame.delay for frame in strict.check(path.read_bytes()).frames]


@pytest.fixture
def iio() -> Any:
    import imageio.v3

    import gifsom.interop.imageio  # noqa: F401 - which tells the name

    return imageio.v3


@pytest.mark.parametrize("frames", [CARDS, [*CARDS]], ids=["array", "list"])
def test_frames_are_written_exactly_and_at_their_rate(iio: Any, frames: Any, tmp_path: Path) -> None:
    iio.imwrite(tmp_path / "out.gif", frames, plugin=gifsom.ImageioPlugin, fps=20)
    assert np.array_equal(CARDS, shown(tmp_path / "out.gif"))
    assert delays(tmp_path / "out.gif") == [5] * 4


def test_what_is_read_is_what_was_written_and_metadata_writes_it_again(iio: Any, tmp_path: Path) -> None:
    first, again = tmp_path / "first.gif", tmp_path / "again.gif"
    iio.imwrite(first, CARDS, plugin=gifsom.ImageioPlugin, duration=[100, 50, 250, 30], loop=3)
    pictures, meta = iio.imread(first, plugin=gifsom.ImageioPlugin), iio.immeta(first, plugin=gifsom.ImageioPlugin)
    assert np.array_equal(CARDS, pictures)
    assert (meta["duration"], meta["loop"]) == ([100, 50, 250, 30], 3)
    iio.imwrite(again, pictures, plugin=gifsom.ImageioPlugin, duration=meta["duration"], loop=meta["loop"])
    assert first.read_bytes() == again.read_bytes()


def test_a_picture_of_its_own_and_one_by_one(iio: Any) -> None:
    path = FIXTURES / "sprite.gif"
    everything = iio.imread(path, plugin=gifsom.ImageioPlugin)
    assert np.array_equal(everything[3], iio.imread(path, index=3, plugin=gifsom.ImageioPlugin))
    assert np.array_equal(everything, [*iio.imiter(path, plugin=gifsom.ImageioPlugin)])
    assert isinstance(iio.immeta(path, index=3, plugin=gifsom.ImageioPlugin)["duration"], float)


def test_properties_say_what_is_read(iio: Any) -> None:
    for name in ("sprite.gif", "cards.mkv", "still.png"):
        everything = iio.imread(FIXTURES / name, plugin=gifsom.ImageioPlugin)
        props = iio.improps(FIXTURES / name, plugin=gifsom.ImageioPlugin)
        assert (props.shape, props.n_images, props.is_batch) == (everything.shape, len(everything), True)
        props = iio.improps(FIXTURES / name, index=0, plugin=gifsom.ImageioPlugin)
        assert (props.shape, props.n_images, props.is_batch) == (everything.shape[1:], None, False)
        assert everything.dtype == props.dtype


def test_pictures_are_the_callers_own(iio: Any) -> None:
    iio.imread(FIXTURES / "sprite.gif", index=0, plugin=gifsom.ImageioPlugin)[:] = 0


@pytest.mark.parametrize("index", [12, -13])
def test_a_picture_that_is_not_there_is_a_value_error(iio: Any, index: int) -> None:
    with pytest.raises(ValueError, match=f"there is no picture {index}"):
        iio.imread(FIXTURES / "sprite.gif", index=index, plugin=gifsom.ImageioPlugin)


def test_bytes_and_streams_go_in_and_out(iio: Any) -> None:
    data = iio.imwrite("<bytes>", CARDS, plugin=gifsom.ImageioPlugin, extension=".gif", fps=10)
    assert np.array_equal(CARDS, shown(data))
    assert np.array_equal(CARDS, iio.imread(data, plugin=gifsom.ImageioPlugin))
    stream = io.BytesIO()
    iio.imwrite(stream, CARDS, plugin=gifsom.ImageioPlugin, extension=".gif", fps=10)
    assert data == stream.getvalue()


def test_one_by_one_with_times_and_options_of_their_own(iio: Any, tmp_path: Path) -> None:
    with iio.imopen(tmp_path / "out.gif", "w", plugin=gifsom.ImageioPlugin, loop=None, colors=8) as file:
        for n in range(4):
            file.write(card(n), duration=40 + 10 * n)
    assert delays(tmp_path / "out.gif") == [4, 5, 6, 7]
    assert strict.check((tmp_path / "out.gif").read_bytes()).loop is None


def test_an_error_in_the_block_leaves_the_old_file(iio: Any, tmp_path: Path) -> None:
    (tmp_path / "out.gif").write_bytes(b"old")

    def fail() -> None:
        with iio.imopen(tmp_path / "out.gif", "w", plugin=gifsom.ImageioPlugin) as file:
            file.write(card(0))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (names(tmp_path), b"old") == (["out.gif"], (tmp_path / "out.gif").read_bytes())


def test_grey_pictures_and_alpha(iio: Any, tmp_path: Path) -> None:
    grey = np.arange(240, dtype=np.uint8).reshape(12, 20)
    iio.imwrite(tmp_path / "grey.gif", [grey, grey[::-1]], plugin=gifsom.ImageioPlugin)
    assert np.array_equal(np.stack([grey] * 3, axis=-1), shown(tmp_path / "grey.gif")[0])
    rgba = np.dstack([card(0), np.full((12, 20), 255, np.uint8)])
    iio.imwrite(tmp_path / "alpha.gif", rgba, plugin=gifsom.ImageioPlugin)
    assert np.array_equal(card(0), shown(tmp_path / "alpha.gif")[0])


def test_an_impossible_option_is_ours_to_tell(iio: Any, tmp_path: Path) -> None:
    for options in ({"quality": 700}, {"fps": 10, "duration": 100}, {"duration": [100]}, {"fps": 0}):
        with pytest.raises(gifsom.SettingError):
            iio.imwrite(tmp_path / "out.gif", CARDS, plugin=gifsom.ImageioPlugin, **options)
    assert names(tmp_path) == []


def test_other_endings_and_damaged_files_are_refused_as_imageio_expects(iio: Any, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="can not handle"):
        iio.imwrite(tmp_path / "out.png", CARDS, plugin=gifsom.ImageioPlugin)
    (tmp_path / "text.gif").write_text("no picture")
    with pytest.raises(OSError, match="can not handle") as error:
        iio.imread(tmp_path / "text.gif", plugin=gifsom.ImageioPlugin)
    assert "text.gif" in str(error.value.__cause__)


def test_the_class_itself_is_a_plugin(tmp_path: Path) -> None:
    import imageio.v3 as iio

    iio.imwrite(tmp_path / "out.gif", CARDS, plugin=gifsom.ImageioPlugin, fps=10)
    assert iio.imread(tmp_path / "out.gif", plugin=gifsom.ImageioPlugin).shape == (4, 12, 20, 3)


@pytest.mark.usefixtures("iio")
def test_the_old_functions_know_it_too(tmp_path: Path) -> None:
    importlib.import_module("gifsom.interop.imageio")  # which tells imageio the name
    from imageio import v2

    v2.mimwrite(tmp_path / "out.gif", [*CARDS], format="gifsom", fps=20)
    assert np.array_equal(CARDS, v2.mimread(tmp_path / "out.gif", format="gifsom"))
    with v2.get_writer(tmp_path / "more.gif", format="gifsom", fps=20) as writer:
        for n in range(4):
            writer.append_data(card(n))
    assert (tmp_path / "out.gif").read_bytes() == (tmp_path / "more.gif").read_bytes()
    assert len(v2.get_reader(tmp_path / "more.gif", format="gifsom")) == 4


@pytest.fixture
def animation() -> Iterator[Any]:
    """A bar that grows over five frames, of 200x100 pixels."""
    pytest.importorskip("matplotlib", reason="needs matplotlib")
    from matplotlib.animation import FuncAnimation
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    import gifsom.interop.matplotlib  # noqa: F401 - which tells the name

    figure = Figure(figsize=(2, 1), dpi=100)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 5), ylim=(0, 1))
    (bar,) = axes.barh([0.5], [0.0], color="red")

    def draw(n: int) -> list[Any]:
        bar.set_width(n + 1)
        return [bar]

    made = FuncAnimation(figure, draw, frames=5, interval=50)
    yield made
    made._draw_was_started = True  # else it warns that it was never shown


def test_an_animation_is_saved_by_name_at_its_own_rate(animation: Any, tmp_path: Path) -> None:
    animation.save(tmp_path / "out.gif", writer="gifsom")
    pictures = shown(tmp_path / "out.gif")
    assert (delays(tmp_path / "out.gif"), pictures[0].shape) == ([5] * 5, (100, 200, 3))
    red = [int((picture == (255, 0, 0)).all(axis=2).sum()) for picture in pictures]
    assert red == sorted(set(red))


def test_rate_size_and_what_savefig_takes(animation: Any, tmp_path: Path) -> None:
    options = {"facecolor": "navy", "format": "png"}
    animation.save(tmp_path / "out.gif", writer="gifsom", fps=10, dpi=50, savefig_kwargs=options)
    assert delays(tmp_path / "out.gif") == [10] * 5
    assert shown(tmp_path / "out.gif")[0].shape == (50, 100, 3)


def test_a_writer_with_options_of_gifsom(animation: Any, tmp_path: Path) -> None:
    writer = gifsom.MatplotlibWriter(fps=20, colors=8, loop=2, width=100)
    animation.save(tmp_path / "out.gif", writer=writer)
    pictures = shown(tmp_path / "out.gif")
    assert pictures[0].shape == (50, 100, 3)
    assert len(np.unique(np.concatenate(pictures).reshape(-1, 3), axis=0)) <= 8
    assert strict.check((tmp_path / "out.gif").read_bytes()).loop == 1


def test_frames_by_hand(animation: Any, tmp_path: Path) -> None:
    writer = gifsom.MatplotlibWriter(fps=10)
    with writer.saving(animation._fig, tmp_path / "out.gif", 100):
        writer.grab_frame()
    assert delays(tmp_path / "out.gif") == [10]
    writer.setup(animation._fig, tmp_path / "again.gif")
    writer.grab_frame()
    writer.finish()
    assert (tmp_path / "out.gif").read_bytes() == (tmp_path / "again.gif").read_bytes()


def test_an_error_in_the_midst_leaves_no_file(animation: Any, tmp_path: Path) -> None:
    def stop(frame: int, of: int) -> None:
        if frame == 2:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        animation.save(tmp_path / "out.gif", writer="gifsom", progress_callback=stop)
    assert names(tmp_path) == []


def test_what_is_impossible_is_told_before_anything_is_drawn(animation: Any, tmp_path: Path) -> None:
    with pytest.raises(gifsom.SettingError, match="fps is -1"):
        animation.save(tmp_path / "out.gif", writer="gifsom", fps=-1)
    assert names(tmp_path) == []


def test_importing_gifsom_touches_no_finder_and_no_library() -> None:
    script = (
        "import sys; before = [*sys.meta_path]\n"
        "import gifsom\n"
        "assert before == sys.meta_path and not {'imageio', 'matplotlib', 'numpy'} & {*sys.modules}"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_the_name_is_known_once_its_module_is_imported() -> None:
    pytest.importorskip("matplotlib", reason="needs matplotlib")
    script = (
        "import sys, imageio.v3, imageio.config, matplotlib.animation, gifsom\n"
        "known = lambda: ('gifsom' in imageio.config.known_plugins, 'gifsom' in matplotlib.animation.writers.list())\n"
        "assert known() == (False, False)\n"
        "import gifsom.interop.imageio, gifsom.interop.matplotlib\n"
        "assert known() == (True, True)"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_what_is_not_installed_is_said_where_it_is_needed_and_nowhere_else() -> None:
    script = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from gifsom import *\n"
        "import gifsom\n"
        "try: gifsom.MatplotlibWriter\n"
        "except gifsom.PackageMissing as error: print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True)
    assert re.findall(r"pip install \S+", run.stdout) == ["pip install 'gifsom[figure]'"]


def test_an_image_and_those_to_append_as_pillow_takes_them(tmp_path: Path) -> None:
    first, *rest = map(Image.fromarray, CARDS)
    options = {"save_all": True, "append_images": rest, "duration": 120, "loop": 0}
    first.save(tmp_path / "pillow.gif", **options)
    result = gifsom.save(first, tmp_path / "out.gif", **options)
    assert np.array_equal(CARDS, shown(tmp_path / "out.gif"))
    assert delays(tmp_path / "pillow.gif") == delays(tmp_path / "out.gif") == [12] * 4
    assert (result.frames, result.exact) == (4, True)


@pytest.mark.parametrize("loop", [0, 1, 3, None])
def test_loop_means_what_it_means_to_pillow(loop: int | None, tmp_path: Path) -> None:
    first, *rest = map(Image.fromarray, CARDS)
    first.save(tmp_path / "pillow.gif", save_all=True, append_images=rest, loop=loop)
    gifsom.save(first, tmp_path / "out.gif", append_images=rest, loop=loop)
    with Image.open(tmp_path / "pillow.gif") as theirs, Image.open(tmp_path / "out.gif") as ours:
        assert theirs.info.get("loop", "once") == ours.info.get("loop", "once")


def test_arrays_of_any_kind_come_one_by_one(tmp_path: Path) -> None:
    for images in (CARDS, [*CARDS], iter(CARDS), (card(n) for n in range(4)), map(Image.fromarray, CARDS)):
        gifsom.save(images, tmp_path / "out.gif", fps=25)
        assert (delays(tmp_path / "out.gif"), len(shown(tmp_path / "out.gif"))) == ([4] * 4, 4)
    gifsom.save(CARDS[0], tmp_path / "out.gif")
    assert len(shown(tmp_path / "out.gif")) == 1


def test_an_animation_of_pillow_keeps_its_frames_and_times(tmp_path: Path) -> None:
    gifsom.save(CARDS, tmp_path / "in.gif", duration=[50, 60, 70, 80])
    with Image.open(tmp_path / "in.gif") as image:
        gifsom.save(image, tmp_path / "out.gif")
        gifsom.save(image, tmp_path / "one.gif", save_all=False)
    assert delays(tmp_path / "out.gif") == [5, 6, 7, 8]
    assert np.array_equal(CARDS, shown(tmp_path / "out.gif"))
    assert len(shown(tmp_path / "one.gif")) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"duration": [100, 100]}, "duration has 2 times, and there are more pictures"),
        ({"duration": [100] * 6}, "duration has 6 times, and there are 4 pictures"),
        ({"duration": 100, "fps": 10}, "exclude each other"),
        ({"duration": "fast"}, "milliseconds"),
        ({"duration": -5}, "-0.005 s"),
        ({"fps": 0}, "fps is 0"),
        ({"loop": -1}, "loop is -1"),
        ({"quality": 0}, "quality is 0"),
    ],
)
def test_what_is_impossible_is_one_line_and_writes_nothing(options: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(gifsom.SettingError, match=said):
        gifsom.save(CARDS, tmp_path / "out.gif", **options)
    assert names(tmp_path) == []


def test_what_pillow_takes_and_says_nothing_of_the_pictures_changes_nothing(tmp_path: Path) -> None:
    gifsom.save(CARDS, tmp_path / "out.gif")
    stream = io.BytesIO()
    asked: dict[str, Any] = {"transparency": 0, "comment": b"hello", "interlace": True, "background": 0, "disposal": 2}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gifsom.save(CARDS, stream, format="GIF", palette=b"", mode="RGB", subrectangles=True, palettesize=256, **asked)
    assert stream.getvalue() == (tmp_path / "out.gif").read_bytes()
    with pytest.raises(gifsom.SettingError, match="format is PNG: gifsom writes GIF"):
        gifsom.save(CARDS, stream, format="PNG")


def test_what_is_passed_over_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gifsom.interop.arguments._told", set())
    with pytest.warns(UserWarning, match=r"^optimize, disposal: without a meaning for gifsom, and passed over$"):
        gifsom.save(CARDS, io.BytesIO(), optimize=True, disposal=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gifsom.save(CARDS, io.BytesIO(), optimize=False, disposal=1, format="gif")


def test_every_argument_of_other_writers_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of Pillow's, and of imageio's for GIFs and for what is turned into one; a name that nobody has is an error."""
    monkeypatch.setattr("gifsom.interop.arguments._told", set())
    asked: dict[str, Any] = {
        "optimize": False, "disposal": [2] * 4, "transparency": 0, "comment": "x", "include_color_table": True,
        "quantizer": "nq", "subrectangles": True, "exif": b"", "dpi": (72, 72), "icc_profile": b"", "params": {},
        "macro_block_size": 1, "pixelformat": "rgb8", "codec": "gif", "ffmpeg_params": [], "palette": Image.Palette.WEB,
        "background": 0, "minimize_size": True, "lossless": True, "append_images": None,
    }  # fmt: skip
    plain, stream = io.BytesIO(), io.BytesIO()
    gifsom.save(CARDS, plain)
    with pytest.warns(UserWarning, match=r"passed over$") as told:
        gifsom.save(CARDS, stream, **asked)
    assert stream.getvalue() == plain.getvalue()
    assert [one.filename for one in told] == [__file__]
    with pytest.raises(TypeError, match="there is no option 'optimise'"):
        gifsom.save(CARDS, stream, optimise=True)
    assert stream.getvalue() == plain.getvalue()


def test_a_duration_in_seconds_loses_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gifsom.interop.arguments._told", set())
    with pytest.warns(UserWarning, match=r"^duration is 0\.04 milliseconds, .* taken as 100: 0\.04 seconds are 40$"):
        result = gifsom.save(CARDS, io.BytesIO(), duration=0.04)
    assert (result.frames, result.seconds) == (len(CARDS), pytest.approx(0.1 * len(CARDS)))
    with pytest.raises(gifsom.SettingError, match="duration is 100: give milliseconds"):
        gifsom.save(CARDS, io.BytesIO(), duration="100")  # type: ignore[arg-type]


def test_arrays_of_several_pictures_are_taken_where_they_have_one_meaning(tmp_path: Path) -> None:
    gray = np.random.default_rng(1).integers(0, 256, (5, 12, 20)).astype(np.uint8)
    colored = np.stack([gray] * 3, axis=-1)
    for given in (gray, gray[..., None], colored, colored[None], gray[None, ..., None]):
        assert gifsom.save(given, tmp_path / "out.gif").frames == 5
    assert gifsom.save(gray[0][..., None], tmp_path / "out.gif").size == (20, 12)
    with pytest.raises(gifsom.FrameError, match=r"np\.moveaxis\(x, 0, -1\) makes right, or 3 gray"):
        gifsom.save(gray[:3], tmp_path / "out.gif")
    assert gifsom.save([*gray[:3]], tmp_path / "out.gif").frames == 3
    with pytest.raises(gifsom.FrameError, match=r"np\.moveaxis\(x, 1, -1\) makes it right"):
        gifsom.save(np.moveaxis(colored, -1, 1), tmp_path / "out.gif")


class Tensor:
    """What other libraries have: no array, but it can become one."""

    def __init__(self, array: NDArray[Any]) -> None:
        self._array = array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return self._array


def test_convert_and_open_take_arrays_as_save_does(tmp_path: Path) -> None:
    gray = np.random.default_rng(1).integers(0, 256, (5, 12, 20)).astype(np.uint8)
    colored = np.stack([gray] * 3, axis=-1)
    for given in (
        gray,
        gray[..., None],
        colored,
        colored[None],
        gray > 99,
        Tensor(colored),
        [Tensor(one) for one in gray],
    ):
        assert gifsom.open(given).count == 5
    assert gifsom.open(colored[0]).count == gifsom.open(gray[:1]).count == gifsom.open(gray[0]).count == 1
    assert gifsom.open(gray[:3] > 99).count == 3
    for wrong, call in (
        (np.moveaxis(colored, -1, 1), "np.moveaxis(x, 1, -1)"),
        (np.moveaxis(colored[0], -1, 0), "np.moveaxis(x, 0, -1)"),
        ([np.moveaxis(colored[0], -1, 0)], "np.moveaxis(x, 0, -1)"),
        (colored / 255, '(255 * x).astype("uint8")'),
        (colored / 127.5 - 1, '(127.5 * (x + 1)).astype("uint8")'),
    ):
        with pytest.raises(gifsom.FrameError) as raised:
            gifsom.convert(wrong, tmp_path / "out.gif")
        assert call in str(raised.value)


def test_imageio_asks_as_it_does_of_its_own_plugins(iio: Any, tmp_path: Path) -> None:
    path = FIXTURES / "sprite.gif"
    everything = iio.imread(path, plugin="gifsom")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert np.array_equal(everything[-1], iio.imread(path, index=-1, plugin="gifsom"))
        assert np.array_equal(everything[-12], iio.imread(path, index=-12, plugin="gifsom"))
        gray = iio.imread(path, index=2, mode="L", rotate=True, plugin="gifsom")
        asked = {"mode": "RGB", "optimize": True, "subrectangles": True, "disposal": 2, "format": "GIF"}
        iio.imwrite(tmp_path / "out.gif", everything, plugin="gifsom", **asked)
    assert np.array_equal(np.asarray(Image.fromarray(everything[2]).convert("L")), gray)
    assert np.array_equal(everything, iio.imread(tmp_path / "out.gif", plugin="gifsom"))


@pytest.mark.parametrize("asked", [{"mode": "L"}, {"pilmode": "L"}, {"format": "gray"}, {"as_gray": True}])
def test_imageio_reads_gray_in_the_words_of_each_plugin(iio: Any, asked: dict[str, Any]) -> None:
    path = FIXTURES / "sprite.gif"
    first = Image.fromarray(iio.imread(path, index=0, plugin="gifsom"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gray = iio.imread(path, index=0, plugin="gifsom", **asked)
    assert np.array_equal(np.asarray(first.convert("F" if "as_gray" in asked else "L")), gray)


def test_options_of_reading_count_where_they_are_given(iio: Any) -> None:
    path = FIXTURES / "sprite.gif"
    black = iio.imread(path, plugin="gifsom", background="black")
    with iio.imopen(path, "r", plugin="gifsom", background="black") as file:
        assert np.array_equal(black, file.read())
        assert np.array_equal(iio.imread(path, plugin="gifsom"), file.read(background="white"))
    assert not np.array_equal(black, iio.imread(path, plugin="gifsom"))
    with pytest.raises(TypeError, match="backgruond"):
        iio.imread(path, plugin="gifsom", backgruond="black")


@pytest.mark.parametrize("index", [12, -13, slice(0, 2), "first", 1.0, [0]], ids=str)
def test_an_index_that_is_none_is_named(iio: Any, index: Any) -> None:
    path = FIXTURES / "sprite.gif"
    for ask in (iio.imread, iio.immeta):
        with pytest.raises(
            gifsom.FrameError, match=r"there is no picture -?1\d: they|index is .*: give a whole number"
        ):
            ask(path, index=index, plugin="gifsom")


def test_what_is_no_option_and_no_picture_is_named(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="'transparent_color'"):
        gifsom.save(CARDS, tmp_path / "out.gif", transparent_color=0)
    for images in ("clip.mp4", [], [card(0), card(1, (3, 4))]):
        with pytest.raises(gifsom.FrameError):
            gifsom.save(images, tmp_path / "out.gif")


def test_a_file_is_replaced_unless_it_must_not_be(tmp_path: Path) -> None:
    gifsom.save(CARDS, tmp_path / "out.gif")
    gifsom.save(CARDS[:2], tmp_path / "out.gif")
    with pytest.raises(gifsom.TargetExists):
        gifsom.save(CARDS, tmp_path / "out.gif", overwrite=False)
    assert len(shown(tmp_path / "out.gif")) == 2


def inside(html: str | None) -> bytes:
    """The GIF that a piece of HTML holds."""
    match = re.fullmatch(r'<img src="data:image/gif;base64,([^"]+)">', html or "")
    assert match is not None
    return base64.b64decode(match[1])


def test_a_result_shows_its_gif_while_it_is_there(tmp_path: Path) -> None:
    result = gifsom.save(CARDS, tmp_path / "out.gif")
    assert (tmp_path / "out.gif").read_bytes() == inside(result._repr_html_())
    (tmp_path / "out.gif").unlink()
    assert result._repr_html_() is None


def test_a_clip_shows_its_first_seconds_small(long_clip: Path) -> None:
    pictures = inside(gifsom.open(long_clip)._repr_html_())
    gif = strict.check(pictures)
    assert (gif.width, gif.height) == (320, 180)
    assert sum(frame.delay for frame in gif.frames) == 1000


def test_shows_a_gif_as_it_is_and_makes_one_of_all_else(tmp_path: Path) -> None:
    path = FIXTURES / "sprite.gif"
    assert path.read_bytes() == inside(gifsom.show(path)._repr_html_())
    assert f"<GIF {path}>" == repr(gifsom.show(str(path)))
    for what in (
        FIXTURES / "cards.mkv",
        gifsom.open(path),
        CARDS,
        [*CARDS],
        gifsom.save(CARDS, tmp_path / "x.gif"),
    ):
        assert shown(inside(gifsom.show(what)._repr_html_()))
    assert shown(inside(gifsom.show(path, width=30)._repr_html_()))[0].shape[1] == 30


def test_a_gif_that_was_made_goes_with_what_shows_it() -> None:
    one = gifsom.show(CARDS, fps=10)
    path = one.path
    assert path.is_file()
    assert repr(one) == f"<GIF {path}>"
    del one
    assert not path.exists()


def test_what_would_swell_the_notebook_is_a_line_of_text(tmp_path: Path) -> None:
    with (tmp_path / "large.gif").open("wb") as file:
        file.truncate(LARGEST + 1)
    assert gifsom.show(tmp_path / "large.gif")._repr_html_() is None


def test_what_is_not_there_cannot_be_shown() -> None:
    with pytest.raises(gifsom.SourceNotFound):
        gifsom.show("missing.gif")


def test_a_folder_of_pictures_is_read_by_imageio(iio: Any, tmp_path: Path) -> None:
    for n in range(4):
        Image.fromarray(card(n)).save(tmp_path / f"{n}.png")
    assert np.array_equal(CARDS, iio.imread(tmp_path, plugin=gifsom.ImageioPlugin))
