"""The window system's side of the frame around a recording, in a process of its own.

Tk ends the process in which its display has died, which must not be the one that records. Only what is needed for it is
imported here: it is on the screen sooner.
"""

import signal
import sys
import tkinter
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any, Final

Place = tuple[int, int, int, int]
"""Left, top, width and height in pixels of the screen."""

RED: Final = "#e5383b"
REST: Final = "#8d99ae"
"""Colors of the frame while it records, and in a pause."""

GROUND: Final = "#202124"
_LOOKS: Final = 50
"""Milliseconds between two looks for what is to be shown."""


def serve(link: "Connection[Any, Any]", edges: Sequence[Place], badge: Place | None, count: Place | None) -> None:
    """Show the frame until the other end of the link is closed.

    What comes is told, as long as it lasts: a number of seconds before it begins, or a text and whether it rests. Each
    is answered once it is on the screen.

    Args:
        link: to the process that records.
        edges: the four sides of the frame, or as many of them as are on the screen.
        badge: where the text is; None: nowhere.
        count: where the seconds are that are counted down; None: nowhere.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "win32":
        from gifsom.recorder.systems.win32 import be_aware

        be_aware()
    try:
        _Frame(link, edges, badge, count).run()
    except tkinter.TclError:  # the display is gone, or refuses: a recording goes on without a frame
        link.close()


class _Frame:
    def __init__(
        self, link: "Connection[Any, Any]", edges: Sequence[Place], badge: Place | None, count: Place | None
    ) -> None:
        self._link = link
        self._root = tkinter.Tk()
        self._root.withdraw()
        self._edges = [self._window(place, RED) for place in edges]
        self._badge = None if badge is None else self._window(badge, GROUND)
        self._text: tkinter.Canvas | None = None
        if self._badge is not None and badge is not None:
            self._text = canvas = tkinter.Canvas(self._badge, background=GROUND, highlightthickness=0)
            canvas.pack(fill="both", expand=True)
            middle, dot = badge[3] // 2, badge[3] // 4
            canvas.create_oval(10, middle - dot, 10 + 2 * dot, middle + dot, fill=RED, outline="", tags="dot")
            canvas.create_text(18 + 2 * dot, middle, anchor="w", fill="white", font=("TkDefaultFont", -15), tags="text")
        self._count = None if count is None else self._window(count, GROUND)
        self._number: tkinter.Label | None = None
        if self._count is not None:
            font = ("TkDefaultFont", -56, "bold")
            self._number = tkinter.Label(self._count, font=font, background=GROUND, foreground="white")
            self._number.pack(expand=True)

    def _window(self, place: Place, color: str) -> tkinter.Toplevel:
        """A window that no window manager touches."""
        left, top, width, height = place
        window = tkinter.Toplevel(self._root, background=color)
        window.withdraw()
        window.overrideredirect(True)
        window.attributes("-topmost", True)
        window.geometry(f"{width}x{height}+{left}+{top}")
        return window

    def run(self) -> None:
        """Show what comes."""
        for window in [*self._edges, *([self._badge] if self._badge else [])]:
            window.deiconify()
        self._root.after(0, self._look)
        self._root.mainloop()

    def _look(self) -> None:
        try:
            while self._link.poll():
                self._show(self._link.recv())
                self._root.update()
                self._link.send(None)
        except (EOFError, OSError):
            self._root.quit()
            return
        self._root.after(_LOOKS, self._look)

    def _show(self, told: int | tuple[str, bool]) -> None:
        if isinstance(told, int):
            if self._count is not None and self._number is not None:
                self._number.configure(text=str(told))
                self._count.deiconify()
            self._tell(f"begins in {told} s", True)
            return
        if self._count is not None:
            self._count.withdraw()
        self._tell(*told)

    def _tell(self, text: str, rests: bool) -> None:
        color = REST if rests else RED
        for edge in self._edges:
            edge.configure(background=color)
        if self._text is not None:
            self._text.itemconfigure("text", text=text)
            self._text.itemconfigure("dot", fill=color)
