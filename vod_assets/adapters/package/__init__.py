"""Packages: tracks made by Shaka Packager, looked at by their bytes, played by FFmpeg."""
