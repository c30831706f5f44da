"""After a recording: the desktop is told, and of a long one, what its GIF will be like."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import linux
from running import Running
from xvfb import Screen, need

from gifsom import convert
from gifsom.cli.finish import tell_outlook
from gifsom.conversion.recording import LONG, outlook
from gifsom.core.values import MAX_PIXELS
from gifsom.recorder.notify import notify
from gifsom.sources.recording import open_recording
from gifsom.spool import SpoolWriter

pytestmark = [linux, pytest.mark.usefixtures("state")]


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator["subprocess.Popen[str]"]:
    """A session bus on which nobody shows notifications, and a program that prints each call that is made on it."""
    need("dbus-daemon", "dbus-monitor", "gdbus")
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, text=True
    )
    assert daemon.stdout is not None
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", daemon.stdout.readline().strip())
    watch = ["dbus-monitor", "--session", "interface='org.freedesktop.Notifications'"]
    monitor = subprocess.Popen(watch, stdout=subprocess.PIPE, text=True)
    assert monitor.stdout is not None
    for line in monitor.stdout:
        if "NameLost" in line:  # from then on it sees what others send
            break
    yield monitor
    for process in (monitor, daemon):
        process.kill()
        process.communicate()


def called(monitor: "subprocess.Popen[str]") -> list[str]:
    """The texts of the next notification."""
    assert monitor.stdout is not None
    texts: list[str] = []
    types: list[str] = []
    for line in monitor.stdout:
        if "member=Notify" in line:
            texts = ["the call"]
        elif texts and line.strip().startswith("string "):
            texts.append(line.strip().removeprefix('string "').removesuffix('"'))
        elif texts and line.strip().startswith(("uint32", "array", "]", "int32")):
            types.append(line.strip())
            if line.strip() == "int32 -1":
                break
    assert types == ["uint32 0", "array [", "]", "array [", "]", "int32 -1"]
    return texts[1:]


@pytest.mark.parametrize(
    ("title", "text", "shown"),
    [
        ("a.gif", "3.4 MB", "3.4 MB"),
        ("it's.gif", "a <b> & 'c' \\ d", "a &lt;b&gt; &amp; 'c' \\ d"),
        ("--help", "-1", "-1"),
        ("", "[]", "[]"),
    ],
)
def test_the_desktop_is_told(bus: "subprocess.Popen[str]", title: str, text: str, shown: str) -> None:
    notify(title, text)
    assert called(bus) == ["gifsom", "", title, shown]


def test_without_a_bus_nobody_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And none is begun."""
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    for name in ("notify-send", "gdbus"):
        (tmp_path / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/called\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    notify("a.gif", "3 MB")
    assert not (tmp_path / "called").exists()
    (tmp_path / "bus").touch()
    notify("a.gif", "3 MB")
    assert (tmp_path / "called").exists()


def test_a_recording_tells_its_end(
    screen: Screen, bus: "subprocess.Popen[str]", record: Callable[..., Running]
) -> None:
    status, out, _ = record("a.gif", "--region", "90x80+0+0", "--duration", "0.3", "--no-frame").end()
    assert status == 0
    assert out.startswith("a.gif: ")
    application, _, title, text = called(bus)
    assert (application, title) == ("gifsom", "a.gif")
    assert text.endswith(", 90x80 pixels, 0.3 s")


def test_a_recording_is_handed_on(
    screen: Screen, record: Callable[..., Running], here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "xdg-open").write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    (programs / "xdg-open").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    assert record("a.gif", "--region", "90x80+0+0", "--duration", "0.3", "--no-frame", "--open").end()[0] == 0
    assert (tmp_path / "opened").read_text() == f"{here / 'a.gif'}\n"


def lasting(path: Path, seconds: int) -> Path:
    """A recording of a bar that moves once a second over noise."""
    picture = np.random.default_rng(1).integers(0, 256, (60, 80, 4)).astype(np.uint8)
    with SpoolWriter(path, (80, 60), 10) as log:
        for second in range(seconds):
            now = picture.copy()
            now[:, second % 80] = 255
            log.picture(second, now)
        log.end(seconds)
    return path


def test_a_long_recording_is_judged_by_some_parts_of_it(tmp_path: Path) -> None:
    path = lasting(tmp_path / "a.gsr", 150)
    expected = outlook(path, {})
    made = convert(open_recording(path, MAX_PIXELS), tmp_path / "a.gif")
    assert expected.seconds == made.seconds == 150
    assert made.bytes / 4 < expected.bytes < made.bytes * 10
    assert expected.elapsed > 0


def test_a_long_recording_says_what_to_expect_and_what_is_smaller(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = lasting(tmp_path / "name.gsr", 150)
    tell_outlook(path, 150, Path("demo.gif"), {})
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("the GIF of 2:30 will have some ")
    assert first.endswith(" s to make")
    assert "gifsom recover name demo.mp4" in second
    assert "--max-size 10MB" in second
    assert "--idle-limit 1" in second
    for seconds, target, options in (
        (LONG - 1, "demo.gif", {}),
        (150, "demo.mp4", {}),
        (150, "demo.gif", {"max_size": 1_000_000}),
    ):
        tell_outlook(path, seconds, Path(target), options)
        assert capsys.readouterr().err == ""
