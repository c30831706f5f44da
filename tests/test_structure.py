"""Structure: imports go one way, only the command line talks, kernels have wrappers and twins."""

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

import gifsom

PACKAGE = ROOT / "gifsom"
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): ast.parse(path.read_text())
    for path in sorted(PACKAGE.rglob("*.py"))
}

# From below to above, as the frames flow: a folder imports only from those before it, and no file one that needs it.
ORDER = [
    "gifsom",
    "gifsom.core",
    "gifsom.native",
    "gifsom.spool",
    "gifsom.gif",
    "gifsom.palette",
    "gifsom.draw",
    "gifsom.edit",
    "gifsom.encoder",
    "gifsom.sources",
    "gifsom.recorder",
    "gifsom.options",
    "gifsom.export",
    "gifsom.conversion",
    "gifsom.batch",
    "gifsom.analysis",
    "gifsom.interop",
    "gifsom.studio",
    "gifsom.clip",
    "gifsom.cli",
    "gifsom.__main__",
]
PLACE = {name: place for place, name in enumerate(ORDER)}


def home(module: str) -> str:
    """The folder or file of ORDER that a module belongs to."""
    while module not in PLACE:
        module = module.rpartition(".")[0]
    return module


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def nodes(tree: ast.AST, *, types: bool = False, functions: bool = True) -> Iterator[ast.AST]:
    """All below `tree`, without what is there for type checkers only, and without bodies of functions where asked."""
    for child in ast.iter_child_nodes(tree):
        if is_for_types(child) and not types:
            continue
        if isinstance(child, ast.FunctionDef) and not functions:
            continue
        yield child
        yield from nodes(child, types=types, functions=functions)


def imported(tree: ast.AST, *, functions: bool = True) -> set[str]:
    """Modules that are imported when this runs. `from gifsom import edit` imports gifsom.edit."""
    found = set()
    for node in nodes(tree, functions=functions):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports say the whole name"
            assert node.module is not None
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else node.module for name in names}
    return found


def names_called(tree: ast.AST) -> set[str]:
    """The names of all functions that are called."""
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def test_every_module_has_its_place() -> None:
    assert set(PLACE) == {home(module) for module in MODULES}
    assert {module for module in MODULES if home(module) == "gifsom"} == {"gifsom"}, "nothing else lies flat"


@pytest.mark.parametrize("module", MODULES)
def test_folders_import_one_way(module: str) -> None:
    """Upwards the frames flow, and never an import, at the top of a file or inside of a function."""
    needed = {home(name) for name in imported(MODULES[module]) if name.split(".")[0] == "gifsom"} - {home(module)}
    assert not {name for name in needed if PLACE[name] > PLACE[home(module)]}


def test_files_import_each_other_in_no_circle() -> None:
    """Wherever in a file the import stands. A package's `__init__` stands above its modules."""
    waiting = {module: imported(tree) & MODULES.keys() - {module} for module, tree in MODULES.items()}
    while waiting:
        ready = {module for module, needs in waiting.items() if not needs & waiting.keys()}
        assert ready, f"a circle among {sorted(waiting)}"
        waiting = {module: needs for module, needs in waiting.items() if module not in ready}


@pytest.mark.parametrize("module", MODULES)
def test_only_the_command_line_prints_asks_or_exits(module: str) -> None:
    talking = {"print", "input", "exit", "quit", "sys.exit", "os._exit", "os.abort", "breakpoint"}
    called = {ast.unparse(node.func) for node in nodes(MODULES[module]) if isinstance(node, ast.Call)}
    named = {ast.unparse(node) for node in nodes(MODULES[module]) if isinstance(node, ast.Name | ast.Attribute)}
    used = (called & talking) | (named & {"sys.stdout", "sys.stderr", "sys.stdin", "SystemExit"})
    used |= imported(MODULES[module]) & {"click", "rich", "getpass"}
    silent = ("gifsom.cli.after", "gifsom.cli.names", "gifsom.cli.text")
    talks = (home(module) == "gifsom.cli" and module not in silent) or module == "gifsom.native.build"
    assert bool(used) == talks, used


