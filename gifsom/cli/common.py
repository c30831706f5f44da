"""Shared parts of the commands: options, progress, and interruption."""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

import click

from gifsom.cli import text
from gifsom.core.errors import printable

if TYPE_CHECKING:
    from gifsom.core.frame import Shortfall
    from gifsom.core.progress import Progress
    from gifsom.core.result import Result

FAILED: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 130

SIGNALS: Final = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
"""Signals that end a program; the last one comes when its terminal is closed."""


class Ended(Exception):
    """A command has ended with an exit status, and has told why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


_closed: set[str] = set()
"""Names of standard streams that were closed when the program began."""

_interrupted: list[int] = []
"""The signals that came."""


def given(**options: object) -> dict[str, Any]:
    """Those that were given: the others keep the defaults of the table of options."""
    return {name: value for name, value in options.items() if value is not None}


def tell_shortfall(source: str, missing: "Shortfall | None") -> None:
    if missing is not None:
        complain(f"{printable(source)}: only {missing.amount} could be read{missing.cause}")


def tell_quality(result: "Result") -> None:
    """Say that a quality that was typed has had no effect, and why."""
    context = click.get_current_context()
    source = context.get_parameter_source("quality")
    asked = context.params.get("quality")
    if source is None or source.name != "COMMANDLINE" or asked is None:
        return
    if result.copied:
        why = "nothing that is smaller was found"
    elif result.exact and asked < 100:
        why = "exact colors take no more bytes" if result.colors else "the format is lossless"
    elif result.quality is None and not result.exact:
        why = "what is transparent gets the nearest colors"
    else:
        return
    complain(f"--quality {asked} has no effect here: {why}")


@contextmanager
def progress_bars(quiet: bool) -> "Iterator[Progress]":
    """A bar a stage on a terminal, nothing elsewhere."""
    terminal = sys.stderr is not None and sys.stderr.isatty()
    with nullcontext(_no_progress) if quiet or not terminal else _bars() as progress:
        yield progress


def _no_progress(stage: str, done: int, of: int | None) -> None:
    heed_interrupt()


@contextmanager
def _bars() -> "Iterator[Progress]":
    """A bar a stage."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True, highlight=False)
    columns = TextColumn("{task.description:16}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[pace]}")
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        tasks: dict[str, Any] = {}

        def progress(stage: str, done: int, of: int | None) -> None:
            heed_interrupt()
            if stage not in tasks:
                for task in tasks.values():
                    bars.update(task, total=bars.tasks[task].completed)
                tasks[stage] = bars.add_task(stage, total=of, pace=Pace(done))
            task = bars.tasks[tasks[stage]]
            task.fields["pace"].note(done, of)
            bars.update(tasks[stage], completed=done, total=None if of is None else max(done, of))

        yield progress


class Pace:
    """Seconds that are left of a stage, as text: by what has been done since its first report, at any moment."""

    def __init__(self, done: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._first, self._done, self._of = done, done, 0
        self._clock = clock
        self._began = clock()

    def note(self, done: int, of: int | None) -> None:
        """Take up a report of progress."""
        self._done, self._of = done, of or 0

    def __str__(self) -> str:
        made, still = self._done - self._first, self._of - self._done
        if made <= 0 or still <= 0:
            return ""
        return text.left((self._clock() - self._began) * still / made)


def interrupt(number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt, but not out of code that was made of a string, as an import may run it.

    Python takes that for unhandled, whoever handles it, and has the signal end the process; out of `__set_name__`, as a
    class is made, it makes a RuntimeError of it. There `progress` raises it, as soon as it is called.
    """
    _interrupted.append(number)
    while frame is not None:
        code = frame.f_code
        if (code.co_filename == "<string>" and frame.f_back is not None) or code.co_name == "__set_name__":
            return
        frame = frame.f_back
    raise KeyboardInterrupt


def show_log() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    log = logging.getLogger("gifsom")
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)


def heed_interrupt() -> None:
    """Raise KeyboardInterrupt where one came that could not be raised at once."""
    if _interrupted:
        raise KeyboardInterrupt


def open_closed_streams() -> None:
    """Put what nobody reads, and nothing comes from, in the place of standard streams that are closed.

    A file that is opened later would get their number, and what programs print would end up in it.
    """
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            _closed.add(name)
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def is_closed(name: str) -> bool:
    """Whether the standard stream of that name was closed when the program began."""
    return name in _closed


def confirm(trouble: str) -> bool:
    """Ask on the terminal whether to replace what is there already; False where nobody can be asked."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    question = f"gifsom: {trouble.partition(' (')[0]}: replace it? [y/N] "
    print(question, end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    if not answer:  # its end was typed
        print(file=sys.stderr)
    return answer.strip().lower() in ("y", "yes")


def complain(message: str) -> None:
    remark(f"gifsom: {message}")


def remark(text: str) -> None:
    """A line on stderr, if anybody is there to read it: a terminal that was closed ends nothing."""
    with suppress(OSError):
        print(text, file=sys.stderr)
