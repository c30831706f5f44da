"""Windows by name: the one that a user asks for, or a message that lists those that there are."""

from gifsom.core.errors import WindowNotFound, printable
from gifsom.recorder.systems.current import window_rect, windows
from gifsom.recorder.types import Window

__all__ = ["find_window", "window_rect", "windows"]


def find_window(text: str) -> Window:
    """The window that is meant by "active", or by a part of its title or of its program's name, in any case.

    Several that fit are one where exactly one has exactly that title. Raises `WindowNotFound`, which lists the windows,
    and `ScreenUnavailable`.
    """
    listed = windows()
    if text == "active":
        found = [window for window in listed if window.active]
    else:
        found = [w for w in listed if any(text.casefold() in name.casefold() for name in (w.title, w.program))]
    if len(found) > 1 and [window.title for window in found].count(text) == 1:
        found = [window for window in found if window.title == text]
    if len(found) == 1:
        return found[0]
    if found:
        raise WindowNotFound(f"'{printable(text)}' fits {len(found)} windows: {_list(found)}")
    missing = "no window is active" if text == "active" else f"there is no window '{printable(text)}'"
    raise WindowNotFound(f"{missing}: there are {_list(listed)}" if listed else f"{missing}, nor any other")


def _list(windows: list[Window]) -> str:
    return ", ".join(
        f'"{printable(window.title)}" ({printable(window.program)} at {window.rect.left},{window.rect.top})'
        for window in windows
    )
