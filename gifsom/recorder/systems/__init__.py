"""The calls of each system: X11, Windows, macOS."""
