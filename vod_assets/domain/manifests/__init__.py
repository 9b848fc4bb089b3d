"""Manifests: HLS playlists and MPDs composed from tracks, read back, and checked against the files they name."""
