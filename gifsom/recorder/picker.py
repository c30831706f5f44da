"""Selection of a region with the mouse, on a frozen picture of the screen.

A window that no window manager touches covers the whole screen and shows that picture: the windows beneath cannot move
away while the mouse is on it. Where Python has no tkinter, the program slop does the same, if it is installed.
"""

import os
import re
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

from PIL import Image

from gifsom.core.errors import ScreenUnavailable
from gifsom.core.frame import Pixels, Rect
from gifsom.core.region import parse_region, region_text
from gifsom.recorder.systems.current import is_wayland

if TYPE_CHECKING:
    import tkinter

MIN_SIDE = 8
"""Pixels: a smaller rectangle is an accidental click."""

_SETTLE = 0.15
"""Seconds after which the screen is as it was before, and can be recorded."""

_EVERY = 100
"""Milliseconds between two checks for a signal."""

_HINT = "Draw a rectangle with the mouse. Esc or a right click: cancel"
_FONT = ("TkDefaultFont", 12)


def pick(still: Pixels, bounds: Rect) -> Rect | None:
    """The rectangle of the screen that the user draws; None: canceled with Esc or a right click.

    `still` (h, w, 4) is a picture of `bounds`, which is the whole screen, or the part of it that is shared. Where that
    is larger than windows can be, as on a Wayland desktop with a scale, it is shown smaller.

    It is drawn from one corner of a pixel to another: as wide as the mouse went; the last row and column of the screen
    stand for its edge. Takes the keyboard and the mouse until then; call it from the main thread. Raises
    `ScreenUnavailable` also where neither tkinter nor slop is installed.
    """
    try:
        import tkinter  # not everywhere a part of Python; 0.05 s
    except ImportError:
        return _pick_with_program()
    if is_wayland() and not os.environ.get("DISPLAY"):
        return _pick_with_program()
    try:
        picked = _Overlay(still, bounds).ask()
    except tkinter.TclError as error:
        raise ScreenUnavailable(f"the screen cannot be drawn on: {error}: give --region instead") from None
    time.sleep(_SETTLE)
    return picked


def drawn(bounds: Rect, start: tuple[int, int], end: tuple[int, int]) -> Rect | None:
    """The rectangle between two pixels of `bounds`, counted from its corner; None where it has no area yet."""
    last = (bounds.width - 1, bounds.height - 1)
    low, high = (tuple(map(choose, start, end)) for choose in (min, max))
    left, top = (min(max(value, 0), most) for value, most in zip(low, last, strict=True))
    right, bottom = (most + 1 if value >= most else max(value, 0) for value, most in zip(high, last, strict=True))
    if right - left < MIN_SIDE or bottom - top < MIN_SIDE:
        return None
    return Rect(bounds.left + left, bounds.top + top, right - left, bottom - top)


def _view(bounds: Rect, screen: tuple[int, int]) -> Rect:
    """The place of the window: `bounds` itself, or one of that shape that fits on a screen of that size."""
    factor = min(1.0, *(most / side for most, side in zip(screen, (bounds.width, bounds.height), strict=True)))
    return bounds if factor == 1 else Rect(0, 0, int(bounds.width * factor), int(bounds.height * factor))


def _mapped(rect: Rect, view: Rect, bounds: Rect) -> Rect:
    """A rectangle of the window, as one of what it shows."""
    x, y = bounds.width / view.width, bounds.height / view.height
    left, top = round((rect.left - view.left) * x), round((rect.top - view.top) * y)
    right, bottom = round((rect.left + rect.width - view.left) * x), round((rect.top + rect.height - view.top) * y)
    return Rect(bounds.left + left, bounds.top + top, right - left, bottom - top)


class _Overlay:
    """The window, from its creation to the answer."""

    def __init__(self, still: Pixels, bounds: Rect) -> None:
        import tkinter

        self._start: tuple[int, int] | None = None
        self._rect: Rect | None = None
        self._window = window = tkinter.Tk()
        window.withdraw()
        self._bounds, self._view = bounds, _view(bounds, (window.winfo_screenwidth(), window.winfo_screenheight()))
        size = (self._view.width, self._view.height)
        picture = Image.frombuffer("RGB", still.shape[1::-1], still.tobytes(), "raw", "BGRX", 0, 1).resize(size)
        window.overrideredirect(True)
        window.attributes("-topmost", True)
        window.geometry(region_text(self._view))
        ppm = b"P6 %d %d 255 " % size + picture.tobytes()
        self._image = tkinter.PhotoImage(master=window, data=ppm, format="PPM")
        self._canvas = canvas = tkinter.Canvas(window, highlightthickness=0, cursor="crosshair")
        canvas.pack(fill="both", expand=True)
        canvas.create_image(0, 0, image=self._image, anchor="nw")
        for color in ("white", "black"):  # one of the two is seen on any ground
            canvas.create_rectangle(0, 0, 0, 0, outline=color, state="hidden", tags="rectangle")
        self._label = tkinter.Label(canvas, text=_HINT, font=_FONT, background="black", foreground="white", padx=8)
        self._bind()

    def _bind(self) -> None:
        window, canvas = self._window, self._canvas
        canvas.bind("<ButtonPress-1>", self._press)
        canvas.bind("<B1-Motion>", self._move)
        canvas.bind("<ButtonRelease-1>", self._release)
        for button in (2, 3):  # the right one is 2 on macOS
            window.bind(f"<ButtonPress-{button}>", lambda _: self._end(None))
        window.bind("<Escape>", lambda _: self._end(None))
        window.bind("<Return>", lambda _: self._accept())

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
        return None if self._rect is None else _mapped(self._rect, self._view, self._bounds)

    def _wake(self) -> None:
        """Take the keyboard, and let Python see signals now and then: Tcl only waits for events."""
        if self._window.focus_get() is None:
            self._window.focus_force()
        self._window.after(_EVERY, self._wake)

    def _end(self, rect: Rect | None) -> None:
        self._rect = rect
        self._window.quit()

    def _press(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        self._start = (event.x, event.y)

    def _move(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        if self._start is None:
            return
        self._rect = rect = drawn(self._view, self._start, (event.x, event.y))
        self._canvas.itemconfigure("rectangle", state="normal" if rect else "hidden")
        if rect is None:
            return
        left, top = rect.left - self._view.left, rect.top - self._view.top
        right, bottom = left + rect.width - 1, top + rect.height - 1
        for out, item in enumerate(self._canvas.find_withtag("rectangle"), 1):
            self._canvas.coords(item, left - out, top - out, right + out, bottom + out)
        above = top > self._label.winfo_reqheight() + 8
        self._label.configure(text=f"{rect.width} x {rect.height}")
        self._label.place(relx=0, x=left, y=top - 4 if above else top + 4, anchor="sw" if above else "nw")

    def _release(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        self._move(event)
        self._start = None
        self._accept()

    def _accept(self) -> None:
        if self._rect:
            self._end(self._rect)


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
    time.sleep(_SETTLE)
    return picked if min(picked.width, picked.height) >= MIN_SIDE else None
