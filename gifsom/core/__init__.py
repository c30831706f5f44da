"""The base of all other parts: frames and sources, values, timing, files, errors. Imports nothing above itself."""
