"""`gifsom palette`, and `gifsom convert --palette`: what they print and write, and what they refuse before any work."""

import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import (
    COMMAND,
    FIXTURES,
    Inside,
    children,
    environment,
    gifsom,
    linux,
    listing,
    names,
    on_terminal,
    one_line,
    posix,
    wait_for,
)
from numpy.typing import NDArray
from PIL import Image
from strict import Gif, check

from gifsom import open as open_clip
from gifsom import train
from gifsom.analysis import palette, palette_figure, palette_film
from gifsom.core.frame import Pixels
from gifsom.palette import files
from gifsom.palette.color import oklab, unpack
from gifsom.palette.palette import Palette

CARDS = FIXTURES / "cards.mkv"  # lossless and of 12 colors
CLOSING = re.compile(
    r"(?P<paths>.+): (?P<colors>\d+) colors?, mean error (?P<error>\d+\.\d\d) \(1 is hardly seen\),"
    r" made in (?P<elapsed>\d+\.\d) s\n"
)


@pytest.fixture
def photo(here: Path) -> Path:
    return Path(shutil.copy(FIXTURES / "still.png", here.parent / "photo.png"))


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Films of fewer frames."""
    monkeypatch.setattr(palette_film, "EARLY", 2)
    monkeypatch.setattr(palette_film, "LATE", 3)
    monkeypatch.setattr(palette_film, "EACH", 9)


def closing(line: str) -> re.Match[str]:
    match = CLOSING.fullmatch(line)
    assert match, f"not a closing line: {line!r}"
    return match


def learned(source: Path, colors: int, seed: int = 0) -> Palette:
    return train(open_clip(source), colors, seed=seed)


def random_palette(count: int, *, beside: Pixels | None = None) -> Palette:
    """Colors in any order, all different; the last ones are those `beside` them."""
    colors = unpack(np.random.default_rng(0).choice(1 << 24, count, replace=False).astype(np.uint32))
    return Palette(colors if beside is None else np.concatenate([colors, beside]))


def the_gif(path: Path) -> Gif:
    return check(path.read_bytes())


def table(gif: Gif) -> NDArray[np.uint8]:
    assert gif.global_table is not None
    return np.array([tuple(color) for color in gif.global_table], np.uint8)


def test_a_photograph_becomes_a_palette_file_and_a_line_that_says_how_good_it_is(here: Path, photo: Path) -> None:
    run = gifsom("palette", photo, "my photo.gpl", "--colors", "64", cwd=here)
    assert (run.status, run.err) == (0, "")
    palette = Palette.load(here / "my photo.gpl")
    assert learned(photo, 64).hexes == palette.hexes
    said = closing(run.out)
    assert (said["paths"], said["colors"]) == ("my photo.gpl", "64")
    pixels = np.asarray(Image.open(photo))
    away = np.linalg.norm(oklab(pixels) - palette.lab[palette.apply(pixels)], axis=-1)
    assert float(said["error"]) == pytest.approx(100 * away.mean(), abs=0.006)
    assert 0 < float(said["elapsed"]) < 60
    assert names(here) == ["my photo.gpl"]


@pytest.mark.parametrize("suffix", files.SUFFIXES)
def test_the_ending_says_the_format(here: Path, inside: Inside, photo: Path, suffix: str) -> None:
    run = inside("palette", photo, f"out{suffix}", "--colors", "16", "--seed", "3")
    assert (run.status, run.err) == (0, "")
    assert closing(run.out)["paths"] == f"out{suffix}"
    assert learned(photo, 16, seed=3).hexes == Palette.load(here / f"out{suffix}").hexes
    assert names(here) == [f"out{suffix}"]


def test_without_an_output_the_colors_are_printed_one_a_line(here: Path, photo: Path) -> None:
    run = gifsom("palette", photo, "--colors", "40", cwd=here)
    assert (run.status, run.err) == (0, "")
    assert run.out == "".join(f"{code}\n" for code in learned(photo, 40).hexes)
    assert names(here) == []


def test_without_a_number_there_are_256(inside: Inside, photo: Path) -> None:
    assert inside("palette", photo).out.split() == learned(photo, 256).hexes


def test_quiet_prints_no_line_but_colors_that_have_no_other_place(here: Path, inside: Inside, photo: Path) -> None:
    run = inside("palette", photo, "out.gpl", "--colors", "4", "--quiet")
    assert (run.status, run.out, run.err) == (0, "", "")
    assert names(here) == ["out.gpl"]
    assert inside("palette", photo, "--colors", "4", "-q").out.split() == learned(photo, 4).hexes


@posix
def test_a_terminal_shows_swatches_sixteen_a_line(here: Path, photo: Path) -> None:
    env = {"COLORTERM": "truecolor"}
    status, shown, err = on_terminal("stdout", "palette", photo, "--colors", "40", cwd=here, **env)
    assert (status, err) == (0, "")
    *rows, count = shown.replace("\r\n", "\n").splitlines()
    found = [re.findall(r"48;2;(\d+);(\d+);(\d+)m", row) for row in rows]
    assert [len(row) for row in found] == [16, 16, 8]
    assert learned(photo, 40).colors.tolist() == [[*map(int, color)] for row in found for color in row]
    assert count == "40 colors"


@posix
@pytest.mark.parametrize("env", [{"COLORTERM": "", "TERM": "xterm-256color"}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_that_cannot_show_all_colors_gets_their_names(here: Path, photo: Path, env: dict[str, str]) -> None:
    """Two entries may look the same there."""
    status, shown, err = on_terminal("stdout", "palette", photo, "--colors", "5", cwd=here, **env)
    assert (status, err) == (0, "")
    assert shown.split() == learned(photo, 5).hexes


def test_a_pipe_gets_names_even_where_colors_are_forced(here: Path, photo: Path) -> None:
    run = gifsom("palette", photo, "--colors", "5", cwd=here, env=environment(FORCE_COLOR="1", COLORTERM="truecolor"))
    assert (run.status, run.out.split()) == (0, learned(photo, 5).hexes)


@posix
def test_a_terminal_shows_progress_for_each_stage_on_stderr_only(here: Path, photo: Path) -> None:
    status, shown, out = on_terminal("stderr", "palette", photo, "out.gpl", "--colors", "4", cwd=here)
    assert status == 0
    for stage in ("Reading", "Learning colors"):
        assert stage in shown
    closing(out)


def test_a_figure_shows_the_picture_and_its_palette(here: Path, inside: Inside, photo: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs matplotlib")
    run = inside("palette", photo, "out.act", "--figure", "map.png", "--colors", "8")
    assert (run.status, run.err) == (0, "")
    assert closing(run.out)["paths"] == "out.act, map.png"
    assert names(here) == ["map.png", "out.act"]
    own = palette_figure.render(np.asarray(Image.open(photo)), learned(photo, 8), ".png", photo.name)
    assert own == (here / "map.png").read_bytes()


@pytest.mark.usefixtures("short")
def test_a_film_shows_the_same_palette_as_is_learned_without_one(here: Path, inside: Inside, photo: Path) -> None:
    run = inside("palette", photo, "out.json", "--film", "learning.gif", "--colors", "8")
    assert (run.status, run.err) == (0, "")
    assert closing(run.out)["paths"] == "out.json, learning.gif"
    assert names(here) == ["learning.gif", "out.json"]
    assert learned(photo, 8).hexes == Palette.load(here / "out.json").hexes
    gif = the_gif(here / "learning.gif")
    assert (gif.width, gif.height) == (palette_film.WIDTH, palette_film.HEIGHT)
    assert set(learned(photo, 8).hexes) <= {f"#{bytes(color).hex()}" for color in table(gif)}


@pytest.mark.usefixtures("short")
def test_a_film_or_a_figure_alone_is_enough(here: Path, inside: Inside, photo: Path) -> None:
    assert closing(inside("palette", photo, "--film", "a.gif", "--colors", "4").out)["paths"] == "a.gif"
    pytest.importorskip("matplotlib", reason="needs matplotlib")
    assert closing(inside("palette", photo, "--figure", "a.svg", "--colors", "4").out)["paths"] == "a.svg"
    assert names(here) == ["a.gif", "a.svg"]


def test_a_clip_of_few_colors_has_exactly_these(inside: Inside) -> None:
    run = inside("palette", CARDS)
    assert (run.status, run.err) == (0, "")
    assert sorted(run.out.split()) == sorted(learned(CARDS, 256).hexes)
    assert len(run.out.split()) == 12


def test_a_part_of_a_clip_may_be_chosen(inside: Inside) -> None:
    """As `convert` chooses it; its end is told in two ways."""
    source = FIXTURES / "screen.mkv"
    part = inside("palette", source, "--start", "0.2", "--end", "0:00.8").out
    assert part == inside("palette", source, "--start", "0.2", "--duration", "0.6").out
    assert sorted(train(open_clip(source).trim(0.2, 0.8)).hexes) == sorted(part.split())
    assert set(part.split()) < set(inside("palette", source).out.split())


def test_a_folder_of_pictures_of_two_sizes_has_the_colors_of_both(here: Path, inside: Inside) -> None:
    """And none for what is left free around the smaller one."""
    folder = here / "shots"
    folder.mkdir()
    Image.new("RGB", (40, 30), (200, 30, 40)).save(folder / "1.png")
    Image.new("RGB", (10, 30), (10, 90, 200)).save(folder / "2.png")
    run = inside("palette", "shots")
    assert (run.status, run.err) == (0, "")
    assert sorted(run.out.split()) == ["#0a5ac8", "#c81e28"]


@pytest.fixture
def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may be learned, and no source opened."""
    monkeypatch.delattr(palette, "learned")
    monkeypatch.delattr(palette.stages.sources, "open")


