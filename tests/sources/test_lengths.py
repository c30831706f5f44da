"""How long a video is: as long as players show it, at every rate, also where its last picture has no length."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from ffmpegs import any_ffmpeg, lavfi, make

import gifsom
from gifsom.sources.edit_lists import shown_seconds

__all__ = ["any_ffmpeg"]

UNEVEN = "select='eq(n,0)+eq(n,1)+eq(n,5)+eq(n,6)+eq(n,15)'"  # of 10 a second: the last one is shown from 1.5 s on


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lengths")
    clip, sound = lavfi("testsrc2=s=64x48:r=25:d=2.2"), lavfi("sine=d=2.2")
    h264 = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "25"]
    make(folder / "plain.flv", *clip, "-c:v", "flv1")
    make(folder / "late.flv", *clip, *h264)
    make(folder / "plain.mkv", *clip, *h264)
    uneven = [*lavfi("testsrc2=s=64x48:r=10:d=2"), "-vf", UNEVEN, "-fps_mode", "vfr", *h264, "-bf", "0"]
    make(folder / "uneven.flv", *uneven)
    make(folder / "uneven.mkv", *uneven)
    times = "settb=1/1000,setpts='if(eq(N,5),1000,N*100)'"  # 0, 0.1, 0.2, 0.3, 0.4, 1.0
    some = ["-vf", f"select='lt(n,5)+eq(n,10)',{times}", "-fps_mode", "passthrough", "-enc_time_base", "1/1000"]
    make(folder / "unknown.flv", *lavfi("testsrc2=s=64x48:r=10:d=4"), *some, *h264)
    make(folder / "slow.mkv", *lavfi("testsrc2=s=64x48:r=1:d=3"), *h264, "-bf", "0")
    make(folder / "offset.mkv", "-itsoffset", "0.5", "-i", folder / "plain.mkv", "-c", "copy")
    make(folder / "whole.mp4", *clip, *h264)
    make(folder / "sound.mp4", *clip, *sound, *h264)
    # Begun within a picture: it is decoded from the key picture before, and that picture is shown in part.
    make(folder / "cut.mp4", "-ss", "1.3", "-i", folder / "whole.mp4", "-c", "copy")
    make(folder / "cut33.mov", "-ss", "1.33", "-i", folder / "whole.mp4", "-c", "copy")
    make(folder / "cut_sound.mp4", "-ss", "1.33", "-i", folder / "sound.mp4", "-c", "copy")
    # Its times begin with its second picture or so, since pictures are shown in another order than they are coded.
    make(folder / "reordered.avi", *clip, *h264, "-bf", "2")
    make(folder / "late.mp4", "-itsoffset", "0.5", "-i", folder / "whole.mp4", *lavfi("sine=d=2.2"), "-c:v", "copy")
    make(folder / "alone.mp4", "-itsoffset", "0.5", "-i", folder / "whole.mp4", "-c", "copy")
    make(folder / "early.mp4", "-itsoffset", "-0.5", "-i", folder / "whole.mp4", "-c", "copy")
    make(folder / "outlasted.mp4", *clip, *lavfi("sine=d=3"), *h264)
    make(folder / "outlasted.mkv", *clip, *lavfi("sine=d=3"), *h264)
    make(folder / "plain.webm", *clip, "-c:v", "libvpx-vp9", "-cpu-used", "8")
    make(folder / "plain.avi", *clip, "-c:v", "mpeg4")
    make(folder / "part.mp4", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=2.2", *h264, "-movflags", "frag_keyframe")
    return folder


LENGTHS = {
    "plain.flv": 2.2,
    "late.flv": 2.2,
    "plain.mkv": 2.2,
    "uneven.flv": 1.6,
    "uneven.mkv": 1.6,
    "unknown.flv": 1.1,
    "slow.mkv": 3.0,
    "offset.mkv": 2.2,
    "whole.mp4": 2.2,
    "cut.mp4": 0.9,
    "cut33.mov": 0.87,
    "cut_sound.mp4": 0.87,
    "reordered.avi": 2.2,
    "late.mp4": 2.2,
    "alone.mp4": 2.2,
    "early.mp4": 1.7,
    "outlasted.mp4": 2.2,
    "outlasted.mkv": 2.2,
    "plain.webm": 2.2,
    "plain.avi": 2.2,
    "part.mp4": 2.2,
}


@pytest.mark.parametrize(("name", "length"), LENGTHS.items())
def test_a_clip_is_as_long_as_players_show_it(folder: Path, any_ffmpeg: str, name: str, length: float) -> None:
    clip = gifsom.open(folder / name)
    assert len(list(clip.frames())) <= 1.05 * length * (clip.rate or 0) + 1
    assert clip.duration == pytest.approx(length, abs=0.01)
    assert clip.shortfall is None


@pytest.mark.parametrize("fps", [1, 5, 7, 12.5, 15, 24, 30, 50])
@pytest.mark.parametrize(("name", "length"), LENGTHS.items())
def test_a_gif_is_as_long_at_every_rate(folder: Path, name: str, length: float, fps: float) -> None:
    made = gifsom.convert(folder / name, BytesIO(), fps=fps)
    assert made.seconds == pytest.approx(length, abs=0.0101)
    assert made.shortfall is None


def test_a_truncated_file_is_still_told(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "truncated.flv"
    path.write_bytes((folder / "plain.flv").read_bytes()[: (folder / "plain.flv").stat().st_size // 2])
    made = gifsom.convert(path, BytesIO())
    assert made.shortfall is not None
    assert made.seconds < 1.5


def box(kind: bytes, *content: bytes) -> bytes:
    data = b"".join(content)
    return (8 + len(data)).to_bytes(4) + kind + data


def whole(*values: int) -> bytes:
    return b"".join((value % 2**32).to_bytes(4) for value in values)


def movie(*tracks: bytes, scale: int = 1000) -> bytes:
    return box(b"ftyp", b"isom") + box(b"moov", box(b"mvhd", whole(0, 0, 0, scale, 0)), *tracks)


def track(length: int, *edits: tuple[int, int]) -> bytes:
    listed = b"".join(whole(duration, media, 1 << 16) for duration, media in edits)
    lists = box(b"edts", box(b"elst", whole(0, len(edits)), listed)) if edits else b""
    return box(b"trak", box(b"tkhd", whole(0, 0, 0, 1, 0, length)), lists)


@pytest.mark.parametrize(
    ("data", "number", "seconds"),
    [
        (movie(track(2200)), 0, 2.2),
        (movie(track(5000), track(2200)), 1, 2.2),
        (movie(track(2700, (500, -1), (2200, 80))), 0, 2.2),  # nothing is shown for half a second
        (movie(track(2200, (1000, 0), (1200, 3000))), 0, 2.2),
        (movie(track(0)), 0, None),
        (movie(track(2200)), 1, None),
        (movie(track(2200), scale=0), 0, None),
        (b"", 0, None),
        (box(b"moov", whole(4, 4)), 0, None),
        (b"\0\0\0\1moov" + b"\xff" * 8, 0, None),
    ],
)
def test_edit_lists_are_read(tmp_path: Path, data: bytes, number: int, seconds: float | None) -> None:
    (tmp_path / "x.mp4").write_bytes(data)
    assert shown_seconds(tmp_path / "x.mp4", number) == seconds


def test_boxes_in_boxes_end(tmp_path: Path) -> None:
    data = b""
    for _ in range(2000):
        data = box(b"moov", data)
    (tmp_path / "x.mp4").write_bytes(data)
    assert shown_seconds(tmp_path / "x.mp4", 0) is None


@pytest.mark.parametrize("seed", range(20))
def test_no_box_is_too_odd(tmp_path: Path, seed: int) -> None:
    data = bytearray(movie(track(2700, (500, -1), (2200, 80))))
    for place in range(seed, len(data), 23):
        data[place] = (data[place] * 7 + seed) % 256
    (tmp_path / "x.mp4").write_bytes(data[: len(data) - seed])
    assert (shown_seconds(tmp_path / "x.mp4", 0) or 0) >= 0


@pytest.mark.parametrize("name", ["late.mp4", "reordered.avi"])
def test_what_begins_late_begins_with_its_first_picture(folder: Path, name: str) -> None:
    """Neither the first nor the last picture stands longer than the others; a part is counted from the first one."""
    frames, whole = ([f.pixels for f in gifsom.open(folder / one).frames()] for one in (name, "whole.mp4"))
    assert len(frames) == 55
    assert max(np.abs(one.astype(int) - other).mean() for one, other in zip(frames, whole, strict=True)) < 3
    part = gifsom.open(folder / name).trim(0.4, 0.8)
    assert [frame.pixels.tobytes() for frame in part.frames()] == [pixels.tobytes() for pixels in frames[10:20]]
    assert part.duration == pytest.approx(0.4)
