"""The studio's page in a real browser: what its controls do, and that it looks and reads as it should."""

import base64
import json
import random
import shlex
import subprocess
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import COMMAND, ROOT, environment
from PIL import Image, ImageSequence
from xvfb import Screen

from gifsom.studio.server import Server

pytestmark = pytest.mark.browser

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


class Editor:
    """A page of a studio, with all that its console says.

    page    of Playwright
    server  of the studio
    """

    def __init__(self, page: Any, server: Server) -> None:
        self.page, self.server = page, server
        self.said: list[str] = []
        page.on("console", lambda message: message.type in ("error", "warning") and self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("response", lambda answer: answer.status >= 500 and self.said.append(f"{answer.status} {answer.url}"))
        page.goto(server.address)
        page.get_by_role("button", name="Open", exact=True).wait_for()
        self.settled()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def settled(self) -> None:
        """Wait until nothing is on its way, and all frames have been found."""
        self.page.wait_for_function("() => !document.querySelector('.page.busy')")
        self.until(lambda: self.server.studio.session.stage is None or self.server.studio.session.stage.complete)

    def until(self, condition: Callable[[], Any], seconds: float = 60.0) -> None:
        """Wait for a condition of the server's, while the page goes on."""
        for _ in range(int(seconds * 20)):
            if condition():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("it did not come")

    @property
    def edits(self) -> list[tuple[str, Any]]:
        document = self.server.studio.session.document
        assert document is not None
        return [(step.name, step.value) for step in document.steps if step.on]

    def drawn(self, url: str) -> None:
        """Wait until the picture of an address is on the stage."""
        self.page.wait_for_function(
            "url => [...document.querySelectorAll('.picture canvas')].some(one => one.dataset.url?.includes(url))",
            arg=url,
        )

    def pixels(self) -> Any:
        """The picture on the stage, (h, w, 4)."""
        script = "() => document.querySelector('.picture canvas').toDataURL('image/png')"
        data = base64.b64decode(self.page.evaluate(script).partition(",")[2])
        with Image.open(BytesIO(data)) as picture:
            return np.array(picture.convert("RGBA"))

    def export(self, name: str) -> tuple[Path, str]:
        """Make a GIF by the dialog, and give its path and the command that is shown."""
        self.press("Export")
        dialog = self.page.get_by_role("dialog", name="Export")
        dialog.get_by_label("Name").fill(name)
        dialog.get_by_role("button", name="Make it").click()
        dialog.get_by_role("link", name=f"{name}.gif").wait_for(timeout=60_000)
        dialog.get_by_role("button", name="Close").click()
        return self.server.folder / f"{name}.gif", self.server.studio.session.command()


@pytest.fixture
def editor(browser: Any, work: Path) -> Iterator[Editor]:
    server = Server(work)
    server.folder = work  # type: ignore[attr-defined]
    server.studio.open([str(work / "scene.mp4")])
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    with server.serving():
        opened = Editor(context.new_page(), server)
        yield opened
        assert opened.said == []
        context.close()


def frames_of(path: Path) -> list[tuple[Any, int]]:
    with Image.open(path) as gif:
        return [(np.array(one.convert("RGB")), one.info["duration"]) for one in ImageSequence.Iterator(gif)]


def made_by_command(command: str, path: Path) -> bytes:
    words = shlex.split(command)[1:]
    subprocess.run([*COMMAND, *words, "-o", str(path), "--quiet"], cwd=path.parent, env=environment(), check=True)
    return path.read_bytes()


def test_scrubbing_shows_the_frame(editor: Editor) -> None:
    seek = editor.page.get_by_role("slider", name="Playhead")
    seek.focus()
    for _ in range(3):
        editor.page.keyboard.press("ArrowRight")
    editor.page.get_by_text("frame 4 of").wait_for()
    editor.drawn("/3")
    stage = editor.server.studio.session.stage
    assert stage is not None
    assert np.array_equal(editor.pixels()[..., :3], stage.frame(3).pixels)
    editor.page.keyboard.press("End")
    editor.page.get_by_text(f"frame {len(stage.starts)} of").wait_for()


def test_it_plays_at_its_own_rate(editor: Editor) -> None:
    editor.press("Play")
    editor.page.get_by_role("button", name="Pause", exact=True).wait_for()
    editor.page.wait_for_function("() => !document.querySelector('.bottom').textContent.includes('frame 1 of')")
    editor.page.keyboard.press(" ")
    editor.page.get_by_role("button", name="Play", exact=True).wait_for()


def test_what_is_selected_is_cut_and_comes_back(editor: Editor) -> None:
    page = editor.page
    strip = page.locator(".frames").bounding_box()
    y = strip["y"] + 20
    page.mouse.move(strip["x"] + strip["width"] * 0.25, y)
    page.mouse.down()
    page.mouse.move(strip["x"] + strip["width"] * 0.5, y, steps=4)
    page.mouse.up()
    page.get_by_text("frames selected").wait_for()
    editor.press("Cut")
    editor.until(lambda: len(editor.edits) == 1)
    editor.settled()
    (name, value), stage = editor.edits[0], editor.server.studio.session.stage
    first, last = map(float, value.split("-"))
    assert name == "cut"
    assert (first, last) == pytest.approx((0.75, 1.5), abs=0.12)
    assert stage is not None
    stage.wait(60)
    assert stage.duration == pytest.approx(3 - (last - first), abs=0.01)
    page.keyboard.press("Control+z")
    editor.until(lambda: editor.edits == [])
    page.keyboard.press("Control+Shift+z")
    editor.until(lambda: len(editor.edits) == 1)


def test_delays_are_those_of_the_frames_that_are_seen(editor: Editor) -> None:
    for key in ("End", "ArrowLeft", "ArrowLeft", "i"):
        editor.page.keyboard.press(key)
    editor.press("Delay")
    editor.until(lambda: editor.edits == [("fps", 15), ("frame_delay", "0.5@#42-44")])
    editor.settled()
    stage = editor.server.studio.session.stage
    assert stage is not None
    stage.wait(60)
    assert len(stage.starts) == 45
    assert np.diff(stage.starts)[-3:] == pytest.approx([1 / 15, 0.5, 0.5], abs=1e-3)
    assert stage.duration == pytest.approx(42 / 15 + 1.5, abs=0.01)


def test_crop_is_pulled_on_the_picture(editor: Editor) -> None:
    page = editor.page
    editor.press("Crop")
    page.locator(".handles .se").wait_for()
    corner = page.locator(".handles .se").bounding_box()
    page.mouse.move(corner["x"] + 6, corner["y"] + 6)
    page.mouse.down()
    page.mouse.move(corner["x"] - 94, corner["y"] - 44, steps=5)
    page.mouse.up()
    editor.until(lambda: editor.edits and editor.edits[0][1] != "512x288+64+36")
    editor.settled()
    name, value = editor.edits[0]
    width, height = (int(part) for part in value.split("+")[0].split("x"))
    assert name == "crop"
    assert value.endswith("+64+36")
    assert width < 512
    assert height < 288
    stage = editor.server.studio.session.stage
    assert stage is not None
    assert stage.size == (width, height)


def test_a_caption_is_typed_and_exported_as_the_command_says(editor: Editor, work: Path) -> None:
    page = editor.page
    page.get_by_role("spinbutton", name="Width").fill("160")
    page.keyboard.press("Enter")
    editor.until(lambda: editor.edits == [("width", 160)])
    editor.press("Caption")
    text = page.get_by_role("textbox", name="Text")
    text.fill("Héllo & 'you'")
    text.press("Enter")
    editor.until(lambda: any("Héllo" in str(value) for _, value in editor.edits))
    editor.settled()
    made, command = editor.export("hello")
    other = made_by_command(command, work / "other.gif")
    assert made.read_bytes() == other
    shown = frames_of(made)
    assert len(shown) > 10
    stage = editor.server.studio.session.stage
    assert stage is not None
    assert np.abs(shown[0][0].astype(int) - stage.frame(0).pixels).mean() < 12


def test_both_views_show_the_gif_beside_the_original(editor: Editor) -> None:
    editor.press("Both")
    editor.drawn("/api/coded/")
    slider = editor.page.get_by_role("slider", name="Original or GIF")
    slider.focus()
    editor.page.keyboard.press("ArrowLeft")
    assert int(slider.get_attribute("aria-valuenow")) == 48
    editor.press("Heat map")
    editor.drawn("/api/heat/")


def test_a_target_size_changes_the_quality_that_is_expected(editor: Editor) -> None:
    status = editor.page.get_by_role("status", name="Expected size")
    editor.page.wait_for_function("() => /quality 80/.test(document.querySelector('.size').textContent)")
    target = editor.page.get_by_role("textbox", name="Target size")
    target.fill("400kB")
    target.press("Enter")
    editor.page.wait_for_function(
        "() => /kB expected/.test(document.querySelector('.size').textContent)"
        " && !document.querySelector('.size').classList.contains('old')",
        timeout=60_000,
    )
    assert "quality 80" not in status.text_content()


def test_errors_are_told_where_they_are(editor: Editor) -> None:
    editor.press("Crop")
    field = editor.page.get_by_role("textbox", name="WxH+X+Y|auto")
    field.fill("9000x20+1+1")
    field.press("Enter")
    alert = editor.page.locator(".edits [role=alert]")
    alert.wait_for()
    assert "640x360" in alert.text_content()
    editor.press("Undo")
    alert.wait_for(state="detached")


def test_an_empty_page_opens_a_clip_by_its_list(browser: Any, work: Path) -> None:
    server = Server(work)
    page = browser.new_page()
    with server.serving():
        page.goto(server.address)
        page.get_by_text("Open a clip, drop one here, or record the screen").wait_for()
        page.get_by_role("button", name="Open a clip").click()
        page.get_by_role("option", name="sprite.gif").click()
        page.get_by_role("button", name="Open it").click()
        page.get_by_text("frame 1 of 12").wait_for()
    page.close()


def test_a_file_is_dropped_on_the_page(editor: Editor, work: Path) -> None:
    data = [*(work / "sprite.gif").read_bytes()]
    script = """data => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(data)], "dropped.gif"));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }"""
    editor.page.evaluate(script, data)
    editor.page.get_by_role("heading", name="dropped.gif").wait_for()


def test_the_keyboard_alone_is_enough(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog", name="Keys").wait_for(state="detached")
    page.keyboard.press("i")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Home")
    page.keyboard.press("o")
    page.keyboard.press("Delete")
    editor.until(lambda: [name for name, _ in editor.edits] == ["cut"])
    page.keyboard.press("b")
    editor.until(lambda: len(editor.edits) == 2)
    place = page.locator(".handles .place")
    place.focus()
    before = editor.edits[-1]
    page.keyboard.press("ArrowRight")
    editor.until(lambda: editor.edits[-1] != before)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("what", ["empty", "clip", "crop", "Export", "Open", "Keys"])
def test_axe_finds_nothing(browser: Any, work: Path, what: str, scheme: str) -> None:
    if not AXE.is_file():
        pytest.skip("needs axe-core: npm install --no-save axe-core")
    server = Server(work)
    if what != "empty":
        server.studio.open([str(work / "scene.mp4")])
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    with server.serving():
        page.goto(server.address)
        page.get_by_role("button", name="Open", exact=True).wait_for()
        if what == "crop":
            page.get_by_role("button", name="Crop").click()
            page.locator(".handles .se").wait_for()
        elif what in ("Export", "Open", "Keys"):
            page.get_by_role("button", name=what, exact=True).click()
            page.get_by_role("dialog").wait_for()
        page.add_script_tag(path=AXE)
        found = page.evaluate("() => axe.run()")
        context.close()
    problems = [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found["violations"]]
    assert problems == []


def test_a_region_of_the_screen_is_recorded(browser: Any, work: Path, screen: Screen) -> None:
    screen.start("xclock", "-update", "1", "-geometry", "300x200+100+80")
    server = Server(work)
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    with server.serving():
        page.goto(server.address)
        page.get_by_role("button", name="Record", exact=True).click()
        still = page.get_by_role("img", name="The screen now")
        still.wait_for()
        page.wait_for_function("() => document.querySelector('.still img').naturalWidth > 0")
        box = still.bounding_box()
        page.mouse.move(box["x"] + 40, box["y"] + 30)
        page.mouse.down()
        page.mouse.move(box["x"] + 240, box["y"] + 180, steps=4)
        page.mouse.up()
        page.get_by_text("A region of").wait_for()
        page.get_by_label("Count down, seconds").fill("0")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Start").click()
        page.get_by_text("Recording: 1").wait_for(timeout=60_000)
        page.get_by_role("button", name="Stop").click()
        page.get_by_role("heading", name=".gsr").wait_for(timeout=60_000)
        page.get_by_text("frame 1 of").wait_for(timeout=60_000)
        stage = server.studio.session.stage
        assert stage is not None
        assert stage.wait(60)
        assert stage.duration >= 1
        assert stage.opened.source.size[0] == pytest.approx(200 * 1280 / box["width"], abs=3)
    page.close()


def act(editor: Editor, rng: random.Random) -> None:
    """One random action of a user."""
    page = editor.page
    keys = ["ArrowRight", "Shift+ArrowRight", "ArrowLeft", "Home", "End", "i", "o", "Escape", "v", "h", " "]
    kind = rng.choices(
        ["key", "edit", "undo", "redo", "quality", "seek", "switch", "reload", "export"], [9, 5, 4, 2, 2, 4, 1, 1, 1]
    )[0]
    if kind == "key":
        page.keyboard.press(rng.choice(keys))
    elif kind == "edit" and len(editor.edits) < 6:
        page.keyboard.press(rng.choice(["c", "t", "b", "z", "Delete"]))
    elif kind in ("undo", "redo"):
        page.keyboard.press("Control+z" if kind == "undo" else "Control+Shift+z")
    elif kind == "quality":
        page.get_by_role("slider", name="Quality").evaluate(
            "(one, to) => { one.value = to; one.dispatchEvent(new Event('input', { bubbles: true }));"
            " one.dispatchEvent(new Event('change', { bubbles: true })); }",
            rng.randint(1, 100),
        )
    elif kind == "seek":
        strip = page.locator(".frames").bounding_box()
        page.mouse.click(strip["x"] + rng.random() * strip["width"] * 0.98 + 2, strip["y"] + 20)
    elif kind == "switch" and editor.edits:
        button = page.locator(".edits .line .button").first
        if button.count():
            button.click()
    elif kind == "reload":
        page.reload()
        page.get_by_role("button", name="Open", exact=True).wait_for()
    elif kind == "export":
        session = editor.server.studio.session
        if session.stage is not None and session.error is None:
            page.keyboard.press("Control+e")
            dialog = page.get_by_role("dialog", name="Export")
            if dialog.count():
                dialog.get_by_label("Name").fill(f"random-{rng.random()}")
                dialog.get_by_role("button", name="Make it").click()
                page.keyboard.press("Escape")
    if page.get_by_role("dialog").count():
        page.keyboard.press("Escape")


def actions(editor: Editor, seed: int, count: int) -> None:
    """Random actions, and a check that page and server show the same in the end."""
    rng = random.Random(seed)
    for _ in range(count):
        act(editor, rng)
    editor.settled()
    shown = editor.page.evaluate("() => fetch('/api/state').then(answer => answer.json())")
    session = editor.server.studio.session
    assert shown["document"]["edits"] == json.loads(json.dumps(session.document.said()))["edits"]  # type: ignore[union-attr]


def test_random_actions_cause_no_error(editor: Editor) -> None:
    actions(editor, seed=1, count=200)
