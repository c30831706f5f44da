"""OUT and the terminal: names without an ending, addresses, closed streams, and what is asked before a file goes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import COMMAND, FIXTURES, Inside, environment, listing, names, one_line, posix

import gifsom

CARDS, SPRITE, STILL = (FIXTURES / name for name in ("cards.mkv", "sprite.gif", "still.png"))


@pytest.mark.parametrize("name", ["out", "out.", "a b", ".hidden"])
@pytest.mark.parametrize("command", ["convert", "optimize"])
def test_an_out_without_an_ending_gets_one(here: Path, inside: Inside, command: str, name: str) -> None:
    run = inside(command, SPRITE, name)
    assert (run.status, run.err) == (0, "")
    assert names(here) == [f"{name.rstrip('.')}.gif"]
    assert run.out.startswith(f"{name.rstrip('.')}.gif: ")
    assert inside(command, SPRITE, name).status == 1


@pytest.mark.parametrize("name", [".gif", ".webp", "d/.MP4"])
def test_an_ending_alone_is_no_name(here: Path, inside: Inside, name: str) -> None:
    (here / "d").mkdir()
    run = inside("convert", SPRITE, name)
    assert (run.status, names(here)) == (1, ["d"])
    assert one_line(run.err) == f"{name}: that is an ending without a name"


@pytest.mark.parametrize("target", ["out.gif", "out.webp", "out.apng", "out.mp4", "out/"])
def test_a_still_picture_becomes_one_frame(here: Path, inside: Inside, target: str) -> None:
    run = inside("convert", STILL, target)
    assert (run.status, run.err) == (0, "")
    assert ", 1 frame, " in run.out
    assert gifsom.open(here / target).count == 1


def test_a_name_of_ffmpegs_patterns_is_a_name_and_told_how_a_pattern_is_written(here: Path, inside: Inside) -> None:
    for more in ([], ["out.gif"]):
        run = inside("convert", "frames/%03d.png", *more)
        assert run.status == 1
        assert one_line(run.err) == (
            "frames/%03d.png: there is no such file; a pattern is '*.png', such as 'frames/*.png'"
        )
    (here / "frames").mkdir()
    shutil.copy(STILL, here / "frames/%03d.png")
    assert inside("convert", "frames/%03d.png", "out.gif").status == 0


ADDRESS = "https://host.invalid/x.gif"


READING = ["convert A", "convert A out.gif", "convert A -o out.gif", "convert A --estimate", "optimize A out.gif"]
READING += ["info A", "explain A", "palette A", "compare A S", "frames A out"]


@pytest.mark.parametrize("arguments", READING)
def test_an_address_to_read_is_refused(here: Path, inside: Inside, arguments: str) -> None:
    run = inside(*({"A": ADDRESS, "S": SPRITE}.get(word, word) for word in arguments.split()))
    assert (run.status, run.out) == (1, "")
    assert one_line(run.err) == f"{ADDRESS}: that is a remote address, and only local files are read"
    assert names(here) == []


@pytest.mark.parametrize("arguments", ["convert S A", "convert A A", "convert S S A", "optimize S A", "frames S A"])
def test_an_address_to_write_is_refused(here: Path, inside: Inside, arguments: str) -> None:
    run = inside(*({"A": ADDRESS, "S": SPRITE}.get(word, word) for word in arguments.split()))
    assert (run.status, run.out) == (1, "")
    assert one_line(run.err) == f"{ADDRESS}: that is a remote address, and only local files are written"
    assert names(here) == []


def shell(line: str, folder: Path) -> tuple[int, str, str]:
    """A command line, with what it says of its streams; `gifsom` is the command."""
    command = ["sh", "-c", line.replace("gifsom", '"$@"', 1), "sh", *COMMAND]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


SEVERAL = """
import sys
from gifsom.cli import main
for line in sys.argv[1:]:
    sys.argv = ["gifsom", *line.split()]
    try:
        main()
    except SystemExit as end:
        assert not end.code, line
