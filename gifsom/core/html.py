"""Animations as HTML for notebooks, with the data inside, so that the file may be removed."""

from base64 import b64encode
from collections.abc import Iterable
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

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


def report(picture: "Image", rows: Iterable[tuple[str, str]], lines: Iterable[str] = ()) -> str:
    """A table of names and values, lines of text, and a picture below them."""
    data = BytesIO()
    picture.save(data, "PNG")
    table = "".join(f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in rows)
    text = "".join(f"<li>{escape(line)}</li>" for line in lines)
    shown = f'<img src="data:image/png;base64,{b64encode(data.getvalue()).decode()}">'
    return f"<table>{table}</table>" + (f"<ul>{text}</ul>" if text else "") + shown
