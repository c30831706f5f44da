"""The one table of options: whatever is declared there is a keyword, in the help, on the command line, and checked."""

import inspect
import os
import re
import subprocess
import sys
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import FIXTURES, ROOT

import gifsom
from gifsom import edit
from gifsom.cli import app
from gifsom.cli.help import PANELS
from gifsom.core.errors import SettingError
from gifsom.core.source import Source
from gifsom.options.config import COMMANDS, PRESET
from gifsom.options.conversion import ConvertOptions
from gifsom.options.option import entries
from gifsom.options.table import EDITS, KINDS, OPTIONS, OptimizeOptions, Options, WriterOptions

TYPED = [name for name, one in OPTIONS.items() if one.typed]


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_is_a_keyword_that_the_help_explains(name: str) -> None:
    for documented in (gifsom.convert, gifsom.Options):
        assert re.search(rf"^ *{name}: {re.escape(OPTIONS[name].help[:30])}", documented.__doc__ or "", re.MULTILINE)


@pytest.mark.parametrize("name", TYPED)
def test_an_option_is_on_the_command_line_of_convert(name: str) -> None:
    found = {parameter.name: parameter for parameter in app.commands["convert"].params}
    assert f"--{name.replace('_', '-')}" in found[name].opts
    assert found[name].help == OPTIONS[name].help
    assert found[name].panel in PANELS
    assert found[name].default is None, "what is not given has the table's default, or that of a settings file"


def test_the_command_line_of_convert_has_no_other_edits() -> None:
    edits = {one.name for one in app.commands["convert"].params if getattr(one, "panel", "").startswith("Edits")}
    sizes = {name for name, one in EDITS.items() if one.sizes}
    assert edits == {*EDITS, "still_threshold"} - sizes - {"fps"}


@pytest.mark.parametrize("name", OPTIONS)
def test_a_settings_file_may_say_what_the_table_lets_it(name: str) -> None:
    for command in ("convert", "record"):
        assert (name in COMMANDS[command]) == (command in OPTIONS[name].settable)
    assert (name in PRESET) == ("convert" in OPTIONS[name].settable)
    assert KINDS[name] or not OPTIONS[name].settable


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_a_function_and_a_method(name: str) -> None:
    assert callable(getattr(edit, name))
    assert inspect.getdoc(getattr(gifsom.Clip, name)) == inspect.getdoc(getattr(edit, name))


@pytest.mark.parametrize("name", [name for name in OPTIONS if name not in EDITS])
def test_what_is_no_edit_is_a_value_of_a_conversion_with_the_default_of_the_table(name: str) -> None:
    assert getattr(ConvertOptions.of({}), name) == OPTIONS[name].default


def test_types_of_the_table_are_those_of_its_keywords() -> None:
    """`typing` can read them all, once the names are there that are imported for type checkers only."""
    from gifsom.core.frame import Rect

    hints = typing.get_type_hints(Options, localns={"Rect": Rect, "Palette": gifsom.Palette, "Path": Path})
    assert {*hints} == {*OPTIONS}
    for function in (gifsom.convert, gifsom.estimate, gifsom.convert_all, gifsom.Clip.save):
        assert inspect.signature(function).parameters["options"].annotation == typing.Unpack[Options]
    assert inspect.signature(gifsom.Writer).parameters["options"].annotation == typing.Unpack[WriterOptions]
    assert inspect.signature(gifsom.optimize).parameters["options"].annotation == typing.Unpack[OptimizeOptions]


@pytest.mark.parametrize("name", entries(OptimizeOptions))
def test_what_optimize_takes_is_in_its_help(name: str) -> None:
    assert f" {name}: " in (gifsom.optimize.__doc__ or "")


@pytest.mark.parametrize(
    "call",
    [
        lambda **options: gifsom.convert(FIXTURES / "sprite.gif", "a.gif", **options),
        lambda **options: gifsom.estimate(FIXTURES / "sprite.gif", **options),
        lambda **options: gifsom.convert_all(FIXTURES / "sprite.gif", "folder", **options),
        lambda **options: gifsom.open(FIXTURES / "sprite.gif").save("a.gif", **options),
        lambda **options: gifsom.Writer("a.gif", **options),
    ],
)
def test_a_misspelled_keyword_is_told_with_the_one_that_was_meant(
    call: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TypeError, match=r"^there is no option 'widht': did you mean width\?$"):
        call(widht=480)
    with pytest.raises(TypeError, match=r"^there is no option 'zzz': there are start, end, duration, fps, width"):
        call(zzz=1)
    with pytest.raises(SettingError, match=r"^there is no edit 'cropp': did you mean crop\?$"):
        call(edits=[("cropp", "auto")])
    assert not [*tmp_path.iterdir()]


def test_optimize_takes_its_own_keywords_only() -> None:
    with pytest.raises(TypeError, match=r"^there is no option 'qualty': did you mean quality\?$"):
        gifsom.optimize(FIXTURES / "sprite.gif", "a.gif", qualty=7)  # type: ignore[call-arg]


def test_a_new_edit_is_an_entry_and_a_function(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else is asked where edits are tried and done."""
    from gifsom.options.edits import check_edits, edited
    from gifsom.options.option import Edit, number

    def shorter(source: Source, seconds: float) -> Source:
        return edit.trim(source, 0, source.duration - seconds)

    monkeypatch.setattr(edit, "shorter", shorter, raising=False)
    monkeypatch.setitem(EDITS, "shorter", Edit("Without the last seconds.", "SECONDS", read=number))
    check_edits([("shorter", 0.5)])
    clip = gifsom.open(FIXTURES / "sprite.gif").source
    assert edited(clip, [("shorter", "0.5")]).duration == clip.duration - 0.5


SCRIPT = """
import gifsom

gifsom.convert("a", "b", widht=480)
gifsom.convert("a", "b", width="wide")
gifsom.optimize("a", "b", width=480)
gifsom.open("a").save("b", widht=480)
gifsom.Writer("b", start=1)
gifsom.convert("a", "b", width=480, crop="auto", fps=12, quality=None, palette="b.gpl", max_size="10MB")
options: gifsom.Options = {"width": 480, "loop": 3}
gifsom.convert("a", "b", **options)
gifsom.convert("a", "b", **gifsom.preset("github"))
gifsom.open("a").trim(1, 2).width(480).idle_limit(1).save("b", overwrite=True)
"""


def test_mypy_finds_a_misspelled_keyword_in_a_users_script(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "gifsom").symlink_to(ROOT / "gifsom")
    options = "--config-file= --no-site-packages --follow-imports=silent --ignore-missing-imports"
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", *options.split(), "script.py"],
        cwd=tmp_path,
        env=os.environ | {"MYPYPATH": "site"},
        capture_output=True,
        text=True,
    )
    told = re.findall(r"^script.py:(\d+): error: (.*)  \[", run.stdout, re.MULTILINE)
    assert [int(line) for line, _ in told] == [4, 5, 6, 7, 8], run.stdout + run.stderr
    assert 'Unexpected keyword argument "widht" for "convert"; did you mean "width"' in told[0][1]
