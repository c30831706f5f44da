"""More than 50 pictures a second: a GIF shows some of them, and as long as all of them are."""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from strict import Gif, check

import gifsom


def pictures(count: int) -> list[NDArray[np.uint8]]:
    """Of one color each, which tells its number."""
    return [np.full((8, 12, 3), (4 * number, 0, 255 - 4 * number), np.uint8) for number in range(count)]


def starts(gif: Gif) -> list[tuple[int, float]]:
    """The number of each picture that is shown, and when in seconds."""
    ends = np.cumsum([frame.delay for frame in gif.frames]) / 100
    shown = [int(canvas[0, 0, 0]) // 4 for canvas in gif.canvases()]
    return list(zip(shown, [0.0, *ends[:-1]], strict=True))


def kept(data: bytes, fps: float, count: int) -> None:
    """Check that time is kept: the length, and that each picture that is shown comes when it has to."""
    gif = check(data)
    assert sum(frame.delay for frame in gif.frames) / 100 == pytest.approx(count / fps, abs=0.0101)
    assert all(frame.delay >= 2 for frame in gif.frames)
    assert len(gif.frames) >= count / fps * 33
    *shown, last = starts(gif)
    assert all(abs(time - number / fps) <= 0.5 / 50 + 1 / fps for number, time in shown)
    assert last[0] == count - 1


@pytest.mark.parametrize("fps", [60, 100, 240])
def test_save(fps: float) -> None:
    stream = BytesIO()
    gifsom.save(pictures(60), stream, fps=fps)
    kept(stream.getvalue(), fps, 60)


@pytest.mark.parametrize("ending", ["gif", "apng"])
@pytest.mark.parametrize("fps", [50.5, "60", 240])
def test_convert(tmp_path: Path, fps: Any, ending: str) -> None:
    """Numbered pictures of a folder, each 1/fps s after the other: the length stays, and it is told what is shown."""
    for number, picture in enumerate(pictures(60)):
        Image.fromarray(picture).save(tmp_path / f"{number:02}.png")
    result = gifsom.convert(tmp_path, tmp_path / f"out.{ending}", fps=fps)
    assert result.seconds == pytest.approx(60 / float(fps), abs=0.0101)
    assert result.frames <= result.seconds * 50 + 1
    assert result.notes == (f"50 frames a second, the most that are shown, and not {float(fps):g}",)
    if ending == "gif":
        kept((tmp_path / "out.gif").read_bytes(), float(fps), 60)


@pytest.mark.parametrize("duration", [10, 16, [10] * 60])
def test_save_by_duration(duration: Any) -> None:
    stream = BytesIO()
    gifsom.save(pictures(60), stream, duration=duration)
    kept(stream.getvalue(), 1000 / (10 if isinstance(duration, list) else duration), 60)


def test_no_duration_is_that_of_other_pictures() -> None:
    """Pillow writes 0, which is played as 100 ms."""
    assert gifsom.save(pictures(3), BytesIO(), duration=0).seconds == pytest.approx(0.3)


@pytest.mark.parametrize("fps", [60, 144.0])
def test_writer(fps: float) -> None:
    stream = BytesIO()
    with gifsom.Writer(stream, fps=fps) as writer:
        for picture in pictures(60):
            writer.append(picture)
    kept(stream.getvalue(), fps, 60)


def test_writer_by_seconds() -> None:
    stream = BytesIO()
    with gifsom.Writer(stream) as writer:
        for picture in pictures(60):
            writer.append(picture, 0.01)
    kept(stream.getvalue(), 100, 60)


@pytest.mark.parametrize("wrong", [0, -0.1, float("inf"), float("nan")])
def test_what_is_no_time_is_an_error(wrong: float) -> None:
    with gifsom.Writer(BytesIO()) as writer:
        writer.append(pictures(1)[0])
        with pytest.raises(gifsom.SettingError, match="give a time above 0"):
            writer.append(pictures(1)[0], wrong)
    with pytest.raises(gifsom.SettingError, match="fps is"):
        gifsom.Writer(BytesIO(), fps=-abs(wrong))


@pytest.mark.parametrize("options", [{"fps": 60}, {"duration": 10}], ids=str)
def test_imageio(tmp_path: Path, options: dict[str, float]) -> None:
    iio.imwrite(tmp_path / "out.gif", pictures(60), plugin=gifsom.ImageioPlugin, **options)
    kept((tmp_path / "out.gif").read_bytes(), options.get("fps", 100), 60)


@pytest.mark.parametrize(
    ("options", "fps"), [({"fps": 60}, 60), ({"interval": 10}, 100), ({"interval": 16}, 62.5)], ids=str
)
def test_matplotlib(tmp_path: Path, options: dict[str, float], fps: float) -> None:
    animation = pytest.importorskip("matplotlib.animation")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1, 1), dpi=40)
    axes = figure.add_axes((0, 0, 1, 1))
    image = axes.imshow(pictures(1)[0])
    shown = animation.FuncAnimation(
        figure, lambda n: [image.set_data(pictures(40)[n])], frames=40, interval=options.get("interval", 200)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rate = {"fps": options["fps"]} if "fps" in options else {}
        assert gifsom.MatplotlibWriter.isAvailable()  # imported, it is known by name, too
        shown.save(tmp_path / "out.gif", writer="gifsom", **rate)
    gif = check((tmp_path / "out.gif").read_bytes())
    assert sum(frame.delay for frame in gif.frames) / 100 == pytest.approx(40 / fps, abs=0.0101)


# --- Files ----------------------------------------------------------------------------------------------------------


def animated(path: Path, delay: float) -> Path:
    first, *others = [Image.fromarray(picture) for picture in pictures(60)]
    lossless = {"lossless": True} if path.suffix == ".webp" else {}
    options = {"quality": 100} if path.suffix == ".avif" else {}
    first.save(path, save_all=True, append_images=others, duration=delay, **lossless, **options)
    return path


@pytest.mark.parametrize(
    ("name", "delay", "seconds"),
    [
        ("x.png", 1000 / 60, 1.0),
        ("x.png", 10, 0.6),
        ("x.png", 5, 0.3),
        ("x.webp", 16, 0.96),
        ("x.webp", 8, 0.48),
        ("x.avif", 16, 0.96),
        ("x.png", 0, 6.0),
        ("x.gif", 10, 6.0),
        ("x.gif", 0, 6.0),
        ("x.gif", 20, 1.2),
    ],
)
def test_only_a_gif_has_delays_that_are_none(tmp_path: Path, name: str, delay: float, seconds: float) -> None:
    if name == "x.avif":
        from PIL import features

        if not features.check("avif"):
            pytest.skip("needs Pillow with AVIF")
    path = animated(tmp_path / name, delay)
    assert gifsom.open(path).duration == pytest.approx(seconds, abs=0.01)
    assert gifsom.convert(path, tmp_path / "out.gif").seconds == pytest.approx(seconds, abs=0.01)


def test_an_animation_of_pillow_is_shown_as_its_file(tmp_path: Path) -> None:
    for name, delay, seconds in (("x.png", 1000 / 60, 1.0), ("x.gif", 10, 6.0)):
        with Image.open(animated(tmp_path / name, delay)) as image:
            assert gifsom.save(image, tmp_path / "saved.gif").seconds == pytest.approx(seconds, abs=0.01)
            assert gifsom.open([image]).duration == pytest.approx(seconds, abs=0.01)
