"""Check what manifests tell players of keys against the key id that the files themselves name."""

import base64
import binascii
import re
from collections.abc import Iterator

from vod_assets.domain.isobmff import MalformedError
from vod_assets.domain.pssh import kids_of, pssh_boxes

_KEY = re.compile(r"^#EXT-X-KEY:(?P<said>.*)$", re.MULTILINE)
_KEY_ID = re.compile(r"KEYID=0x(?P<kid>[0-9A-Fa-f]{32})")
_PSSH = re.compile(r'URI="data:[^",]*;base64,(?P<pssh>[^"]*)"[^\n]*KEYFORMAT="urn:uuid:(?!9a04f079)')


def key_line_faults(playlist: str, kid: str) -> Iterator[str]:
    """Yield what the ``EXT-X-KEY`` tags of a media playlist say of another key than its track is under.

    PlayReady's carry its own object and no box; they are compared in the MPD.

    Args:
        playlist: The playlist's text.
        kid: Key id of the track's init segment, 32 hex digits; empty: it names none.
    """
    for line in _KEY.finditer(playlist) if kid else ():
        said = _KEY_ID.search(line["said"])
        if said and said["kid"].lower() != kid:
            yield f"KEYID of EXT-X-KEY is {said['kid'].lower()}, the init segment says {kid}"
        carried = _PSSH.search(line["said"])
        if carried:
            yield from (f"EXT-X-KEY: {fault}" for fault in pssh_faults(carried["pssh"], kid))


def pssh_faults(text: str, kid: str) -> Iterator[str]:
    """Yield why the PSSH of a manifest, in base64, is not of a key id; a system need not say which keys it is for."""
    try:
        kids = {one for box in pssh_boxes(base64.b64decode(text, validate=True)) for one in kids_of(box)}
    except (MalformedError, binascii.Error, ValueError):
        yield "what it carries is no PSSH box"
        return
    if kids and kid not in kids:
        yield f"its PSSH is for {', '.join(sorted(kids))}, the init segment says {kid}"
