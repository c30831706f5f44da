"""Animations as HTML for notebooks, with the data inside, so that the file may be removed."""

from base64 import b64encode
from pathlib import Path

LARGEST = 32_000_000
"""Size of a file in bytes above which a notebook gets a line of text instead: base64 takes a third more."""

KINDS = {"": "gif", ".gif": "gif", ".webp": "webp", ".apng": "apng"}
"""Suffixes of files that a browser plays as a picture."""


def embedded(path: Path) -> str | None:
    """The file as an `<img>` tag; None, for which a notebook shows the `repr`, where there is nothing to show."""
    kind = KINDS.get(path.suffix.lower())
    try:
        if kind is None or path.stat().st_size > LARGEST:
            return None
        return f'<img src="data:image/{kind};base64,{b64encode(path.read_bytes()).decode()}">'
    except OSError:
        return None
