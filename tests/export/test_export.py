"""Other formats than GIF: the same pictures at the same times, in files that others read, whole or not at all."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from conftest import FIXTURES, ROOT, FrameClip, Inside, listing, names, one_line, posix
from PIL import Image

import gifsom
from gifsom.core.files import check_ending
from gifsom.core.frame import Frame
from gifsom.core.source import Source
from gifsom.export import ENDINGS, export
from gifsom.export.apng import _delay
from gifsom.export.base import stills

resource = pytest.importorskip("resource")
ANIMATIONS = [".webp", ".png", ".apng"]
SPRITE = FIXTURES / "sprite.gif"


def drawn(seed: int = 0, count: int = 9) -> list[np.ndarray]:
    """A square that moves over a picture of soft colors."""
    y, x = np.mgrid[:48, :64]
    pictures = []
    for n in range(count):
        picture = np.stack([2 * x + 20, 3 * y + 30, x + y + seed], axis=-1).astype(np.uint8)
        picture[10:22, 5 * n : 5 * n + 12] = (220, 40, 30)
        pictures.append(picture)
    return pictures


def clip(count: int = 9, **options: object) -> FrameClip:
    lengths = [0.1 + 0.037 * (n % 3) for n in range(count)]
    return FrameClip(drawn(count=count), [sum(lengths[:n]) for n in range(count)], sum(lengths), **options)


def shown(path: Path) -> list[tuple[np.ndarray, float]]:
    """What Pillow reads: RGBA canvases and their milliseconds."""
    found = []
    with Image.open(path) as image:
        for n in range(getattr(image, "n_frames", 1)):
            image.seek(n)
            picture = np.array(image.convert("RGBA"))  # WebP knows its delay only now
            found.append((picture, image.info.get("duration", 0)))
    return found


@pytest.mark.parametrize("ending", ANIMATIONS)
def test_pictures_and_times_are_those_of_the_clip(ending: str, tmp_path: Path) -> None:
    source = clip()
    result = export(source, tmp_path / f"x{ending}", quality=100)
    found = shown(tmp_path / f"x{ending}")
    assert (result.frames, result.exact, result.size) == (9, True, (64, 48))
    assert result.bytes == (tmp_path / f"x{ending}").stat().st_size
    assert [delay for _, delay in found] == [length for _, length in stills(source)]
    for (picture, _), frame in zip(found, source.kept, strict=True):
        assert np.array_equal(picture[..., :3], frame.pixels)
        assert (picture[..., 3] == 255).all()


@pytest.mark.parametrize("ending", ANIMATIONS)
def test_what_is_transparent_stays_so(ending: str, tmp_path: Path) -> None:
    masks = [None if n == 0 else np.roll(np.tri(48, 64, dtype=np.bool_), 3 * n, axis=1) for n in range(9)]
    source = clip(masks=masks)
    export(source, tmp_path / f"x{ending}", quality=100)
    for (picture, _), frame in zip(shown(tmp_path / f"x{ending}"), source.kept, strict=True):
        hidden = np.zeros((48, 64), np.bool_) if frame.mask is None else frame.mask
        assert np.array_equal(picture[..., 3] == 0, hidden)
        assert np.array_equal(picture[~hidden][:, :3], frame.pixels[~hidden])


@pytest.mark.parametrize("ending", ANIMATIONS)
@pytest.mark.parametrize("plays", [0, 1, 7])
def test_it_plays_as_often_as_asked(ending: str, plays: int, tmp_path: Path) -> None:
    export(clip(3), tmp_path / f"x{ending}", plays=plays)
    with Image.open(tmp_path / f"x{ending}") as image:
        image.load()
        assert image.info["loop"] == plays


@pytest.mark.parametrize("ending", ANIMATIONS)
def test_a_picture_that_is_shown_again_is_written_once(ending: str, tmp_path: Path) -> None:
    a, b = drawn(count=2)
    source = FrameClip([a, a.copy(), b, b, a], [0, 0.1, 0.2, 0.3, 0.4], 0.5)
    assert export(source, tmp_path / f"x{ending}").frames == 3
    assert [delay for _, delay in shown(tmp_path / f"x{ending}")] == [200, 200, 100]


@pytest.mark.parametrize("ending", ANIMATIONS)
def test_one_picture_is_a_still(ending: str, tmp_path: Path) -> None:
    export(clip(1), tmp_path / f"x{ending}", quality=100)
    with Image.open(tmp_path / f"x{ending}") as image:
        assert getattr(image, "n_frames", 1) == 1
        assert np.array_equal(np.array(image.convert("RGB")), drawn(count=1)[0])


def test_a_webp_of_few_colors_is_lossless_and_one_of_many_is_not(tmp_path: Path) -> None:
    assert export(gifsom.open(SPRITE), tmp_path / "a.webp").exact
    low = export(clip(), tmp_path / "b.webp", quality=10)
    high = export(clip(), tmp_path / "c.webp")
    assert not low.exact
    assert not high.exact
    assert low.bytes < high.bytes


@pytest.mark.parametrize(
    ("length", "expected"),
    [(40, (40, 1000)), (65_535, (65_535, 1000)), (70_010, (7001, 100)), (700_000, (7000, 10)), (10**9, (65_535, 1))],
)
def test_long_delays_of_an_apng_are_coarser(length: int, expected: tuple[int, int]) -> None:
    assert _delay(length) == expected


@pytest.mark.parametrize(
    "source", [SPRITE, FIXTURES / "vfr.mkv", FIXTURES / "scene.mp4", FIXTURES / "late.ts", FIXTURES / "odd.mp4"]
)
@pytest.mark.parametrize("ending", [".webp", ".png", ".avif", ".mp4", ".webm"])
def test_the_duration_is_that_of_the_source(source: Path, ending: str, tmp_path: Path) -> None:
    original = gifsom.open(source).trim(0, 1)
    export(original, tmp_path / f"x{ending}")
    made = gifsom.open(tmp_path / f"x{ending}")
    for _ in made.frames():
        pass
    for _ in original.frames():
        pass
    assert made.duration == pytest.approx(original.duration, abs=0.02)


def test_an_mp4_shows_each_picture_in_its_time_over_white(tmp_path: Path) -> None:
    masks = [np.tri(48, 64, -20, dtype=np.bool_)] * 9
    source = clip(masks=masks, rate=10.0)
    result = export(source, tmp_path / "x.mp4", quality=95)
    found = gifsom.compare(source, tmp_path / "x.mp4")
    assert (result.size, result.exact) == ((64, 48), False)
    assert found.psnr > 28  # half of the color's pixels are left out
    assert abs(result.seconds - source.duration) <= 0.02


def test_an_mp4_has_even_sides_and_its_head_first(tmp_path: Path) -> None:
    source = FrameClip([np.full((31, 45, 3), 90, np.uint8)], [0], 0.5)
    assert export(source, tmp_path / "x.mp4").size == (46, 32)
    made = gifsom.open(tmp_path / "x.mp4")
    assert made.size == (46, 32)
    assert all(np.abs(frame.pixels.astype(int) - 90).max() <= 2 for frame in made.frames())
    data = (tmp_path / "x.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_a_lower_quality_makes_a_smaller_mp4(tmp_path: Path) -> None:
    source = gifsom.open(FIXTURES / "scene.mp4").trim(0, 0.5)
    sizes = [export(source, tmp_path / f"{quality}.mp4", quality=quality).bytes for quality in (20, 80, 100)]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize("plain", [True, False])
def test_a_webm_is_vp9_with_alpha_where_the_clip_has_some(plain: bool, tmp_path: Path) -> None:
    masks = None if plain else [np.roll(np.tri(48, 64, dtype=np.bool_), 3 * n, axis=1) for n in range(9)]
    source = FrameClip(drawn(), [n / 10 for n in range(9)], 0.9, masks, rate=10.0)
    result = export(source, tmp_path / "x.webm", quality=100)
    made = gifsom.open(tmp_path / "x.webm", transparent=True)
    frames = [*made.fps(10).frames()]
    assert (result.size, result.frames, len(frames), made.duration) == ((64, 48), 27, 9, pytest.approx(0.9, abs=0.01))
    assert made.source.stream.alpha == (not plain)  # type: ignore[attr-defined]
    assert b"V_VP9" in (tmp_path / "x.webm").read_bytes()
    for found, frame in zip(frames, source.kept, strict=True):
        seen = np.ones((48, 64), np.bool_) if frame.mask is None else ~frame.mask
        assert found.mask is None or (found.mask != ~seen).mean() < 0.002
        assert np.abs(found.pixels[seen].astype(int) - frame.pixels[seen]).mean() < 6


def test_a_webm_of_odd_sides_has_even_ones(tmp_path: Path) -> None:
    source = FrameClip([np.full((31, 45, 3), 90, np.uint8)], [0], 0.5, [np.eye(31, 45, dtype=np.bool_)])
    assert export(source, tmp_path / "x.webm").size == (46, 32)
    assert gifsom.open(tmp_path / "x.webm").size == (46, 32)


def test_an_avif_has_the_pictures_times_and_holes_of_the_clip(tmp_path: Path) -> None:
    masks = [None if n == 0 else np.roll(np.tri(48, 64, dtype=np.bool_), 3 * n, axis=1) for n in range(9)]
    source = clip(masks=masks)
    result = export(source, tmp_path / "x.avif", quality=100)
    found = shown(tmp_path / "x.avif")
    assert (result.frames, result.size, result.exact) == (9, (64, 48), False)
    assert [delay for _, delay in found] == [length for _, length in stills(source)]
    for (picture, _), frame in zip(found, source.kept, strict=True):
        hidden = np.zeros((48, 64), np.bool_) if frame.mask is None else frame.mask
        assert ((picture[..., 3] < 128) != hidden).mean() < 0.002
        assert np.abs(picture[~hidden][:, :3].astype(int) - frame.pixels[~hidden]).mean() < 6


@pytest.mark.parametrize("ending", [".avif", ".webm"])
def test_a_lower_quality_makes_a_smaller_file(ending: str, tmp_path: Path) -> None:
    source = gifsom.open(FIXTURES / "scene.mp4").trim(0, 0.3).width(160)
    sizes = [export(source, tmp_path / f"{quality}{ending}", quality=quality).bytes for quality in (20, 80, 100)]
    assert sizes == sorted(sizes)
    assert sizes[0] < 0.6 * sizes[2]


def loud(folder: Path) -> Path:
    """A video with sound."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-i", FIXTURES / "cards.mkv"]
    subprocess.run([*command, "-i", FIXTURES / "audio.m4a", "-c", "copy", folder / "loud.mkv"], check=True)
    return folder / "loud.mkv"


