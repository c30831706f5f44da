"""Frames of an edited clip in any order: those that a conversion of the document codes, before they get a palette."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from threading import Condition, Event, Thread
from typing import Final

from gifsom.conversion import stages
from gifsom.core.errors import GifsomError
from gifsom.core.frame import Frame, LazyFrame
from gifsom.core.source import Source
from gifsom.core.values import VIDEO_FPS
from gifsom.edit.store import Store
from gifsom.options.conversion import ConvertOptions
from gifsom.options.document import Document
from gifsom.studio.reel import Reel, Shelf

HELD: Final = 24
"""Frames that stay as they are once they have been asked for."""


class StepError(Exception):
    """An edit of a document cannot be done.

    step  its number in the document; None: it is no single edit
    """

    def __init__(self, step: int | None, text: str) -> None:
        super().__init__(text)
        self.step = step


@dataclass(frozen=True, slots=True)
class Opened:
    """A document's clip as a conversion has it.

    source    as it was opened
    edited    with all edits
    shown     at the rate and size of the GIF
    settings  of its conversion
    """

    source: Source
    edited: Source
    shown: Source
    settings: ConvertOptions


def open_document(document: Document, shelf: Shelf, upto: int | None = None) -> Opened:
    """Open a document's clip, over the frames that a shelf keeps; with the first `upto` steps only, if given.

    Raises:
        StepError: an edit cannot be done, or the sources cannot be read.
    """
    try:
        return _open(document, shelf, upto)
    except GifsomError as error:
        raise StepError(_culprit(document, shelf), str(error)) from error


def _open(document: Document, shelf: Shelf, upto: int | None = None) -> Opened:
    done = document if upto is None else replace(document, steps=document.steps[:upto])
    settings = ConvertOptions.of(done.keywords)
    sources = [*document.sources]
    made = (*sources, settings.background, settings.transparent, settings.reader, settings.stream)
    drawn = sorted((name, str(value)) for name, value in settings.showing.items())
    key = (*made, settings.deinterlace, settings.max_pixels, settings.rate, *drawn)
    opening = shelf.opening(sources)
    reel = Reel(shelf.opened(key, lambda: stages.opened(opening, settings)), shelf, key)
    edited = stages.with_edits(reel, settings)
    return Opened(reel, edited, stages.at_default_rate_and_size(edited, settings), settings)


def _culprit(document: Document, shelf: Shelf) -> int | None:
    """The number of the first step that cannot be done; None: not even the sources can be read, or it is no step."""
    for upto in range(len(document.steps) + 1):
        try:
            _open(document, shelf, upto)
        except GifsomError:
            return upto - 1 if upto else None
    return None


class Stage:
    """All frames of a document's clip, which a thread of its own finds; their pictures are made when they are asked."""

    def __init__(self, document: Document, shelf: Shelf, told: Callable[["Stage"], None] | None = None) -> None:
        """Open a document. Raises `StepError`. `told` is called once all frames have been found, or that has failed."""
        self.document = document
        self.opened = open_document(document, shelf)
        self.size = self.opened.shown.size
        self.sizes = [*self._sizes(document, shelf), self.opened.edited.size]
        self.error: str | None = None
        self._shelf = shelf
        self._told = told
        self._frames: list[Frame] = []
        self._held: OrderedDict[tuple[int, int | None], Frame] = OrderedDict()
        self._before: dict[int, Source] = {}
        self._found = Condition()
        self._complete = Event()
        self._ended = Event()
        self._duration = 0.0
        self._store = Store()
        Thread(target=self._find, name="frames", daemon=True).start()

    @staticmethod
    def _sizes(document: Document, shelf: Shelf) -> Iterator[tuple[int, int]]:
        """Width and height before each step."""
        size: tuple[int, int] | None = None
        for number in range(len(document.steps)):
            if size is None or document.steps[number - 1].on:
                size = _open(document, shelf, number).edited.size
            yield size

    @property
    def complete(self) -> bool:
        """Whether all frames have been found."""
        return self._complete.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until all frames have been found, or so many seconds; whether they have."""
        return self._complete.wait(seconds)

    @property
    def usual_fps(self) -> float | None:
        """The usual rate, where the clip has that and its edits have other frames; None: they have the same ones."""
        settings = self.opened.settings
        own = settings.own_rate or self.opened.edited.native
        return None if own else settings.usual_fps or VIDEO_FPS

    @property
    def starts(self) -> list[float]:
        """When each frame that has been found appears, in seconds."""
        return [frame.start for frame in [*self._frames]]

    @property
    def duration(self) -> float:
        """Seconds; exact once all frames have been found."""
        return self._duration if self.complete else self.opened.shown.duration

    @property
    def notes(self) -> tuple[str, ...]:
        """Effects of edits, such as how much was cut."""
        return self.opened.shown.notes

    def frame(self, number: int, upto: int | None = None) -> Frame:
        """A frame with its picture, waiting until it has been found; with `upto`, as it is before that step.

        Raises `IndexError` where there are not so many, `StepError` where they cannot be read.
        """
        if (number, upto) in self._held:
            return self._held[number, upto]
        found = self._at(number)
        shown = _made(found) if upto is None else self._earlier(found.start, upto)
        self._held[number, upto] = shown
        while len(self._held) > HELD:
            self._held.popitem(last=False)
        return shown

    def frames(self) -> list[Frame]:
        """All frames, lazily; waits until they have been found. Raises `StepError`."""
        self._complete.wait()
        if self.error is not None:
            raise StepError(None, self.error)
        return [*self._frames]

    def end(self) -> None:
        """Find no more frames."""
        self._ended.set()

    def _at(self, number: int) -> Frame:
        with self._found:
            self._found.wait_for(lambda: len(self._frames) > number or self.complete)
        if self.error is not None:
            raise StepError(None, self.error)
        if not 0 <= number < len(self._frames):
            raise IndexError(f"frame {number} of {len(self._frames)}")
        return self._frames[number]

    def _earlier(self, time: float, upto: int) -> Frame:
        """The frame at a time of the clip with the first steps only: times of later edits are not followed back."""
        opened = open_document(self.document, self._shelf, upto)
        shown: Frame | None = None
        for frame in opened.edited.frames():
            if shown is not None and frame.start > time:
                break
            shown = frame
        assert shown is not None  # no clip is empty
        return _made(shown)

    def _find(self) -> None:
        try:
            for frame in self.opened.shown.frames():
                if self._ended.is_set():
                    break
                with self._found:
                    self._frames.append(frame if isinstance(frame, LazyFrame) else self._stored(frame))
                    self._found.notify_all()
            self._duration = self.opened.shown.duration
        except GifsomError as error:
            self.error = str(error)
        except BaseException:
            self.error = "its frames cannot be read"
            raise
        finally:
            with self._found:
                self._complete.set()
                self._found.notify_all()
            if self._told is not None and not self._ended.is_set():
                self._told(self)

    def _stored(self, frame: Frame) -> Frame:
        """A frame that was made to find it: its picture is kept on disk."""
        self._store.append(frame)
        number = len(self._store.starts) - 1
        return LazyFrame(frame.start, partial(self._read, number))

    def _read(self, number: int) -> Frame:
        return next(self._store.read([number]))


def _made(frame: Frame) -> Frame:
    """A frame whose picture has been made."""
    return frame.make().at(frame.start) if isinstance(frame, LazyFrame) else frame
