"""The same bytes everywhere: on each level of the processor, in any number of threads, in any process."""

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import FIXTURES, ROOT, UNCOUNTED

import gifsom
from gifsom.core import threads
from gifsom.native import build


def python(*arguments: str, **environment: str) -> str:
    """What a Python of its own prints."""
    env = os.environ | {"PYTHONPATH": str(ROOT)} | UNCOUNTED | environment
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def video() -> gifsom.Clip:
    return gifsom.open(FIXTURES / "ramp.mkv").trim(0, 0.6).width(96)


def digest(count: int, monkeypatch: pytest.MonkeyPatch, path: Path) -> str:
    monkeypatch.setattr(threads, "_most", None)
    monkeypatch.setattr(threads, "cores", lambda: count)
    gifsom.convert(video(), path, overwrite=True)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_any_number_of_threads_makes_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len({digest(count, monkeypatch, tmp_path / "a.gif") for count in (1, 2, 7)}) == 1


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


def test_any_process_makes_the_same_bytes() -> None:
    """Whatever hashes are, and on one processor or several."""
    made = [python("-c", CONVERTED, PYTHONHASHSEED=seed) for seed in ("0", "random")]
    made.append(python("-c", CONVERTED, "one"))
    assert len(set(made)) == 1


def test_every_level_of_the_processor_makes_the_same_bytes() -> None:
    """The library that the processor chooses, and the one for the oldest that there is."""
    oldest = build.LIBRARIES / next(iter(build.here().names().values()))
    assert python("-c", CONVERTED) == python("-c", CONVERTED, GIFSOM_KERNELS=str(oldest))
