"""Making renditions, audio, text and pictures."""
