"""Files that were made, handed on to programs of the desktop, in whose place stand scripts that note what they get."""

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FIXTURES, Run, environment, gifsom, names, one_line, wait_for
from xvfb import Screen, start_screen

SPRITE = FIXTURES / "sprite.gif"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the programs are those of a Linux desktop")

Run_with = Callable[..., Run]


class Desktop:
    """Programs that note their arguments and their standard input, line by line, and end with a status."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def has(self, program: str, status: int = 0, more: str = "") -> None:
        log = self.folder / f"{program}.log"
        script = f'#!/bin/sh\nprintf "%s\\n" "$@" >"{log}.part"\n/bin/cat >>"{log}.part"\n'
        script += f'/bin/mv "{log}.part" "{log}"\n{more}\nexit {status}\n'
        path = self.folder / program
        path.write_text(script)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def got(self, program: str) -> list[str] | None:
        log = self.folder / f"{program}.log"
        return log.read_text().splitlines() if log.exists() else None

    def run(self, *arguments: str | Path, cwd: Path, **changes: str) -> Run:
        screen = {"DISPLAY": ":77", "WAYLAND_DISPLAY": ""} | changes
        return gifsom(*arguments, cwd=cwd, env=environment(PATH=str(self.folder), **screen))


@pytest.fixture
def desktop(tmp_path: Path) -> Desktop:
    return Desktop(tmp_path / "programs")


ASK = """
import sys, tkinter
root = tkinter.Tk()
root.withdraw()
for kind in ("text/uri-list", "x-special/gnome-copied-files", "UTF8_STRING"):
    got = root.selection_get(selection="CLIPBOARD", type=kind)
    if got.startswith("0x"):  # as Tk shows bytes of a type that it does not know
        got = bytes(int(byte, 16) for byte in got.split()).decode()
    print(repr(got))
print(sorted(root.selection_get(selection="CLIPBOARD", type="TARGETS").replace("{", "").replace("}", "").split()))
try:
    root.selection_get(selection="CLIPBOARD", type="image/png")
except tkinter.TclError:
    print("refused")
root.clipboard_clear()
root.clipboard_append("other")
root.update()
"""
"""Tk, which others wrote, pastes in several ways, and then takes the clipboard."""


def clipboards(path: Path) -> list[int]:
    """The processes that offer a file."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"gifsom.recorder.systems.x11.clipboard" in words and os.fsencode(path) in words:
            found.append(int(entry.name))
    return found


def test_a_copy_is_pasted_as_a_file_or_as_its_path(screen: Screen, here: Path) -> None:
    pytest.importorskip("tkinter")
    run = gifsom("convert", SPRITE, "a b,'ä.gif", "--copy", cwd=here, env=environment(**screen.env))
    path = here / "a b,'ä.gif"
    assert (run.status, run.err, names(here)) == (0, "", [path.name])
    assert len(clipboards(path)) == 1, "that goes on"
    told = screen.run(sys.executable, "-c", ASK).splitlines()
    offered = ["TARGETS", "UTF8_STRING", "text/plain", "text/plain;charset=utf-8", "text/uri-list"]
    assert told == [
        repr(f"{path.as_uri()}\r\n"),
        repr(f"copy\n{path.as_uri()}"),
        repr(str(path)),
        str(sorted([*offered, "x-special/gnome-copied-files"])),
        "refused",
    ]
    assert wait_for(lambda: not clipboards(path), 20), "it ends when another program copies something"


def test_all_parts_are_copied(screen: Screen, here: Path) -> None:
    pytest.importorskip("tkinter")
    run = gifsom("convert", SPRITE, "a.gif", "--split", "0.5", "--copy", cwd=here, env=environment(**screen.env))
    assert run.status == 0
    told = screen.run(sys.executable, "-c", ASK).splitlines()
    assert told[2] == repr(f"{here}/a-1.gif\n{here}/a-2.gif")


def test_the_clipboard_ends_with_the_display(here: Path) -> None:
    running = start_screen()
    assert gifsom("optimize", SPRITE, "a.gif", "--copy", cwd=here, env=environment(**running.env)).status == 0
    assert clipboards(here / "a.gif")
    running.close()
    assert wait_for(lambda: not clipboards(here / "a.gif"), 20)


def test_on_wayland_another_program_copies(desktop: Desktop, here: Path) -> None:
    desktop.has("wl-copy")
    run = desktop.run("optimize", SPRITE, "a.gif", "--copy", "-q", cwd=here, WAYLAND_DISPLAY="wayland-9")
    assert (run.status, run.out, run.err) == (0, "", "")
    assert desktop.got("wl-copy") == ["--type", "text/uri-list", (here / "a.gif").absolute().as_uri()]


