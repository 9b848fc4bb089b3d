"""Containers and the file name extensions that announce them."""

from fractions import Fraction
from pathlib import PurePosixPath

# ffprobe's name of the demuxer (the first, where it gives several) and the extensions its files have.
_FAMILIES = {
    "mov": "mp4 m4v mov qt 3gp 3g2 mj2 m4a f4v ismv",
    "matroska": "mkv webm mka mk3d",
    "mpegts": "ts m2ts mts m2t trp tod tp",
    "mpeg": "mpg mpeg vob m2p mod",
    "avi": "avi divx",
    "mxf": "mxf",
    "flv": "flv",
    "asf": "wmv asf wma",
    "gxf": "gxf",
    "ogg": "ogv ogg oga opus",
    "dv": "dv dif",
    "ivf": "ivf",
    "wtv": "wtv",
    "nut": "nut",
    "yuv4mpegpipe": "y4m",
}
_BY_EXTENSION = {extension: family for family, names in _FAMILIES.items() for extension in names.split()}
# Sound has its own extensions; such a file is opened, and answered with "no video".
_SOUND = "wav w64 aif aiff caf flac mp3 mp2 aac ac3 ec3 eac3 dts amr au"
MEDIA_EXTENSIONS = frozenset(_BY_EXTENSION) | frozenset(_SOUND.split())

STATES_DURATION = frozenset({"matroska", "avi", "mxf", "asf", "gxf", "ivf"})  # a shorter measure means a cut file
_COUNT_FROM_WHAT_IS_READ = frozenset({"mpegts", "mpeg", "ogg"})  # AVFMT_TS_DISCONT
SEEKS_ROUGHLY = frozenset({"mpegts", "mpeg"})  # reading begins with some packet before a time, not with a key frame
MENDS_JUMPS = frozenset({"mpegts", "mpeg"})  # ffmpeg stamps splices anew in these (AVFMT_TS_DISCONT)


def extension(file: str) -> str:
    """Return a file name's extension, lower case, without the dot; empty when there is none."""
    return PurePosixPath(file).suffix.lower().removeprefix(".")


def is_media_name(file: str) -> bool:
    """Whether a file's name announces a mezzanine; others in a drop folder are never opened."""
    return extension(file) in MEDIA_EXTENSIONS


def container_of(format_name: str) -> str:
    """Return the container for ffprobe's ``format_name``: the first of its names.

    >>> container_of("mov,mp4,m4a,3gp,3g2,mj2")
    'mov'
    """
    return format_name.split(",")[0]


def zero_of_what_is_read(container: str, start_seconds: Fraction, jump_seconds: int = 0) -> Fraction:
    """Return what FFmpeg takes for zero when it reads one stream alone, since the zero of the whole file.

    The zero of a file is what ffprobe calls its start: that of the earliest picture or sound, or of text or data that
    begins less than a second before both. All starts that inspection tells count from there, and so do FFmpeg's own
    times and jumps; only where a clock may be set anew does it count from the first packet of what is really read.

    Args:
        container: As inspection calls it.
        start_seconds: When the stream begins, since the zero of the file.
        jump_seconds: Up to where reading begins; 0: at the start.
    """
    is_own = container in _COUNT_FROM_WHAT_IS_READ and not jump_seconds
    return max(Fraction(0), start_seconds) if is_own else Fraction(0)


def announced_container(file: str) -> str | None:
    """Return the container that a file's name announces; None for sound and unknown extensions."""
    return _BY_EXTENSION.get(extension(file))
