"""Keys that end a recording or pause it, whatever window has the keyboard."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Self

from gifsom.core.errors import ScreenUnavailable, SettingError, printable
from gifsom.recorder.keys import Chord, parse_chord
from gifsom.recorder.systems.current import is_wayland

if TYPE_CHECKING:
    from gifsom.recorder.systems.portal_keys import ChordListener as PortalListener
    from gifsom.recorder.systems.win32_hotkeys import ChordListener as WindowsListener
    from gifsom.recorder.systems.x11.hotkeys import ChordListener as X11Listener

ACTIONS: Final = ("stop", "toggle")
"""Commands to a recording that have keys, in the order in which keys are named."""

USUAL: Final = ("Ctrl+Alt+Shift+G", "Ctrl+Alt+Shift+B")
"""Keys that neither the desktops nor the usual programs take; G is for GIF, B for break."""

BIND: Final = "bind `gifsom stop` and `gifsom toggle` to keys in the settings of the desktop"


def parse_hotkeys(text: str) -> dict[str, Chord]:
    """Keys of ACTIONS from "KEYS", "KEYS,KEYS" or "none"; the usual ones for those that are not named.

    Raises `SettingError`.

    >>> {action: chord.text for action, chord in parse_hotkeys("ctrl+f9").items()}
    {'stop': 'Ctrl+F9', 'toggle': 'Ctrl+Alt+Shift+B'}
    """
    if text.strip().casefold() == "none":
        return {}
    named = text.split(",")
    if len(named) > len(ACTIONS):
        raise SettingError(f"'{printable(text)}' are too many keys: those that end it, a comma, those that pause it")
    chords = [parse_chord(keys) for keys in (*named, *USUAL[len(named) :])]
    if len(set(chords)) < len(chords):
        raise SettingError(f"'{printable(text)}' are the same keys twice: {chords[0].text} cannot end it and pause it")
    return dict(zip(ACTIONS, chords, strict=True))


class Hotkeys:
    """Chords of keys, of which each press calls `act` with its name, from a thread; a context manager.

    taken  names of those that are not heard: another program has them, or the user has refused them
    texts  the keys by name, as the desktop tells them
    """

    def __init__(self, chords: dict[str, Chord], act: Callable[[str], None]) -> None:
        """Listen from now on; a Wayland desktop may ask the user first.

        Raises `ScreenUnavailable` where a program cannot do so, and says what would do.
        """
        self._names, self._act = list(chords), act
        try:
            self._listener = _listener(list(chords.values()), self._press) if chords else None
        except ScreenUnavailable as error:
            raise ScreenUnavailable(f"{error}: {BIND}") from None
        taken, triggers = (self._listener.taken, self._listener.triggers) if self._listener else (set(), {})
        self.taken = [self._names[number] for number in sorted(taken)]
        self.texts = {name: triggers.get(n, chord.text) for n, (name, chord) in enumerate(chords.items())}

    def _press(self, number: int) -> None:
        self._act(self._names[number])

    def close(self) -> None:
        """Give the keys back; idempotent."""
        if self._listener is not None:
            self._listener.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _listener(chords: list[Chord], put: Callable[[int], None]) -> "PortalListener | WindowsListener | X11Listener":
    """The one of this system, imported where it can be."""
    if sys.platform == "win32":
        from gifsom.recorder.systems.win32_hotkeys import ChordListener as OfWindows

        return OfWindows(chords, put)
    if sys.platform == "darwin":
        raise ScreenUnavailable("keys of all windows are told to no program here")
    if is_wayland():
        try:
            from gifsom.recorder.systems.portal_keys import ChordListener as OfPortal
        except ImportError:
            raise ScreenUnavailable("keys of all windows need the package jeepney on Wayland") from None
        return OfPortal(chords, put)
    from gifsom.recorder.systems.x11.hotkeys import ChordListener as OfX11

    return OfX11(chords, put)
