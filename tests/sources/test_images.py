"""GIFs, other animations and stills: their own size, delays, loop and transparency; damage; bombs."""

from __future__ import annotations

import struct
import subprocess
import sys
import warnings
import zlib
from collections.abc import Callable, Iterator
from configparser import ConfigParser
from contextlib import suppress
from pathlib import Path
from typing import Any

import decoders
import imageio_ffmpeg
import numpy as np
import pytest
from conftest import FIXTURES, SHARED, environment, measured
from decoders import Canvas, Decoder
from numpy.typing import NDArray
from PIL import Image
from strict import Gif, check

import gifsom
from gifsom.core.errors import GifsomError, SourceRefused, SourceUnreadable
from gifsom.core.source import Source
from gifsom.core.timing import schedule

SPRITE = FIXTURES / "sprite.gif"


def timeline(clip: Source) -> list[tuple[Canvas, int]]:
    """A clip in the form of the foreign decoders: RGBA canvases and milliseconds."""
    frames = list(clip.frames())
    edges = [round(frame.start * 1000) for frame in frames] + [round(clip.duration * 1000)]
    alphas = [np.zeros(frame.pixels.shape[:2], bool) if frame.mask is None else frame.mask for frame in frames]
    canvases = [
        np.dstack([frame.pixels, np.where(mask, 0, 255).astype(np.uint8)])
        for frame, mask in zip(frames, alphas, strict=True)
    ]
    return list(zip(canvases, np.diff(edges).tolist(), strict=True))


