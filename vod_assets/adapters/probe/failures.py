"""Why ffprobe could not read a file, in the gate's words."""

import re

from vod_assets.adapters.ffmpeg.allowed import MOST_STREAMS
from vod_assets.adapters.probe.boxes import BoxFacts
from vod_assets.domain.acceptance import refusal
from vod_assets.domain.errors import SourceError, ToolError, VodError

TOO_MANY_STREAMS = "max_streams"  # "Number of streams exceeds max_streams", "Number of tracks exceeds max_streams"
BY_PHRASE = (
    (TOO_MANY_STREAMS, "too_many_streams", f"the file has more than {MOST_STREAMS} streams"),
    ("Format not on whitelist", "format_not_allowed", "the container is not one of those that are opened"),
    ("exceeds specified max pixel count", "picture_too_large", "the picture has more than 35.4 million pixels"),
    ("encryption info", "source_encrypted", "the media are encrypted"),
    ("Permission denied", "permission_denied", "the file may not be read"),
    ("No such file", "source_missing", "the file is gone"),
)
_REFUSED_CODEC = re.compile(r"Codec \((\S+)\) not on whitelist")
BEYOND_LIMITS = frozenset({"limit_exceeded", "out_of_memory"})
UNREADABLE = ("moov atom not found", "Invalid data found", "error reading header", "End of file", "EOF")


def explain(error: ToolError, boxes: BoxFacts, file: str) -> VodError:
    """Return the refusal that a failed probe means, or the error itself when the file is not to blame."""
    if error.code in BEYOND_LIMITS:
        return refusal("limit_exceeded", f"reading the file's index {error.cause.partition(' ')[2]}", file)
    if error.code != "tool_failed":
        return error.about(file=file)
    codec = _REFUSED_CODEC.search(error.stderr)
    if codec:
        return refusal("codec_not_allowed", f"a stream's codec is {codec[1]}, which is not allowed", file)
    for phrase, code, cause in BY_PHRASE:
        if phrase in error.stderr:
            return refusal(code, cause, file)
    return _unreadable(error, boxes, file)


def _unreadable(error: ToolError, boxes: BoxFacts, file: str) -> VodError:
    if not boxes.is_mp4:
        if "EBML" in error.stderr or any(phrase in error.stderr for phrase in UNREADABLE):
            return refusal("source_not_media", "no media container is recognised in the file", file)
        return error.about(file=file)
    if boxes.cut_box and not boxes.has_index:
        where = "the index itself is cut" if boxes.cut_box == "moov" else "the index (moov) is missing"
        return refusal("source_truncated", f"{where}: the {boxes.cut_box} box reaches past the end of the file", file)
    missing = "the index (moov) is missing" if not boxes.has_index else "the index cannot be read"
    return _corrupt(missing, error, file)


def _corrupt(cause: str, error: ToolError, file: str) -> SourceError:
    words = [line.split("] ")[-1] for line in error.stderr.splitlines() if "[error]" in line]
    return refusal("source_corrupt", f"{cause}: {words[0]}" if words else cause, file)
