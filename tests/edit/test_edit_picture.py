"""Edits of pictures: exact where they can be, at exact times, the same at each pass, and refused in one line."""

import subprocess
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from conftest import FIXTURES, FrameClip
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from gifsom import Clip, edit, sources
from gifsom.core.errors import SettingError
from gifsom.core.frame import Frame, Rect
from gifsom.core.region import parse_region
from gifsom.core.source import Source
from gifsom.core.values import parse_color
from gifsom.edit.base import _Cropped, _Scaled
from gifsom.edit.borders import borderless
from gifsom.edit.frames import is_pixel_art
from gifsom.edit.place import POSITIONS
from gifsom.edit.span import Divided, parse_span
from gifsom.sources.video import VideoClip

Pixels = NDArray[np.uint8]


def noise(height: int = 40, width: int = 60, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)


def gray(level: int, height: int = 90, width: int = 160) -> Pixels:
    return np.full((height, width, 3), level, np.uint8)


def still(pixels: Pixels, mask: NDArray[np.bool_] | None = None) -> FrameClip:
    return FrameClip([pixels], [0.0], 1.0, [mask])


def first(clip: Source) -> Frame:
    return next(iter(clip.frames()))


def changed(before: Pixels, after: Pixels) -> NDArray[np.bool_]:
    return (before != after).any(axis=2)


def starts(clip: Source) -> list[float]:
    return [frame.start for frame in clip.frames()]


EDITS: dict[str, Callable[[Clip], Clip]] = {
    "crop": lambda clip: clip.crop("30x20+5+7"),
    "crop auto": lambda clip: clip.crop("auto"),
    "fit": lambda clip: clip.fit("25x25"),
    "scale": lambda clip: clip.scale(1.5),
    "rotate": lambda clip: clip.rotate(90),
    "flip": lambda clip: clip.flip("horizontal"),
    "grayscale": lambda clip: clip.grayscale(),
    "brightness": lambda clip: clip.brightness(1.3),
    "contrast": lambda clip: clip.contrast(0.4),
    "saturation": lambda clip: clip.saturation(2),
    "caption": lambda clip: clip.caption("Hi"),
    "caption for a while": lambda clip: clip.caption("Hi", start=0.15, end=0.55),
    "progress bar": lambda clip: clip.progress_bar(),
    "blur": lambda clip: clip.blur("30x20+5+7"),
    "blur for a while": lambda clip: clip.blur("30x20+5+7", 0.15, "0:00.55"),
    "all": lambda clip: (
        clip.rotate(90).caption("Hi", start=0.1).blur("9x9+0+0", 0.2).progress_bar().scale(2).contrast(2)
    ),
}


@pytest.mark.parametrize("change", EDITS.values(), ids=EDITS.keys())
def test_every_edit_can_be_read_again_and_leaves_its_clip_as_it_was(change: Callable[[Clip], Clip]) -> None:
    masks = [None if n % 2 else np.eye(40, 60, n, dtype=bool) for n in range(8)]
    clip = FrameClip([noise(seed=n) for n in range(8)], [n / 10 for n in range(8)], 0.8, masks)
    clip.plays, clip.native = 3, True

    def content(clip: Source) -> list[tuple[bytes, float, bytes | None]]:
        return [(f.pixels.tobytes(), f.start, None if f.mask is None else f.mask.tobytes()) for f in clip.frames()]

    before = content(clip)
    edited = change(Clip(clip)).source
    after = content(edited)
    assert after == content(edited)
    assert before == content(clip)
    assert (edited.plays, edited.native, edited.duration) == (3, True, 0.8)
    for frame in edited.frames():
        assert frame.pixels.shape[1::-1] == edited.size
        assert frame.pixels.flags.c_contiguous
        assert not frame.pixels.flags.writeable
        assert frame.mask is None or frame.mask.shape == frame.pixels.shape[:2]


@pytest.mark.parametrize("name", [name for name in EDITS if name not in ("all", "progress bar")])
def test_an_unchanged_picture_is_drawn_once(name: str) -> None:
    """The same array and mask come out as the same ones; a progress bar alone changes what does not change."""
    picture, mask = noise(), np.eye(40, 60, dtype=bool)
    clip = FrameClip([picture] * 8, [n / 10 for n in range(8)], 0.8, [mask] * 8)
    frames = list(EDITS[name](Clip(clip)).frames())
    assert len({id(frame.pixels) for frame in frames}) <= 2
    assert sum(a.pixels is not b.pixels for a, b in pairwise(frames)) <= 2


