"""The kernels are compiled where they must be, once, and what is packed is what is called and nothing else."""

import ast
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, posix

from gifsom.native import build, library

SMALL = ["kernel.h", "processor.c"]
LIBC = {
    "__cxa_finalize", "__gmon_start__", "_ITM_deregisterTMCloneTable", "_ITM_registerTMCloneTable",  # of every library
    "abort", "calloc", "free", "malloc", "memcmp", "memcpy", "memmove", "memset", "realloc",
    "ceil", "ceilf", "floor", "floorf", "rint", "rintf", "sqrt", "sqrtf",
}  # fmt: skip
"""What a library may need: of libm, only what is exact by IEEE 754."""


@pytest.fixture(autouse=True)
def usual(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own compiler."""
    monkeypatch.delenv("CC", raising=False)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A folder with few sources, an hour old."""
    folder = tmp_path / "src"
    folder.mkdir()
    for name in SMALL:
        shutil.copy(build.SOURCES / name, folder)
        old = (folder / name).stat().st_mtime_ns - 3600 * 10**9
        os.utime(folder / name, ns=(old, old))
    return folder


def test_libraries_are_there_by_their_names(sources: Path, tmp_path: Path) -> None:
    into = tmp_path / "lib"
    assert build.missing(into, sources)
    made = build.build(into, folder=sources)
    assert [into / name for name in build.here().names().values()] == made
    assert {path.name for path in made} == {path.name for path in into.iterdir()}, "and nothing is left over"
    assert not build.missing(into, sources)


@pytest.mark.parametrize(
    ("target", "names"),
    [
        (("linux-gnu", "x86_64"), ["kernels-linux-gnu-x86_64-v2.so", "kernels-linux-gnu-x86_64-v3.so"]),
        (("linux-musl", "arm64"), ["kernels-linux-musl-arm64.so"]),
        (("windows", "arm64"), ["kernels-windows-arm64.dll"]),
        (("macos", "x86_64"), ["kernels-macos-x86_64-v2.dylib", "kernels-macos-x86_64-v3.dylib"]),
        (("freebsd14", "riscv64"), ["kernels-freebsd14-riscv64.so"]),
    ],
)
def test_names_tell_system_and_processor(target: tuple[str, str], names: list[str]) -> None:
    assert names == [*build.Target(*target).names().values()]


@pytest.mark.parametrize("name", SMALL)
def test_it_is_compiled_again_when_a_file_or_header_has_changed(
    name: str, sources: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    into = tmp_path / "lib"
    build.renew(into, sources)
    build.renew(into, sources)
    assert [f"gifsom: compiling its kernels in {into}"] == caplog.messages, "and it says so once"
    (sources / name).touch()
    assert build.missing(into, sources)
    build.renew(into, sources)
    assert not build.missing(into, sources)


def test_a_source_that_changes_while_it_is_compiled_is_compiled_again(sources: Path, tmp_path: Path) -> None:
    script = compiler(tmp_path, f"touch {sources / 'kernel.h'}")
    build.build(tmp_path / "lib", using=build.Compiler([str(script)]), folder=sources)
    assert build.missing(tmp_path / "lib", sources)


def compiler(folder: Path, first: str) -> Path:
    """A compiler that does something before it compiles."""
    script = folder / "compiler"
    script.write_text(f'#!/bin/sh\n{first}\nexec cc "$@"\n')
    script.chmod(0o755)
    return script


@posix
def test_two_processes_at_once_compile_once(sources: Path, tmp_path: Path) -> None:
    log, into = tmp_path / "log", tmp_path / "lib"
    script = compiler(tmp_path, f'echo "$@" >>{log}; sleep 0.3')
    code = "import pathlib, sys; from gifsom.native import build; build.renew(*map(pathlib.Path, sys.argv[1:]))"
    env = os.environ | {"CC": str(script), "PYTHONPATH": str(ROOT)}
    running = [subprocess.Popen([sys.executable, "-c", code, into, sources], env=env) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    compiled = [line for line in log.read_text().splitlines() if "processor.c" in line]
    assert len(compiled) == len(build.here().names())


def test_what_does_not_compile_leaves_the_libraries_that_are_there(sources: Path, tmp_path: Path) -> None:
    made = build.build(tmp_path / "lib", folder=sources)
    before = [path.read_bytes() for path in made]
    (sources / "processor.c").write_text("int one(void) { return two; }\n")
    with pytest.raises(build.BuildFailed, match=r"^\S+ failed: .*two") as error:
        build.build(tmp_path / "lib", folder=sources)
    assert str(error.value).isprintable()
    assert "two" in error.value.said
    assert before == [path.read_bytes() for path in made]


def test_ziglang_is_used_where_no_compiler_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "_works", lambda command: False)
    monkeypatch.setattr(build, "find_spec", lambda name: object())
    assert build.compiler() == build.zig()
    monkeypatch.setattr(build, "find_spec", lambda name: None)
    with pytest.raises(build.BuildFailed, match="install one, such as Debian's gcc") as error:
        build.compiler()
    assert str(error.value).isprintable()
    monkeypatch.setenv("CC", "none -m64")
    with pytest.raises(build.BuildFailed, match="the compiler that CC names does not work: none -m64"):
        build.compiler()


@posix
def test_a_compiler_that_only_offers_a_download_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("cc", "gcc", "clang"):
        (tmp_path / name).write_text("#!/bin/sh\necho install the tools first >&2\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert build.own() is None


def test_the_sources_compile_without_a_warning(tmp_path: Path) -> None:
    best = [*build.here().names()][-1:]
    build.build(tmp_path, flags=[*build.STRICT, "-O1"], levels=best)


def test_no_module_here_hides_one_of_pythons() -> None:
    """build.py runs as a script, whose folder comes first."""
    assert not {path.stem for path in build.HERE.glob("*.py")} & sys.stdlib_module_names


def symbols(path: Path, which: str) -> set[str]:
    said = subprocess.run(["nm", "-D", which, path], capture_output=True, text=True, check=True).stdout
    return {line.split()[-1].partition("@")[0] for line in said.splitlines()}


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("nm"), reason="needs binutils, and Linux")
def test_a_library_exports_the_kernels_that_wrappers_name_and_needs_next_to_nothing() -> None:
    library.load()
    wrappers = [path for path in build.HERE.glob("*.py") if path.stem != "library"]
    nodes = [node for path in wrappers for node in ast.walk(ast.parse(path.read_text()))]
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    kernels = [call.args[0] for call in calls if ast.unparse(call.func) in ("kernel", "constant")]
    named = {ast.literal_eval(name) for name in kernels} | {"processor_level"}
    for name in build.here().names().values():
        assert named == symbols(build.LIBRARIES / name, "--defined-only")
        assert symbols(build.LIBRARIES / name, "--undefined-only") <= LIBC


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an sdist holds, without the tests."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "gifsom", folder / "gifsom", ignore=shutil.ignore_patterns("__pycache__", "lib"))
    shutil.copytree(ROOT / "build_backend", folder / "build_backend", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, folder)
    library.load()
    stale = folder / "gifsom" / "native" / "lib" / "kernels-stale.so"
    stale.parent.mkdir()
    stale.touch()
    return folder


Ask = Callable[..., str]


@pytest.fixture
def ask(checkout: Path) -> Ask:
    """Calls a function of the backend, as pip does, in a process."""

    def call(expression: str, *, fails: bool = False, **environment: str) -> str:
        code = f"import sys; sys.path.insert(0, 'build_backend'); import backend; print(backend.{expression})"
        env = {name: value for name, value in os.environ.items() if name != "CC"} | environment
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=checkout,
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert bool(done.returncode) == fails, done.stderr
        return (done.stderr if fails else done.stdout).strip().rpartition("\n")[2]

    return call


def inside(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as archive:
        return {name for name in archive.namelist() if name.startswith("gifsom/native/")}


def test_a_wheel_is_for_one_platform_and_holds_its_libraries(ask: Ask, tmp_path: Path) -> None:
    wheel = tmp_path / ask(f"build_wheel({str(tmp_path)!r})")
    assert re.fullmatch(r"gifsom-[\d.]+-py3-none-(linux|macosx|win)\w+\.whl", wheel.name)
    modules = {f"gifsom/native/{path.name}" for path in build.HERE.glob("*.py")}
    assert modules | {f"gifsom/native/lib/{name}" for name in build.here().names().values()} == inside(wheel)
    assert wheel.stat().st_size <= 850_000
    with zipfile.ZipFile(wheel) as archive:
        [said] = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".dist-info/WHEEL")]
    assert "Root-Is-Purelib: false" in said
    assert f"Tag: {wheel.stem.partition('-py3-')[2]}" in said.replace("Tag: py3-", "Tag: ")


def test_an_editable_wheel_is_built_in_the_tree(ask: Ask, checkout: Path, tmp_path: Path) -> None:
    pytest.importorskip("editables")
    wheel = tmp_path / ask(f"build_editable({str(tmp_path)!r})")
    assert not inside(wheel)
    made = checkout / "gifsom" / "native" / "lib"
    assert {*build.here().names().values()} <= {path.name for path in made.iterdir()}


def test_an_sdist_holds_the_sources_and_what_builds_them_and_no_library(ask: Ask, tmp_path: Path) -> None:
    sdist = tmp_path / ask(f"build_sdist({str(tmp_path)!r})")
    shutil.unpack_archive(sdist, tmp_path, filter="data")
    [folder] = [path for path in tmp_path.iterdir() if path.is_dir()]
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {"build_backend/backend.py", "build_backend/hook.py", "gifsom/native/build.py"} <= names
    assert {f"gifsom/native/src/{path.name}" for path in build.SOURCES.iterdir()} <= names
    assert not [name for name in names if "/lib/" in name]


def test_a_compiler_is_asked_for_where_there_is_none(ask: Ask, tmp_path: Path) -> None:
    for which in "wheel", "editable":
        wanted = f"get_requires_for_build_{which}()"
        assert "ziglang" not in ask(wanted)
        assert repr(build.ZIG) in ask(wanted, PATH=str(tmp_path))
        assert ask(wanted, fails=True, CC="none") == "gifsom: the compiler that CC names does not work: none"


def test_a_wheel_without_any_compiler_says_what_to_install(ask: Ask, tmp_path: Path) -> None:
    if build.find_spec("ziglang"):
        pytest.skip("ziglang is installed")
    assert ask(f"build_wheel({str(tmp_path)!r})", fails=True, PATH=str(tmp_path)) == f"gifsom: {build.NO_COMPILER}"
