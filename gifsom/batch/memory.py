"""Memory of a folder of GIFs: what made each, so that a batch with other options makes it anew.

One small file lies beside the GIFs. It has a digest for each, of the options, of the source's size and time and of
gifsom's version, and the GIF's size; no path, and nothing that could be read back.
"""

import hashlib
import json
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from gifsom import __version__
from gifsom.batch import remote
from gifsom.core.errors import GifsomError
from gifsom.core.files import replacing
from gifsom.core.values import parse_color
from gifsom.options.conversion import ConvertOptions
from gifsom.palette.palette import Palette

NAME: Final = ".gifsom.json"

MAX_BYTES: Final = 1 << 26
"""Longest file that is read: some 500 000 GIFs."""

PAUSE: Final = 2.0
"""Seconds between two writings while GIFs are made."""


class Memory:
    """The memory of one folder, which is a path or an address.

    `known`: what made each GIF, by its name: a digest, and the size of the GIF; empty where nothing is remembered.
    """

    def __init__(self, folder: str) -> None:
        self._place = f"{folder.rstrip('/')}/{NAME}" if remote.is_remote(folder) else str(Path(folder, NAME))
        self.known = self._read()
        self._news: dict[str, tuple[str, int] | None] = {}
        self._written = float("-inf")

    def made(self, name: str, digest: str, size: int) -> None:
        """A GIF of `size` bytes has been made; the file says so soon."""
        self._news[name] = digest, size
        if time.monotonic() - self._written > PAUSE:
            self.write()

    def forget(self, names: Iterable[str]) -> None:
        """These are about to be made anew: whatever happens, none counts for what it was."""
        self._news |= dict.fromkeys((name for name in names if name in self.known), None)
        self.write()

    def write(self) -> None:
        """Write the file, with what other batches have said in it meanwhile."""
        if not self._news:
            return
        self.known = {name: one for name, one in {**self._read(), **self._news}.items() if one is not None}
        self._news.clear()
        data = (json.dumps({"gifsom": 1, "made": self.known}, indent=0, sort_keys=True) + "\n").encode()
        with suppress(GifsomError):  # the GIFs are there: the next batch leaves them alone, and says so
            if remote.is_remote(self._place):
                with tempfile.TemporaryDirectory(prefix="gifsom-") as own:
                    file = Path(own, NAME)
                    file.write_bytes(data)
                    remote.store(file, self._place)
            else:
                with replacing(Path(self._place), overwrite=True) as stream:
                    stream.write(data)
        self._written = time.monotonic()

    def _read(self) -> dict[str, tuple[str, int]]:
        """Content of the file; nothing where it is missing, damaged or of another kind."""
        try:
            if remote.is_remote(self._place):
                with tempfile.TemporaryDirectory(prefix="gifsom-") as own:
                    remote.fetch(self._place, Path(own, NAME))
                    said = _loaded(Path(own, NAME))
            else:
                said = _loaded(Path(self._place))
        except (GifsomError, OSError, ValueError, RecursionError):
            return {}
        made = said.get("made") if isinstance(said, dict) else None
        if not isinstance(made, dict):
            return {}
        return {name: (one[0], one[1]) for name, one in made.items() if isinstance(one, list) and len(one) == 2}


def _loaded(path: Path) -> Any:
    if not path.is_file() or path.stat().st_size > MAX_BYTES:
        return None
    return json.loads(path.read_bytes())


def digest(options: Mapping[str, Any], about: tuple[int | None, float | None]) -> str:
    """A digest of all that makes a GIF: options as for `gifsom.convert`, size and time of the source, the version.

    >>> digest({"quality": 60}, (9, 1.0)) == digest({"quality": 60, "overwrite": True, "fps": None}, (9, 1.0))
    True
    """
    settings = ConvertOptions.of(options)
    start, end = settings.span
    known = replace(
        settings,
        overwrite=False,  # these change no GIF
        strict=False,
        max_pixels=1,
        start=start,
        end=end,
        duration=None,
        max_size=settings.limit,
        map_size=str(settings.map_size),
        background=None if settings.background is None else parse_color(settings.background),
        palette=None,
    )
    palette = settings.palette
    if palette is not None and not isinstance(palette, Palette):
        palette = Palette.load(palette)
    said = repr((__version__, known, None if palette is None else palette.hexes, about))
    return hashlib.sha256(said.encode("utf-8", "backslashreplace")).hexdigest()
