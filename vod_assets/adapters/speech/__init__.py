"""Speech that becomes captions, offline."""
