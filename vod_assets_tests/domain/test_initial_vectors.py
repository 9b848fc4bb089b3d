"""Initialisation vectors are the same for the same, and for nothing else."""

import hashlib
import hmac
from itertools import product

from vod_assets.domain.initial_vectors import initial_vector

DIGESTS = [hashlib.sha256(bytes([number])).hexdigest() for number in range(3)]


def test_an_iv_is_the_first_bytes_of_an_hmac_by_the_key() -> None:
    whole = hmac.new(b"k" * 16, (DIGESTS[0] + "video/1080p").encode(), hashlib.sha256).digest()
    assert initial_vector("cenc", b"k" * 16, DIGESTS[0], "video/1080p") == whole[:8]
    assert initial_vector("cbcs", b"k" * 16, DIGESTS[0], "video/1080p") == whole[:16]
    assert initial_vector("aes128", b"k" * 16, DIGESTS[0], "video/1080p") == whole[:16]


def test_no_two_tracks_versions_or_keys_share_one() -> None:
    keys, tracks = (b"k" * 16, b"l" * 16), ("cmaf/video", "cmaf/audio", "ondemand/video")
    found = [initial_vector("cenc", *given) for given in product(keys, DIGESTS, tracks)]
    assert len(set(found)) == len(found) == 18
