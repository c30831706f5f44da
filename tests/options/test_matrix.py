"""Every kind of source, as it is, edited, and backward: a valid GIF of the right size and length, and the right pixels.

The source is the same clip throughout: cells of 8 x 8 pixels in a few colors, two of which move. What a GIF of it must
show is computed here, by slicing. Where a codec or a color space loses something, it must be near to that.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest
from conftest import FIXTURES, environment, gifsom
from numpy.typing import NDArray
from PIL import Image, features
from strict import Gif, check

import gifsom as package
from gifsom.sources import open_raw
from gifsom.spool import SpoolWriter

Pixels = NDArray[np.uint8]

CELL, COUNT, EACH = 8, 8, 0.1
"""Pixels of a cell's sides, pictures, and seconds that each of them is shown."""

FFMPEG = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y"]

EDGE = 0.04
"""Seconds by which a picture may come too early or too late where the rate is 15: half of a frame, and half a cs."""

NEAR = 12.0
"""Levels by which a picture may differ in the mean where it need not be exact."""


def drawn(number: int) -> Pixels:
    """Picture `number` of the clip (80, 96, 4): a mosaic in which a white block moves, and a hole below it."""
    rng = np.random.default_rng(6)
    palette = rng.integers(40, 200, (11, 3))
    cells = np.full((10, 12, 4), 255, np.uint8)
    cells[..., :3] = palette[rng.integers(0, len(palette), (10, 12))]
    cells[2:5, 1 + number : 3 + number] = 255
    cells[5:7, 2 + number] = 0
    return cells.repeat(CELL, axis=0).repeat(CELL, axis=1)


HOLED = [drawn(number) for number in range(COUNT)]
PLAIN = [np.ascontiguousarray(picture[..., :3]) for picture in HOLED]


@dataclass(frozen=True)
class Source:
    """What `gifsom.convert` takes and what it shows.

    make      gives the source, and makes its file in a folder
    pictures  (h, w, 3 or 4) each; of the latter what has alpha 0 is transparent
    starts    of each, in seconds
    seconds   that all of it lasts
    exact     no pixel may differ
    filtered  ffmpeg scales it, which knows no pixel art
    timed     every delay stays, too
    options   of the conversion
    """

    make: Callable[[Path], Any]
    pictures: list[Pixels] = field(default_factory=lambda: PLAIN)
    starts: list[float] = field(default_factory=lambda: [EACH * number for number in range(COUNT)])
    seconds: float = EACH * COUNT
    exact: bool = True
    filtered: bool = False
    timed: bool = False
    options: dict[str, Any] = field(default_factory=dict)


def image(ending: str, pictures: list[Pixels], **options: Any) -> Callable[[Path], Path]:
    """Makes an animation, or a file of pages."""

    def make(folder: Path) -> Path:
        first, *others = map(Image.fromarray, pictures)
        first.save(folder / f"in.{ending}", save_all=True, append_images=others, **options)
        return folder / f"in.{ending}"

    return make


def encoded(path: Path, *coding: str, rate: float = 1 / EACH) -> Path:
    head = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "96x80", "-r", f"{rate:g}", "-i", "-"]
    data = b"".join(picture.tobytes() for picture in PLAIN)
    command = [word for word in FFMPEG if word != "-nostdin"]
    subprocess.run([*command, *head, *coding, str(path)], input=data, check=True)
    return path


def video(ending: str, *coding: str) -> Callable[[Path], Path]:
    return lambda folder: encoded(folder / f"in.{ending}", *coding)


LOSSLESS = video("mkv", "-c:v", "libx264rgb", "-qp", "0", "-pix_fmt", "rgb24")
H264 = ("-c:v", "libx264", "-crf", "4", "-pix_fmt", "yuv444p")
Y4M = ("-pix_fmt", "yuv444p", "-strict", "-1", "-f", "yuv4mpegpipe")


