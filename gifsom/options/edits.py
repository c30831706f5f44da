"""Edits by their names, tried and done in the order in which they are asked."""

from collections.abc import Iterable
from typing import Any

from gifsom.core.errors import SettingError
from gifsom.core.source import Source
from gifsom.core.values import BLACK
from gifsom.edit import Plain
from gifsom.edit.base import Noted
from gifsom.edit.picture import too_small
from gifsom.options.option import unknown
from gifsom.options.table import EDITS

_LONG = 1e9
"""Seconds of the black picture that edits are tried on."""


def check_edits(edits: Iterable[tuple[str, Any]], size: tuple[int, int] | None = None) -> None:
    """Raise `SettingError` for a value that is wrong for every clip, and for a name that is none.

    With the `size` of the pictures, width and height, also for what does not fit into them.
    """
    clip: Source = Plain(size or (640, 360), BLACK, _LONG)
    for name, value in edits:
        if name not in EDITS:
            raise SettingError(unknown("edit ", name, EDITS))
        edit = EDITS[name]
        parsed = edit.parsed(name, value)
        if size is not None or not edit.placed:
            tried = edit.applied(name, clip, parsed)
            clip = clip if tried.size == clip.size else tried  # what lasts for ever has no frames to be counted


def edited(clip: Source, edits: Iterable[tuple[str, Any]], threshold: float | str | None = None) -> Source:
    """The clip after some edits, one after the other; `threshold` of what is still. Raises `SettingError` and
    `SourceError`.
    """
    for name, value in edits:
        note = too_small(name, clip, value) if name in ("width", "height", "fit") else None
        clip = EDITS[name].applied(name, clip, EDITS[name].parsed(name, value), threshold)
        clip = clip if note is None else Noted(clip, note)
    return clip
