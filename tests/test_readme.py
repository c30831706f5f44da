"""The README's recipes do what they say, typed in their order in one folder, and typed again."""

import os
import re
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import pytest
from conftest import FIXTURES, ROOT, environment

import gifsom

README = (ROOT / "README.md").read_text()
pytestmark = [pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell"), pytest.mark.slow]


def recipes(title: str) -> list[str]:
    """Lines of the shell's block, and commands of the table, that follow a heading."""
    text = README.partition(f"\n{title}\n")[2]
    text = re.split(r"\n#+ ", text)[0]
    block = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    table = re.findall(r"^\|[^|]+\| `(gifsom .*?)` \|$", text, re.MULTILINE)
    return [line for part in block for line in part.splitlines()] + [one.replace("\\|", "|") for one in table]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that recipes name, and the programs."""
    place = tmp_path_factory.mktemp("recipes")
    (place / "bin").mkdir()
    (place / "bin" / "ffmpeg").symlink_to(imageio_ffmpeg.get_ffmpeg_exe())
    script = place / "bin" / "gifsom"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gifsom "$@"\n')
    script.chmod(0o755)
    for name, size, seconds in (("clip", "480x360", 70), ("talk", "480x360", 12), ("screen", "1280x720", 13)):
        made = ["-f", "lavfi", "-i", f"testsrc=size={size}:rate=1:duration={seconds}", "-c:v", "mpeg4"]
        subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *made, place / f"{name}.mp4"], check=True)
    for name in ("intro", "login", "sea", "jump", "demo", "page"):
        (place / f"{name}.mp4").symlink_to(FIXTURES / "scene.mp4")
    (place / "chat.mp4").symlink_to("screen.mp4")
    (place / "logo.png").symlink_to(FIXTURES / "still.png")
    (place / "talk.srt").write_text("1\n00:00:01,000 --> 00:00:04,000\nGood morning\n")
    for name in ("old", "big", "sprite"):
        (place / f"{name}.gif").write_bytes((FIXTURES / "sprite.gif").read_bytes())
    for name in ("shots/1.png", "shots/2.png"):
        (place / "shots").mkdir(exist_ok=True)
        (place / name).write_bytes((FIXTURES / "still.png").read_bytes())
    (place / "clips").mkdir()
    for name in ("a.mp4", "b.mp4"):
        (place / "clips" / name).write_bytes((FIXTURES / "odd.mp4").read_bytes())
    return place


def typed(lines: list[str], folder: Path) -> str:
    """Run lines in one shell, which stops where one fails."""
    env = environment(PATH=f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
    done = subprocess.run(
        ["sh", "-e"], input="\n".join(lines), cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def test_recipes_of_converting_do_what_they_say_twice(folder: Path) -> None:
    lines = recipes("## Converting")
    assert len(lines) > 15
    for _ in range(2):
        out = typed(lines, folder)
        assert gifsom.open(folder / "small.gif").size[0] == 480
        assert gifsom.open(folder / "small.gif").duration == pytest.approx(4, abs=0.02)
        assert (folder / "clip.gif").stat().st_size < 10_000_000
        assert gifsom.open(folder / "shots.gif").count == 1  # of two pictures that are the same
        assert gifsom.open(folder / "both.gif").size == gifsom.open(folder / "intro.mp4").size
        assert gifsom.open(folder / "again.gif").duration == pytest.approx(
            gifsom.open(folder / "clip.gif").duration, abs=0.01
        )
        assert sorted(path.name for path in (folder / "gifs").glob("*.gif")) == ["a.gif", "b.gif"]
        assert "2 newer than the source" in out or "a.gif" in out
        assert {"map.png", "worst.png", "clip.webp", "less.gif"} <= {path.name for path in folder.iterdir()}


def test_recipes_of_edits_do_what_they_say_twice(folder: Path) -> None:
    lines = [line for line in recipes("### Edits") if not line.startswith("gifsom record ")]
    assert len(lines) > 8
    for _ in range(2):
        typed(["export GIFSOM_OVERWRITE=1", *lines], folder)
    assert gifsom.open(folder / "large.gif").size == (256, 192)
