"""`gifsom convert` with a folder as OUT: a bar for all, and one for each clip that is in the making."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from gifsom.cli import text
from gifsom.cli.common import FAILED, INTERRUPTED, Ended, complain, heed_interrupt, tell_shortfall
from gifsom.cli.help import MANY
from gifsom.cli.names import ANIMATIONS
from gifsom.cli.options import WHOLE, option
from gifsom.core.errors import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from gifsom.batch.work import Outcome

jobs = option(
    "--jobs",
    type=WHOLE,
    metavar="N",
    panel=MANY,
    help="Clips of a batch that are converted at once. Without it: one for each core.",
)
dask = option(
    "--dask", metavar="tcp://HOST:PORT", panel=MANY, help="Convert a batch on a cluster. Needs dask.distributed."
)


def is_batch(sources: Sequence[str], target: str | None) -> bool:
    """Whether OUT is a folder for a GIF of each source: there are several, or a pattern, or something remote.

    A folder is one that is there, or a name that ends in a slash. Alone, a source gives its frames there.
    """
    from gifsom.batch.plan import VIDEOS, videos_in
    from gifsom.batch.remote import is_remote
    from gifsom.core.files import is_folder
    from gifsom.sources.folder import is_pattern

    if target is None:
        return False
    if is_remote(target):
        web = target.lower().startswith(("http:", "https:", "ftp:"))  # where nothing can be put
        return not web and Path(target).suffix.lower() not in (*ANIMATIONS, *VIDEOS)
    if not is_folder(target):
        return False
    return len(sources) > 1 or any(
        is_remote(one) or videos_in(one) or (is_pattern(one) and not Path(one).exists()) for one in sources
    )


def convert_batch(
    sources: Sequence[str],
    folder: str,
    options: dict[str, Any],
    *,
    jobs: int | None = None,
    dask: str | None = None,
    quiet: bool = False,
) -> None:
    """Convert all sources into a folder. What fails is told at the end, and is exit status 1."""
    from gifsom.batch.plan import plan
    from gifsom.batch.work import run

    tasks = plan(sources, folder, **options)
    found: list[Outcome] = []
    try:
        with _bars(len(tasks), quiet) as bars:
            running = run(tasks, folder, jobs=jobs, cluster=dask, progress=bars.progress, **options)
            with closing(running):
                for outcome in running:
                    found.append(outcome)
                    bars.finish(outcome)
                    heed_interrupt()
    except KeyboardInterrupt:
        done = sum(outcome.error is None for outcome in found)
        complain(f"interrupted: {done} of {len(tasks)} are done, and the same command does the others")
        raise Ended(INTERRUPTED) from None
    _tell(folder, found, quiet)
    if any(outcome.error is not None for outcome in found):
        raise Ended(FAILED)


def _tell(folder: str, found: "Sequence[Outcome]", quiet: bool) -> None:
    """The closing lines."""
    for outcome in found:
        if outcome.error is not None:
            complain(outcome.error)
        elif outcome.result is not None:
            tell_shortfall(outcome.source, outcome.result.shortfall)
    if quiet:
        return
    made = [outcome.result for outcome in found if outcome.result is not None]
    size = text.amount(sum(result.bytes for result in made))
    parts = [f"{text.count(len(made), 'GIF')}, {size}"]
    for number, what in (
        (
            sum(outcome.skipped and not outcome.unknown for outcome in found),
            "newer than the source and left as they were (--overwrite makes them again)",
        ),
        (
            sum(outcome.unknown for outcome in found),
            "newer than the source and left as they were, though it is not known with which options they were made"
            " (--overwrite makes them again)",
        ),
        (sum(outcome.error is not None for outcome in found), "failed"),
    ):
        if number:
            parts.append(f"{number} {what}")
    print(f"{printable(folder)}: {'; '.join(parts)}")


@contextmanager
def _bars(total: int, quiet: bool) -> "Iterator[_Bars]":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, highlight=False)
    columns = (
        TextColumn("{task.description:24}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[stage]:16}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as shown:
        yield _Bars(shown, total, quiet)


class _Bars:
    """Progress of a batch: bars on a terminal, elsewhere a line for each GIF."""

    def __init__(self, shown: "Progress", total: int, quiet: bool) -> None:
        self._shown, self._quiet = shown, quiet
        self._all = shown.add_task("All clips", total=total, stage="")
        self._running: dict[str, TaskID] = {}

    def progress(self, source: str, stage: str, done: int, of: int | None) -> None:
        heed_interrupt()
        if source:
            if source not in self._running:
                name = printable(PurePosixPath(source).name)[-24:]
                self._running[source] = self._shown.add_task(name, total=None, stage=stage)
            total = None if of is None else max(done, of)
            self._shown.update(self._running[source], completed=done, total=total, stage=stage)

    def finish(self, outcome: "Outcome") -> None:
        if outcome.source in self._running:
            self._shown.remove_task(self._running.pop(outcome.source))
        self._shown.advance(self._all)
        if self._shown.disable and not self._quiet and outcome.result is not None:
            path = printable(outcome.result.path)  # which shows one slash only of an address
            print(printable(outcome.target) + text.conversion(outcome.result).removeprefix(path), flush=True)