# Crop, scale and fit


@pytest.mark.parametrize("rect", ["301x101+10+20", "640x100+0+0", "64x65+200+101", "33x33+7+8", "1x1+639+359"])
def test_ffmpeg_crops_the_pixels_that_we_crop(rect: str) -> None:
    """At odd places it does not, where it has colors for every other pixel only, and we do it."""
    clip = edit.trim(sources.open(FIXTURES / "scene.mp4"), 0, 0.2)
    cropped = edit.crop(clip, rect)
    area = parse_region(rect)
    assert isinstance(cropped, VideoClip) == (area.left % 2 == area.top % 2 == 0)
    for ours, theirs in zip(_Cropped(clip, area).frames(), cropped.frames(), strict=True):
        assert ours.pixels.tobytes() == theirs.pixels.tobytes()


@pytest.mark.parametrize("name", ["cards.mkv", "odd.mp4", "rotated.mp4", "anamorphic.mp4", "alpha.webm", "hdr.mp4"])
def test_every_video_can_be_cropped_and_scaled_to_odd_sides(name: str) -> None:
    clip = sources.open(FIXTURES / name)
    cropped = edit.crop(clip, "21x13+4+6")
    assert first(_Cropped(clip, Rect(4, 6, 21, 13))).pixels.tobytes() == first(cropped).pixels.tobytes()
    assert first(edit.scale(cropped, 0.6)).pixels.shape == (8, 13, 3)
    assert first(edit.fit(clip, "15x99")).pixels.shape[1] == 15


def test_a_crop_of_a_crop_counts_from_its_corner() -> None:
    for clip in (sources.open(FIXTURES / "cards.mkv"), sources.open(FIXTURES / "sprite.gif")):
        twice = edit.crop(edit.crop(clip, "50x40+10+6"), "20x10+4+2")
        assert first(twice).pixels.tobytes() == first(edit.crop(clip, "20x10+14+8")).pixels.tobytes()


@pytest.mark.parametrize("area", ["61x40+0+0", "60x41+0+0", "10x10+51+0", "10x10+0+31", "10x10+-1+0", Rect(0, 0, 0, 5)])
@pytest.mark.parametrize("name", ["crop", "blur"])
def test_an_area_outside_of_the_picture_is_one_clear_line(name: str, area: str | Rect) -> None:
    with pytest.raises(SettingError, match=rf"^{name} \S+: that is not inside of the picture, which is 60x40$"):
        getattr(edit, name)(still(noise()), area)
    with pytest.raises(SettingError, match="not a region"):
        getattr(edit, name)(still(noise()), "all")


def boxed(inner: Pixels, top: int, bottom: int, left: int, right: int, color: int, other: int) -> Pixels:
    """A picture with borders of one level above and to the left, and of another one below and to the right."""
    height, width = inner.shape[:2]
    picture = gray(color, top + height + bottom, left + width + right)
    picture[top + height :], picture[:, left + width :] = other, other
    picture[top : top + height, left : left + width] = inner
    return picture


@pytest.mark.parametrize(
    "borders", [(5, 7, 0, 0), (0, 0, 4, 9), (3, 3, 3, 3), (6, 0, 0, 0), (0, 0, 0, 2), (0, 4, 3, 0)]
)
@pytest.mark.parametrize(("color", "other"), [(0, 0), (0, 255), (90, 130)])
def test_borders_are_found_whatever_their_colors(borders: tuple[int, int, int, int], color: int, other: int) -> None:
    top, bottom, left, _ = borders
    if color != other and top + bottom:  # where bars cross each other they have one color
        left, borders = 0, (top, bottom, 0, 0)
    pictures = [boxed(noise(20, 30, seed), *borders, color, other) for seed in range(3)]
    rng = np.random.default_rng(9)
    for picture in pictures:  # what a codec makes of it
        picture += rng.integers(0, 5, picture.shape).astype(np.uint8) * (picture < 250)
    clip = FrameClip(pictures, range(3), 3)
    assert borderless(clip) == Rect(left, top, 30, 20)
    assert edit.crop(clip, "auto").size == (30, 20)