"""
"""A program that does several commands one after the other, as a shell does, but starts only once."""


@posix
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams_cost_no_gif_and_show_no_traceback(here: Path, closed: str) -> None:
    shutil.copy(SPRITE, here / "a.gif")
    alone = gifsom.convert(SPRITE, here / "b.gif").path.read_bytes()
    shutil.copy(CARDS, here / "clip.mkv")
    status, _, err = shell(f"gifsom convert a.gif out.gif {closed}", here)
    assert (status, err, (here / "out.gif").read_bytes()) == (0, "", alone)
    lines = ["convert clip.mkv", "convert a.gif clip.mkv gifs/", "info a.gif", "explain a.gif", "--help"]
    program = ["sh", "-c", f'"$@" {closed}', "sh", sys.executable, "-c", SEVERAL, *lines]
    done = subprocess.run(program, cwd=here, env=environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert {"clip.gif", "gifs"} <= set(names(here))


@posix
def test_a_gif_for_a_closed_standard_output_is_refused(here: Path) -> None:
    shutil.copy(SPRITE, here / "a.gif")
    status, _, err = shell("gifsom convert a.gif - >&-", here)
    assert (status, one_line(err)) == (2, "standard output is closed: name a file")


def asked(answer: bytes, *arguments: str | Path, cwd: Path) -> tuple[int, str]:
    """Exit status and what was shown, of a command on a terminal; the answer is typed when it asks."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), theirs)
    env = environment(TERM="xterm", COLUMNS="100")
    with subprocess.Popen([*COMMAND, *arguments], cwd=cwd, env=env, start_new_session=True, **streams) as process:
        os.close(theirs)
        shown, typed = b"", False
        try:
            while part := os.read(ours, 1 << 16):
                shown += part
                if b"[y/N]" in shown and not typed:
                    typed = True
                    os.write(ours, answer)
        except OSError:  # the terminal's other side is closed
            pass
        os.close(ours)
        return process.wait(60), shown.decode()


FIRST = {
    "convert": (["convert", CARDS, "out.gif"], "out.gif"),
    "convert, named after IN": (["convert", CARDS], "cards.gif"),
    "optimize": (["optimize", SPRITE, "out.gif"], "out.gif"),
    "frames": (["frames", SPRITE, "out"], "out"),
    "palette": (["palette", SPRITE, "out.gpl"], "out.gpl"),
    "explain": (["explain", SPRITE, "out.png"], "out.png"),
    "compare": (["compare", SPRITE, SPRITE, "out.png"], "out.png"),
}


@posix
@pytest.mark.parametrize("arguments", FIRST.values(), ids=FIRST)
def test_on_a_terminal_it_asks_before_it_replaces(
    here: Path, inside: Inside, arguments: tuple[list[str | Path], str]
) -> None:
    words, target = arguments
    assert inside(*words).status == 0
    if (here / target).is_file():
        (here / target).write_bytes(b"mine")
    before = listing(here)
    status, shown = asked(b"\n", *words, cwd=here)
    assert f"{target}: " in shown
    assert "replace it? [y/N]" in shown or "replace them? [y/N]" in shown
    assert (status, listing(here)) == (1, before)
    status, shown = asked(b"y\n", *words, cwd=here)
    assert status == 0, shown
    assert shown.count("[y/N]") == 1
    assert (listing(here) != before) == (here / target).is_file()
    if (here / target).is_file():
        (here / target).write_bytes(b"mine")
    status, shown = asked(b"", *words, "-y", cwd=here)
    assert (status, "[y/N]" in shown) == (0, False)


@posix
@pytest.mark.parametrize(("answer", "status"), [(b"no\n", 1), (b"\x04", 1), (b"yes\n", 0), (b"Y\n", 0)])
def test_yes_is_yes_and_all_else_is_no(here: Path, answer: bytes, status: int) -> None:
    (here / "out.gif").write_bytes(b"mine")
    assert asked(answer, "convert", CARDS, "out.gif", cwd=here)[0] == status
    assert ((here / "out.gif").read_bytes() == b"mine") == bool(status)


@posix
def test_a_video_that_may_be_a_source_is_not_asked_for(here: Path) -> None:
    shutil.copy(CARDS, here / "b.mkv")
    status, shown = asked(b"y\n", "convert", CARDS, "b.mkv", cwd=here)
    assert (status, "[y/N]" in shown) == (2, False)
