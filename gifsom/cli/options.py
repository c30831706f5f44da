"""The options of commands: those of the table, their own, and in which order they were typed."""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from math import inf
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from click.shell_completion import CompletionItem

from gifsom.cli.common import confirm
from gifsom.cli.help import CHANGES, LARGE, LOOKS, WHAT, WHERE, Panelled
from gifsom.core.errors import SettingError, TargetExists, printable
from gifsom.core.values import rate_in
from gifsom.options.option import Option, as_it_is, entries
from gifsom.options.table import EDITS, KINDS, OPTIONS, Ceiling, Judging, Part, Reader, Reading

F = TypeVar("F", bound=Callable[..., object])

_TYPED: Final = "gifsom.typed"

SHORT: Final = {"overwrite": ("-y",), "only": ("--frames",), "fps": ("-r",), "width": ("-W",), "quality": ("-Q",)}
"""Other forms of options, as users of ffmpeg, gifski and gifsicle type them."""


class File(click.ParamType[str | Path]):
    """The name of a file, or what can stand in its place, as `kind`. A shell completes it; nothing is checked here."""

    name = "path"

    def __init__(self, kind: type[str] | type[Path]) -> None:
        self.kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str | Path:
        return self.kind(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[Any]]:
        return [CompletionItem(incomplete, type="file")]


class Number(click.ParamType[float]):
    """A number that `kind` makes of text, or a line of gifsom's own that says what is none."""

    name = "number"

    def __init__(self, kind: Callable[[Any], float], high: float = inf) -> None:
        self.kind, self.high = kind, high

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        with suppress(ValueError, OverflowError):
            number = self.kind(value)
            if self.high == inf or 0 <= number <= self.high:
                return number
        name = "the value" if param is None else max(param.opts, key=len)
        what = ("a whole number" if self.kind is int else "a number") + f" from 0 to {self.high:g}" * (self.high < inf)
        raise SettingError(f"{name} is {printable(value)}: give {what}")


WHOLE: Final = Number(int)
DECIMAL: Final = Number(float)
RATE: Final = Number(lambda text: float(rate_in(text)))

NAME: Final = File(str)
PATH: Final = File(Path)


