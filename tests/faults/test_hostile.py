"""Files that are made to do harm: what they say is data, never a path, an address, a line of ffmpeg's or of ours."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import imageio_ffmpeg
import pytest
from conftest import FIXTURES, Inside, gifsom, linux, listing, measured, names, one_line, posix
from PIL import Image
from strict import check

import gifsom as package

SCENE = FIXTURES / "scene.mp4"
SMALL = ("--width", "64", "--end", "0.3")


def ffmpeg(*arguments: str | Path) -> None:
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", *arguments], check=True)


# Each would make ffmpeg open scene.mp4, which lies beside it, or an address.
PLAYLISTS = {
    "ffconcat": "ffconcat version 1.0\nfile scene.mp4\n",
    "ffconcat with a path": f"ffconcat version 1.0\nfile {SCENE}\n",
    "m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nscene.mp4\n#EXT-X-ENDLIST\n",
    "m3u8 of an address": "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n",
    "mpd": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet>'
    '<Representation id="1" bandwidth="1"><BaseURL>scene.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>',
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"
    "a=rtpmap:96 H264/90000\n",
    "imf": '<?xml version="1.0"?><CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/2016"/>',
    "lrc": "[00:01.00]scene.mp4\n",
}


@pytest.mark.parametrize("kind", PLAYLISTS)
@pytest.mark.parametrize(
    ("way", "ending"), [("file", ".mp4"), ("file", ".gif"), ("joined", ".mp4"), ("stream", ".mp4")]
)
def test_a_list_of_files_is_no_clip_by_whatever_way_it_comes(
    kind: str, ending: str, way: str, here: Path, inside: Inside
) -> None:
    source = here / f"list{ending}"
    source.write_text(PLAYLISTS[kind])
    shutil.copy(SCENE, here)
    before = listing(here)
    if way == "stream":
        with source.open("rb") as stream, pytest.raises(package.SourceUnreadable, match="not a video that can be read"):
            package.open(stream)
    else:
        sources = [source.name] if way == "file" else [str(FIXTURES / "sprite.gif"), source.name]
        run = inside("convert", *sources, "out.gif")
        assert (run.status, run.out) == (1, "")
        assert one_line(run.err).startswith(f"{source.name}: not a video")
    assert before == listing(here)


def test_a_list_of_files_in_a_batch_is_told_and_the_others_are_made(here: Path) -> None:
    (here / "list\x1b[31m.mp4").write_text(PLAYLISTS["ffconcat"])
    shutil.copy(SCENE, here)
    run = gifsom("convert", "scene.mp4", "list\x1b[31m.mp4", "out/", "--jobs", "1", *SMALL, cwd=here, timeout=120)
    assert run.status == 1
    assert one_line(run.err).startswith(r"list\x1b[31m.mp4: not a video")
    assert names(here / "out") == [".gifsom.json", "scene.gif"]


def test_raw_video_is_nothing_but_pixels(here: Path, inside: Inside) -> None:
    """A list is read as bytes of pictures where that is asked, and nothing else is opened."""
    (here / "list.mp4").write_text((PLAYLISTS["ffconcat"] * 10)[:96])
    run = inside("convert", "list.mp4", "out.gif", "--input-size", "8x4", "--input-fps", "10")
    assert (run.status, run.err) == (0, "")
    gif = check((here / "out.gif").read_bytes())
    assert (gif.width, gif.height, len(gif.frames)) == (8, 4, 1)


@posix
@pytest.mark.parametrize("name", ["%03d.png", "shot-%d.mp4", "|cat", "concat:a|b", "http:x.mp4", "file:x", "data:,x"])
def test_a_name_is_never_interpreted_as_source_or_output(name: str, here: Path, inside: Inside) -> None:
    for number in ("000", "001", "1", "2"):
        shutil.copy(FIXTURES / "still.png", here / f"{number}.png")
        shutil.copy(FIXTURES / "audio.m4a", here / f"shot-{number}.mp4")
    before = listing(here)
    run = inside("convert", name, "out.gif")
    assert (run.status, run.out) == (1, "")
    assert one_line(run.err).startswith(f"{name}: there is no such file")
    assert listing(here) == before
    shutil.copy(FIXTURES / ("still.png" if name.endswith(".png") else "cards.mkv"), here / name)
    for target in ("out.mp4", "%03d 'q'.mp4"):
        assert inside("convert", name, target).status == 0
    assert set(names(here)) == {*before, name, "out.mp4", "%03d 'q'.mp4"}


SAID = {
    "title": ["-metadata", "title=a\u2028[info]   Stream #0:0: Video: h264, rgb24(tv), 2000x10, 5 fps\u2028b"],
    "duration": ["-metadata", "comment=[info]  DURATION : 09:00:09.00"],
    "rotation": ["-metadata:s:v", "title=displaymatrix: rotation of -90.00"],
    "frame": ["-metadata", "title=[error] it broke showinfo n: 0 pts: 1 pts_time:77"],
    "error": ["-metadata", "title=a\n[error] it broke\x1b[31m"],
}


@pytest.mark.parametrize("what", [*SAID, "name"])
def test_what_a_file_says_of_itself_does_not_pass_for_what_ffmpeg_says(what: str, tmp_path: Path) -> None:
    path = tmp_path / "said.mkv"
    ffmpeg("-i", SCENE, "-c", "copy", "-t", "0.4", *SAID.get(what, []), path)
    if what == "name":
        if os.name != "posix":
            pytest.skip("needs names with line breaks")
        path = path.rename(tmp_path / "x\n[info]   Stream #0:0: Video: h264, rgb24(tv), 2000x10, 5 fps")
    ffmpeg("-i", SCENE, "-c", "copy", "-t", "0.4", tmp_path / "plain.mkv")
    clip, plain = package.open(path), package.open(tmp_path / "plain.mkv")
    assert sum(1 for _ in clip.frames()) == sum(1 for _ in plain.frames())
    assert (clip.size, clip.duration, clip.shortfall) == (plain.size, plain.duration, None)


@posix
def test_words_of_ffmpeg_and_pillow_have_no_control_characters(here: Path, inside: Inside) -> None:
    """They quote names, and what is in a file."""
    (here / "a\x1b[31m\n.mp4").write_bytes(b"\0\0\0\x1cftypisom" + bytes(40))
    (here / "a\x1b[31m\n.png").write_bytes((FIXTURES / "still.png").read_bytes()[:60])
    (here / "a\x1b[31m\n.tif").write_bytes(b"II*\0" + b"\xff" * 40)
    (here / "a\x1b[31m\n.gpl").write_text("GIMP Palette\n\x1b[31m 1 2\n")
    (here / "b.gsr").write_bytes(b"gifsom\x1b[31m" * 9)
    for arguments in (["a\x1b[31m\n.mp4"], ["a\x1b[31m\n.png"], ["a\x1b[31m\n.tif"], ["b.gsr"]):
        one_line(inside("convert", *arguments, "out.gif").err)
    run = inside("convert", FIXTURES / "cards.mkv", "out.gif", "--palette", "a\x1b[31m\n.gpl")
    assert run.status == 1
    assert r"\x1b[31m" in one_line(run.err)


@pytest.mark.parametrize(
    "option",
    [
        ["--caption", "x|position=\x1b[31m"],
        ["--caption", "x|color=\x1b[31m"],
        ["--crop", "\x1b[31m"],
        ["--blur", "\n\x1b[31m"],
        ["--flip", "\x1b[31m"],
        ["--background", "\x1b[31m"],
        ["--fit", "\x1b[31m"],
        ["--start", "\x1b[31m"],
        ["--max-size", "\x1b[31m"],
        ["--dither", "\x1b[31m"],
        ["--preset", "\x1b[31m"],
        ["--\x1b[31m"],
        ["--fps", "\x1b[31m"],
        ["--rotate", "9" * 500],
        ["--hold-last", "1e300"],
        ["--fps", "1e999"],
        ["--scale", "1e300"],
        ["--colors", "9" * 500],
    ],
)
def test_an_option_that_is_wrong_is_one_clean_line(option: list[str], here: Path, inside: Inside) -> None:
    run = inside("convert", FIXTURES / "sprite.gif", "out.gif", *option)
    assert (run.status, run.out) == (2, "")
    one_line(run.err)
    assert names(here) == []


def test_a_caption_of_control_characters_is_drawn_or_refused(here: Path, inside: Inside) -> None:
    run = inside("convert", FIXTURES / "cards.mkv", "out.gif", "--caption", "a\x1b[31m\x07\u202eb\x00c", "--end", "0.2")
    assert run.status == 0 or one_line(run.err)


# --- Settings files that came with a folder ---------------------------------------------------------------------------

SETTINGS = {
    "huge": b"# " + b"x" * (1 << 17),
    "deep": b"[convert]\nquality = " + b"[" * 9000,
    "deep keys": b"[convert]\n" + b"a." * 2000 + b"b = 1",
    "endless number": b"[convert]\nquality = 0x" + b"f" * 9000,
    "endless number in a list": b"[presets.x]\nquality = [0x" + b"f" * 9000 + b"]",
    "large number": b"[convert]\nfps = " + b"9" * 400,
    "binary": bytes(range(256)) * 9,
    "control characters": b'[convert]\nfit = "\\u001b[31m\\n"',
    "key": b'[convert]\n"\\u001b\\n" = 1',
    "table": b'["\\u001b\\n"]\nx = 1',
    "number": b"[convert]\nfps = nan",
}


@pytest.mark.parametrize("kind", SETTINGS)
@pytest.mark.parametrize("command", ["convert", "presets"])
def test_a_hostile_settings_file_is_one_line(kind: str, command: str, here: Path, inside: Inside) -> None:
    (here / "gifsom.toml").write_bytes(SETTINGS[kind])
    before = listing(here)
    run = (
        inside("convert", FIXTURES / "sprite.gif", "out.gif", "--quiet") if command == "convert" else inside("presets")
    )
    if run.status:
        assert run.status == 2
        assert one_line(run.err).startswith("gifsom.toml")
        assert len(run.err) < 2000
        assert listing(here) == before


# --- Bombs ------------------------------------------------------------------------------------------------------------


def tiff(folder: Path) -> Path:
    """10000 x 10000 pixels of one bit behind a small page."""
    first = Image.new("1", (8, 8))
    first.save(folder / "x.tif", save_all=True, append_images=[Image.new("1", (10_000, 10_000))], compression="group4")
    return folder / "x.tif"


def webp(folder: Path) -> Path:
    Image.new("L", (16_000, 4_000)).save(folder / "x.webp", lossless=True, method=0)
    return folder / "x.webp"


def apng(folder: Path) -> Path:
    pictures = [Image.new("1", (9_000, 9_000), level) for level in (0, 1)]
    pictures[0].save(folder / "x.png", save_all=True, append_images=pictures[1:])
    return folder / "x.png"


@linux
@pytest.mark.parametrize("make", [tiff, webp, apng])
def test_a_bomb_of_every_kind_takes_no_memory(make: Callable[[Path], Path], here: Path, tmp_path: Path) -> None:
    """PNG, GIF and video: tests/test_images.py."""
    source = make(tmp_path)

    status, said, memory = measured("convert", source, "out.gif", "--strict", cwd=here, limit=6 << 30)
    assert status == 1
    assert one_line(said).startswith(f"{source}: ")
    assert memory < 500_000  # of which the program itself has a third
    assert names(here) == []


def test_a_bomb_among_the_pictures_of_a_stream_is_left_out_and_told(here: Path, inside: Inside) -> None:
    small, huge = BytesIO(), BytesIO()
    Image.new("RGB", (64, 48), "red").save(small, "JPEG")
    Image.new("L", (30_000, 3_000)).save(huge, "JPEG")
    (here / "x.mjpeg").write_bytes(small.getvalue() * 5 + huge.getvalue() + small.getvalue() * 4)
    run = inside("convert", "x.mjpeg", "--quiet")
    assert run.status == 0
    assert one_line(run.err).startswith("x.mjpeg: only 0.4 s could be read (ffmpeg: ")
    assert inside("convert", "x.mjpeg", "--quiet", "--overwrite", "--strict").status == 1


# --- Times ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "seconds"), [(1, 3602.0), (1000, 2.0)])
def test_a_step_in_time_is_kept_or_left_out_and_never_endless(
    hours: int, seconds: float, here: Path, inside: Inside
) -> None:
    jump = f"setpts='if(lt(N,10),N,N+{36_000 * hours})/10/TB'"
    clip = ["-f", "lavfi", "-i", "color=size=16x16:rate=10:duration=2", "-vf", jump, "-fps_mode", "passthrough"]
    ffmpeg(*clip, "-c:v", "ffv1", here / "jump.mkv")
    began = time.monotonic()
    run = inside("convert", "jump.mkv")
    assert run.status == 0
    gif = check((here / "jump.gif").read_bytes())
    assert sum(frame.delay for frame in gif.frames) / 100 == pytest.approx(seconds, abs=0.2)
    assert (run.err == "") == (hours == 1)
    assert time.monotonic() - began < 60


def test_times_that_jump_back_keep_the_pictures(here: Path, inside: Inside) -> None:
    ffmpeg("-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=1", "-c:v", "mpeg2video", here / "a.ts")
    (here / "b.ts").write_bytes((here / "a.ts").read_bytes() * 2)
    assert inside("convert", "b.ts").status == 0
    gif = check((here / "b.gif").read_bytes())
    assert sum(frame.delay for frame in gif.frames) == pytest.approx(200, abs=1)
