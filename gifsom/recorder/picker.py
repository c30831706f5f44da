"""Selection of a region with the mouse and the keys, on a frozen picture of the screen.

A window that no window manager touches covers the whole screen and shows that picture: the windows beneath cannot move
away while the mouse is on it. Where Python has no tkinter, the program slop does the same, if it is installed.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from gifsom.core.errors import ScreenUnavailable
from gifsom.core.frame import Pixels, Rect
from gifsom.core.region import parse_region, region_text
from gifsom.recorder.screen import SETTLE
from gifsom.recorder.selection import MIN_SIDE, Selection
from gifsom.recorder.systems.current import is_wayland
from gifsom.recorder.windows import windows

if TYPE_CHECKING:
    import tkinter

_EVERY: Final = 100
"""Milliseconds between two checks for a signal."""

_HINT: Final = "Draw a rectangle, click a window, or type a size.   Enter: record it   Esc: cancel"
_FONT: Final = ("TkDefaultFont", 12)

_DIMMED: Final = 0.55
"""Brightness of what is not chosen."""

_HANDLE: Final = 7
"""Pixels of a handle's side; all of it lies outside of the rectangle."""

_CURSORS: Final = {
    "draw": "crosshair",
    "move": "fleur",
    "n": "top_side",
    "s": "bottom_side",
    "w": "left_side",
    "e": "right_side",
    "nw": "top_left_corner",
    "ne": "top_right_corner",
    "sw": "bottom_left_corner",
    "se": "bottom_right_corner",
}

_ARROWS: Final = {"Left": (-1, 0), "Right": (1, 0), "Up": (0, -1), "Down": (0, 1)}
_SHIFT, _CONTROL = 1, 4


def pick(still: Pixels, bounds: Rect) -> Rect | None:
    """The rectangle of the screen that the user chooses; None: canceled with Esc or a right click.

    `still` (h, w, 4) is a picture of `bounds`, which is the whole screen, or the part of it that is shared. Where that
    is larger than windows can be, as on a Wayland desktop with a scale, it is shown smaller.

    It is drawn from one corner of a pixel to another: as wide as the mouse went; the last row and column of the screen
    stand for its edge. A click takes the window under it. What is chosen is moved and pulled with the mouse and, by a
    pixel, with the arrow keys (with Shift its lower right corner, with Ctrl by ten); a size that is typed is taken with
    Enter. Enter or a double click ends it.

    Takes the keyboard and the mouse until then; call it from the main thread. Raises `ScreenUnavailable` also where
    neither tkinter nor slop is installed.
    """
    try:
        import tkinter  # not everywhere a part of Python; 0.05 s
    except ImportError:
        return _pick_with_program()
    if is_wayland() and not os.environ.get("DISPLAY"):
        return _pick_with_program()
    there = [] if is_wayland() else [_moved(window.rect, -bounds.left, -bounds.top) for window in windows()]
    try:
        picked = _Overlay(still, bounds, there).ask()
    except tkinter.TclError as error:
        raise ScreenUnavailable(f"the screen cannot be drawn on: {error}: give --region instead") from None
    time.sleep(SETTLE)
    return picked


def _moved(rect: Rect, x: int, y: int) -> Rect:
    return replace(rect, left=rect.left + x, top=rect.top + y)


def _view(bounds: Rect, screen: tuple[int, int]) -> Rect:
    """The place of the window: `bounds` itself, or one of that shape that fits on a screen of that size."""
    factor = min(1.0, *(most / side for most, side in zip(screen, (bounds.width, bounds.height), strict=True)))
    return bounds if factor == 1 else Rect(0, 0, int(bounds.width * factor), int(bounds.height * factor))


