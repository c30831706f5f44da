"""The options of commands: those of the table, their own, and in which order they were typed."""

from collections import deque
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from click.shell_completion import CompletionItem

from gifsom.cli.common import confirm
from gifsom.cli.help import Panelled
from gifsom.core.errors import TargetExists
from gifsom.options.option import Option, entries
from gifsom.options.table import EDITS, KINDS, OPTIONS

F = TypeVar("F", bound=Callable[..., object])

_TYPED: Final = "gifsom.typed"

SHORT: Final = {"overwrite": ("-y",), "only": ("--frames",)}
"""Short and other forms of options of the table."""

PANEL: Final = "Edits, done in the order in which they are typed"


class File(click.ParamType[str | Path]):
    """The name of a file, or what can stand in its place, as `kind`. A shell completes it; nothing is checked here."""

    name = "path"

    def __init__(self, kind: type[str] | type[Path]) -> None:
        self.kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str | Path:
        return self.kind(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[Any]]:
        return [CompletionItem(incomplete, type="file")]


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


class Command(Panelled, click.Command):
    """A command that remembers the names of its parameters in the order in which they were typed."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        _, _, order = self.make_parser(ctx).parse_args([*args])
        ctx.meta[_TYPED] = [parameter.name for parameter in order]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; where a file is there already, and somebody is at the terminal, ask whether to replace it."""
        try:
            return super().invoke(ctx)
        except TargetExists as error:
            if "overwrite" not in ctx.params or ctx.params["overwrite"] or not confirm(str(error)):
                raise
            ctx.params["overwrite"] = True
            return super().invoke(ctx)


class Commands(Panelled, click.Group):
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
    if name in EDITS:
        attributes["panel"] = PANEL
    if KINDS[name] == (bool,):
        names = [f"--{dashed}/--no-{dashed}" if entry.negated else f"--{dashed}", *SHORT.get(name, ())]
        return flag(*names, **attributes)
    if entry.choices:
        attributes["metavar"] = "|".join(entry.choices)
        attributes["shell_complete"] = lambda ctx, param, text: [one for one in entry.choices if one.startswith(text)]
    elif entry.metavar is None:
        attributes["metavar"] = "N"
    kind = PATH if entry.metavar == "FILE" else str if str in KINDS[name] else KINDS[name][-1]
    return option(f"--{dashed}", *SHORT.get(name, ()), type=kind, multiple=name in EDITS, **attributes)


def _usual(edits: dict[str, Any], typed: list[str]) -> dict[str, Any]:
    """Rate and width that settings files or a preset say: the usual ones, where the command line asks for others."""
    return {f"usual_{name}": edits.pop(name)[0] for name in ("fps", "width") if name in edits and name not in typed}


def _in_order(edits: dict[str, Any], typed: list[str]) -> dict[str, Any]:
    """Each value with the name of its edit, in the order typed; those that were not typed, but set, come last."""
    left = {
        name: deque(values if isinstance(values, tuple) else [values] * max(1, typed.count(name)))
        for name, values in edits.items()
    }
    ordered = [(name, left[name].popleft()) for name in typed if name in left]
    ordered += [(name, value) for name, values in left.items() for value in values]
    return {"edits": ordered} if ordered else {}
