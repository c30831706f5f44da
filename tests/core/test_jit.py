"""Kernels: compiled when first called, kept on disk where that is possible, and made again where the disk is damaged.

Most tests run a Python of their own with a cache folder of its own.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest
from conftest import ROOT, UNCOUNTED
from gifsom.core.jit import lowest

LOOK_UP = """
import numpy as np
from gifsom.core.jit import kernel, on_compile
from gifsom.palette import nearest

told = []
on_compile(lambda: told.append(1))

def look_up(of=nearest._look_up):
    '''The result of a call, and how often something was compiled for it.'''
    told.clear()
    pixels = np.array([1, 2, 3, 1, 2, 3], np.uint8)
    table, out = np.zeros(1 << 24, np.uint16), np.zeros(2, np.uint8)
    table[0x010203] = 8
    of(pixels, table, out, np.zeros(2, np.uint32), np.zeros(2, np.int32), np.zeros((2, 3), np.uint8))
    return out.tolist(), len(told)

def again():
    '''The same by a kernel that knows nothing yet of the one before, as in another process.'''
    return look_up(kernel(nearest._look_up.py_func))
"""


def python(script: str, cache: Path, path: Path = ROOT, **environment: str) -> list[str]:
    """The lines that a script prints, run with this cache folder and the package that lies in `path`."""
    variables = os.environ | {"NUMBA_CACHE_DIR": str(cache)} | UNCOUNTED | environment
    command = [sys.executable, "-W", "error", "-c", script]
    run = subprocess.run(command, cwd=path, env=variables, capture_output=True, text=True, check=False, timeout=120)
    assert (run.returncode, run.stderr) == (0, "")
    return run.stdout.splitlines()


def test_a_kernel_compiles_once_for_all_processes(tmp_path: Path) -> None:
    """And `on_compile` is told of that time only."""
    script = LOOK_UP + "print(look_up(), look_up(), again())"
    assert python(script, tmp_path) == ["([7, 7], 1) ([7, 7], 0) ([7, 7], 0)"]
    assert python(script, tmp_path) == ["([7, 7], 0) ([7, 7], 0) ([7, 7], 0)"]
    assert {".nbi", ".nbc"} == {file.suffix for file in tmp_path.rglob("*") if file.is_file()}


def test_the_lowest_bit_of_a_word_is_found_compiled_and_plain() -> None:
    compiled = numba.njit(lambda word: lowest(word))
    for bit in range(64):
        for word in (np.uint64(1 << bit), np.uint64((1 << 64) - (1 << bit))):
            assert lowest(word) == compiled(word) == bit


def test_a_changed_source_is_compiled_again(tmp_path: Path) -> None:
    package = tmp_path / "gifsom"
    shutil.copytree(ROOT / "gifsom", package, ignore=shutil.ignore_patterns("__pycache__"))
    script = LOOK_UP + "print(look_up())"
    assert python(script, tmp_path / "cache", tmp_path) == ["([7, 7], 1)"]
    module = package / "palette" / "nearest.py"
    source = module.read_text()
    assert source.count("known - np.uint16(1)") == 1
    module.write_text(source.replace("known - np.uint16(1)", "known - np.uint16(2)"))
    assert python(script, tmp_path / "cache", tmp_path) == ["([6, 6], 1)"]


def test_importing_any_module_compiles_nothing(tmp_path: Path) -> None:
    script = """
import importlib, pkgutil
from gifsom.core.jit import on_compile
import gifsom
on_compile(lambda: print("compiling"))
modules = [module.name for module in pkgutil.walk_packages(gifsom.__path__, "gifsom.") if "__main__" not in module.name]
for name in modules:
    importlib.import_module(name)
print(len(modules))
"""
    expected = sum(file.name != "__main__.py" for file in (ROOT / "gifsom").rglob("*.py")) - 1
    assert [str(expected)] == python(script, tmp_path)
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]


def test_a_cache_folder_that_cannot_be_made_is_done_without(tmp_path: Path) -> None:
    """Every place that numba would use is taken by a file; numba alone raises."""
    package = tmp_path / "gifsom"
    shutil.copytree(ROOT / "gifsom", package, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in [package, *(folder for folder in package.iterdir() if folder.is_dir())]:
        (folder / "__pycache__").touch()
    blocked = tmp_path / "file"
    blocked.touch()
    script = """