def folder_of_pictures(folder: Path) -> Path:
    """In natural order: 2 stands before 10."""
    (folder / "shots").mkdir()
    for number, picture in enumerate(PLAIN):
        Image.fromarray(picture).save(folder / f"shots/shot {4 * number}.png")
    return folder / "shots"


def list_of_pictures(folder: Path) -> list[Path]:
    there = folder_of_pictures(folder)
    return [there / f"shot {4 * number}.png" for number in range(COUNT)]


def recording(folder: Path) -> Path:
    path = folder / "in.gsr"
    with SpoolWriter(path, (96, 80), 1 / EACH) as log:
        for number, picture in enumerate(PLAIN):
            log.picture(EACH * number, np.dstack([picture[..., ::-1], np.full((80, 96), 255, np.uint8)]))
        log.end(EACH * COUNT)
    return path


def raw_bytes() -> BytesIO:
    return BytesIO(b"".join(picture.tobytes() for picture in PLAIN))


def vfr_pictures() -> list[Pixels]:
    """Those of fixtures/vfr.mkv, see fixtures/README.md."""
    colors = [(200, 40, 40), (40, 160, 60), (40, 80, 200), (220, 190, 40), (150, 60, 170), (40, 170, 180)]
    pictures = [np.full((48, 64, 3), color, np.uint8) for color in colors]
    for number, picture in enumerate(pictures):
        picture[:, 2 + 10 * number : 8 + 10 * number] = 255
    return pictures


def alpha_pictures(hole: bool) -> list[Pixels]:
    """Those of fixtures/alpha.webm: a soft disc that moves over nothing, or over white."""
    y, x = np.mgrid[:64, :96]
    pictures = []
    for number in range(10):
        alpha = np.clip((22 - np.hypot(x - 24 - 5 * number, y - 32)) / 8, 0, 1)[..., None]
        color = np.array([220, 30, 40])
        if hole:
            pictures.append(np.dstack([np.broadcast_to(color, (64, 96, 3)), np.where(alpha >= 0.5, 255, 0)]))
        else:
            pictures.append(color * alpha + 255 * (1 - alpha))
    return [picture.round().astype(np.uint8) for picture in pictures]


CENTS = {"duration": round(1000 * EACH), "loop": 0}

