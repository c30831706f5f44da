"""Interlaced video: its fields become whole pictures, by its flags or by its looks; what has none stays as it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ffmpegs import any_ffmpeg, lavfi, make
from PIL import Image, ImageDraw

import gifsom
from gifsom.core.errors import SettingError
from gifsom.core.source import Source
from gifsom.sources.probe import probe

__all__ = ["any_ffmpeg"]

# A white bar on black: 4 pixels further in each field of 50 a second.
BAR = "color=black:s={0}x{1}:r=50:d=1[a];color=white:s=40x{1}:r=50[b];[a][b]overlay=x='n*4':shortest=1"


def bar(path: Path, order: str, flags: str, *codec: str, size: tuple[int, int] = (320, 240)) -> Path:
    graph = f"{BAR.format(*size)},interlace=scan={order}:lowpass=off,setfield={flags},format=yuv420p"
    return make(path, "-filter_complex", graph, "-q:v", "2", *codec)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fields")
    mpeg2 = ["-c:v", "mpeg2video", "-flags", "+ilme+ildct"]
    bar(folder / "top.mpg", "tff", "tff", *mpeg2)
    bar(folder / "bottom.mpg", "bff", "bff", *mpeg2)
    bar(folder / "h264.mts", "tff", "tff", "-c:v", "libx264", "-flags", "+ilme+ildct", "-x264opts", "tff=1")
    bar(folder / "tape.dv", "bff", "bff", "-c:v", "dvvideo", size=(720, 576))
    bar(folder / "unflagged.mp4", "tff", "prog", "-c:v", "libx264")
    bar(folder / "unflagged_bottom.mkv", "bff", "prog", "-c:v", "mpeg4")
    return folder


def edges(clip: Source) -> list[int]:
    """How many columns of each picture, but the first and last, are neither black nor white all over, at most."""
    pictures = [frame.pixels[..., 1].astype(int) for frame in clip.frames()][1:-1]
    return [int((np.ptp(picture[4:-4], axis=0) > 100).sum()) for picture in pictures]


FLAGGED = ["top.mpg", "bottom.mpg", "h264.mts"]
UNFLAGGED = ["unflagged.mp4", "unflagged_bottom.mkv"]


@pytest.mark.parametrize("name", [*FLAGGED, *UNFLAGGED])
def test_fields_become_whole_pictures(folder: Path, any_ffmpeg: str, name: str) -> None:
    assert max(edges(gifsom.open(folder / name, deinterlace="off"))) >= 8  # combs of 4 pixels on both sides
    assert max(edges(gifsom.open(folder / name))) <= 2
    assert len(edges(gifsom.open(folder / name))) == 23


def test_a_tape_is_deinterlaced(folder: Path) -> None:
    assert probe(folder / "tape.dv", 10**6).fields == "auto"
    combed, whole = (gifsom.open(folder / "tape.dv", deinterlace=way) for way in ("off", "auto"))
    assert sum(edges(whole)) < sum(edges(combed)) / 3


def test_on_does_so_whatever_it_is(folder: Path) -> None:
    assert max(edges(gifsom.open(folder / "unflagged.mp4", deinterlace="on"))) <= 2


def test_the_option_is_one_of_a_conversion(folder: Path, tmp_path: Path) -> None:
    sizes = {
        way: gifsom.convert(folder / "top.mpg", tmp_path / f"{way}.gif", deinterlace=way).bytes
        for way in ("auto", "on", "off")
    }
    assert sizes["auto"] == sizes["on"] != sizes["off"]
    with pytest.raises(SettingError, match="deinterlace is maybe: give one of auto, on, off"):
        gifsom.open(folder / "top.mpg", deinterlace="maybe")


def scrolled(path: Path, step: int) -> Path:
    """Text that scrolls up by some rows a picture: fields of neighbors match, and it has none."""
    page = Image.new("L", (320, 640), 255)
    draw = ImageDraw.Draw(page)
    for y in range(0, 640, 12):
        draw.text((4, y), "The quick brown fox jumps over the lazy dog " * 2, fill=0)
    page.save(path.with_suffix(".png"))
    moved = ["-vf", f"crop=320:240:0:n*{step}", "-c:v", "libx264", "-pix_fmt", "yuv420p"]
    return make(path, "-loop", "1", "-framerate", "25", "-t", "1", "-i", path.with_suffix(".png"), *moved)


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
def test_text_that_scrolls_is_not_interlaced(tmp_path: Path, step: int) -> None:
    assert probe(scrolled(tmp_path / "text.mp4", step), 10**6).fields is None


@pytest.mark.parametrize("source", ["testsrc2=s=320x240:r=25:d=1", "mandelbrot=s=320x240:r=25", "life=s=320x240:r=25"])
def test_whole_pictures_are_not_interlaced(tmp_path: Path, source: str) -> None:
    path = make(tmp_path / "x.mp4", *lavfi(source), "-t", "1", "-c:v", "libx264", "-pix_fmt", "yuv420p")
    assert probe(path, 10**6).fields is None


@pytest.mark.parametrize("order", ["tff", "bff"])
def test_a_title_that_stands_still_does_not_hide_the_fields_that_follow(tmp_path: Path, order: str) -> None:
    """Nor does a flag that says nothing: the first 50 pictures are all alike."""
    late = BAR.format(320, 480).replace("d=1", "d=4").replace("n*4", "if(gt(n,100),(n-100)*2,0)")
    graph = f"{late},interlace=scan={order}:lowpass=off,setfield=prog,format=yuv420p"
    path = make(tmp_path / "late.mp4", "-filter_complex", graph, "-c:v", "libx264")
    assert probe(path, 10**6).fields == order
    assert max(edges(gifsom.open(path))) <= 2


def panned(path: Path, step: int, filters: str, *codec: str) -> Path:
    """Fine texture, as in film, that is panned by some columns 50 times a second."""
    texture = np.random.default_rng(7).integers(0, 256, (240, 1000)).astype(float)
    across, down = np.hanning(11), np.array([1.0, 2, 1])  # neighbors are alike, as a lens makes them
    for axis, kernel in enumerate((down, across)):
        texture = np.apply_along_axis(np.convolve, axis, texture, kernel, "same")
    texture = 128 + (texture - texture.mean()) * 50 / texture.std()
    Image.fromarray(texture.clip(0, 255).astype(np.uint8)).save(path.with_suffix(".png"))
    looped = ["-loop", "1", "-framerate", "50", "-t", "1", "-i", path.with_suffix(".png")]
    return make(path, *looped, "-vf", f"crop=320:240:n*{step}:0,{filters},format=yuv420p", *codec)


@pytest.mark.parametrize("order", ["tff", "bff"])
def test_fields_of_film_are_seen_without_a_flag(tmp_path: Path, order: str) -> None:
    """Where the picture itself has as many edges as its fields have teeth."""
    combed = panned(tmp_path / "x.mp4", 2, f"interlace=scan={order}:lowpass=off,setfield=prog", "-c:v", "libx264")
    assert probe(combed, 10**6).fields == order


def test_whole_pictures_that_are_flagged_stay_as_they_are(tmp_path: Path) -> None:
    flagged = ["-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-q:v", "2"]
    path = panned(tmp_path / "x.mpg", 2, "fps=25,setfield=tff", *flagged)
    assert probe(path, 10**6).fields is None
    shown, stored = (
        np.stack([f.pixels for f in gifsom.open(path, deinterlace=way).frames()]) for way in ("auto", "off")
    )
    assert np.array_equal(shown, stored)


@pytest.mark.parametrize("flags", ["tff", "prog"])
def test_a_film_of_24_pictures_that_was_made_fields(tmp_path: Path, flags: str) -> None:
    """By telecine 2:3, two of five pictures have fields of two."""
    slow = BAR.format(320, 240).replace("r=50", "r=24").replace("d=1", "d=2")
    graph = f"{slow},telecine=pattern=23,setfield={flags},format=yuv420p"
    codec = ["-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-q:v", "2"] if flags == "tff" else ["-c:v", "libx264"]
    path = make(tmp_path / ("x.mpg" if flags == "tff" else "x.mp4"), "-filter_complex", graph, *codec)
    assert max(edges(gifsom.open(path, deinterlace="off"))) >= 8
    assert max(edges(gifsom.open(path))) <= 2


@pytest.mark.parametrize("flag", ["tt", "bb", "tb", "bt"])
def test_each_way_to_flag_them(tmp_path: Path, flag: str) -> None:
    """Order in which fields are coded, and shown."""
    order = "tff" if flag in ("tt", "tb") else "bff"
    path = bar(tmp_path / "x.mov", order, order, "-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-field_order", flag)
    assert probe(path, 10**6).fields == "auto"
    assert max(edges(gifsom.open(path))) <= 2
