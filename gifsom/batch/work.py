"""Batches: many clips become GIFs in one folder, made by processes of this machine or by a cluster.

A clip that fails is reported at the end; the others are made.
"""

import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias, Unpack

from gifsom.batch import remote
from gifsom.batch.cluster import run as run_on_cluster
from gifsom.batch.memory import Memory
from gifsom.batch.plan import Task, plan
from gifsom.batch.pool import Lost, Tell
from gifsom.batch.pool import run as run_in_processes
from gifsom.conversion import pipeline
from gifsom.core.errors import (
    GifsomError,
    SettingError,
    TargetUnwritable,
    printable,
    speaking_of_options,
    speaks_of_options,
)
from gifsom.core.files import check_target
from gifsom.core.progress import silent
from gifsom.core.result import Result
from gifsom.core.threads import cores, limit_threads
from gifsom.core.values import check_whole
from gifsom.options.conversion import ConvertOptions
from gifsom.options.table import Options
from gifsom.palette.palette import Palette

MAX_JOBS: Final = 1024

BatchProgress: TypeAlias = Callable[[str, str, int, int | None], None]
"""Called with a source, the name of a stage, the amount done, and the total (None: unknown)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome for one source. With neither result nor error its GIF was newer than the source, and is unchanged.

    source   path or address
    target   that of its GIF
    result   of the conversion, or None
    error    one line with the reason of a failure, or None
    unknown  its GIF is unchanged, and may have been made with other options: nothing is remembered of it
    """

    source: str
    target: str
    result: Result | None = None
    error: str | None = None
    unknown: bool = False

    @property
    def skipped(self) -> bool:
        return self.result is None and self.error is None


@dataclass(frozen=True, slots=True)
class BatchResult:
    """Outcomes of all sources, in their order, and the elapsed seconds."""

    outcomes: tuple[Outcome, ...]
    elapsed: float

    @property
    def done(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.result is not None]

    @property
    def skipped(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.skipped]

    @property
    def failed(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.error is not None]


def convert_all(
    sources: "str | Path | Sequence[str | Path]",
    folder: str | Path,
    *,
    jobs: int | None = None,
    cluster: str | None = None,
    progress: BatchProgress = silent,
    **options: Unpack[Options],
) -> BatchResult:
    """Convert many clips, each to a GIF of its name in `folder`, which is created if missing.

    A GIF newer than its source is left alone where it was made with the same options, or nothing is known of that
    (.gifsom.json in the folder remembers it); others are made again, and all with `overwrite`. A clip that cannot be
    converted is listed in the result. The death of a process, for lack of memory, say, loses nothing: its clip is done
    again. The bytes are those that `gifsom.convert` writes, for any number of processes.

    A script that calls it needs no `if __name__ == "__main__":`, since its processes do not import the script.

    Args:
        sources: files, patterns such as "clips/**/*.mp4", folders of videos or of pictures, and addresses such as
            "s3://bucket/*.mp4", for which fsspec must be installed. A local file of that very name takes precedence.
        folder: for the GIFs; a path or an address.
        jobs: processes that convert at the same time; None: one for each core that may be used.
        cluster: address of a dask.distributed scheduler, such as "tcp://10.0.0.1:8786", whose workers do it instead.
        progress: called often with source, stage, done, of.
        **options: as for `gifsom.convert`, for all of them.

    Raises:
        SettingError, SourceNotFound, TargetUnwritable, PackageMissing, ClusterUnavailable: before anything is done:
            an option is wrong, a pattern matches nothing, two clips would become one GIF, ...

    >>> gifsom.convert_all("fixtures/s*.gif", "gifs", jobs=1).failed
    []
    """
    began = time.perf_counter()
    tasks = plan(sources, folder, **options)
    with closing(run(tasks, folder, jobs=jobs, cluster=cluster, progress=progress, **options)) as outcomes:
        found = {outcome.target: outcome for outcome in outcomes}
    return BatchResult(tuple(found[task.target] for task in tasks), time.perf_counter() - began)