@pytest.mark.parametrize(("name", "told"), [("x.mp4", True), ("x.webm", True), ("x.avif", True), ("x.gif", False)])
def test_sound_that_is_left_out_is_told(name: str, told: bool, tmp_path: Path, inside: Inside) -> None:
    run = inside("convert", loud(tmp_path), FIXTURES / "sprite.gif", name, "--speed", "2")
    assert (run.status, run.err, "without sound" in run.out) == (0, "", told)
    assert "sound" not in inside("convert", FIXTURES / "cards.mkv", name, "-y").out


def test_a_folder_has_every_frame(tmp_path: Path) -> None:
    result = export(gifsom.open(SPRITE), f"{tmp_path}/frames/")
    assert names(tmp_path) == ["frames"]
    assert names(tmp_path / "frames") == [*(f"frame-{n:04}.png" for n in range(1, 13)), "frames.json"]
    pictures = sorted((tmp_path / "frames").glob("*.png"))
    assert result.bytes == sum(path.stat().st_size for path in pictures)
    for frame, path in zip(gifsom.open(SPRITE).frames(), pictures, strict=True):
        picture = np.array(Image.open(path).convert("RGBA"))
        assert frame.mask is not None
        assert np.array_equal(picture[..., 3] == 0, frame.mask)
        assert np.array_equal(picture[~frame.mask][:, :3], frame.pixels[~frame.mask])


