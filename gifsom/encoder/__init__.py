"""From frames and a palette to a GIF: what changed, its LZW code, and the file."""