def by_pillow(path: Path) -> list[tuple[Canvas, int | None]]:
    """What Pillow composes, in the canvas of the first frame; a delay below 20 ms is shown as 100."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frames = decoders.pillow(path)
    height, width = frames[0][0].shape[:2]
    return [(canvas[:height, :width], 100 if (delay or 0) < 20 else delay) for canvas, delay in frames]


def converted(source: Path | Source, folder: Path, **options: Any) -> Gif:
    gifsom.convert(source, folder / "out.gif", overwrite=True, **options)
    return check((folder / "out.gif").read_bytes())


# --- A GIF keeps what it is -----------------------------------------------------------------------------------------


def test_a_gif_keeps_its_size_delays_and_loop(tmp_path: Path) -> None:
    gif = converted(SPRITE, tmp_path)
    assert (gif.width, gif.height) == (64, 48)
    assert [frame.delay for frame in gif.frames] == [12, 8, 5, 5, 5, 8, 8, 5, 5, 5, 8, 12]
    assert gif.loop == 0


@pytest.mark.parametrize("decoder", decoders.params())
def test_a_gif_looks_the_same_in_every_decoder_and_stays_transparent(tmp_path: Path, decoder: Decoder) -> None:
    converted(SPRITE, tmp_path)
    decoders.same_timeline(decoders.pillow(SPRITE), decoder(tmp_path / "out.gif"))


@pytest.mark.parametrize("loop", [None, 0, 1, 7])
def test_a_gif_plays_as_often_as_it_did(tmp_path: Path, loop: int | None) -> None:
    pictures = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    extra = {} if loop is None else {"loop": loop}
    pictures[0].save(tmp_path / "in.gif", save_all=True, append_images=pictures[1:], duration=100, **extra)
    assert converted(tmp_path / "in.gif", tmp_path).loop == loop
    assert converted(tmp_path / "in.gif", tmp_path, loop=3).loop == 2


@pytest.mark.parametrize(("written", "shown"), [(0, 10), (10, 10), (20, 2), (30, 3), (2500, 250)])
def test_a_delay_that_no_player_respects_becomes_what_they_show(tmp_path: Path, written: int, shown: int) -> None:
    pictures = [Image.new("RGB", (8, 8), color) for color in ("red", "blue", "lime")]
    pictures[0].save(tmp_path / "in.gif", save_all=True, append_images=pictures[1:], duration=written)
    assert [frame.delay for frame in converted(tmp_path / "in.gif", tmp_path).frames] == [shown] * 3


def test_a_background_makes_a_gif_opaque(tmp_path: Path) -> None:
    gif = converted(SPRITE, tmp_path, background="#203040")
    for (canvas, _), ours in zip(decoders.pillow(SPRITE), gif.canvases(), strict=True):
        expected = np.where(canvas[..., 3:] == 0, np.array([0x20, 0x30, 0x40], np.uint8), canvas[..., :3])
        assert np.array_equal(expected, ours[..., :3])
        assert (ours[..., 3] == 255).all()


def test_a_gif_can_be_slowed_cut_and_shrunk(tmp_path: Path) -> None:
    gif = converted(SPRITE, tmp_path, fps=5, width=32, start=0.1, end=0.7)
    assert (gif.width, gif.height) == (32, 24)
    assert sum(frame.delay for frame in gif.frames) == 60
    assert len(gif.frames) == 3
    assert any((canvas[..., 3] == 0).any() for canvas in gif.canvases())


# --- Stills ---------------------------------------------------------------------------------------------------------


def test_a_still_is_one_frame_of_up_to_256_colors(tmp_path: Path) -> None:
    result = gifsom.convert(FIXTURES / "still.png", tmp_path / "out.gif")
    gif = check((tmp_path / "out.gif").read_bytes())
    assert (len(gif.frames), gif.width, gif.height) == (1, 160, 120)
    assert gif.frames[0].transparent is None
    assert gif.global_table is not None
    assert len(gif.global_table) == 256
    assert 250 < len(np.unique(gif.frames[0].indices)) <= 256
    assert result.colors <= 256


@pytest.mark.parametrize("count", [1, 2, 255, 256])
def test_a_still_of_few_colors_is_exact(tmp_path: Path, count: int) -> None:
    rng = np.random.default_rng(count)
    ramp = np.arange(count)
    colors = rng.permutation(np.stack([ramp // 16, ramp % 16, ramp], axis=1)).astype(np.uint8)
    pixels = colors[np.concatenate([np.arange(count), rng.integers(0, count, 1024 - count)])].reshape(32, 32, 3)
    Image.fromarray(pixels).save(tmp_path / "in.png")
    result = gifsom.convert(tmp_path / "in.png", tmp_path / "out.gif")
    gif = check((tmp_path / "out.gif").read_bytes())
    assert np.array_equal(pixels, next(gif.canvases())[..., :3])
    assert (result.exact, result.colors) == (True, count)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr"])
@pytest.mark.parametrize("ending", ["png", "jpg", "bmp", "tif", "webp"])
def test_stills_of_every_kind_show_their_color(tmp_path: Path, mode: str, ending: str) -> None:
    path = tmp_path / f"in.{ending}"
    expected = (255, 255, 255) if mode in "1LA" else (204, 0, 0)  # in every palette
    picture = Image.new("RGB", (16, 16), expected).convert(mode)
    try:
        picture.save(path)
    except (OSError, ValueError):
        pytest.skip(f"Pillow writes no {mode} as {ending}")
    frame = next(iter(gifsom.open(path).frames()))
    assert frame.mask is None
    assert np.abs(frame.pixels.astype(int) - expected).max() <= 5


def test_a_grey_picture_of_16_bits_is_not_white(tmp_path: Path) -> None:
    Image.fromarray(np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)).save(tmp_path / "in.png")
    frame = next(iter(gifsom.open(tmp_path / "in.png").frames()))
    assert np.abs(frame.pixels[..., 1].ravel().astype(int) - np.arange(256)).max() <= 1


def test_a_photograph_that_was_taken_upright_stands_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x112] = 6  # to be turned a quarter clockwise
    Image.new("RGB", (32, 16), "red").save(tmp_path / "in.jpg", exif=exif)
    assert gifsom.open(tmp_path / "in.jpg").size == (16, 32)


def test_the_name_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "picture.mp4").write_bytes(SPRITE.read_bytes())
    assert len(list(gifsom.open(tmp_path / "picture.mp4").frames())) == 12
    (tmp_path / "video.gif").write_bytes((FIXTURES / "cards.mkv").read_bytes())
    assert len(list(gifsom.open(tmp_path / "video.gif").frames())) == 20


# --- Other animations and alpha -------------------------------------------------------------------------------------


def soft_frames() -> list[NDArray[np.uint8]]:
    """Four pictures (24, 32, 4) of a soft disc that moves over nothing; what is hidden has a loud color."""
    y, x = np.mgrid[:24, :32]
    frames = []
    for n in range(4):
        alpha = np.clip(8 - np.hypot(x - 8 - 5 * n, y - 12), 0, 4) / 4
        color = np.broadcast_to(np.array([200, 40, 60 + 40 * n]), (24, 32, 3))
        hidden = np.broadcast_to(np.array([0, 255, 0]), (24, 32, 3))
        frames.append(np.dstack([np.where(alpha[..., None] > 0, color, hidden), alpha * 255]).astype(np.uint8))
    return frames


def over(rgba: NDArray[np.uint8], background: tuple[int, int, int]) -> NDArray[np.float64]:
    alpha: NDArray[np.float64] = rgba[..., 3:] / 255
    return rgba[..., :3] * alpha + np.array(background) * (1 - alpha)


def soft_animation(folder: Path, ending: str) -> Path:
    path = folder / f"in.{ending}"
    pictures = [Image.fromarray(frame) for frame in soft_frames()]
    options: dict[str, Any] = {"lossless": True, "exact": True} if ending == "webp" else {"blend": 0}
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=[100, 50, 200, 70], loop=0, **options)
    return path


@pytest.mark.parametrize("ending", ["webp", "png"])
def test_an_animation_with_partial_alpha_is_laid_over_a_background(tmp_path: Path, ending: str) -> None:
    path = soft_animation(tmp_path, ending)
    clip = gifsom.open(path, background="#102030")
    frames = list(clip.frames())
    assert [frame.start for frame in frames] == pytest.approx([0, 0.1, 0.15, 0.35])
    assert clip.duration == pytest.approx(0.42)
    for rgba, frame in zip(soft_frames(), frames, strict=True):
        assert frame.mask is None
        assert np.abs(frame.pixels - over(rgba, (0x10, 0x20, 0x30))).max() <= 1
    gif = converted(path, tmp_path, background="#102030")
    assert [frame.delay for frame in gif.frames] == [10, 5, 20, 7]
    assert gif.loop == 0
    assert (np.stack(list(gif.canvases()))[..., 3] == 255).all()


@pytest.mark.parametrize("ending", ["webp", "png"])
def test_without_a_background_half_of_the_alpha_decides_and_edges_keep_their_color(tmp_path: Path, ending: str) -> None:
    path = soft_animation(tmp_path, ending)
    for rgba, frame in zip(soft_frames(), gifsom.open(path).frames(), strict=True):
        assert frame.mask is not None
        assert np.array_equal(rgba[..., 3] < 128, frame.mask)
        assert np.array_equal(rgba[~frame.mask][:, :3], frame.pixels[~frame.mask])
    gif = converted(path, tmp_path)
    assert [frame.delay for frame in gif.frames] == [10, 5, 20, 7]
    for rgba, canvas in zip(soft_frames(), gif.canvases(), strict=True):
        assert np.array_equal(rgba[..., 3] >= 128, canvas[..., 3] == 255)


@pytest.mark.parametrize("ending", ["png", "webp", "avif", "tif", "gif"])
def test_stills_keep_their_holes(tmp_path: Path, ending: str) -> None:
    picture = np.full((16, 16, 4), (200, 40, 60, 255), np.uint8)
    picture[:8, :8, 3] = 100
    picture[8:, 8:, 3] = 0
    if ending == "gif":
        picture[..., 3][picture[..., 3] < 128] = 0
    options: dict[str, Any] = {"lossless": True} if ending == "webp" else {}
    Image.fromarray(picture).save(tmp_path / f"in.{ending}", **options)
    frame = next(gifsom.open(tmp_path / f"in.{ending}").frames())
    assert frame.mask is not None
    assert np.array_equal(picture[..., 3] < 128, frame.mask)
    assert np.abs(frame.pixels[~frame.mask].astype(int) - (200, 40, 60)).max() <= 4
    assert next(gifsom.open(tmp_path / f"in.{ending}", background="white").frames()).mask is None


def test_a_color_that_a_png_names_as_transparent_is_a_hole(tmp_path: Path) -> None:
    pixels = np.full((4, 4, 3), (9, 8, 7), np.uint8)
    pixels[1, 2] = (255, 0, 255)
    Image.fromarray(pixels).save(tmp_path / "in.png", transparency=(255, 0, 255))
    frame = next(gifsom.open(tmp_path / "in.png").frames())
    assert frame.mask is not None
    assert np.argwhere(frame.mask).tolist() == [[1, 2]]


@pytest.mark.parametrize("ending", ["webp", "png"])
def test_an_animation_plays_as_often_as_it_did(tmp_path: Path, ending: str) -> None:
    pictures = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    pictures[0].save(tmp_path / f"in.{ending}", save_all=True, append_images=pictures[1:], duration=100, loop=3)
    assert gifsom.open(tmp_path / f"in.{ending}").plays == 3
    assert converted(tmp_path / f"in.{ending}", tmp_path).loop == 2


@pytest.mark.parametrize("ending", ["webp", "png"])
def test_an_animation_that_plays_for_ever_does_so(tmp_path: Path, ending: str) -> None:
    pictures = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    pictures[0].save(tmp_path / f"in.{ending}", save_all=True, append_images=pictures[1:], duration=100, loop=0)
    assert gifsom.open(tmp_path / f"in.{ending}").plays == 0


def test_what_a_file_says_of_its_plays_is_what_its_specification_means(tmp_path: Path) -> None:
    """One play: nothing in a GIF, whose number counts repetitions; 1 in an APNG's acTL and in a WebP's ANIM chunk."""
    pictures = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    for ending in ("gif", "png", "webp"):
        loop = {} if ending == "gif" else {"loop": 1}
        pictures[0].save(tmp_path / f"in.{ending}", save_all=True, append_images=pictures[1:], duration=100, **loop)
        assert gifsom.open(tmp_path / f"in.{ending}").plays == 1
    data = (tmp_path / "in.png").read_bytes()
    assert struct.unpack(">II", data[data.index(b"acTL") + 4 :][:8]) == (2, 1)
    data = (tmp_path / "in.webp").read_bytes()
    assert struct.unpack("<H", data[data.index(b"ANIM") + 12 :][:2]) == (1,)


def test_the_default_image_of_an_apng_is_no_part_of_it(tmp_path: Path) -> None:
    red, lime, blue = (Image.new("RGB", (8, 8), color) for color in ("red", "lime", "blue"))
    red.save(tmp_path / "in.png", save_all=True, append_images=[lime, blue], duration=100, default_image=True)
    clip = gifsom.open(tmp_path / "in.png")
    assert [frame.pixels[0, 0].tolist() for frame in clip.frames()] == [[0, 255, 0], [0, 0, 255]]
    assert clip.duration == pytest.approx(0.2)


def test_a_sequence_in_avif_keeps_its_times(tmp_path: Path) -> None:
    pictures = [Image.new("RGB", (32, 32), color) for color in ("red", "blue", "white")]
    pictures[0].save(tmp_path / "in.avif", save_all=True, append_images=pictures[1:], duration=[100, 250, 50])
    clip = gifsom.open(tmp_path / "in.avif")
    assert [frame.start for frame in clip.frames()] == pytest.approx([0, 0.1, 0.35])
    assert (clip.duration, clip.source.native, clip.plays) == (pytest.approx(0.4), True, None)


def test_a_heif_file_is_a_picture_once_pillow_reads_it(tmp_path: Path) -> None:
    heif = pytest.importorskip("pillow_heif")
    heif.register_heif_opener()
    Image.new("RGB", (32, 24), "red").save(tmp_path / "in.heic")
    assert gifsom.open(tmp_path / "in.heic").size == (32, 24)


@pytest.mark.parametrize(("name", "within"), [("alpha.apng", 1), ("alpha_anim.webp", 40)])
def test_shared_animations_keep_their_alpha_or_lie_over_white(shared: Path, name: str, within: int) -> None:
    """Both show the same; the WebP is lossy, and its header does not say that it has alpha."""
    paths = [shared / "odd" / name, shared / "odd/alpha.apng"]
    if not all(path.exists() for path in paths):
        pytest.skip(f"needs {paths}")
    frames = list(gifsom.open(paths[0], background="white").frames())
    assert len(frames) == 10
    masked = gifsom.open(paths[0]).frames()
    for (rgba, _), frame, cut in zip(decoders.pillow(paths[1]), frames, masked, strict=True):
        hidden = rgba[..., 3] == 0
        assert (frame.pixels[hidden] == 255).mean() > 0.99
        assert np.abs(frame.pixels - over(rgba, (255, 255, 255))).mean() <= within / 10
        assert cut.mask is not None
        assert (cut.mask != (rgba[..., 3] < 128)).mean() < 0.01


# --- Pages ----------------------------------------------------------------------------------------------------------


def pages(path: Path, *pictures: Image.Image, **options: Any) -> Path:
    pictures[0].save(path, save_all=True, append_images=pictures[1:], **options)
    return path


def test_the_pages_of_a_tiff_follow_each_other(tmp_path: Path) -> None:
    colors = [(200, 30, 40), (10, 90, 200), (40, 160, 60)]
    path = pages(tmp_path / "in.tif", *(Image.new("RGB", (20, 10), color) for color in colors))
    clip = gifsom.open(path)
    assert [tuple(frame.pixels[0, 0]) for frame in clip.frames()] == colors
    assert [frame.start for frame in clip.frames()] == pytest.approx([0, 0.1, 0.2])
    assert (clip.duration, clip.plays, clip.source.native) == (pytest.approx(0.3), None, False)
    assert gifsom.open(path, fps=2).duration == 1.5
    assert [frame.delay for frame in converted(path, tmp_path).frames] == [10, 10, 10]


def test_a_page_of_another_size_is_fitted(tmp_path: Path) -> None:
    path = pages(tmp_path / "in.tif", Image.new("RGB", (20, 20), "red"), Image.new("RGB", (40, 20), "blue"))
    clip = gifsom.open(path)
    assert clip.size == (20, 20)
    _, frame = clip.frames()
    assert frame.mask is not None
    assert np.flatnonzero(~frame.mask.any(axis=1)).tolist() == [*range(5, 15)]
    assert frame.pixels[10, 10].tolist() == [0, 0, 255]


def test_a_small_copy_of_a_page_is_passed_over(tmp_path: Path) -> None:
    small = Image.new("RGB", (10, 10), "blue")
    small.encoderinfo = {"tiffinfo": {254: 1}}
    path = pages(tmp_path / "in.tif", Image.new("RGB", (20, 20), "red"), small, Image.new("RGB", (20, 20), "lime"))
    assert [frame.pixels[0, 0].tolist() for frame in gifsom.open(path).frames()] == [[255, 0, 0], [0, 255, 0]]


def test_a_page_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = pages(tmp_path / "in.tif", Image.new("L", (20, 20)), Image.new("L", (50, 60)))
    with pytest.raises(SourceRefused, match="50x60 pixels"):
        gifsom.open(path, max_pixels=2999)
    assert gifsom.open(path, max_pixels=3000).count == 2


def test_of_a_photograph_with_previews_the_photograph_is_shown(tmp_path: Path) -> None:
    red, blue = (Image.new("RGB", (32, 24), color) for color in ("red", "blue"))
    red.save(tmp_path / "in.jpg", "MPO", save_all=True, append_images=[blue])
    [frame] = gifsom.open(tmp_path / "in.jpg").frames()
    assert frame.pixels[0, 0, 0] > 200


# --- Damage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [*range(60, 4170, 171), 4168, 4169])
def test_a_gif_that_is_cut_off_gives_its_whole_frames_or_an_error(tmp_path: Path, cut: int) -> None:
    whole = decoders.pillow(SPRITE)
    path = tmp_path / "cut.gif"
    path.write_bytes(SPRITE.read_bytes()[:cut])
    if cut < 400:  # within the head or the first frame
        with pytest.raises(SourceUnreadable, match=r"cut\.gif: "):
            gifsom.open(path)
        return
    clip = gifsom.open(path)
    shown = timeline(clip)
    assert 1 <= len(shown) <= 12
    decoders.same_timeline(whole[: len(shown)], shown)
    if clip.shortfall is not None:
        assert clip.shortfall.read == pytest.approx(clip.duration)
    gif = converted(path, tmp_path)
    assert len(gif.frames) == len(shown)


def test_a_gif_that_is_cut_off_within_a_frame_says_so(tmp_path: Path) -> None:
    path = tmp_path / "cut.gif"
    path.write_bytes(SPRITE.read_bytes()[:2000])
    result = gifsom.convert(path, tmp_path / "out.gif")
    assert result.shortfall is not None
    assert result.shortfall.read == pytest.approx(result.seconds)
    assert result.shortfall.declared is None
    assert result.shortfall.amount == f"{result.seconds:.1f} s"
    with pytest.raises(GifsomError, match="could be read"):
        gifsom.convert(path, tmp_path / "strict.gif", strict=True)
    assert not (tmp_path / "strict.gif").exists()


@pytest.mark.parametrize("cut", [745, 2126, 3824], ids=["2 frames", "6 frames", "11 frames"])
def test_a_gif_that_is_cut_off_between_two_frames_says_so_too(tmp_path: Path, cut: int) -> None:
    (tmp_path / "cut.gif").write_bytes(SPRITE.read_bytes()[:cut])
    assert gifsom.convert(tmp_path / "cut.gif", tmp_path / "out.gif").shortfall is not None


@pytest.mark.parametrize("seed", range(40))
def test_a_gif_with_wrong_bytes_gives_frames_or_an_error_of_ours(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    data = np.frombuffer(SPRITE.read_bytes(), np.uint8).copy()
    data[rng.integers(10, len(data), 8)] = rng.integers(0, 256, 8)
    (tmp_path / "bad.gif").write_bytes(data.tobytes())
    with suppress(GifsomError):  # anything else fails the test
        converted(tmp_path / "bad.gif", tmp_path, width=64)


SHARED_GIFS = sorted(path.name for path in (SHARED / "gifs").glob("*.gif")) if SHARED.is_dir() else []

REFUSED = {
    "pil-decompression_bomb.gif",
    "pil-decompression_bomb_extents.gif",
    "pil-zero_width.gif",
    "pygif-image-zero-height.gif",
    "pygif-image-zero-size.gif",
    "pygif-image-zero-width.gif",
    "pygif-invalid-code.gif",
    "pygif-max-size.gif",
    "pygif-no-data.gif",
    "pygif-overflow-codes-max.gif",
    "pygif-overflow-codes.gif",
    "pygif-zero-height.gif",
    "pygif-zero-size.gif",
    "pygif-zero-width.gif",
}
"""What Pillow cannot read, or what is too large."""


@pytest.mark.skipif(not SHARED_GIFS, reason=f"needs {SHARED / 'gifs'}")
@pytest.mark.parametrize("name", SHARED_GIFS)
def test_gifs_from_everywhere_look_as_pillow_composes_them(tmp_path: Path, name: str) -> None:
    path = SHARED / "gifs" / name
    if name in REFUSED:
        with pytest.raises(GifsomError) as raised:
            gifsom.convert(path, tmp_path / "out.gif")
        assert str(raised.value).startswith(f"{path}: ")
        assert list(tmp_path.iterdir()) == []
        return
    clip = gifsom.open(path)
    expected = by_pillow(path)
    decoders.same_timeline(expected, timeline(clip))
    result = gifsom.convert(path, tmp_path / "out.gif")
    data = (tmp_path / "out.gif").read_bytes()
    assert result.exact
    assert result.bytes == len(data) <= path.stat().st_size
    if result.copied:
        assert data == path.read_bytes()
    else:
        decoders.same_timeline(expected, decoders.timeline(check(data)))


@pytest.mark.skipif(not (SHARED / "clips").is_dir(), reason=f"needs {SHARED / 'clips'}")
@pytest.mark.parametrize("name", ["pixel-platformer.gif", "vscode-dark.gif"])
def test_a_gif_of_many_tables_stays_as_it_is_and_does_not_grow(tmp_path: Path, name: str) -> None:
    path = SHARED / "clips" / name
    result = gifsom.convert(path, tmp_path / "out.gif")
    assert result.exact
    assert not result.copied
    assert result.bytes < path.stat().st_size
    for (pixels, delay), (ours, our_delay) in zip(shown(path), shown(tmp_path / "out.gif"), strict=True):
        assert np.array_equal(pixels, ours)
        assert our_delay == delay


def shown(path: Path) -> Iterator[tuple[NDArray[np.uint8], int]]:
    """What a GIF shows, and for how many centiseconds each picture."""
    for frame, delay in schedule(gifsom.open(path)):
        yield frame.pixels, delay


OTHERWISE = {
    # Its reader shows images at once that have no delay; browsers show each for a tenth of a second.
    "animation-multi-image",
    "animation-multi-image-explicit-zero-delay",
    "dispose-restore-previous",
    "high-color",
    "images-combine",
    "images-overlap",
    # Pillow puts an opaque background where no image is, or one was taken away, unless it has seen transparency.
    "dispose-restore-background",
    "image-inside-bg",
    "image-outside-bg",
    "image-overlap-bg",
    "missing-pixels",
    # It has nothing to show there.
    "invalid-colors",
    "plain-text",
}
"""Tests of the pygif suite that Pillow, and so gifsom, does not read as the suite says."""


def by_pygif(conf: Path) -> tuple[Path, list[tuple[Canvas, int | None]], int]:
    """Of a test of the pygif suite: the GIF, its canvases with milliseconds, and how often it plays."""
    parser = ConfigParser(interpolation=None)
    parser.read(conf)
    head = parser["config"]
    shape = head.getint("height"), head.getint("width"), 4
    frames: list[tuple[Canvas, int | None]] = []
    for name in filter(None, head["frames"].split(",")):
        canvas = np.frombuffer((conf.parent / parser[name]["pixels"]).read_bytes(), np.uint8).reshape(shape)
        delay = 10 * parser[name].getint("delay", 0)
        frames.append((canvas, 100 if delay < 20 else delay))
    count = head["loop-count"]
    return conf.parents[1] / f"pygif-{head['input']}", frames, 0 if count == "infinite" else int(count)


CONFS = sorted(path.stem for path in (SHARED / "gifs/expected").glob("*.conf")) if SHARED.is_dir() else []


@pytest.mark.skipif(not CONFS, reason=f"needs {SHARED / 'gifs/expected'}")
@pytest.mark.parametrize("name", CONFS)
def test_gifs_of_the_pygif_suite_are_read_as_it_says(shared: Path, name: str) -> None:
    path, expected, plays = by_pygif(shared / f"gifs/expected/{name}.conf")
    if path.name in REFUSED:
        with pytest.raises(GifsomError):
            gifsom.open(path)
    elif name in OTHERWISE:
        with pytest.raises(AssertionError):  # else it does not belong there
            decoders.same_timeline(expected, by_pillow(path))
    else:
        clip = gifsom.open(path)
        decoders.same_timeline(expected, timeline(clip))
        # One without an extension for that, as one of the suite's is, plays once.
        assert len(expected) == 1 or clip.plays == (1 if name == "gif87a-animation" else plays)


# --- Bombs ----------------------------------------------------------------------------------------------------------


def huge_png(folder: Path) -> Path:
    """30000 x 30000 black pixels of one bit: 112 kB that decode to 900 MB."""
    row = b"\0" + bytes(30000 // 8)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row * 1000) for _ in range(30)) + packer.flush()

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 30000, 30000, 1, 0, 0, 0, 0))
    (folder / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", data) + chunk(b"IEND", b""))
    return folder / "bomb.png"


ONE_PIXEL = b"\2\2\x44\1\0"


def gif_bytes(canvas: tuple[int, int], *rectangles: tuple[int, int, int, int]) -> bytes:
    images = b"".join(b"\x2c" + struct.pack("<HHHHB", *rectangle, 0) + ONE_PIXEL for rectangle in rectangles)
    return b"GIF89a" + struct.pack("<HHBBB", *canvas, 0x80, 0, 0) + bytes(6) + images + b"\x3b"


def huge_gif(folder: Path) -> Path:
    (folder / "bomb.gif").write_bytes(gif_bytes((12000, 12000), (0, 0, 1, 1)))
    return folder / "bomb.gif"


def growing_gif(folder: Path) -> Path:
    """Its second image lies far outside the canvas, which a reader that grows with it fills."""
    (folder / "bomb.gif").write_bytes(gif_bytes((1, 1), (0, 0, 1, 1), (11999, 11999, 1, 1)))
    return folder / "bomb.gif"


def huge_video(folder: Path) -> Path:
    """8200 x 8200 pixels in 85 kB."""
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        "color=size=8200x8200:rate=1,format=gray",
    ]
    command += ["-frames:v", "1", "-c:v", "png", str(folder / "bomb.mkv")]
    subprocess.run(command, check=True)
    return folder / "bomb.mkv"


def shared_bomb(name: str) -> Callable[[Path], Path]:
    def find(folder: Path) -> Path:
        path = SHARED / "gifs" / name
        if not path.exists():
            pytest.skip(f"needs {path}")
        return path

    return find


BOMBS = {
    "png": huge_png,
    "gif that grows": growing_gif,
    "video": huge_video,
    "canvas": shared_bomb("pil-decompression_bomb.gif"),
    "extents": shared_bomb("pil-decompression_bomb_extents.gif"),
    "largest": shared_bomb("pygif-max-size.gif"),
}


@pytest.mark.skipif(sys.platform != "linux", reason="needs the peak memory of a child")
@pytest.mark.parametrize(
    "make",
    [
        *[pytest.param(make, id=name) for name, make in BOMBS.items()],
        pytest.param(huge_gif, id="gif"),
    ],
)
def test_a_bomb_is_refused_before_it_takes_memory(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    source = make(tmp_path)
    (tmp_path / "here").mkdir()
    status, message, memory = measured("convert", source, "out.gif", cwd=tmp_path / "here", limit=6 << 30)
    assert status == 1
    assert message.startswith(f"gifsom: {source}: ")
    assert message.count("\n") == 1
    assert memory < 400_000  # a bomb takes more than 1 GB
    assert list((tmp_path / "here").iterdir()) == []


WITHIN = """
import resource, sys, gifsom
list(gifsom.open(sys.argv[1]).frames())
taken = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + (1 << 30), taken + (1 << 30)))
for path in sys.argv[2:]:
    try:
        list(gifsom.open(path).frames())
    except gifsom.SourceError as error:
        print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and a limit of memory")
