"""Windows by name: those that a user may mean, or a message that lists those that there are."""

from gifsom.core.errors import WindowNotFound, printable
from gifsom.core.frame import Rect
from gifsom.recorder.systems.current import window_rect, windows
from gifsom.recorder.types import Window

__all__ = ["find_window", "find_windows", "grown", "window_rect", "windows"]


def find_windows(text: str) -> list[Window]:
    """The windows that may be meant, at least one, the topmost first.

    Those whose title is exactly `text`; else those where it is in other letters, large or small; else those with `text`
    in their title or their program's name. "active" is the window in use. Raises `WindowNotFound`, which lists the
    windows, and `ScreenUnavailable`.
    """
    listed = windows()
    if text == "active":
        ways = [[window for window in listed if window.active]]
    else:
        small = text.casefold()
        ways = [
            [window for window in listed if window.title == text],
            [window for window in listed if window.title.casefold() == small],
            [w for w in listed if any(small in name.casefold() for name in (w.title, w.program))],
        ]
    found = next(filter(None, ways), None)
    if found is not None:
        return found
    missing = "no window is active" if text == "active" else f"there is no window '{printable(text)}'"
    raise WindowNotFound(f"{missing}: there are {_list(listed)}" if listed else f"{missing}, nor any other")


def find_window(text: str) -> Window:
    """The one window that is meant, see `find_windows`. Raises `WindowNotFound`, also where several are."""
    found = find_windows(text)
    if len(found) > 1:
        raise WindowNotFound(f"'{printable(text)}' fits {len(found)} windows: {_list(found)}")
    return found[0]


def grown(rect: Rect, window: Rect) -> Rect:
    """A rectangle at a window's place, no smaller than `rect`, which holds the window.

    >>> grown(Rect(0, 0, 300, 200), Rect(50, 60, 200, 400))
    Rect(left=50, top=60, width=300, height=400)
    """
    return Rect(window.left, window.top, max(rect.width, window.width), max(rect.height, window.height))


def _list(windows: list[Window]) -> str:
    return ", ".join(
        f'"{printable(window.title)}" ({printable(window.program)} at {window.rect.left},{window.rect.top})'
        for window in windows
    )