def run(
    tasks: Sequence[Task],
    folder: str | Path,
    *,
    jobs: int | None = None,
    cluster: str | None = None,
    progress: BatchProgress = silent,
    **options: Unpack[Options],
) -> Generator[Outcome, None, None]:
    """Outcome of each task, as soon as it is known; arguments and errors as for `convert_all`.

    When the iterator is closed, all processes have ended, and the folder holds no incomplete GIF.
    """
    ConvertOptions.of(options)
    if jobs is not None and cluster is not None:
        raise SettingError("jobs and a cluster exclude each other: a cluster has as many workers as it has")
    jobs = cores() if jobs is None else jobs
    check_whole("jobs", jobs, 1, MAX_JOBS)
    palette = options.get("palette")
    if palette is not None and not isinstance(palette, Palette):
        options["palette"] = Palette.load(palette)  # once, and what is wrong with it is told once
    waiting = [task for task in tasks if not task.fresh]

    def tell(number: int | None, stage: str, done: int, of: int | None) -> None:
        progress("" if number is None else waiting[number].source, stage, done, of)

    with _scratch(str(folder), cluster is not None) as scratch:
        yield from (Outcome(task.source, task.target, unknown=task.unknown) for task in tasks if task.fresh)
        if not waiting:
            return
        memory = Memory(str(folder))
        memory.forget(task.name for task in waiting)
        share = 1 if cluster is not None else max(1, cores() // min(jobs, len(waiting)))
        function = partial(_make, options=options, scratch=scratch, share=share, typed=speaks_of_options())
        if cluster is None:
            results = run_in_processes(function, waiting, jobs, tell, _begin)
        else:
            results = run_on_cluster(function, waiting, cluster, tell, _begin)
        try:
            with closing(results):
                for number, made in results:
                    outcome = _failed(waiting[number], made) if isinstance(made, Lost) else made
                    if outcome.result is not None:
                        memory.made(waiting[number].name, waiting[number].digest, outcome.result.bytes)
                    yield outcome
        finally:
            memory.write()


def _failed(task: Task, lost: Lost) -> Outcome:
    return Outcome(task.source, task.target, error=f"{printable(task.source)}: {lost.why}")


def _make(task: Task, tell: Tell, *, options: Options, scratch: str | None, share: int, typed: bool) -> Outcome:
    """Make one GIF, wherever this runs, with `share` threads. A folder within `scratch` holds all incomplete files.

    `typed`: messages are for a command line.
    """
    limit_threads(share)
    folder = tempfile.TemporaryDirectory(prefix="gifsom-", dir=scratch, ignore_cleanup_errors=True)
    with speaking_of_options(typed), folder as own:
        made = Path(own, "made.gif")
        fetched = remote.is_remote(task.source)
        source = Path(own, "source") if fetched else Path(task.source).absolute()
        try:
            if fetched:
                tell("Fetching", 0, None)
                remote.fetch(task.source, source)
            result = pipeline.convert(source, made, progress=tell, **options)
            _deliver(made, task.target)
        except GifsomError as error:
            line = str(error).replace(printable(made), printable(task.target))
            return Outcome(task.source, task.target, error=line.replace(printable(source), printable(task.source)))
    return Outcome(task.source, task.target, replace(result, path=Path(task.target)))


def _deliver(made: Path, target: str) -> None:
    if remote.is_remote(target):
        remote.store(made, target)
        return
    check_target(Path(target), overwrite=True)
    try:
        made.replace(target)
    except OSError as error:
        raise TargetUnwritable(f"{printable(target)}: {error.strerror}") from None


def _begin(tell: Tell) -> None:
    """Do nothing: a process, or a worker of a cluster, that gets this far can run gifsom."""


@contextmanager
def _scratch(folder: str, elsewhere: bool) -> Iterator[str | None]:
    """A temporary folder for the block, on the disk of the GIFs, whose `folder` is created if missing.

    None where no disk is shared with those who need it: there are remote GIFs, and they are made `elsewhere`.
    """
    if remote.is_remote(folder):
        if elsewhere:
            yield None
        else:
            with tempfile.TemporaryDirectory(prefix="gifsom-", ignore_cleanup_errors=True) as own:
                yield own
        return
    path = Path(folder).absolute()
    scratch = path / f".gifsom-{secrets.token_hex(6)}.part"
    try:
        path.mkdir(parents=True, exist_ok=True)
        scratch.mkdir()
    except FileExistsError:
        raise TargetUnwritable(f"{printable(folder)}: that is no folder") from None
    except OSError as error:
        raise TargetUnwritable(f"{printable(folder)}: {error.strerror}") from None
    try:
        yield str(scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
