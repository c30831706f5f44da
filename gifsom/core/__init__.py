"""What every other part stands on: frames and sources, values, timing, files, errors. Imports nothing above itself."""
