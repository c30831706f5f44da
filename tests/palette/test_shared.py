"""The larger test material beside the repository, through the real command. Skipped by name where it is missing."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import strict
from conftest import SHARED, gifsom
from PIL import Image, ImageSequence

pytestmark = [
    pytest.mark.skipif(not SHARED.is_dir(), reason=f"needs {SHARED}"),
]

USELESS = ["zero_byte.mp4", "text_named.mp4", "zeros64k.mp4", "trunc_tail_flower.mp4", "audio_only.m4a"]
USELESS += ["audio_only_named.mp4"]
DAMAGED = {
    "trunc_head_flower.mp4": r"1\.6 of 5\.0 s",
    "trunc.gif": r"0\.5 s",
    "decord-corrupted.mp4": r"4\.9 of 5\.0 s",
}
# Seconds and size (None: not checked) of what is whole, as a player would show it; at most 640 wide.
WHOLE: dict[str, tuple[float, tuple[int, int] | None]] = {
    "decord-rot90.mov": (0.10, (320, 568)),
    "rot90_meta.mp4": (1.00, (240, 320)),
    "vfr_gaps.mp4": (3.97, (320, 240)),
    "vfr_long_hold.webm": (3.00, (320, 240)),
    "fps1.mp4": (4.00, (320, 240)),
    "fps240.mp4": (1.00, (320, 240)),
    "fps23976.mp4": (2.00, (320, 240)),
    "start_3600s.ts": (1.00, (320, 240)),
    "size1x1.mkv": (0.50, (1, 1)),
    "size2x2.mp4": (0.50, (2, 2)),
    "wide4000x16.mp4": (0.50, (640, 3)),
    "anamorphic_sar16x11.mp4": (1.00, (640, 352)),
    "midstream_resize.ts": (1.93, (320, 240)),
    "tc-testsrc2_odd_height_and_width_444.mp4": (1.00, (321, 241)),
    "tc-h264_10bits.mp4": (1.00, (200, 200)),
    "tc-testsrc2_hdr.mp4": (2.00, (320, 180)),
    "gray.mkv": (1.00, (320, 240)),
    "rgb_lossless.mkv": (1.00, (320, 240)),
    "alpha_vp9.webm": (2.00, (320, 240)),
    "alpha_qtrle.mov": (1.00, (320, 240)),
    "alpha.apng": (1.00, (320, 240)),
    "alpha_anim.webp": (1.00, (320, 240)),
    "moviepy-no_duration.webm": (4.94, (640, 360)),
    "one_frame.mp4": (0.04, (320, 240)),
    "two_frames.mp4": (0.08, (320, 240)),
    "tc-two_video_streams.mp4": (13.01, (480, 270)),
    "raw_annexb.h264": (2.00, (320, 240)),
    "y4m.y4m": (1.00, (64, 64)),
    "gradio-playable_but_bad_container.mp4": (5.00, (480, 270)),
}


@pytest.mark.parametrize("name", USELESS)
def test_what_is_no_video_is_one_line_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    run = gifsom("convert", SHARED / "odd" / name, "out.gif", cwd=tmp_path)
    assert (run.status, run.out) == (1, "")
    assert re.fullmatch(rf"gifsom: .*{re.escape(name)}: [^\n]+\n", run.err)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "amount"), DAMAGED.items())
def test_what_can_be_salvaged_is_converted_and_the_line_says_how_much(name: str, amount: str, tmp_path: Path) -> None:
    run = gifsom("convert", SHARED / "odd" / name, "out.gif", cwd=tmp_path)
    assert run.status == 0
    assert re.search(amount, run.out)
    assert strict.check((tmp_path / "out.gif").read_bytes()).frames
    demanded = gifsom("convert", SHARED / "odd" / name, "all.gif", "--strict", cwd=tmp_path)
    assert (demanded.status, demanded.out) == (1, "")
    assert re.search(amount, demanded.err)
    assert [path.name for path in tmp_path.iterdir()] == ["out.gif"]


@pytest.mark.parametrize(("name", "expected"), WHOLE.items())
def test_what_is_odd_comes_out_in_its_own_time_and_shape(
    name: str, expected: tuple[float, tuple[int, int] | None], tmp_path: Path
) -> None:
    seconds, size = expected
    run = gifsom("convert", SHARED / "odd" / name, "out.gif", cwd=tmp_path)
    assert (run.status, run.err) == (0, "")
    gif = strict.check((tmp_path / "out.gif").read_bytes())
    assert size == (gif.width, gif.height)
    assert seconds == pytest.approx(sum(frame.delay for frame in gif.frames) / 100, abs=0.0101)


@pytest.mark.parametrize("name", ["alpha_vp9.webm", "alpha_qtrle.mov", "alpha.apng", "alpha_anim.webp"])
def test_alpha_lies_over_white_or_over_what_is_asked(name: str, tmp_path: Path) -> None:
    for background, color in (("white", (255, 255, 255)), ("#204060", (0x20, 0x40, 0x60))):
        out = tmp_path / "out.gif"
        run = gifsom("convert", SHARED / "odd" / name, out, "--background", background, "--overwrite", cwd=tmp_path)
        assert (run.status, run.err) == (0, "")
        with Image.open(out) as image:
            assert color == image.convert("RGB").getpixel((318, 2))


def test_a_file_that_decodes_from_its_beginning_only_is_not_green(tmp_path: Path) -> None:
    clip = SHARED / "odd" / "imageio-cockatoo_yuv444_seekgreen.mp4"
    assert gifsom("convert", clip, "out.gif", "--start", "7", "--duration", "0.5", cwd=tmp_path).status == 0
    with Image.open(tmp_path / "out.gif") as image:
        red, green, blue = np.asarray(image.convert("RGB")).reshape(-1, 3).mean(axis=0)
    assert green < 1.25 * max(red, blue)


def frames_of(path: Path) -> list[tuple[bytes, float]]:
    with Image.open(path) as image:
        return [(f.convert("RGB").tobytes(), f.info["duration"]) for f in ImageSequence.Iterator(image)]


def test_pixel_art_of_14_colors_is_exact_in_every_pixel_and_delay(tmp_path: Path) -> None:
    source = SHARED / "clips" / "pixel-platformer.gif"
    run = gifsom("convert", source, "out.gif", cwd=tmp_path)
    assert re.search("14 colors, exact", run.out)
    assert frames_of(source) == frames_of(tmp_path / "out.gif")


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("terminal")
    source = SHARED / "clips" / "screen-xterm.mkv"
    assert gifsom("convert", source, "out.gif", "--width", "800", cwd=folder).status == 0
    return folder / "out.gif"


def test_still_pixels_of_a_terminal_stay_still(terminal: Path) -> None:
    """Hardly any changes, and those that do by no more than noise: where text moves beside them."""
    import gifsom as package

    clip = package.open(SHARED / "clips" / "screen-xterm.mkv")
    source = np.stack([frame.pixels for frame in clip.frames()])
    shown = []
    with Image.open(terminal) as image:
        for frame in ImageSequence.Iterator(image):
            picture = np.asarray(frame.convert("RGB"))
            shown += [picture] * round(frame.info["duration"] * 15 / 1000)
    result = np.stack(shown)
    assert len(source) == len(result)
    still = (source[1:] == source[:-1]).all(axis=-1)
    change = np.abs(result[1:].astype(np.int16) - result[:-1]).max(axis=-1)[still]
    assert (change > 0).mean() < 5e-4
    assert (change > 10).mean() < 1e-4


def likeness(terminal: Path) -> float:
    """SSIMULACRA2 of the last frame against the source, where the package for it is installed."""
    score: Callable[[str, str], float] = pytest.importorskip("ssimulacra2").compute_ssimulacra2
    import gifsom as package

    with Image.open(terminal) as image:
        image.seek(image.n_frames - 1)  # type: ignore[attr-defined]
        image.convert("RGB").save(terminal.with_name("result.png"))
    last = [*package.open(SHARED / "clips" / "screen-xterm.mkv").frames()][-1].pixels
    Image.fromarray(last).save(terminal.with_name("source.png"))
    return score(str(terminal.with_name("source.png")), str(terminal.with_name("result.png")))


def test_a_terminal_is_nearly_identical_to_its_source(terminal: Path) -> None:
    assert likeness(terminal) >= 96.5


def test_a_terminal_of_a_higher_quality_is_as_good_as_identical(tmp_path: Path) -> None:
    source = SHARED / "clips" / "screen-xterm.mkv"
    assert gifsom("convert", source, "out.gif", "--width", "800", "--quality", "85", cwd=tmp_path).status == 0
    assert likeness(tmp_path / "out.gif") >= 97
