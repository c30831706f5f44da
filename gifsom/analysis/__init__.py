"""Analysis of GIFs: comparison, the distribution of bytes, figures and films of a palette."""
