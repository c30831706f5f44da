"""Completion by the shell: its script, and where that is kept. `_GIFSOM_COMPLETE` asks for it (see click)."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import click
from click.shell_completion import CompletionItem, ShellComplete, add_completion_class, get_completion_class

from gifsom.core.errors import SettingError, TargetUnwritable, printable

VARIABLE: Final = "_GIFSOM_COMPLETE"
"""The variable by which a shell asks for completions; its name is made of the program's, as click does it."""

SHELLS: Final = ("bash", "zsh", "fish", "pwsh", "powershell")


class _PowerShell(ShellComplete):
    name = "powershell"
    source_template = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($word, $command, $position)
    $Env:%(complete_var)s = "powershell_complete"
    $Env:COMP_WORDS = (@($command.CommandElements | ForEach-Object { "$_" }) -join "`n")
    $Env:COMP_WORD = $word
    %(prog_name)s | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_, $_, "ParameterValue", $_)
    }
    Remove-Item Env:%(complete_var)s, Env:COMP_WORDS, Env:COMP_WORD
}
"""

    def get_completion_args(self) -> tuple[list[str], str]:
        words, begun = os.environ["COMP_WORDS"].split("\n"), os.environ.get("COMP_WORD", "")
        return words[1:-1] if begun else words[1:], begun

    def format_completion(self, item: CompletionItem[Any]) -> str:
        return str(item.value) if item.type == "plain" else ""  # the names of files are the shell's own business


add_completion_class(_PowerShell)


def script(app: click.Command) -> str:
    """The script for the shell that runs this. Raises `SettingError` where that is not one of SHELLS."""
    return _of(app, _shell()).source()


def install(app: click.Command) -> str:
    """Have the shell that runs this read the script whenever it starts; one line that says so.

    Raises `SettingError` where that is not one of SHELLS, and `TargetUnwritable`.
    """
    shell = _shell()
    content, home = _of(app, shell).source(), Path.home()
    try:
        if shell == "bash":
            path = home / ".bash_completions" / "gifsom.sh"
            _add(home / ".bashrc", f"source '{path}'")
        elif shell == "zsh":
            path = home / ".zfunc" / "_gifsom"
            _add(home / ".zshrc", "fpath+=~/.zfunc; autoload -Uz compinit; compinit")
        elif shell == "fish":
            path = home / ".config" / "fish" / "completions" / "gifsom.fish"
        else:
            asked = [shell, "-NoProfile", "-Command", "$PROFILE"]
            profile = Path(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip())
            path = profile.with_name("gifsom.ps1")
            _add(profile, f". '{path}'")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    except OSError as error:
        raise TargetUnwritable(f"{printable(error.filename or shell)}: {error.strerror}") from None
    return f"{printable(path)}: {shell} completes gifsom once it is started anew"


def answer(app: click.Command, asked: str) -> int:
    """Print what a script asks for, such as "bash_complete"; the exit status."""
    shell, _, what = asked.partition("_")
    if what not in ("complete", "source") or get_completion_class(shell) is None:
        return 1
    one = _of(app, shell)
    print(one.source() if what == "source" else one.complete())
    return 0


def _of(app: click.Command, shell: str) -> ShellComplete:
    kind = get_completion_class("powershell" if shell == "pwsh" else shell)
    assert kind is not None
    return kind(app, {}, "gifsom", VARIABLE)


def _add(path: Path, line: str) -> None:
    """A line at the end of a shell's start file, unless it is there."""
    before = path.read_text("utf-8") if path.exists() else ""
    if line not in before.splitlines():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{'' if before.endswith(chr(10)) or not before else chr(10)}{line}\n")


def _shell() -> str:
    """The name of the shell that runs this: what started it, or else the user's own."""
    parent = Path(f"/proc/{os.getppid()}/comm")
    names = [parent.read_text().strip()] if parent.is_file() else []
    names.append(Path(os.environ.get("SHELL", "powershell" if sys.platform == "win32" else "")).stem)
    for name in names:
        if name in SHELLS:
            return name
    raise SettingError(f"completion is for {', '.join(SHELLS)}, and the shell is '{printable(names[-1])}' (SHELL)")