class _Argument(click.Argument):
    def __init__(self, *args: Any, help: str = "", **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.help = help


class _Option(click.Option):
    def __init__(self, *args: Any, panel: str = "Options", **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.panel = panel


def argument(*names: str, **attributes: Any) -> Callable[[F], F]:
    """Give a command an argument that has a `help`; other attributes as for `click.argument`."""
    return click.argument(*names, cls=_Argument, **attributes)


def option(*names: str, **attributes: Any) -> Callable[[F], F]:
    """Give a command an option, which may have a `panel`; other attributes as for `click.option`."""
    return click.option(*names, cls=_Option, **attributes)


def flag(*names: str, **attributes: Any) -> Callable[[F], F]:
    """Give a command an option that takes no value."""
    return option(*names, is_flag=True, **attributes)


keep = flag("--keep", help="Keep the recording beside the GIF, as OUT.gsr.")
quiet = flag("--quiet", "-q", help="No progress and no closing line; errors are still told.")


class Placed(Panelled, click.Command):
    """A command whose usage errors know which command it is, and the word that is wrong as it was typed."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, [*args])
        except click.NoSuchOption as error:
            name = error.option_name
            words = [one for one in args if one[:1] == "-" != one[1:2] and name[1:] in one]
            raise click.NoSuchOption(words[0] if words and name[:2] != "--" else name, ctx=ctx) from None
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise


class Command(Placed):
    """A command that remembers the names of its parameters in the order in which they were typed."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.allow_extra_args = True  # it is told here
        more = super().parse_args(ctx, args)
        _, _, order = self.make_parser(ctx).parse_args([*args])
        ctx.meta[_TYPED] = [parameter.name for parameter in order]
        if more and not ctx.resilient_parsing:
            asked = " ".join(self.collect_usage_pieces(ctx)[1:]) or "options only"
            raise click.UsageError(f"there is no place for {printable(' '.join(more))}: give {asked}", ctx)
        return more

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; where a file is there already, and somebody is at the terminal, ask whether to replace it."""
        try:
            return super().invoke(ctx)
        except TargetExists as error:
            if "overwrite" not in ctx.params or ctx.params["overwrite"] or not confirm(str(error)):
                raise
            ctx.params["overwrite"] = True
            return super().invoke(ctx)


class Commands(Placed, click.Group):
    """All commands."""

    command_class = Command


def takes(*groups: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of groups of the table, and single ones by their names; its `**options` are those
    that were given.

    Edits are in `options["edits"]`, in the order in which they were typed.
    """
    shared: dict[str, Option] = {}
    for group in groups:
        shared |= {group: OPTIONS[group]} if isinstance(group, str) else entries(group)
    shared = {name: one for name, one in shared.items() if one.typed}

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def run(**values: Any) -> None:
            typed = click.get_current_context().meta[_TYPED]
            given = {name: value for name in shared if (value := values.pop(name)) not in (None, ())}
            edits = {name: given.pop(name) for name in EDITS if name in given}
            command(**values, **given, **_usual(edits, typed), **_in_order(edits, typed))

        for name, one in reversed(shared.items()):
            run = _typed(name, one)(run)
        return run

    return decorate


def _typed(name: str, entry: Option) -> Callable[[F], F]:
    """The option of the command line for an entry of the table. None: it was not given."""
    dashed = name.replace("_", "-")
    attributes: dict[str, Any] = {"default": None, "help": entry.help, "metavar": entry.metavar}
    attributes["panel"] = _panel(name, entry)
    if KINDS[name] == (bool,):
        names = [f"--{dashed}/--no-{dashed}" if entry.negated else f"--{dashed}", *SHORT.get(name, ())]
        return flag(*names, **attributes)
    if entry.choices:
        attributes["metavar"] = "|".join(entry.choices)
        attributes["shell_complete"] = lambda ctx, param, text: [one for one in entry.choices if one.startswith(text)]
    elif entry.metavar is None:
        attributes["metavar"] = "N"
    return option(f"--{dashed}", *SHORT.get(name, ()), type=_kind(name, entry), multiple=name in EDITS, **attributes)


def _panel(name: str, entry: Option) -> str:
    """The panel of the help page that an option is in."""
    if name in EDITS and name != "fps" and not getattr(entry, "sizes", False):
        return CHANGES
    groups = {WHAT: (Part, Reading, Reader), LARGE: (Ceiling,), CHANGES: (Judging,)}
    for panel, types in groups.items():
        if name in entries(*types):
            return panel
    return WHERE if name == "overwrite" else LARGE if name in EDITS or name == "max_size" else LOOKS


def _kind(name: str, entry: Option) -> "click.ParamType[Any] | type[str]":
    """How the text of an option is read: as it is where its edit reads it."""
    if entry.metavar == "FILE":
        return PATH
    if str in KINDS[name] or getattr(entry, "read", as_it_is) is not as_it_is:
        return str
    return WHOLE if KINDS[name] == (int,) else DECIMAL


def _usual(edits: dict[str, Any], typed: list[str]) -> dict[str, Any]:
    """Rate and width that settings files or a preset say: the usual ones, where the command line asks for others.

    A height or box that they say counts only where no size is typed.
    """
    sizes = [name for name in edits if EDITS[name].sizes]
    if any(name in typed for name in sizes):
        for name in sizes:
            if name not in typed and name != "width":
                del edits[name]
    return {
        f"usual_{name}": EDITS[name].parsed(name, edits.pop(name)[0])
        for name in ("fps", "width")
        if name in edits and name not in typed
    }


def _in_order(edits: dict[str, Any], typed: list[str]) -> dict[str, Any]:
    """Each value with the name of its edit, in the order typed; those that were not typed, but set, come last."""
    left = {
        name: deque(values if isinstance(values, tuple) else [values] * max(1, typed.count(name)))
        for name, values in edits.items()
    }
    ordered = [(name, left[name].popleft()) for name in typed if name in left]
    ordered += [(name, value) for name, values in left.items() for value in values]
    return {"edits": ordered} if ordered else {}
