"""The command line: the only place that prints, asks or exits.

What a command needs is imported when it runs: `gifsom --help` waits for none of it.
"""

import gc
import io
import os
import signal
import sys
import warnings

import click

import gifsom
from gifsom.cli.clips import info, optimize, palette
from gifsom.cli.common import FAILED, INTERRUPTED, SIGNALS, USAGE, Ended, complain, interrupt, open_closed_streams
from gifsom.cli.convert import convert
from gifsom.cli.inspect import compare, explain, frames
from gifsom.cli.options import Commands, flag
from gifsom.cli.presets import presets, use_defaults
from gifsom.cli.recording import record
from gifsom.cli.screen import doctor, monitors, pause, recover, stop, toggle, windows
from gifsom.cli.studio import studio
from gifsom.cli.usage import complaint
from gifsom.core.errors import GifsomError, SettingError, speaking_of_options


@click.group(
    cls=Commands,
    invoke_without_command=True,
    epilog="Exit status: 0 done, 1 it could not be done, 2 wrong usage, 130 interrupted.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@flag("--version", help="Say which version this is.")
@flag("--install-completion", help="Let the shell complete commands, options and their values.")
@flag("--show-completion", help="Show what lets the shell do so, to install it by hand.")
@click.pass_context
def app(context: click.Context, version: bool, install_completion: bool, show_completion: bool) -> None:
    """Record the screen to a GIF, and convert clips to small ones, with colors that a self-organizing map learns."""
    if version:
        print(f"gifsom {gifsom.__version__}")
        context.exit()
    if install_completion or show_completion:
        from gifsom.cli.completion import install, script

        print(script(app) if show_completion else install(app))
        context.exit()
    if context.invoked_subcommand is None:
        print(context.get_help())
        context.exit(USAGE)
    use_defaults(context)


for command in (
    record,
    stop,
    pause,
    toggle,
    recover,
    convert,
    optimize,
    palette,
    frames,
    compare,
    explain,
    info,
    monitors,
    windows,
    doctor,
    presets,
    studio,
):
    app.add_command(command)


def _run(arguments: list[str]) -> int:
    """Do what was typed, or what a shell asks that completes it; the exit status."""
    if asked := os.environ.get("_GIFSOM_COMPLETE"):
        from gifsom.cli.completion import answer

        return answer(app, asked)
    try:
        with app.make_context("gifsom", arguments) as context:
            app.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    return 0


def main() -> None:
    """Run the command line; every failure is one line on stderr and an exit status."""
    warnings.simplefilter("ignore")  # libraries warn those who call them: what a user must know is one line of ours
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # matrices are small here: more threads cost a tenth more
    os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")  # tables of all colors are touched here and there: 20 MB less
    gc.set_threshold(50_000)  # most of what is made by the hundred is imported modules, which stay
    for number in SIGNALS:  # a terminated program cleans up as an interrupted one
        signal.signal(number, interrupt)
    open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal cannot show is shown somehow
    try:
        with speaking_of_options():
            status = _run(sys.argv[1:])
        sys.stdout.flush()
    except click.ClickException as error:
        complain(complaint(error))
        status = USAGE
    except SettingError as error:
        complain(str(error))
        status = USAGE
    except GifsomError as error:
        complain(str(error))
        status = FAILED
    except Ended as end:
        sys.exit(end.status)
    except (KeyboardInterrupt, click.Abort, EOFError):
        status = INTERRUPTED
    except OSError as error:  # of print: whatever else is read or written has errors of its own
        complain(f"standard output: {error.strerror}")
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is still buffered must not fail again at exit
        status = FAILED
    if status == INTERRUPTED:
        complain("interrupted, nothing is left behind")
    gc.freeze()  # the end of the process is the end of all garbage: none is looked for
    sys.exit(status)
