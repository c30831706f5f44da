"""The pages of help: groups in the order in which one asks, nothing cut, short forms that people type."""

import re
from pathlib import Path

import pytest
from conftest import FIXTURES, Inside
from conftest import gifsom as gifsom_process

import gifsom
from gifsom.cli import app
from gifsom.cli.help import PANELS

SPRITE = FIXTURES / "sprite.gif"


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def page(inside: Inside, command: str) -> str:
    run = inside(command, "--help")
    assert run.status == 0
    return run.out


@pytest.mark.parametrize("command", sorted(app.commands))
def test_nothing_is_cut_at_80_columns(inside: Inside, command: str) -> None:
    """Every option, every value and every word of the help is there as it is written, in one piece."""
    shown = page(inside, command)
    assert max(map(len, shown.splitlines())) <= 80
    words = set(re.sub(r"[│╭╮╰╯─]", " ", shown).split())
    for one in app.commands[command].params:
        help = getattr(one, "help", None) or ""
        values = (one.metavar or "").split("|") if getattr(one, "metavar", None) and hasattr(one, "panel") else []
        for word in [*help.split(), *(name for name in one.opts if name.startswith("-"))]:
            assert {word, f"{word},"} & words, word
        for value in values:
            assert any(value in word for word in words), value
    assert "<bool>" not in shown


def test_commands_of_the_examples_stand_on_one_line(inside: Inside) -> None:
    lines = page(inside, "convert").splitlines()
    commands = [line for line in lines if line.startswith(" gifsom convert ") and "'" not in line[:20]]
    assert " gifsom convert clip.mp4 short.gif --start 1:05 --duration 4 -W 480 -r 12" in commands
    assert " gifsom convert -i clip.mp4 -o short.gif -y" in commands


def test_groups_stand_in_the_order_in_which_one_asks(inside: Inside) -> None:
    titles = re.findall(r"^╭─ (.*?) ─", page(inside, "convert"), re.MULTILINE)
    assert titles == [*PANELS]
    assert [title.split()[0] for title in titles[1:6]] == ["What", "Where", "How", "How", "Edits,"]
    assert titles[-1] == "Raw video, and batches"


@pytest.mark.parametrize(
    "words",
    [
        ["-i", SPRITE, "-o", "out.gif"],
        ["-i", SPRITE, "out.gif"],
        [SPRITE, "-o", "out.gif"],
        ["-y", "-i", SPRITE, "-r", "5", "-W", "32", "-Q", "70", "out.gif"],
    ],
    ids=lambda words: " ".join(map(str, words)).replace(str(SPRITE), "IN"),
)
def test_short_forms_of_ffmpeg_and_gifski(inside: Inside, words: list[str]) -> None:
    assert inside("convert", *words).status == 0
    assert gifsom.open("out.gif").size == ((32, 24) if "-W" in words else (64, 48))


def test_several_inputs_are_joined(inside: Inside) -> None:
    assert inside("convert", "-i", SPRITE, "-i", SPRITE, "out.gif").status == 0
    assert gifsom.open("out.gif").count == 24
    assert inside("convert", "-o", "other.gif").status == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--width", "wide"], "width is wide: give pixels, such as 480, or both sides, as 480x270"),
        (["--speed", "fast"], "'fast' is not a factor: give it as 0.5, 50% or 2x"),
        (["--scale", "%"], "'%' is not a factor: give it as 0.5, 50% or 2x"),
        (["--fps", "fast"], "--fps is fast: give a number"),
        (["--colors", "all"], "--colors is all: give a whole number"),
        (["--still-threshold", "much"], "still_threshold is much: give the percentage"),
    ],
)
def test_a_wrong_value_is_told_in_our_own_words(inside: Inside, words: list[str], said: str) -> None:
    run = inside("convert", SPRITE, "out.gif", *words)
    assert run.status == 2
    assert said in run.err.replace("--still-threshold", "still_threshold").replace("--width is", "width is")
    assert not re.search("valid (integer|float)|Invalid value|could not convert", run.err)


def test_sizes_as_people_type_them(inside: Inside) -> None:
    for words, size in ((["--width", "32x99"], (32, 24)), (["--scale", "50%"], (32, 24)), (["-W", "64px"], (64, 48))):
        assert inside("convert", SPRITE, "out.gif", "-y", *words).status == 0
        assert gifsom.open("out.gif").size == size


def test_closing_lines_are_in_peoples_words(inside: Inside) -> None:
    scene = FIXTURES / "scene.mp4"
    line = inside("convert", scene, "out.gif", "--width", "800", "--idle-limit", "1", "--end", "1").out
    assert "tables" not in line
    assert "color" not in line
    assert (
        "; width 800 is larger than the picture, which stays 640x360; nothing stands still for longer than 1 s" in line
    )
    verbose = gifsom_process("convert", scene, "out.gif", "-y", "--end", "1", "-v", cwd=Path.cwd()).out
    assert re.search(r"\d+ colors in \d+ tables", verbose)
    estimate = inside("convert", scene, "--estimate", "--end", "1")
    assert "OKLab" not in estimate.out
    assert re.search(
        r"(looks like|differs) .*its source|differs .* from its source|looks like its source", estimate.out
    )
    told = gifsom_process("convert", scene, "--estimate", "--end", "1", "-v", cwd=Path.cwd()).out
    assert "OKLab x 100" in told


def test_a_video_that_the_usual_width_makes_smaller_is_told(inside: Inside) -> None:
    from gifsom.cli import text

    result = gifsom.convert(FIXTURES / "scene.mp4", "out.gif", end=0.2, usual_width=320)
    told = "; made smaller from 640x360 (--width 640 keeps that)"
    assert text.conversion(result).endswith(told)
    assert told not in text.conversion(gifsom.convert(FIXTURES / "scene.mp4", "out.gif", end=0.2, overwrite=True))
    asked = gifsom.convert(FIXTURES / "scene.mp4", "out.gif", end=0.2, width=320, overwrite=True)
    assert asked.full_size is None
