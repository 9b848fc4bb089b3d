"""Captions: what a caption file says, and when; read leniently, written strictly."""
