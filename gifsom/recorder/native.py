"""The windows and the pointer of the system that this is, and whether it lets them be seen: chosen here alone."""

import sys

if sys.platform == "win32":
    from gifsom.recorder.win32 import Cursor, is_wayland, may_record, window_rect, windows
elif sys.platform == "darwin":
    from gifsom.recorder.quartz import Cursor, is_wayland, may_record, window_rect, windows
else:
    from gifsom.recorder.x11 import is_wayland, may_record, window_rect, windows
    from gifsom.recorder.xfixes import Cursor

__all__ = ["Cursor", "is_wayland", "may_record", "window_rect", "windows"]
