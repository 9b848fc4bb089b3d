"""Quality: what an encode came to, measured against its source."""
