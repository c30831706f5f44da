"""The GIF format: reading, writing, LZW. It decides nothing."""
