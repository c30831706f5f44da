"""Option and Edit: what one entry of the table of options says (see gifsom.options.table)."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass, field
from pathlib import PurePath
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final, ForwardRef, TypeAlias, TypeVar, get_args

from gifsom.core.deferred import Deferred
from gifsom.core.errors import SettingError, printable
from gifsom.core.values import check_whole, parse_seconds

if TYPE_CHECKING:
    from gifsom import edit
    from gifsom.core.source import Source
else:
    edit = Deferred("gifsom.edit")

Kinds: TypeAlias = tuple[type, ...]
"""Types of TOML that a value may have, as told to `isinstance`. A boolean is no whole number."""

F = TypeVar("F", bound=Callable[..., object])

Check: TypeAlias = Callable[[str, Any], object]
"""Raises `SettingError` for a value, given the option's name and the value, that is impossible."""

ANYWHERE: Final = ("convert", "record")
"""Commands whose defaults a settings file may say."""


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a conversion, but for its name and type, which stand before it in the table.

    help      one or two sentences, for the command line and the API
    metavar   what `--help` shows in place of the value; None: the type
    choices   all values that there are, if they can be listed
    any_case  they may be in capitals, or not
    default   the value where none is given
    check     raises `SettingError` for a value that is wrong for every clip
    typed     whether the command line has it
    negated   a flag has a form --no-NAME, too
    settable  commands for which settings files and variables may say it; a preset may where "convert" is one
    files     gives a value with another name for each file that it names, as the function says; None: it names none
    """

    help: str
    metavar: str | None = None
    _: KW_ONLY
    choices: tuple[str, ...] = ()
    any_case: bool = False
    default: Any = None
    check: Check | None = None
    typed: bool = True
    negated: bool = False
    settable: tuple[str, ...] = ("convert",)
    files: Callable[[Any, Callable[[str], str]], Any] | None = None

    def verify(self, name: str, value: Any) -> None:
        """Raise `SettingError` for an impossible value; None is possible where it is the default."""
        if value is None and self.default is None:
            return
        if self.check is not None:
            self.check(name, value)
        fold = str.lower if self.any_case else str
        if self.choices and fold(printable(value)) not in map(fold, self.choices):
            raise SettingError(f"{name} is {printable(value)}: give one of {', '.join(self.choices)}")


def as_it_is(value: Any) -> Any:
    """The value itself."""
    return value


def _never(value: Any) -> bool:
    return False


def always(value: Any) -> bool:
    """True for any value."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit(Option):
    """An edit: the function of `gifsom.edit` that has the option's name, and is called with the clip and the value.

    read    makes of a value as it is given, text mostly, the one that is used; raises `SettingError`. The function
            checks what it is given, so that this is for text, and for what needs a check without a clip
    apply   does the edit with what `read` gives, where that is no single argument of the function
    sizes   it says how large the clip is to be
    paces   whether a value says how long all frames are shown, or how many there are in a second
    placed  whether a value is right depends on the size of the pictures
    judges  it judges what is still, and takes the `threshold` for that
    """

    settable: tuple[str, ...] = ()
    read: Callable[[Any], Any] = field(default=as_it_is)
    apply: "Callable[[Source, Any], Source] | None" = None
    sizes: bool = False
    paces: Callable[[Any], bool] = field(default=_never)
    placed: bool = False
    judges: bool = False

    def parsed(self, name: str, value: Any) -> Any:
        """The value that is used, of one that is given. Raises `SettingError`."""
        if self.check is not None:
            self.check(name, value)
        return self.read(value)

    def applied(self, name: str, clip: "Source", value: Any, threshold: Any = None) -> "Source":
        """The clip after this edit, whose name is `name`, with a value that is parsed; `threshold`: of stillness."""
        if self.apply is not None:
            return self.apply(clip, value)
        function: Callable[..., Source] = getattr(edit, name)
        more = {"threshold": threshold} if self.judges else {}
        if self.read is not flag:
            return function(clip, value, **more)
        return function(clip, **more) if value else clip


