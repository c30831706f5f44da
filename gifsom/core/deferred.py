"""Deferred: a module that is imported when something of it is first asked for."""

from importlib import import_module
from typing import Any


class Deferred:
    """Stands for a module whose import takes long: numpy, say, for which `gifsom --help` does not wait."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._name), name)
