"""Calls that wait for a module of somebody else to be imported: gifsom enters its name there, and imports nothing."""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:  # it takes longer to import than all the rest of gifsom
    from importlib.abc import Loader

Call: TypeAlias = Callable[[Any], None]
"""What is done with a module once it is there; after a reload again."""

_waiting: dict[str, Call] = {}


class _Finder:
    """Finds modules that are waited for, where Python itself does."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name in _waiting else None
        if spec is not None and spec.loader is not None:
            spec.loader = cast("Loader", _Loader(spec.loader, _waiting[name]))
        return spec


class _Loader:
    """Loads a module as another loader does, which it leaves as the module's own, and then makes a call."""

    def __init__(self, loader: "Loader", call: Call) -> None:
        self._loader, self._call = loader, call

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._call(module)


def when_imported(name: str, call: Call) -> None:
    """Call `call` with the module `name`: at once if it is imported already, else as soon as it has been."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
    _waiting[name] = call
    if name in sys.modules:
        call(sys.modules[name])


def _imageio(plugins: Any) -> None:
    plugins.known_plugins["gifsom"] = plugins.PluginConfig("gifsom", "ImageioPlugin", "gifsom.interop.imageio")


def _matplotlib(animation: Any) -> None:
    import_module("gifsom.interop.matplotlib")  # which enters its writer


def register() -> None:
    """Let imageio and matplotlib know gifsom, now or when they are imported."""
    when_imported("imageio.config.plugins", _imageio)
    when_imported("matplotlib.animation", _matplotlib)
