"""Recording the screen: what is on it, its pictures, and how a recording is stopped."""
