"""What titles, renditions, tracks, packages and releases are: decisions without I/O."""
