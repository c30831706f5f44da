"""Encoders: from scheduled frames and a palette to the images of a GIF."""