def test_only_borders_that_all_pictures_have_are_cropped() -> None:
    pictures = [boxed(noise(20, 30), top, 10 - top, 0, 0, 0, 0) for top in (2, 6, 4)]
    assert borderless(FrameClip(pictures, range(3), 3)) == Rect(0, 2, 30, 24)


def test_a_clip_without_borders_or_of_nothing_else_is_left_alone() -> None:
    halves = gray(0)
    halves[45:] = 255
    for pictures in ([noise()], [gray(7)] * 2, [gray(0), gray(255)], [halves]):
        clip = FrameClip(pictures, range(len(pictures)), len(pictures))
        assert edit.crop(clip, "auto") is clip


def test_what_is_hidden_is_a_border_whatever_lies_below() -> None:
    mask = np.ones((40, 60), bool)
    mask[10:25, 20:50] = False
    clip = still(noise(), mask)
    cropped = edit.crop(clip, "auto")
    assert borderless(clip) == Rect(20, 10, 30, 15)
    assert first(cropped).mask is not None
    assert not first(cropped).mask.any()  # type: ignore[union-attr]


def test_pixel_art_is_doubled_and_halved_exactly() -> None:
    clip = sources.open(FIXTURES / "sprite.gif")
    for large, back, frame in zip(
        edit.scale(clip, 2).frames(), edit.scale(edit.scale(clip, 2), 0.5).frames(), clip.frames(), strict=True
    ):
        assert large.pixels.tobytes() == frame.pixels.repeat(2, 0).repeat(2, 1).tobytes()
        assert back.pixels.tobytes() == frame.pixels.tobytes()
        assert frame.mask is not None
        assert large.mask is not None
        assert back.mask is not None
        assert large.mask.tobytes() == frame.mask.repeat(2, 0).repeat(2, 1).tobytes()
        assert back.mask.tobytes() == frame.mask.tobytes()


def test_what_pixel_art_is() -> None:
    """Few colors, and blocks that stay whole; else a filter is better."""
    art = np.random.default_rng(0).integers(0, 4, (10, 12, 1)).astype(np.uint8).repeat(3, 2).repeat(3, 0).repeat(3, 1)
    assert [is_pixel_art(art, size) for size in ((12, 10), (24, 20), (72, 60))] == [True] * 3
    assert [is_pixel_art(art, size) for size in ((13, 10), (18, 15), (6, 5))] == [False] * 3
    assert not is_pixel_art(noise(), (120, 80))


@pytest.mark.parametrize(("factor", "size"), [(0.5, (30, 20)), (2, (120, 80)), (1.55, (93, 62)), (0.001, (1, 1))])
def test_scale_goes_both_ways(factor: float, size: tuple[int, int]) -> None:
    clip = still(noise())
    scaled = edit.scale(clip, factor)
    assert (scaled.size, first(scaled).pixels.shape[1::-1]) == (size, size)
    assert edit.scale(sources.open(FIXTURES / "scene.mp4"), factor).size == tuple(
        max(1, round(s * factor)) for s in (640, 360)
    )
    assert edit.scale(clip, 1) is clip


@pytest.mark.parametrize("factor", [0, -1, float("nan"), float("inf"), 1000])
def test_scale_that_cannot_be_is_one_clear_line(factor: float) -> None:
    with pytest.raises(SettingError, match="scale "):
        edit.scale(still(noise()), factor)


@pytest.mark.parametrize(
    ("box", "size"), [("30x99", (30, 20)), ("99x10", (15, 10)), ((30, 30), (30, 20)), ("1X1", (1, 1))]
)
def test_fit_is_never_distorted(box: str | tuple[int, int], size: tuple[int, int]) -> None:
    assert first(edit.fit(still(noise()), box)).pixels.shape[1::-1] == size
    assert edit.fit(still(noise()), "60x40").size == (60, 40)


@pytest.mark.parametrize("box", ["", "30", "30x", "axb", "0x5", "1x2x3", 5, (1.5, 2), (3, 0), "99999x1"])
def test_a_box_that_is_none_is_one_clear_line(box: object) -> None:
    with pytest.raises(SettingError):
        edit.fit(still(noise()), box)  # type: ignore[arg-type]


