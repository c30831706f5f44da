"""Options of a conversion: one table, settings files, presets."""
