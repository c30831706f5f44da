"""Mutation testing: is each small change of the code noticed by its tests?

    pip install -e '.[test,mutants]'
    python tests/benchmarks/mutants.py [MODULE ...] [--jobs 2] [--only REGEX]

cosmic-ray makes the mutants: another operator, another number, a condition turned round, a loop without a turn. Those
that change annotations alone are left out. Of each module a line tells how many mutants there are, how many the tests
killed, and how many of the others are named, with the reason, in `mutants.txt` beside this file: no test can tell
them from the code. The rest are printed, and the status is 1 where there are any.

Every mutant is tried in a fork of a process that has imported what is slow to import, on a copy of the checkout. It
needs a system with fork; tests/benchmarks/c_mutants.py does the kernels.
"""

import argparse
import ast
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from math import ceil
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import hypothesis
import pytest
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.provider import OperatorProvider

ROOT = Path(__file__).resolve().parents[2]
NAMED = Path(__file__).with_suffix(".txt")

LONG = "every_length or every_string or decoder_of_these or others_wrote or end_exactly"
LZW = ["tests/gif/test_lzw.py", "-k", f"not ({LONG})"]
GIF = ["tests/gif/test_gif.py", "-k", "not others_wrote and not hold_is_split and not what_the_mapper_meant"]
SLOW = "wrong_field or wrong_byte or cut_anywhere or payload_that or killed or becomes_a_gif or bomb"
SPOOL = ["tests/spool/test_spool.py", "-k", f"not ({SLOW})"]
MODULES = {
    "core/timing": ["tests/core/test_timing.py"],
    "gif/writer": GIF,
    "gif/lzw": LZW,
    "spool/pack": SPOOL,
    "spool/reader": SPOOL,
    "spool/record": SPOOL,
    "spool/writer": SPOOL,
}
"""Each module with those of its tests that are fast where nothing is compiled."""

LINE = "{:14} {:>8} {:>8} {:>8} {:>8} {:>8}"
MEMORY = 4 << 30
"""Bytes of address space that a mutant may take."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed source: the number of the first line that differs, what stood there, and what stands there now."""

    number: int
    line: str
    changed: str
    source: str

    def __str__(self) -> str:
        return f"{self.number}\n  - {self.line}\n  + {self.changed}"


class _Bare(ast.NodeTransformer):
    """Leaves out annotations."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        if isinstance(node.annotation, ast.Name) and node.annotation.id == "TypeAlias":
            node.value = None
        node.annotation = ast.Constant(None)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        self.generic_visit(node)
        return node


def meaning(source: str) -> str:
    """What two sources have in common that differ in annotations alone."""
    return ast.dump(_Bare().visit(ast.parse(source)))


def mutants(source: str) -> Iterator[Mutant]:
    """All of a module, without those that are no Python."""
    seen = {meaning(source)}
    operators = OperatorProvider()
    for name in operators:
        if operators[name].arguments():
            continue
        for occurrence in count():
            mutated = mutate_code(source, operators[name](), occurrence)
            if mutated is None:
                break
            mutated = mutated.replace("CosmicRayTestingException", "ZeroDivisionError")  # what is caught instead
            with suppress(SyntaxError):
                what = meaning(mutated)
                if what not in seen:
                    seen.add(what)
                    pairs = zip(source.splitlines(), mutated.splitlines(), strict=False)
                    number, (line, changed) = next((n, pair) for n, pair in enumerate(pairs, 1) if len(set(pair)) > 1)
                    yield Mutant(number, line.strip(), changed.strip(), mutated)


def passes(tests: list[str], seconds: int) -> bool:
    """Whether the tests of the checkout in the current folder pass, in a fork, and in so many seconds."""
    child = os.fork()
    if child == 0:
        os.setsid()
        signal.alarm(seconds)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(silence, stream)
        options = ["-x", "-q", "--tb=no", "--assert=plain", "-p", "no:cacheprovider", "--hypothesis-profile=mutants"]
        os._exit(pytest.main([*options, *tests]))
    _, status = os.waitpid(child, 0)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    return status == 0


def _enter(folder: str) -> None:
    """A copy of the checkout for this process."""
    place = Path(tempfile.mkdtemp(dir=folder))
    for name in ("gifsom", "tests"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    (place / "fixtures").symlink_to(ROOT / "fixtures")
    shutil.copy(ROOT / "pyproject.toml", place)
    os.chdir(place)
    sys.path[:0] = [str(place), str(place / "tests")]
    os.environ["PYTHONPATH"] = str(place)
    passes(["--collect-only", *(test for tests in MODULES.values() for test in tests[:1])], 600)
    # What was compiled is kept; that of a changed module is older than its source.
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"


def _try(task: tuple[str, str, list[str], int]) -> tuple[bool, float]:
    """Whether the tests pass with another source in a module's place, and the seconds that it took."""
    began = time.monotonic()
    path, source, tests, seconds = task
    original = Path(path).read_text()
    Path(path).write_text(source)
    try:
        return passes(tests, seconds), time.monotonic() - began
    finally:
        Path(path).write_text(original)


