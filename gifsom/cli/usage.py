"""The line that says what is wrong with a command as it was typed: each of click's errors in words of ours."""

from difflib import get_close_matches

import click

from gifsom.core.errors import printable
from gifsom.options.option import unknown

FFMPEGS = {"-ss": "--start", "-to": "--end", "-t": "--duration", "-s": "--fit"}
"""Options of ffmpeg, as they are typed there, and what they are here."""


def complaint(error: click.ClickException) -> str:
    """The line for an error of click's; it names the page of help that tells more."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    page = "gifsom" if context is None else context.command_path
    return f"{_what(error, context)} ({page} --help tells more)"


def _what(error: click.ClickException, context: click.Context | None) -> str:
    match error:
        case click.NoSuchOption(option_name=name):
            return _no_option(name, _names(context))
        case click.exceptions.NoSuchCommand(command_name=name) if context is not None:
            assert isinstance(context.command, click.Group)
            return unknown("command ", name, context.command.commands)
        case click.MissingParameter(param=click.Parameter() as param) if context is not None:
            return f"{param.make_metavar(context)} is missing"
        case click.BadOptionUsage(option_name=name):
            return _misused(name, context)
    return printable(error.format_message().rstrip("."))


def _no_option(name: str, names: list[str]) -> str:
    """For an option that is none of those that there are: the one that was meant, in whatever case, if any."""
    folded = {one.lower(): one for one in reversed(names)}
    if FFMPEGS.get(name) in names:
        folded[name] = FFMPEGS[name]
    meant = get_close_matches(name.lower(), folded, 1, 0.7) or get_close_matches("-" + name.lower(), folded, 1, 0.9)
    return f"there is no option {printable(name)}" + (f": did you mean {folded[meant[0]]}?" if meant else "")


def _misused(name: str, context: click.Context | None) -> str:
    """For an option with a value that it does not take, or without the one that it takes."""
    options = [] if context is None else context.command.get_params(context)
    for one in options:
        if isinstance(one, click.Option) and name in one.opts and not one.is_flag and context is not None:
            return f"{name} needs a value: {one.make_metavar(context)}"
    return f"{printable(name)} takes no value"


def _names(context: click.Context | None) -> list[str]:
    """All options of the command, as they are typed."""
    params = [] if context is None else context.command.get_params(context)
    return [name for one in params if isinstance(one, click.Option) for name in (*one.opts, *one.secondary_opts)]
