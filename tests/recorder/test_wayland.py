"""Recording Wayland: sway by wlr-screencopy, mutter through the portal and PipeWire, both without a screen."""

import io
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import card
import numpy as np
import pytest
from conftest import COMMAND, linux, names, one_line, wait_for
from PIL import Image
from wayland_stage import SIZE, Stage, answer, start_copy_server, start_mutter, start_sway, stop_sharing
from xvfb import PATIENCE, need

from gifsom.core.errors import ScreenUnavailable
from gifsom.core.frame import Frame
from gifsom.recorder import feed
from gifsom.recorder.feed import Feed, Shot
from gifsom.recorder.systems.wayland import pipewire_library
from gifsom.recorder.systems.wayland.protocol import INTERFACES
from gifsom.sources.recording import open_recording
from gifsom.spool import Picture, Spool

pytestmark = [linux, pytest.mark.wayland]

RATE = 5
"""Ticks a second: what a compositor that draws with a busy processor still shows."""


class Recording:
    """`gifsom record` on a stage."""

    def __init__(self, stage: Stage, *options: str) -> None:
        self.stage = stage
        self.state = Path(stage.env["XDG_STATE_HOME"], "gifsom")
        self.here = stage.home / "here"
        self.here.mkdir(exist_ok=True)
        for file in self.here.iterdir():
            file.unlink()
        command = [*stage.user, *COMMAND, "record", "a.gif", "--keep", *options]
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen(command, cwd=self.here, env=stage.env, **streams)  # type: ignore[call-overload]

    def begin(self) -> "Recording":
        """Wait until it records."""
        begun = wait_for(lambda: self.spool is not None or self.process.poll() is not None, PATIENCE)
        assert begun
        assert self.process.poll() is None, self.process.communicate(timeout=PATIENCE)
        return self

    @property
    def spool(self) -> Path | None:
        return next((path for path in self.state.glob("*.gsr") if path.stat().st_size > 100), None)

    @property
    def recorded(self) -> float:
        assert self.spool is not None
        return Spool.open(self.spool, 1 << 24).until

    @property
    def pictures(self) -> int:
        """The number of those that are stored."""
        assert self.spool is not None
        return sum(isinstance(event, Picture) for _, event in Spool.open(self.spool, 1 << 24).events())

    def reach(self, until: float) -> None:
        assert wait_for(lambda: self.recorded >= until, PATIENCE), f"{self.recorded} s are recorded"

    def end(self, number: signal.Signals | None = None) -> tuple[int, str]:
        """Exit status, and what was told."""
        if number is not None:
            os.kill(self.process.pid, number)
        _, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, err.decode()

    def frames(self) -> list[Frame]:
        """The pictures of the recording that was kept."""
        return list(open_recording(self.here / "a.gsr", 1 << 24).frames())

    @property
    def duration(self) -> float:
        return open_recording(self.here / "a.gsr", 1 << 24).duration


@pytest.fixture
def record() -> Iterator[Callable[..., Recording]]:
    started: list[Recording] = []

    def start(stage: Stage, *options: str) -> Recording:
        started.append(Recording(stage, *options))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.communicate()
        for file in one.state.glob("*"):
            if file.name != "portal.token":
                file.unlink()


def drawn(shown: dict[int, float]) -> list[int]:
    """The ticks that the compositor has drawn: of several that it calls shown at once, the last one."""
    later = {number: shown.get(number + 1, float("inf")) for number in shown}
    return [number for number in sorted(shown) if later[number] - shown[number] > 0.004]


def check_card(recording: Recording, shown: dict[int, float]) -> list[int]:
    """Every picture is the card, exact in each pixel, and has the tick of its time; few that were drawn are missing."""
    frames = recording.frames()
    ticks = [card.tick(frame.pixels) for frame in frames]
    for frame, number in zip(frames, ticks, strict=True):
        assert np.array_equal(frame.pixels, card.expected(SIZE, number)), f"tick {number} at {frame.start}"
    assert ticks == sorted(set(ticks))
    lost = {number for number in drawn(shown) if ticks[0] < number < ticks[-1]} - set(ticks)
    # A busy machine loses a few as a recording begins, at most: tests/benchmarks/wayland.py counts on an idle one.
    assert len(lost) <= 3, f"{sorted(lost)} were shown, and are not recorded: {shown}"
    offsets = [shown[n] - frame.start for n, frame in zip(ticks[1:], frames[1:], strict=True) if n in shown]
    assert max(offsets) - min(offsets) < 1 / RATE, "times are those of the ticks"
    return ticks


