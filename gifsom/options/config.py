"""Defaults of the command line, from settings files and the environment. The API knows nothing of them.

`gifsom.toml` in the current folder counts more than the one in the user's folder, and a variable such as
GIFSOM_QUALITY=70 more than both. GIFSOM_CONFIG names another file in place of the two; empty, it stands for none.

    [convert]
    quality = 70
    max-size = "10MB"

    [record]
    idle-limit = 1.5

    [presets.wiki]
    width = 720
"""

import os
import tomllib
from pathlib import Path
from typing import Any, Final

from platformdirs import user_config_path

from gifsom.core.errors import SettingError, SourceNotFound, printable
from gifsom.options.option import Kinds, unknown
from gifsom.options.table import KINDS, OPTIONS

NAME: Final = "gifsom.toml"

OTHERS: Final = {"GIFSOM_CONFIG", "GIFSOM_KERNELS"}
"""Variables that are no default of an option: the settings file, and the library of kernels."""

MAX_BYTES: Final = 1 << 16
"""Longest settings file that is read: it may have come with a folder of clips, from anybody."""

FLAG: Final[Kinds] = (bool,)
WHOLE: Final[Kinds] = (int,)
NUMBER: Final[Kinds] = (int, float)
TEXT: Final[Kinds] = (str,)
EITHER: Final[Kinds] = (int, str)
ANY_NUMBER: Final[Kinds] = (int, float, str)

_SAID: Final = {
    FLAG: "true or false",
    WHOLE: "a whole number",
    NUMBER: "a number",
    TEXT: "text in quotes",
    EITHER: "a whole number, or text in quotes",
    ANY_NUMBER: "a number, or text in quotes",
}
_FLAGS: Final = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}

PRESET: Final = {name: KINDS[name] for name, one in OPTIONS.items() if "convert" in one.settable}
"""Options that a preset may say, with their kinds."""

_OWN: Final[dict[str, Kinds]] = {
    "preset": TEXT,
    "quiet": FLAG,
    "verbose": FLAG,
    "delay": NUMBER,
    "monitor": WHOLE,
    "keep": FLAG,
}
"""Options of a command alone, and of no conversion."""

COMMANDS: Final[dict[str, dict[str, Kinds]]] = {
    "convert": PRESET | {name: _OWN[name] for name in ("preset", "quiet", "verbose")},
    "record": {name: kinds for name, kinds in PRESET.items() if "record" in OPTIONS[name].settable}
    | {name: _OWN[name] for name in ("preset", "quiet", "delay", "monitor", "keep")},
}
"""Of each command that has defaults, the options that may be set, with underscores."""


def defaults(command: str) -> dict[str, Any]:
    """Defaults of a command by parameter name, from settings files and variables; empty for any other command.

    Args:
        command: "convert" or "record".

    Raises:
        SettingError: with one line that names the file and the key, or the variable, and what is wrong.
        SourceNotFound: where GIFSOM_CONFIG names no file.
    """
    known = COMMANDS.get(command, {})
    found: dict[str, Any] = {}
    if known:
        for path in files():
            found |= checked(section(path, command), known, f"{printable(path)}, [{command}]", path.parent)
        _check_variables()
    for name, kinds in known.items():
        variable = f"GIFSOM_{name.upper()}"
        if text := os.environ.get(variable):
            found[name] = _checked(name, _parsed(text, kinds), kinds, variable)
    return found


def _check_variables() -> None:
    """Raise `SettingError` for a variable that nothing asks for, as of a name that is misspelled."""
    names = {f"GIFSOM_{name.upper()}" for known in COMMANDS.values() for name in known} | OTHERS
    for name in os.environ:
        if name.startswith("GIFSOM_") and name not in names:
            raise SettingError(unknown("variable ", name, sorted(names)))


def files() -> list[Path]:
    """The settings files that there are, the one that counts most last."""
    named = os.environ.get("GIFSOM_CONFIG")
    if named is None:
        return [path for path in (user_config_path("gifsom", appauthor=False) / NAME, Path(NAME)) if path.is_file()]
    if named and not Path(named).is_file():
        raise SourceNotFound(f"{printable(named)}: there is no such file (GIFSOM_CONFIG names it)")
    return [Path(named)] if named else []


def section(path: Path, name: str) -> dict[str, Any]:
    """A table of a settings file; empty where it has none. Raises `SettingError` for what is no such file."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise SettingError(f"{printable(path)}: too large for a settings file: the limit is {MAX_BYTES} bytes")
        content = tomllib.loads(data.decode())
        str(content)  # what is too deep or has too many digits to be told in a message is wrong already
    except OSError as error:
        raise SettingError(f"{printable(path)}: {error.strerror}") from None
    except SettingError:
        raise
    except (ValueError, RecursionError) as error:  # of TOML, or of UTF-8
        raise SettingError(f"{printable(path)}: this is no settings file: {printable(error)}") from None
    sections = [*COMMANDS, "presets"]
    for key, value in content.items():
        if key not in sections:
            where = ", ".join(f"[{section}]" for section in sections)
            raise SettingError(f"{printable(path)}: {printable(key)} stands in none of the tables {where}")
        if not isinstance(value, dict):
            raise SettingError(f"{printable(path)}: {key} is no table: write [{key}]")
    found: dict[str, Any] = content.get(name, {})
    return found


def checked(table: dict[str, Any], known: dict[str, Kinds], where: str, folder: Path) -> dict[str, Any]:
    """The values of a table, with underscores in their names; a palette's file is sought from `folder` on.

    Raises `SettingError` for a key that is not `known` and for a value that is impossible; `where` is its beginning.
    """
    found: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in known:
            raise SettingError(f"{where}: {unknown('', key, known)}")
        found[name] = _checked(name, value, known[name], f"{where} {key}")
    if "palette" in found:
        found["palette"] = str(folder / found["palette"])
    return found


def _checked(name: str, value: Any, kinds: Kinds, where: str) -> Any:
    if type(value) not in kinds:
        raise SettingError(f"{where} is {printable(value)}: give {_SAID[kinds]}")
    if name not in _OWN:
        from gifsom.options.conversion import ConvertOptions  # here: numpy comes with it, and mostly nothing is set

        try:
            ConvertOptions.of({name: value})
        except SettingError as error:
            raise SettingError(f"{where}: {error}") from None
    return value


def _parsed(text: str, kinds: Kinds) -> Any:
    """The value of a variable; text that is none of `kinds` as it is."""
    if kinds == FLAG:
        return _FLAGS.get(text.lower(), text)
    for kind in kinds:
        try:
            return kind(text)
        except ValueError:
            continue
    return text
