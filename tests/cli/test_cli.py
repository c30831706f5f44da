"""The command line: what it prints and where, how it ends, and what it leaves in the folder.

`gifsom` runs it as a process, as a user does. The long tables run it `inside` this one, through the same `main`: they
would take minutes otherwise.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from conftest import (
    COMMAND,
    FIXTURES,
    ROOT,
    Inside,
    children,
    environment,
    gifsom,
    linux,
    listing,
    names,
    on_terminal,
    one_line,
    posix,
    wait_for,
)
from PIL import Image
from strict import Gif, check

CARDS = FIXTURES / "cards.mkv"  # lossless and of 12 colors: converted in no time
CLOSING = re.compile(
    r"(?P<path>.+): (?P<amount>[\d.]+) (?P<unit>bytes|kB|MB), (?P<width>\d+)x(?P<height>\d+) pixels,"
    r" (?P<frames>\d+) frames?, (?P<seconds>[\d.]+) s(?P<part> \([^)]*\))?(?:, (?P<colors>\d+) colors?)?"
    r"(?: in (?P<tables>\d+) tables)?(?P<exact>, exact)?(?:, nearest colors|, quality \d+)?,"
    r" made in (?P<elapsed>[\d.]+) s\n"
)


def closing(line: str) -> re.Match[str]:
    match = CLOSING.fullmatch(line)
    assert match, f"not a closing line: {line!r}"
    return match


def the_gif(path: Path) -> Gif:
    return check(path.read_bytes())


def seconds(gif: Gif) -> float:
    return sum(frame.delay for frame in gif.frames) / 100


# --- The examples of the issue and the README -----------------------------------------------------------------------


def test_a_video_becomes_a_gif_of_at_most_15_frames_a_second_that_plays_for_ever(here: Path) -> None:
    shutil.copy(FIXTURES / "scene.mp4", here / "clip.mp4")
    run = gifsom("convert", "clip.mp4", "clip.gif", cwd=here)
    assert (run.status, run.err) == (0, "")
    gif = the_gif(here / "clip.gif")
    assert (gif.width, gif.height) == (640, 360)
    assert gif.loop == 0
    assert len(gif.frames) == 45  # 3 s at 15 instead of 25
    assert seconds(gif) == 3.0


def test_without_out_the_gif_has_the_clips_name_in_the_current_folder(here: Path) -> None:
    (here.parent / "elsewhere").mkdir()
    source = Path(shutil.copy(CARDS, here.parent / "elsewhere/my.cards.mkv"))
    run = gifsom("convert", source, cwd=here)
    assert (run.status, run.err) == (0, "")
    assert names(here) == ["my.cards.gif"]
    assert [source.name] == names(source.parent)
    assert closing(run.out)["path"] == "my.cards.gif"


def test_every_option_of_the_long_example(here: Path, long_clip: Path) -> None:
    (here / "clip.gif").write_bytes(b"old")
    options = "--fps 12 --width 480 --start 1:05 --duration 4 --colors 128 --loop 3 --overwrite"
    run = gifsom("convert", long_clip, *options.split(" "), cwd=here)
    assert (run.status, run.err) == (0, "")
    gif = the_gif(here / "clip.gif")
    assert (gif.width, gif.height) == (480, 270)
    assert seconds(gif) == 4.0
    assert len(gif.frames) == 48
    assert gif.loop == 2  # the extension counts repetitions
    assert gif.global_table is not None
    used = {index for frame in gif.frames for index in np.unique(frame.indices).tolist() if index != frame.transparent}
    assert len(used) <= 128
    assert int(closing(run.out)["colors"]) == 128


def test_a_wide_video_gets_640_pixels_and_a_small_one_is_not_enlarged(
    here: Path, inside: Inside, tmp_path: Path
) -> None:
    wide = tmp_path / "wide.mkv"
    source = ["-f", "lavfi", "-i", "color=red:size=1000x500:rate=5:duration=0.4", "-c:v", "ffv1"]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, wide], check=True)
    assert inside("convert", wide).status == 0
    gif = the_gif(here / "wide.gif")
    assert (gif.width, gif.height) == (640, 320)
    assert inside("convert", CARDS, "--width", "5000").status == 0
    gif = the_gif(here / "cards.gif")
    assert (gif.width, gif.height) == (96, 64)


@pytest.mark.parametrize("address", ["https://host/x.mp4", "http://host/x.mp4", "rtsp://host/x", "HTTP://HOST/X.MP4"])
def test_an_address_is_refused_as_such(here: Path, inside: Inside, address: str) -> None:
    run = inside("convert", address)
    assert (run.status, run.out) == (1, "")
    message = one_line(run.err)
    assert message.startswith(f"{address}: ")
    assert "remote" in message
    assert names(here) == []


def playlists() -> dict[str, str]:
    return {
        "ffconcat": "ffconcat version 1.0\nfile scene.mp4\n",
        "concat without a header": "file 'scene.mp4'\n",
        "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nscene.mp4\n#EXT-X-ENDLIST\n",
        "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet>'
        '<Representation id="1" bandwidth="1"><BaseURL>scene.mp4</BaseURL></Representation></AdaptationSet></Period>'
        "</MPD>",
    }


@pytest.mark.parametrize("kind", playlists())
@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
def test_a_playlist_dressed_as_a_video_does_not_make_it_read_another_file(
    here: Path, inside: Inside, kind: str, ending: str
) -> None:
    source = here / f"list{ending}"
    source.write_text(playlists()[kind])
    shutil.copy(FIXTURES / "scene.mp4", here)
    before = listing(here)
    run = inside("convert", source.name, "out.gif")
    assert (run.status, run.out) == (1, "")
    assert one_line(run.err).startswith(f"{source.name}: not a video")
    assert before == listing(here)


# --- What is printed ------------------------------------------------------------------------------------------------


def test_the_closing_line_tells_what_the_file_is(here: Path) -> None:
    run = gifsom("convert", FIXTURES / "ramp.mkv", "sub name.gif", "--colors", "40", cwd=here)
    assert (run.status, run.err) == (0, "")
    said, gif = closing(run.out), the_gif(here / "sub name.gif")
    size = (here / "sub name.gif").stat().st_size
    assert said["path"] == "sub name.gif"
    assert float(said["amount"]) == pytest.approx(size / {"bytes": 1, "kB": 1e3, "MB": 1e6}[said["unit"]], rel=0.01)
    assert (gif.width, gif.height) == (int(said["width"]), int(said["height"]))
    assert len(gif.frames) == int(said["frames"])
    assert f"{seconds(gif):.2f}" == said["seconds"]
    assert said["colors"] == "40"
    assert said["exact"] is None
    assert 0 < float(said["elapsed"]) < 60


def test_the_closing_line_says_when_every_pixel_is_exact(inside: Inside) -> None:
    said = closing(inside("convert", CARDS).out)
    assert (said["colors"], said["exact"]) == ("12", ", exact")


def test_quiet_prints_nothing(here: Path) -> None:
    run = gifsom("convert", CARDS, "--quiet", cwd=here)
    assert (run.status, run.out, run.err) == (0, "", "")
    assert names(here) == ["cards.gif"]


def test_quiet_still_tells_errors(inside: Inside) -> None:
    run = inside("convert", "missing.mp4", "--quiet")
    assert (run.status, run.out) == (1, "")
    assert one_line(run.err).startswith("missing.mp4: ")


@posix
def test_a_terminal_shows_progress_for_each_stage_on_stderr_only(here: Path) -> None:
    status, shown, out = on_terminal("stderr", "convert", FIXTURES / "scene.mp4", cwd=here)
    assert status == 0
    for stage in ("Reading", "Learning", "Writing"):
        assert stage in shown
    assert "45/45" in shown  # frames
    assert re.search(r"\d s left", shown)
    closing(out)


@posix
def test_no_progress_where_stderr_is_no_terminal(here: Path) -> None:
    status, shown, err = on_terminal("stdout", "convert", FIXTURES / "ramp.mkv", cwd=here)
    assert (status, err) == (0, "")
    closing(shown.replace("\r\n", "\n"))


@posix
def test_quiet_shows_nothing_on_a_terminal(here: Path) -> None:
    assert on_terminal("stderr", "convert", CARDS, "--quiet", cwd=here) == (0, "", "")


@posix
def test_an_error_on_a_terminal_is_one_line_too(here: Path) -> None:
    status, shown, out = on_terminal("stderr", "convert", "missing.mp4", cwd=here)
    assert (status, out) == (1, "")
    left = re.sub(r"\x1b\[[?\d;]*[A-Za-z]", "", shown).replace("\r", "")
    assert one_line(left.lstrip("\n")).startswith("missing.mp4: ")


def test_version(here: Path) -> None:
    version = re.search(r'__version__ = "(.+)"', (ROOT / "gifsom/__init__.py").read_text())
    assert version
    run = gifsom("--version", cwd=here)
    assert (0, f"gifsom {version[1]}\n", "") == (run.status, run.out, run.err)


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_lists_the_commands(here: Path, flag: str) -> None:
    run = gifsom(flag, cwd=here)
    assert (run.status, run.err) == (0, "")
    for command in ("convert", "optimize", "palette", "info"):
        assert re.search(rf"\b{command}\b", run.out)


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_of_convert_lists_every_option(here: Path, flag: str) -> None:
    run = gifsom("convert", flag, cwd=here, env=environment(COLUMNS="120"))
    assert (run.status, run.err) == (0, "")
    options = (
        "fps width start end duration colors palette loop background overwrite strict max-pixels seed quiet verbose"
    )
    for option in options.split():
        assert f"--{option}" in run.out


def test_verbose_shows_what_ffmpeg_says(here: Path) -> None:
    run = gifsom("convert", CARDS, "--verbose", cwd=here)
    assert run.status == 0
    assert "Input #0, matroska" in run.err
    assert "Stream #0:0" in run.err
    closing(run.out)


# --- Wrong usage ----------------------------------------------------------------------------------------------------

USAGE = {
    "unknown option": ["--bogus"],
    "unknown short option": ["-x", "x.gif"],
    "no width": ["--width", "0"],
    "negative width": ["--width", "-5"],
    "huge width": ["--width", "16001"],
    "text as width": ["--width", "abc"],
    "part of a pixel": ["--width", "640.5"],
    "no rate": ["--fps", "0"],
    "endless rate": ["--fps", "1e400"],
    "rate that is no number": ["--fps", "nan"],
    "text as rate": ["--fps", "fast"],
    "seconds past 59": ["--start", "1:75"],
    "text as start": ["--start", "soon"],
    "empty start": ["--start", ""],
    "negative start": ["--start", "-1"],
    "infinite end": ["--end", "inf"],
    "end before start": ["--start", "2", "--end", "1"],
    "end at start": ["--start", "0:01", "--end", "1.0"],
    "no duration": ["--duration", "0"],
    "both end and duration": ["--end", "1", "--duration", "1"],
    "one color": ["--colors", "1"],
    "many colors": ["--colors", "300"],
    "negative loop": ["--loop", "-1"],
    "long loop": ["--loop", "65537"],
    "unknown background": ["--background", "nocolor"],
    "short background": ["--background", "#12"],
    "negative seed": ["--seed", "-1"],
    "no pixels": ["--max-pixels", "0"],
    "several cores for one clip": ["out.gif", "--jobs", "2"],
    "an option without its value": ["--width"],
}


@pytest.mark.parametrize("arguments", USAGE.values(), ids=USAGE.keys())
def test_wrong_usage_ends_with_2_and_one_line_before_anything_is_done(
    here: Path, inside: Inside, arguments: list[str]
) -> None:
    run = inside("convert", CARDS, *arguments)
    assert (run.status, run.out) == (2, "")
    one_line(run.err)
    assert names(here) == []


@pytest.mark.parametrize(
    ("status", "arguments"),
    [(2, [str(CARDS), "--bogus"]), (2, [str(CARDS), "--width", "0"]), (1, ["missing\n\x1b[31m.mp4"]), (1, [".."])],
)
def test_a_process_that_fails_has_a_status_and_says_one_line(here: Path, status: int, arguments: list[str]) -> None:
    run = gifsom("convert", *arguments, cwd=here)
    assert (run.status, run.out) == (status, "")
    one_line(run.err)
    assert names(here) == []


@pytest.mark.parametrize("arguments", [["bogus"], ["--bogus"], ["convert"], ["optimize", "a.gif"], ["info"]])
def test_a_wrong_command_ends_with_2_and_one_line(inside: Inside, arguments: list[str]) -> None:
    run = inside(*arguments)
    assert (run.status, run.out) == (2, "")
    one_line(run.err)


@pytest.mark.parametrize("option", ["--width=0", "--fps=0", "--colors=1", "--start=1:75", "--loop=-1"])
def test_the_message_names_the_option_and_what_was_given(inside: Inside, option: str) -> None:
    name, given = option.removeprefix("--").split("=")
    message = one_line(inside("convert", CARDS, option).err)
    assert given in message
    assert name in message or "time" in message


def test_without_arguments_it_shows_the_help_and_nothing_else(here: Path) -> None:
    run = gifsom(cwd=here)
    assert (run.status, run.err) == (2, "")
    assert "convert" in run.out


# --- Bad input and output: 1, one line that names the path and the cause, nothing left ------------------------------


def text_file(folder: Path) -> Path:
    path = folder / "notes.mp4"
    path.write_text("not a video\n" * 100)
    return path


def empty_file(folder: Path) -> Path:
    path = folder / "empty.mp4"
    path.touch()
    return path


def empty_folder(folder: Path) -> Path:
    path = folder / "frames"
    path.mkdir()
    return path


def folder_of_text(folder: Path) -> Path:
    path = folder / "texts"
    (path / "pictures").mkdir(parents=True)
    (path / "still.png").write_text("no picture")
    shutil.copy(FIXTURES / "still.png", path / "pictures")
    return path


def half_a_png(folder: Path) -> Path:
    path = folder / "half.png"
    path.write_bytes((FIXTURES / "still.png").read_bytes()[:40])
    return path


def a_pipe(folder: Path) -> Path:
    path = folder / "pipe.mp4"
    os.mkfifo(path)
    return path


BAD_INPUTS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (lambda folder: folder / "missing.mp4", "no such file"),
    "in a missing folder": (lambda folder: folder / "no/where.mp4", "no such file"),
    "in a file": (lambda folder: CARDS / "x.mp4", "Not a directory"),
    "text": (text_file, "not a video"),
    "empty": (empty_file, "empty"),
    "empty folder": (empty_folder, "there is no picture in the folder"),
    "folder without a picture": (folder_of_text, "there is no picture in the folder"),
    "sound only": (lambda folder: FIXTURES / "audio.m4a", "no video in it"),
    "playlist": (lambda folder: FIXTURES / "playlist.mp4", "not a video"),
    "half a picture": (half_a_png, "damaged"),
    "device": (lambda folder: Path(os.devnull), "not a regular file"),
    "pipe": (a_pipe, "not a regular file"),
}


@posix
@pytest.mark.parametrize(("make", "cause"), BAD_INPUTS.values(), ids=BAD_INPUTS.keys())
def test_a_bad_input_is_told_with_its_path_and_leaves_nothing(
    here: Path, inside: Inside, tmp_path: Path, make: Callable[[Path], Path], cause: str
) -> None:
    source = make(tmp_path)
    (here / "other.txt").write_text("stays")
    before = listing(here)
    run = inside("convert", source, "out.gif")
    assert (run.status, run.out) == (1, "")
    message = one_line(run.err)
    assert message.startswith(f"{source}: ")
    assert cause in message
    assert before == listing(here)


@pytest.mark.parametrize(
    "source",
    [
        "cards.mkv",
        pytest.param(
            "sprite.gif",
        ),
    ],
)
def test_a_start_past_the_end_says_how_long_the_clip_is(here: Path, inside: Inside, source: str) -> None:
    run = inside("convert", FIXTURES / source, "--start", "1:00")
    assert (run.status, run.out) == (1, "")
    message = one_line(run.err)
    assert "past the end" in message
    assert ("2.00 s" if source == "cards.mkv" else "0.86 s") in message
    assert names(here) == []
    assert str(FIXTURES / source) in message


def test_a_rate_slower_than_the_clip_is_long_gives_its_first_picture(here: Path, inside: Inside) -> None:
    run = inside("convert", CARDS, "--fps", "0.1")
    assert (run.status, run.err) == (0, "")
    gif = the_gif(here / "cards.gif")
    assert len(gif.frames) == 1
    assert seconds(gif) == 2.0


def test_a_start_within_the_last_picture_gives_that_picture(here: Path, inside: Inside) -> None:
    run = inside("convert", CARDS, "--start", "1.97")
    assert (run.status, run.err) == (0, "")
    assert len(the_gif(here / "cards.gif").frames) == 1


@pytest.mark.parametrize("source", ["..", ".", "/", ""])
def test_a_folder_without_a_name_and_a_picture_is_no_clip_either(here: Path, inside: Inside, source: str) -> None:
    run = inside("convert", source)
    assert (run.status, run.out) == (1, "")
    assert "no picture in the folder" in one_line(run.err)
    assert names(here) == []


@pytest.mark.parametrize(("source", "target"), [("shots", "shots.gif"), ("./shots/", "shots.gif"), (".", "here.gif")])
def test_a_folder_of_pictures_is_a_clip(here: Path, inside: Inside, source: str, target: str) -> None:
    """Each is shown for a tenth of a second."""
    folder = here / source
    folder.mkdir(exist_ok=True)
    for n in range(3):
        Image.new("RGB", (40, 30), (80 * n, 30, 40)).save(folder / f"{n}.png")
    run = inside("convert", source)
    assert (run.status, run.err) == (0, "")
    assert closing(run.out)["path"] == target
    gif = the_gif(here / target)
    assert (gif.width, gif.height) == (40, 30)
    assert [frame.delay for frame in gif.frames] == [10] * 3


@posix
@pytest.mark.parametrize("which", ["source", "target"])
def test_a_name_that_is_too_long_is_one_line(here: Path, inside: Inside, which: str) -> None:
    name = "x" * 300 + ".gif"
    run = inside("convert", *([name, "out.gif"] if which == "source" else [CARDS, name]))
    assert (run.status, run.out) == (1, "")
    assert name in one_line(run.err)
    assert "too long" in run.err
    assert names(here) == []


def test_an_output_in_a_missing_folder_is_refused_and_the_folder_not_made(here: Path) -> None:
    run = gifsom("convert", CARDS, "no/out.gif", cwd=here)
    assert (run.status, run.out) == (1, "")
    assert one_line(run.err).startswith("no/out.gif: there is no folder")
    assert names(here) == []


@pytest.mark.parametrize("overwrite", [[], ["--overwrite"]])
def test_an_output_that_is_a_folder_is_refused(here: Path, inside: Inside, overwrite: list[str]) -> None:
    (here / "out.gif").mkdir()
    run = inside("convert", CARDS, "out.gif", *overwrite)
    assert (run.status, run.out) == (1, "")
    assert one_line(run.err).startswith("out.gif: that is a folder")
    assert listing(here) == {"out.gif": None}


def test_an_output_that_is_there_is_replaced_with_overwrite_only(here: Path) -> None:
    target = here / "cards.gif"
    target.write_bytes(b"precious")
    run = gifsom("convert", CARDS, cwd=here)
    assert (run.status, run.out) == (1, "")
    message = one_line(run.err)
    assert message.startswith("cards.gif: ")
    assert "--overwrite" in message
    assert listing(here) == {"cards.gif": b"precious"}
    run = gifsom("convert", CARDS, "--overwrite", cwd=here)
    assert (run.status, run.err) == (0, "")
    assert names(here) == ["cards.gif"]
    the_gif(target)


def test_an_output_that_is_there_survives_a_conversion_that_fails(here: Path, inside: Inside) -> None:
    (here / "out.gif").write_bytes(b"precious")
    run = inside("convert", FIXTURES / "audio.m4a", "out.gif", "--overwrite")
    assert run.status == 1
    assert listing(here) == {"out.gif": b"precious"}


@posix
@pytest.mark.parametrize("link", ["itself", "symbolic link", "hard link", "other spelling"])
def test_the_source_is_never_the_output(here: Path, inside: Inside, link: str) -> None:
    source = Path(shutil.copy(FIXTURES / "sprite.gif", here / "clip.gif"))
    target = here / "out.gif"
    if link == "symbolic link":
        target.symlink_to(source)
    elif link == "hard link":
        target.hardlink_to(source)
    else:
        target = source if link == "itself" else here / ".." / "here" / "clip.gif"
    before = listing(here)
    run = inside("convert", "clip.gif", target, "--overwrite")
    assert (run.status, run.out) == (1, "")
    assert one_line(run.err).startswith(f"{target}: that is the source itself")
    assert before == listing(here)


@posix
@pytest.mark.parametrize("kind", ["pipe", "/dev/full", "/dev/null"])
def test_a_pipe_or_a_device_is_never_replaced(here: Path, inside: Inside, kind: str) -> None:
    target = here / "out.gif" if kind == "pipe" else Path(kind)
    if kind == "pipe":
        os.mkfifo(target)
    elif not target.exists():
        pytest.skip(f"needs {kind}")
    before = target.stat()
    run = inside("convert", CARDS, target, "--overwrite")
    assert (run.status, run.out) == (1, "")
    assert one_line(run.err).startswith(f"{target}: that is not a regular file")
    after = target.stat()
    assert (before.st_mode, before.st_ino) == (after.st_mode, after.st_ino)
    assert names(here) == (["out.gif"] if kind == "pipe" else [])


@posix
def test_a_folder_that_cannot_be_written_to_is_refused(here: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("the superuser may write everywhere")
    here.chmod(0o555)
    try:
        run = gifsom("convert", CARDS, here / "out.gif", cwd=here)
    finally:
        here.chmod(0o755)
    assert (run.status, run.out) == (1, "")
    assert one_line(run.err).startswith(f"{here}/out.gif: ")
    assert names(here) == []


@posix
def test_a_file_that_cannot_be_read_is_told(here: Path, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("the superuser may read everything")
    source = Path(shutil.copy(CARDS, tmp_path))
    source.chmod(0)
    run = gifsom("convert", source, cwd=here)
    assert (run.status, run.out) == (1, "")
    assert one_line(run.err) == f"{source}: Permission denied"
    assert names(here) == []


@posix
def test_a_full_disk_leaves_the_old_output_and_nothing_else(here: Path) -> None:
    resource = pytest.importorskip("resource")
    (here / "out.gif").write_bytes(b"precious")

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    arguments = ["convert", FIXTURES / "ramp.mkv", "out.gif", "--overwrite"]
    run = gifsom(*arguments, cwd=here, preexec_fn=small_files)
    assert (run.status, run.out) == (1, "")
    assert one_line(run.err).startswith("out.gif: ")
    assert listing(here) == {"out.gif": b"precious"}


@posix
def test_a_closing_line_that_cannot_be_printed_is_one_line(here: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    with Path("/dev/full").open("wb") as full:
        run = gifsom("convert", CARDS, cwd=here, stdout=full)
    assert run.status in (0, 1)
    one_line(run.err)
    the_gif(here / "cards.gif")


@posix
def test_a_reader_that_has_gone_away_is_no_traceback(here: Path) -> None:
    gone, theirs = os.pipe()
    os.close(gone)
    run = gifsom("convert", CARDS, cwd=here, stdout=theirs)
    os.close(theirs)
    assert "Traceback" not in run.err
    the_gif(here / "cards.gif")


# --- Names ----------------------------------------------------------------------------------------------------------

NAMES = [
    "naïve — 日本 & 'q' $x [1] %03d.mkv",
    '"double" `back` \\slash*?.mkv',
    "line\nbreak.mkv",
    "colored\x1b[31mname\x07.mkv",
    "http:x.mkv",
    "concat:a|b.mkv",
    "pipe:0.mkv",
    "file:x.mkv",
    "a=b:c,d;e.mkv",
    " space .mkv",
    ".hidden.mkv",
    "no-ending",
    "two.dots.mkv",
]


@posix
@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_taken_as_it_is(here: Path, inside: Inside, name: str) -> None:
    shutil.copy(CARDS, here / name)
    run = inside("convert", name)
    assert (run.status, run.err) == (0, "")
    target = str(Path(name).with_suffix(".gif"))
    assert sorted([name, target]) == names(here)
    said = closing(run.out)["path"]
    assert said.isprintable()
    assert said == target or not target.isprintable()
    assert len(the_gif(here / target).frames) == 20


def test_a_leading_dash_is_a_name_behind_two_dashes(here: Path) -> None:
    shutil.copy(CARDS, here / "-dash.mkv")
    run = gifsom("convert", "--", "-dash.mkv", cwd=here)
    assert (run.status, run.err) == (0, "")
    assert names(here) == ["-dash.gif", "-dash.mkv"]
    run = gifsom("convert", "./-dash.mkv", "--", "-out.gif", cwd=here)
    assert (run.status, run.err) == (0, "")
    assert names(here) == ["-dash.gif", "-dash.mkv", "-out.gif"]


@posix
def test_a_name_that_is_no_text_is_taken_too(here: Path) -> None:
    try:
        shutil.copy(CARDS, os.fsencode(here) + b"/\xff\xfe.mkv")
    except OSError:
        pytest.skip("needs a file system that takes any bytes as a name")
    run = gifsom("convert", b"\xff\xfe.mkv", cwd=here)
    assert (run.status, run.err) == (0, "")
    assert names(here) == [os.fsdecode(b"\xff\xfe.gif"), os.fsdecode(b"\xff\xfe.mkv")]
    assert closing(run.out)["path"].isprintable()


@posix
def test_folders_that_look_like_an_address_are_folders(here: Path, inside: Inside) -> None:
    (here / "https:" / "host").mkdir(parents=True)
    shutil.copy(CARDS, here / "https:/host/x.mkv")
    run = inside("convert", "https://host/x.mkv")
    assert (run.status, run.err) == (0, "")
    the_gif(here / "x.gif")


@posix
@pytest.mark.parametrize("name", ["line\nbreak", "colored\x1b[31m", "bell\x07", "back\rward", "right\u202eleft"])
@pytest.mark.parametrize("place", ["missing source", "text as source", "missing folder", "folder as output"])
def test_a_message_has_no_control_characters(here: Path, inside: Inside, name: str, place: str) -> None:
    match place:
        case "missing source":
            arguments = [name]
        case "text as source":
            (here / name).write_text("text")
            arguments = [name]
        case "missing folder":
            arguments = [str(CARDS), f"{name}/out.gif"]
        case _:
            (here / name).mkdir()
            (here / name / "other").touch()
            arguments = [str(CARDS), name]
    run = inside("convert", *arguments)
    assert (run.status, run.out) == (1, "")
    assert re.sub(r"\W.*", "", name) in one_line(run.err)


def test_a_name_that_the_terminal_cannot_show_is_no_traceback(here: Path) -> None:
    shutil.copy(CARDS, here / "日本.mkv")
    run = gifsom("convert", "日本.mkv", cwd=here, env=environment(PYTHONIOENCODING="ascii"))
    assert (run.status, run.err) == (0, "")
    assert (here / "日本.gif").is_file()


# --- Damaged clips --------------------------------------------------------------------------------------------------


def test_a_truncated_video_is_converted_as_far_as_it_goes_and_the_line_says_how_far(here: Path) -> None:
    run = gifsom("convert", FIXTURES / "truncated.mp4", cwd=here)
    assert run.status == 0
    gif = the_gif(here / "truncated.gif")
    assert len(gif.frames) == 30
    assert seconds(gif) == 2.0
    assert "2.0 of 4.0 s" in closing(run.out)["part"]
    message = one_line(run.err)
    assert message.startswith(f"{FIXTURES / 'truncated.mp4'}: ")
    assert "2.0 of 4.0 s" in message


def test_a_truncated_video_fails_where_all_of_it_is_demanded(here: Path) -> None:
    run = gifsom("convert", FIXTURES / "truncated.mp4", "--strict", cwd=here)
    assert (run.status, run.out) == (1, "")
    message = one_line(run.err)
    assert message.startswith(f"{FIXTURES / 'truncated.mp4'}: ")
    assert "could be read" in message
    assert names(here) == []


def test_the_whole_part_of_a_truncated_video_is_no_loss(here: Path, inside: Inside) -> None:
    run = inside("convert", FIXTURES / "truncated.mp4", "--end", "1.5", "--strict")
    assert (run.status, run.err) == (0, "")
    assert seconds(the_gif(here / "truncated.gif")) == 1.5
    assert closing(run.out)["part"] is None


def test_strict_takes_a_whole_clip(inside: Inside) -> None:
    run = inside("convert", CARDS, "--strict")
    assert (run.status, run.err) == (0, "")


# --- Signals --------------------------------------------------------------------------------------------------------


@pytest.fixture
def converting(here: Path, long_clip: Path) -> Iterator[subprocess.Popen[str]]:
    """A conversion of the long clip, on its way, over an old output."""
    (here / "out.gif").write_bytes(b"precious")
    command = [*COMMAND, "convert", str(long_clip), "out.gif", "--overwrite", "--end", "40"]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=here, env=environment(), text=True, **streams) as process:
        yield process
        process.kill()


@linux
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("stage", ["reading", "writing"])
def test_an_interrupted_conversion_ends_with_130_and_leaves_nothing(
    here: Path, long_clip: Path, converting: subprocess.Popen[str], sent: signal.Signals, stage: str
) -> None:
    if stage == "reading":
        assert wait_for(lambda: children(long_clip), 30)
    else:
        assert wait_for(lambda: list(here.glob(".*")), 120)
    time.sleep(0.7)  # its kernels are loaded by now: see the test below
    assert converting.poll() is None
    began = time.monotonic()
    converting.send_signal(sent)
    out, _ = converting.communicate(timeout=120)
    assert time.monotonic() - began < 8  # 1 on a quiet machine; the whole conversion takes longer by far
    assert (converting.returncode, out) == (130, "")
    assert wait_for(lambda: not children(long_clip), 30)
    assert listing(here) == {"out.gif": b"precious"}


@linux
def test_an_interrupted_conversion_says_so_in_one_line(long_clip: Path, converting: subprocess.Popen[str]) -> None:
    assert wait_for(lambda: children(long_clip), 30)
    time.sleep(0.7)
    converting.send_signal(signal.SIGINT)
    _, err = converting.communicate(timeout=120)
    assert "interrupted" in one_line(err)


# --- The same input gives the same bytes ----------------------------------------------------------------------------


def test_two_runs_give_the_same_bytes_and_another_seed_another_valid_gif(here: Path, inside: Inside) -> None:
    command = ["convert", str(FIXTURES / "scene.mp4"), "--width", "160", "--end", "1"]
    assert gifsom(*command, "a.gif", cwd=here, env=environment(PYTHONHASHSEED="1")).status == 0
    assert inside(*command, "b.gif", "--seed", "0").status == 0
    assert inside(*command, "c.gif", "--seed", "7").status == 0
    first, again, other = [(here / name).read_bytes() for name in ("a.gif", "b.gif", "c.gif")]
    assert first == again
    assert first != other
    assert [frame.delay for frame in check(first).frames] == [frame.delay for frame in check(other).frames]


# --- gifsom info ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def our_gif(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("info")
    assert gifsom("convert", CARDS, "ours.gif", "--loop", "3", cwd=folder).status == 0
    return folder / "ours.gif"


def test_info_says_what_is_in_our_gif(our_gif: Path) -> None:
    run = gifsom("info", "ours.gif", cwd=our_gif.parent)
    assert (run.status, run.err) == (0, "")
    head, *rest = run.out.splitlines()
    assert re.fullmatch(r"ours\.gif: [\d.]+ kB, 96x64 pixels", head)
    said = dict(line.split(maxsplit=1) for line in rest)
    assert said["frames"] == "20, 2.00 s in all"
    assert said["delays"] == "0.1 s"
    assert said["plays"] == "3 times"
    assert said["palette"].startswith("16 colors")
    assert "bytes" in said


def test_info_as_json_has_every_frame(our_gif: Path) -> None:
    run = gifsom("info", our_gif, "--json", cwd=our_gif.parent)
    assert (run.status, run.err) == (0, "")
    said, gif = json.loads(run.out), the_gif(our_gif)
    assert str(our_gif) == said["path"]
    assert our_gif.stat().st_size == said["bytes"]
    assert [gif.width, gif.height] == [said["width"], said["height"]]
    assert (said["duration"], said["plays"], said["colors"], said["complete"]) == (2.0, 3, 16, True)
    assert gif.global_table is not None
    assert [f"#{bytes(color).hex()}" for color in gif.global_table] == said["palette"]
    fields = ["left", "top", "width", "height", "delay", "disposal", "transparent"]
    assert [[getattr(frame, name) for name in fields] for frame in gif.frames] == [
        [frame[name] for name in fields] for frame in said["frames"]
    ]
    head = 13 + 3 * 16 + 19  # screen descriptor, table, loop
    assert our_gif.stat().st_size == head + sum(frame["bytes"] for frame in said["frames"]) + 1


@pytest.mark.parametrize("cut", [-1, -2, -100, 120, 800])
def test_info_of_a_gif_that_is_cut_off_tells_what_is_left(our_gif: Path, tmp_path: Path, cut: int) -> None:
    (tmp_path / "cut.gif").write_bytes(our_gif.read_bytes()[:cut])
    run = gifsom("info", "cut.gif", "--json", cwd=tmp_path)
    assert (run.status, run.err) == (0, "")
    said = json.loads(run.out)
    assert said["complete"] is False
    assert (len(said["frames"]) == 20) == (cut == -1)
    run = gifsom("info", "cut.gif", cwd=tmp_path)
    assert (run.status, run.err) == (0, "")


def test_info_says_that_a_gif_is_cut_off(our_gif: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.gif").write_bytes(our_gif.read_bytes()[:-100])
    run = gifsom("info", "cut.gif", cwd=tmp_path)
    assert re.search("cut off|incomplete|not complete|damaged", run.out + run.err)


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (lambda folder, gif: folder / "missing.gif", "no such file"),
        (lambda folder, gif: folder, "irectory"),
        (lambda folder, gif: CARDS, "not a GIF"),
        (lambda folder, gif: empty_file(folder), "not a GIF"),
        (lambda folder, gif: Path(shutil.copy(gif, folder / "x\x1b[31m.gif")), ""),
    ],
    ids=["missing", "folder", "video", "empty", "control characters"],
)
def test_info_of_what_is_no_gif_is_one_line(
    our_gif: Path, tmp_path: Path, make: Callable[[Path, Path], Path], cause: str
) -> None:
    path = make(tmp_path, our_gif)
    run = gifsom("info", path, cwd=tmp_path)
    if cause:
        assert (run.status, run.out) == (1, "")
        message = one_line(run.err)
        assert message.startswith(f"{path}: ")
        assert cause in message
    else:
        assert (run.status, run.err) == (0, "")
        assert all(line.isprintable() for line in run.out.splitlines())