@pytest.mark.parametrize("desktop", ["sway", "mutter"])
def test_a_card_with_a_clock_is_recorded_exactly(
    desktop: str, request: pytest.FixtureRequest, record: Callable[..., Recording]
) -> None:
    stage = request.getfixturevalue(desktop)
    clock = stage.card(RATE, 600)
    recording = record(stage, "--fps", str(RATE), "--duration", "3", "--no-cursor").begin()
    clock.run()
    status, err = recording.end()
    assert status == 0, err
    assert abs(recording.duration - 3) < 0.02
    ticks = check_card(recording, clock.moments("shown"))
    assert len(ticks) > RATE
    clock.end()


# sway


def test_sway_is_recorded_without_a_dialog_and_the_doctor_knows(sway: Stage) -> None:
    found = sway.run(*COMMAND, "doctor").stdout
    assert "session: Wayland, recorded by wlroots" in found
    assert "wlroots: zwlr_screencopy_manager_v1 is there" in found
    assert "monitors: 1 HEADLESS-1 1280x720+0+0 (primary)" in found
    assert "portal: " in found
    assert sway.run(*COMMAND, "monitors").stdout == "1  1280x720+0+0  primary  HEADLESS-1\n"


def test_a_region_is_cut_of_the_monitor_that_has_most_of_it(sway: Stage, record: Callable[..., Recording]) -> None:
    clock = sway.card(RATE, 0)
    recording = record(sway, "--region", "500x300+900+100", "--duration", "0.5")
    status, err = recording.end()
    assert status == 0, err
    assert "reaches beyond the screen: 380x300+900+100 is recorded" in err
    assert np.array_equal(recording.frames()[0].pixels, card.expected(SIZE, 0)[100:400, 900:1280])
    clock.end()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--window", "card"], "windows cannot be recorded on this compositor: give --region or --pick instead"),
        (["--clicks"], "Wayland shows clicks to no other program than its own: leave out --clicks"),
        (["--keys"], "Wayland shows keys to no other program than its own: leave out --keys"),
        (["--monitor", "DP-7"], "monitor is DP-7: there are 1 HEADLESS-1 (1280x720+0+0)"),
        (["--region", "10x10+5000+0"], "the region 10x10+5000+0 is outside of the screen, which is 1280x720+0+0"),
        (["--backend", "x11"], "there is no screen to record: DISPLAY is not set"),
    ],
)
def test_what_sway_cannot_record_is_told(
    sway: Stage, record: Callable[..., Recording], options: list[str], told: str
) -> None:
    recording = record(sway, *options)
    status, err = recording.end()
    assert status in (1, 2)
    assert one_line(err.splitlines()[-1] + "\n") == told
    assert names(recording.here) == []
    assert recording.spool is None


@pytest.mark.parametrize("turn", ["90", "flipped", "flipped-270"])
def test_a_monitor_that_is_turned_is_recorded_upright(sway: Stage, record: Callable[..., Recording], turn: str) -> None:
    """As grim takes it, a program of others."""
    need("grim")
    clock = sway.card(RATE, 0)
    try:
        assert sway.run("swaymsg", "output", "HEADLESS-1", "transform", turn).returncode == 0
        wide = turn in ("180", "flipped", "flipped-180")
        assert wait_for(lambda: ppm(sway).shape[:2] == (SIZE[::-1] if wide else SIZE), PATIENCE)
        recording = record(sway, "--duration", "0.3", "--no-cursor")
        status, err = recording.end()
        assert status == 0, err
        assert np.array_equal(recording.frames()[-1].pixels, ppm(sway))
    finally:
        sway.run("swaymsg", "output", "HEADLESS-1", "transform", "normal")
        clock.end()


def ppm(stage: Stage) -> Any:
    """What grim takes of the screen, (h, w, 3)."""
    with Image.open(io.BytesIO(stage.run("grim", "-t", "ppm", "-", text=False).stdout)) as image:  # type: ignore[arg-type]
        return np.asarray(image)


def test_a_monitor_with_a_scale_is_recorded_in_its_own_pixels(record: Callable[..., Recording]) -> None:
    stage = start_sway("output HEADLESS-1 resolution 1280x720 scale 1.25\n")
    try:
        recording = record(stage, "--region", "512x288+256+144", "--duration", "0.3")
        status, err = recording.end()
        assert status == 0, err
        assert recording.frames()[0].pixels.shape == (360, 640, 3)
    finally:
        stage.close()


def test_a_compositor_that_is_killed_costs_nothing(record: Callable[..., Recording]) -> None:
    stage = start_sway()
    try:
        recording = record(stage).begin()
        recording.reach(0.5)
        stage.programs["sway"].kill()
        status, err = recording.end()
        assert status == 0, err
        assert "the Wayland compositor is gone" in err
        assert recording.duration >= 0.5
    finally:
        stage.close()


