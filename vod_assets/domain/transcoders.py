"""Who makes renditions, by name."""

FFMPEG = "ffmpeg"
TRANSCODERS = (FFMPEG, "mediaconvert", "elemental", "vantage")


def transcoder_names(text: str) -> tuple[str, ...]:
    """Return the names of a list, in its order.

    Raises:
        ValueError: It is empty, or names one twice, or one that there is not.
    """
    names = tuple(name.strip().lower() for name in text.split(",") if name.strip())
    known = ", ".join(TRANSCODERS)
    if unknown := [name for name in names if name not in TRANSCODERS]:
        raise ValueError(f"there is no transcoder “{unknown[0]}”; write some of {known}")
    if not names or len(set(names)) < len(names):
        raise ValueError(f"write some of {known}, each once, the preferred one first")
    return names
