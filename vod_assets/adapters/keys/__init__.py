"""Providers of content keys."""
