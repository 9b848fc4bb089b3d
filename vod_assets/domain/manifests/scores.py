"""Say which of several video tracks looks best, where bit rates do not."""

from collections.abc import Sequence
from fractions import Fraction

from vod_assets.domain.manifests.presentation import codec_family
from vod_assets.domain.track import Track

EFFICIENCY = {"avc1": 0, "avc3": 0, "vp09": 1, "hvc1": 1, "hev1": 1, "dvh1": 1, "av01": 2}  # picture for equal bits


def scores(video: Sequence[Track]) -> dict[str, Fraction]:
    """Return the ``SCORE`` of each video track by its name: for all of them, or for none.

    It is what descriptors say, when all do. Otherwise a package of several codecs or ranges is ranked by size, range,
    codec and bits, since a player that compared bandwidths would take the less efficient codec for the better picture.
    Within one codec and range bandwidths say it all.
    """
    if all(track.score is not None for track in video):
        return {track.name: track.score for track in video if track.score is not None}
    if len({(codec_family(track), track.video_range) for track in video}) < 2:
        return {}
    ranked = sorted(video, key=_rank)
    return {track.name: Fraction(place) for place, track in enumerate(ranked, 1)}


def _rank(track: Track) -> tuple[int, bool, int, int]:
    is_high_range = track.video_range != "SDR"
    pixels = track.width * track.height
    return pixels, is_high_range, EFFICIENCY.get(codec_family(track), 0), track.average_bits_per_second
