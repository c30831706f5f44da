"""Output of a conversion: a GIF, another file, a folder of pictures, or a stream; checked before anything is read."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from gifsom.core.errors import SettingError, named, printable
from gifsom.core.files import (
    check_ending,
    check_folder,
    check_local,
    check_source,
    check_target,
    is_folder,
    replacing,
    with_ending,
)
from gifsom.export import ENDINGS
from gifsom.options.conversion import ConvertOptions
from gifsom.sources.folder import is_pattern, matches

if TYPE_CHECKING:
    from gifsom.sources.opener import SourceLike


@dataclass(frozen=True, slots=True)
class Output:
    """A place that can be written to.

    name       as it was given: a slash at its end makes it a folder
    stream     a GIF goes there, and the name is "-"; None: to the name
    gif        it is a GIF
    overwrite  replace a file that is there
    """

    name: str | Path
    stream: BinaryIO | None
    gif: bool
    overwrite: bool

    @property
    def path(self) -> Path:
        return Path(self.name)

    def opened(self) -> AbstractContextManager[BinaryIO]:
        """A stream for a GIF; a file is there once the block has ended well."""
        return replacing(self.path, self.overwrite) if self.stream is None else nullcontext(self.stream)


def check_output(source: "SourceLike", target: "str | Path | BinaryIO | None", settings: ConvertOptions) -> Output:
    """Say where a conversion goes. Raises `SettingError` and `TargetError` for an output that cannot be written."""
    if target is not None and not isinstance(target, str | Path):
        return Output("-", target, True, settings.overwrite)
    name = _own_name(source) if target is None else target
    if not is_folder(name):
        name = with_ending(Path(name))
    check_local(Path(name))
    check_source(Path(name), source)
    ending = Path(name).suffix.lower()
    if is_folder(name) or ending in ENDINGS:
        if not settings.uncoded:
            *others, last = map(named, ("max_size", "colors", "palette", "map_size", "dither"))
            raise SettingError(f"{', '.join(others)} and {last} are for GIFs")
        if settings.transparent and ending == ".mp4":
            raise SettingError("an MP4 is not transparent: give it a background")
        if is_folder(name):
            check_folder(Path(name), settings.overwrite, alone=True)
        else:
            check_target(Path(name), settings.overwrite)
        return Output(name, None, False, settings.overwrite)
    check_ending(Path(name), ENDINGS)
    check_target(Path(name), settings.overwrite)
    return Output(name, None, True, settings.overwrite)


def part_names(source: "SourceLike", target: "str | Path | None", count: int) -> list[Path]:
    """The files of the parts of a clip: OUT-1.gif, OUT-2.gif and so on for OUT.gif; None: by the source's name.

    Raises `SettingError` for a folder.
    """
    if target is not None and is_folder(target):
        raise SettingError(
            f"{printable(target)}: that is a folder: name a file, such as OUT.gif for OUT-1.gif and so on"
        )
    path = _own_name(source) if target is None else with_ending(Path(target))
    return [path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(1, count + 1)]


def _own_name(source: "SourceLike") -> Path:
    """The name of the source, ending in .gif, in the current folder."""
    if isinstance(source, str | Path) and is_pattern(str(source)) and not Path(source).exists():
        matches(str(source))  # there may be none: that is told first
        source = []
    if not isinstance(source, str | Path):
        raise SettingError("several sources, or what is no file, have no name: say which file to write")
    return Path(Path(source).absolute().name or "clip").with_suffix(".gif")
