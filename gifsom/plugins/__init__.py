"""Where people already work: gifsom as a plugin of other libraries, one module each, which needs that library."""
