"""Sizes as people read them."""


def size_text(size_bytes: int) -> str:
    """Return bytes as a person reads them (SI): ``999 B``, ``1.2 GB``."""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    size, units = size_bytes / 1000, ["kB", "MB", "GB", "TB"]
    while size >= 999.5 and len(units) > 1:
        size, units = size / 1000, units[1:]
    return f"{size:.1f} {units[0]}" if size < 99.95 else f"{size:.0f} {units[0]}"
