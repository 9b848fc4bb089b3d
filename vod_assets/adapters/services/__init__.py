"""Transcoding services: what asks them, and what brings files there and back."""
