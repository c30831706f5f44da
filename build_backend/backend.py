"""hatchling as the builder of this project's packages, which asks for the compiler of ziglang where there is none.

pip loads it from the source tree, see [build-system] in pyproject.toml. A machine that has a C compiler downloads none.
"""

import os
import sys
from typing import Any

from hatchling import build as hatchling
from hatchling.build import *  # noqa: F403
from hook import build


def _and_a_compiler(needed: list[str]) -> list[str]:
    """`needed`, and ziglang unless a compiler is there. What CC names is used or fails: it is what was asked for."""
    if "GIFSOM_WHEEL" in os.environ:
        return [*needed, build.ZIG]
    try:
        build.compiler()
    except build.BuildFailed as error:
        if str(error) != build.NO_COMPILER:
            sys.exit(f"gifsom: {error}")
        return [*needed, build.ZIG]
    return needed


def get_requires_for_build_wheel(config_settings: dict[str, Any] | None = None) -> list[str]:
    """As PEP 517 has it."""
    return _and_a_compiler(hatchling.get_requires_for_build_wheel(config_settings))


def get_requires_for_build_editable(config_settings: dict[str, Any] | None = None) -> list[str]:
    """As PEP 660 has it."""
    return _and_a_compiler(hatchling.get_requires_for_build_editable(config_settings))
