"""Clip, the public facade: a source of frames with edits, saving and display as methods; and `open`."""

from collections.abc import Callable, Iterator
from functools import update_wrapper, wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Concatenate, NoReturn, ParamSpec, Unpack

from gifsom import edit, sources
from gifsom.conversion.pipeline import convert
from gifsom.conversion.stages import open_edited
from gifsom.core.frame import Frame, Shortfall
from gifsom.core.result import Result
from gifsom.core.source import Holder, Source
from gifsom.core.values import Seconds
from gifsom.interop.notebook import preview
from gifsom.options.conversion import ConvertOptions
from gifsom.options.document import expanded, is_document
from gifsom.options.table import Options
from gifsom.recorder import recorder

if TYPE_CHECKING:
    from gifsom.sources.opener import SourceLike

P = ParamSpec("P")

RENAMED = {"limit_idle": "idle_limit", "resample": "fps", "resize": "width or height"}
"""Methods of version 0.1 that have the names of the options now."""


def _chained(of: Callable[Concatenate[Source, P], Source]) -> Callable[Concatenate["Clip", P], "Clip"]:
    """The method of Clip that does an edit, with the edit's own words and arguments."""

    def method(self: "Clip", /, *args: P.args, **kwargs: P.kwargs) -> "Clip":
        return Clip(of(self.source, *args, **kwargs))

    update_wrapper(method, of)
    _, *asked = signature(of).parameters.values()
    itself = Parameter("self", Parameter.POSITIONAL_ONLY)
    method.__signature__ = Signature([itself, *asked], return_annotation="Clip")  # type: ignore[attr-defined]
    return method


class Clip(Holder):
    """A clip: frames of one size, with rising times, which can be read again and again.

    An edit gives a new clip and changes nothing; nothing is read before frames are asked for.

    >>> gifsom.open("fixtures/scene.mp4").trim(0.5, 2).width(320).speed(2)
    <Clip of fixtures/scene.mp4, 320x180 pixels>
    """

    def __init__(self, source: Source) -> None:
        """A clip of a source. `gifsom.open` makes one of whatever can be opened."""
        self.source = source

    def __repr__(self) -> str:
        return f"<Clip of {self.source.name}, {self.size[0]}x{self.size[1]} pixels>"

    @property
    def name(self) -> str:
        """Path of its file, printable, for messages."""
        return self.source.name

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.source.size

    @property
    def duration(self) -> float:
        """Length in seconds, > 0, as exactly as known; exact once all frames have been read."""
        return self.source.duration

    @property
    def rate(self) -> float | None:
        """Highest number of frames in any second; None where it is not known."""
        return self.source.rate

    @property
    def count(self) -> int | None:
        """Number of frames to expect; None where it is not known."""
        return self.source.count

    @property
    def plays(self) -> int | None:
        """Number of times that the source asks to be played, 0 for ever; None where it does not say."""
        return self.source.plays

    @property
    def shortfall(self) -> Shortfall | None:
        """Seconds that the last complete reading found missing; None when everything was there."""
        return self.source.shortfall

    def frames(self) -> Iterator[Frame]:
        """The frames in order, read-only, from 0 s on, the same ones at each call.

        >>> [round(frame.start, 2) for frame in gifsom.open("fixtures/sprite.gif").frames()][:3]
        [0.0, 0.12, 0.2]
        """
        return self.source.frames()

    trim = _chained(edit.trim)
    fps = _chained(edit.fps)
    width = _chained(edit.width)
    height = _chained(edit.height)
    fit = _chained(edit.fit)
    scale = _chained(edit.scale)
    crop = _chained(edit.crop)
    rotate = _chained(edit.rotate)
    flip = _chained(edit.flip)
    cut = _chained(edit.cut)
    only = _chained(edit.only)
    frame_delay = _chained(edit.frame_delay)
    hold = _chained(edit.hold)
    duplicate = _chained(edit.duplicate)
    move = _chained(edit.move)
    insert = _chained(edit.insert)
    title = _chained(edit.title)
    fade = _chained(edit.fade)
    speed = _chained(edit.speed)
    fast_forward = _chained(edit.fast_forward)
    reverse = _chained(edit.reverse)
    boomerang = _chained(edit.boomerang)
    loop_smooth = _chained(edit.loop_smooth)
    still_outside = _chained(edit.still_outside)
    trim_still = _chained(edit.trim_still)
    drop_duplicates = _chained(edit.drop_duplicates)
    idle_limit = _chained(edit.idle_limit)
    hold_last = _chained(edit.hold_last)
    zoom = _chained(edit.zoom)
    backdrop = _chained(edit.backdrop)
    border = _chained(edit.border)
    overlay = _chained(edit.overlay)
    caption = _chained(edit.caption)
    subtitles = _chained(edit.subtitles)
    blur = _chained(edit.blur)
    pixelate = _chained(edit.pixelate)
    solid = _chained(edit.solid)
    progress_bar = _chained(edit.progress_bar)
    progress_style = _chained(edit.progress_style)
    grayscale = _chained(edit.grayscale)
    brightness = _chained(edit.brightness)
    contrast = _chained(edit.contrast)
    saturation = _chained(edit.saturation)

    def split(self, *places: Seconds) -> "list[Clip]":
        """The parts before, between and behind some places: times, or frames such as "#20", with which a part begins.

        >>> [part.duration for part in gifsom.open("fixtures/scene.mp4").split(1, "0:02.5")]
        [1.0, 1.5, 0.5]
        """
        return [Clip(part) for part in edit.split(self.source, *places)]

    def save(self, path: str | Path | BinaryIO, **options: Unpack[Options]) -> Result:
        """Write a GIF; options as for `gifsom.convert`.

        >>> gifsom.open("fixtures/sprite.gif").save("copy.gif").frames
        12
        """
        return convert(self, path, **options)

    def edit(self, *, no_browser: bool = False) -> "Clip":
        """Open the clip in the studio, in a browser; the edited clip, once its page is closed or Ctrl-C is pressed.

        Args:
            no_browser: print the address, and open nothing.

        Raises:
            SettingError, SourceError: where the clip cannot be read.
        """
        from gifsom.studio.server import edit_source  # here: nothing else needs a server

        return Clip(edit_source(self.source, no_browser=no_browser))

    def _repr_html_(self) -> str | None:
        """HTML for a notebook: the first seconds as a small GIF."""
        return preview(self.source)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            hint = f": it is {RENAMED[name]} now" if name in RENAMED else ""
            raise AttributeError(f"a Clip has no {name!r}{hint}", name=name, obj=self)


class Recorder(recorder.Recorder):
    __doc__ = recorder.Recorder.__doc__

    @property
    def clip(self) -> Clip:
        """The recorded part of the screen. Raises `SourceError`."""
        return Clip(self.source)


def _opens(opener: Callable[P, Source]) -> Callable[P, Clip]:
    """A function that gives a Clip where `opener` gives a source."""

    @wraps(opener)
    def opening(*args: P.args, **kwargs: P.kwargs) -> Clip:
        return Clip(opener(*args, **kwargs))

    return opening


@wraps(sources.open)
def _source(source: "SourceLike", **options: Any) -> Source:
    """A source, or what a document says: its sources, with its edits."""
    if not is_document(source):
        return sources.open(source, **options)
    opening, asked = expanded(source, options)
    return open_edited(opening, ConvertOptions.of(asked))


open = _opens(_source)
open_raw = _opens(sources.open_raw)
