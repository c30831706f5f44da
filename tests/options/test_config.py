"""Defaults of the command line: settings files, variables, and what counts more than what."""

import os
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

import gifsom
from gifsom.cli.convert import convert
from gifsom.cli.options import NAME, Commands, flag, option
from gifsom.cli.presets import preset, use_defaults
from gifsom.cli.recording import record
from gifsom.options.config import COMMANDS, defaults, files

PROJECT = "gifsom.toml"


@pytest.fixture(autouse=True)
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's settings file, which is not there yet; the current folder is an empty one."""
    for name in os.environ:
        if name.startswith("GIFSOM_"):
            monkeypatch.delenv(name)
    folder = tmp_path / "user"
    folder.mkdir()
    monkeypatch.setattr("gifsom.options.config.user_config_path", lambda *_, **__: folder)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return folder / "gifsom.toml"


def test_without_files_and_variables_there_are_none() -> None:
    assert {} == defaults("convert") == defaults("record") == defaults("doctor")


def test_the_project_counts_more_than_the_user_and_a_variable_more_than_both(
    user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user.write_text("[convert]\nquality = 50\nfps = 10\nwidth = 300\n[record]\nkeep = true\n")
    Path(PROJECT).write_text('[convert]\nfps = 12\nwidth = 400\nmax-size = "10MB"\n')
    monkeypatch.setenv("GIFSOM_WIDTH", "500")
    assert defaults("convert") == {"quality": 50, "fps": 12, "width": 500, "max_size": "10MB"}
    assert defaults("record") == {"keep": True, "width": 500}
    assert defaults("info") == {}


def test_variables_are_read_as_what_the_option_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"FPS": "12.5", "QUALITY": "70", "MAX_SIZE": "750000", "CURSOR": "no", "LOOP": ""}
    given |= {"STRICT": "1", "KEEP": "on"}
    for name, value in given.items():
        monkeypatch.setenv(f"GIFSOM_{name}", value)
    expected = {"fps": 12.5, "quality": 70, "max_size": 750000, "cursor": False}
    assert expected | {"strict": True} == defaults("convert")
    assert expected | {"keep": True} == defaults("record")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[convert]\nqualty = 70", r"^gifsom.toml, \[convert\]: there is no 'qualty': did you mean quality\?"),
        ("[convert]\nzzz = 70", r"^gifsom.toml, \[convert\]: there is no 'zzz': there are fps, width, .*quality"),
        ('[convert]\nquality = "high"', r"^gifsom.toml, \[convert\] quality is high: give a whole number"),
        ("[convert]\nquality = 700", r"^gifsom.toml, \[convert\] quality: quality is 700"),
        ("[convert]\nquality = true", r"quality is True: give a whole number"),
        ("[convert]\nstrict = 1", r"strict is 1: give true or false"),
        ('[convert]\nmax-size = "ten"', r"\[convert\] max-size: 'ten' is not a size"),
        ('[convert]\nbackground = "\\u001b"', r"background: '\\x1b' is not a color"),
        ("[convret]\nquality = 7", r"^gifsom.toml: convret stands in none of the tables"),
        ("convert = 7", r"^gifsom.toml: convert is no table"),
        ("[convert", r"^gifsom.toml: this is no settings file: "),
    ],
)
def test_what_is_wrong_in_a_file_is_one_line_with_its_name_and_key(text: str, said: str) -> None:
    Path(PROJECT).write_text(text)
    with pytest.raises(gifsom.SettingError, match=said) as error:
        defaults("convert")
    assert str(error.value).isprintable()


def test_a_file_that_is_no_text_is_told() -> None:
    Path(PROJECT).write_bytes(b"\xff\xfe")
    with pytest.raises(gifsom.SettingError, match=r"gifsom.toml: this is no settings file"):
        defaults("convert")


