"""X11: windows, the pointer, clicks and keys."""
