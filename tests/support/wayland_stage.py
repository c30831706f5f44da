"""Wayland without a screen: sway, or mutter with PipeWire and the portal, as an ordinary user, and programs on them.

Compositors refuse root: where the tests run as root, all that is started here is in a user namespace, in which root is
an ordinary user who may read what root may. A test is skipped by name where a program is missing.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, environment, wait_for
from xvfb import PATIENCE, need

SUPPORT = ROOT / "tests" / "support"
SIZE = (1280, 720)

_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={bus}</listen><servicedir>{services}</servicedir>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy>
</busconfig>"""
_SERVICE = "[D-BUS Service]\nName={}\nExec=/usr/libexec/{}\n"
_PORTAL = "[portal]\nDBusName=org.freedesktop.impl.portal.desktop.gifsom\n" + (
    "Interfaces=org.freedesktop.impl.portal.ScreenCast;\nUseIn=GNOME\n"
)


_UNSHARE = ["unshare", "-U", "--map-user=1000", "--map-group=1000"]
_ENTER = ["nsenter", "-U", "--preserve-credentials", "-t"]


@dataclass
class Stage:
    """A running compositor, and what belongs to it.

    home      a folder of its own
    user      words before a command that make it one of the ordinary user
    programs  those that were started, in order, by name
    env       the environment of programs on it
    """

    home: Path
    env: dict[str, str]
    user: list[str] = field(default_factory=list)
    programs: dict[str, subprocess.Popen[Any]] = field(default_factory=dict)

    def become_ordinary(self) -> None:
        """Where this is root, make a user namespace for all of the stage: its programs look into each other."""
        if os.getuid():
            return
        need("unshare", "nsenter")
        if subprocess.run([*_UNSHARE, "true"], capture_output=True, check=False).returncode:
            pytest.skip("needs user namespaces, or an ordinary user")
        user = self.start("user", *_UNSHARE, "sh", "-c", "echo ready; exec sleep infinity")
        assert wait_for(lambda: "ready" in self.log("user"), PATIENCE)
        self.user = [*_ENTER, str(user.pid)]

    def start(self, name: str, *command: str | Path, **options: Any) -> subprocess.Popen[Any]:
        """Start a program that ends with the stage; what it prints is in home/NAME.log."""
        need(str(command[0]))
        with (self.home / f"{name}.log").open("wb") as log:
            streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log} | options
            process = subprocess.Popen([*self.user, *command], env=self.env, cwd=ROOT, **streams)
        self.programs[name] = process
        return process

    def log(self, name: str) -> str:
        return (self.home / f"{name}.log").read_text(errors="replace")

    def run(self, *command: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a program to its end."""
        need(str(command[0]))
        streams = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True} | options
        whole = [*self.user, *map(str, command)]
        return subprocess.run(whole, env=self.env, timeout=PATIENCE, check=False, **streams)

    def card(self, rate: float, count: int) -> "Clock":
        """The test card; its clock runs when it is told to."""
        pytest.importorskip("pywayland")
        name = f"card{len(self.programs)}"
        words = [sys.executable, str(SUPPORT / "card.py"), str(rate), str(count)]
        process = self.start(name, *words, stdin=subprocess.PIPE)
        clock = Clock(self, name, process)
        assert wait_for(lambda: "shown 0" in self.log(name), PATIENCE), self.log(name)
        return clock

    def close(self) -> None:
        for process in reversed(self.programs.values()):
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
        shutil.rmtree(self.home, ignore_errors=True)


@dataclass
class Clock:
    """The clock of the test card."""

    stage: Stage
    name: str
    process: subprocess.Popen[Any]

    def run(self) -> None:
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

    def moments(self, what: str) -> dict[int, float]:
        """When each tick was handed over ("tick") or drawn ("shown"), by CLOCK_MONOTONIC."""
        lines = (line.split() for line in self.stage.log(self.name).splitlines())
        return {int(words[1]): float(words[2]) for words in lines if len(words) == 3 and words[0] == what}

    def end(self) -> None:
        """Take the card away."""
        self.process.kill()
        self.process.wait()

    def wait(self, number: int) -> None:
        assert wait_for(lambda: number in self.moments("shown"), PATIENCE), self.stage.log(self.name)[-300:]


def _stage(desktop: str) -> Stage:
    need("dbus-daemon")
    home = Path(tempfile.mkdtemp(prefix="gifsom-stage-"))
    home.chmod(0o755)
    run = home / "run"
    run.mkdir(mode=0o700)
    env = {
        **{name: value for name, value in environment().items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")},
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(run),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CURRENT_DESKTOP": desktop,
        "XDG_SESSION_TYPE": "wayland",
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={run}/bus",
        "LIBGL_ALWAYS_SOFTWARE": "1",
        "PYTHONPATH": str(ROOT),
    }
    stage = Stage(home, env)
    stage.become_ordinary()
    return stage


def _await_display(stage: Stage, name: str) -> None:
    """Wait for the compositor's socket, and set WAYLAND_DISPLAY."""
    run = Path(stage.env["XDG_RUNTIME_DIR"])
    assert wait_for(lambda: [*run.glob("wayland-?")], PATIENCE), stage.log(name)
    stage.env["WAYLAND_DISPLAY"] = next(run.glob("wayland-?")).name


def start_sway(outputs: str = "output HEADLESS-1 resolution 1280x720 position 0 0\n") -> Stage:
    """sway, which draws in memory; close it."""
    need("sway", "swaymsg")
    stage = _stage("sway")
    stage.env |= {"WLR_BACKENDS": "headless", "WLR_RENDERER": "pixman", "WLR_LIBINPUT_NO_DEVICES": "1"}
    (stage.home / "sway.conf").write_text(f"xwayland disable\n{outputs}")
    stage.start("sway", "sway", "-c", str(stage.home / "sway.conf"))
    _await_display(stage, "sway")
    run = Path(stage.env["XDG_RUNTIME_DIR"])
    assert wait_for(lambda: [*run.glob("sway-ipc.*")], PATIENCE), stage.log("sway")
    stage.env["SWAYSOCK"] = str(next(run.glob("sway-ipc.*")))
    return stage


def start_copy_server() -> Stage:
    """The small compositor of copy_server.py; close it."""
    pytest.importorskip("pywayland")
    stage = _stage("tests")
    stage.env["WAYLAND_DISPLAY"] = "wayland-9"
    words = [sys.executable, str(SUPPORT / "copy_server.py"), "wayland-9"]
    stage.start("server", *words, stdin=subprocess.PIPE)
    server = stage.programs["server"]
    assert wait_for(lambda: "ready" in stage.log("server") or server.poll() is not None, PATIENCE)
    assert server.poll() is None, stage.log("server")
    return stage


def start_mutter(*options: str) -> Stage:
    """mutter with PipeWire and the portal, whose backend says yes; close it."""
    need("mutter", "pipewire", "wireplumber")
    pytest.importorskip("jeepney")
    if not Path("/usr/libexec/xdg-desktop-portal").exists():
        pytest.skip("needs xdg-desktop-portal")
    stage = _stage("GNOME")
    services, portals = stage.home / "services", stage.home / "portals"
    services.mkdir()
    portals.mkdir()
    (portals / "gifsom.portal").write_text(_PORTAL)
    for name, program in (
        ("org.freedesktop.portal.Desktop", "xdg-desktop-portal"),
        ("org.freedesktop.impl.portal.PermissionStore", "xdg-permission-store"),
    ):
        (services / f"{name}.service").write_text(_SERVICE.format(name, program))
    bus = Path(stage.env["XDG_RUNTIME_DIR"], "bus")
    (stage.home / "bus.conf").write_text(_BUS.format(bus=bus, services=services))
    stage.env["XDG_DESKTOP_PORTAL_DIR"] = str(portals)
    stage.env["GSETTINGS_BACKEND"] = "memory"
    stage.start("bus", "dbus-daemon", f"--config-file={stage.home / 'bus.conf'}", "--nofork", "--nopidfile")
    assert wait_for(bus.exists, PATIENCE), stage.log("bus")
    start_pipewire(stage)
    size = ["--virtual-monitor", "{}x{}".format(*SIZE)]
    stage.start("mutter", "mutter", "--headless", "--wayland", "--no-x11", *(options or size))
    _await_display(stage, "mutter")
    answer(stage, "yes")
    stage.start("backend", sys.executable, str(SUPPORT / "portal_backend.py"), str(stage.home))
    assert wait_for(lambda: owned(stage, "org.freedesktop.impl.portal.desktop.gifsom"), PATIENCE), stage.log("backend")
    assert wait_for(lambda: owned(stage, "org.gnome.Mutter.ScreenCast"), PATIENCE), stage.log("mutter")
    return stage


def start_pipewire(stage: Stage) -> None:
    stage.start("pipewire", "pipewire")
    socket = Path(stage.env["XDG_RUNTIME_DIR"], "pipewire-0")
    assert wait_for(socket.exists, PATIENCE), stage.log("pipewire")
    stage.start("wireplumber", "wireplumber")


def answer(stage: Stage, word: str) -> None:
    """The next answer of the dialog, see portal_backend.py."""
    (stage.home / "answer").write_text(word)


def stop_sharing(stage: Stage) -> None:
    """What a user does on the desktop."""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes().split(b"\0")
        except OSError:
            continue
        if str(SUPPORT / "portal_backend.py").encode() in words and str(stage.home).encode() in words:
            os.kill(int(file.parent.name), signal.SIGUSR1)


def owned(stage: Stage, name: str) -> bool:
    """Whether somebody has that name on the bus."""
    call = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus"]
    return "true" in stage.run(*call[:-1], "org.freedesktop.DBus.NameHasOwner", f"string:{name}").stdout


@pytest.fixture(scope="module")
def sway() -> Iterator[Stage]:
    """A sway for the tests of a file."""
    stage = start_sway()
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def mutter() -> Iterator[Stage]:
    """A mutter for the tests of a file."""
    stage = start_mutter()
    yield stage
    stage.close()
