"""Diagnosis of recording on this system: abilities and problems, reported before they matter."""

import importlib.util
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gifsom.core.errors import GifsomError, ScreenUnavailable, printable
from gifsom.core.region import region_text
from gifsom.recorder.backend import list_monitors, open_screen
from gifsom.recorder.feed import Target
from gifsom.recorder.folder import folder
from gifsom.recorder.hotkeys import BIND, USUAL, Hotkeys, parse_hotkeys
from gifsom.recorder.input import InputWatch
from gifsom.recorder.pointer import PointerWatch
from gifsom.recorder.screen import check_screen, grabbed, grabber, monitor, screen_rect
from gifsom.recorder.systems.current import is_wayland
from gifsom.recorder.windows import windows

GRABS = 5
"""Pictures taken, of which the fastest counts: the first one sets things up."""

TYPICAL = 750_000
"""Bytes a second of a typical recording: 15 frames of 50 kB, between a terminal's 10 and a scrolled page's 200."""

ENOUGH = 3600 * TYPICAL
"""Bytes below which the disk counts as nearly full: an hour."""

Verdict = tuple[bool | None, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of the diagnosis.

    name  some words
    ok    True: as it should be; False: something cannot be done; None: works, but could be better
    text  one line
    """

    name: str
    ok: bool | None
    text: str


def examine() -> list[Finding]:
    """Check everything that a recording needs; problems are findings, not errors. Some 0.3 s; no dialog is shown.

    Where no session can be recorded, the ways to do so are the only findings on the screen.
    """
    if is_wayland():
        return [*_wayland(), *_findings(REST)]
    (session,) = _findings([("session", _session)])
    return [session, *_findings([*SCREEN, *REST] if session.ok else REST)]


def _wayland() -> list[Finding]:
    """Ways to record a Wayland session, the one that is taken, and why."""
    direct, portal = _findings([("wlroots", _direct), ("portal", _portal)])
    if direct.ok:
        session = Finding("session", True, "Wayland, recorded by wlroots: the compositor gives pictures to programs")
        screen = _findings([("monitors", _monitors), ("picture", _direct_picture)])
        windows = "cannot be recorded on this compositor: --region or --pick does it"
    elif portal.ok:
        session = Finding("session", True, "Wayland, recorded through the portal: the desktop's dialog asks once")
        screen = _findings([("monitors", _monitors)])
        windows = "are chosen in the desktop's dialog; --ask shows it again"
    else:
        session = Finding("session", False, "Wayland, which cannot be recorded: neither of the two ways is open")
        return [session, direct, portal]
    return [
        session,
        direct,
        portal,
        *screen,
        Finding("clicks and keys", None, "are shown to no program on Wayland: --clicks and --keys are not possible"),
        Finding("windows", None, windows),
        *_findings([("hotkeys", _hotkeys)]),
    ]


def _findings(parts: list[tuple[str, Callable[[], Verdict]]]) -> list[Finding]:
    return [Finding(name, *_told(part)) for name, part in parts]


def _told(part: Callable[[], Verdict]) -> Verdict:
    try:
        return part()
    except GifsomError as error:
        return False, str(error)
    except OSError as error:
        return False, printable(error)


def _session() -> Verdict:
    check_screen()
    if sys.platform in ("win32", "darwin"):
        return True, {"win32": "Windows", "darwin": "macOS"}[sys.platform]
    return True, f"X11, display {printable(os.environ.get('DISPLAY', ''))}"


def _direct() -> Verdict:
    from gifsom.recorder.systems.wayland.wlroots import WlrootsScreen

    try:
        return True, f"{WlrootsScreen().method} is there"
    except ScreenUnavailable as error:
        return None, str(error)


def _portal() -> Verdict:
    from gifsom.recorder.systems.wayland.portal import check_portal

    try:
        return True, check_portal()
    except ScreenUnavailable as error:
        return None, str(error)


def _direct_picture() -> Verdict:
    with closing(open_screen("wlroots")) as screen:
        start = time.perf_counter()
        width, height = screen.measure(Target())
        spent = time.perf_counter() - start
    return True, f"{spent * 1000:.1f} ms for {width}x{height}"


def _screen() -> Verdict:
    return True, region_text(screen_rect())


def _monitors() -> Verdict:
    listed = [
        " ".join([str(one.number), *([printable(one.name)] if one.name else []), region_text(one.rect)])
        + (" (primary)" if one.primary else "")
        for one in list_monitors()
    ]
    return True, ", ".join(listed)


def _picture() -> Verdict:
    rect = monitor().rect
    times = []
    with grabber() as grab:
        for _ in range(GRABS):
            start = time.perf_counter()
            pixels = grabbed(grab, rect)
            times.append(time.perf_counter() - start)
        black = not pixels[..., :3].any()
    speed = f"{min(times) * 1000:.1f} ms for {rect.width}x{rect.height}"
    return (None, f"all of it is black ({speed})") if black else (True, speed)


def _pointer() -> Verdict:
    with PointerWatch() as watch:
        seen, shape = watch.look()
    if shape is None:
        return None, "there is none on this screen"
    return True, f"at {seen.x},{seen.y}, {shape.pixels.shape[1]}x{shape.pixels.shape[0]}"


def _input() -> Verdict:
    with InputWatch(keys=True):
        return True, "can be shown"


def _windows() -> Verdict:
    listed = windows()
    active = next((printable(window.title or window.program) for window in listed if window.active), None)
    return True, f"{len(listed)} to be seen" + (f', "{active}" is active' if active else ", none is active")


def _hotkeys() -> Verdict:
    if is_wayland():  # to ask would show a dialog
        return None, f"--hotkey asks the desktop for keys, where its portal has them; else {BIND}"
    stop, toggle = USUAL
    try:
        with Hotkeys(parse_hotkeys(",".join(USUAL)), list[str]().append) as keys:
            taken = keys.taken
    except ScreenUnavailable as error:
        return None, str(error)
    if taken:
        return None, f"another program has {stop} or {toggle}: give --hotkey, or {BIND}"
    return True, f"{stop} ends a recording, {toggle} pauses it"


def _picker() -> Verdict:
    if is_wayland() and not os.environ.get("DISPLAY"):
        if shutil.which("slurp"):
            return True, "slurp"
        return None, "there is neither XWayland (DISPLAY is not set) nor slurp: --pick is not possible, --region is"
    if importlib.util.find_spec("tkinter") and importlib.util.find_spec("_tkinter"):
        return True, "tkinter"
    if shutil.which("slop"):
        return True, "slop"
    return None, "neither tkinter nor slop is installed: --pick is not possible, --region is"


def _folder() -> Verdict:
    place = folder()
    nearest = _nearest(place)
    with tempfile.TemporaryFile(dir=nearest) as file:
        file.write(b"\0")
    return True, printable(place)


def _disk() -> Verdict:
    free = shutil.disk_usage(_nearest(folder())).free
    hours = free / TYPICAL / 3600
    lasts = f"{hours:.0f} hours" if hours >= 2 else f"{hours * 60:.0f} minutes"
    return (None if free < ENOUGH else True), f"{free / 1e9:.1f} GB are free, some {lasts} of a typical recording"


SCREEN: Final[list[tuple[str, Callable[[], Verdict]]]] = [
    ("screen", _screen),
    ("monitors", _monitors),
    ("picture", _picture),
    ("pointer", _pointer),
    ("clicks and keys", _input),
    ("windows", _windows),
    ("hotkeys", _hotkeys),
]
"""Findings on a screen that is grabbed."""

REST: Final[list[tuple[str, Callable[[], Verdict]]]] = [("picker", _picker), ("recordings", _folder), ("disk", _disk)]
"""Findings on the rest of the system."""


def _nearest(folder: Path) -> Path:
    """The folder itself, or the existing one in which it would be created."""
    return next(path for path in (folder, *folder.parents) if path.exists())
