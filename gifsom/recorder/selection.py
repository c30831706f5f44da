"""A rectangle that is drawn, moved and pulled with the mouse and the keys, without a screen.

Places are pixels of what it is chosen on, from its upper left corner.
"""

from collections.abc import Sequence
from typing import Final

from gifsom.core.errors import SettingError
from gifsom.core.frame import Rect
from gifsom.core.region import clip_region

MIN_SIDE: Final = 8
"""Pixels: a smaller rectangle is an accidental click."""

GRIP: Final = 8
"""Pixels on both sides of an edge within which the mouse takes hold of it."""

DIGITS: Final = 5
"""Digits of a side that is typed, at most."""


def drawn(bounds: Rect, start: tuple[int, int], end: tuple[int, int]) -> Rect | None:
    """The rectangle between two pixels of `bounds`, counted from its corner; None where it has no area yet."""
    last = (bounds.width - 1, bounds.height - 1)
    low, high = (tuple(map(choose, start, end)) for choose in (min, max))
    left, top = (min(max(value, 0), most) for value, most in zip(low, last, strict=True))
    right, bottom = (most + 1 if value >= most else max(value, 0) for value, most in zip(high, last, strict=True))
    if right - left < MIN_SIDE or bottom - top < MIN_SIDE:
        return None
    return Rect(bounds.left + left, bounds.top + top, right - left, bottom - top)


class Selection:
    """The rectangle, from nothing to what the user wants.

    Attributes:
        rect: chosen so far; None: nothing.
        typed: a size that is being typed, such as "800x5".
    """

    def __init__(self, size: tuple[int, int], windows: Sequence[Rect] = ()) -> None:
        """Begin on a screen of that width and height; `windows` are there to be clicked, the topmost first."""
        self._bounds = Rect(0, 0, *size)
        self._windows = [seen for window in windows if (seen := self._clipped(window)) is not None]
        self.rect: Rect | None = None
        self.typed = ""
        self._grip: str | None = None
        self._start = (0, 0)
        self._before: Rect | None = None

    def _clipped(self, rect: Rect) -> Rect | None:
        try:
            seen = clip_region(rect, self._bounds)
        except SettingError:  # all of it is outside
            return None
        return seen if min(seen.width, seen.height) >= MIN_SIDE else None

    def window(self, x: int, y: int) -> Rect | None:
        """The topmost window there."""
        return next((one for one in self._windows if _holds(one, x, y)), None)

    def grip(self, x: int, y: int) -> str:
        """The part of the rectangle that the mouse would take there.

        Its edges by the letters "n", "s", "w" and "e", one or two of them; "move" inside; "draw" elsewhere.
        """
        rect = self.rect
        if rect is None:
            return "draw"
        right, bottom = rect.left + rect.width, rect.top + rect.height
        beside = rect.left - GRIP <= x < right + GRIP and rect.top - GRIP <= y < bottom + GRIP
        if not beside:
            return "draw"
        thin = min(GRIP, min(rect.width, rect.height) // 4)  # a small one has an inside, too
        edges = "n" if y < rect.top + thin else "s" if y >= bottom - thin else ""
        edges += "w" if x < rect.left + thin else "e" if x >= right - thin else ""
        return edges or "move"

    def press(self, x: int, y: int) -> None:
        """Take hold at a place."""
        self._grip, self._start, self._before, self.typed = self.grip(x, y), (x, y), self.rect, ""

    def drag(self, x: int, y: int) -> None:
        """Go there, with the button held."""
        if self._grip is None:
            return
        moved = (x - self._start[0], y - self._start[1])
        if self._grip == "draw" or self._before is None:
            self.rect = drawn(self._bounds, self._start, (x, y)) or self._before
        elif self._grip == "move":
            self.rect = self._moved(self._before, *moved)
        else:
            self.rect = self._pulled(self._before, self._grip, *moved)

    def release(self, x: int, y: int) -> None:
        """Let go there. A click that has drawn nothing takes the window that it is on."""
        self.drag(x, y)
        near = max(abs(x - self._start[0]), abs(y - self._start[1])) < MIN_SIDE // 2
        if self._grip == "draw" and near:
            self.rect = self.window(x, y) or self.rect
        self._grip = None

    def arrow(self, x: int, y: int, pull: bool) -> None:
        """Move the rectangle by so many pixels, or pull its right and lower edge."""
        if self.rect is not None:
            self.rect = self._pulled(self.rect, "se", x, y) if pull else self._moved(self.rect, x, y)

    def type(self, character: str) -> None:
        """Go on with a size in figures; "" takes the last character back."""
        width, cross, height = self.typed.partition("x")
        if not character:
            self.typed = self.typed[:-1]
        elif character == "x" and width and not cross:
            self.typed += "x"
        elif character in "0123456789" and len(height if cross else width) < DIGITS:
            self.typed += character

    def apply(self) -> bool:
        """Give the rectangle the size that was typed, as far as there is room; whether one was typed."""
        width, _, height = self.typed.partition("x")
        self.typed = ""
        if not (width and height):
            return False
        old = self.rect or Rect(0, 0, 1, 1)
        sides = (max(MIN_SIDE, int(width)), max(MIN_SIDE, int(height)))
        new = Rect(old.left, old.top, min(sides[0], self._bounds.width), min(sides[1], self._bounds.height))
        self.rect = self._moved(new, 0, 0)
        return True

    def _moved(self, rect: Rect, x: int, y: int) -> Rect:
        left = min(max(0, rect.left + x), self._bounds.width - rect.width)
        top = min(max(0, rect.top + y), self._bounds.height - rect.height)
        return Rect(left, top, rect.width, rect.height)

    def _pulled(self, rect: Rect, edges: str, x: int, y: int) -> Rect:
        left, top, right, bottom = rect.left, rect.top, rect.left + rect.width, rect.top + rect.height
        if "w" in edges:
            left = min(max(0, left + x), right - MIN_SIDE)
        if "e" in edges:
            right = max(min(self._bounds.width, right + x), left + MIN_SIDE)
        if "n" in edges:
            top = min(max(0, top + y), bottom - MIN_SIDE)
        if "s" in edges:
            bottom = max(min(self._bounds.height, bottom + y), top + MIN_SIDE)
        return Rect(left, top, right - left, bottom - top)


def _holds(rect: Rect, x: int, y: int) -> bool:
    return rect.left <= x < rect.left + rect.width and rect.top <= y < rect.top + rect.height