@pytest.mark.parametrize(("value", "said"), [("high", " is high: give a whole number"), ("0", ": quality is 0")])
def test_a_wrong_variable_is_told_by_its_name(value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIFSOM_QUALITY", value)
    with pytest.raises(gifsom.SettingError, match=f"^GIFSOM_QUALITY{said}"):
        defaults("convert")


def test_another_file_is_named_or_none(user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user.write_text("[convert]\nquality = 50\n")
    other = tmp_path / "other.toml"
    other.write_text('[convert]\nwidth = 300\npalette = "brand.gpl"\n')
    monkeypatch.setenv("GIFSOM_CONFIG", str(other))
    assert {"width": 300, "palette": str(tmp_path / "brand.gpl")} == defaults("convert")
    monkeypatch.setenv("GIFSOM_CONFIG", "")
    assert (defaults("convert"), files()) == ({}, [])
    monkeypatch.setenv("GIFSOM_CONFIG", "missing.toml")
    with pytest.raises(gifsom.SourceNotFound, match=r"missing.toml: there is no such file \(GIFSOM_CONFIG"):
        defaults("convert")


def test_a_palette_is_sought_beside_the_file_that_names_it() -> None:
    Path(PROJECT).write_text('[convert]\npalette = "brand.gpl"\n')
    assert defaults("convert") == {"palette": "brand.gpl"}


def test_the_api_knows_nothing_of_it(tmp_path: Path) -> None:
    Path(PROJECT).write_text("[convert]\nwidth = 8\n")
    assert gifsom.save([gifsom.Palette.__new__ and _picture()], tmp_path / "out.gif").size == (20, 20)


def _picture() -> Any:
    import numpy as np

    return np.zeros((20, 20, 3), np.uint8)


@pytest.mark.parametrize(("name", "command"), [("convert", convert), ("record", record)])
def test_every_option_that_may_be_set_is_one_of_its_command(name: str, command: Any) -> None:
    assert set(COMMANDS[name]) <= {parameter.name for parameter in command.params}


def app(seen: dict[str, Any]) -> click.Command:
    """A command line with a command `convert` that tells what it was given."""

    @click.group(cls=Commands)
    @click.pass_context
    def made(context: click.Context) -> None:
        use_defaults(context)

    @made.command()
    @click.argument("source", type=NAME)
    @preset
    @option("--width", type=int, multiple=True)
    @option("--fps", type=float)
    @option("--max-size")
    @flag("--overwrite", default=None)
    @flag("--quiet")
    def convert(source: str, **given: Any) -> None:
        seen.update({name: value for name, value in given.items() if value})

    @made.command()
    @click.argument("path")
    def info(path: str) -> None:
        seen["info"] = path

    return made


def run(*arguments: str) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    CliRunner().invoke(app(seen), arguments, catch_exceptions=False, standalone_mode=False)
    return seen


def test_the_command_line_counts_more_than_a_preset_and_that_more_than_a_file() -> None:
    assert run("convert", "a.mp4") == {}
    Path(PROJECT).write_text("[convert]\nfps = 7\noverwrite = true\nquiet = true\nmax_size = 5000\n")
    flags = {"overwrite": True, "quiet": True}
    assert {"fps": 7, "max_size": "5000"} | flags == run("convert", "a.mp4")
    assert {"fps": 8, "max_size": "5000"} | flags == run("convert", "a.mp4", "--fps", "8")
    assert {"fps": 15, "max_size": "10MB", "width": (800,)} | flags == run("convert", "a.mp4", "--preset", "github")
    typed = run("convert", "--width", "90", "a.mp4", "--preset", "github", "--fps", "8")
    assert {"fps": 8, "max_size": "10MB", "width": (90,)} | flags == typed
    assert run("info", "a.gif") == {"info": "a.gif"}


def test_a_preset_that_a_file_names_counts_less_than_its_other_lines() -> None:
    Path(PROJECT).write_text('[convert]\nfps = 7\npreset = "email"\n')
    assert run("convert", "a.mp4") == {"fps": 7, "max_size": "1MB", "width": (600,)}


def test_what_is_wrong_is_raised_to_whoever_tells_it() -> None:
    with pytest.raises(gifsom.SettingError, match="no preset 'x'"):
        run("convert", "a.mp4", "--preset", "x")
    Path(PROJECT).write_text("[convert]\nfps = 0\n")
    with pytest.raises(gifsom.SettingError, match=r"gifsom.toml, \[convert\] fps: fps is 0"):
        run("convert", "a.mp4")
    assert run("info", "a.gif") == {"info": "a.gif"}


def completed(*words: str) -> list[str]:
    """What bash is offered for the last of the words."""
    env = {"_GIFSOM_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    return CliRunner().invoke(app({}), env=env, prog_name="gifsom").output.split()


def test_a_shell_completes_presets_and_leaves_names_of_files_to_itself() -> None:
    Path(PROJECT).write_text("[presets.disk]\nwidth = 720\n")
    assert completed("gifsom", "convert", "--preset", "dis") == ["plain,discord", "plain,disk"]
    assert completed("gifsom", "convert", "a") == ["file,a"]
    Path(PROJECT).write_text("[presets.disk")
    assert completed("gifsom", "convert", "--preset", "dis") == []
