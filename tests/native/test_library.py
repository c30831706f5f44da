"""The library that fits is loaded, and where there is none a line says what makes one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from numpy.typing import NDArray

from gifsom.core.errors import KernelsMissing
from gifsom.native import build, library
from gifsom.native.build import Target
from gifsom.native.library import INT, kernel, readable, writable

LEVELED = pytest.mark.skipif(build.here().machine != "x86_64", reason="one library for this processor")
REINSTALL = r"pip install --force-reinstall --no-deps gifsom$"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of libraries as in an installed wheel: there are no sources."""
    library.load()
    monkeypatch.setattr(build, "changed", lambda folder=None: 0)
    for name in build.here().names().values():
        shutil.copy(build.LIBRARIES / name, tmp_path)
    return tmp_path


def complaint(folder: Path) -> str:
    with pytest.raises(KernelsMissing) as error:
        library.find(folder)
    assert str(error.value).isprintable()
    return str(error.value)


def test_an_installed_library_is_loaded(installed: Path) -> None:
    assert Path(library.find(installed)._name).parent == installed


@LEVELED
@pytest.mark.parametrize(("level", "chosen"), [(2, "v2"), (3, "v3")])
def test_the_processor_chooses_the_level(
    level: int, chosen: str, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "_level", lambda *_: level)
    monkeypatch.setattr(library, "_open", lambda path, mend: path)
    assert library.find(installed) == installed / build.here().names()[chosen]


@LEVELED
def test_a_processor_that_is_too_old_is_told(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "_level", lambda *_: 1)
    assert "this processor is too old: the kernels need x86-64-v2" in complaint(installed)


