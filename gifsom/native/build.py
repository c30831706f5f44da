"""Compiles the kernels, src/*.c, to libraries that library.py finds by their names.

    python gifsom/native/build.py                 for this machine, in lib/: what an editable install does, too
    python gifsom/native/build.py --wheels DIR    a wheel for each system and processor in ziglang's reach
    python gifsom/native/build.py --sanitize      build/sanitize/, which stops at what C leaves undefined
    python gifsom/native/build.py --coverage      build/coverage/, which counts lines for gcov

The compiler is $CC, else the first of cc, gcc and clang that works, else the one of the package `ziglang`. On x86-64
there are two libraries, for the levels v2 and v3; other processors have one. It needs nothing of gifsom, whose wheel it
builds.
"""

import logging
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_LOG = logging.getLogger(__name__)

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SOURCES = HERE / "src"
LIBRARIES = HERE / "lib"

# The same bytes on every processor: nothing is contracted to fused operations, and no sum is taken in another order.
# What may be left out is what no kernel asks for, errno and floating-point exceptions.
FLAGS = ["-std=c11", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-fvisibility=hidden", "-Wall"]
FAST = ["-O3", "-fno-stack-protector", "-s"]
STRICT = ["-Wextra", "-Wpedantic", "-Wshadow", "-Werror"]
CHECKS = ["-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
COUNTS = ["-O0", "-g", "--coverage"]

# As -march=x86-64-v2 and -v3, which compilers know since 2021.
_V2 = ["-msse3", "-mssse3", "-mcx16", "-msse4.1", "-msse4.2", "-mpopcnt", "-msahf"]
_V3 = [*_V2, "-mavx", "-mavx2", "-mbmi", "-mbmi2", "-mf16c", "-mfma", "-mlzcnt", "-mmovbe"]
LEVELS = {"v2": _V2, "v3": _V3}

SUFFIX = {"windows": ".dll", "macos": ".dylib"}
ZIG = "ziglang>=0.17,<0.18"
NO_COMPILER = (
    "gifsom's kernels need a C compiler, and neither cc, gcc nor clang works here nor is the package ziglang"
    " installed: install one, such as Debian's gcc and libc6-dev or macOS's xcode-select --install, or"
    f" pip install '{ZIG}'"
)


class BuildFailed(Exception):
    """There is no compiler that works, or it refused the sources.

    said  all that it wrote
    """

    def __init__(self, message: str, said: str = "") -> None:
        super().__init__(message)
        self.said = said


@dataclass(frozen=True, slots=True)
class Target:
    """The platform that a library is built for.

    system   linux-gnu, linux-musl, macos, windows, or another one's name
    machine  x86_64, arm64, or another processor's name
    """

    system: str
    machine: str

    def __str__(self) -> str:
        return f"{self.system}-{self.machine}"

    def names(self) -> dict[str, str]:
        """The file name of each library: by its level on x86-64, else by the level ""."""
        suffix = SUFFIX.get(self.system, ".so")
        levels = LEVELS if self.machine == "x86_64" else [""]
        return {level: f"kernels-{self}{level and '-' + level}{suffix}" for level in levels}


@cache
def here() -> Target:
    """The platform of this Python, which need not be the machine's own."""
    system = {"darwin": "macos", "win32": "windows"}.get(sys.platform, sys.platform)
    if system == "linux":
        system = f"linux-{_c_library()}"
    if sys.platform == "win32":
        import sysconfig

        machine = sysconfig.get_platform().removeprefix("win-")  # a machine that emulates another one says its own
    else:
        machine = os.uname().machine.lower()
    machine = {"amd64": "x86_64", "aarch64": "arm64"}.get(machine, machine)
    if sys.maxsize < 1 << 32:
        machine = {"x86_64": "i686", "arm64": "armv7l"}.get(machine, machine)
    return Target(system, machine)


def _c_library() -> str:
    try:
        return "gnu" if os.confstr("CS_GNU_LIBC_VERSION") else "musl"
    except (OSError, ValueError):
        return "musl"


@dataclass(frozen=True, slots=True)
class Cross:
    """A target in reach of ziglang: its name there, and the wheel's platform."""

    target: Target
    triple: str
    tag: str


CROSS = {
    str(cross.target): cross
    for cross in [
        Cross(Target("linux-gnu", "x86_64"), "x86_64-linux-gnu.2.17", "manylinux_2_17_x86_64.manylinux2014_x86_64"),
        Cross(Target("linux-gnu", "arm64"), "aarch64-linux-gnu.2.17", "manylinux_2_17_aarch64.manylinux2014_aarch64"),
        Cross(Target("linux-musl", "x86_64"), "x86_64-linux-musl", "musllinux_1_2_x86_64"),
        Cross(Target("linux-musl", "arm64"), "aarch64-linux-musl", "musllinux_1_2_aarch64"),
        Cross(Target("windows", "x86_64"), "x86_64-windows-gnu", "win_amd64"),
        Cross(Target("windows", "arm64"), "aarch64-windows-gnu", "win_arm64"),
        Cross(Target("macos", "x86_64"), "x86_64-macos.10.13", "macosx_10_13_x86_64"),
        Cross(Target("macos", "arm64"), "aarch64-macos.11.0", "macosx_11_0_arm64"),
    ]
}


@dataclass(frozen=True, slots=True)
class Compiler:
    """A command that compiles, with what it takes for a target and a level."""

    command: Sequence[str]
    zig: bool = False
    triple: str = ""

    def flags(self, target: Target, level: str) -> list[str]:
        """Flags that depend on the compiler: by zig's default, undefined behavior would stop the program."""
        flags = ["-shared", *([] if target.system == "windows" else ["-fPIC"])]
        if self.zig:
            flags += ["-fno-sanitize=undefined", *(["-target", self.triple] if self.triple else [])]
            cpu = {"x86_64": "x86_64", "arm64": "generic"}.get(target.machine)
            return flags + ([f"-mcpu={cpu}{level and '_' + level}"] if cpu else [])
        return flags + LEVELS.get(level, [])


def compiler() -> Compiler:
    """The one of this machine. Raises `BuildFailed` where none works."""
    if asked := os.environ.get("CC"):
        if not _works(shlex.split(asked)):
            raise BuildFailed(f"the compiler that CC names does not work: {asked}")
        return Compiler(shlex.split(asked))
    if found := own():
        return found
    if find_spec("ziglang"):
        return zig()
    raise BuildFailed(NO_COMPILER)


def own() -> Compiler | None:
    """The first of the machine's usual compilers that works."""
    names = ("gcc", "clang") if sys.platform == "win32" else ("cc", "gcc", "clang")
    return next((Compiler([name]) for name in names if shutil.which(name) and _works([name])), None)


def zig(triple: str = "") -> Compiler:
    """The one of the package ziglang; `triple` is another target than this machine."""
    return Compiler([sys.executable, "-m", "ziglang", "cc"], zig=True, triple=triple)


def _works(command: Sequence[str]) -> bool:
    """Whether it compiles a library: macOS has a cc that only offers a download, others have no headers."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "try.c")
        source.write_text("#include <stdlib.h>\nint one(void) { return abs(-1); }\n")
        tried = [*command, "-shared", "-fPIC", str(source), "-o", str(source.with_suffix(".so"))]
        if sys.platform == "win32":
            tried.remove("-fPIC")
        try:
            return subprocess.run(tried, capture_output=True, check=False, cwd=folder).returncode == 0
        except OSError:
            return False


def sources(folder: Path = SOURCES) -> list[Path]:
    """The C files, without headers."""
    return sorted(folder.glob("*.c"))


def changed(folder: Path = SOURCES) -> int:
    """When a C file or header was last changed, in nanoseconds; 0 where there is none, as in an installed wheel."""
    return max((path.stat().st_mtime_ns for path in folder.glob("*.[ch]")), default=0)


def build(
    into: Path,
    target: Target | None = None,
    using: Compiler | None = None,
    flags: Sequence[str] = FAST,
    levels: Sequence[str] | None = None,
    folder: Path = SOURCES,
) -> list[Path]:
    """Compile the libraries of a target, this machine's unless told, and put them into a folder.

    Each takes its place when it is whole, and is as old as the newest of the sources, so that it shows if one changes
    meanwhile. Raises `BuildFailed` with what the compiler said, `OSError` where the folder cannot be written.
    """
    from concurrent.futures import ThreadPoolExecutor

    target, using, newest = target or here(), using or compiler(), changed(folder)
    into.mkdir(parents=True, exist_ok=True)
    names = {level: name for level, name in target.names().items() if levels is None or level in levels}
    with tempfile.TemporaryDirectory(dir=into, prefix=".build-") as made, ThreadPoolExecutor(2) as pool:
        # An installation leaves nothing behind; who builds for many targets does so again, and Windows takes a minute.
        once = {} if using.triple else {"ZIG_GLOBAL_CACHE_DIR": made, "ZIG_LOCAL_CACHE_DIR": made}
        environment = once | os.environ

        bare = _bare(Path(made), target, environment) if using.zig and target.system == "windows" else []

        def compile_(level: str) -> Path:
            out = Path(made, names[level])
            own = [*FLAGS, *using.flags(target, level), *flags, *_name(target, out.name), "-o", str(out)]
            _run([*using.command, *own, *map(str, sources(folder)), *_libraries(target), *bare], into, environment)
            os.utime(out, ns=(newest, newest))
            return out

        return [path.replace(into / path.name) for path in pool.map(compile_, names)]


# Windows' start-up code, of which kernels need nothing, would take ziglang minutes to compile, and tenfold the size.
_BARE = (
    "int _fltused; int DllMainCRTStartup(void *a, unsigned long b, void *c) { (void)a, (void)b, (void)c; return 1; }\n"
)
_NEEDED = "abort calloc ceil ceilf floor floorf free malloc memcmp memcpy memmove memset realloc rint rintf sqrt sqrtf"


def _bare(made: Path, target: Target, environment: Mapping[str, str]) -> list[str]:
    """Flags and files for zig to build a Windows library without start-up code, which calls Windows' C library
    alone."""
    [folder] = find_spec("ziglang").submodule_search_locations  # type: ignore[union-attr,misc]
    (made / "start.c").write_text(_BARE)
    (made / "c.def").write_text("\n".join(['LIBRARY "ucrtbase.dll"', "EXPORTS", *_NEEDED.split()]) + "\n")
    kind = {"x86_64": "i386:x86-64", "arm64": "arm64"}[target.machine]
    tool = [sys.executable, "-m", "ziglang", "dlltool", "-m", kind, "-d", str(made / "c.def")]
    _run([*tool, "-l", str(made / "libc.a")], made, environment)
    headers = Path(folder, "lib", "libc", "include", "any-windows-any")
    return ["-nostdlib", "-rtlib=compiler-rt", "-isystem", str(headers), str(made / "start.c"), str(made / "libc.a")]


def count(into: Path) -> Path:
    """Compile a library that counts how often each line runs, beside which the counts and what they belong to lie."""
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    target, using, out = here(), compiler(), into / "kernels.so"
    own = [*FLAGS, *using.flags(target, [*target.names()][-1]), *STRICT, *COUNTS, "-o", str(out)]
    _run([*using.command, *own, *map(str, sources()), *_libraries(target)], into, os.environ)
    return out


def _name(target: Target, name: str) -> list[str]:
    """Flags for the name inside of a library: by default, on macOS, the path where it was built."""
    return [f"-Wl,-install_name,@rpath/{name}"] if target.system == "macos" else []


def _libraries(target: Target) -> list[str]:
    return [] if target.system == "windows" else ["-lm"]


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if done.returncode:
        said = done.stderr or done.stdout
        lines = [line for line in said.splitlines() if "error" in line.lower()] or said.splitlines()[-1:]
        raise BuildFailed(" ".join([Path(command[0]).name, "failed:", *lines[:1]]), said)


def missing(into: Path = LIBRARIES, folder: Path = SOURCES) -> bool:
    """Whether a library of this machine is not there, or older than the sources."""
    newest = changed(folder)
    paths = [into / name for name in here().names().values()]
    return any(not path.exists() or path.stat().st_mtime_ns < newest for path in paths)


def renew(into: Path = LIBRARIES, folder: Path = SOURCES) -> None:
    """Compile what is `missing`, unless another process does so meanwhile, and log that. Raises as `build`."""
    into.mkdir(parents=True, exist_ok=True)
    with _alone(into / ".lock"):
        if missing(into, folder):
            _LOG.warning("gifsom: compiling its kernels in %s", into)
            build(into, folder=folder)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Wait until no other process is in here with the same file; the system lets go of it if one dies."""
    with path.open("a+b") as file:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            try:
                yield
            finally:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def wheels(into: Path, asked: Sequence[str]) -> None:
    """Build a wheel for each of some targets by ziglang; hatchling is what packs it."""
    from concurrent.futures import ThreadPoolExecutor

    absent = [name for name in ("hatchling", "ziglang") if not find_spec(name)]
    if absent:
        raise BuildFailed(f"wheels need {' and '.join(absent)}: pip install 'hatchling>=1.27' '{ZIG}'")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(into.resolve())]

    def pack(name: str) -> None:
        _run(command, ROOT, os.environ | {"GIFSOM_WHEEL": name})
        print(name, flush=True)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(pack, asked))


def main() -> None:
    """The command line; a failure is a line on stderr and the status 1."""
    import argparse

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--wheels", type=Path, metavar="DIR", help="build wheels into a folder, with ziglang")
    one.add_argument("--sanitize", action="store_true", help="a library that stops at undefined behavior")
    one.add_argument("--coverage", action="store_true", help="a library that counts lines for gcov")
    parser.add_argument("--for", nargs="+", choices=CROSS, default=list(CROSS), dest="targets", help="of --wheels")
    asked = parser.parse_args()
    best = [*here().names()][-1:]
    try:
        if asked.wheels:
            wheels(asked.wheels, asked.targets)
        elif asked.sanitize:
            print(*build(ROOT / "build" / "sanitize", flags=[*STRICT, *CHECKS], levels=best))
        elif asked.coverage:
            print(count(ROOT / "build" / "coverage"))
        else:
            print(*build(LIBRARIES), sep="\n")
    except BuildFailed as error:
        sys.exit(f"{error.said}\ngifsom: {error}".strip())
    except OSError as error:
        sys.exit(f"gifsom: {error}")


if __name__ == "__main__":
    main()
