"""Whether libraries of kernels are what their names say, export the kernels alone and need nothing but the C library.

    python tests/native/symbols.py LIBRARY ...

Reads them with llvm-readobj and llvm-nm, which know the formats of all systems.
"""

import re
import subprocess
import sys
from pathlib import Path

NATIVE = Path(__file__).resolve().parents[2] / "gifsom" / "native"
FORMATS = {
    ".so": {"x86_64": "elf64-x86-64", "arm64": "elf64-littleaarch64"},
    ".dll": {"x86_64": "COFF-x86-64", "arm64": "COFF-ARM64"},
    ".dylib": {"x86_64": "Mach-O 64-bit x86-64", "arm64": "Mach-O arm64"},
}
# Of libm only what is exact by IEEE 754. A macOS library is bound by dyld.
NEEDED = {
    *("abort", "calloc", "free", "malloc", "memcmp", "memcpy", "memmove", "memset", "realloc"),
    *("__bzero", "bcmp", "bzero"),  # what clang calls for memset and memcmp
    *("ceil", "ceilf", "floor", "floorf", "rint", "rintf", "sqrt", "sqrtf"),
    *("__cxa_finalize", "__gmon_start__", "_ITM_deregisterTMCloneTable", "_ITM_registerTMCloneTable"),
    *("dyld_stub_binder", "__stack_chk_fail"),
}
OWN = {"_mh_dylib_header", "__dso_handle"}


def kernels() -> set[str]:
    """The names of all that is exported, as the sources have it."""
    text = "".join(path.read_text() for path in (NATIVE / "src").glob("*.c"))
    return set(re.findall(r"^EXPORT \w[\w ]*?\**(\w+)\(", text, re.MULTILINE))


def _said(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _names(path: Path, *options: str) -> set[str]:
    lines = _said("llvm-nm", "--extern-only", *options, path).splitlines()
    names = {line.split()[-1].partition("@")[0] for line in lines if line.strip()}
    return {name.removeprefix("_") for name in names} if path.suffix == ".dylib" else names


def faults(path: Path) -> list[str]:
    """What is wrong with a library, if anything."""
    found = []
    head = _said("llvm-readobj", "--file-headers", path)
    form = FORMATS[path.suffix]["arm64" if "-arm64" in path.stem else "x86_64"]
    if f"Format: {form}\n" not in head:
        found.append(f"is not {form}")
    if path.suffix == ".dll":
        said = _said("llvm-readobj", "--coff-exports", "--coff-imports", path)
        exported = {block.split()[0] for block in re.findall(r"Export \{[^}]*?Name: ([^}]*)", said)}
        needed = set(re.findall(r"Import \{\s*Name: (\S+)", said)) - {"ucrtbase.dll"}
        needed |= set(re.findall(r"Symbol: (\S+)", said)) - NEEDED
    else:
        options = ["-D"] if path.suffix == ".so" else []
        exported = _names(path, *options, "--defined-only") - OWN
        needed = {name for name in _names(path, *options, "--undefined-only") if name not in NEEDED}
    if exported != kernels():
        found.append(f"exports {sorted(exported ^ kernels())} too much or too little")
    if needed:
        found.append(f"needs {sorted(needed)}")
    if path.suffix == ".dylib" and "arm64" in path.stem:
        said = _said("llvm-objdump", "--macho", "--private-headers", path)
        if "LC_CODE_SIGNATURE" not in said:
            found.append("is not signed, and would not be loaded")
    return found


def main() -> None:
    """A line for each library; the status is 1 where one is wrong."""
    wrong = 0
    for path in map(Path, sys.argv[1:]):
        said = faults(path)
        wrong += bool(said)
        print(f"{path.name}: {'; '.join(said) or 'as it should be'}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
