"""Document: sources, edits and options as one small file, which the studio saves and `convert` takes.

    {
      "gifsom": 1,
      "sources": ["clip.mp4"],
      "edits": [{"edit": "crop", "value": "320x240+0+0"}, {"edit": "speed", "value": 2, "on": false}],
      "options": {"quality": 70, "start": "1:05"}
    }

It may come from anybody. It names files in its own folder or below by relative paths; any others are opened only where
`trust` is given. It never names an address, a pattern, standard input or an output, and cannot replace a file.
"""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any, Final, Self

from gifsom.core.errors import SourceNotFound, SourceRefused, SourceUnreadable, named, printable
from gifsom.core.files import address
from gifsom.options.conversion import ConvertOptions
from gifsom.options.option import unknown
from gifsom.options.table import EDITS, KINDS, OPTIONS

SUFFIX: Final = ".gifsom"

VERSION: Final = 1

MAX_BYTES: Final = 1 << 20
"""Longest document that is read."""

MAX_SOURCES: Final = 1000

_FOREIGN: Final = frozenset({"overwrite", "trust", "strict", "max_pixels", "edits", "usual_fps", "usual_width"})
"""Options that are not a document's to say: they lift a limit, handle files, or are made of others."""

ALLOWED: Final = {name: one for name, one in OPTIONS.items() if name not in EDITS and name not in _FOREIGN}
"""Options that a document may say."""

_PATTERN: Final = re.compile(r"[*?\[\]]")

_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Step:
    """An edit of a document.

    name   in the table of options
    value  as the command line or a settings file gives it: text, a number, or true
    on     whether it is done; one that is off keeps its place
    """

    name: str
    value: Any
    on: bool = True


@dataclass(frozen=True, slots=True)
class Document:
    """Sources with edits and options; nothing in it can be changed.

    sources  names of files, which follow each other: within a file relative to its folder, else as they are opened
    steps    the edits, in the order in which they are done
    options  all else that is asked of the GIF, by the names of the table
    """

    sources: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    options: Mapping[str, Any] = field(default_factory=lambda: _NONE)

    @property
    def keywords(self) -> dict[str, Any]:
        """Keywords of `gifsom.convert` that do the same."""
        return {**self.options, "edits": [(step.name, step.value) for step in self.steps if step.on]}

    def arguments(self) -> list[str]:
        """Arguments of `gifsom convert` that do the same, without an output."""
        edits = [(step.name, step.value) for step in self.steps if step.on]
        asked = [argument for name, value in [*self.options.items(), *edits] for argument in _argument(name, value)]
        return [*(f"./{name}" if name.startswith("-") else name for name in self.sources), *asked]

    def check(self) -> None:
        """Raise `SettingError` for a value that is wrong for every clip, and for an option that is none."""
        ConvertOptions.of(self.keywords)

    def said(self) -> dict[str, Any]:
        """The content of the file, as JSON has it."""
        steps = [{"edit": step.name, "value": step.value} | ({} if step.on else {"on": False}) for step in self.steps]
        return {"gifsom": VERSION, "sources": [*self.sources], "edits": steps, "options": {**self.options}}

    def text(self) -> str:
        """The file's content."""
        return json.dumps(self.said(), indent=2, ensure_ascii=False) + "\n"

    def with_files(self, place: Callable[[str], str]) -> Self:
        """The same with `place` of each name of a file in it."""
        return replace(
            self,
            sources=tuple(map(place, self.sources)),
            steps=tuple(replace(step, value=_with_files(step.name, step.value, place)) for step in self.steps),
            options={name: _with_files(name, value, place) for name, value in self.options.items()},
        )

    def files(self) -> list[str]:
        """The names of all files in it, each once."""
        found: dict[str, None] = {}
        self.with_files(lambda name: found.setdefault(name) or name)
        return [*found]

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a file's content; what is not checked here is what files are there, and where.

        Raises:
            ValueError: with what is wrong: it is no JSON, of another version, or says what no document can.
        """
        return cls.of(json.loads(data.decode(), parse_constant=_no_number))

    @classmethod
    def of(cls, said: object) -> Self:
        """A document of what its file says. Raises `ValueError`, as `parse`."""
        if not isinstance(said, dict) or "gifsom" not in said:
            raise ValueError("it is no document of gifsom")
        said = {**said}
        version = said.pop("gifsom")
        if type(version) is not int or version != VERSION:
            raise ValueError(f"it is of version {printable(version)}, and {VERSION} is known")
        sources, edits, options = (said.pop(key, kind()) for key, kind in _KEYS.items())
        if said:
            raise ValueError(unknown("key ", next(iter(said)), _KEYS))
        found = cls(_sources(sources), tuple(_steps(edits)), dict(_options(options)))
        found.check()
        return found


_KEYS: Final[dict[str, type]] = {"sources": list, "edits": list, "options": dict}


def is_document(source: object) -> bool:
    """Whether a source is the path of a document.

    >>> is_document("demo.gifsom"), is_document("demo.mp4")
    (True, False)
    """
    return isinstance(source, str | os.PathLike) and Path(source).suffix.lower() == SUFFIX


def read_document(path: Path, trust: bool = False) -> Document:
    """Read a document; its files are found from its folder on.

    Args:
        path: of the document.
        trust: files outside of its folder may be opened, too.

    Raises:
        SourceNotFound, SourceUnreadable: it is not there, or says what no document can.
        SourceRefused: it names a file that lies outside of its folder, or what is no file.
    """
    shown = printable(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, ValueError):  # the latter for a name with a null byte
        raise SourceNotFound(f"{shown}: there is no such file") from None
    except OSError as error:
        raise SourceUnreadable(f"{shown}: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise SourceUnreadable(f"{shown}: too large for a document: the limit is {MAX_BYTES} bytes")
    try:
        document = Document.parse(data)
    except (ValueError, RecursionError) as error:  # of JSON, of UTF-8, or of a value in it
        raise SourceUnreadable(f"{shown}: this is no document that can be opened: {printable(error)}") from None
    return document.with_files(_Finder(path, trust))


def expanded(source: Any, options: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Sources and keywords of a conversion: a document's, and the given ones after them. Raises `SourceError`."""
    if not is_document(source):
        return source, {**options}
    document = read_document(Path(source), bool(options.get("trust", False)))
    given = {name: value for name, value in options.items() if name not in EDITS and name != "edits"}
    edits = [(name, value) for name, value in options.items() if name in EDITS and value is not None]
    before = document.keywords
    sources = [*document.sources]
    return (
        sources[0] if len(sources) == 1 else sources,
        before | given | {"edits": [*before["edits"], *edits, *options.get("edits", ())]},
    )


