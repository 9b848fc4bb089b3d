"""Captions as a SubRip file."""

import html
from collections.abc import Iterable

from vod_assets.domain.text.blocks import webvtt_cues
from vod_assets.domain.text.cue import Cue, clock

AT_THE_TOP = r"{\an8}"  # the one word of place that players of SubRip know


def subrip_of(webvtt: bytes) -> bytes:
    """Return a WebVTT file of ours as a SubRip file: UTF-8, cues numbered from 1, ``i``, ``b`` and ``u`` kept."""
    return write_subrip(cue for cue in webvtt_cues(webvtt.decode()) if isinstance(cue, Cue))


def write_subrip(cues: Iterable[Cue]) -> bytes:
    """Return cues as a SubRip file; nothing for no cues."""
    return "\n".join(_block(number, cue) for number, cue in enumerate(cues, 1)).encode()


def _block(number: int, cue: Cue) -> str:
    times = f"{clock(cue.start_seconds)} --> {clock(cue.end_seconds)}".replace(".", ",")
    top = AT_THE_TOP if "line:0" in cue.settings.split() else ""
    return f"{number}\n{times}\n{top}{html.unescape(cue.text)}\n"
