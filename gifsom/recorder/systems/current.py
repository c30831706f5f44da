"""Windows, pointer and permissions of the current system: the only place that chooses."""

import sys

if sys.platform == "win32":
    from gifsom.recorder.systems.win32 import (
        Cursor,
        is_locked,
        is_wayland,
        is_xwayland,
        may_record,
        window_rect,
        windows,
    )
elif sys.platform == "darwin":
    from gifsom.recorder.systems.quartz import (
        Cursor,
        is_locked,
        is_wayland,
        is_xwayland,
        may_record,
        window_rect,
        windows,
    )
else:
    from gifsom.recorder.systems.x11.cursor import Cursor
    from gifsom.recorder.systems.x11.windows import is_locked, is_wayland, is_xwayland, may_record, window_rect, windows

__all__ = ["Cursor", "is_locked", "is_wayland", "is_xwayland", "may_record", "window_rect", "windows"]
