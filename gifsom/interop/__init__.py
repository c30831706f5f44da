"""Other libraries: Pillow, notebooks, imageio, matplotlib."""
