"""Settings: what a conversion is asked to do, once for the API and the command line."""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from gifsom.core.errors import SettingError, printable
from gifsom.core.values import (
    DITHERS,
    MAP_SIZES,
    MAX_PIXELS,
    QUALITY,
    READERS,
    TABLE,
    Color,
    Seconds,
    check_whole,
    parse_color,
    parse_seconds,
    parse_size,
    span,
)
from gifsom.edit.chain import EDITS, SIZING, check_edits

if TYPE_CHECKING:
    from gifsom.palette.palette import Palette


_HANDLING = ("overwrite", "strict", "max_pixels", "reader", "seed")
"""Fields that say nothing of the GIF."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a conversion is asked to do. Raises `SettingError` for a value outside its range.

    edits       names of edits (see `gifsom.edit.chain.EDITS`) with their values, in the order in which they are done
    usual_fps   frames per second at most where `edits` ask for no rate, 0 < fps <= 50; None: 15 for a video, and an
                animation keeps its own delays
    usual_width pixels at most where `edits` ask for no size, 1 to 16000; None: 640 for a video, and an animation
                keeps its own size
    start       seconds (or "1:05") into the clip at which the GIF begins
    end         seconds into the clip at which it ends; None: the clip's own end
    duration    length of the GIF in seconds, instead of `end`
    colors      visible colors, 2 to 256
    palette     a `Palette` of up to 256 colors, or the path of a palette file, instead of learning one
    quality     1 to 100: bytes are weighed against visible errors, the lower, the smaller the file; 100 is as good as
                the colors allow. None: 80; but a clip whose colors all fit is exact. A transparent one gets the nearest
                colors, whatever the quality. With max_size: at most this one, and None is 100
    map_size    colors of the shared map, 256, 1024 or "auto": more than 256 let a frame take a table of its own where
                that pays; "auto" is 1024 unless colors or a palette are given
    dither      patterns for colors that are missing: "none"; "blue-noise", locked to the screen, everywhere;
                "floyd-steinberg", finer, and larger and restless in a clip; "auto": blue noise where bands would show
    max_size    bytes, or "10MB", "500 kB", "1.5MiB", that the GIF may have: quality is lowered for that, and then fps
                and width, unless edits say them; None: as many as it takes
    cursor      of a recording: the pointer is drawn; None: it is
    clicks      of a recording: rings are drawn where buttons are pressed; None: where there are any
    keys        of a recording: keys are drawn as a caption; None: where there are any
    loop        how many times the GIF plays, 0 for ever, up to 65536; None: as an animation says, else for ever
    background  what lies behind a transparent clip (CSS name, "#rrggbb" or three numbers); None: white for a video, and
                pictures stay transparent
    transparent a video stays transparent, too, with clean edges
    overwrite   replace a file that is there
    strict      a clip of which only a part can be read is an error
    max_pixels  pixels of a source's picture above which it is refused
    reader      the plugin of imageio that reads every file: FITS, pydicom, rawpy or tifffile; None: by what is in it
    seed        start of the random choice of the training sample: the same seed gives the same bytes
    """

    edits: tuple[tuple[str, Any], ...] = ()
    usual_fps: float | None = None
    usual_width: int | None = None
    start: Seconds = 0.0
    end: Seconds | None = None
    duration: Seconds | None = None
    colors: int = TABLE
    palette: "Palette | str | Path | None" = None
    quality: int | None = None
    map_size: str | int = "auto"
    dither: str = "auto"
    max_size: int | str | None = None
    cursor: bool | None = None
    clicks: bool | None = None
    keys: bool | None = None
    loop: int | None = None
    background: str | Color | None = None
    transparent: bool = False
    overwrite: bool = False
    strict: bool = False
    max_pixels: int = MAX_PIXELS
    reader: str | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        check_edits(self.edits)
        usual = ("fps", self.usual_fps), ("width", self.usual_width)
        check_edits((name, value) for name, value in usual if value is not None)
        check_whole("colors", self.colors, 2, TABLE)
        if self.palette is not None and self.colors != TABLE:
            raise SettingError("palette and colors exclude each other: a palette has as many as it has")
        if self.quality is not None:
            check_whole("quality", self.quality, 1, 100)
        if printable(self.map_size) not in MAP_SIZES:
            raise SettingError(f"map_size is {printable(self.map_size)}: give one of {', '.join(MAP_SIZES)}")
        if self.dither not in DITHERS:
            raise SettingError(f"dither is {printable(self.dither)}: give one of {', '.join(DITHERS)}")
        if self.max_size is not None:
            parse_size(self.max_size)
        check_whole("max_pixels", self.max_pixels, 1, 2**31 - 1)
        if self.reader is not None and printable(self.reader).lower() not in map(str.lower, READERS):
            raise SettingError(f"reader is {printable(self.reader)}: give one of {', '.join(READERS)}")
        check_whole("seed", self.seed, 0, 2**63)
        if self.loop is not None:
            check_whole("loop", self.loop, 0, 65_536)
        if self.end is not None and self.duration is not None:
            raise SettingError("end and duration exclude each other")
        if self.duration is not None and parse_seconds(self.duration) == 0:
            raise SettingError("duration is 0: the GIF would be empty")
        span(self.start, self.end)
        if self.background is not None:
            parse_color(self.background)
            if self.transparent:
                raise SettingError("background and transparent exclude each other")

    def lossy(self, fits: bool) -> int | None:
        """The best quality at which a clip is coded, of which it is known whether all colors fit; None: exactly."""
        if fits and self.quality in (None, 100):
            return None
        if self.quality is None:
            return QUALITY if self.max_size is None else 100
        return self.quality

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
        return any(name == "fps" for name, _ in self.edits)

    @property
    def rate(self) -> float | None:
        """The rate that is asked first: that of pictures without a time of their own; None: none is asked."""
        return next((value for name, value in self.edits if name == "fps"), None)

    @property
    def own_size(self) -> bool:
        """Whether a size is asked, so that there is no usual one."""
        return any(name in SIZING for name, _ in self.edits)

    @property
    def plain(self) -> bool:
        """Whether nothing is asked of how a clip is coded."""
        return self._usual_but(*_HANDLING, "edits", "usual_fps", "usual_width", "start", "end", "duration", "loop")

    @property
    def unchanging(self) -> bool:
        """Whether nothing is asked at all of what is shown, when, and how it is coded."""
        return self._usual_but(*_HANDLING)

    @property
    def uncoded(self) -> bool:
        """Whether nothing is asked that only a GIF has."""
        usual = Settings()
        names = ("max_size", "colors", "palette", "map_size", "dither")
        return all(getattr(self, name) == getattr(usual, name) for name in names)

    def _usual_but(self, *names: str) -> bool:
        return self == replace(Settings(), **{name: getattr(self, name) for name in names})

    @classmethod
    def of(cls, options: dict[str, Any]) -> Self:
        """Settings from keyword arguments: those of edits in their order, then the pairs in `edits`.

        A name that does not exist is a TypeError that lists those that do.
        """
        names = [field.name for field in fields(cls)]
        for name in options:
            if name not in names and name not in EDITS:
                raise TypeError(f"there is no option {name!r}: there are {', '.join([*names, *EDITS])}")
        edits = [(name, value) for name, value in options.items() if name in EDITS and value is not None]
        rest = {name: value for name, value in options.items() if name not in EDITS}
        return cls(**rest | {"edits": (*edits, *options.get("edits", ()))})
