"""Initialisation vectors: derived, so that equal inputs give equal bytes and nothing else ever shares one."""

import hmac

BYTES = {"cenc": 8, "cbcs": 16, "aes128": 16}


def initial_vector(scheme: str, key: bytes, rendition_digest: str, track_id: str) -> bytes:
    """Return the IV of a track: the first bytes of HMAC-SHA256(content key, rendition digest ‖ track id).

    Two tracks under one key must never share it: with AES-CTR they would share the key stream. So the track id has to
    name all that makes a track's samples differ, or come in another order: its name, layout, clear lead, cuts.

    Args:
        scheme: ``cenc`` (8 bytes: the rest counts blocks), ``cbcs`` or ``aes128`` (16 bytes).
        key: The content key.
        rendition_digest: Digest of the artifact that is encrypted, 64 hex digits.
        track_id: What tells the track from all others that are made of that artifact.
    """
    return hmac.digest(key, (rendition_digest + track_id).encode(), "sha256")[: BYTES[scheme]]
