"""Options of an edit as text: what it is about, then "|name=value" as often as one likes."""

import re
from collections.abc import Callable, Collection
from typing import Final

from gifsom.core.errors import SettingError, printable

_PIXELS: Final = re.compile(r"\d{1,9}", re.ASCII)
_FONT: Final = re.compile(r"[/\\]|\.(ttf|otf|ttc|otc|pfb|woff2?)$", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(\d{1,9}(?:\.\d*)?|\.\d+)(%?)", re.ASCII)


def listed(text: str, names: Collection[str], what: str) -> tuple[str, dict[str, str]]:
    """The text before the options at its end, and their values by their names; of one that is there twice, the last.

    Raises `SettingError` for a name that is none of `names`; `what` has these, such as "a caption".

    >>> listed("one|two|size=32", ["size"], "a caption")
    ('one|two', {'size': '32'})
    """
    values: dict[str, str] = {}
    while True:
        before, bar, option = text.rpartition("|")
        name, equals, value = (part.strip() for part in option.partition("="))
        if not (bar and equals and name.isidentifier()):
            return text.strip(), values
        if name not in names:
            raise SettingError(f"{what} has no {printable(name)}: there are {', '.join(names)}")
        text = before
        values.setdefault(name, value)


def with_files(text: str, place: Callable[[str], str], names: Collection[str], *, head: bool = False) -> str:
    """The same text with `place` of each file's name in it: the values of options `names`, and what stands before them
    where `head` says so. The name of a font that is installed is no file's.

    >>> with_files("logo.png|size=20%", lambda name: f"art/{name}", ["font"], head=True)
    'art/logo.png|size=20%'
    """
    first, *options = text.split("|")
    parts = [place(first.strip()) if head else first]
    for option in options:
        name, equals, value = option.partition("=")
        is_file = equals and name.strip() in names and (name.strip() != "font" or _FONT.search(value.strip()))
        parts.append(f"{name}={place(value.strip())}" if is_file else option)
    return "|".join(parts)


def pixels(name: str, value: str) -> int:
    """A number of pixels. Raises `SettingError`."""
    if not _PIXELS.fullmatch(value):
        raise SettingError(f"{name} is {printable(value)}: give pixels, such as {name}=2")
    return int(value)


def amount(name: str, value: str, example: str) -> float:
    """A number, or a part as "20%", which is 0.2. Raises `SettingError`."""
    match = _NUMBER.fullmatch(value)
    if match is None:
        raise SettingError(f"{name} is {printable(value)}: give {name}={example}")
    return float(match[1]) / (100 if match[2] else 1)