@pytest.mark.parametrize("module", MODULES)
def test_kernels_are_called_by_their_wrappers_only(module: str) -> None:
    uses = "gifsom.native.library" in imported(MODULES[module])
    assert not uses or home(module) == "gifsom.native"


WRAPPERS = [
    name
    for name in MODULES
    if home(name) == "gifsom.native" and name != "gifsom.native.library" and "kernel" in names_called(MODULES[name])
]


def test_wrappers_are_found() -> None:
    assert {"gifsom.native.lzw", "gifsom.native.som"} <= set(WRAPPERS)


@pytest.mark.parametrize("module", WRAPPERS)
def test_every_kernel_is_compared_with_a_twin(module: str) -> None:
    """`gifsom.native.lzw` has `tests/native/test_lzw.py`, which calls functions of `tests/support/twins/lzw.py`."""
    name = module.rpartition(".")[2]
    assert f"twins.{name}." in (ROOT / "tests" / "native" / f"test_{name}.py").read_text()


def test_public_names_are_sorted_and_there() -> None:
    assert sorted(gifsom.__all__) == gifsom.__all__
    for name in gifsom.__all__:
        assert getattr(gifsom, name).__name__ == name
        assert getattr(gifsom, name).__doc__, f"{name} says what it is"
    assert set(gifsom.__all__) <= set(dir(gifsom))
    with pytest.raises(AttributeError, match="'gifsom' has no attribute 'nothing'"):
        _ = gifsom.nothing


def test_public_names_come_from_the_module_that_type_checkers_are_told() -> None:
    """Three lists say the same: `__all__`, `_HOMES` and the imports for type checkers.

    One name needs a package that may be missing, which `from gifsom import *` must not fall over.
    """
    assert set(gifsom.__all__) == set(gifsom._HOMES) - {"MatplotlibWriter"}
    for name, module in gifsom._HOMES.items():
        assert getattr(gifsom, name) is getattr(importlib.import_module(f"gifsom.{module}"), name)
    told = {
        alias.name: node.module
        for node in nodes(MODULES["gifsom"], types=True)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gifsom.")
        for alias in node.names
    }
    assert {name: f"gifsom.{module}" for name, module in gifsom._HOMES.items()} == told


@pytest.mark.parametrize(
    ("command", "absent"),
    [
        ("import gifsom", {"numpy", "PIL", "imageio_ffmpeg", "rich", "click"}),
        ("import gifsom; dir(gifsom)", {"numpy", "PIL", "imageio_ffmpeg", "rich", "click"}),
        ("import gifsom.cli", {"numpy", "imageio_ffmpeg", "rich.console"}),
        ("import sys; sys.argv[1:] = ['--help']; from gifsom.cli import main; main()", {"numpy", "PIL", "rich"}),
        (
            "import sys; sys.argv[1:] = ['--version']; from gifsom.cli import main; main()",
            {"numpy", "PIL", "rich"},
        ),
        ("import sys; sys.argv[1:] = ['convert', '-h']; from gifsom.cli import main; main()", {"numpy", "PIL"}),
        ("import gifsom.gif.reader", {"numpy", "PIL"}),
    ],
)
def test_nothing_is_imported_before_it_is_needed(command: str, absent: set[str]) -> None:
    script = f"import atexit, sys\natexit.register(lambda: print(*sys.modules, file=sys.stderr))\n{command}"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(run.stderr.split())
    assert "gifsom" in loaded
    assert not absent & loaded


def test_a_conversion_waits_for_no_bars(tmp_path: Path) -> None:
    """Off a terminal; they take a tenth of the time of a small one."""
    script = "import atexit, sys; atexit.register(lambda: print(*sys.modules)); from gifsom.cli import main; main()"
    command = [sys.executable, "-c", script, "convert", "fixtures/sprite.gif", str(tmp_path / "a.gif")]
    run = subprocess.run(
        [*command, "--fps", "5", "--quality", "50"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(run.stdout.split())
    assert "gifsom.conversion.pipeline" in loaded
    assert not {"rich.console", "rich.progress"} & loaded