def test_a_file_is_shown_in_the_file_manager(desktop: Desktop, here: Path) -> None:
    desktop.has("gdbus")
    desktop.has("xdg-open")
    assert desktop.run("convert", SPRITE, "it's.gif", "--show", cwd=here).status == 0
    told = desktop.got("gdbus") or []
    assert told[-4:] == ["--method", "org.freedesktop.FileManager1.ShowItems", f"['{here.as_uri()}/it%27s.gif']", ""]
    assert desktop.got("xdg-open") is None


def test_without_a_file_manager_the_folder_is_opened(desktop: Desktop, here: Path) -> None:
    desktop.has("gdbus", 1)
    desktop.has("dbus-send", 1)
    desktop.has("xdg-open")
    assert desktop.run("convert", SPRITE, "a.gif", "--show", cwd=here).status == 0
    assert (desktop.got("dbus-send") or [])[-2:] == [f"array:string:{here.as_uri()}/a.gif", "string:"]
    assert desktop.got("xdg-open") == [str(here)]


def test_all_three_are_done_in_one_run(desktop: Desktop, here: Path) -> None:
    for program in ("wl-copy", "gdbus", "xdg-open"):
        desktop.has(program)
    run = desktop.run("convert", SPRITE, "a.gif", "--copy", "--show", "--open", cwd=here, WAYLAND_DISPLAY="wayland-9")
    assert (run.status, run.err) == (0, "")
    assert all(desktop.got(program) for program in ("wl-copy", "gdbus"))
    assert desktop.got("xdg-open") == [str(here / "a.gif")]


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--copy", "--copy is not done: the display :77 does not answer"),
        ("--open", "--open is not done: install xdg-utils"),
        ("--show", "--show is not done: there is no file manager on the session bus, and no xdg-open"),
    ],
)
def test_what_the_desktop_cannot_do_is_told_and_the_file_is_there(
    option: str, words: str, desktop: Desktop, here: Path
) -> None:
    run = desktop.run("convert", SPRITE, "a.gif", option, cwd=here)
    assert (run.status, one_line(run.err), names(here)) == (1, words, ["a.gif"])
    assert run.out.startswith("a.gif: ")


def test_a_program_that_fails_is_named(desktop: Desktop, here: Path) -> None:
    desktop.has("wl-copy", 3)
    run = desktop.run("convert", SPRITE, "a.gif", "--copy", cwd=here, WAYLAND_DISPLAY="wayland-9")
    assert (run.status, one_line(run.err)) == (1, "--copy is not done: wl-copy ended with 3")


def test_without_a_display_nothing_is_copied(desktop: Desktop, here: Path) -> None:
    run = desktop.run("convert", SPRITE, "a.gif", "--copy", cwd=here, DISPLAY="")
    assert (run.status, one_line(run.err)) == (1, "--copy is not done: there is no display")
    run = desktop.run("convert", SPRITE, "a.gif", "-y", "--copy", cwd=here, DISPLAY="", WAYLAND_DISPLAY="wayland-9")
    assert one_line(run.err) == "--copy is not done: install wl-clipboard, or copy it by --show"


def test_a_program_that_goes_on_is_not_waited_for(desktop: Desktop, here: Path, tmp_path: Path) -> None:
    """It is left alone when the command has ended."""
    desktop.has("xdg-open", more=f'echo $$ >"{tmp_path}/pid"; exec /bin/sleep 60')
    assert desktop.run("convert", SPRITE, "a.gif", "--open", cwd=here).status == 0
    pid = int((tmp_path / "pid").read_text())
    os.kill(pid, 15)
    assert wait_for(lambda: not Path(f"/proc/{pid}/stat").exists() or _dead(pid), 20)


def _dead(pid: int) -> bool:
    return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()


@pytest.mark.parametrize("arguments", [("-", "--copy"), ("--estimate", "--show"), ("gifs/", SPRITE, "--open")])
def test_what_is_no_file_is_not_handed_on(arguments: tuple[str | Path, ...], desktop: Desktop, here: Path) -> None:
    sources = [SPRITE, SPRITE] if "gifs/" in arguments else [SPRITE]
    typed = [one for one in arguments if one is not SPRITE]
    run = desktop.run("convert", *sources, *typed, cwd=here)
    assert run.status == 2
    assert "--copy, --open and --show are for" in one_line(run.err)
    assert names(here) == []