class _Finder:
    """From the names of files in a document to those that are opened. Raises `SourceRefused`."""

    def __init__(self, path: Path, trust: bool) -> None:
        self._shown = printable(path)
        self._folder = path.absolute().parent
        self._trust = trust

    def __call__(self, name: str) -> str:
        if address(name) or "://" in name:
            raise SourceRefused(f"{self._shown}: {printable(name)} is an address, and a document names local files")
        there = self._folder / name
        try:
            if _PATTERN.search(name) and not there.exists():
                raise SourceRefused(f"{self._shown}: {printable(name)} is a pattern, and a document names single files")
            inside = there.resolve().is_relative_to(self._folder.resolve())
        except (OSError, ValueError, RuntimeError) as error:  # a loop of links, a null byte
            raise SourceRefused(f"{self._shown}: {printable(name)}: {printable(error)}") from None
        if not inside and not self._trust:
            raise SourceRefused(
                f"{self._shown}: it names {printable(name)}, outside of its folder: {named('trust', True)} opens it, if"
                " you trust whoever made it"
            )
        return _shortest(there)


def _shortest(path: Path) -> str:
    """A path from the current folder on, where it lies in that or below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def relative(name: str, folder: Path) -> str:
    """The name of a file as a document in `folder` has it: from there on, with slashes, where it has the same root.

    >>> relative("/clips/a/b.mp4", Path("/clips"))
    'a/b.mp4'
    """
    try:
        return PurePosixPath(Path(os.path.relpath(Path(name).absolute(), folder.absolute()))).as_posix()
    except ValueError:  # another drive
        return str(Path(name).absolute())


def _with_files(name: str, value: Any, place: Callable[[str], str]) -> Any:
    files = OPTIONS[name].files
    return value if files is None else files(value, place)


def _argument(name: str, value: Any) -> list[str]:
    """The arguments of the command line for an option's value; none for a flag that is not set."""
    dashed = f"--{name.replace('_', '-')}"
    if value is None:
        return []
    if isinstance(value, bool):
        return [dashed] if value else [f"--no-{dashed[2:]}"] if OPTIONS[name].negated else []
    said = f"{value:.15g}" if isinstance(value, float) else str(value)
    return [f"{dashed}={said}"] if said.startswith("-") else [dashed, said]


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _sources(said: Any) -> tuple[str, ...]:
    if not isinstance(said, list) or not all(isinstance(name, str) and name for name in said):
        raise ValueError("sources are no list of names of files")
    if len(said) > MAX_SOURCES:
        raise ValueError(f"there are more than {MAX_SOURCES} sources")
    if "-" in said:
        raise ValueError("standard input is no source of a document")
    return tuple(said)


def _steps(said: Any) -> Iterator[Step]:
    if not isinstance(said, list):
        raise ValueError("edits are no list")
    for one in said:
        if not isinstance(one, dict) or not {"edit", "value"} <= one.keys() <= {"edit", "value", "on"}:
            raise ValueError('an edit is not of the form {"edit": NAME, "value": VALUE}, with "on" or not')
        name, value, on = one["edit"], one["value"], one.get("on", True)
        if not isinstance(name, str) or name not in EDITS:
            raise ValueError(unknown("edit ", name, EDITS))
        if not isinstance(on, bool):
            raise ValueError(f"{name}: on is neither true nor false")
        yield Step(name, _value(name, value), on)


def _options(said: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(said, dict):
        raise ValueError("options are no table")
    for name, value in said.items():
        if name not in ALLOWED:
            raise ValueError(unknown("option ", name, ALLOWED))
        yield name, _value(name, value)


def _value(name: str, value: Any) -> Any:
    """A value of a kind that the option has."""
    if type(value) not in KINDS[name] and not (type(value) is int and float in KINDS[name]):
        kinds = " or ".join(_KINDS[kind] for kind in KINDS[name])
        raise ValueError(f"{name} is {printable(value)}: give {kinds}")
    return value


_KINDS: Final[dict[type, str]] = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}
