"""The page that `--help` shows: the usage, what the command does, and its parameters in panels."""

import os
import shutil
import sys
from collections.abc import Iterator
from itertools import zip_longest
from textwrap import wrap
from typing import Final, TypeAlias

import click

WIDEST = 120
"""Columns of a page at most: longer lines are hard to read."""

NAMES, VALUES = 20, 15
"""Columns that names and values take at most, unless a part of one is longer; longer ones are wrapped."""

NARROWEST = 30
"""Columns of the help beside a name at least: in fewer, it stands below."""

WHAT: Final = "What"
WHERE: Final = "Where to"
LARGE: Final = "How large"
LOOKS: Final = "How it looks"
CHANGES: Final = "Edits, done in the order in which they are typed"
MANY: Final = "Raw video, and batches"
PANELS: Final = ("Arguments", WHAT, WHERE, LARGE, LOOKS, CHANGES, "Options", MANY)
"""Titles of panels, in their order."""

COLORS = "cyan", "yellow", None
"""Of names, values and help, on a terminal."""

Row: TypeAlias = tuple[str, str, str]
"""A name, what stands for its value, and what it is."""


class Panelled(click.Command):
    """A command whose help is such a page."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        columns = min(WIDEST, max(40, shutil.get_terminal_size().columns))
        formatter.write("\n".join(_page(self, ctx, columns)) + "\n")


def _page(command: click.Command, ctx: click.Context, columns: int) -> Iterator[str]:
    usage = " ".join([ctx.command_path, *command.collect_usage_pieces(ctx)])
    yield ""
    first, *others = wrap(usage, columns - 9)
    yield f" {_styled('Usage:', fg='yellow', bold=True)} {_styled(first, bold=True)}"
    yield from (f"        {_styled(line, bold=True)}" for line in others)
    yield ""
    yield from _paragraphs(command.help or "", columns)
    for title, rows in _panels(command, ctx).items():
        yield from _panel(title, rows, columns)
    yield from _paragraphs(command.epilog or "", columns)


def _paragraphs(text: str, columns: int) -> Iterator[str]:
    for paragraph in text.split("\n\n"):
        if paragraph.strip():
            yield from wrap(
                " ".join(paragraph.split()),
                columns - 1,
                initial_indent=" ",
                subsequent_indent=" ",
                break_on_hyphens=False,
            )
            yield ""


def _panels(command: click.Command, ctx: click.Context) -> dict[str, list[Row]]:
    """The rows of each panel, in their order."""
    panels: dict[str, list[Row]] = {title: [] for title in PANELS}
    for one in command.get_params(ctx):
        help = getattr(one, "help", None) or ""
        if isinstance(one, click.Option):
            value = "" if one.is_flag else one.make_metavar(ctx)
            names = ", ".join([*sorted(one.opts, key=len), *one.secondary_opts])
            panels.setdefault(getattr(one, "panel", "Options"), []).append((names, value, help))
        elif help:
            panels["Arguments"].append((one.make_metavar(ctx), "", help))
    if isinstance(command, click.Group):
        panels["Commands"] = [(name, "", command.commands[name].get_short_help_str(999)) for name in command.commands]
    return {title: rows for title, rows in panels.items() if rows}


def _panel(title: str, rows: list[Row], columns: int) -> Iterator[str]:
    """A box with a row for each parameter, whose help is wrapped: beside its name, or below where that is narrow."""
    left, across, right, down, low_left, low_right = [*_box()]
    title = wrap(title, columns - 6)[0]
    widths = [_width([row[column] for row in rows], most) for column, most in enumerate((NAMES, VALUES))]
    widths.append(columns - 6 - widths[0] - (widths[1] + 2 if widths[1] else 0))
    yield _styled(f"{left}{across} {title} {across * (columns - len(title) - 5)}{right}", dim=True)
    edge = _styled(down, dim=True)
    for row in rows:
        for line in _beside(row, widths) if widths[2] >= NARROWEST else _below(row, columns - 4):
            yield f"{edge} {line} {edge}"
    yield _styled(f"{low_left}{across * (columns - 2)}{low_right}", dim=True)


def _beside(row: Row, widths: list[int]) -> Iterator[str]:
    """Lines of a row in three columns."""
    name, value, help = row
    cells = _cut(name, widths[0]), _cut(value, widths[1]), _wrapped(help, widths[2])
    for texts in zip_longest(*cells, fillvalue=""):
        yield "  ".join(
            _padded(text, width, color) for text, width, color in zip(texts, widths, COLORS, strict=True) if width
        )


def _below(row: Row, width: int) -> Iterator[str]:
    """Lines of a row, the help below the name and the value."""
    name, value, help = row
    for line in _cut(f"{name}  {value}".rstrip(), width):
        yield _padded(line, width, COLORS[0])
    for line in _wrapped(help, width - 4):
        yield _padded(f"    {line}", width, COLORS[2])


def _padded(text: str, width: int, color: str | None) -> str:
    return _styled(text, fg=color) + " " * (width - len(text))


def _cut(text: str, width: int) -> list[str]:
    """Lines of a name or value, broken where several are listed."""
    return [line.replace("| ", "|") for line in _wrapped(text.replace("|", "| "), width)] if width else []


def _width(texts: list[str], most: int) -> int:
    """Columns for names or values: no part of one is broken."""
    parts = [part for text in texts for part in text.replace("|", "| ").split()]
    return max(min(most, max(map(len, texts))), max(map(len, parts), default=0))


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of a text; a word that is longer than a line is broken behind a bar, where it has one."""
    words = (word if len(word) <= width else word.replace("|", "|\0 ") for word in text.split())
    return [line.replace("\0 ", "").rstrip("\0") for line in wrap(" ".join(words), width, break_on_hyphens=False)]


def _box() -> str:
    """Corners and lines that standard output can show."""
    box = "╭─╮│╰╯"
    try:
        box.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return "+-+|++"
    return box


def _styled(text: str, **style: object) -> str:
    plain = not text or "NO_COLOR" in os.environ or not sys.stdout.isatty()
    return text if plain else click.style(text, **style)  # type: ignore[arg-type]