def test_bombs_are_refused_in_a_gigabyte(tmp_path: Path, shared: Path) -> None:
    bombs = [make(tmp_path) for make in BOMBS.values()]
    command = [sys.executable, "-c", WITHIN, str(SPRITE), *map(str, bombs)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.partition(": ")[0] for line in done.stdout.splitlines()] == [str(path) for path in bombs]


def test_a_video_of_huge_pictures_is_refused_as_such(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match=r"8200x8200 pixels.*max_pixels lifts it"):
        gifsom.open(huge_video(tmp_path))


def test_the_limit_of_pixels_can_be_lowered_and_lifted(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match=r"3072 pixels.*max_pixels lifts it"):
        gifsom.convert(SPRITE, tmp_path / "out.gif", max_pixels=64 * 48 - 1)
    gifsom.convert(SPRITE, tmp_path / "out.gif", max_pixels=64 * 48)
    Image.new("1", (7000, 5100)).save(tmp_path / "large.png")
    with pytest.raises(SourceRefused, match=r"35700000 pixels.*max_pixels lifts it"):
        gifsom.open(tmp_path / "large.png")
    assert gifsom.open(tmp_path / "large.png", max_pixels=36_000_000).size == (7000, 5100)


def test_the_limit_can_be_lifted_above_pillows_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)  # instead of 89 million, to spare the memory
    assert gifsom.open(SPRITE, max_pixels=64 * 48).size == (64, 48)
