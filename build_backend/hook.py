"""hatchling's hook: a wheel holds the compiled kernels of one platform; an editable install has them in its place.

GIFSOM_WHEEL is the target of the wheel, one of build.py's CROSS, which ziglang compiles for; without it, this machine.
"""

import os
import shutil
import sys
import sysconfig
import tempfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

INSIDE = "gifsom/native/lib"


def _load() -> Any:
    """gifsom/native/build.py alone: of its package, nothing that it needs is installed while a wheel is built."""
    path = Path(__file__).resolve().parents[1] / "gifsom" / "native" / "build.py"
    spec = spec_from_file_location("gifsom_native_build", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


build = _load()


def platform_tag() -> str:
    """The platform of a wheel that is compiled on this machine: what its own compiler makes need run nowhere else."""
    if sys.platform == "darwin":  # Python itself may be for two processors and an older system
        from packaging.tags import platform_tags

        return next(iter(platform_tags()))
    return sysconfig.get_platform().replace("-", "_").replace(".", "_")


class Kernels(BuildHookInterface):
    """Compiles, and adds the libraries to the wheel."""

    _made: str | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile for the wheel or, where `version` is "editable", in the source tree."""
        try:
            if version == "editable":
                build.build(build.LIBRARIES)
                return
            self._made = tempfile.mkdtemp(prefix="gifsom-")
            cross = build.CROSS[os.environ["GIFSOM_WHEEL"]] if "GIFSOM_WHEEL" in os.environ else None
            if cross is None:
                made = build.build(Path(self._made))
            else:
                made = build.build(Path(self._made), cross.target, build.zig(cross.triple))
        except build.BuildFailed as error:
            sys.exit(f"{error.said}\ngifsom: {error}".strip())
        build_data["force_include"] |= {str(path): f"{INSIDE}/{path.name}" for path in made}
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{cross.tag if cross else platform_tag()}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was compiled outside of the wheel."""
        if self._made is not None:
            shutil.rmtree(self._made, ignore_errors=True)
