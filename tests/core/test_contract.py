"""What every kind of Source keeps to, so that everything behind the sources can rely on it."""

import shutil
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from conftest import FIXTURES
from PIL import Image

import gifsom
from gifsom import Clip
from gifsom.core.frame import Frame
from gifsom.core.source import Source, held
from gifsom.core.values import MAX_PIXELS
from gifsom.edit import cached
from gifsom.sources.arrays import StoredClip
from gifsom.sources.recording import open_recording
from gifsom.spool import SpoolWriter
from gifsom.spool.events import Click, Key, Pointer, Shape


def video(name: str) -> Clip:
    return gifsom.open(FIXTURES / name)


def stored() -> StoredClip:
    clip = StoredClip()
    for n in range(6):
        clip.append(np.full((20, 30, 3), 40 * (n // 2), np.uint8), 0.1 + 0.05 * n)
    return clip


def soft() -> list[np.ndarray]:
    """Pictures with alpha, of two sizes."""
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (20, 30 + n // 3, 4)).astype(np.uint8) for n in range(5)]


CLIPS: dict[str, Callable[[], Source | Clip]] = {
    "video": lambda: video("cards.mkv"),
    "video, trimmed": lambda: video("cards.mkv").trim(0.35, "0:01.5"),
    "video, trimmed twice": lambda: video("cards.mkv").trim(0.3).trim(0.2, 1.1),
    "video, resampled": lambda: video("late.ts").fps(7),
    "video, resized": lambda: video("cards.mkv").width(50),
    "video, all of it": lambda: video("scene.mp4").trim(1, 1.6).fps(12).width(96),
    "video with alpha": lambda: video("alpha.webm"),
    "video of variable rate": lambda: video("vfr.mkv"),
    "video without a duration": lambda: video("noduration.webm"),
    "video that is cut off": lambda: video("truncated.mp4"),
    "video, rotated": lambda: video("rotated.mp4"),
    "video, anamorphic": lambda: video("anamorphic.mp4"),
    "video in HDR": lambda: video("hdr.mp4"),
    "GIF": lambda: video("sprite.gif"),
    "GIF over a color": lambda: gifsom.open(FIXTURES / "sprite.gif", background="navy"),
    "GIF, trimmed": lambda: video("sprite.gif").trim(0.15, 0.55),
    "GIF, resampled": lambda: video("sprite.gif").fps(6),
    "GIF, resized": lambda: video("sprite.gif").width(20),
    "GIF, all of it": lambda: video("sprite.gif").trim(0.1).fps(8).width(24),
    "still": lambda: video("still.png"),
    "video with a mask": lambda: gifsom.open(FIXTURES / "alpha.webm", transparent=True),
    "video with a mask, all of it": lambda: (
        gifsom.open(FIXTURES / "alpha.webm", transparent=True).trim(0.2).fps(8).width(40)
    ),
    "arrays with alpha": lambda: gifsom.open(soft()),
    "arrays over a color": lambda: gifsom.open(soft(), background="navy", fps=25),
    "joined": lambda: gifsom.open([FIXTURES / name for name in ("cards.mkv", "sprite.gif", "vfr.mkv", "still.png")]),
    "joined, all of it": lambda: (
        gifsom.open([FIXTURES / name for name in ("cards.mkv", "rotated.mp4", "sprite.gif")])
        .trim(1.5, 3.1)
        .fps(8)
        .width(40)
    ),
    "joined, with parts that tell nothing or are cut off": lambda: gifsom.open(
        [FIXTURES / name for name in ("noduration.webm", "truncated.mp4", "alpha.webm")]
    ),
    "joined, cut out": lambda: gifsom.open([FIXTURES / "alpha.webm", *soft()], transparent=True),
    "pattern": lambda: gifsom.open(str(FIXTURES / "s*.[pg][ni][gf]")),
    "stream": lambda: gifsom.open(BytesIO((FIXTURES / "cards.mkv").read_bytes())),
    "raw video": lambda: gifsom.open_raw(
        BytesIO(np.stack(soft()[:3]).tobytes()), size=(30, 20), fps=7, pixel_format="rgba"
    ),
    "stored pictures": stored,
    "stored pictures, held": lambda: cached(stored()),
    "video, held": lambda: cached(held(video("cards.mkv"))),
    "video, idle limited": lambda: video("cards.mkv").idle_limit(0.2),
    "video, last frame held": lambda: video("cards.mkv").hold_last(2),
    "GIF, retimed": lambda: video("sprite.gif").idle_limit(0.1).hold_last(1),
    "video, cropped": lambda: video("cards.mkv").crop("31x21+10+8"),
    "video in HDR, cropped": lambda: video("hdr.mp4").crop("31x21+10+8").scale(0.7),
    "video, cropped by us": lambda: video("cards.mkv").crop("31x21+11+8").fit("20x20"),
    "video, captioned": lambda: video("cards.mkv").caption("Hello").progress_bar("red"),
    "video, captioned for a while": lambda: video("cards.mkv").caption("Hello", start=0.33, end=1.01),
    "video that is cut off, with a bar": lambda: video("truncated.mp4").progress_bar(),
    "video of variable rate, blurred": lambda: video("vfr.mkv").blur("20x20+5+5", 0.02, 2.9),
    "video, zoomed": lambda: video("cards.mkv").zoom(2, 0.2, 1.7, at=(10, 10)).width(40),
    "video that is zoomed by itself": lambda: video("scene.mp4").zoom().fps(10),
    "GIF, zoomed": lambda: video("sprite.gif").zoom(3, 0.1, 1.0).fps(20),
    "GIF on a ground": lambda: video("sprite.gif").backdrop("none").border(1).width(50),
    "video with a clip over it": lambda: video("cards.mkv").overlay(video("sprite.gif"), size=0.5, start=0.1, fade=0.2),
    "GIF with a clip over it": lambda: video("sprite.gif").overlay(video("sprite.gif")),
    "GIF, hidden where it moves": lambda: video("sprite.gif").pixelate("9x9+1+1", 0.1, 0.9, (40, 30)).scale(0.7),
    "GIF with a caption that fades": lambda: video("sprite.gif").caption("Hop!", start=0.1, end=1, fade=0.3),
    "GIF with subtitles": lambda: video("sprite.gif").subtitles([(0, 0.5, "Hop!"), (0.3, 1, "And")], size=9),
    "GIF, turned and toned": lambda: video("sprite.gif").rotate(90).flip("vertical").grayscale().contrast(1.5),
    "GIF, drawn over": lambda: video("sprite.gif").caption("Hop!", start=0.1).blur("9x9+1+1").progress_bar(),
    "GIF, enlarged": lambda: video("sprite.gif").crop("auto").scale(2),
    "video of variable rate, retimed": lambda: video("vfr.mkv").fps(12).idle_limit(0.3).hold_last(1),
    "video, sped up": lambda: video("cards.mkv").speed(1.5).fps(12),
    "GIF, slowed down": lambda: video("sprite.gif").speed(0.7),
    "video, a stretch of it fast": lambda: video("cards.mkv").fast_forward(0.3, 1.25, 3),
    "GIF, a stretch of it with a badge": lambda: video("sprite.gif").fast_forward(0.1, 0.5, 2, badge=True),
    "video, backward": lambda: video("cards.mkv").reverse().fps(8).width(50),
    "GIF, backward": lambda: video("sprite.gif").reverse(),
    "GIF, there and back": lambda: video("sprite.gif").boomerang(),
    "stored pictures, there and back, backward": lambda: Clip(stored()).boomerang().reverse(),
    "video, duplicates dropped": lambda: video("late.ts").drop_duplicates(),
    "video, still ends cut": lambda: video("vfr.mkv").trim_still(),
    "video, cut": lambda: video("cards.mkv").cut("0.33-0.5,1.21-").fps(12),
    "GIF, frames of it": lambda: video("sprite.gif").only("#0-3,#-2-").frame_delay(0.3, "#0"),
    "GIF, stretches again and elsewhere": lambda: video("sprite.gif").duplicate("#3-5", 3).move("0.1-0.4", "end"),
    "video of variable rate, frozen": lambda: video("vfr.mkv").hold(1.5, 0.7).frame_delay(0.05, "#3"),
    "joined, faded": lambda: gifsom.open([FIXTURES / "cards.mkv", FIXTURES / "scene.mp4"]).width(48).fade(0.3),
    "GIF with a title, faded": lambda: video("sprite.gif").title("Hi", 0.5, size=9).fade(0.1),
    "video with an insertion": lambda: video("cards.mkv").insert(video("sprite.gif"), 0.55),
    "GIF, of which a part moves": lambda: video("sprite.gif").still_outside("20x20+5+5"),
    "GIF, looped": lambda: video("sprite.gif").loop_smooth(),
    "GIF, looped with a fade": lambda: video("sprite.gif").loop_smooth(0.2),
    "video, looped with a fade": lambda: video("cards.mkv").loop_smooth(0.35),
}


FOLDERS: dict[str, Callable[[Path], Clip]] = {
    "folder": gifsom.open,
    "folder over a color": lambda path: gifsom.open(path, background="navy"),
    "folder, all of it": lambda path: gifsom.open(path).trim(0.05).fps(8).width(50),
    "pages": lambda path: gifsom.open(path / "pages.tif"),
    "pages and a video": lambda path: gifsom.open([path / "pages.tif", FIXTURES / "cards.mkv"]),
}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of pictures of three sizes, the first of which has holes and is animated."""
    path = tmp_path_factory.mktemp("pictures")
    for name in ("sprite.gif", "still.png"):
        shutil.copy(FIXTURES / name, path)
    tall, wide = Image.new("RGB", (30, 90), (200, 30, 40)), Image.new("L", (90, 30), 128)
    tall.save(path / "tall.jpg")
    tall.save(path / "pages.tif", save_all=True, append_images=[wide, tall])
    return path


RECORDINGS: dict[str, Callable[[Path], Source | Clip]] = {
    "recording": gifsom.open,
    "recording, nothing drawn": lambda path: open_recording(path, MAX_PIXELS).drawn(
        cursor=False, clicks=False, keys=False
    ),
    "recording, all of it": lambda path: gifsom.open(path).trim(0.3, 2).fps(7).idle_limit(0.5).width(30).hold_last(1),
}


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A screen of noise on which something moves, with a pointer that clicks, and keys."""
    path = tmp_path_factory.mktemp("recording") / "x.gsr"
    screen = np.random.default_rng(0).integers(0, 256, (40, 60, 4)).astype(np.uint8)
    with SpoolWriter(path, (60, 40), 10) as log:
        log.shape(Shape(1, np.full((5, 4, 4), 200, np.uint8), (1, 1)))
        for n in range(15):
            screen[n : n + 5, n : 2 * n + 9] += np.uint8(1)
            log.picture(n / 10, screen)
            log.pointer(Pointer(n / 10, 3 * n, 2 * n, 1))
        log.click(Click(1.8, 30, 20, 1, True))
        log.click(Click(1.9, 30, 20, 1, False))
        log.key(Key(2.5, "A"))
        log.end(5)
    return path


@pytest.fixture(params=[*CLIPS, *FOLDERS, *RECORDINGS])
def clip(request: pytest.FixtureRequest, pictures: Path, recording: Path) -> Source:
    if request.param in CLIPS:
        return held(CLIPS[request.param]())
    return held(FOLDERS[request.param](pictures) if request.param in FOLDERS else RECORDINGS[request.param](recording))


def content(frame: Frame) -> tuple[bytes, float, bytes | None]:
    return frame.pixels.tobytes(), frame.start, None if frame.mask is None else frame.mask.tobytes()


def test_it_gives_the_same_frames_at_each_pass(clip: Source) -> None:
    first = [content(frame) for frame in clip.frames()]
    assert first
    assert first == [content(frame) for frame in clip.frames()]


def test_two_passes_at_once_do_not_disturb_each_other(clip: Source) -> None:
    alone = [content(frame) for frame in clip.frames()]
    for one, other in zip(clip.frames(), clip.frames(), strict=True):
        assert content(one) == content(other) == alone.pop(0)


def test_a_pass_that_is_given_up_does_not_disturb_the_next(clip: Source) -> None:
    passing = clip.frames()
    first = content(next(passing))
    passing.close()  # type: ignore[attr-defined]
    assert first == content(next(clip.frames()))


def test_times_rise_from_zero_and_end_before_the_end(clip: Source) -> None:
    starts = [frame.start for frame in clip.frames()]
    assert starts[0] == 0
    assert all(before < after for before, after in pairwise(starts))
    assert starts[-1] < clip.duration


def test_pictures_are_of_one_size_and_read_only(clip: Source) -> None:
    width, height = clip.size
    for frame in clip.frames():
        assert (frame.pixels.shape, frame.pixels.dtype) == ((height, width, 3), np.uint8)
        assert frame.pixels.flags.c_contiguous
        assert not frame.pixels.flags.writeable
        if frame.mask is not None:
            assert (frame.mask.shape, frame.mask.dtype) == ((height, width), np.bool_)
            assert not frame.mask.flags.writeable


def test_what_it_says_beforehand_is_near_to_what_comes(clip: Source) -> None:
    expected = clip.count
    frames = [*clip.frames()]
    if expected is not None and clip.shortfall is None:
        assert len(frames) == pytest.approx(expected, rel=0.35, abs=1)
    if clip.rate is not None:
        gaps = np.diff([frame.start for frame in frames])
        assert (gaps > 0.99 / clip.rate).all()


def test_a_clip_says_and_gives_what_its_source_does() -> None:
    for clip in (video("sprite.gif"), video("truncated.mp4"), Clip(stored())):
        said = [*clip.frames()]
        assert [content(frame) for frame in said] == [content(frame) for frame in clip.source.frames()]
        for name in ("name", "size", "duration", "rate", "count", "plays", "shortfall"):
            assert getattr(clip, name) == getattr(clip.source, name), name


@pytest.mark.parametrize(
    ("method", "now"), [("limit_idle", "idle_limit"), ("resample", "fps"), ("resize", "width or height")]
)
def test_a_method_that_has_another_name_now_says_which(method: str, now: str) -> None:
    with pytest.raises(AttributeError, match=f"a Clip has no '{method}': it is {now} now"):
        getattr(video("sprite.gif"), method)
    with pytest.raises(AttributeError, match=r"a Clip has no 'enlarge'$"):
        getattr(video("sprite.gif"), "enlarge")  # noqa: B009 - mypy knows it, too
