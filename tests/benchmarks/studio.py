"""Figures of the studio, in a real Chromium on a clip of ten seconds, 640x360 at 15 frames a second.

    python tests/benchmarks/studio.py [CLIP] [--long CLIP]

It prints: when the first frame is there, how long it takes from a key to the picture, from an edit to the picture, and
to the size; the rate at which it plays; how long keys take while a GIF is exported; and memory with a clip of ten
minutes at 1080p, which is made if none is given. `--actions N` does N random actions with each of ten seeds instead.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "support"), str(ROOT / "tests" / "studio")]

from chromium import ARGUMENTS, CHROMIUM  # noqa: E402

from gifsom.studio.server import Server  # noqa: E402

KEYS = 60


def made(path: Path, source: str, seconds: int, *options: str) -> Path:
    """A clip of ffmpeg's own pictures."""
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([ffmpeg, "-v", "error", "-f", "lavfi", "-i", source, "-t", str(seconds), *options, path], check=True)
    return path


def told(name: str, asked: str, got: str) -> None:
    print(f"{name:46} {asked:24} {got}", flush=True)


def spread(seconds: list[float]) -> str:
    seconds = sorted(seconds)
    high = seconds[int(0.95 * (len(seconds) - 1))]
    return f"median {1000 * statistics.median(seconds):.0f} ms, 95 % {1000 * high:.0f} ms"


class Watch:
    """A page, and the moments at which something is seen on it."""

    def __init__(self, page: Any, server: Server) -> None:
        self.page, self.server = page, server

    def seen(self, act: Callable[[], object], shown: str, *arguments: object) -> float:
        """Seconds from an act until a function of the page gives true, looked at with each refresh of the screen."""
        began = time.perf_counter()
        act()
        self.page.wait_for_function(shown, arg=list(arguments), polling="raf", timeout=60_000)
        return time.perf_counter() - began


DRAWN = "([end]) => document.querySelector('.picture canvas')?.dataset.url?.endsWith(end)"
NEW = "([rev]) => +(/frame.(\\d+)/.exec(document.querySelector('.picture canvas')?.dataset.url || '') || [])[1] > rev"
SIZED = """([before]) => { const one = document.querySelector('.size');
  return one && /expected/.test(one.textContent) && !one.classList.contains('old') && one.textContent !== before; }"""


def scrub(watch: Watch) -> list[float]:
    times = []
    for number in range(1, KEYS):
        times.append(watch.seen(partial(watch.page.keyboard.press, "ArrowRight"), DRAWN, f"/{number}"))
    return times


def figures(watch: Watch) -> None:
    page, server = watch.page, watch.server
    first = watch.seen(lambda: page.goto(server.address), DRAWN, "/0")
    told("first frame after the page is asked for", "<= 1 s", f"{first:.2f} s")
    page.wait_for_function(SIZED, arg=[""], polling="raf")
    told("from key to picture", "50 ms, 95 % 150 ms", spread(scrub(watch)))
    page.keyboard.press("Home")
    edits, sizes = [], []
    for number in range(5):
        rev = server.studio.session.rev
        if number:
            page.get_by_role("textbox", name="Text").fill(f"Text {number} " + "longer " * number)
        key = "Enter" if number else "t"
        began = time.perf_counter()
        edits.append(watch.seen(partial(page.keyboard.press, key), NEW, rev))
        page.wait_for_function(SIZED, arg=[""], polling="raf", timeout=60_000)
        sizes.append(time.perf_counter() - began)
    page.evaluate("() => document.activeElement.blur()")
    told("an edit is seen", "<= 300 ms", spread(edits[1:]))
    told("the size follows an edit", "<= 2 s", f"median {statistics.median(sizes[1:]):.2f} s")
    told("the size follows the quality", "<= 2 s", f"{quality(watch):.2f} s")
    page.evaluate("() => document.activeElement.blur()")
    told("playing", "rate within 5 %", playing(watch))
    page.keyboard.press("Home")
    threading.Thread(
        target=server.studio.exports.start,
        args=(server.studio.session.opening(server.studio.session.document), {}, "x.gif", True, False),
    ).start()
    told("from key to picture while exporting", "as without", spread(scrub(watch)))


def quality(watch: Watch) -> float:
    before = watch.page.locator(".size").text_content()
    script = (
        "(one) => { one.value = 50; one.dispatchEvent(new Event('input', { bubbles: true }));"
        " one.dispatchEvent(new Event('change', { bubbles: true })); }"
    )
    slider = watch.page.get_by_role("slider", name="Quality")
    return watch.seen(lambda: slider.evaluate(script), SIZED, before)


def playing(watch: Watch) -> str:
    """The rate at which it plays, against the clip's."""
    page = watch.page
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    page.wait_for_timeout(1500)  # until what is ahead has been fetched
    number = "() => +/frame (\\d+) of/.exec(document.querySelector('.bottom').textContent)[1]"
    script = f"""() => new Promise((done) => {{ const at = {number}; const first = at(), begun = performance.now();
      const step = () => performance.now() - begun > 5000
        ? done([at() - first, (performance.now() - begun) / 1000]) : requestAnimationFrame(step); step(); }})"""
    frames, seconds = page.evaluate(script)
    page.keyboard.press(" ")
    return f"{frames / seconds / 15:.3f} of its rate"


def memory(browser: Any, clip: Path) -> str:
    """Memory of a process of its own that serves a long clip, looked at here and there until its size is told."""
    script = (
        "import sys, time; from pathlib import Path; from gifsom.studio.server import Server\n"
        "server = Server(Path.cwd()); server.studio.open([sys.argv[1]])\n"
        "with server.serving():\n    print(server.address, flush=True); sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(clip)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdin is not None
    page = browser.new_page()
    page.goto(process.stdout.readline().strip())
    status = Path(f"/proc/{process.pid}/status")
    for place in range(1, 20):
        page.wait_for_timeout(2000)
        strip = page.locator(".frames").bounding_box()
        page.mouse.click(strip["x"] + strip["width"] * place / 20, strip["y"] + 20)
    page.wait_for_function(SIZED, arg=[""], polling=1000, timeout=900_000)  # all of it has been read
    peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM")).split()[1]
    page.close()
    process.stdin.close()
    process.wait()
    return f"{int(peak) / 1024:.0f} MB"


def random_actions(browser: Any, clip: Path, count: int) -> None:
    """Ten seeds of random actions, each on a studio of its own."""
    from test_page import Editor, actions

    for seed in range(10):
        server = Server(clip.parent)
        server.studio.open([str(clip)])
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        with server.serving():
            editor = Editor(context.new_page(), server)
            actions(editor, seed, count)
            told(f"{count} random actions, seed {seed}", "no error", "none" if not editor.said else str(editor.said))
            context.close()


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", nargs="?", type=Path)
    parser.add_argument("--long", type=Path)
    parser.add_argument("--actions", type=int)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as engine:
        os.environ["XDG_STATE_HOME"] = folder
        place = Path(folder)
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        clip = asked.clip or made(place / "clip.mp4", "testsrc2=s=640x360:r=15", 10)
        if asked.actions:
            random_actions(browser, Path(shutil.copy(clip, place / f"copy{clip.suffix}")), asked.actions)
            return
        server = Server(place)
        server.studio.open([str(clip.absolute())])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        with server.serving():
            figures(Watch(page, server))
        long = asked.long or made(
            place / "long.mp4", "testsrc2=s=1920x1080:r=30", 600, "-preset", "ultrafast", "-crf", "30"
        )
        told("memory, ten minutes at 1080p", "<= 400 MB", memory(browser, long.absolute()))
    print(f"of this process, with the benchmark: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