SOURCES = {
    "mkv": Source(LOSSLESS, filtered=True),
    "mp4": Source(video("mp4", *H264), exact=False),
    "webm": Source(video("webm", "-c:v", "libvpx-vp9", "-crf", "8", "-b:v", "0", "-pix_fmt", "yuv444p"), exact=False),
    "ts": Source(video("ts", *H264), exact=False),
    "mov": Source(video("mov", "-c:v", "qtrle", "-pix_fmt", "rgb24"), filtered=True),
    "vfr": Source(
        lambda folder: FIXTURES / "vfr.mkv",
        vfr_pictures(),
        [0, 0.04, 0.08, 1, 1.04, 2.5],
        3.0,
        filtered=True,
        options={"fps": 50},
    ),
    "video with alpha": Source(
        lambda folder: FIXTURES / "alpha.webm",
        alpha_pictures(hole=False),
        [n / 10 for n in range(10)],
        1.0,
        exact=False,
    ),
    "video with alpha, transparent": Source(
        lambda folder: FIXTURES / "alpha.webm",
        alpha_pictures(hole=True),
        [n / 10 for n in range(10)],
        1.0,
        exact=False,
        options={"transparent": True},
    ),
    "GIF": Source(image("gif", PLAIN, **CENTS), timed=True),
    "GIF with holes": Source(image("gif", HOLED, disposal=2, **CENTS), HOLED, timed=True),
    "APNG": Source(image("png", PLAIN, **CENTS), timed=True),
    "APNG with holes": Source(image("png", HOLED, **CENTS), HOLED, timed=True),
    "WebP": Source(image("webp", PLAIN, lossless=True, **CENTS), timed=True),
    "WebP with holes": Source(image("webp", HOLED, lossless=True, exact=True, **CENTS), HOLED, timed=True),
    "TIFF": Source(image("tif", PLAIN), timed=True),
    "folder": Source(folder_of_pictures),
    "pattern": Source(lambda folder: str(folder_of_pictures(folder) / "*.png")),
    "list of files": Source(list_of_pictures),
    "still": Source(image("png", PLAIN[:1]), PLAIN[:1], [0.0], EACH),
    "still with a hole": Source(image("png", HOLED[:1]), HOLED[:1], [0.0], EACH),
    "recording": Source(recording),
    "array": Source(lambda folder: np.stack(PLAIN), timed=True),
    "array with alpha": Source(lambda folder: np.stack(HOLED), HOLED, timed=True),
    "list of images": Source(lambda folder: [*map(Image.fromarray, PLAIN)], timed=True),
    "generator": Source(lambda folder: (picture for picture in HOLED), HOLED, timed=True),
    "stream": Source(lambda folder: BytesIO(image("gif", PLAIN, **CENTS)(folder).read_bytes()), timed=True),
    "y4m on a stream": Source(
        lambda folder: BytesIO(encoded(folder / "in.y4m", *Y4M).read_bytes()),
        exact=False,
    ),
    "raw on a stream": Source(lambda folder: open_raw(raw_bytes(), size="96x80", fps=1 / EACH), filtered=True),
    "joined videos": Source(
        lambda folder: [LOSSLESS(folder), LOSSLESS(folder)],
        PLAIN * 2,
        [EACH * number for number in range(2 * COUNT)],
        2 * EACH * COUNT,
    ),
    "joined, of several kinds": Source(
        lambda folder: [LOSSLESS(folder), np.stack(HOLED)],
        PLAIN + HOLED,
        [EACH * number for number in range(2 * COUNT)],
        2 * EACH * COUNT,
    ),
}
if features.check("avif"):
    SOURCES["AVIF"] = Source(image("avif", PLAIN, quality=95, subsampling="4:4:4", **CENTS), exact=False, timed=True)

CUT = {"crop": "48x32+16+16", "speed": 1.25}
EDITED = {"crop": "48x32+16+16", "scale": 0.5, "speed": 1.25}


def cut(source: Source) -> Source:
    """A part of each picture, and faster."""
    pictures = [picture[16:48, 16:64] for picture in source.pictures]
    starts = [start / 1.25 for start in source.starts]
    return replace(
        source, pictures=pictures, starts=starts, seconds=source.seconds / 1.25, options=CUT | source.options
    )


def edited(source: Source) -> Source:
    """The same, and every second pixel of it."""
    part = cut(source)
    pictures = [picture[::2, ::2] for picture in part.pictures]
    return replace(part, pictures=pictures, exact=source.exact and not source.filtered, options=EDITED | source.options)


def backward(source: Source) -> Source:
    ends = [*source.starts[1:], source.seconds]
    starts = [source.seconds - end for end in reversed(ends)]
    return replace(source, pictures=source.pictures[::-1], starts=starts, options={"reverse": True} | source.options)


WAYS: dict[str, Callable[[Source], Source]] = {
    "default": lambda source: source,
    "cropped, sped up": cut,
    "cropped, resized, sped up": edited,
    "reversed": backward,
}


def rgba(picture: Pixels) -> Pixels:
    """With alpha; what is transparent has no color."""
    if picture.shape[2] == 3:
        return np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
    return np.where(picture[..., 3:] == 0, np.uint8(0), picture)


def shows(gif: Gif, source: Source) -> None:
    """Fail unless a GIF shows what is expected of a source: size, length, pixels, and when."""
    height, width = source.pictures[0].shape[:2]
    assert (gif.width, gif.height) == (width, height)
    delays = [image.delay / 100 for image in gif.frames]
    if len(source.pictures) > 1:
        assert sum(delays) == pytest.approx(source.seconds, abs=0.02)
    assert len(gif.frames) == len(source.pictures)
    starts = np.cumsum([0, *delays[:-1]])
    assert starts == pytest.approx(source.starts, abs=0.005 + 1e-9 if source.timed else EDGE)
    expected = np.stack([rgba(picture) for picture in source.pictures])
    for number, canvas in enumerate(map(rgba, gif.canvases())):
        if source.exact:
            assert np.array_equal(expected[number], canvas), f"picture {number}"
        else:
            far = np.abs(expected.astype(np.int16) - canvas).mean(axis=(1, 2, 3))
            assert far[number] == far.min() < NEAR, f"picture {number}"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", SOURCES)
