"""Say in HLS how segments are encrypted (RFC 8216, 4.3.2.4 and 4.3.4.5)."""

import base64

from vod_assets.domain.content_keys import SystemSignalling
from vod_assets.domain.manifests.hls_attributes import Bare, tag
from vod_assets.domain.manifests.presentation import Presentation
from vod_assets.domain.signalling import METHODS
from vod_assets.domain.track import Track

KEY, SESSION_KEY = "EXT-X-KEY", "EXT-X-SESSION-KEY"
NO_KEY = tag(KEY, [("METHOD", Bare("NONE"))])


def key_lines(presentation: Presentation, track: Track) -> list[str]:
    """Return a track's ``EXT-X-KEY`` tags, one a system; none for a clear track.

    They carry the IV where it is one for the whole track: a constant IV, or that of segments encrypted as a whole.
    """
    lines = [_line(KEY, one, track) for one in presentation.signalling(track)]
    return [_with_iv(line, track.iv) for line in lines if line]


def session_key_lines(presentation: Presentation) -> list[str]:
    """Return the ``EXT-X-SESSION-KEY`` tags of all tracks, each once, so that players can ask for licences early.

    They carry no IV, by which tracks of one key differ.
    """
    every = [placed.track for placed in presentation.hls_tracks()]
    tracks = [track for track in every if len(track.segments) > track.clear_segments]  # a lead may be all there is
    lines = [_line(SESSION_KEY, one, track) for track in tracks for one in presentation.signalling(track)]
    return list(dict.fromkeys(line for line in lines if line))


def _line(name: str, signalling: SystemSignalling, track: Track) -> str:
    if signalling.system == "clearkey":
        return _clear_key(name, track)
    return signalling.hls_media if name == KEY else signalling.hls_session


def _clear_key(name: str, track: Track) -> str:
    """Return the tag that makes hls.js ask for a ClearKey licence: the KID itself is the initialisation data."""
    kid = base64.b64encode(bytes.fromhex(track.kid)).decode()
    return tag(
        name,
        [
            ("METHOD", Bare(METHODS[track.scheme])),
            ("URI", f"data:text/plain;base64,{kid}"),
            ("KEYID", Bare(f"0x{track.kid}")),
            ("KEYFORMAT", "org.w3.clearkey"),
            ("KEYFORMATVERSIONS", "1"),
        ],
    )


def _with_iv(line: str, iv: str) -> str:
    return f"{line},IV=0x{iv}" if iv and ",IV=" not in line else line
