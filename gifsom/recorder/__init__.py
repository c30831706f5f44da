"""Recording of the screen: windows and monitors, pictures, and how a recording is stopped."""