def test_scaling_of_what_is_hidden_does_not_bleed() -> None:
    picture, mask = gray(0, 20, 20), np.zeros((20, 20), bool)
    picture[:, 10:], mask[:, 10:] = noise(20, 10), True
    frame = first(_Scaled(still(picture, mask), (53, 53)))
    assert frame.mask is not None
    assert (frame.pixels[~frame.mask] == 0).all()


# Turns and tones


@pytest.mark.parametrize(
    ("degrees", "method"),
    [
        (90, Image.Transpose.ROTATE_270),
        (180, Image.Transpose.ROTATE_180),
        (270, Image.Transpose.ROTATE_90),
        (-90, Image.Transpose.ROTATE_90),
        (-180, Image.Transpose.ROTATE_180),
        (-270, Image.Transpose.ROTATE_270),
    ],
)
def test_rotate_is_clockwise(degrees: int, method: Image.Transpose) -> None:
    """Pillow turns to the left."""
    picture, mask = noise(), noise()[..., 0] > 128
    frame = first(edit.rotate(still(picture, mask), degrees))
    assert np.array_equal(np.asarray(Image.fromarray(picture).transpose(method)), frame.pixels)
    assert np.array_equal(np.asarray(Image.fromarray(mask).transpose(method)), frame.mask)
    assert edit.rotate(still(picture), degrees).size == frame.pixels.shape[1::-1]


def test_flip_changes_sides() -> None:
    picture, mask = noise(), noise()[..., 0] > 128
    across, down = (first(edit.flip(still(picture, mask), way)) for way in ("horizontal", "vertical"))
    assert np.array_equal(picture[:, ::-1], across.pixels)
    assert np.array_equal(picture[::-1], down.pixels)
    assert np.array_equal(mask[:, ::-1], across.mask)
    assert np.array_equal(mask[::-1], down.mask)


@pytest.mark.parametrize("degrees", [0, 45, 360, -1, float("nan"), "90", None])
def test_other_angles_are_one_clear_line(degrees: object) -> None:
    with pytest.raises(SettingError, match=r"^rotate is "):
        edit.rotate(still(noise()), degrees)  # type: ignore[arg-type]
    with pytest.raises(SettingError, match=r"^flip is up: give horizontal or vertical$"):
        edit.flip(still(noise()), "up")


@pytest.mark.parametrize("factor", [0, 0.3, 1.7, 10])
def test_tones_are_those_of_pillow(factor: float) -> None:
    """But for contrast, which is about the same gray in all pictures."""
    picture, mask = noise(), np.eye(40, 60, dtype=bool)
    clip, image = still(picture, mask), Image.fromarray(picture)
    brighter, deeper = first(edit.brightness(clip, factor)), first(edit.saturation(clip, factor))
    assert np.array_equal(np.asarray(ImageEnhance.Brightness(image).enhance(factor)), brighter.pixels)
    assert np.array_equal(np.asarray(ImageEnhance.Color(image).enhance(factor)), deeper.pixels)
    harder = first(edit.contrast(clip, factor))
    expected = np.clip(128 + (picture.astype(float) - 128) * factor, 0, 255)
    assert np.abs(harder.pixels - expected).max() <= 1
    assert brighter.mask is deeper.mask is harder.mask is mask


def test_contrast_does_not_flicker() -> None:
    """A pixel that stays stays, whatever happens around it."""
    pictures = [gray(level) for level in (10, 250)]
    for picture in pictures:
        picture[0, 0] = 100
    assert len({tuple(f.pixels[0, 0]) for f in edit.contrast(FrameClip(pictures, [0, 1], 2), 1.5).frames()}) == 1


def test_grayscale_has_no_color() -> None:
    pixels = first(edit.grayscale(still(noise()))).pixels
    assert (np.ptp(pixels, axis=2) == 0).all()
    assert np.array_equal(np.asarray(Image.fromarray(noise()).convert("L")), pixels[..., 0])


@pytest.mark.parametrize("name", ["brightness", "contrast", "saturation"])
def test_a_factor_that_cannot_be_is_one_clear_line(name: str) -> None:
    clip = still(noise())
    for factor in (-0.1, 10.1, float("nan"), float("inf")):
        with pytest.raises(SettingError, match=rf"^{name} is \S+: give a factor from 0 to 10"):
            getattr(edit, name)(clip, factor)
    assert getattr(edit, name)(clip, 1) is clip


# Spans of time


