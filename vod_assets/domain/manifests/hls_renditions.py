"""Offer sound and text in groups of EXT-X-MEDIA (RFC 8216, 4.3.4.1)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count

from vod_assets.domain.manifests.hls_attributes import Bare, quotable, tag, yes
from vod_assets.domain.manifests.names import playlist_name
from vod_assets.domain.manifests.presentation import codec_family, text_format
from vod_assets.domain.track import Track

TEXT_GROUP = "text"
SURROUND_FAMILIES = ("ac-3", "ec-3")
HEARING_IMPAIRED = "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound"
SOUND_CHARACTERISTICS = {
    "description": "public.accessibility.describes-video",
    "dialogue": "public.accessibility.enhances-speech-intelligibility",
}


@dataclass(frozen=True)
class Group:
    """Tracks of which a player plays one; a variant stream names the group."""

    id: str
    tracks: Sequence[Track]


def audio_groups(audio: Sequence[Track]) -> list[Group]:
    """Return a group for each codec, so that whichever language is chosen, a variant stream's codec stays.

    All groups have the same members (RFC 8216, 4.3.4.1.1): what there is not in a codec of surround, as a stereo dub,
    is there in one that every player has. Nothing of surround comes to these, or such a player could play none.
    """
    codecs = list(dict.fromkeys(track.codecs for track in audio))
    families = Counter(codec.partition(".")[0] for codec in codecs)
    groups = []
    for codec in codecs:
        own = [track for track in audio if track.codecs == codec]
        there = {_heard_as(track) for track in own}
        common = [track for track in audio if codec_family(track) not in SURROUND_FAMILIES]
        others = {_heard_as(track): track for track in reversed(common) if _heard_as(track) not in there}
        others = others if codec_family(own[0]) in SURROUND_FAMILIES else {}
        tracks = [*own, *reversed(others.values())]
        family = codec_family(own[0])
        groups.append(Group(f"audio_{family if families[family] == 1 else codec}", tracks))
    return groups


def _heard_as(track: Track) -> tuple[str, str, str]:
    return track.language, track.role, track.label


def text_groups(text: Sequence[Track], formats: Sequence[str]) -> list[Group]:
    """Return a group for each format that there is text of, the preferred one first."""
    found = {one: [track for track in text if text_format(track) == one] for one in formats}
    return [
        Group(TEXT_GROUP if one == "webvtt" else f"{TEXT_GROUP}_{one}", tracks)
        for one, tracks in found.items()
        if tracks
    ]


def media_renditions(audio: Sequence[Group], text: Sequence[Group]) -> Iterator[str]:
    """Yield the ``EXT-X-MEDIA`` of every track of every group."""
    for group in audio:
        yield from _renditions("AUDIO", group, default_audio(group.tracks))
    for group in text:
        spoken = [track for track in group.tracks if track.is_default and not track.is_forced]
        yield from _renditions("SUBTITLES", group, spoken[0] if spoken else None)


def default_audio(tracks: Sequence[Track]) -> Track:
    """Return the track that plays when a viewer has chosen nothing: the one that says so, else the first main one."""
    candidates = [track for track in tracks if track.is_default] or [track for track in tracks if track.role == "main"]
    return (candidates or tracks)[0]


def _renditions(kind: str, group: Group, default: Track | None) -> Iterator[str]:
    chosen = _automatic(group.tracks, default)
    for track, name in zip(group.tracks, _names(group.tracks), strict=True):
        is_audio = kind == "AUDIO"
        yield tag(
            "EXT-X-MEDIA",
            [
                ("TYPE", Bare(kind)),
                ("GROUP-ID", group.id),
                ("NAME", name),
                ("LANGUAGE", track.language if track.language != "und" else None),
                ("DEFAULT", yes(track is default)),
                ("AUTOSELECT", yes(track.name in chosen)),
                ("FORCED", None if is_audio else yes(track.is_forced)),
                ("CHARACTERISTICS", _characteristics(track)),
                ("CHANNELS", str(track.channels) if is_audio and track.channels else None),
                ("URI", playlist_name(track)),
            ],
        )


def _automatic(tracks: Sequence[Track], default: Track | None) -> set[str]:
    """Return the names of the tracks that players may choose by themselves.

    These differ in language, purpose or characteristics, for a player has nothing else to choose by (RFC 8216,
    4.3.4.1.1). A commentary is for whoever asks for it; a forced narrative is for nobody unless it comes by itself.
    """
    chosen: dict[object, str] = {}
    for track in ([default] if default else []) + [one for one in tracks if one is not default]:
        if track.role != "commentary" or track is default:
            chosen.setdefault((track.language, track.is_forced, _characteristics(track)), track.name)
    return {*chosen.values(), *(track.name for track in tracks if track.is_forced)}


def _names(tracks: Sequence[Track]) -> list[str]:
    """Return a NAME for each track of a group, each one different (RFC 8216, 4.3.4.1.1)."""
    names: list[str] = []
    for track in tracks:
        wanted = quotable(track.label) or (track.language if track.language != "und" else track.name)
        numbered = (f"{wanted} ({number})" for number in count(2))
        names.append(next(name for name in chain([wanted], numbered) if name not in names))
    return names


def _characteristics(track: Track) -> str | None:
    if track.kind == "text":
        return HEARING_IMPAIRED if track.is_hearing_impaired else None
    return SOUND_CHARACTERISTICS.get(track.role)
