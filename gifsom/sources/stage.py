"""The overlays of a recording as time goes on: which of its events are seen, from when, and until when."""

from collections import deque
from dataclasses import dataclass, replace
from math import inf
from typing import Final

import numpy as np
from PIL import Image

from gifsom.draw.overlay import STEPS, ClickStyle, Ring, Scene, is_seen, words
from gifsom.spool import Event
from gifsom.spool.events import Click, Key, Pointer, Shape

FADE: Final = 0.4
"""Seconds in which the ring of a click grows and fades after the button went up."""

CAPTION: Final = 1.5
"""Seconds that keys are shown after the last of them."""

TOGETHER: Final = 1.0
"""Seconds within which a key joins those before it."""

KEYS: Final = 64
"""Keys pressed one after the other that are shown, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """How the overlays of a recording are drawn, and which.

    cursor         the pointer is drawn
    clicks         rings are drawn where buttons are pressed
    keys           keys are drawn as a caption
    shortcuts      of these only combinations and function keys
    click_style    colors and radius of the rings
    pointer_scale  the pointer's size relative to its own
    spotlight      there is a halo around it
    hide_pointer   seconds of rest after which it is hidden; None: it never is
    """

    cursor: bool = True
    clicks: bool = True
    keys: bool = True
    shortcuts: bool = False
    click_style: ClickStyle = ClickStyle()  # noqa: RUF009 - it is frozen
    pointer_scale: float = 1.0
    spotlight: bool = False
    hide_pointer: float | None = None


@dataclass(slots=True)
class _Press:
    """A button that is down, or went up at `end`, and where."""

    x: int
    y: int
    end: float = inf


class Stage:
    """Overlays as time goes on.

    Attributes:
        scene: the current one.
        due: the time at which something changes, if nothing happens before.
    """

    def __init__(self, looks: Looks, size: tuple[int, int], fps: float) -> None:
        self._looks, self._size = looks, size
        self._step = max(FADE / STEPS, 1 / fps)  # seconds between two looks of a ring that fades
        self._shapes: dict[int, Shape] = {}
        self._pointer: Pointer | None = None
        self._active = 0.0  # when the pointer last did something
        self._presses: dict[int, _Press] = {}  # of each button
        self._keys: deque[Key] = deque(maxlen=KEYS)
        self._typed = 0.0
        self.scene = Scene(style=looks.click_style)
        self.due = inf

    def show(self, time: float, event: Event | None) -> None:
        """Apply an event at `time`, which never falls."""
        looks = self._looks
        match event:
            case Shape() if looks.cursor:
                self._shapes[event.number] = enlarged(event, looks.pointer_scale)
            case Pointer():
                self._point(time, event)
            case Click():
                self._active = time
                if looks.clicks:
                    self._click(time, event)
            case Key() if looks.keys and (event.shortcut or not looks.shortcuts):
                if time - self._typed >= TOGETHER:
                    self._keys.clear()
                self._keys.append(event)
                self._typed = time
        self._presses = {button: press for button, press in self._presses.items() if time < press.end + FADE}
        if time >= self._typed + CAPTION:
            self._keys.clear()
        self.due = min(self._changes(time), default=inf)
        self.scene = self._now(time)

    def _point(self, time: float, pointer: Pointer) -> None:
        """Move the pointer, and with it the rings of buttons that are held."""
        before = self._pointer
        if before is None or (before.x, before.y) != (pointer.x, pointer.y):
            self._active = time
        self._pointer = pointer
        for press in self._presses.values():
            if press.end == inf:
                press.x, press.y = pointer.x, pointer.y

    def _click(self, time: float, click: Click) -> None:
        """Show a ring from where the button goes down to where it goes up."""
        width, height = self._size
        held = self._presses.pop(click.button, None)
        if 0 <= click.x < width and 0 <= click.y < height and (click.pressed or held is not None):
            self._presses[click.button] = _Press(click.x, click.y, inf if click.pressed else time)

    def _changes(self, time: float) -> list[float]:
        """Times at which what is shown now looks different."""
        found = [self._typed + CAPTION] if self._keys else []
        for press in self._presses.values():
            if press.end < inf:
                looks = int((time - press.end) / self._step + 1e-6) + 1
                found.append(press.end + min(FADE, self._step * looks))
        rest = self._looks.hide_pointer
        if rest is not None and self._pointer is not None and time < self._active + rest:
            found.append(self._active + rest)
        return found

    def _now(self, time: float) -> Scene:
        rings = {
            Ring(press.x, press.y, button, _step(time, press) if press.end < inf else 0)
            for button, press in self._presses.items()
        }
        looks, pointer = self._looks, self._pointer
        scene = Scene(
            rings=tuple(sorted(rings)), caption=words(self._keys), style=looks.click_style, halo=looks.spotlight
        )
        shape = self._shapes.get(pointer.shape) if pointer is not None and looks.cursor else None
        rests = looks.hide_pointer is not None and time >= self._active + looks.hide_pointer
        if pointer is None or shape is None or rests or not is_seen(pointer, shape, self._size):
            return scene
        return replace(scene, pointer=(pointer.x, pointer.y), shape=shape)


def _step(time: float, press: _Press) -> int:
    """How far a ring has faded, 0 to STEPS - 1."""
    return min(STEPS - 1, int((time - press.end) / FADE * STEPS + 1e-6))


def enlarged(shape: Shape, scale: float) -> Shape:
    """The picture of a pointer at another size, its hot spot where it belongs."""
    if scale == 1:
        return shape
    height, width = shape.pixels.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    picture = Image.frombytes("RGBa", (width, height), np.ascontiguousarray(shape.pixels).tobytes())
    pixels = np.array(picture.resize(size, Image.Resampling.LANCZOS))
    pixels[..., :3] = np.minimum(pixels[..., :3], pixels[..., 3:])  # the filter overshoots
    return Shape(shape.number, pixels, (round(shape.hot[0] * scale), round(shape.hot[1] * scale)))
