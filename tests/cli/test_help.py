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


def squeezed(text: str) -> str:
    """Text without spaces and frames: how it is broken into lines does not count."""
    return re.sub(r"[│╭╮╰╯─|\s]", "", text)


@pytest.mark.parametrize("columns", [40, 60, 80])
@pytest.mark.parametrize("command", sorted(app.commands))
def test_nothing_is_cut(inside: Inside, command: str, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every option and every value is there in one piece, and every word of the help that fits on a line."""
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = page(inside, command)
    assert max(map(len, shown.splitlines())) <= columns
    words = set(re.sub(r"[│╭╮╰╯─]", " ", shown).split())
    for one in app.commands[command].params:
        help = getattr(one, "help", None) or ""
        values = (one.metavar or "").split("|") if getattr(one, "metavar", None) and hasattr(one, "panel") else []
        for word in [*help.split(), *(name for name in one.opts if name.startswith("-"))]:
            assert {word, f"{word},"} & words or (len(word) > 24 and squeezed(word) in squeezed(shown)), word
        for value in values:
            assert any(value in word for word in words), value
    assert "<bool>" not in shown


def test_raw_video_and_batches_come_last(inside: Inside) -> None:
    last = page(inside, "convert").rpartition("Raw video, and batches")[2]
    assert re.findall(r"^│ (--\S+)", last, re.MULTILINE) == [
        "--input-size",
        "--input-fps",
        "--pixel-format",
        "--jobs",
        "--dask",
    ]


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


CLICKS = "valid|Invalid|could not convert|No such|requires|Missing|Got unexpected|does not take|Try '"
"""Words of click and of Python."""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--width wide", "width is wide: give pixels, such as 480, both sides, as 480x270, or 50%"),
        ("--width 480:-1", "width is 480:-1: give pixels, such as 480, both sides, as 480x270, or 50%"),
        ("--width 32.5", "width is 32.5: give whole pixels, such as 480"),
        ("--width 0%", "width is 0%: give pixels"),
        ("--fit 32", "'32' is not a size: give width and height, such as 640x480"),
        ("--speed fast", "'fast' is not a factor: give it as 0.5, 50%, 1/2 or 2x"),
        ("--scale %", "'%' is not a factor: give it as 0.5, 50%, 1/2 or 2x; sides in pixels are for width, height and"),
        ("--scale 32x24", "; sides in pixels are for width, height and fit"),
        ("--scale 1/0", "'1/0' is not a factor"),
        ("--scale 0", "scale is 0: give a factor above 0"),
        ("--fps fast", "fps is fast: give frames a second, above 0"),
        ("--fps 0", "fps is 0: give frames a second, above 0"),
        ("--rotate 45", "rotate is 45: give 90, 180 or 270 degrees"),
        ("--rotate left", "rotate is left: give 90, 180 or 270 degrees"),
        ("--idle-limit long", "'long' is not a time: give seconds from 0 on or a clock"),
        ("--colors all", "--colors is all: give a whole number"),
        ("--still-threshold much", "still_threshold is much: give the percentage"),
        ("--widht 5", "there is no option --widht: did you mean --width? (gifsom convert --help tells more)"),
        ("-ss 1:05", "there is no option -ss: did you mean --start?"),
        ("-width 480", "there is no option -width: did you mean --width?"),
        ("--nosuch", "there is no option --nosuch (gifsom convert --help tells more)"),
        ("--width", "--width needs a value: N (gifsom convert --help tells more)"),
        ("--reverse=yes", "--reverse takes no value"),
        ("--input-fps x", "--input-fps is x: give a number"),
    ],
)
def test_a_wrong_value_is_told_in_our_own_words(inside: Inside, words: str, said: str) -> None:
    run = inside("convert", SPRITE, "out.gif", *words.split())
    assert run.status == 2
    assert said in run.err
    assert run.err.count("\n") == 1
    assert not re.search(CLICKS, run.err)
    assert not Path("out.gif").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("convret a.mp4", "there is no command 'convret': did you mean convert? (gifsom --help tells more)"),
        ("--nosuch", "there is no option --nosuch (gifsom --help tells more)"),
        ("--version=3", "--version takes no value"),
        ("frames a.gif", "FOLDER is missing (gifsom frames --help tells more)"),
        ("info a.gif b.gif", "there is no place for b.gif: give FILE.gif (gifsom info --help tells more)"),
        ("monitors 1", "there is no place for 1: give options only"),
    ],
)
def test_wrong_usage_of_any_command_is_told_in_our_own_words(inside: Inside, words: str, said: str) -> None:
    run = inside(*words.split())
    assert (run.status, run.out) == (2, "")
    assert said in run.err
    assert not re.search(CLICKS, run.err)


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ("--width 32x99", (32, 24)),
        ("--width 64px", (64, 48)),
        ("--width 50%", (32, 24)),
        ("--height 25%", (16, 12)),
        ("-W 12.5%", (8, 6)),
        ("--width 200%", (64, 48)),
        ("--fit 32X24px", (32, 24)),
        ("--scale 50%", (32, 24)),
        ("--scale 1/4", (16, 12)),
        ("--scale 2x", (128, 96)),
    ],
)
def test_sizes_as_people_type_them(inside: Inside, words: str, size: tuple[int, int]) -> None:
    run = inside("convert", SPRITE, "out.gif", *words.split())
    assert run.status == 0
    assert gifsom.open("out.gif").size == size
    assert ("; width 128 is larger than the picture, which stays 64x48" in run.out) == (words == "--width 200%")


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("--speed 2x", 0.43),
        ("--speed 200%", 0.43),
        ("--speed 1/2", 1.72),
        ("--hold-last 2s", 2.8),
        ("--hold-last 1500ms", 2.3),
        ("--start 500ms", 0.36),
        ("--end 0.5s", 0.5),
        ("--fps 10fps", 0.86),
        ("--fps 20000/1001", 0.86),
    ],
)
def test_times_and_rates_as_people_type_them(inside: Inside, words: str, seconds: float) -> None:
    run = inside("convert", SPRITE, "out.gif", *words.split())
    assert run.status == 0, run.err
    assert gifsom.open("out.gif").duration == pytest.approx(seconds, abs=0.06)


def test_colors_are_told_without_their_tables(inside: Inside) -> None:
    """Of a GIF with a color table a frame, each within its own, the number of colors is enough."""
    line = inside("convert", SPRITE, "out.gif", "--width", "32").out
    assert re.search(r", 255 colors, exact, made in", line)


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
