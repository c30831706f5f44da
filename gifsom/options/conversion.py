"""ConvertOptions: the values of one conversion, checked, with what follows from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from gifsom.core.errors import SettingError
from gifsom.core.values import QUALITY, TABLE, Color, Seconds, parse_seconds, parse_size, span
from gifsom.options.dressing import Drawing
from gifsom.options.edits import check_edits
from gifsom.options.option import entries, unknown
from gifsom.options.table import EDITS, OPTIONS, Shortcuts, Showing

if TYPE_CHECKING:
    from gifsom.palette.palette import Palette


_HANDLING = ("overwrite", "strict", "trust", "max_pixels", "reader", "seed")
"""Options that say nothing of the GIF."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertOptions:
    """The values of all options of a conversion, those of edits in `edits`, in the order in which they are done.

    `ConvertOptions.of` makes them of keywords; names, meanings, checks and defaults are those of gifsom.options.table.
    """

    edits: tuple[tuple[str, Any], ...]
    usual_fps: float | None
    usual_width: int | None
    still_threshold: float | str | None
    max_frames: int | None
    start: Seconds
    end: Seconds | None
    duration: Seconds | None
    colors: int
    palette: "Palette | str | Path | None"
    quality: int | None
    map_size: str | int
    dither: str
    max_size: int | str | None
    cursor: bool | None
    clicks: bool | None
    keys: bool | None
    shortcuts: bool | None
    click_style: str | None
    pointer_scale: float | None
    spotlight: bool | None
    hide_pointer: float | None
    loop: int | None
    background: str | Color | None
    transparent: bool
    overwrite: bool
    strict: bool
    trust: bool
    max_pixels: int
    reader: str | None
    stream: int | None
    deinterlace: str
    seed: int

    @classmethod
    def of(cls, options: Mapping[str, Any], known: Iterable[str] = OPTIONS) -> Self:
        """From keyword arguments: those of edits in their order, then the pairs in `edits`.

        A name that is not `known` is a TypeError that tells which one was meant. Raises `SettingError` for a value
        outside its range.
        """
        for name in options:
            if name not in known:
                raise TypeError(unknown("option ", name, known))
        edits = [(name, value) for name, value in options.items() if name in EDITS and value is not None]
        values = {name: one.default for name, one in OPTIONS.items() if name not in EDITS}
        values |= {name: value for name, value in options.items() if name not in EDITS}
        return cls(**values | {"edits": (*edits, *values["edits"])})

    def __post_init__(self) -> None:
        check_edits(self.edits)
        for name, option in OPTIONS.items():
            if name not in EDITS:
                option.verify(name, getattr(self, name))
        if self.palette is not None and self.colors != TABLE:
            raise SettingError("palette and colors exclude each other: a palette has as many as it has")
        if self.end is not None and self.duration is not None:
            raise SettingError("end and duration exclude each other")
        if self.duration is not None and parse_seconds(self.duration) == 0:
            raise SettingError("duration is 0: the GIF would be empty")
        span(self.start, self.end)
        if self.background is not None and self.transparent:
            raise SettingError("background and transparent exclude each other")

    def lossy(self, fits: bool) -> int | None:
        """The best quality at which a clip is coded, of which it is known whether all colors fit; None: exactly."""
        if fits and self.quality in (None, 100):
            return None
        return QUALITY if self.quality is None else self.quality

    @property
    def showing(self) -> dict[str, Any]:
        """Values of all that only recordings have, where any is asked."""
        names = entries(Showing, Shortcuts, Drawing)
        return {name: value for name in names if (value := getattr(self, name)) is not None}

    @property
    def limit(self) -> int | None:
        """Bytes that the GIF may have, or None."""
        return None if self.max_size is None else parse_size(self.max_size)

    @property
    def one_table(self) -> bool:
        """Whether all frames share one color table, whatever another would gain."""
        return str(self.map_size) == "256" or self.colors != TABLE or self.palette is not None

    @property
    def span(self) -> tuple[float, float | None]:
        """Start and end in seconds of the part that is converted; the end is None for the clip's own."""
        start = parse_seconds(self.start)
        if self.duration is not None:
            return start, start + parse_seconds(self.duration)
        return start, None if self.end is None else parse_seconds(self.end)

    @property
    def own_rate(self) -> bool:
        """Whether a rate is asked, so that there is no usual one."""
        return any(EDITS[name].paces(value) for name, value in self.edits)

    @property
    def rate(self) -> float | None:
        """The rate that is asked first: that of pictures without a time of their own; None: none is asked."""
        return next((EDITS[name].parsed(name, value) for name, value in self.edits if name == "fps"), None)

    @property
    def own_size(self) -> bool:
        """Whether a size is asked, so that there is no usual one."""
        return any(EDITS[name].sizes for name, _ in self.edits)

    @property
    def plain(self) -> bool:
        """Whether nothing is asked of how a clip is coded."""
        return self._usual_but(
            *_HANDLING,
            "edits",
            "usual_fps",
            "usual_width",
            "still_threshold",
            "max_frames",
            "start",
            "end",
            "duration",
            "loop",
        )

    @property
    def unchanging(self) -> bool:
        """Whether nothing is asked at all of what is shown, when, and how it is coded."""
        return self._usual_but(*_HANDLING)

    @property
    def uncoded(self) -> bool:
        """Whether nothing is asked that only a GIF has."""
        usual = ConvertOptions.of({})
        names = ("max_size", "colors", "palette", "map_size", "dither")
        return all(getattr(self, name) == getattr(usual, name) for name in names)

    def _usual_but(self, *names: str) -> bool:
        return self == replace(ConvertOptions.of({}), **{name: getattr(self, name) for name in names})
