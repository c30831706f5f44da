"""README's GIF of the studio: gifsom records it on a screen in memory, with Chromium, while somebody edits a clip.

    python tests/benchmarks/studio_film.py [CLIP] [OUT.gif]

It needs Xvfb and Chromium.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "support")]

from chromium import ARGUMENTS, CHROMIUM  # noqa: E402

import gifsom  # noqa: E402
from gifsom.studio.server import Server  # noqa: E402

SIZE = (1280, 800)
LIMIT = 900_000


def screen() -> "subprocess.Popen[bytes]":
    """An X server in memory, whose display becomes this process's."""
    read, write = os.pipe()
    size = f"{SIZE[0]}x{SIZE[1]}x24"
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp"], pass_fds=[write]
    )
    os.environ["DISPLAY"] = f":{os.read(read, 16).decode().strip()}"
    return server


def glide(page: Any, x: float, y: float) -> None:
    """Move the pointer as a hand does."""
    page.mouse.move(x, y, steps=14)
    page.wait_for_timeout(150)


def press(page: Any, name: str) -> None:
    box = page.get_by_role("button", name=name, exact=True).first.bounding_box()
    glide(page, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.up()
    page.wait_for_timeout(900)


def pull(page: Any, what: str, dx: float, dy: float) -> None:
    box = page.locator(what).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    glide(page, x, y)
    page.mouse.down()
    glide(page, x + dx, y + dy)
    page.mouse.up()
    page.wait_for_timeout(900)


def edit(page: Any) -> None:
    """Crop, write, and compare."""
    press(page, "Crop")
    pull(page, ".handles .se", -90, -50)
    press(page, "Caption")
    text = page.get_by_role("textbox", name="Text")
    text.fill("")
    text.type("Hello, GIF", delay=70)
    page.keyboard.press("Enter")
    page.wait_for_timeout(900)
    press(page, "Play")
    page.wait_for_timeout(1600)
    press(page, "Pause")
    press(page, "Both")
    page.wait_for_function("() => /expected/.test(document.querySelector('.size').textContent)")
    page.wait_for_timeout(1500)
    pull(page, ".divider", -160, 0)
    press(page, "Heat map")
    page.wait_for_timeout(1200)


def main(clip: str = "fixtures/scene.mp4", out: str = "fixtures/studio.gif") -> None:
    """Record it, and make the GIF."""
    server = screen()
    target = Path(out).absolute()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as engine:
        os.environ["XDG_STATE_HOME"] = folder
        shutil.copy(clip, folder)
        studio = Server(Path(folder))
        studio.studio.open([str(Path(folder, Path(clip).name))])
        place = ["--window-position=0,0", f"--window-size={SIZE[0]},{SIZE[1]}", "--kiosk", "--hide-scrollbars"]
        browser = engine.chromium.launch(executable_path=CHROMIUM, headless=False, args=[*ARGUMENTS, *place])
        page = browser.new_page(no_viewport=True)
        with studio.serving():
            page.goto(studio.address)
            page.get_by_role("button", name="Crop").wait_for()
            page.mouse.move(SIZE[0] / 2, SIZE[1] / 2)
            page.wait_for_timeout(2500)
            recorder = gifsom.Recorder(fps=15)
            with recorder:
                edit(page)
            result = gifsom.convert(
                recorder.path, target, idle_limit=0.9, width=800, fps=10, max_size=LIMIT, hold_last=2, overwrite=True
            )
            browser.close()
    server.terminate()
    print(f"{result.path}: {result.bytes} bytes, {result.size[0]}x{result.size[1]}, {result.seconds:.1f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