def test_frames_are_cut_at_times_and_nowhere_else() -> None:
    clip = FrameClip([noise(seed=n) for n in range(3)], [0, 0.3, 0.6], 1.0)
    frames = list(Divided(clip, [0.1, 0.2, 0.1 + 0.2, 0.9, 1.0, 5]).frames())
    assert [frame.start for frame in frames] == [0, 0.1, 0.2, 0.3, 0.6, 0.9]
    assert [frame.pixels[0, 0, 0] for frame in frames] == [clip.kept[n].pixels[0, 0, 0] for n in (0, 0, 0, 1, 2, 2)]


SPANS: dict[str, Callable[..., Source]] = {
    "caption": lambda clip, *span: edit.caption(clip, "Hi", start=span[0], end=span[1]),
    "blur": lambda clip, *span: edit.blur(clip, "80x40+10+10", *span),
}


@pytest.mark.parametrize("change", SPANS.values(), ids=SPANS.keys())
@pytest.mark.parametrize(
    ("span", "times", "shown"),
    [
        ((0, None), [0, 1, 2], [1, 1, 1]),
        ((0.5, 0.75), [0, 0.5, 0.75, 1, 2], [0, 1, 0, 0, 0]),
        ((1, 2), [0, 1, 2], [0, 1, 0]),
        (("0:01.5", "0:02.5"), [0, 1, 1.5, 2, 2.5], [0, 0, 1, 1, 0]),
        ((2.5, None), [0, 1, 2, 2.5], [0, 0, 0, 1]),
        ((0, 99), [0, 1, 2], [1, 1, 1]),
        ((2, 3), [0, 1, 2], [0, 0, 1]),
    ],
)
def test_it_appears_and_vanishes_exactly(
    change: Callable[..., Source], span: Sequence[float | str], times: list[float], shown: list[int]
) -> None:
    pictures = [noise(90, 160, n) for n in range(3)]
    clip = FrameClip(pictures, [0, 1, 2], 3, rate=1)
    edited = change(clip, *span)
    frames = list(edited.frames())
    assert times == [frame.start for frame in frames]
    assert shown == [int(changed(pictures[int(frame.start)], frame.pixels).any()) for frame in frames]
    assert edited.duration == 3
    for frame, on in zip(frames, shown, strict=True):
        assert on or frame.pixels is pictures[int(frame.start)], "the very same array"
    assert edited.rate is None or np.diff(times).min() >= 0.99 / edited.rate


@pytest.mark.parametrize("change", SPANS.values(), ids=SPANS.keys())
@pytest.mark.parametrize(
    ("span", "why"),
    [((3, None), "past the end: the clip is 3.00 s"), ((2, 1), "not after"), (("x", None), "time"), ((-1, 2), "time")],
)
def test_a_span_that_cannot_be_is_one_clear_line(
    change: Callable[..., Source], span: tuple[float | str, float | None], why: str
) -> None:
    with pytest.raises(SettingError, match=why):
        change(FrameClip([gray(0)], [0], 3), *span)


@pytest.mark.parametrize("text", ["", "5", "-", "-5", "3-1", "a-b", "1-2-3"])
def test_a_text_that_is_no_span_is_one_clear_line(text: str) -> None:
    with pytest.raises(SettingError):
        parse_span(text)


# Captions


