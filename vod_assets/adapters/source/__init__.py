"""Source stores: where mezzanines lie."""
