"""Probers: what a media file holds."""
