"""Recording a real screen: what is on it comes back, the time is right, and nothing that was recorded is lost."""

import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import decoders
import numpy as np
import pytest
from conftest import COMMAND, environment, gifsom, names, one_line, posix, wait_for
from numpy.typing import NDArray
from running import Running
from xvfb import PATIENCE, Screen, start_screen

from gifsom import Recorder
from gifsom.core.errors import (
    RecordingInUse,
    RecordingNotFound,
    ScreenUnavailable,
    SettingError,
    WindowNotFound,
)
from gifsom.core.frame import Rect
from gifsom.gif.reader import read_info
from gifsom.recorder import folder
from gifsom.recorder.backlog import Backlog, Grab, backlog_bytes
from gifsom.recorder.clock import Clock
from gifsom.recorder.control import Control, claim, in_use, running, tell
from gifsom.recorder.recorder import kept
from gifsom.recorder.windows import find_window
from gifsom.sources.stage import FADE
from gifsom.spool import Heartbeat, Picture, Spool
from gifsom.spool.events import Click, Key, Pointer

pytestmark = [posix, pytest.mark.usefixtures("state")]

COLORS = ("c83214", "0a64f0", "28b446", "fadc00")


@pytest.fixture
def busy(screen: Screen) -> Screen:
    """A screen with a terminal at the upper left, in which lines go by."""
    script = "i=0; while :; do echo line $i; i=$((i+1)); sleep 0.03; done"
    screen.show("busy", "xterm", "-geometry", "60x20+0+0", "-T", "busy", "-e", "sh", "-c", script)
    return screen


def painted(flat: str) -> list[str]:
    """Options of xterm, for one color all over."""
    return [word for option in ("-bg", "-fg", "-cr") for word in (option, f"#{flat}")]


def seconds(gif: Path) -> float:
    return read_info(gif).duration


def pictures(gif: Path) -> list[NDArray[np.uint8]]:
    """What Pillow shows of a GIF, (h, w, 3) each."""
    return [canvas[..., :3] for canvas, _ in decoders.pillow(gif)]


def color(pixel: NDArray[np.uint8]) -> str:
    return bytes(pixel).hex()


# Pictures


def test_colors_of_a_test_card_are_exact(screen: Screen, record: Callable[..., Running], here: Path) -> None:
    screen.run("xsetroot", "-solid", "#123456")
    for number, flat in enumerate(COLORS):
        place = ["-geometry", f"10x5+{150 * number}+0", "-T", f"c{number}"]
        screen.show(f"c{number}", "xterm", *painted(flat), *place, "-e", "sleep", "60")
    assert record("card.gif", "--region", "600x200+0+0", "--duration", "0.5").end()[0] == 0
    shown = pictures(here / "card.gif")[0]
    assert shown.shape == (200, 600, 3)
    assert color(shown[199, 599]) == "123456"
    for number, expected in enumerate(COLORS):
        assert color(shown[30, 150 * number + 30]) == expected


def test_a_recording_of_few_colors_is_exact(busy: Screen) -> None:
    with Recorder(region="300x200+0+0", fps=15, cursor=False) as recorder:
        assert wait_for(lambda: recorder.stats.captured - recorder.stats.identical > 12, PATIENCE)
    clip = recorder.clip
    frames = [frame.pixels for frame in clip.frames()]
    assert len(frames) >= 10
    result = clip.save(folder.folder() / "x.gif")
    assert result.exact
    assert result.seconds == pytest.approx(recorder.stats.seconds, abs=0.01)
    for expected, shown in zip(frames, pictures(result.path), strict=True):
        assert np.array_equal(expected, shown)


def test_what_does_not_change_is_not_stored_and_keeps_its_time(screen: Screen, here: Path) -> None:
    with Recorder(region="200x100+0+0", fps=30) as recorder:
        assert wait_for(lambda: recorder.stats.captured > 40, PATIENCE)
    stats = recorder.stats
    assert stats.captured > 40
    assert stats.identical == stats.captured - 1
    assert stats.bytes < 5000
    assert recorder.clip.duration == pytest.approx(stats.seconds, abs=1e-5)
    assert recorder.clip.count == 1