def test_frames_in_a_folder_are_replaced_only_where_that_is_asked(tmp_path: Path) -> None:
    export(clip(5), tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    before = listing(tmp_path)
    with pytest.raises(gifsom.TargetExists, match="overwrite=True"):
        export(clip(3), tmp_path)
    assert listing(tmp_path) == before
    export(clip(3), tmp_path, overwrite=True)
    assert names(tmp_path) == ["frame-0001.png", "frame-0002.png", "frame-0003.png", "frames.json", "notes.txt"]


class Broken(FrameClip):
    """A clip of which the second reading, or the end, fails."""

    error: BaseException = KeyboardInterrupt()

    def frames(self) -> Iterator[Frame]:
        yield from super().frames()
        raise self.error


class Second(Broken):
    def frames(self) -> Iterator[Frame]:
        return super().frames() if self.passes else FrameClip.frames(self)


@pytest.mark.parametrize("target", ["x.webp", "x.png", "x.avif", "x.mp4", "x.webm", "x/", "there/"])
@pytest.mark.parametrize("kind", [Broken, Second])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), gifsom.SourceUnreadable("it broke")])
def test_a_failure_leaves_nothing(target: str, kind: type[Broken], error: BaseException, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there/frame-0001.png").write_bytes(b"mine")
    before = listing(tmp_path)
    source = kind(drawn(), [n / 10 for n in range(9)], 0.9)
    source.error, source.passes = error, int(target in ("x.mp4", "x/", "there/"))
    with pytest.raises(type(error)):
        export(source, f"{tmp_path}/{target}", overwrite=True)
    assert listing(tmp_path) == before


@posix
@pytest.mark.parametrize("target", ["x.webp", "x.png", "x.avif", "x.mp4", "x.webm", "x/"])
def test_a_full_disk_is_told_in_one_line_and_leaves_nothing(target: str, tmp_path: Path) -> None:
    """A limit of the size of files stands for it."""
    script = (
        "import signal, sys, resource, gifsom; from gifsom.export import export\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))\n"
        f"clip = gifsom.open({str(FIXTURES / 'scene.mp4')!r}).trim(0, 0.3)\n"
        f"try: export(clip, {f'{tmp_path}/{target}'!r})\n"
        "except gifsom.TargetUnwritable as error: print(error)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True)
    assert run.stdout.count("\n") == 1, run
    assert f"{tmp_path}/x" in run.stdout
    assert listing(tmp_path) == {}


@pytest.mark.parametrize(
    ("target", "quality", "words"),
    [
        ("x.avi", None, "x.avi: the name ends in"),
        ("x", None, "the name ends in"),
        ("none/x.webp", None, "there is no folder"),
        ("none/x/", None, "there is no folder"),
        ("mine.webp", None, "there already"),
        ("mine.webp/", None, "that is a file"),
        ("x.webp", 0, "quality is 0"),
        ("x.mp4", 101, "quality is 101"),
    ],
)
def test_what_cannot_be_written_is_told(target: str, quality: int | None, words: str, tmp_path: Path) -> None:
    (tmp_path / "mine.webp").write_bytes(b"mine")
    source = clip(2)
    with pytest.raises(gifsom.GifsomError, match=words):
        export(source, f"{tmp_path}/{target}", quality=quality)
    assert listing(tmp_path) == {"mine.webp": b"mine"}
    assert source.passes == 0


def test_the_endings_are_listed() -> None:
    assert ENDINGS == (".webp", ".png", ".apng", ".avif", ".mp4", ".webm")


class Endless(Source):
    """400 pictures of 480x270, 156 MB."""

    size, duration, count, rate = (480, 270), 400 / 15, 400, 15.0

    def frames(self) -> Iterator[Frame]:
        for n in range(400):
            pixels = np.full((270, 480, 3), 200, np.uint8)
            pixels[n % 200 : n % 200 + 9, n : n + 30] = n % 256
            yield Frame(pixels, n / 15)


@pytest.mark.parametrize("target", ["x.webp", "x.png", "x.mp4", "x.webm"])
def test_a_long_clip_is_not_held_in_memory(target: str, tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    export(Endless(), tmp_path / target)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60 << 10  # kB


def test_the_command_writes_the_frames_of_a_part(here: Path, inside: Inside) -> None:
    run = inside("frames", SPRITE, "out/", "--start", "0.2", "--end", "0.6", "--fps", "10")
    assert (run.status, run.err, names(here)) == (0, "", ["out"])
    assert names(here / "out") == [*(f"frame-{n:04}.png" for n in range(1, 5)), "frames.json"]
    assert run.out.startswith("out: ")
    assert "4 frames" in run.out
    assert inside("frames", SPRITE, "out", "-q", "--overwrite").out == ""
    assert len(names(here / "out")) == 12 + 1


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("missing.gif", "out"), 1),
        ((SPRITE, "none/out"), 1),
        ((SPRITE, "out", "--fps", "0"), 2),
        ((SPRITE, "out", "--start", "9"), 1),
        ((SPRITE, "out", "--max-pixels", "100"), 1),
        ((SPRITE, SPRITE), 1),
    ],
)
def test_the_command_tells_what_is_wrong(
    here: Path, inside: Inside, arguments: tuple[str | Path, ...], status: int
) -> None:
    run = inside("frames", *arguments)
    assert (run.status, run.out, listing(here)) == (status, "", {})
    assert one_line(run.err)


def test_an_ending_that_cannot_be_written_is_told_with_those_that_can() -> None:
    with pytest.raises(gifsom.TargetUnwritable, match=r"ends in \.gif, \.webp or \.mp4"):
        check_ending(Path("x.avi"), (".webp", ".mp4"))
    check_ending(Path("x.MP4"), (".webp", ".mp4"))
