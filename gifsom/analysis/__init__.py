"""Looking at GIFs: comparison, where the bytes are, figures and films of a palette."""