def test_every_source_becomes_the_gif_that_it_should(tmp_path: Path, kind: str, way: str) -> None:
    expected = WAYS[way](SOURCES[kind])
    out = tmp_path / "out.gif"
    result = package.convert(expected.make(tmp_path), out, **expected.options)
    gif = check(out.read_bytes())
    shows(gif, expected)
    assert (result.size, result.frames) == ((gif.width, gif.height), len(gif.frames))
    assert result.seconds == pytest.approx(sum(image.delay for image in gif.frames) / 100)
    assert result.exact or not expected.exact
    assert result.shortfall is None


# --- The command ----------------------------------------------------------------------------------------------------

TYPED = ["--crop", "48x32+16+16", "--scale", "0.5", "--speed", "1.25"]
RAW = ["--input-size", "96x80", "--input-fps", "10", "--pixel-format", "rgb24"]


@pytest.mark.parametrize("kind", ["mkv", "GIF with holes", "WebP", "folder", "pattern", "recording", "still"])
def test_the_command_makes_the_very_gif(tmp_path: Path, kind: str) -> None:
    source = SOURCES[kind].make(tmp_path)
    package.convert(source, tmp_path / "ours.gif", **EDITED)
    run = gifsom("convert", str(source), "theirs.gif", "--quiet", *TYPED, cwd=tmp_path)
    assert (run.status, run.out, run.err) == (0, "", "")
    assert (tmp_path / "theirs.gif").read_bytes() == (tmp_path / "ours.gif").read_bytes()


@pytest.mark.parametrize("kind", ["joined videos", "list of files"])
def test_the_command_joins_what_it_is_given(tmp_path: Path, kind: str) -> None:
    names = [str(path) for path in SOURCES[kind].make(tmp_path)]
    run = gifsom("convert", *names, "out.gif", "--quiet", "--reverse", cwd=tmp_path)
    assert (run.status, run.out, run.err) == (0, "", "")
    shows(check((tmp_path / "out.gif").read_bytes()), backward(SOURCES[kind]))


def test_the_command_keeps_a_video_transparent(tmp_path: Path) -> None:
    run = gifsom("convert", FIXTURES / "alpha.webm", "out.gif", "--transparent", *TYPED, cwd=tmp_path)
    assert run.status == 0
    shows(check((tmp_path / "out.gif").read_bytes()), edited(SOURCES["video with alpha, transparent"]))


@pytest.mark.parametrize(
    ("data", "options", "kind"),
    [
        (lambda folder: LOSSLESS(folder).read_bytes(), [], "mkv"),
        (lambda folder: image("png", PLAIN, **CENTS)(folder).read_bytes(), [], "APNG"),
        (lambda folder: raw_bytes().getvalue(), RAW, "raw on a stream"),
        (lambda folder: encoded(folder / "in.y4m", *Y4M).read_bytes(), [], "y4m on a stream"),
    ],
    ids=["mkv", "APNG", "raw", "y4m"],
)
def test_the_command_reads_standard_input_and_writes_standard_output(
    tmp_path: Path, data: Callable[[Path], bytes], options: list[str], kind: str
) -> None:
    command = ["convert", "-", "-", "--quiet", *options, *TYPED]
    with (tmp_path / "out.gif").open("wb") as out:
        run = gifsom(*command, cwd=tmp_path, stdin=None, input=data(tmp_path), stdout=out, env=environment())
    assert (run.status, run.err) == (0, "")
    shows(check((tmp_path / "out.gif").read_bytes()), edited(SOURCES[kind]))
