"""`show`: a clip, a file or pictures as a GIF that a notebook displays."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any
from weakref import finalize

from gifsom import edit
from gifsom.conversion.pipeline import convert
from gifsom.core.errors import printable
from gifsom.core.html import embedded
from gifsom.core.result import Result
from gifsom.core.source import Holder, Source
from gifsom.interop.pillow import save

if TYPE_CHECKING:
    from gifsom.interop.pillow import Picture

PREVIEW_SECONDS = 10
PREVIEW_SIDE = 320
PREVIEW_FPS = 10


@dataclass(frozen=True, eq=False, repr=False)
class Shown:
    """A GIF that a notebook displays; elsewhere its `repr` names the file.

    path  of the GIF
    """

    path: Path

    def __repr__(self) -> str:
        return f"<GIF {printable(self.path)}>"

    def _repr_html_(self) -> str | None:
        return embedded(self.path)


def show(what: "str | Path | Source | Holder | Result | Picture | Iterable[Picture]", **options: Any) -> Shown:
    """Show something as a GIF in a notebook, as the last value of a cell or by `display`.

    Args:
        what: a GIF or what `gifsom.convert` returned, shown as it is where there are no options; another file or a
            `Clip`, which is converted; or pictures, as `gifsom.save` takes them.
        **options: as for `gifsom.convert`, or `gifsom.save`.

    Returns:
        An object that shows itself, and has the `path` of the GIF. One that was made goes with the object.

    Raises:
        SettingError, SourceError, FrameError: with one line that says what and why.

    >>> show("fixtures/sprite.gif")
    <GIF fixtures/sprite.gif>
    """
    if isinstance(what, Result):
        what = what.path
    if isinstance(what, str | Path) and not options and Path(what).suffix.lower() == ".gif" and Path(what).is_file():
        return Shown(Path(what))
    folder = mkdtemp(prefix="gifsom-")
    shown = Shown(Path(folder, "shown.gif"))
    finalize(shown, rmtree, folder, ignore_errors=True)
    if isinstance(what, str | Path | Source | Holder):
        convert(what, shown.path, **options)
    else:
        save(what, shown.path, **options)
    return shown


def preview(source: Source) -> str | None:
    """The beginning of a clip as a small GIF in HTML: an automatic display must not take long."""
    small = edit.fit(edit.fps(edit.trim(source, 0, PREVIEW_SECONDS), PREVIEW_FPS), (PREVIEW_SIDE, PREVIEW_SIDE))
    return show(small)._repr_html_()
