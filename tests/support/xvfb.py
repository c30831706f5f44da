"""A screen without a screen: an X server in memory, and real programs on it.

`screen` is the bare server, `managed` has a window manager, too. Both set DISPLAY for the test, and all that was
started ends with it. A test is skipped by name where a program is missing.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from conftest import wait_for

SIZE = (1280, 800)
"""Width and height of the screen in pixels."""

PATIENCE = 60.0
"""Seconds within which what is waited for happens, such as a window that is drawn, however busy the machine is."""


def need(*programs: str) -> None:
    """Skip the test where one of these is not installed."""
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"needs {program}")


@dataclass
class Screen:
    """A running X server.

    name      as in DISPLAY
    process   the server's own
    programs  those that were started on it, in order
    """

    name: str
    process: subprocess.Popen[bytes]
    programs: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def env(self) -> dict[str, str]:
        """The environment for programs on this screen."""
        loose = ("WAYLAND_DISPLAY", "XDG_SESSION_TYPE")
        return {name: value for name, value in os.environ.items() if name not in loose} | {"DISPLAY": self.name}

    def run(self, *command: str | Path) -> str:
        """Run a program to its end; what it prints."""
        need(str(command[0]))
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=PATIENCE, check=True)
        return done.stdout.strip()

    def start(self, *command: str | Path) -> subprocess.Popen[bytes]:
        """Start a program that ends with the test."""
        need(str(command[0]))
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(command, env=self.env, stdin=quiet, stdout=quiet, stderr=quiet)
        self.programs.append(process)
        return process

    def ids(self, title: str) -> list[int]:
        """The windows to be seen that have exactly this title."""
        need("xdotool")
        command = ["xdotool", "search", "--onlyvisible", "--name", f"^{title}$"]
        found = subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=PATIENCE, check=False)
        return [int(line) for line in found.stdout.split()]

    def show(self, title: str, *command: str | Path) -> int:
        """Start a program and wait until it has one more window of this title; the window's id."""
        before = self.ids(title)
        self.start(*command)
        assert wait_for(lambda: len(self.ids(title)) > len(before), PATIENCE), f"{command[0]} shows no window"
        return next(number for number in self.ids(title) if number not in before)

    def xterm(self, title: str, geometry: str = "60x20+100+80") -> int:
        """A terminal in which nothing happens; the window's id."""
        return self.show(title, "xterm", "-geometry", geometry, "-T", title, "-e", "sleep", "600")

    def close(self) -> None:
        for process in reversed(self.programs):
            process.kill()
            process.wait()
        self.process.terminate()  # it removes the files of its display
        self.process.wait()


def start_screen(*options: str, size: tuple[int, int] = SIZE) -> Screen:
    """A new X server, with more of Xvfb's options, on a display that is free; close it."""
    need("Xvfb")
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "{}x{}x24".format(*size)]
    command += ["-nolisten", "tcp", "-noreset", *options]
    process = subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader) as stream:
        number = stream.readline().strip()
    assert number, "Xvfb does not start"
    return Screen(f":{number}", process)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    """An X server with nothing on it."""
    running = start_screen()
    for name, value in (("DISPLAY", running.name), ("WAYLAND_DISPLAY", ""), ("XDG_SESSION_TYPE", "")):
        monkeypatch.setenv(name, value)
    yield running
    running.close()


@pytest.fixture
def managed(screen: Screen) -> Screen:
    """An X server with a window manager."""
    need("openbox", "xprop")
    screen.start("openbox")
    ready = "_NET_SUPPORTING_WM_CHECK(WINDOW)"
    assert wait_for(lambda: ready in screen.run("xprop", "-root", "_NET_SUPPORTING_WM_CHECK"), PATIENCE)
    return screen
