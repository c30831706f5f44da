"""The GIF format: reader, writer and LZW. It takes no decisions."""