def whole(low: int, high: int) -> Check:
    """The check for a whole number from `low` to `high`."""
    return lambda name, value: check_whole(name, value, low, high)


def flag(value: Any) -> bool:
    """A value that is true or false. Raises `SettingError`."""
    if not isinstance(value, bool):
        raise SettingError(f"{printable(value)} is neither true nor false")
    return value


def seconds(value: Any) -> Any:
    """A number of seconds of text such as "0.5", "0.5s", "500ms" or "1:05"; what is no text as it is.

    Raises `SettingError`.
    """
    return parse_seconds(value) if isinstance(value, str) else value


def number(value: Any) -> Any:
    """A number of text that is one; all else as it is, for the edit to say what would be right."""
    with suppress(ValueError):
        return float(value) if isinstance(value, str) else value
    return value


def factor(value: Any, more: str = "") -> float:
    """A factor, of a number or of text such as "0.5", "50%", "1/2" or "2x".

    Raises `SettingError`, whose message ends with `more`.

    >>> factor("50%"), factor("1/2"), factor("2x")
    (0.5, 0.5, 2.0)
    """
    try:
        if not isinstance(value, str):
            return float(value)
        written = value.strip().lower()
        if written.endswith("%"):
            return float(written[:-1]) / 100
        over, slash, under = written.removesuffix("x").removeprefix("x").partition("/")
        return float(over) / float(under) if slash else float(over)
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        raise SettingError(f"'{printable(value)}' is not a factor: give it as 0.5, 50%, 1/2 or 2x{more}") from None


def text(value: Any) -> str:
    """A value that is text. Raises `SettingError`."""
    if not isinstance(value, str):
        raise SettingError(f"{printable(value)} is no text: give it as the command line does")
    return value


def file_text(value: Any) -> str:
    """A value that is text which begins with the name of a file; it may be a path. Raises `SettingError`."""
    return text(str(value) if isinstance(value, PurePath) else value)


def kinds(annotation: Any) -> Kinds:
    """Which of bool, int, float and str an entry's type has; text alone where other classes stand beside it."""
    kind = annotation.__origin__
    if isinstance(kind, ForwardRef):
        return (str,)
    found = tuple(one for one in (bool, int, float, str) if one in (get_args(kind) or (kind,)))
    return (int, *found) if float in found and int not in found else found


def entries(*groups: Any) -> dict[str, Option]:
    """The entries of some groups, by the options' names."""
    return {name: kind.__metadata__[0] for group in groups for name, kind in group.__annotations__.items()}


def listing(group: Any, indent: str = "") -> str:
    """The options of a group with their help, as a docstring shows them, the lines after the first one indented."""
    return f"\n{indent}".join(
        line
        for name, one in entries(group).items()
        for line in wrap(f"{name}: {one.help}", 116 - len(indent), subsequent_indent="    ", break_on_hyphens=False)
    )


def documented(group: Any) -> Callable[[F], F]:
    """Put the options of a group into a function's docstring, in place of its line "{options}"."""

    def document(function: F) -> F:
        if function.__doc__:  # python -OO has none
            before = function.__doc__.partition("{options}")[0]
            indent = before.rpartition("\n")[2]
            function.__doc__ = function.__doc__.replace("{options}", listing(group, indent))
        return function

    return document


def unknown(what: str, name: object, names: Iterable[str]) -> str:
    """The message for a name that is none of `names`: the one that was meant, or else all that there are.

    >>> unknown("option ", "widht", ["width", "height"])
    "there is no option 'widht': did you mean width?"
    """
    from difflib import get_close_matches  # here: mostly all names are right

    names = [printable(one) for one in names]
    meant = get_close_matches(printable(name), names, 1)
    there = f"did you mean {meant[0]}?" if meant else f"there are {', '.join(names)}"
    return f"there is no {what}'{printable(name)}': {there}"
