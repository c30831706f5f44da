"""The examples in docstrings run, and say what comes out."""

import doctest
import importlib
import inspect
from pathlib import Path

import pytest
from conftest import FIXTURES
from test_structure import MODULES

import gifsom
from gifsom.core.source import Source


@pytest.mark.parametrize("module", [name for name in MODULES if name != "gifsom.__main__"])
def test_examples_are_true(module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fixtures").symlink_to(FIXTURES)
    monkeypatch.chdir(tmp_path)
    assert doctest.testmod(importlib.import_module(module), extraglobs={"gifsom": gifsom}).failed == 0


FUNCTIONS = [name for name in gifsom.__all__ if inspect.isfunction(getattr(gifsom, name))]
METHODS = [name for name, _ in inspect.getmembers(Source, inspect.isfunction) if not name.startswith("_")]
FOR_SOURCES = {"cropped", "scaled"}


@pytest.mark.parametrize("function", [*FUNCTIONS, *(f"Source.{name}" for name in METHODS if name not in FOR_SOURCES)])
def test_what_is_public_has_an_example_that_runs(function: str) -> None:
    home = Source if function.startswith("Source.") else gifsom
    examples = doctest.DocTestParser().get_examples(
        inspect.getdoc(getattr(home, function.removeprefix("Source."))) or ""
    )
    assert any(not example.options.get(doctest.SKIP) and example.want for example in examples)
