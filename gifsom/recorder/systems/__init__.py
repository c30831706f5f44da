"""System calls of X11, Windows and macOS."""
