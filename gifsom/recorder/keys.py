"""What keys are called in a caption: as in a menu, and what is typed as it is typed."""

COMMANDS = ("Ctrl", "Alt", "Super")
"""Keys that make of another one a command, in the order in which they are written."""

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
    " ": "Space",
}
"""Names that are not what a user would call the key."""


def key_text(held: set[str], plain: str, typed: str) -> str:
    """The text of a `Key`.

    Args:
        held: which of Shift, Ctrl, Alt and Super are held.
        plain: what the key is without Shift, one character, or its name: "a", "Return", "F5".
        typed: the character that it gives with Shift; that it is, too, for a key with a name.

    >>> key_text({"Ctrl", "Shift"}, "p", "P"), key_text({"Shift"}, "a", "A"), key_text({"Shift"}, "Tab", "Tab")
    ('Ctrl+Shift+P', 'A', 'Shift+Tab')
    """
    plain = NAMES.get(plain, plain)
    if len(plain) == 1 and plain not in "←↑→↓" and not held & set(COMMANDS):
        return typed
    order = [*COMMANDS[:2], "Shift", *COMMANDS[2:]]
    return "+".join([name for name in order if name in held] + [plain.upper() if len(plain) == 1 else plain])