import numba
try:
    numba.njit(cache=True)(nearest._look_up.py_func)
except RuntimeError as error:
    print(error)
print(look_up(), again())
"""
    places = {name: str(blocked / "cache") for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA")}
    refused, result = python(LOOK_UP + script, blocked / "cache", tmp_path, **places)
    assert "cannot cache function" in refused
    assert result == "([7, 7], 1) ([7, 7], 1)"


def test_a_cache_folder_that_vanishes_is_done_without(tmp_path: Path) -> None:
    """It could be made at the import and is a file when there is something to put there."""
    script = """
import os, shutil
cache = os.environ["NUMBA_CACHE_DIR"]
shutil.rmtree(cache, ignore_errors=True)
open(cache, "w").close()
print(look_up(), look_up())
"""
    assert python(LOOK_UP + script, tmp_path / "cache") == ["([7, 7], 1) ([7, 7], 0)"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs setrlimit")
def test_a_full_disk_is_done_without(tmp_path: Path) -> None:
    script = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
print(look_up(), again())
"""
    assert python(LOOK_UP + script, tmp_path) == ["([7, 7], 1) ([7, 7], 1)"]
    assert not [file for file in tmp_path.rglob("*.nb*") if file.stat().st_size]


def damaging(suffix: str, script: str) -> str:
    """A script in which `file` is the cache's index or machine code, and `damaged` overwrites it and calls twice."""
    start = f"""
import pathlib, random
look_up()
[file] = pathlib.Path(nearest._look_up._cache.cache_path).glob("*_look_up*{suffix}")

def damaged(data):
    file.write_bytes(data)
    return again(), again()
"""
    return LOOK_UP + start + script


MADE_AGAIN = "(([7, 7], 1), ([7, 7], 0))"
KINDS = {
    "emptied": "b''",
    "cut in half": "whole[: len(whole) // 2]",
    "cut by a byte": "whole[:-1]",
    "zeros": "bytes(len(whole))",
    "another text": "b'no pickle at all' * 9",
    "noise": "random.Random(0).randbytes(len(whole))",
    "another pickle": "__import__('pickle').dumps(None)",
}


@pytest.mark.parametrize("suffix", [".nbi", ".nbc"])
def test_a_damaged_cache_is_made_again(suffix: str, tmp_path: Path) -> None:
    """Index and machine code: the call works, compiles once, and what it leaves on the disk works."""
    tries = [f"whole = file.read_bytes(); print(damaged({damage}))" for damage in KINDS.values()]
    printed = python(damaging(suffix, "\n".join(tries)), tmp_path)
    assert dict.fromkeys(KINDS, MADE_AGAIN) == dict(zip(KINDS, printed, strict=True))


def test_an_index_that_is_cut_anywhere_counts_as_damaged(tmp_path: Path) -> None:
    """Looking into it gives nothing, where numba raises one of many errors."""
    script = """
[signature] = nearest._look_up.signatures
whole = file.read_bytes()
found = set()
for length in range(len(whole)):
    file.write_bytes(whole[:length])
    fresh = kernel(nearest._look_up.py_func)
    found.add(fresh._cache.load_overload(signature, fresh.targetctx))
print(found)
"""
    assert python(damaging(".nbi", script), tmp_path) == ["{None}"]


@pytest.mark.parametrize("suffix", [".nbi", ".nbc"])
def test_a_damaged_cache_that_speaks_of_more_memory_than_there_is_is_made_again(suffix: str, tmp_path: Path) -> None:
    """A pickle whose first frame claims to be 2**64 - 1 bytes long."""
    script = r"print(damaged(b'\x80\x05\x95' + b'\xff' * 8))"
    assert python(damaging(suffix, script), tmp_path) == [MADE_AGAIN]


def test_kernels_are_plain_functions_where_numba_is_told_not_to_compile(tmp_path: Path) -> None:
    assert python(LOOK_UP + "print(look_up())", tmp_path, NUMBA_DISABLE_JIT="1") == ["([7, 7], 0)"]