OUTPUTS = {"palette": ["out.gpl"], "figure": ["--figure", "out.png"], "film": ["--film", "out.gif"]}


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize("arguments", OUTPUTS.values(), ids=OUTPUTS)
def test_a_file_that_is_there_is_refused_before_any_work(
    here: Path, inside: Inside, photo: Path, arguments: list[str]
) -> None:
    name = arguments[-1]
    (here / name).write_bytes(b"precious")
    run = inside("palette", photo, *arguments)
    assert (run.status, run.out) == (1, "")
    message = one_line(run.err)
    assert message.startswith(f"{name}: ")
    assert "--overwrite" in message
    assert listing(here) == {name: b"precious"}


@pytest.mark.usefixtures("short")
def test_files_that_are_there_are_replaced_where_that_is_asked(here: Path, inside: Inside, photo: Path) -> None:
    arguments = ["out.gpl", "--film", "out.gif"]
    for name in ("out.gpl", "out.gif"):
        (here / name).write_bytes(b"old")
    run = inside("palette", photo, *arguments, "--overwrite", "--colors", "4")
    assert (run.status, run.err) == (0, "")
    assert learned(photo, 4).hexes == Palette.load(here / "out.gpl").hexes
    the_gif(here / "out.gif")
    assert names(here) == ["out.gif", "out.gpl"]


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["out.txt"], "out.txt: a palette is written as .gpl, .act, .png, .json or .npy"),
        (["out"], "out: a palette is written as"),
        (["--figure", "map.jpg"], "map.jpg: a figure is written as .png, .pdf or .svg"),
        (["--film", "film.mp4"], "film.mp4: the film is a GIF"),
        (["out.gpl", "--film", "film.mp4"], "film.mp4: the film is a GIF"),
        (["no/out.gpl"], "no/out.gpl: there is no folder"),
    ],
)
def test_what_cannot_be_written_is_refused_before_any_work(
    here: Path, inside: Inside, photo: Path, arguments: list[str], said: str
) -> None:
    run = inside("palette", photo, *arguments)
    assert (run.status, run.out) == (1, "")
    assert one_line(run.err).startswith(said)
    assert names(here) == []


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize(
    "arguments",
    [
        ["--colors", "1"],
        ["--colors", "257"],
        ["--colors", "many"],
        ["--seed", "-1"],
        ["--start", "1:75"],
        ["--start", "2", "--end", "1"],
        ["--end", "1", "--duration", "1"],
        ["--bogus"],
        ["more.gpl"],
        ["--figure"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2_and_one_line_before_any_work(
    here: Path, inside: Inside, photo: Path, arguments: list[str]
) -> None:
    run = inside("palette", photo, "out.gpl", *arguments)
    assert (run.status, run.out) == (2, "")
    one_line(run.err)
    assert names(here) == []


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize("other", ["a.png", "./a.png", "../here/a.png"])
@pytest.mark.parametrize("overwrite", [[], ["--overwrite"]])
def test_the_same_file_twice_is_refused_before_any_work(
    here: Path, inside: Inside, photo: Path, other: str, overwrite: list[str]
) -> None:
    run = inside("palette", photo, "a.png", "--figure", other, *overwrite)
    assert (run.status, run.out) == (2, "")
    assert "a file each" in one_line(run.err)
    assert names(here) == []


@posix
@pytest.mark.parametrize("link", ["itself", "symbolic link", "hard link"])
def test_the_source_is_never_the_output(here: Path, inside: Inside, link: str) -> None:
    """A photograph must not be replaced by its swatches."""
    source = Path(shutil.copy(FIXTURES / "still.png", here / "photo.png"))
    target = here / "out.png"
    match link:
        case "itself":
            target = source
        case "symbolic link":
            target.symlink_to(source)
        case _:
            target.hardlink_to(source)
    before = listing(here)
    run = inside("palette", "photo.png", target, "--overwrite", "--colors", "4")
    assert before == listing(here)
    assert (run.status, run.out) == (2, "")
    assert one_line(run.err) == f"{target}: that is there, and no palette: it may be a source, too, and is not replaced"


@pytest.mark.parametrize("arguments", [[], ["out.gpl"]])
def test_a_bad_source_is_told_with_its_path_and_leaves_nothing(
    here: Path, inside: Inside, tmp_path: Path, arguments: list[str]
) -> None:
    folder, text = tmp_path / "empty", tmp_path / "notes.txt"
    folder.mkdir()
    text.write_text("no picture")
    for source, cause in ((tmp_path / "no.png", "no such file"), (folder, "no picture"), (text, "not a video")):
        run = inside("palette", source, *arguments)
        assert (run.status, run.out) == (1, "")
        message = one_line(run.err)
        assert message.startswith(f"{source}: ")
        assert cause in message
    assert names(here) == []


def test_a_start_past_the_end_is_told(here: Path, inside: Inside) -> None:
    run = inside("palette", CARDS, "out.gpl", "--start", "1:00")
    assert (run.status, run.out) == (1, "")
    assert "past the end" in one_line(run.err)
    assert names(here) == []


def test_a_process_that_fails_has_a_status_and_says_one_line(here: Path) -> None:
    run = gifsom("palette", "missing.png", "out.gpl", cwd=here)
    assert (run.status, run.out) == (1, "")
    assert one_line(run.err) == "missing.png: there is no such file"
    assert names(here) == []


def test_a_missing_matplotlib_is_one_line_that_says_the_remedy_before_any_work(here: Path, tmp_path: Path) -> None:
    """The source is not even looked for."""
    stub = tmp_path / "stub" / "matplotlib"
    stub.mkdir(parents=True)
    (stub / "__init__.py").write_text("raise ImportError('there is no matplotlib')\n")
    env = environment(PYTHONPATH=str(stub.parent))
    run = gifsom("palette", "missing.png", "out.gpl", "--figure", "map.png", cwd=here, env=env)
    assert (run.status, run.out) == (1, "")
    assert one_line(run.err) == "a figure needs matplotlib: pip install 'gifsom[figure]'"
    assert names(here) == []


@linux
def test_an_interrupted_reading_ends_with_130_and_leaves_nothing(here: Path, long_clip: Path) -> None:
    command = [*COMMAND, "palette", str(long_clip), "out.gpl", "--film", "film.gif"]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=here, env=environment(), text=True, **streams) as process:
        assert wait_for(lambda: children(long_clip), 60)
        time.sleep(0.7)  # its kernels are loaded by now
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (130, "")
    assert "interrupted" in one_line(err)
    assert wait_for(lambda: not children(long_clip), 30)
    assert names(here) == []


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("stage", ["learn", "film", "figure"])
def test_whenever_it_is_interrupted_nothing_is_left(
    here: Path, inside: Inside, photo: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    """As the message says."""

    def interrupted(*given: object, **options: object) -> None:
        raise KeyboardInterrupt

    arguments = ["out.gpl", "--colors", "4"] + ([] if stage == "learn" else ["--film", "film.gif"])
    if stage == "figure":
        pytest.importorskip("matplotlib", reason="needs matplotlib")
        arguments += ["--figure", "map.png"]
    place = {"learn": (palette, "learned"), "film": (palette_film, "_table"), "figure": (palette_figure, "render")}[
        stage
    ]
    monkeypatch.setattr(*place, interrupted)
    run = inside("palette", photo, *arguments)
    assert (run.status, run.out) == (130, "")
    assert "nothing is left behind" in one_line(run.err)
    assert names(here) == []


@pytest.mark.parametrize("suffix", files.SUFFIXES)
def test_the_table_of_a_gif_is_the_palette_that_is_given(here: Path, inside: Inside, suffix: str) -> None:
    """All of it, in its order, though few of the colors are used."""
    palette = random_palette(20)
    palette.save(here / f"given{suffix}")
    run = inside("convert", CARDS, "out.gif", "--palette", f"given{suffix}")
    assert (run.status, run.err) == (0, "")
    assert ", 20 colors, quality 80, made" in run.out
    assert palette.colors.tolist() == table(the_gif(here / "out.gif"))[:20].tolist()


def test_a_series_of_gifs_has_one_palette(here: Path, inside: Inside, photo: Path) -> None:
    """As the README shows it."""
    assert inside("palette", photo, "photo.gpl", "--colors", "64").status == 0
    for source, name in ((photo, "a.gif"), (CARDS, "b.gif")):
        assert inside("convert", source, name, "--palette", "photo.gpl").status == 0
    first, other = (table(the_gif(here / name))[:64].tolist() for name in ("a.gif", "b.gif"))
    assert first == other == learned(photo, 64).colors.tolist()


@pytest.mark.parametrize(("count", "kept"), [(256, 255), (255, 255)])
def test_an_animation_has_the_255_best_of_256_colors(here: Path, inside: Inside, count: int, kept: int) -> None:
    """One index is needed for what does not change. Those that are left are in their order."""
    palette = random_palette(count)
    palette.save(here / "given.npy")
    run = inside("convert", CARDS, "out.gif", "--palette", "given.npy")
    assert (run.status, run.err) == (0, "")
    assert f", {kept} colors, quality 80, made" in run.out
    found = table(the_gif(here / "out.gif"))[:kept].tolist()
    given = palette.colors.tolist()
    assert [color for color in given if color in found] == found


def test_a_still_picture_keeps_all_256(here: Path, inside: Inside, photo: Path) -> None:
    palette = random_palette(256)
    palette.save(here / "given.act")
    run = inside("convert", photo, "out.gif", "--palette", "given.act")
    assert (run.status, run.err) == (0, "")
    assert ", 256 colors, quality 80, made" in run.out
    assert palette.colors.tolist() == table(the_gif(here / "out.gif")).tolist()


@pytest.mark.parametrize("count", [8, 244])
def test_a_gif_is_exact_only_where_the_palette_has_all_its_colors(here: Path, inside: Inside, count: int) -> None:
    """Twelve; with 244 others there is one too many, which is not one of them."""
    colors = learned(CARDS, 256).colors
    random_palette(count, beside=colors).save(here / "all.json")
    random_palette(count, beside=colors[:-1]).save(here / "most.json")
    run = inside("convert", CARDS, "all.gif", "--palette", "all.json")
    assert f", {min(count + 12, 255)} colors, exact, made" in run.out
    run = inside("convert", CARDS, "most.gif", "--palette", "most.json")
    assert f", {count + 11} colors, quality 80, made" in run.out


@pytest.mark.parametrize("colors", ["2", "20", "255"])
def test_a_palette_with_a_number_of_colors_is_refused(here: Path, inside: Inside, colors: str) -> None:
    random_palette(20).save(here / "given.gpl")
    run = inside("convert", CARDS, "out.gif", "--palette", "given.gpl", "--colors", colors)
    assert (run.status, run.out) == (2, "")
    message = one_line(run.err)
    assert "palette" in message
    assert "colors" in message
    assert names(here) == ["given.gpl"]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.gpl", b"GIMP Palette\n1 2 red\n", "line 2 is not a color"),
        ("a.act", b"\0" * 767, "768 or 772 bytes"),
        ("a.png", b"\x89PNG\r\n\x1a\nrest", "damaged"),
        ("a.json", b'{"gifsom": 1, "colors": []}', "1 to 256 colors"),
        ("a.npy", b"\x93NUMPY\x01", "damaged"),
        ("a.txt", b"1 2 3", "not known as a palette"),
        ("a.gpl", None, "no such file"),
    ],
)
def test_a_damaged_palette_is_one_line_before_the_clip_is_read(
    here: Path, inside: Inside, name: str, data: bytes | None, said: str
) -> None:
    """The clip is missing, which is not what is told."""
    if data is not None:
        (here / name).write_bytes(data)
    before = listing(here)
    run = inside("convert", "missing.mp4", "out.gif", "--palette", name)
    assert (run.status, run.out) == (1, "")
    message = one_line(run.err)
    assert message.startswith(f"{name}: ")
    assert said in message
    assert before == listing(here)


def test_help_lists_the_options(here: Path) -> None:
    run = gifsom("palette", "--help", cwd=here, env=environment(COLUMNS="120"))
    assert (run.status, run.err) == (0, "")
    for option in ["colors", "figure", "film", "start", "end", "duration", "overwrite", "seed", "quiet"]:
        assert f"--{option}" in run.out