@pytest.mark.parametrize("desktop", ["sway", "mutter"])
def test_a_recorder_that_is_killed_costs_nothing(
    desktop: str, request: pytest.FixtureRequest, record: Callable[..., Recording]
) -> None:
    stage = request.getfixturevalue(desktop)
    recording = record(stage).begin()
    recording.reach(0.5)
    recording.end(signal.SIGKILL)
    run = stage.run(*COMMAND, "recover", "--all", cwd=recording.here)
    assert run.returncode == 0, run.stderr
    assert len(names(recording.here)) == 1


# ext-image-copy-capture-v1


@pytest.mark.parametrize(
    "module",
    ["wayland", "xdg_output_unstable_v1", "ext_image_capture_source_v1", "ext_image_copy_capture_v1"],
)
def test_interfaces_are_those_of_the_protocols(module: str) -> None:
    """As pywayland has generated them from their XML, as far as they are known here."""
    protocol = pytest.importorskip(f"pywayland.protocol.{module}")
    kinds = {kind.name: kind for kind in vars(protocol).values() if hasattr(kind, "requests") and hasattr(kind, "name")}
    known = set(kinds) & set(INTERFACES)
    assert known
    for name in known:
        for kind in ("requests", "events"):
            ours = [message for message, _ in getattr(INTERFACES[name], kind)]
            assert ours == [message.name for message in getattr(kinds[name], kind)][: len(ours)]
        for message, letters in INTERFACES[name].events:
            theirs = next(one for one in kinds[name].events if one.name == message)
            assert len(letters) == len(theirs.arguments)


@pytest.fixture
def copies() -> Iterator[Stage]:
    stage = start_copy_server()
    yield stage
    stage.close()


def say(stage: Stage, *lines: str) -> None:
    """Tell the server of copy_server.py."""
    stream = stage.programs["server"].stdin
    assert stream is not None
    stream.write("".join(f"{line}\n" for line in lines).encode())
    stream.flush()


def test_image_copy_capture_is_preferred_and_exact(copies: Stage, record: Callable[..., Recording]) -> None:
    recording = record(copies).begin()
    recording.reach(0.5)
    for number in (1, 2):
        say(copies, f"tick {number}")
        assert wait_for(lambda: recording.pictures > number, PATIENCE)  # noqa: B023
    say(copies, "swap", "tick 3")  # pictures of another format, red and blue in each other's place
    assert wait_for(lambda: recording.pictures > 3, PATIENCE)
    status, err = recording.end(signal.SIGINT)
    assert status == 0, err
    frames = recording.frames()
    ticks = [card.tick(frame.pixels) for frame in frames]
    assert ticks == sorted({0, *ticks, 3})  # where the machine is busy, a picture may give way to the next one
    for frame, number in zip(frames, ticks, strict=True):
        assert np.array_equal(frame.pixels, card.expected((640, 360), number))
    assert "wlroots: ext_image_copy_capture_manager_v1 is there" in copies.run(*COMMAND, "doctor").stdout


def test_a_monitor_that_changes_its_size_leaves_the_canvas_as_it_is(
    copies: Stage, record: Callable[..., Recording]
) -> None:
    recording = record(copies).begin()
    recording.reach(0.5)
    say(copies, "size 400 500", "tick 1")
    assert wait_for(lambda: recording.pictures > 1, PATIENCE)
    status, err = recording.end(signal.SIGINT)
    assert status == 0, err
    last = recording.frames()[-1].pixels
    assert last.shape == (360, 640, 3)
    assert not last[:, 400:].any()
    assert np.array_equal(last[:, :400], card.expected((400, 500), 1)[:360])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("unplug", "the monitor was removed"),
        ("stop", "the compositor has ended the recording of this monitor"),
    ],
)
def test_a_monitor_that_is_unplugged_ends_it_and_all_is_kept(
    copies: Stage, record: Callable[..., Recording], line: str, told: str
) -> None:
    recording = record(copies).begin()
    recording.reach(0.3)
    say(copies, line)
    status, err = recording.end()
    assert status == 0, err
    assert told in err
    assert recording.duration >= 0.3


def test_a_compositor_that_gives_no_picture_is_one_line(copies: Stage, record: Callable[..., Recording]) -> None:
    say(copies, "refuse")
    recording = record(copies)
    status, err = recording.end()
    assert (status, one_line(err)) == (1, "the compositor gives no more pictures of this monitor")
    assert recording.spool is None


# The portal


