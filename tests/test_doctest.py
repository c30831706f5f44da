"""The examples in docstrings run, and say what comes out."""

import doctest
import importlib
import inspect
from pathlib import Path

import pytest
from conftest import FIXTURES
from test_structure import MODULES

import gifsom
from gifsom import Clip


@pytest.mark.parametrize("module", [name for name in MODULES if name != "gifsom.__main__"])
def test_examples_are_true(module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fixtures").symlink_to(FIXTURES)
    monkeypatch.chdir(tmp_path)
    assert doctest.testmod(importlib.import_module(module), extraglobs={"gifsom": gifsom}).failed == 0


FUNCTIONS = [name for name in gifsom.__all__ if inspect.isfunction(getattr(gifsom, name))]
WAITING = {"edit"}  # for somebody who closes a page
METHODS = [
    name for name, _ in inspect.getmembers(Clip, inspect.isfunction) if not name.startswith("_") and name not in WAITING
]


@pytest.mark.parametrize("function", [*FUNCTIONS, *(f"Clip.{name}" for name in METHODS)])
def test_what_is_public_has_an_example_that_runs(function: str) -> None:
    home = Clip if function.startswith("Clip.") else gifsom
    examples = doctest.DocTestParser().get_examples(inspect.getdoc(getattr(home, function.removeprefix("Clip."))) or "")
    assert any(not example.options.get(doctest.SKIP) and example.want for example in examples)


@pytest.mark.parametrize("name", METHODS)
def test_help_of_an_edit_is_that_of_a_method(name: str) -> None:
    """The first argument of the function in gifsom.edit is the clip itself."""
    method = getattr(Clip, name)
    assert "clip: " not in (method.__doc__ or "")
    assert next(iter(inspect.signature(method).parameters)) == "self"
