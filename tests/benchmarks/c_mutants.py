"""Mutation testing of the kernels: is each small change of the C noticed by the tests that compare it with its twin?

    python tests/benchmarks/c_mutants.py [FILE ...] [--jobs 2] [--only REGEX] [--sample N]

FILE is the name of a C file without its ending, `spool`. A mutant has another operator or another number. What does not
compile is left out, and so is what compiles to the same code as before: nothing could tell it (Papadakis et al.,
Trivial Compiler Equivalence, ICSE 2015). Of each file a line tells how many mutants there are, how many the tests
noticed, and how many of the others are named, with the reason, in `c_mutants.txt` beside this file. The rest are
printed, and the status is 1 where there are any.

Mutants are compiled as `build.py --sanitize` does where that works, since the suite runs against such a library, too.
Every one is tried in a fork of a process that has imported what is slow to import. It needs gcc and a system with fork.
"""

import argparse
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from math import ceil
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NATIVE = ROOT / "gifsom" / "native"
NAMED = Path(__file__).with_suffix(".txt")
ASAN = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True).stdout.strip()
CHECKS = {
    "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=2048:hard_rss_limit_mb=4096",
    "LD_PRELOAD": ASAN,
}
if __name__ == "__main__" and os.environ.get("LD_PRELOAD") != ASAN:
    os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | CHECKS)

sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import hypothesis  # noqa: E402
import numpy  # noqa: E402, F401
import pytest  # noqa: E402

from gifsom.native import build  # noqa: E402

INSTEAD = {
    "+": ["-", "*"], "-": ["+"], "*": ["+", "/"], "/": ["*"], "%": ["/"],
    "<<": [">>"], ">>": ["<<"], "&": ["|", "^"], "|": ["&", "^"], "^": ["|", "&"], "~": [""], "!": [""],
    "&&": ["||"], "||": ["&&"], "==": ["!="], "!=": ["=="],
    "<": ["<=", ">"], "<=": ["<", ">"], ">": [">=", "<"], ">=": [">", "<"],
    "++": ["--"], "--": ["++"], "+=": ["-=", "="], "-=": ["+=", "="], "*=": ["/=", "="], "/=": ["*="],
    "<<=": [">>="], ">>=": ["<<="], "&=": ["|=", "="], "|=": ["&=", "^=", "="], "^=": ["|=", "="],
    "break": ["continue", ""], "continue": ["break"], "true": ["false"], "false": ["true"],
}  # fmt: skip
_SKIPPED = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|^[ \t]*#[^\n]*'
_NUMBER = r"(?<![\w.])(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)[uUlLfF]*"
_WORDS = "|".join(sorted((re.escape(word) for word in INSTEAD if not word.isalpha()), key=len, reverse=True))
_TOKEN = re.compile(
    rf"(?P<skipped>{_SKIPPED}|->)|(?P<number>{_NUMBER})|(?P<name>\b[A-Za-z_]\w*)|(?P<operator>{_WORDS})",
    re.DOTALL | re.MULTILINE,
)

LINE = "{:14} {:>8} {:>8} {:>8} {:>8} {:>8}"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed source: the number of the line that differs, what stood there, and what stands there now."""

    number: int
    line: str
    changed: str
    source: str

    def __str__(self) -> str:
        return f"{self.number}\n  - {self.line}\n  + {self.changed}"


def numbers(text: str) -> list[str]:
    """What takes a number's place: one more and one less, written in the same way."""
    whole = re.fullmatch(r"(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)", text)
    if whole:
        value = int(whole[1], 0)
        return [f"{other}{whole[2]}" for other in (value + 1, value - 1) if other >= 0]
    decimal = text.rstrip("fFlL")
    return [f"{other}{text[len(decimal) :]}" for other in (float(decimal) + 1, float(decimal) * 0.5 - 0.25)]


def mutants(source: str) -> Iterator[Mutant]:
    """All of a C file, and some that are no C."""
    for token in _TOKEN.finditer(source):
        text = token[0]
        instead = numbers(text) if token["number"] else [] if token["skipped"] else INSTEAD.get(text, [])
        start = source.rfind("\n", 0, token.start()) + 1
        end = source.find("\n", token.end())
        for other in instead:
            changed = source[start : token.start()] + other + source[token.end() : end]
            yield Mutant(
                source.count("\n", 0, start) + 1,
                source[start:end].strip(),
                changed.strip(),
                source[: token.start()] + other + source[token.end() :],
            )


