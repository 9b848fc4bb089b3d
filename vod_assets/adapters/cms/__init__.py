"""Content management systems: where titles are shown to viewers."""
