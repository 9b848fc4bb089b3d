"""Group an MPD's representations: within an adaptation set a player switches, between sets it chooses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from vod_assets.domain.manifests.presentation import codec_family, dash_media
from vod_assets.domain.track import PlacedTrack, Track

KINDS = ("video", "audio", "text", "image")
LOWEST_TRICK_RATE, HIGHEST_TRICK_RATE = 2, 32


@dataclass(frozen=True)
class SwitchingSet:
    """One adaptation set.

    Attributes:
        number: Its ``id``.
        switches_to: Sets that differ in nothing but their key, so a player that has both may switch over.
        trick_for: Sets that this one is for when a viewer winds; empty: it is for playing.
        fastest_rate: How fast it may be wound.
    """

    number: int
    tracks: Sequence[PlacedTrack]
    switches_to: tuple[int, ...] = ()
    trick_for: tuple[int, ...] = ()
    fastest_rate: int = 0

    @property
    def first(self) -> Track:
        """The track that stands for all where they are alike."""
        return self.tracks[0].track


def adaptation_sets(tracks: Sequence[PlacedTrack]) -> list[SwitchingSet]:
    """Return the adaptation sets in a fixed order of kinds.

    Video is grouped by codec, range (SDR and HDR apart) and key; audio and text by language, role and label too, for a
    player offers a viewer these. A codec of several rungs gets one set more, to wind with.
    """
    found = [SwitchingSet(number, group) for number, group in enumerate(_groups(tracks))]
    linked = [replace(one, switches_to=tuple(other.number for other in _alike(one, found))) for one in found]
    return linked + _trick_sets(linked)


def _groups(tracks: Sequence[PlacedTrack]) -> list[list[PlacedTrack]]:
    """Return the tracks of each adaptation set, kinds in a fixed order, otherwise as given."""
    first_seen = {_group_key(placed.track): place for place, placed in reversed(list(enumerate(tracks)))}
    order: Callable[[PlacedTrack], tuple[int, int]] = lambda placed: (  # noqa: E731
        KINDS.index(placed.track.kind),
        first_seen[_group_key(placed.track)],
    )
    return [list(group) for _, group in groupby(sorted(tracks, key=order), key=order)]


def _group_key(track: Track) -> tuple[object, ...]:
    if track.kind == "video":
        return ("video", codec_family(track), track.video_range, track.kid)
    if track.kind == "image":
        return ("image", track.name)
    codec = dash_media(track).codecs  # the whole name: who decodes mp4a.40.2 (AAC-LC) may not know mp4a.40.5 (HE-AAC)
    said = (track.language, track.role, track.label, track.is_forced, track.is_hearing_impaired)
    return (track.kind, codec, track.channels, track.kid, *said)


def _alike(one: SwitchingSet, sets: Sequence[SwitchingSet]) -> list[SwitchingSet]:
    """Return the other video sets of the same codec and range: their keys differ, and nothing that a decoder sees."""
    if one.first.kind != "video":
        return []
    return [other for other in sets if other is not one and _decoder(other.first) == _decoder(one.first)]


def _decoder(track: Track) -> tuple[str, str, str]:
    return track.kind, codec_family(track), track.video_range


def _trick_sets(sets: Sequence[SwitchingSet]) -> list[SwitchingSet]:
    """Return a set to wind with for each codec and range: its smallest rung, played as it is, but faster.

    How fast follows from the largest rung: a device that plays this one decodes so many pixels a second.
    """
    found: list[SwitchingSet] = []
    families = dict.fromkeys(_decoder(one.first) for one in sets if one.first.kind == "video")
    for family in families:
        members = [one for one in sets if _decoder(one.first) == family]
        tracks = [placed for one in members for placed in one.tracks]
        smallest = min(tracks, key=lambda placed: _pixels(placed.track))
        rate = max(_pixels(placed.track) for placed in tracks) // max(1, _pixels(smallest.track))
        if rate >= LOWEST_TRICK_RATE:
            numbers = tuple(one.number for one in members)
            trick = SwitchingSet(len(sets) + len(found), [smallest], trick_for=numbers)
            found.append(replace(trick, fastest_rate=min(rate, HIGHEST_TRICK_RATE)))
    return found


def _pixels(track: Track) -> int:
    return track.width * track.height
