"""Conversions: the pipeline and its stages, size, GIFs made smaller, recordings."""
