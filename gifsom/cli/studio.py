"""The command that opens the studio in a browser."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from gifsom.cli.common import heed_interrupt, remark
from gifsom.cli.options import NAME, Command, argument, flag, option

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gifsom.studio.server import Server


PAUSE: Final = 0.2
"""Seconds after which a signal is heeded, at the latest."""


@click.command(cls=Command)
@argument(
    "names",
    type=NAME,
    nargs=-1,
    metavar="[IN...]",
    help="A clip, several that follow each other, or a .gifsom document. Without it: an empty page, to open, drop or"
    " record one.",
)
@option("--port", type=click.IntRange(1, 65_535), metavar="N", help="Serve at this port. Without it: at a free one.")
@flag("--no-browser", help="Print the address, and open nothing.")
@flag("--trust", help="Open files that a .gifsom document names outside of its folder.")
def studio(names: tuple[str, ...], port: int | None, no_browser: bool, trust: bool) -> None:
    """Cut, crop, write on and look at a clip in the browser, watch its size, and save it.

    gifsom studio clip.mp4

    gifsom studio demo.gifsom

    It serves this machine alone. Ctrl-C ends it; what was not saved is offered the next time.
    """
    run(names, None, port, no_browser, trust)


def run(
    names: "Sequence[str]",
    options: "Mapping[str, Any] | None" = None,
    port: int | None = None,
    no_browser: bool = False,
    trust: bool = False,
) -> None:
    """Serve the studio until Ctrl-C, with a document of some files, and of options as `gifsom.convert` takes them."""
    from gifsom.options.config import defaults
    from gifsom.options.presets import find
    from gifsom.studio.frames import StepError
    from gifsom.studio.server import Server

    usual = defaults("convert")
    usual = {**(find(usual["preset"]).options if "preset" in usual else {}), **usual}
    server = Server(Path.cwd(), port or 0, usual)
    if names:
        try:
            server.studio.open([str(Path(name).absolute()) for name in names], trust)
            server.studio.session.start_with(options or {})
        except StepError as error:
            raise error.__cause__ or error from None
    with server.serving():
        _show(server, no_browser)
        try:
            while not server.studio.done.wait(PAUSE):
                heed_interrupt()
        except KeyboardInterrupt:
            pass
        saved = server.studio.session.saved
    remark("ended" if saved else "what was not saved is offered by the next `gifsom studio`")


def _show(server: "Server", no_browser: bool) -> None:
    opened = not no_browser and server.show()
    remark(f"the studio is at {server.address} (Ctrl-C ends it)")
    if not opened:
        remark(f"no browser was opened: open that address; on another machine, first {server.tunnel}")
