"""The studio: an editor in the browser over the same edits, options and coder as the command line."""