@LEVELED
@pytest.mark.skipif(not Path("/proc/cpuinfo").exists(), reason="needs /proc/cpuinfo")
def test_the_level_is_what_the_system_says_of_the_processor() -> None:
    flags = set(Path("/proc/cpuinfo").read_text().partition("\nflags")[2].partition("\n")[0].split())
    second = {"pni", "ssse3", "cx16", "sse4_1", "sse4_2", "popcnt", "lahf_lm"} <= flags
    third = second and {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"} <= flags
    assert library.load().processor_level() == 1 + second + third


def test_a_library_that_is_missing_is_told(installed: Path) -> None:
    for name in build.here().names().values():
        (installed / name).unlink()
        said = complaint(installed)
        assert f"the compiled kernels are missing: {installed / name}; this makes them: pip" in said
        shutil.copy(build.LIBRARIES / name, installed)


@pytest.mark.parametrize(
    "other", [Target("linux-musl", "x86_64"), Target("windows", "arm64"), Target("macos", "arm64")]
)
def test_a_library_for_another_machine_is_told(other: Target, installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = build.here()
    monkeypatch.setattr(build, "here", lambda: other)
    said = complaint(installed)
    assert f"the compiled kernels are for {machine}" in said
    assert f", and this is {other}; for this: pip" in said


@pytest.mark.parametrize("content", [b"", b"\x7fELF", b"no library"])
def test_a_damaged_library_is_told(content: bytes, installed: Path) -> None:
    name = next(iter(build.here().names().values()))
    (installed / name).write_bytes(content)
    said = complaint(installed)
    assert "the compiled kernels cannot be loaded, damaged or for another machine: " in said
    assert name in said
    assert said.endswith("; this makes it anew: pip install --force-reinstall --no-deps gifsom")


@pytest.mark.skipif(sys.platform != "linux", reason="needs a library of Linux's")
@LEVELED
def test_a_library_that_is_not_ours_is_told(installed: Path) -> None:
    math = next(line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "/libm" in line)
    shutil.copy(math, installed / build.here().names()["v2"])
    assert "is not gifsom's: it has no processor_level; this makes it anew: pip" in complaint(installed)


def test_a_kernel_that_the_library_does_not_have_is_told() -> None:
    with pytest.raises(KernelsMissing, match="have no no_such_kernel: they are of another version"):
        kernel("no_such_kernel", INT)(1)


def test_the_environment_names_another_library(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = installed / next(iter(build.here().names().values()))
    monkeypatch.setenv("GIFSOM_KERNELS", str(path))
    assert library.load.__wrapped__()._name == str(path)
    monkeypatch.setenv("GIFSOM_KERNELS", str(installed / "none.so"))
    with pytest.raises(KernelsMissing, match=r"none\.so.*; GIFSOM_KERNELS names the library$"):
        library.load.__wrapped__()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A source tree that was never built."""
    ignored = shutil.ignore_patterns("__pycache__", "lib")
    shutil.copytree(ROOT / "gifsom" / "native", tmp_path / "gifsom" / "native", ignore=ignored)
    for path in (tmp_path / "gifsom" / "native" / "src").glob("*.c"):
        if path.name not in ("processor.c", "spool.c"):  # these are what is called here
            path.unlink()
    (tmp_path / "gifsom" / "__init__.py").touch()
    shutil.copytree(ROOT / "gifsom" / "core", tmp_path / "gifsom" / "core", ignore=ignored)
    return tmp_path


CALL = "import numpy, gifsom.native.spool as s; a = numpy.zeros((1, 1), 'u4'); print(s.same_picture(a, a))"


def call(tree: Path, **environment: str) -> tuple[str, str]:
    """What a process that calls a kernel writes to stdout and stderr, each one's last line."""
    env = {name: value for name, value in os.environ.items() if name not in ("GIFSOM_KERNELS", "CC")} | environment
    done = subprocess.run(
        [sys.executable, "-c", CALL], cwd=tree, env=env, capture_output=True, text=True, check=False, timeout=120
    )
    return done.stdout.strip(), done.stderr.strip().rpartition("\n")[2]


def test_a_source_tree_that_was_never_built_is_built_and_says_so_once(tree: Path) -> None:
    folder = tree / "gifsom" / "native" / "lib"
    assert call(tree) == ("True", f"gifsom: compiling its kernels in {folder}")
    assert call(tree) == ("True", "")
    header = tree / "gifsom" / "native" / "src" / "kernel.h"
    header.write_text(header.read_text() + "\n#error no good\n")
    said = call(tree)[1]
    assert "the kernels are not compiled: " in said
    assert "no good" in said
    assert said.endswith(f"; once that is right: python {tree / 'gifsom' / 'native' / 'build.py'}")


def test_a_source_tree_that_cannot_be_built_says_what_to_install(tree: Path) -> None:
    out, said = call(tree, CC=str(tree / "none"))
    assert not out
    assert f"the compiler that CC names does not work: {tree / 'none'}; once that is right: python" in said


def test_an_array_is_what_the_kernel_takes_it_for() -> None:
    array = np.zeros((3, 4), np.float32)
    assert readable(array, np.float32, 3, None) == writable(array, np.float32, None, 4) == array.ctypes.data


ROOM = np.zeros(49, np.uint8)


@pytest.mark.parametrize(
    ("array", "error", "said"),
    [
        (np.zeros((3, 4)), TypeError, "an array of float64 where a kernel takes float32"),
        (np.zeros((3, 4), ">f4"), TypeError, "an array of >f4"),
        (np.zeros((4, 3), np.float32), ValueError, r"an array of shape \(4, 3\) where a kernel takes \(3, None\)"),
        (np.zeros(12, np.float32), ValueError, r"an array of shape \(12,\)"),
        (np.zeros((3, 4, 1), np.float32), ValueError, r"an array of shape \(3, 4, 1\)"),
        (np.zeros((3, 8), np.float32)[:, ::2], ValueError, "not C-contiguous"),
        (np.zeros((4, 3), np.float32).T, ValueError, "not C-contiguous"),
        (ROOM[1:].view(np.float32).reshape(3, 4), ValueError, "not aligned"),
    ],
)
def test_another_array_is_refused(array: NDArray, error: type[Exception], said: str) -> None:
    for check in readable, writable:
        with pytest.raises(error, match=said):
            check(array, np.float32, 3, None)


def test_an_array_that_is_read_only_is_not_written() -> None:
    array = np.zeros((3, 4), np.float32)
    array.flags.writeable = False
    assert readable(array, np.float32, 3, None)
    with pytest.raises(ValueError, match="read-only"):
        writable(array, np.float32, 3, None)
