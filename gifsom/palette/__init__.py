"""The shared palette: a sample of the clip, the self-organizing map that learns from it, and exact mapping to it."""
