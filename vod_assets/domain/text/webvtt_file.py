"""Captions as a WebVTT file."""

import webvtt
from webvtt.errors import MalformedCaptionError, MalformedFileError

from vod_assets.domain.errors import ToolError
from vod_assets.domain.text.captions import Captions
from vod_assets.domain.text.cue import Cue, clock


def write_webvtt(captions: Captions) -> bytes:
    """Return captions as a WebVTT file: UTF-8, cues in order, the same bytes for the same cues.

    Raises:
        ToolError: ``webvtt_invalid``: another parser does not read back what was written.
    """
    blocks = ["WEBVTT", *(_block(cue) for cue in captions.cues)]
    text = "\n\n".join(blocks) + "\n"
    try:
        count = len(webvtt.from_string(text, strict=True).captions)
    except (MalformedCaptionError, MalformedFileError) as error:
        raise ToolError("webvtt_invalid", f"the WebVTT made of it is not valid: {error}", file=captions.file) from error
    if count != len(captions.cues):
        cause = f"the WebVTT made of it reads back as {count} cues, not {len(captions.cues)}"
        raise ToolError("webvtt_invalid", cause, file=captions.file)
    return text.encode()


def _block(cue: Cue) -> str:
    times = f"{clock(cue.start_seconds)} --> {clock(cue.end_seconds)}"
    return f"{times} {cue.settings}".rstrip() + "\n" + cue.text