def named(module: str) -> set[tuple[str, str]]:
    """The mutants that are named as equivalent: what stood there, and what stands there then."""
    found, line, here = set(), "", False
    for text in NAMED.read_text().splitlines():
        if not text.startswith(("- ", "+ ", "  ", "#")):
            here = text == module
        elif text.startswith("- "):
            line = text[2:]
        elif text.startswith("+ ") and here:
            found.add((line, text[2:]))
    return found


def prepare() -> None:
    """Import what the tests need, and forget what is tested."""
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutants", phases=phases, derandomize=True, deadline=None, database=None)
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    import conftest  # noqa: F401
    import decoders  # noqa: F401

    for name in [*sys.modules]:
        file = getattr(sys.modules[name], "__file__", None) or ""
        if name != "__main__" and (file.startswith(str(ROOT / "tests")) or name.partition(".")[0] == "gifsom"):
            del sys.modules[name]
    del sys.path[:2]


def examine(module: str, only: str, pool: Pool) -> int:
    """Try a module's mutants and print what survives and its line; how many survived."""
    path, tests = f"gifsom/{module}.py", MODULES[module]
    source, equivalent = (ROOT / path).read_text(), named(module)
    began = time.monotonic()
    passed, took = pool.apply(_try, [(path, source, tests, 600)])
    if not passed:
        sys.exit(f"{module}: the tests fail without any mutant")
    made = [mutant for mutant in mutants(source) if re.search(only, f"{mutant.line}\n{mutant.changed}")]
    tasks = [(path, mutant.source, tests, ceil(2 * took + 2)) for mutant in made]
    survived = known = 0
    for tried, (mutant, (survives, _)) in enumerate(zip(made, pool.imap(_try, tasks), strict=True), 1):
        print(f"{tried}/{len(made)}", end="\r", file=sys.stderr, flush=True)
        if survives and (mutant.line, mutant.changed) in equivalent:
            known += 1
        elif survives:
            survived += 1
            print(f"{path}:{mutant}", flush=True)
    killed = len(made) - survived - known
    print(LINE.format(module, len(made), killed, known, survived, f"{time.monotonic() - began:.0f}"), flush=True)
    return survived


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=", ".join(MODULES))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="mutants whose line or changed line has this, a regular expression")
    asked = parser.parse_args()
    prepare()
    print(LINE.format("module", "mutants", "killed", "named", "survived", "seconds"))
    start = get_context("fork").Pool
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder, start(asked.jobs, _enter, [folder]) as pool:
        survived = [examine(module, asked.only, pool) for module in asked.modules or MODULES]
    sys.exit(any(survived))


if __name__ == "__main__":
    main()
