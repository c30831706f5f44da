"""gifsom: record the screen and convert clips to small GIFs, with one shared map of colors, a self-organizing one.

>>> import gifsom
>>> gifsom.convert("clip.mp4", "clip.gif", fps=15, width=480)  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING

from gifsom import hooks

if TYPE_CHECKING:
    from gifsom.batch.work import BatchResult, convert_all
    from gifsom.clip import Clip, Frame
    from gifsom.comparison import Comparison, compare
    from gifsom.errors import (
        ClusterUnavailable,
        FrameError,
        GifsomError,
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
    from gifsom.explanation import Explanation, explain
    from gifsom.notebook import show
    from gifsom.palette.palette import Palette
    from gifsom.palette.train import train
    from gifsom.pillow import save
    from gifsom.pipeline import Estimate, Result, convert, estimate
    from gifsom.plugins.imageio import ImageioPlugin as ImageioPlugin
    from gifsom.plugins.matplotlib import MatplotlibWriter as MatplotlibWriter
    from gifsom.presets import preset
    from gifsom.record import Recorder
    from gifsom.shrink import Optimized, optimize
    from gifsom.sources import open, open_raw
    from gifsom.writer import Writer

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
    "Optimized",
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

# Names are fetched when they are first used: numba alone takes longer to import than `gifsom --help` may take.
# The two that need a package that may be missing are not in __all__: `from gifsom import *` always works.
_HOMES = {
    "BatchResult": "batch.work",
    "Clip": "clip",
    "ClusterUnavailable": "errors",
    "Comparison": "comparison",
    "Estimate": "pipeline",
    "Explanation": "explanation",
    "Frame": "clip",
    "FrameError": "errors",
    "GifsomError": "errors",
    "ImageioPlugin": "plugins.imageio",
    "MatplotlibWriter": "plugins.matplotlib",
    "Optimized": "shrink",
    "PackageMissing": "errors",
    "Palette": "palette.palette",
    "PaletteError": "errors",
    "Recorder": "record",
    "RecordingInUse": "errors",
    "RecordingNotFound": "errors",
    "Result": "pipeline",
    "ScreenError": "errors",
    "ScreenUnavailable": "errors",
    "SettingError": "errors",
    "SourceEmpty": "errors",
    "SourceError": "errors",
    "SourceIncomplete": "errors",
    "SourceNotFound": "errors",
    "SourceRefused": "errors",
    "SourceUnreadable": "errors",
    "TargetError": "errors",
    "TargetExists": "errors",
    "TargetTooLarge": "errors",
    "TargetUnwritable": "errors",
    "WindowNotFound": "errors",
    "Writer": "writer",
    "compare": "comparison",
    "convert": "pipeline",
    "convert_all": "batch.work",
    "estimate": "pipeline",
    "explain": "explanation",
    "open": "sources",
    "open_raw": "sources",
    "optimize": "shrink",
    "preset": "presets",
    "save": "pillow",
    "show": "notebook",
    "train": "palette.train",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


hooks.register()
