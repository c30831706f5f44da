"""The windows and the pointer of the system that this is: the one place that chooses."""

import sys

if sys.platform == "win32":
    from gifsom.recorder.win32 import Cursor, window_rect, windows
elif sys.platform == "darwin":
    from gifsom.recorder.quartz import Cursor, window_rect, windows
else:
    from gifsom.recorder.x11 import window_rect, windows
    from gifsom.recorder.xfixes import Cursor

__all__ = ["Cursor", "window_rect", "windows"]