def test_the_portal_is_found_by_the_doctor(mutter: Stage) -> None:
    found = mutter.run(*COMMAND, "doctor").stdout
    assert "session: Wayland, recorded through the portal" in found
    assert "portal: ScreenCast version 4 is there, and PipeWire; the pointer is recorded beside the pictures" in found
    assert "wlroots: this compositor has neither ext-image-copy-capture nor wlr-screencopy" in found
    assert "monitors: 1 Meta-0 1280x720+0+0 (primary)" in found


def test_the_dialog_comes_once(mutter: Stage, record: Callable[..., Recording]) -> None:
    asked = mutter.home / "asked"
    (mutter.home / "state" / "gifsom" / "portal.token").unlink(missing_ok=True)
    asked.write_text("")
    for options in ([], [], ["--ask"]):
        assert record(mutter, "--duration", "0.2", *options).end()[0] == 0
    assert asked.read_text().splitlines() == ["4 new", "4 again", "4 new"]
    token = mutter.home / "state" / "gifsom" / "portal.token"
    assert token.stat().st_mode & 0o777 == 0o600


def test_a_region_is_cut_of_what_is_shared(mutter: Stage, record: Callable[..., Recording]) -> None:
    clock = mutter.card(RATE, 0)
    recording = record(mutter, "--region", "640x300+100+80", "--duration", "0.5")
    status, err = recording.end()
    assert status == 0, err
    assert np.array_equal(recording.frames()[0].pixels, card.expected(SIZE, 0)[80:380, 100:740])
    clock.end()


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("refuse", r"the desktop's dialog was refused, and nothing is recorded"),
        # It may have ended before its answer comes.
        ("fail", r"the desktop('s| shares nothing: its) portal (failed to start|is gone), and nothing is recorded"),
    ],
)
def test_a_dialog_that_is_refused_is_one_line(
    mutter: Stage, record: Callable[..., Recording], word: str, told: str
) -> None:
    answer(mutter, word)
    recording = record(mutter)
    status, err = recording.end()
    answer(mutter, "yes")
    assert status == 1
    assert re.fullmatch(told, one_line(err))
    assert names(recording.here) == []
    assert recording.spool is None


def test_sharing_that_is_stopped_on_the_desktop_ends_it_and_all_is_kept(
    mutter: Stage, record: Callable[..., Recording]
) -> None:
    recording = record(mutter).begin()
    recording.reach(0.5)
    stop_sharing(mutter)
    status, err = recording.end()
    assert status == 0, err
    assert "the sharing was ended on the desktop" in err or "has ended the stream" in err
    assert recording.duration >= 0.5


@pytest.mark.parametrize("victim", ["mutter", "pipewire"])
def test_a_desktop_that_dies_costs_nothing(victim: str, record: Callable[..., Recording]) -> None:
    stage = start_mutter()
    try:
        recording = record(stage).begin()
        recording.reach(0.5)
        stage.programs[victim].kill()
        status, err = recording.end()
        assert status == 0, err
        assert recording.duration >= 0.5
    finally:
        stage.close()


def test_a_desktop_without_pipewire_is_one_line(record: Callable[..., Recording]) -> None:
    stage = start_mutter()
    try:
        for name in ("wireplumber", "pipewire"):
            stage.programs[name].kill()
            stage.programs[name].wait()
        recording = record(stage)
        status, err = recording.end()
        assert (status, err.count("\n")) == (1, 1), err
        assert err.endswith("and nothing is recorded\n")
        assert recording.spool is None
    finally:
        stage.close()


def test_a_session_without_a_portal_is_one_line(sway: Stage, record: Callable[..., Recording]) -> None:
    recording = record(sway, "--backend", "portal")
    status, err = recording.end()
    assert status == 1
    assert one_line(err).startswith("this Wayland session cannot be recorded: the desktop's portal cannot be asked")
    assert recording.spool is None


class Silent(Feed):
    """A stream that gives no picture."""

    def next(self, until: float) -> Shot | None:
        time.sleep(max(0.0, until - time.perf_counter()))
        return None

    def wake(self) -> None:
        return

    def close(self) -> None:
        return


def test_a_stream_without_pictures_ends_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "FIRST", 0.2)
    with pytest.raises(ScreenUnavailable, match=r"has sent no picture for 0\.2 s, and nothing is recorded"):
        Silent().first()


def test_the_library_of_pipewire_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(pipewire_library, "CDLL", missing)
    pipewire_library.pipewire.cache_clear()
    with pytest.raises(ScreenUnavailable, match=r"library is missing: install .*apt install libpipewire-0\.3-0"):
        pipewire_library.pipewire()
