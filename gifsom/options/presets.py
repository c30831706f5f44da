"""Presets: what a place such as GitHub wants of a GIF, as data that can be edited (presets.toml, settings files)."""

import tomllib
from dataclasses import dataclass, replace
from importlib.resources import files as resources
from pathlib import Path
from typing import Any, cast

from gifsom.core.errors import SettingError, printable
from gifsom.options import config
from gifsom.options.option import unknown
from gifsom.options.table import Options


@dataclass(frozen=True, slots=True)
class Preset:
    """Options under one name.

    name     what `--preset` calls it
    options  as on the command line; its rate and width are the usual ones, which max_size may lower
    origin   the settings files that say so, the one that counts most last; none: it is gifsom's own
    """

    name: str
    options: dict[str, Any]
    origin: tuple[Path, ...] = ()


def presets() -> dict[str, Preset]:
    """All that there are, by name, in order: gifsom's own, with what settings files add and change.

    Raises:
        SettingError: for a settings file that is wrong, with one line that names it and the key.
        SourceNotFound: where GIFSOM_CONFIG names no file.
    """
    own = tomllib.loads(resources("gifsom.options").joinpath("presets.toml").read_text("utf-8"))
    found = {name: Preset(name, options) for name, options in own.items()}
    for path in config.files():
        for name, table in config.section(path, "presets").items():
            where = f"{printable(path)}, [presets.{printable(name)}]"
            if not isinstance(table, dict):
                raise SettingError(f"{where} is no table: it is {printable(table)}")
            options = config.checked(table, config.PRESET, where, path.parent)
            before = found.get(name, Preset(name, {}))
            found[name] = replace(before, options=before.options | options, origin=(*before.origin, path))
    return dict(sorted(found.items()))


def preset(name: str) -> Options:
    """The options of a preset, for `gifsom.convert`; its rate and width are the usual ones.

    Args:
        name: "github", "slack", "discord", "email", "docs", "emoji", "sticker", or one of a settings file, as `gifsom
            presets` lists them.

    Raises:
        SettingError: where there is none of that name, with those that there are; and as `presets`.

    >>> gifsom.preset("github")["max_size"]
    '10MB'
    """
    usual = {"fps": "usual_fps", "width": "usual_width"}
    return cast(Options, {usual.get(option, option): value for option, value in find(name).options.items()})


def find(name: str) -> Preset:
    """The preset of a name. Raises as `preset`."""
    found = presets()
    if name not in found:
        raise SettingError(unknown("preset ", name, found))
    return found[name]