@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("size", [(160, 90), (640, 360), (90, 160)])
def test_a_caption_stands_where_it_is_asked(position: str, size: tuple[int, int]) -> None:
    width, height = size
    ground = gray(90, height, width)
    rows, columns = (
        np.flatnonzero(changed(ground, first(edit.caption(still(ground), "Hm", position)).pixels).any(axis=axis))
        for axis in (1, 0)
    )
    near = height // 8
    assert (rows[0] < near) == ("top" in position)
    assert (rows[-1] >= height - near) == ("bottom" in position)
    assert (columns[0] < width // 10) == ("left" in position)
    assert (columns[-1] >= width - width // 10) == ("right" in position)
    if "left" not in position and "right" not in position:
        assert abs(columns[0] + columns[-1] - width) <= 6
    assert columns[0] > 0
    assert columns[-1] < width - 1


@pytest.mark.parametrize(("color", "rim"), [("white", 0), ("yellow", 0), ("black", 255), ((0, 0, 128), 255)])
def test_an_outline_contrasts(color: str | tuple[int, int, int], rim: int) -> None:
    pixels = first(edit.caption(still(gray(90)), "Hello", size=20, color=color, outline=2)).pixels
    assert (pixels == rim).all(axis=2).sum() > 100
    assert (pixels == parse_color(color)).all(axis=2).sum() > 50
    bare = first(edit.caption(still(gray(90)), "Hello", size=20, color=color, outline=0)).pixels
    assert not (bare == rim).all(axis=2).any()
    assert changed(gray(90), bare).sum() < changed(gray(90), pixels).sum()


def test_letters_have_the_size_that_is_asked() -> None:
    heights = []
    for size in (12, 24, 48):
        rows = changed(gray(90), first(edit.caption(still(gray(90)), "H", size=size, outline=0)).pixels).any(axis=1)
        heights.append(rows.sum() / size)
    assert heights == pytest.approx([0.72] * 3, abs=0.1)


def lines_of(clip: Source) -> int:
    """Lines of a caption of letters that have nothing below or above them."""
    rows = changed(first(clip.source).pixels, first(clip).pixels).any(axis=1)  # type: ignore[attr-defined]
    return int((np.diff(rows.astype(int)) == 1).sum())


def test_lines_break_at_words_and_where_the_text_does(monkeypatch: pytest.MonkeyPatch) -> None:
    clip = still(gray(90, 300, 160))
    assert lines_of(edit.caption(clip, "nnn nnn", size=16, outline=0)) == 1
    assert lines_of(edit.caption(clip, "nnn\nnnn\r\nnnn", size=16, outline=0)) == 3
    long = edit.caption(clip, "nnn " * 12, size=16, outline=0)
    assert 2 < lines_of(long) < 12
    columns = np.flatnonzero(changed(gray(90, 300, 160), first(long).pixels).any(axis=0))
    assert 0 < columns[0] < columns[-1] < 159
    monkeypatch.setattr(import_module("gifsom.edit.typeset"), "lacking", lambda face, text: "")
    assert lines_of(edit.caption(clip, "日本語" * 12, size=16, outline=0)) > 1, "these break anywhere"


def test_a_long_caption_gets_smaller_letters_before_it_is_refused() -> None:
    clip = still(gray(90))
    long = first(edit.caption(clip, "words and words " * 6)).pixels
    assert changed(gray(90), long).any(axis=1).sum() <= 45
    for text in ("words and words " * 60, "w" * 60):
        with pytest.raises(SettingError, match=r"^the caption takes \d+x\d+ pixels .* has 160x90: make it shorter$"):
            edit.caption(clip, text)
    with pytest.raises(
        SettingError, match=r"in letters of 60, and the picture has 160x90: make it smaller or shorter$"
    ):
        edit.caption(clip, "Hello", size=60)
    assert clip.passes == 1, "no frame is read to find out"


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"text": ""}, "empty"),
        ({"text": " \n\t"}, "empty"),
        ({"position": "middle"}, "position is middle: give one of top-left, top, "),
        ({"size": 0}, "size is 0"),
        ({"size": 2.5}, "size is 2.5"),
        ({"outline": -1}, "outline is -1"),
        ({"color": "bleen"}, "not a color"),
    ],
)
def test_a_caption_that_cannot_be_is_one_clear_line(options: dict[str, object], why: str) -> None:
    with pytest.raises(SettingError, match=why):
        edit.caption(still(gray(90)), **{"text": "Hi"} | options)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["\x00\x1b[31m", "a\udc80b", "\u200d", "\ufffe\uffff"])
def test_what_is_no_letter_is_drawn_somehow(text: str) -> None:
    first(edit.caption(still(gray(90)), text))


def test_a_system_without_fonts_has_pillows_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gifsom.draw.fonts.FONTS", ("none.ttf",))
    monkeypatch.setattr("gifsom.draw.fonts.BOLD", ())
    assert changed(gray(90), first(edit.caption(still(gray(90)), "Hello", size=20)).pixels).sum() > 300
    with pytest.raises(SettingError, match="no font of this system has 日本: install one"):
        edit.caption(still(gray(90)), "Hello, 日本", size=20)


