"""Kernels where nothing checks them otherwise: bounds, what lies beside their arrays, and the same bytes everywhere.

With NUMBA_BOUNDSCHECK=1 an index outside of its array raises; but what is in the cache already is used as it is, so
that this gets a fresh cache, and a canary that must raise. Without compilation kernels are plain Python, whose integers
behave differently: that is one more oracle, and never the only one.
"""

import ast
import hashlib
import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import FIXTURES, ROOT, UNCOUNTED
from gifsom.core.jit import kernel
from test_structure import KERNELS

import gifsom
from gifsom.core.frame import Pixels
from gifsom.encoder import exact
from gifsom.spool import SpoolWriter, same

GUARD = 0xA5
ZONE = 256
"""Bytes before and behind an array."""

CHECKED = os.environ.get("NUMBA_BOUNDSCHECK") == "1"


def python(*arguments: str, **environment: str) -> str:
    """What a Python of its own prints."""
    env = os.environ | {"PYTHONPATH": str(ROOT)} | UNCOUNTED | environment
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def twins(**environment: str) -> str:
    """Run the comparisons of all kernels with their twins, but for the longest one; how that went."""
    tests = [str(path) for path in (ROOT / "tests").rglob("test_*.py") if "import twins." in path.read_text()]
    which = ["-k", "(twin or canary) and not dictionary_is_cleared_when_it_is_full"]
    return python("-m", "pytest", "-p", "no:cacheprovider", "-W", "ignore", *which, *tests, __file__, **environment)


@pytest.mark.skipif(not CHECKED, reason="needs NUMBA_BOUNDSCHECK=1")
def test_a_canary_that_reads_behind_its_array_is_caught() -> None:
    @kernel
    def canary(values: Pixels, at: int) -> int:
        return values[at]  # type: ignore[no-any-return]

    assert canary(np.zeros(3, np.uint8), 2) == 0
    with pytest.raises(IndexError):
        canary(np.zeros(3, np.uint8), 3)


@pytest.mark.skipif(CHECKED, reason="that is the run")
def test_no_kernel_leaves_its_arrays(tmp_path: Path) -> None:
    """The canary among them, and all of them compiled for that."""
    told = twins(NUMBA_BOUNDSCHECK="1", NUMBA_CACHE_DIR=str(tmp_path))
    assert " passed" in told
    compiled = {path.name.rpartition("-")[0] for path in tmp_path.rglob("*.nbi")}
    short = {".".join(name.split(".")[-2:]) for name in KERNELS}
    assert short <= compiled, short - compiled


def test_a_gif_has_the_same_bytes_without_compilation() -> None:
    """The twins themselves run without compilation where coverage is counted."""
    assert python("-c", SMALL) == python("-W", "ignore", "-c", SMALL, NUMBA_DISABLE_JIT="1")


SMALL = """
import hashlib, io, numpy, gifsom
y, x = numpy.indices((18, 26))
random = numpy.random.default_rng(0)
pictures = [numpy.stack([y * 9 + n, x * 8, 90 + y + 9 * n], -1) + random.integers(0, 9, (18, 26, 3)) for n in range(4)]
palette = gifsom.Palette(random.integers(0, 256, (16, 3)).astype(numpy.uint8))
for options in ({}, {"quality": 50}, {"dither": "floyd-steinberg"}, {"dither": "blue-noise"}):
    file = io.BytesIO()
    gifsom.convert(gifsom.open([p.astype(numpy.uint8) for p in pictures]), file, palette=palette, **options)
    print(hashlib.sha256(file.getvalue()).hexdigest())
"""
"""A conversion without training, which takes minutes in plain Python."""


class Guarded:
    """A kernel that is given copies of its arrays between guard zones, and must leave those as they were."""

    def __init__(self, name: str, compiled: Callable[..., Any], called: set[str]) -> None:
        self._name, self._compiled, self._called = name, compiled, called

    def __call__(self, *arguments: Any) -> Any:
        self._called.add(self._name)
        rooms = [self._room(value) for value in arguments]
        given = [value if room is None else inner(room, value) for room, value in zip(rooms, arguments, strict=True)]
        result = self._compiled(*given)
        for room, array, value in zip(rooms, given, arguments, strict=True):
            if room is None:
                continue
            assert (room[:ZONE] == GUARD).all(), f"{self._name} wrote before an array"
            assert (room[-ZONE:] == GUARD).all(), f"{self._name} wrote behind an array"
            if value.flags.writeable:
                value[...] = array
        return result

    @staticmethod
    def _room(value: Any) -> Pixels | None:
        if not isinstance(value, np.ndarray) or not value.flags.c_contiguous:
            return None
        room = np.full(value.nbytes + 2 * ZONE, GUARD, np.uint8)
        room[ZONE : ZONE + value.nbytes] = np.frombuffer(value.tobytes(), np.uint8)
        return room


