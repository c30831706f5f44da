"""Recording on Wayland: from the compositor itself where it gives pictures, else through the desktop's portal."""