def test_a_caption_is_seen_where_the_picture_is_hidden() -> None:
    """Its letters have their own colors there, and no color from below bleeds into their edges."""
    picture, mask = noise(90, 160), np.ones((90, 160), bool)
    frame = first(edit.caption(still(picture, mask), "Hello", size=24, color="white"))
    assert frame.mask is not None
    assert 200 < (~frame.mask).sum() < 4000
    assert np.ptp(frame.pixels[~frame.mask], axis=1).max() == 0, "black, white and gray"
    assert mask.all()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello", {"text": "Hello"}),
        ("a|b", {"text": "a|b"}),
        ("a|b|size=9", {"text": "a|b", "size": 9}),
        ("a|size=9|b", {"text": "a|size=9|b"}),
        ("size=9", {"text": "size=9"}),
        (r"one\ntwo", {"text": "one\ntwo"}),
        ("Hi | position = top | color=#ff0", {"text": "Hi", "position": "top", "color": "#ff0"}),
        ("Hi|time=1:05-1:10|outline=0", {"text": "Hi", "start": 65.0, "end": 70.0, "outline": 0}),
        ("Hi|time=2-", {"text": "Hi", "start": 2.0, "end": None}),
        ("Hi|size=1|size=2", {"text": "Hi", "size": 2}),
        ("|size=2", {"text": "", "size": 2}),
    ],
)
def test_options_are_taken_off_the_end_of_a_caption(text: str, expected: dict[str, object]) -> None:
    assert expected == edit.parse_caption(text)


@pytest.mark.parametrize("text", ["Hi|size=big", "Hi|outline=", "Hi|size=-3", "Hi|time=5", "Hi|time=3-1"])
def test_options_of_a_caption_that_cannot_be_are_one_clear_line(text: str) -> None:
    with pytest.raises(SettingError):
        edit.parse_caption(text)


# Progress bar


def test_a_bar_is_as_long_as_what_has_been_shown() -> None:
    clip = FrameClip([gray(255)] * 4, [0, 0.2, 0.25, 0.8], 1.0)
    frames = list(edit.progress_bar(clip).frames())
    assert [frame.start for frame in frames] == [0, 0.2, 0.25, 0.8], "no frame is split"
    assert [int((frame.pixels[-1] == 255).all(axis=1).sum()) for frame in frames] == [32, 40, 128, 160]
    assert all(frame.pixels[:-2].tobytes() == gray(255, 88).tobytes() for frame in frames)


@pytest.mark.parametrize("color", ["white", "black", "red", "navy", "#808080"])
def test_a_bar_is_told_from_its_track(color: str) -> None:
    clip = FrameClip([gray(0)] * 2, [0, 0.5], 1.0)
    row = first(edit.progress_bar(clip, color, 4)).pixels[-4].astype(int)
    assert row[0].tolist() == list(parse_color(color))
    assert np.abs(row[0] - row[-1]).max() >= 90


def test_a_bar_is_seen_where_the_picture_is_hidden() -> None:
    frame = first(edit.progress_bar(still(gray(0), np.ones((90, 160), bool)), height=5))
    assert frame.mask is not None
    assert not frame.mask[-5:].any()
    assert frame.mask[:-5].all()


def test_a_bar_changes_no_picture_by_which_it_does_not_grow() -> None:
    clip = FrameClip([gray(9)] * 1000, [n / 1000 for n in range(1000)], 1.0)
    assert len({id(frame.pixels) for frame in list(edit.progress_bar(clip).frames())}) <= 161


def test_a_bar_reaches_the_end_of_a_clip_that_is_cut_off() -> None:
    """And is as long at the second pass, when it is known how much is missing."""
    clip = edit.progress_bar(sources.open(FIXTURES / "truncated.mp4"), "lime")
    passes = [[frame.pixels[-1].tobytes() for frame in clip.frames()] for _ in range(2)]
    assert passes[0] == passes[1]
    assert passes[0][-1] == bytes((0, 255, 0)) * 96


@pytest.mark.parametrize("height", [0, 91, 1.5])
def test_a_bar_that_cannot_be_is_one_clear_line(height: int) -> None:
    with pytest.raises(SettingError, match="height is"):
        edit.progress_bar(still(gray(0)), height=height)
    assert edit.progress_bar(still(gray(0, 1, 1))).size == (1, 1)


# Blur


def written(text: str) -> Pixels:
    """A field of 200x24 with a text in letters of a usual size."""
    ground = gray(255, 24, 200)
    return first(edit.caption(still(ground), text, "left", 15, outline=0, color="black")).pixels


