"""gifsom: record the screen and convert clips to small GIFs, with one shared map of colors, a self-organizing one.

>>> import gifsom
>>> gifsom.convert("clip.mp4", "clip.gif", fps=15, width=480)  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gifsom.analysis.compare import Comparison, compare
    from gifsom.analysis.explain import Explanation, explain
    from gifsom.batch.work import BatchResult, convert_all
    from gifsom.clip import Clip, Recorder, open, open_raw
    from gifsom.conversion.optimize import optimize
    from gifsom.conversion.pipeline import Estimate, convert, estimate
    from gifsom.conversion.writer import Writer
    from gifsom.core.errors import (
        ClusterUnavailable,
        FrameError,
        GifsomError,
        KernelsMissing,
        PackageMissing,
        PaletteError,
        RecordingInUse,
        RecordingNotFound,
        ScreenError,
        ScreenUnavailable,
        SettingError,
        SourceEmpty,
        SourceError,
        SourceIncomplete,
        SourceNotFound,
        SourceRefused,
        SourceUnreadable,
        TargetError,
        TargetExists,
        TargetTooLarge,
        TargetUnwritable,
        WindowNotFound,
    )
    from gifsom.core.frame import Frame
    from gifsom.core.result import Result
    from gifsom.interop.imageio import ImageioPlugin
    from gifsom.interop.matplotlib import MatplotlibWriter as MatplotlibWriter
    from gifsom.interop.notebook import show
    from gifsom.interop.pillow import save
    from gifsom.options.presets import preset
    from gifsom.options.table import Options
    from gifsom.palette.palette import Palette
    from gifsom.palette.train import train

__version__ = "0.1.0"

__all__ = [
    "BatchResult",
    "Clip",
    "ClusterUnavailable",
    "Comparison",
    "Estimate",
    "Explanation",
    "Frame",
    "FrameError",
    "GifsomError",
    "ImageioPlugin",
    "KernelsMissing",
    "Options",
    "PackageMissing",
    "Palette",
    "PaletteError",
    "Recorder",
    "RecordingInUse",
    "RecordingNotFound",
    "Result",
    "ScreenError",
    "ScreenUnavailable",
    "SettingError",
    "SourceEmpty",
    "SourceError",
    "SourceIncomplete",
    "SourceNotFound",
    "SourceRefused",
    "SourceUnreadable",
    "TargetError",
    "TargetExists",
    "TargetTooLarge",
    "TargetUnwritable",
    "WindowNotFound",
    "Writer",
    "compare",
    "convert",
    "convert_all",
    "estimate",
    "explain",
    "open",
    "open_raw",
    "optimize",
    "preset",
    "save",
    "show",
    "train",
]

# Names are fetched when they are first used: numpy alone takes longer to import than `gifsom --help` may take.
# The one that needs a package that may be missing is not in __all__: `from gifsom import *` always works.
_HOMES = {
    "BatchResult": "batch.work",
    "Clip": "clip",
    "ClusterUnavailable": "core.errors",
    "Comparison": "analysis.compare",
    "Estimate": "conversion.pipeline",
    "Explanation": "analysis.explain",
    "Frame": "core.frame",
    "FrameError": "core.errors",
    "GifsomError": "core.errors",
    "ImageioPlugin": "interop.imageio",
    "KernelsMissing": "core.errors",
    "MatplotlibWriter": "interop.matplotlib",
    "Options": "options.table",
    "PackageMissing": "core.errors",
    "Palette": "palette.palette",
    "PaletteError": "core.errors",
    "Recorder": "clip",
    "RecordingInUse": "core.errors",
    "RecordingNotFound": "core.errors",
    "Result": "core.result",
    "ScreenError": "core.errors",
    "ScreenUnavailable": "core.errors",
    "SettingError": "core.errors",
    "SourceEmpty": "core.errors",
    "SourceError": "core.errors",
    "SourceIncomplete": "core.errors",
    "SourceNotFound": "core.errors",
    "SourceRefused": "core.errors",
    "SourceUnreadable": "core.errors",
    "TargetError": "core.errors",
    "TargetExists": "core.errors",
    "TargetTooLarge": "core.errors",
    "TargetUnwritable": "core.errors",
    "WindowNotFound": "core.errors",
    "Writer": "conversion.writer",
    "compare": "analysis.compare",
    "convert": "conversion.pipeline",
    "convert_all": "batch.work",
    "estimate": "conversion.pipeline",
    "explain": "analysis.explain",
    "open": "clip",
    "open_raw": "clip",
    "optimize": "conversion.optimize",
    "preset": "options.presets",
    "save": "interop.pillow",
    "show": "interop.notebook",
    "train": "palette.train",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