def _mapped(rect: Rect, view: Rect, bounds: Rect) -> Rect:
    """A rectangle of the window, counted from its corner, as one of what it shows."""
    x, y = bounds.width / view.width, bounds.height / view.height
    left, top = round(rect.left * x), round(rect.top * y)
    right, bottom = round((rect.left + rect.width) * x), round((rect.top + rect.height) * y)
    return Rect(bounds.left + left, bounds.top + top, right - left, bottom - top)


class _Overlay:
    """The window, from its creation to the answer."""

    def __init__(self, still: Pixels, bounds: Rect, windows: Sequence[Rect]) -> None:
        """Show `still`, of `bounds`; `windows` in it can be clicked, where it is not shown smaller."""
        import tkinter

        self._picked: Rect | None = None
        self._window = window = tkinter.Tk()
        window.withdraw()
        self._bounds, self._view = bounds, _view(bounds, (window.winfo_screenwidth(), window.winfo_screenheight()))
        size = (self._view.width, self._view.height)
        picture = Image.frombuffer("RGB", still.shape[1::-1], still.tobytes(), "raw", "BGRX", 0, 1).resize(size)
        window.overrideredirect(True)
        window.attributes("-topmost", True)
        window.geometry(region_text(self._view))
        self._selection = Selection(size, windows)
        self._bright = self._photo(picture)
        self._dim = self._photo(picture.point([round(_DIMMED * value) for value in range(256)] * 3))
        self._part = tkinter.PhotoImage(master=window)
        self._canvas = canvas = tkinter.Canvas(window, highlightthickness=0, cursor="crosshair")
        canvas.pack(fill="both", expand=True)
        canvas.create_image(0, 0, image=self._dim, anchor="nw")
        canvas.create_image(0, 0, image=self._part, anchor="nw", tags="part")
        for color in ("white", "black"):  # one of the two is seen on any ground
            canvas.create_rectangle(0, 0, 0, 0, outline=color, state="hidden", tags="rectangle")
        for _ in range(8):
            canvas.create_rectangle(0, 0, 0, 0, outline="black", fill="white", state="hidden", tags="handle")
        self._label = tkinter.Label(canvas, text=_HINT, font=_FONT, background="black", foreground="white", padx=8)
        self._bind()

    def _photo(self, picture: Image.Image) -> "tkinter.PhotoImage":
        import tkinter

        ppm = b"P6 %d %d 255 " % picture.size + np.asarray(picture).tobytes()
        return tkinter.PhotoImage(master=self._window, data=ppm, format="PPM")

    def _bind(self) -> None:
        window, canvas = self._window, self._canvas
        canvas.bind("<ButtonPress-1>", self._press)
        canvas.bind("<Double-Button-1>", self._double)
        canvas.bind("<B1-Motion>", self._drag)
        canvas.bind("<ButtonRelease-1>", self._release)
        canvas.bind("<Motion>", self._hover)
        for button in (2, 3):  # the right one is 2 on macOS
            window.bind(f"<ButtonPress-{button}>", lambda _: self._end(None))
        window.bind("<Key>", self._key)

    def ask(self) -> Rect | None:
        """Show the window, wait, and remove it."""
        import tkinter

        try:
            self._window.deiconify()
            self._window.wait_visibility()
            try:
                self._window.grab_set_global()
            except tkinter.TclError:  # another program, such as an open menu, has the mouse: clicks on us reach us
                self._window.grab_set()
            self._window.update()  # taking the mouse costs the keyboard
            self._wake()
            self._label.place(relx=0.5, y=16, anchor="n")
            self._window.mainloop()
        finally:
            self._window.destroy()
        return self._picked

    def _wake(self) -> None:
        """Take the keyboard, and let Python see signals now and then: Tcl only waits for events."""
        if self._window.focus_get() is None:
            self._window.focus_force()
        self._window.after(_EVERY, self._wake)

    def _end(self, rect: Rect | None) -> None:
        self._picked = None if rect is None else _mapped(rect, self._view, self._bounds)
        self._window.quit()

    def _press(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        self._selection.press(event.x, event.y)

    def _double(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        if self._selection.grip(event.x, event.y) == "move":
            self._end(self._selection.rect)

    def _drag(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        self._selection.drag(event.x, event.y)
        self._show(self._selection.rect)

    def _release(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        self._selection.release(event.x, event.y)
        self._show(self._selection.rect)

    def _hover(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        """Show by the pointer what the mouse would take, and, as long as nothing is chosen, the window under it."""
        self._canvas.configure(cursor=_CURSORS[self._selection.grip(event.x, event.y)])
        if self._selection.rect is None:
            self._show(self._selection.window(event.x, event.y))

    def _key(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        state = event.state if isinstance(event.state, int) else 0
        if event.keysym == "Escape":
            self._end(None)
            return
        if event.keysym in ("Return", "KP_Enter"):
            if not self._selection.apply() and self._selection.rect:
                self._end(self._selection.rect)
        elif event.keysym in _ARROWS:
            x, y = (step * (10 if state & _CONTROL else 1) for step in _ARROWS[event.keysym])
            self._selection.arrow(x, y, bool(state & _SHIFT))
        elif event.keysym == "BackSpace":
            self._selection.type("")
        elif event.char:
            self._selection.type(event.char.lower())
        self._show(self._selection.rect)

    def _show(self, rect: Rect | None) -> None:
        """Draw a rectangle, its handles and its size; without one, the hint."""
        canvas, typed = self._canvas, self._selection.typed
        for tag in ("rectangle", "handle", "part"):
            shown = rect is not None and (tag != "handle" or rect == self._selection.rect)
            canvas.itemconfigure(tag, state="normal" if shown else "hidden")
        if rect is None:
            self._label.configure(text=typed or _HINT)
            self._label.place(relx=0.5, x=0, y=16, anchor="n")
            return
        left, top, right, bottom = rect.left, rect.top, rect.left + rect.width, rect.top + rect.height
        self._window.tk.call(self._part, "copy", self._bright, "-from", left, top, right, bottom, "-shrink")
        canvas.coords("part", left, top)
        for out, item in enumerate(canvas.find_withtag("rectangle"), 1):
            canvas.coords(item, left - out, top - out, right + out - 1, bottom + out - 1)
        places = [(x, y) for x in (0, 1, 2) for y in (0, 1, 2) if (x, y) != (1, 1)]
        for item, (x, y) in zip(canvas.find_withtag("handle"), places, strict=True):
            at_x = (left - _HANDLE, (left + right - _HANDLE) // 2, right)[x]
            at_y = (top - _HANDLE, (top + bottom - _HANDLE) // 2, bottom)[y]
            canvas.coords(item, at_x, at_y, at_x + _HANDLE - 1, at_y + _HANDLE - 1)
        then = "Enter: record it" if rect == self._selection.rect else "click: take it"
        size = f"{typed}   Enter: this size" if typed else f"{rect.width} x {rect.height}   {then}"
        self._label.configure(text=size)
        above = top > self._label.winfo_reqheight() + _HANDLE + 4
        self._label.place(relx=0, x=left, y=top - _HANDLE - 4 if above else top + 4, anchor="sw" if above else "nw")


def _pick_with_program() -> Rect | None:
    """By slurp, which is for the compositors of wlroots, or slop, which is for X11."""
    name = "slurp" if is_wayland() else "slop"
    program = shutil.which(name)
    if program is None:
        raise ScreenUnavailable(
            f"a region is drawn with tkinter{' on XWayland' * is_wayland()} or {name}, and neither is installed:"
            " give --region instead"
        )
    run = subprocess.run(
        [program, "-f", "%wx%h+%x+%y"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if run.returncode or not re.match(r"\d", run.stdout):
        return None
    picked = parse_region(run.stdout)
    time.sleep(SETTLE)
    return picked if min(picked.width, picked.height) >= MIN_SIDE else None
