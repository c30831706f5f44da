"""Names of keys in a caption: as in a menu, and typed text as it is typed."""

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