def test_the_pointer_is_drawn_and_can_be_left_out(screen: Screen, record: Callable[..., Running], here: Path) -> None:
    screen.run("xsetroot", "-solid", "#808080", "-cursor_name", "left_ptr")
    screen.run("xdotool", "mousemove", "40", "30")
    recording = record("a.gif", "--region", "100x80+0+0", "--keep")
    recording.note(lambda event: isinstance(event, Pointer) and (event.x, event.y) == (40, 30))
    screen.run("xdotool", "mousemove", "70", "50")
    recording.note(lambda event: isinstance(event, Pointer) and (event.x, event.y) == (70, 50))
    recording.go_on(0.1)
    assert recording.end(signal.SIGINT)[0] == 0
    drawn = [np.argwhere((picture != 128).any(axis=2)) for picture in pictures(here / "a.gif")]
    shown = [places for places in drawn if places.size]  # a busy system tells of the pointer after the first picture
    assert np.abs(shown[0].min(axis=0) - (30, 40)).max() <= 3
    assert np.abs(shown[-1].min(axis=0) - (50, 70)).max() <= 3
    assert gifsom("convert", "a.gsr", "b.gif", "--no-cursor", cwd=here).status == 0
    assert (pictures(here / "b.gif")[0] == 128).all()


def test_clicks_and_keys_are_shown(screen: Screen, record: Callable[..., Running], here: Path) -> None:
    screen.run("xsetroot", "-solid", "#000000")
    screen.run("xdotool", "mousemove", "100", "50")
    recording = record("a.gif", "--region", "200x120+0+0", "--clicks", "--keys", "--no-cursor", "--keep")
    recording.reach(0.1)
    screen.run("xdotool", "click", "1")
    clicked = recording.note(lambda event: isinstance(event, Click) and not event.pressed)
    recording.reach(clicked + FADE + 0.2)
    screen.run("xdotool", "key", "ctrl+c")
    recording.note(lambda event: isinstance(event, Key))
    status, _, err = recording.end(signal.SIGTERM)
    assert status == 0
    assert "mind passwords" in err
    lit = [np.argwhere(picture.any(axis=2)) for picture in pictures(here / "a.gif")]
    ring, caption = ([part for part in lit if part.size][end] for end in (0, -1))
    assert np.abs(ring.mean(axis=0) - (50, 100)).max() < 2
    assert caption.min(axis=0)[0] > 70
    assert gifsom("convert", "a.gsr", "b.gif", "--no-clicks", "--no-keys", cwd=here).status == 0
    assert not pictures(here / "b.gif")[0].any()
    assert len(read_info(here / "b.gif").frames) == 1


# Regions, monitors, windows


def test_a_region_beyond_the_screen_is_cut_and_it_is_said(
    screen: Screen, record: Callable[..., Running], here: Path
) -> None:
    status, _, err = record("a.gif", "--region", "400x300+1200+700", "--duration", "0.2").end()
    assert status == 0
    assert "the region 400x300+1200+700 reaches beyond the screen: 80x100+1200+700 is recorded" in err
    assert pictures(here / "a.gif")[0].shape == (100, 80, 3)


