"""The examples in docstrings run, and say what comes out."""

import doctest
import importlib

import pytest
from test_structure import MODULES


@pytest.mark.parametrize("module", [name for name in MODULES if name != "gifsom.__main__"])
def test_examples_are_true(module: str) -> None:
    assert doctest.testmod(importlib.import_module(module)).failed == 0
