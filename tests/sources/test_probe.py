"""Which stream of a file is shown, at which size and rate, whatever else is in it and whichever ffmpeg tells."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from ffmpegs import any_ffmpeg, lavfi, make

import gifsom
from gifsom.core.errors import SettingError
from gifsom.sources.probe import probe

__all__ = ["any_ffmpeg"]

CHAPTERS = """;FFMETADATA1
title=Stream #0:1[0x2]: Video: h264 (High), yuv420p, 999x999, 25 fps
[CHAPTER]
TIMEBASE=1/1000
START=0
END=500
title=one
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files with one second of video of 64x48 pixels, which is red, among other things."""
    folder = tmp_path_factory.mktemp("probe")
    red = lavfi("color=red:s=64x48:r=25:d=1")
    plain = ["-c:v", "mpeg4", "-q:v", "2"]
    make(folder / "timecode.mp4", *red, "-timecode", "01:00:00:00", *plain)
    make(folder / "timecode.mov", *red, "-timecode", "01:00:00:00", *plain)
    turned = ["-display_rotation", "90", "-i", folder / "timecode.mov"]
    make(folder / "turned.mov", *turned, "-c", "copy")
    (folder / "chapters.txt").write_text(CHAPTERS)
    both = ["-i", folder / "timecode.mov", "-i", folder / "chapters.txt", "-map", "0:v", "-map_chapters", "1"]
    make(folder / "chapters.mov", *both, "-map_metadata", "1", "-c", "copy")
    make(folder / "chapters.mkv", *both, "-map_metadata", "1", "-c", "copy")
    make(folder / "sound.mp4", *red, *lavfi("sine=d=1"), "-timecode", "01:00:00:00", *plain)
    attached = ["-attach", folder / "chapters.txt", "-metadata:s:t", "mimetype=text/plain"]
    make(folder / "attached.mkv", "-i", folder / "timecode.mp4", "-map", "0:v", "-c", "copy", *attached)
    make(folder / "cover.png", *lavfi("color=blue:s=640x480:d=1"), "-frames:v", "1", "-update", "1")
    cover = ["-map", "0:v", "-map", "1", "-c", "copy", "-disposition:v:1", "attached_pic"]
    make(folder / "cover.mp4", "-i", folder / "timecode.mp4", "-i", folder / "cover.png", *cover)
    still = lavfi("color=blue:s=32x32:r=25:d=0.04")
    programs = ["-map", "0", "-map", "1", "-program", "title=a:st=0", "-program", "title=b:st=1"]
    make(folder / "programs.ts", *red, *still, *programs, "-c:v", "mpeg2video", "-q:v", "2")
    (folder / "data.bin").write_bytes(bytes(range(256)) * 16)
    data = ["-f", "data", "-i", folder / "data.bin", "-map", "1", "-map", "0:v", "-c:d", "copy"]
    make(folder / "data.ts", "-i", folder / "timecode.mp4", *data, "-c:v", "mpeg2video", "-q:v", "2")
    element = "type=iamf_audio_element:id=1:st=1:audio_element_type=channel,layer=ch_layout=stereo"
    mix = "type=iamf_mix_presentation:id=2:stg=0:annotations=en-us=Mix,submix=parameter_id=100:parameter_rate=48000"
    mix += "|element=stg=0:parameter_id=100:parameter_rate=48000:annotations=en-us=x:headphones_rendering_mode=stereo"
    mix += "|layout=sound_system=stereo:integrated_loudness=0.0"
    groups = ["-map", "0", "-map", "1", "-stream_group", element, "-stream_group", mix, "-c:a", "libopus"]
    make(folder / "groups.mp4", *red, *lavfi("sine=d=1,aformat=channel_layouts=stereo"), *groups, *plain)
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "timecode.mp4",
        "timecode.mov",
        "turned.mov",
        "chapters.mov",
        "chapters.mkv",
        "sound.mp4",
        "attached.mkv",
        "cover.mp4",
        "programs.ts",
        "data.ts",
        "groups.mp4",
    ],
)
def test_the_video_is_shown_whatever_tracks_lie_beside_it(folder: Path, any_ffmpeg: str, name: str) -> None:
    clip = gifsom.open(folder / name)
    frames = [frame.pixels for frame in clip.frames()]
    assert clip.size == ((48, 64) if name == "turned.mov" else (64, 48))
    assert len(frames) == 25
    assert clip.duration == pytest.approx(1.0, abs=0.01)
    assert np.abs(frames[0][20, 20].astype(int) - (254, 0, 0)).max() <= 4
    assert clip.shortfall is None


def test_each_ffmpeg_gives_the_same_frames(folder: Path, any_ffmpeg: str, tmp_path: Path) -> None:
    """Of a codec that is exact, so that no decoder may differ."""
    path = make(tmp_path / "exact.mkv", *lavfi("testsrc2=s=64x48:r=25:d=0.4"), "-c:v", "ffv1", "-pix_fmt", "bgr0")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24"]
    expected = subprocess.run([*command, "-"], check=True, capture_output=True).stdout
    assert b"".join(frame.pixels.tobytes() for frame in gifsom.open(path).frames()) == expected


# --- Several video streams ------------------------------------------------------------------------------------------


def two(path: Path, seconds: tuple[float, float], *disposition: str) -> Path:
    """Red of 64x48 pixels, and blue of 128x96, each for some seconds."""
    red = lavfi(f"color=red:s=64x48:r=25:d={seconds[0]}")
    blue = lavfi(f"color=blue:s=128x96:r=25:d={seconds[1]}")
    return make(path, *red, *blue, "-map", "0", "-map", "1", *disposition, "-c:v", "mpeg4", "-q:v", "2")


FIRST = ("-disposition:v:0", "default", "-disposition:v:1", "0")
SECOND = ("-disposition:v:0", "0", "-disposition:v:1", "default")
BOTH = ("-disposition:v:0", "default", "-disposition:v:1", "default")


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
@pytest.mark.parametrize(
    ("seconds", "disposition", "size"),
    [
        ((1, 0.04), FIRST, (64, 48)),  # not the largest still
        ((1, 1), FIRST, (64, 48)),
        ((1, 1), SECOND, (128, 96)),
        ((0.04, 1), FIRST, (64, 48)),
        ((1, 0.04), BOTH, (64, 48)),
        ((0.04, 1), BOTH, (128, 96)),
        ((1, 1), BOTH, (128, 96)),
    ],
    ids=str,
)
def test_the_stream_that_plays_is_shown(
    tmp_path: Path, ending: str, seconds: tuple[float, float], disposition: tuple[str, ...], size: object
) -> None:
    clip = gifsom.open(two(tmp_path / f"two.{ending}", seconds, *disposition))
    assert clip.size == size
    assert next(iter(clip.frames())).pixels.shape[1::-1] == size


@pytest.fixture(scope="module")
def still_and_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two(tmp_path_factory.mktemp("two") / "two.mp4", (1, 0.04), *BOTH)


def test_each_ffmpeg_counts_pictures(still_and_clip: Path, any_ffmpeg: str) -> None:
    assert gifsom.open(still_and_clip).size == (64, 48)


def test_a_stream_can_be_chosen(tmp_path: Path) -> None:
    path = two(tmp_path / "two.mp4", (1, 0.2), *FIRST)
    assert gifsom.open(path, stream=0).size == (64, 48)
    chosen = gifsom.convert(path, tmp_path / "out.gif", stream=1)
    assert (chosen.size, chosen.seconds) == ((128, 96), 0.2)


@pytest.mark.parametrize("number", [2, 7])
def test_a_stream_that_is_no_video_is_an_error_that_tells_those_that_are(tmp_path: Path, number: int) -> None:
    path = make(
        tmp_path / "three.mkv",
        *lavfi("color=red:s=64x48:r=25:d=0.2"),
        *lavfi("color=blue:s=32x32:r=25:d=0.2"),
        *lavfi("sine=d=0.2"),
        *("-map", "0", "-map", "1", "-map", "2", "-c:v", "mpeg4"),
    )
    with pytest.raises(SettingError, match=rf"stream {number} is no video.*: 0, 1$"):
        gifsom.open(path, stream=number)


def test_a_picture_has_no_streams(tmp_path: Path) -> None:
    make(tmp_path / "x.png", *lavfi("color=red:s=8x8:d=1"), "-frames:v", "1", "-update", "1")
    with pytest.raises(SettingError, match="stream is for videos"):
        gifsom.open(tmp_path / "x.png", stream=1)


# --- The log does not decide ----------------------------------------------------------------------------------------


def test_what_the_log_says_of_a_picture_gives_way_to_what_is_decoded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log that lists nothing in words that are known still gives the video."""
    monkeypatch.setattr("gifsom.sources.probe._STREAM", re.compile("never"))
    stream = probe(folder / "timecode.mov", 10**6)
    assert (stream.size, stream.rate) == ((64, 48), 25)


def test_a_title_that_looks_like_a_stream_is_none(folder: Path) -> None:
    assert probe(folder / "chapters.mkv", 10**6).size == (64, 48)


def test_a_song_with_a_cover_is_no_video(folder: Path, any_ffmpeg: str, tmp_path: Path) -> None:
    cover = ["-map", "0", "-map", "1", "-c:v", "copy", "-disposition:v", "attached_pic"]
    path = make(tmp_path / "song.m4a", *lavfi("sine=d=1"), "-i", folder / "cover.png", *cover)
    with pytest.raises(gifsom.SourceUnreadable, match="there is no video in it, only a picture that is its cover"):
        gifsom.open(path)