def inner(room: Pixels, like: Any) -> Any:
    """The array between the zones."""
    array = room[ZONE:-ZONE].view(like.dtype).reshape(like.shape)
    array.flags.writeable = like.flags.writeable
    return array


def video() -> gifsom.Clip:
    return gifsom.open(FIXTURES / "ramp.mkv").trim(0, 0.6).width(96)


def outputs(place: Path) -> Iterator[bytes]:
    """What needs all kernels: GIFs of a video in several ways, an exact one that is explained, and a recording."""
    place.mkdir()
    for options in ({}, {"dither": "floyd-steinberg", "colors": 9}, {"colors": 9}):
        gifsom.convert(video(), place / "a.gif", overwrite=True, **options)
        yield (place / "a.gif").read_bytes()
    gifsom.convert(FIXTURES / "sprite.gif", place / "a.gif", overwrite=True)
    yield (place / "a.gif").read_bytes()
    gifsom.explain(place / "a.gif")
    pictures = np.random.default_rng(0).integers(0, 256, (4, 9, 12, 4)).astype(np.uint8)
    pictures[2, :3] = pictures[1, :3]
    assert not same(pictures[1], pictures[2])
    with SpoolWriter(place / "a.gsr", (12, 9), 15.0) as writer:
        for number, picture in enumerate(pictures):
            writer.picture(number / 15, picture)
        writer.end(1.0)
    yield (place / "a.gsr").read_bytes()[40:]  # behind the time of the clock
    gifsom.convert(place / "a.gsr", place / "b.gif")
    yield (place / "b.gif").read_bytes()


def nested() -> set[str]:
    """Kernels that another one calls, which are within it once that is compiled."""
    calls = {(name, ast.unparse(n.func)) for name, k in KERNELS.items() for n in ast.walk(k) if isinstance(n, ast.Call)}
    return {f"{name.rpartition('.')[0]}.{function}" for name, function in calls} & set(KERNELS)


def test_kernels_write_nothing_beside_their_arrays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what comes of it is the same: no kernel needs two of its arrays to be one. One thread, since it is copied."""
    monkeypatch.setattr(exact, "THREADS", 1)
    expected = list(outputs(tmp_path / "plain"))  # compiles: a guarded kernel cannot be called by another one
    called: set[str] = set()
    for name in KERNELS:
        module, _, function = name.rpartition(".")
        home = importlib.import_module(module)
        monkeypatch.setattr(home, function, Guarded(name, getattr(home, function), called))
    assert expected == list(outputs(tmp_path / "guarded"))
    assert set(KERNELS) - nested() == called


def digest(threads: int, monkeypatch: pytest.MonkeyPatch, path: Path) -> str:
    monkeypatch.setattr(exact, "THREADS", threads)
    gifsom.convert(video(), path, overwrite=True)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_any_number_of_threads_makes_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len({digest(threads, monkeypatch, tmp_path / "a.gif") for threads in (1, 2, 7)}) == 1


def test_conversions_at_the_same_time_do_not_disturb_each_other(tmp_path: Path) -> None:
    def made(number: int) -> bytes:
        path = tmp_path / f"{number}.gif"
        gifsom.convert(video(), path, seed=number % 2)
        return path.read_bytes()

    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(made, range(4)))
    assert together == [made(number) for number in (10, 11)] * 2


CONVERTED = """
import hashlib, os, pathlib, sys, tempfile, gifsom
if sys.argv[1:] and hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
with tempfile.TemporaryDirectory() as place:
    path = pathlib.Path(place, "a.gif")
    gifsom.convert(gifsom.open("fixtures/ramp.mkv").trim(0, 0.6).width(96), path)
    print(hashlib.sha256(path.read_bytes()).hexdigest())
"""


def test_any_process_makes_the_same_bytes(tmp_path: Path) -> None:
    """Whatever hashes are, on one processor or several, with a cache that is cold, and one that is warm."""
    fresh = {"NUMBA_CACHE_DIR": str(tmp_path)}
    made = [python("-c", CONVERTED, PYTHONHASHSEED=seed, **fresh) for seed in ("0", "random")]
    made.append(python("-c", CONVERTED, "one", **fresh))
    assert len(set(made)) == 1