def compile_(source: Path, out: Path, *flags: str) -> bool:
    """Whether a file compiles. Warnings are none."""
    level = [*build.here().names()][-1]
    own = [*build.FLAGS, "-w", *build.Compiler(["gcc"]).flags(build.here(), level), f"-I{build.SOURCES}"]
    command = ["gcc", *own, str(source), *flags, "-o", str(out), "-lm"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def compile_all(folder: Path) -> dict[str, str]:
    """Each file compiled, by name: a mutant's tests may call the kernels of others."""
    objects = {path.stem: str(folder / f"{path.stem}.o") for path in build.sources()}
    for path in build.sources():
        if not compile_(path, Path(objects[path.stem]), "-c", *build.CHECKS):
            sys.exit(f"{path.name}: it does not compile")
    return objects


def code(source: str, folder: Path) -> bytes | None:
    """What a source compiles to; None where it is no C."""
    path, out = folder / "mutant.c", folder / "mutant.so"
    path.write_text(source)
    return out.read_bytes() if compile_(path, out, "-O2", "-s", "-Wl,--build-id=none") else None


def passes(library: Path, tests: list[str], seconds: int) -> bool:
    """Whether tests pass with a library, in a fork, and in so many seconds."""
    child = os.fork()
    if child == 0:
        os.setsid()
        signal.alarm(seconds)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.environ["GIFSOM_KERNELS"] = str(library)
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(silence, stream)
        options = ["-x", "-q", "--tb=no", "--assert=plain", "-p", "no:cacheprovider", "--hypothesis-profile=mutants"]
        os._exit(pytest.main([*options, *tests]))
    _, status = os.waitpid(child, 0)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    return status == 0


def _try(mutant: Mutant, tests: list[str], others: list[str], seconds: int, original: bytes | None) -> bool | None:
    """Whether the tests pass with a mutant; None where it is no C or the same code."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as name:
        folder = Path(name)
        made = code(mutant.source, folder)
        if made is None or made == original:
            return None
        library = folder / "checked.so"
        if not compile_(folder / "mutant.c", library, *others, *build.CHECKS):
            return None
        return passes(library, tests, seconds)


def named(file: str) -> set[tuple[str, str]]:
    """The mutants that are named as equivalent: what stood there, and what stands there then."""
    found, line, here = set(), "", False
    for text in NAMED.read_text().splitlines() if NAMED.exists() else []:
        if not text.startswith(("- ", "+ ", "  ", "#")):
            here = text == file
        elif text.startswith("- "):
            line = text[2:]
        elif text.startswith("+ ") and here:
            found.add((line, text[2:]))
    return found


def tests_of(file: str) -> list[str]:
    """The tests of a C file, those of its wrapper."""
    longer = tuple(f"test_{path.stem}" for path in build.sources() if path.stem.startswith(f"{file}_"))
    paths = sorted((ROOT / "tests" / "native").glob(f"test_{file}*.py"))
    found = [str(path) for path in paths if not path.stem.startswith(longer)]
    return found or sys.exit(f"{file}: there is no tests/native/test_{file}*.py")


def examine(file: str, others: list[str], only: str, sample: int, jobs: int) -> int:
    """Try a file's mutants and print what survives and its line; how many survived."""
    tests, source, equivalent, began = (
        tests_of(file),
        (build.SOURCES / f"{file}.c").read_text(),
        named(file),
        time.time(),
    )
    with tempfile.TemporaryDirectory(prefix="mutant-") as name:
        folder = Path(name)
        original = code(source, folder)
        compile_(folder / "mutant.c", folder / "checked.so", *others, *build.CHECKS)
        start = time.monotonic()
        if not passes(folder / "checked.so", tests, 600):
            sys.exit(f"{file}: the tests fail without any mutant")
        seconds = ceil(3 * (time.monotonic() - start) + 3)
    made = [mutant for mutant in mutants(source) if re.search(only, f"{mutant.line}\n{mutant.changed}")]
    if sample:
        made = sorted(random.Random(0).sample(made, min(sample, len(made))), key=lambda mutant: mutant.number)
    attempt = partial(_try, tests=tests, others=others, seconds=seconds, original=original)
    tried = survived = known = 0
    with get_context("fork").Pool(jobs) as pool:
        for count, (mutant, survives) in enumerate(zip(made, pool.imap(attempt, made), strict=True), 1):
            print(f"{count}/{len(made)}", end="\r", file=sys.stderr, flush=True)
            tried += survives is not None
            if survives and (mutant.line, mutant.changed) in equivalent:
                known += 1
            elif survives:
                survived += 1
                print(f"gifsom/native/src/{file}.c:{mutant}", flush=True)
    took = f"{time.time() - began:.0f}"
    print(LINE.format(file, tried, tried - survived - known, known, survived, took), flush=True)
    return survived


def main() -> None:
    files = [path.stem for path in build.sources() if path.stem != "processor"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE", help=", ".join(files))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="mutants whose line or changed line has this, a regular expression")
    parser.add_argument("--sample", type=int, default=0, help="so many of each file, drawn the same way each time")
    asked = parser.parse_args()
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutants", phases=phases, derandomize=True, deadline=None, database=None)
    os.chdir(ROOT)
    print(LINE.format("file", "mutants", "noticed", "named", "survived", "seconds"))
    survived = 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        objects = compile_all(Path(name))
        for file in asked.files or files:
            others = [made for other, made in objects.items() if other != file]
            survived += examine(file, others, asked.only, asked.sample, asked.jobs)
    sys.exit(bool(survived))


if __name__ == "__main__":
    main()