def test_passwords_cannot_be_told_apart() -> None:
    """Of as many letters of about the same width; a few levels are left of what makes black out of white."""
    area = "200x24+0+0"
    one, other = (first(edit.blur(still(written(text)), area)).pixels.astype(int) for text in ("hunter2", "bundes5"))
    assert np.abs(one - other).max() <= 16
    assert np.abs(np.diff(one, axis=1)).max() <= 16, "no edge is left"


@pytest.mark.parametrize("area", ["200x24+30+40", "400x300+10+20", "5x5+0+0", "640x1+0+359", "640x360+0+0"])
def test_blur_changes_its_area_alone(area: str) -> None:
    picture = first(sources.open(FIXTURES / "scene.mp4")).pixels
    rect = parse_region(area)
    blurred = first(edit.blur(still(picture), area)).pixels.copy()
    rect.cut(blurred)[:] = rect.cut(picture)
    assert blurred.tobytes() == picture.tobytes()


def test_blur_depends_on_nothing_but_what_it_hides() -> None:
    """A picture that changes elsewhere does not flicker here."""
    one, other = noise(90, 160), noise(90, 160, 1)
    rect = Rect(20, 30, 100, 40)
    rect.cut(other)[:] = rect.cut(one)
    a, b = (first(edit.blur(still(picture), rect)).pixels for picture in (one, other))
    assert np.array_equal(rect.cut(a), rect.cut(b))


def test_blur_hides_what_a_mask_spells() -> None:
    """Letters that are what is not hidden."""
    mask = (written("hunter2") > 128).all(axis=2)
    frame = first(edit.blur(still(gray(0, 24, 200), mask), "200x24+0+0"))
    assert frame.mask is not None
    runs = np.diff(frame.mask.astype(int), axis=1) != 0
    assert runs.sum(axis=1).max() <= 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("200x24+30+40", {"area": Rect(30, 40, 200, 24)}),
        ("200x24+30+40@1-2.5", {"area": Rect(30, 40, 200, 24), "start": 1.0, "end": 2.5}),
        ("200x24+30+40@1:05-", {"area": Rect(30, 40, 200, 24), "start": 65.0, "end": None}),
        ("200x24+30+40..5+6@1-2", {"area": Rect(30, 40, 200, 24), "to": (5, 6), "start": 1.0, "end": 2.0}),
    ],
)
def test_an_area_may_have_a_time_and_a_target(text: str, expected: dict[str, object]) -> None:
    assert expected == edit.parse_blur(text)


@pytest.mark.parametrize("text", ["", "@1-2", "200x24+30+40@", "200x24+30+40@5", "200x24"])
def test_a_blur_that_cannot_be_is_one_clear_line(text: str) -> None:
    with pytest.raises(SettingError):
        edit.parse_blur(text)


@pytest.mark.parametrize("coding", [["-crf", "23"], ["-crf", "28"], ["-c:v", "mpeg4", "-q:v", "8"]], ids=" ".join)
@pytest.mark.parametrize("color", ["black", "white"])
def test_compressed_borders_are_cut_to_the_row(tmp_path: Path, coding: list[str], color: str) -> None:
    """Noise at the edge of the picture reaches 30 levels there."""
    path = tmp_path / "wide.mp4"
    bars = f"scale=320:180,pad=320:240:0:30:{color},pad=352:240:16:0:{color}"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", FIXTURES / "scene.mp4", "-vf", bars]
    subprocess.run([*command, "-pix_fmt", "yuv420p", *coding, path], check=True)
    rect = borderless(sources.open(path))
    assert abs(np.subtract((rect.left, rect.top, rect.width, rect.height), (16, 30, 320, 180))).max() <= 1


def test_what_stands_in_a_border_is_no_noise() -> None:
    """Words below a film, dim ones too, and a dark picture beside a black border."""
    picture = gray(0, 60, 80)
    picture[10:40] = 120
    words, dim, dark = picture.copy(), picture.copy(), picture.copy()
    words[45:50, 30:50:3] = 200
    dim[45:50, 20:60] = 40
    dark[5:10] = 20
    assert borderless(still(words)) == Rect(0, 10, 80, 40)
    assert borderless(still(dim)) == Rect(0, 10, 80, 40)
    assert borderless(still(dark)) == Rect(0, 5, 80, 35)
