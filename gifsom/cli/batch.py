"""`gifsom convert` with a folder as OUT: a bar for all and one for each clip that is in the making."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from gifsom import lines
from gifsom.cli.common import FAILED, INTERRUPTED, Ended, complain, heed_interrupt, tell_shortfall
from gifsom.errors import printable
from gifsom.remote import is_remote

if TYPE_CHECKING:
    from gifsom.batch import Outcome

Jobs = Annotated[
    int | None,
    typer.Option(metavar="N", help="Clips of a batch that are converted at once. Without it: one for each core."),
]
Dask = Annotated[
    str | None,
    typer.Option(metavar="tcp://HOST:PORT", help="Convert a batch on a dask cluster. Needs dask.distributed."),
]


def is_batch(target: str) -> bool:
    """Whether OUT is a folder: one that is there, a name that ends in a slash, or an address."""
    return target.endswith(("/", "\\")) or Path(target).is_dir() or is_remote(target)


def convert_batch(
    sources: Sequence[str],
    folder: str,
    options: dict[str, Any],
    *,
    jobs: int | None = None,
    dask: str | None = None,
    quiet: bool = False,
) -> None:
    """Convert all sources into a folder; what fails is told at the end, and is exit status 1."""
    from gifsom.batch import plan, run

    tasks = plan(sources, folder, overwrite=bool(options.get("overwrite")))
    found: list[Outcome] = []
    try:
        with _bars(len(tasks), quiet) as bars:
            running = run(tasks, folder, jobs=jobs, cluster=dask, progress=bars.progress, **options)
            with closing(running) as outcomes:  # type: ignore[type-var]
                for outcome in outcomes:
                    heed_interrupt()
                    found.append(outcome)
                    bars.finish(outcome)
    except KeyboardInterrupt:
        done = sum(outcome.error is None for outcome in found)
        complain(f"interrupted: {done} of {len(tasks)} are done, and the same command does the others")
        raise Ended(INTERRUPTED) from None
    for outcome in found:
        if outcome.error is not None:
            complain(outcome.error)
        elif outcome.result is not None:
            tell_shortfall(outcome.source, outcome.result.shortfall)
    if not quiet:
        print(_summary(folder, found))
    if any(outcome.error is not None for outcome in found):
        raise Ended(FAILED)


class _Bars(Protocol):
    def progress(self, source: str, stage: str, done: int, of: int | None) -> None: ...

    def finish(self, outcome: "Outcome") -> None: ...
