"""The command that lists presets, the option that takes one, and defaults from settings files and the environment."""

from typing import Any

import click

from gifsom.cli.help import LARGE
from gifsom.cli.options import Command, option
from gifsom.core.errors import GifsomError, printable


def use_defaults(context: click.Context) -> None:
    """Let settings files and variables count where the command line of the command that is called says nothing.

    Raises `SettingError` and `SourceNotFound` for what is wrong with them.
    """
    from gifsom.options.config import defaults

    name = context.invoked_subcommand or ""
    group: Any = context.command
    if name in group.commands:
        context.default_map = {name: _fitting(group.commands[name], defaults(name))}


def _fitting(command: Any, options: dict[str, Any]) -> dict[str, Any]:
    """Options as the command's parsed ones are: an option that may come several times is a list."""
    several = {parameter.name for parameter in command.params if getattr(parameter, "multiple", False)}
    return {name: [value] if name in several else value for name, value in options.items()}


def _apply(context: click.Context, parameter: click.Parameter, name: str | None) -> None:
    """Let a preset count as defaults: one that was typed more than settings files, one that they name less."""
    if name is None or context.resilient_parsing:
        return
    from gifsom.options.presets import find

    options, settings = _fitting(context.command, find(name).options), context.default_map or {}
    source = context.get_parameter_source("preset")
    typed = source is not None and source.name == "COMMANDLINE"
    context.default_map = {**settings, **options} if typed else {**options, **settings}


def _names(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
    from gifsom.options.presets import presets

    try:
        return [name for name in presets() if name.startswith(begun)]
    except GifsomError:  # told where a preset is used; a shell that completes has no room for it
        return []


preset = option(
    "--preset",
    metavar="NAME",
    is_eager=True,
    expose_value=False,
    callback=_apply,
    shell_complete=_names,
    panel=LARGE,
    help="Size, width and rate for github, slack, discord, email, docs, emoji or sticker, where no others are given."
    " `gifsom presets` lists them.",
)


@click.command(cls=Command)
def presets() -> None:
    """List the presets of `gifsom convert --preset`, with what they set.

    [presets.NAME] in gifsom.toml, in the current folder or the user's, adds others and changes these.
    """
    from gifsom.options.presets import presets

    found = presets()
    wide = max(map(len, found))
    for one in found.values():
        options = " ".join(_typed(name, value) for name, value in one.options.items())
        origin = "".join(f" ({printable(path)})" for path in one.origin)
        print(f"{printable(one.name):{wide}}  {printable(options)}{origin}")


def _typed(name: str, value: Any) -> str:
    """An option as it is typed."""
    option = name.replace("_", "-")
    return f"--{option} {value}" if not isinstance(value, bool) else f"--{option}" if value else f"--no-{option}"