def test_a_window_is_followed_and_its_end_is_the_end(
    managed: Screen, record: Callable[..., Running], here: Path
) -> None:
    managed.run("xsetroot", "-solid", "#336699")
    place = ["-geometry", "20x8+50+60", "-T", "w"]
    window = managed.show("w", "xterm", *painted("aa5500"), *place, "-e", "sleep", "60")
    recording = record("a.gif", "--window", "w", "--no-cursor")
    recording.reach(0.1)
    managed.run("xdotool", "windowmove", "--sync", str(window), "400", "300")
    recording.go_on(0.5)
    managed.run("xdotool", "windowkill", str(window))
    status, _, err = recording.end()
    assert status == 0
    assert "the window was closed" in err
    shown = pictures(here / "a.gif")
    assert len({picture.shape for picture in shown}) == 1
    middle = tuple(n // 2 for n in shown[0].shape[:2])
    assert color(shown[0][middle]) == "aa5500"
    followed = [picture for picture in shown if color(picture[middle]) == "aa5500"]
    assert len(followed) >= len(shown) - 1, "but for a moment while it moves"


def test_a_window_that_grows_gets_a_canvas_that_fits(
    managed: Screen, record: Callable[..., Running], here: Path
) -> None:
    managed.run("xsetroot", "-solid", "#336699")
    window = managed.show("w", "xterm", *painted("aa5500"), "-geometry", "20x8+50+60", "-T", "w", "-e", "sleep", "60")
    recording = record("a.gif", "--window", "w", "--no-cursor", "--keep")
    recording.go_on(0.3)
    before = Spool.open(recording.spool, 1 << 24).begins
    managed.run("xdotool", "windowsize", str(window), "400", "300")
    assert wait_for(lambda: find_window("w").rect.width > before[0], PATIENCE)
    recording.go_on(0.5)
    size = find_window("w").rect
    managed.run("xdotool", "windowsize", str(window), "100", "80")
    recording.go_on(0.3)
    status, _, err = recording.end(signal.SIGTERM)
    assert status == 0, err
    fits = f"{size.width}x{size.height}"
    assert (
        f"the window grew: the picture is {fits} pixels, and black where it was {before[0]}x{before[1]} before" in err
    )
    assert (here / "a.gsr").is_file()
    shown = pictures(here / "a.gif")
    assert shown[0].shape == (size.height, size.width, 3)
    inside = (before[1] // 2, before[0] // 2)
    assert [color(picture[inside]) for picture in (shown[0], shown[-1])] == ["aa5500", "aa5500"]
    far = (size.height - 5, size.width - 20)
    seen = [color(picture[far]) for picture in shown]
    assert (seen[0], seen[-1]) == ("000000", "336699")
    assert "aa5500" in seen


def test_a_part_of_a_window_off_the_screen_is_told(screen: Screen, record: Callable[..., Running], here: Path) -> None:
    window = screen.show(
        "off", "xterm", *painted("aa5500"), "-geometry", "20x8+50+60", "-T", "off", "-e", "sleep", "60"
    )
    screen.run("xdotool", "windowmove", str(window), "-40", "60")
    assert wait_for(lambda: find_window("off").rect.left < 0, PATIENCE)
    status, _, err = record("a.gif", "--window", "off", "--duration", "1").end()
    assert status == 0
    assert err.count("a part of the window is outside of the screen, and black in the picture") == 1
    assert 'recording "off" 0:0' in err
    assert color(pictures(here / "a.gif")[0][40, 10]) == "000000"


def test_on_a_terminal_it_is_asked_which_window_is_meant(screen: Screen, here: Path, state: Path) -> None:
    pty = pytest.importorskip("pty")
    screen.xterm("twin")
    screen.show("twin", "xterm", *painted("aa5500"), "-geometry", "20x8+700+60", "-T", "twin", "-e", "sleep", "60")
    ours, theirs = pty.openpty()
    command = [*COMMAND, "record", "a.gif", "--window", "twin", "--duration", "1"]
    process = subprocess.Popen(command, cwd=here, env=environment(), stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said = b""
    while b"Record which one" not in said:
        said += os.read(ours, 4096)
    place = next(n for n, line in enumerate(said.decode().splitlines(), 1) if "+701+" in line)
    os.write(ours, f"{place}\n".encode())
    with suppress(OSError):  # that is how a terminal ends whose program has ended
        while more := os.read(ours, 4096):
            said += more
    os.close(ours)
    assert process.wait(60) == 0, said.decode()
    assert color(pictures(here / "a.gif")[0][20, 20]) == "aa5500"
    assert 'recording "twin" 0:0' in said.decode()


def test_what_cannot_be_recorded_is_one_line(screen: Screen, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen.xterm("one")
    screen.xterm("one", "20x5+500+300")
    cases = {
        ("--region", "0x50+1+1"): (2, "its width and height are at least 1"),
        ("--region", "50x50"): (2, "is not a region"),
        ("--region", "50x50+5000+5000"): (2, "outside of the screen, which is 1280x800+0+0"),
        ("--window", "nothing like it"): (1, "there is no window 'nothing like it'"),
        ("--window", "one"): (1, "'one' fits 2 windows"),
        ("--monitor", "7"): (2, "monitor is 7: there are 1 screen (1280x800+0+0)"),
        ("--monitor", "1", "--region", "9x9+0+0"): (2, "exclude each other"),
        ("--fps", "0"): (2, "fps is 0"),
        ("--duration", "0"): (2, "duration is 0"),
        ("--quality", "400"): (2, "quality is 400"),
        ("--idle-limit", "0"): (2, "idle_limit is 0: give seconds from 0.1 on"),
        ("--hold-last", "nan"): (2, "'nan' is not a time: give seconds from 0 on"),
        ("--pick", "--monitor", "1"): (2, "pick and monitor exclude each other"),
    }
    for arguments, (status, message) in cases.items():
        run = gifsom("record", "a.gif", *arguments, cwd=here)
        assert (run.status, run.out) == (status, ""), run
        assert message in one_line(run.err)
    (here / "a.gif").write_bytes(b"older")
    assert "is there already" in one_line(gifsom("record", "a.gif", cwd=here).err)
    assert "ends in .gif" in one_line(gifsom("record", "a.txt", cwd=here).err)
    assert "speed is 0" in one_line(gifsom("record", "b.gif", "--speed", "0", cwd=here).err)
    assert "is not inside of the picture" in one_line(gifsom("record", "b.gif", "--crop", "9x9+5000+0", cwd=here).err)
    assert names(here) == ["a.gif"]
    assert kept() == []


def test_without_a_screen_or_on_wayland_it_is_said_before_anything_is_recorded(here: Path, screen: Screen) -> None:
    run = gifsom("record", "a.gif", cwd=here, env=environment(DISPLAY=""))
    assert one_line(run.err) == "there is no screen to record: DISPLAY is not set"
    run = gifsom("record", "a.gif", cwd=here, env=environment(DISPLAY=":4711"))
    assert "the display :4711 " in one_line(run.err)
    run = gifsom("record", "a.gif", cwd=here, env=environment(WAYLAND_DISPLAY="wayland-0"))
    assert "this Wayland session cannot be recorded" in one_line(run.err)
    assert names(here) == []
    assert kept() == []


# The end


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_recording_and_the_gif_is_made(
    busy: Screen, record: Callable[..., Running], here: Path, state: Path, number: signal.Signals
) -> None:
    recording = record("a.gif", "--region", "300x200+0+0")
    recording.reach(0.6)
    age = recording.age
    recording.process.send_signal(number)
    status, out, err = recording.end()
    assert status == 0, err
    assert out.startswith("a.gif: ")
    assert "interrupted" in err
    assert 0.5 < seconds(here / "a.gif") < age + 1
    assert names(state) == []


def test_an_interrupt_while_it_starts_records_nothing(screen: Screen, here: Path, state: Path) -> None:
    """At whatever moment it comes: the command ends, says so, and nothing is left."""
    for wait in (0.15, 0.3, 0.45, 0.6):
        command = [*COMMAND, "record", "a.gif", "--delay", "0.3"]
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(command, cwd=here, env=environment(), **streams)  # type: ignore[call-overload]
        time.sleep(wait)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
        if process.returncode in (0, -signal.SIGTERM):  # it had begun, or not even heard of signals
            (here / "a.gif").unlink(missing_ok=True)
            continue
        assert (process.returncode, err.decode().splitlines()[-1]) == (
            130,
            "gifsom: interrupted, nothing is left behind",
        )
        assert names(here) == []
    assert kept() == []


def test_it_ends_by_itself_after_its_duration(busy: Screen, record: Callable[..., Running], here: Path) -> None:
    assert record("a.gif", "--region", "300x200+0+0", "--duration", "1.25").end()[0] == 0
    assert seconds(here / "a.gif") == 1.25


def test_enter_ends_it_on_a_terminal_with_one_live_line(
    busy: Screen, record: Callable[..., Running], here: Path
) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    recording = record("a.gif", "--region", "300x200+0+0", stdin=theirs, stderr=theirs)
    recording.reach(1.2)  # the last moments, in which the hand goes to the key, are cut off
    age = recording.age
    os.write(ours, b"\n")
    shown = ""
    while "recorded 0:0" not in shown:
        shown += os.read(ours, 1 << 16).decode()
    status, out, _ = recording.end()
    assert status == 0
    assert out.startswith("a.gif: ")
    assert 0.5 < seconds(here / "a.gif") < age + 1
    assert "Enter or Ctrl+Alt+Shift+G ends it" in shown
    os.close(ours)
    os.close(theirs)


def test_a_pause_leaves_no_gap(busy: Screen, record: Callable[..., Running], here: Path) -> None:
    recording = record("a.gif", "--region", "300x200+0+0", "--duration", "1.5")
    began = time.monotonic()
    tell("pause")  # at once, before its duration is over
    assert gifsom("pause", cwd=here).status == 0
    time.sleep(1.5)
    assert gifsom("toggle", cwd=here).status == 0
    assert recording.end()[0] == 0
    assert time.monotonic() - began > 2.5
    assert seconds(here / "a.gif") == 1.5
    assert max(frame.delay for frame in read_info(here / "a.gif").frames) < 100


def test_stop_reaches_the_newest_or_the_one_that_is_named(busy: Screen, here: Path) -> None:
    with Recorder(region="50x50+0+0") as older, Recorder(region="50x50+0+0") as newer:
        assert running() == [older.path, newer.path]
        assert gifsom("stop", cwd=here).out == f"{newer.path.stem}: stop\n"
        assert newer.wait(PATIENCE)
        newer.close()
        assert not older.wait(0.2)
        run = gifsom("stop", "other", cwd=here)
        assert (run.status, one_line(run.err)) == (1, f"there is no recording 'other': there are {older.path.stem}")
        assert gifsom("stop", older.path.stem, cwd=here).status == 0
        assert older.wait(PATIENCE)
        assert older.reason == "stopped"
    assert one_line(gifsom("stop", cwd=here).err) == "no recording is running"


def test_a_second_interrupt_keeps_the_recording_and_says_how_to_go_on(
    busy: Screen, record: Callable[..., Running], here: Path, state: Path
) -> None:
    recording = record("a.gif", "--region", "600x300+0+0", "--max-size", "100kB")
    recording.reach(1.5)
    recording.process.send_signal(signal.SIGINT)
    assert recording.process.stderr is not None
    while b"recorded" not in recording.process.stderr.readline():
        pass
    status, out, err = recording.end(signal.SIGINT)
    (spool,) = state.glob("*.gsr")
    assert (status, out) == (130, "")
    told = err.splitlines(keepends=True)[-1]  # a busy machine drops pictures, which a line before tells
    assert one_line(told) == f"the recording is kept: gifsom recover {spool.stem} OUT.gif makes the GIF"
    assert names(here) == []
    assert spool.stat().st_mode & 0o777 == 0o600
    assert gifsom("recover", spool.stem, "b.gif", cwd=here).status == 0
    assert seconds(here / "b.gif") > 1
    assert names(state) == []


@pytest.mark.parametrize("wait", [0.0, 0.13, 0.4, 0.9])
def test_a_killed_recording_is_recovered(
    busy: Screen, record: Callable[..., Running], here: Path, state: Path, wait: float
) -> None:
    recording = record("a.gif", "--region", "300x200+0+0")
    recording.reach(wait)
    recording.end(signal.SIGKILL)
    age = recording.age
    (spool,) = state.glob("*.gsr")
    run = gifsom("recover", cwd=here)
    assert run.status == 0
    assert run.out.startswith(f"{spool.stem}  ")
    assert run.out.endswith("cut off\n")
    run = gifsom("recover", "--all", cwd=here)
    assert run.status == 0, run.err
    assert wait - 0.01 < seconds(here / f"{spool.stem}.gif") < age
    assert names(state) == []
    assert gifsom("recover", cwd=here).out == "there is no recording to get back\n"


def test_recordings_are_deleted_only_where_asked(busy: Screen, here: Path, state: Path) -> None:
    with Recorder(region="50x50+0+0") as recorder:
        recorder.wait(0.2)
        run = gifsom("recover", "--all", "--delete", cwd=here)
        assert (run.status, run.out) == (0, "")
    assert gifsom("recover", "x", cwd=here).err.startswith("gifsom: there is no recording 'x': there are ")
    assert gifsom("recover", recorder.path.stem, "--delete", cwd=here).out == f"{recorder.path.stem}: deleted\n"
    assert names(state) == []


def test_a_kept_recording_is_a_source_like_any_other(busy: Screen, record: Callable[..., Running], here: Path) -> None:
    status, out, _ = record("a.gif", "--region", "300x200+0+0", "--duration", "1", "--keep").end()
    assert status == 0
    assert out.splitlines()[1] == "a.gsr: the recording, for `gifsom convert`"
    assert (here / "a.gsr").stat().st_mode & 0o777 == 0o600
    assert gifsom("convert", "a.gsr", "again.gif", "--fps", "5", "--idle-limit", "2", cwd=here).status == 0
    assert seconds(here / "again.gif") == 1
    assert len(read_info(here / "again.gif").frames) <= 6
    run = gifsom("convert", "a.gif", "b.gif", "--no-cursor", cwd=here)
    assert (run.status, one_line(run.err)) == (2, "a.gif: cursor is for recordings, and that is none")


def test_a_recording_that_is_made_a_gif_of_is_in_use(
    busy: Screen, record: Callable[..., Running], here: Path, state: Path
) -> None:
    """Nobody deletes it or makes another GIF of it meanwhile."""
    recording = record("a.gif", "--region", "600x300+0+0", "--max-size", "100kB")
    recording.reach(1)
    recording.process.send_signal(signal.SIGINT)
    assert recording.process.stderr is not None
    while b"recorded" not in recording.process.stderr.readline():
        pass
    recording.process.send_signal(signal.SIGSTOP)
    (spool,) = state.glob("*.gsr")
    assert gifsom("recover", "--all", "--delete", cwd=here).out == ""
    run = gifsom("recover", spool.stem, cwd=here)
    assert (run.status, one_line(run.err)) == (1, f"the recording '{spool.stem}' is in use")
    assert recording.end(signal.SIGCONT)[0] == 0
    assert names(here) == ["a.gif"]


def test_a_recording_that_ends_at_once_has_a_picture(screen: Screen) -> None:
    began = time.monotonic()
    with Recorder(region="50x50+0+0", fps=10) as recorder:
        pass
    assert 0.1 <= recorder.clip.duration < 0.1 + time.monotonic() - began
    assert recorder.clip.count == 1


def test_a_damaged_recording_gives_what_can_be_read_and_stays(busy: Screen, here: Path) -> None:
    with Recorder(region="300x200+0+0") as recorder:
        recorder.wait(1)
    data = bytearray(recorder.path.read_bytes())
    middle = data.index(b"gsr>", len(data) // 2) + 4  # not the length of a record: that may claim more than there is
    data[middle] ^= 64
    recorder.path.write_bytes(data)
    run = gifsom("recover", recorder.path.stem, "a.gif", cwd=here)
    assert run.status == 0
    assert "could be read (what follows is damaged)" in run.err
    assert "the recording is kept" in run.err
    assert recorder.path.exists()
    recorder.path.write_bytes(data[:middle])
    assert gifsom("recover", recorder.path.stem, "b.gif", cwd=here).status == 0
    assert not recorder.path.exists()
    assert seconds(here / "a.gif") == seconds(here / "b.gif")


# Faults


def test_a_display_that_dies_costs_nothing_that_was_recorded(record: Callable[..., Running], here: Path,
                                                            monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    screen = start_screen(size=(320, 240))
    monkeypatch.setenv("DISPLAY", screen.name)
    recording = record("a.gif")
    recording.reach(0.5)
    screen.close()
    status, _, err = recording.end()
    assert status == 0, err
    assert f"the display {screen.name} " in err
    assert seconds(here / "a.gif") > 0.3
    assert pictures(here / "a.gif")[0].shape == (240, 320, 3)


def test_a_screen_that_shrinks_leaves_the_canvas_as_it_is(
    screen: Screen, record: Callable[..., Running], here: Path
) -> None:
    screen.run("xsetroot", "-solid", "#336699")
    recording = record("a.gif", "--region", "600x400+0+0", "--no-cursor")
    first = recording.note(lambda event: isinstance(event, Picture))
    screen.run("xrandr", "--output", "screen", "--off", "--fb", "320x240")
    recording.note(lambda event: isinstance(event, Picture) and event.time > first)
    recording.go_on(0.2)
    status, _, err = recording.end(signal.SIGINT)
    assert status == 0, err
    shown = pictures(here / "a.gif")
    assert {picture.shape for picture in shown} == {(400, 600, 3)}
    assert not shown[-1][300:].any()
    assert color(shown[-1][100, 100]) == "336699"


def test_a_full_disk_ends_it_and_keeps_what_was_recorded(
    busy: Screen, record: Callable[..., Running], here: Path, state: Path
) -> None:
    recording = record("a.gif", "--region", "360x260+0+0", "--colors", "2")
    recording.reach(0.5)
    limit = next(state.glob("*.gsr")).stat().st_size + 5000
    resource.prlimit(recording.process.pid, resource.RLIMIT_FSIZE, (limit, limit))
    status, _, err = recording.end()
    assert "File too large" in err
    assert status == 0, err
    assert seconds(here / "a.gif") > 0.3


def test_a_folder_that_cannot_be_written_is_told_before_recording(screen: Screen, here: Path) -> None:
    run = gifsom("record", "a.gif", cwd=here, env=environment(XDG_STATE_HOME="/proc/nope"))
    assert run.status == 1
    assert one_line(run.err).startswith("/proc/nope/gifsom: ")


def test_a_gif_that_cannot_be_made_costs_no_recording(
    busy: Screen, record: Callable[..., Running], here: Path, state: Path
) -> None:
    recording = record("sub/a.gif", "--region", "300x200+0+0") if (here / "sub").mkdir() is None else None
    assert recording is not None
    recording.reach(0.3)
    (here / "sub").rmdir()
    status, _, err = recording.end(signal.SIGINT)
    (spool,) = state.glob("*.gsr")
    assert status == 1
    assert "there is no folder sub" in err
    assert f"gifsom recover {spool.stem} OUT.gif" in err


# Parts


def test_waiting_pictures_are_bounded_in_bytes() -> None:
    backlog = Backlog(100)
    grab = Grab(0.0, np.zeros((5, 2, 4), np.uint8))
    assert [backlog.offer(grab) for _ in range(4)] == [True, True, False, False]
    assert backlog.offer(Heartbeat(1.0))
    assert backlog.take() is grab
    assert backlog.offer(grab)
    assert not backlog.offer(grab)
    assert backlog_bytes(1) <= 256 << 20
    assert backlog_bytes(1 << 30) == 3 << 30, "at least three pictures"


def test_pictures_that_find_no_room_are_counted_and_cost_no_time(busy: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    offer = Backlog.offer
    count = iter(range(10_000))

    def full_now_and_then(self: Backlog, item: Any) -> bool:
        return not (isinstance(item, Grab) and next(count) % 3 == 2) and offer(self, item)

    monkeypatch.setattr(Backlog, "offer", full_now_and_then)
    with Recorder(region="300x200+0+0", fps=20, duration=2) as recorder:
        assert recorder.wait(PATIENCE)
    assert recorder.stats.dropped >= 4
    assert recorder.clip.source.spool.dropped >= 4
    assert any("were dropped" in note for note in recorder.notes)
    assert recorder.clip.duration == 2


def test_the_clock_stands_still_in_a_pause() -> None:
    clock = Clock()
    clock.pause()
    clock.pause()
    stood = clock.now()
    time.sleep(0.05)
    assert clock.now() == stood
    before = time.perf_counter()
    clock.resume()
    clock.resume()
    assert stood <= clock.now() < stood + time.perf_counter() - before + 1e-3


def test_control_is_seen_by_others_as_long_as_it_lives(state: Path) -> None:
    with claim() as control:
        spool = control.spool
        spool.touch()
        with pytest.raises(RecordingInUse, match="is in use"):
            Control(spool)
        assert in_use(spool)
        assert control.commands() == []
        tell("pause")
        tell("toggle", spool.stem)
        spool.with_suffix(".control").open("a").write("nonsense\n")
        assert control.commands() == ["pause", "toggle"]
        assert control.commands() == []
    assert not in_use(spool)
    with pytest.raises(RecordingNotFound, match="no recording is running"):
        tell("stop")
    spool.with_suffix(".control").write_text("stop left by a crash")
    assert not in_use(spool)
    with Control(spool) as control:
        assert control.commands() == []
        tell("toggle")
        assert control.commands() == ["toggle"]


def test_names_are_unique(state: Path) -> None:
    controls = [claim() for _ in range(5)]
    assert len({control.spool.name for control in controls}) == 5
    for control in controls:
        control.close()
    assert list(state.iterdir()) == []


def test_a_recorder_records_what_it_is_asked(screen: Screen) -> None:
    assert Recorder(region=(1, 2, 30, 40))._target.region == Rect(1, 2, 30, 40)
    for options, error in [
        ({"region": (0, 0, 0, 10)}, SettingError),
        ({"region": ()}, SettingError),
        ({"fps": 51}, SettingError),
        ({"monitor": 0}, SettingError),
        ({"window": "w", "monitor": 1}, SettingError),
        ({"duration": "x"}, SettingError),
    ]:
        with pytest.raises(error):
            Recorder(**options)
    with pytest.raises(WindowNotFound):
        Recorder(window="nothing like it").start()
    for misuse in (Recorder.stop, Recorder.delete, lambda recorder: recorder.clip):
        with pytest.raises(SettingError, match="has not been started"):
            misuse(Recorder())
    with Recorder() as recorder:
        assert recorder.rect == Rect(0, 0, 1280, 800)
        with pytest.raises(SettingError, match="records once"):
            recorder.start()
        recorder.pause()
        assert recorder.paused
        with pytest.raises(SettingError, match="goes on"):
            recorder.delete()
    assert recorder.reason == "stopped"
    recorder.delete()
    assert kept() == []


def test_no_screen_is_an_error_of_the_recorder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("XDG_SESSION_TYPE", raising=False)
    with pytest.raises(ScreenUnavailable, match="DISPLAY is not set"):
        Recorder().start()
