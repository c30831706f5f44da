"""Completion by the shell, and the page that `--help` shows."""

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import environment, gifsom

from gifsom.cli.help import PANELS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="HOME is another one there")

PLACES = {
    "bash": (".bash_completions/gifsom.sh", ".bashrc"),
    "zsh": (".zfunc/_gifsom", ".zshrc"),
    "fish": (".config/fish/completions/gifsom.fish", None),
}


@pytest.mark.parametrize("shell", PLACES)
def test_completion_is_installed_once_for_the_users_shell(shell: str, tmp_path: Path) -> None:
    place, start = PLACES[shell]
    if start is not None:
        (tmp_path / start).write_text("alias ll='ls -l'")
    env = environment(HOME=str(tmp_path), SHELL=f"/bin/{shell}")
    first, second = (gifsom("--install-completion", cwd=tmp_path, env=env) for _ in range(2))
    assert (0, f"{tmp_path / place}: {shell} completes gifsom once it is started anew\n") == (first.status, first.out)
    assert (second.status, second.out) == (first.status, first.out)
    script = (tmp_path / place).read_text()
    assert f"_GIFSOM_COMPLETE={shell}_complete" in script
    assert script in gifsom("--show-completion", cwd=tmp_path, env=env).out
    if start is not None:
        before, added = (tmp_path / start).read_text().splitlines()
        assert before == "alias ll='ls -l'"
        assert place.split("/")[0] in added


def test_a_shell_that_is_not_known_is_told(tmp_path: Path) -> None:
    run = gifsom("--install-completion", cwd=tmp_path, env=environment(HOME=str(tmp_path), SHELL="/bin/csh"))
    assert run.status == 2
    assert "completion is for bash, zsh, fish, pwsh, powershell, and the shell is 'csh'" in run.err
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("gifsom con", ["plain,convert"]),
        ("gifsom convert --idle", ["plain,--idle-limit"]),
        ("gifsom convert --dither b", ["plain,blue-noise"]),
        ("gifsom convert --palette br", ["file,br"]),
        ("gifsom optimize cl", ["file,cl"]),
    ],
)
def test_commands_options_and_values_are_completed(words: str, completed: list[str], tmp_path: Path) -> None:
    asked = {"_GIFSOM_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    run = gifsom(cwd=tmp_path, env=environment(**asked))
    assert (0, completed, "") == (run.status, run.out.split(), run.err)


def test_powershell_hands_over_its_words(tmp_path: Path) -> None:
    asked = {"_GIFSOM_COMPLETE": "powershell_complete", "COMP_WORDS": "gifsom\nconvert\n--di", "COMP_WORD": "--di"}
    assert gifsom(cwd=tmp_path, env=environment(**asked)).out == "--dither\n"


def test_what_no_script_asks_is_not_answered(tmp_path: Path) -> None:
    assert gifsom(cwd=tmp_path, env=environment(_GIFSOM_COMPLETE="complete_bash")).status == 1


@pytest.mark.parametrize("columns", [60, 80, 100, 300])
def test_the_help_has_panels_as_wide_as_the_terminal(columns: int, tmp_path: Path) -> None:
    run = gifsom("convert", "--help", cwd=tmp_path, env=environment(COLUMNS=str(columns)))
    edges = [line for line in run.out.splitlines() if line[:1] in tuple("╭│╰")]
    assert {len(line) for line in edges} == {min(columns, 120)}
    assert {line[-1] for line in edges} == set("╮│╯")
    assert [line.strip("╭╮─ ") for line in edges if line[0] == "╭"] == [*PANELS]


def test_the_help_is_ascii_where_nothing_else_can_be_shown(tmp_path: Path) -> None:
    env = environment(PYTHONIOENCODING="ascii")
    run = subprocess.run([sys.executable, "-m", "gifsom", "convert", "-h"], cwd=tmp_path, env=env, capture_output=True)
    assert run.returncode == 0
    assert b"+- Edits, done in the order in which they are typed ---" in run.stdout
    assert b"\\u" not in run.stdout
