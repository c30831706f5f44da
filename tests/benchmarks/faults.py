"""How the command stands faults: odd files, interrupts and kills at any moment.

python tests/benchmarks/faults.py [files] [interrupts COUNT] [kills COUNT]

files       `convert`, `info`, `explain` and `frames` on every file of ../shared/odd and ../shared/gifs: how they end,
            and the most memory and time that any took, with its ffmpeg
interrupts  SIGINT at COUNT random moments of each stage: how many ended within 1 s, with 130, leaving nothing
kills       SIGKILL at COUNT random moments of a conversion: how many left the old output as it was, or a whole new one

Without a name: files, interrupts 100, kills 100. The suite runs a sample of each (tests/faults). Needs Linux.
"""

import os
import random
import re
import resource
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from moments import OLD, STAGES, interrupted, killed, long_clip

from gifsom.cli import main as command
from gifsom.gif import reader

SHARED = Path(__file__).resolve().parents[3] / "shared"
LIMIT = 600
"""Seconds after which a run is given up."""

SPACE = 6 << 30
"""Bytes of addresses that a run may take: what is a bomb ends there, not the machine."""

COMMANDS = ("convert", "info", "explain", "frames")


@dataclass(frozen=True, slots=True)
class Run:
    """How a run ended: status, or minus a signal; what it said; seconds of processors; kB of its largest process."""

    status: int
    said: str
    took: float
    peak: int

    @property
    def clean(self) -> bool:
        """It is done, or says in one line why not."""
        failed = self.status == 1 and re.fullmatch(r"gifsom: [^\n]+\n", self.said)
        return self.status == 0 or bool(failed)


def forked(arguments: Sequence[str]) -> Run:
    """The command in a fork of this process, which has imported all of it, in the current folder."""
    with tempfile.TemporaryFile("w+", errors="backslashreplace") as said:
        child = os.fork()
        if not child:
            os.setpgid(0, 0)
            resource.setrlimit(resource.RLIMIT_AS, (SPACE, SPACE))
            signal.alarm(LIMIT)
            os.dup2(os.open(os.devnull, os.O_RDWR), 0)
            os.dup2(os.open(os.devnull, os.O_RDWR), 1)
            os.dup2(said.fileno(), 2)
            sys.argv = ["gifsom", *arguments]
            command()
        _, status, usage = os.wait4(child, 0)
        said.seek(0)
        spent = usage.ru_utime + usage.ru_stime
        return Run(os.waitstatus_to_exitcode(status), said.read(), spent, usage.ru_maxrss)


def files() -> None:
    """Every command on every file."""
    found = [path for part in ("odd", "gifs") for path in sorted((SHARED / part).iterdir()) if path.is_file()]
    for name in COMMANDS:
        runs: list[tuple[Path, Run]] = []
        for path in found:
            with tempfile.TemporaryDirectory() as here:
                os.chdir(here)
                out = {"convert": ["out.gif"], "frames": ["frames"]}.get(name, [])
                run = forked([name, str(path), *out])
                os.chdir("/")
                left = [*Path(here).rglob(".*")]
            runs.append((path, run))
            if not run.clean or left:
                print(f"  {name} {path.name}: status {run.status}, left {left}: {run.said[-300:]}")
        ends = Counter(run.status for _, run in runs)
        largest = max(runs, key=lambda pair: pair[1].peak)
        longest = max(runs, key=lambda pair: pair[1].took)
        clean = sum(run.clean for _, run in runs)
        print(
            f"{name:8} {clean} of {len(runs)} clean ({ends[0]} done, {ends[1]} told in one line);"
            f" at most {largest[1].peak / 1000:.0f} MB ({largest[0].name}),"
            f" {longest[1].took:.1f} s ({longest[0].name})",
            flush=True,
        )


def interrupts(count: int) -> None:
    random.seed(0)
    with tempfile.TemporaryDirectory() as place:
        clip = long_clip(Path(place))
        for stage in STAGES:
            ends = [interrupted(stage, clip, Path(place), random.random(), signal.SIGINT) for _ in range(count)]
            good = sum(end.good for end in ends)
            print(f"{stage:8} {good} of {count} ended within 1 s with 130; at most {max(e.took for e in ends):.2f} s")
            for end in ends:
                if not end.good:
                    print(f"  {end}")


def kills(count: int) -> None:
    random.seed(0)
    with tempfile.TemporaryDirectory() as place:
        clip = long_clip(Path(place))
        ends = [killed(clip, Path(place), random.uniform(0.3, 3)) for _ in range(count)]
    whole = sum(end.output == OLD or reader.parse(end.output).complete for end in ends)
    print(f"kills    {whole} of {count} left a whole file, {sum(end.parts for end in ends)} a hidden part beside it")


def main() -> None:
    words = sys.argv[1:] or ["files", "interrupts", "100", "kills", "100"]
    for word, value in zip(words, [*words[1:], ""], strict=True):
        if word == "files":
            files()
        elif word == "interrupts":
            interrupts(int(value))
        elif word == "kills":
            kills(int(value))


if __name__ == "__main__":
    main()
