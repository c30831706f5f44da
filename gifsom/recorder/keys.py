"""Names of keys: in a caption as in a menu, with typed text as it is typed; and chords, which do something."""

from dataclasses import dataclass
from typing import Final

from gifsom.core.errors import SettingError, printable

COMMANDS = ("Ctrl", "Alt", "Super")
"""Modifiers that turn another key into a command, in the order in which they are written."""

NAMES = {
    "Return": "Enter",
    "Escape": "Esc",
    "BackSpace": "Backspace",
    "Prior": "PageUp",
    "Page_Up": "PageUp",
    "Next": "PageDown",
    "Page_Down": "PageDown",
    "ISO_Left_Tab": "Tab",
    "Left": "←",
    "Up": "↑",
    "Right": "→",
    "Down": "↓",
    " ": "␣",
}
"""Names of keys that differ from what a user would call them."""


def key_text(held: set[str], plain: str, typed: str) -> str:
    """The text of a `Key`.

    Args:
        held: those of Shift, Ctrl, Alt and Super that are held.
        plain: the key without Shift, one character, or its name: "a", "Return", "F5".
        typed: the character that it gives with Shift; also the name, for a key with one.

    >>> key_text({"Ctrl", "Shift"}, "p", "P"), key_text({"Shift"}, "a", "A"), key_text({"Shift"}, "Tab", "Tab")
    ('Ctrl+Shift+P', 'A', 'Shift+Tab')
    """
    plain = NAMES.get(plain, plain)
    if len(plain) == 1 and plain not in "←↑→↓␣" and not held & set(COMMANDS):
        return typed
    order = [*COMMANDS[:2], "Shift", *COMMANDS[2:]]
    return "+".join([name for name in order if name in held] + [plain.upper() if len(plain) == 1 else plain])


MODIFIERS: Final = {
    "ctrl": "Ctrl",
    "control": "Ctrl",
    "alt": "Alt",
    "option": "Alt",
    "shift": "Shift",
    "super": "Super",
    "win": "Super",
    "cmd": "Super",
}
"""Names of modifiers in small letters, and the usual one of each."""

CHORD_KEYS: Final = {
    **{letter.upper(): (letter, ord(letter.upper())) for letter in "abcdefghijklmnopqrstuvwxyz0123456789"},
    **{f"F{number}": (f"F{number}", 0x6F + number) for number in range(1, 25)},
    "Space": ("space", 0x20),
    "Enter": ("Return", 0x0D),
    "Tab": ("Tab", 0x09),
    "Esc": ("Escape", 0x1B),
    "Pause": ("Pause", 0x13),
    "Print": ("Print", 0x2C),
    "Insert": ("Insert", 0x2D),
    "Delete": ("Delete", 0x2E),
    "Home": ("Home", 0x24),
    "End": ("End", 0x23),
    "PageUp": ("Prior", 0x21),
    "PageDown": ("Next", 0x22),
    "Left": ("Left", 0x25),
    "Up": ("Up", 0x26),
    "Right": ("Right", 0x27),
    "Down": ("Down", 0x28),
}
"""Keys of a chord, by name: the names of their symbols on X11, and their virtual codes on Windows."""

_ALONE: Final = ("Pause", "Print", *(f"F{number}" for number in range(1, 25)))
"""Keys that type nothing, and may stand without Ctrl, Alt or Super."""


@dataclass(frozen=True, slots=True)
class Chord:
    """Keys that are pressed together.

    modifiers  of Ctrl, Alt, Shift and Super
    key        one of CHORD_KEYS
    """

    modifiers: frozenset[str]
    key: str

    @property
    def text(self) -> str:
        """The chord as `parse_chord` reads it, such as "Ctrl+Alt+G"."""
        return "+".join([name for name in ("Ctrl", "Alt", "Shift", "Super") if name in self.modifiers] + [self.key])


def parse_chord(text: str) -> Chord:
    """A chord from its keys, joined by "+", in small or large letters. Raises `SettingError`.

    >>> parse_chord("shift+ctrl+f9").text
    'Ctrl+Shift+F9'
    """
    *held, last = (part.strip() for part in text.split("+"))
    key = next((name for name in CHORD_KEYS if name.casefold() == last.casefold()), None)
    modifiers = frozenset(MODIFIERS.get(name.casefold(), "") for name in held)
    if key is None or "" in modifiers:
        raise SettingError(
            f"'{printable(text)}' are no keys: join Ctrl, Alt, Shift or Super with a letter, a digit, F1 to F24, or one"
            " of Space, Enter, Pause, Print, Home, End and the like, such as Ctrl+Alt+G"
        )
    if not modifiers & set(COMMANDS) and key not in _ALONE:
        raise SettingError(f"'{printable(text)}' is typed in other programs: add Ctrl, Alt or Super")
    return Chord(modifiers, key)
