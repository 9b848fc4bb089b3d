"""Write an adaptation set and its representations (ISO/IEC 23009-1, 5.3.3 and 5.3.5)."""

from collections.abc import Sequence
from fractions import Fraction

from lxml import etree

from vod_assets.domain.manifests.dash_protection import add_content_protection
from vod_assets.domain.manifests.dash_segments import add_segments, is_one_file
from vod_assets.domain.manifests.dash_switching import SwitchingSet
from vod_assets.domain.manifests.dash_xml import add, attributes, describe
from vod_assets.domain.manifests.hls_attributes import quotable
from vod_assets.domain.manifests.hls_renditions import default_audio
from vod_assets.domain.manifests.presentation import Presentation, codec_family, dash_media
from vod_assets.domain.track import PlacedTrack, Track
from vod_assets.domain.track_measures import peak_bits_per_second

ROLES = "urn:mpeg:dash:role:2011"
DOLBY_CHANNELS = "tag:dolby.com,2014:dash:audio_channel_configuration:2011"
DOLBY = ("ac-3", "ec-3")
DOLBY_LAYOUTS = {1: "4000", 2: "A000", 6: "F801"}
CHANNELS = "urn:mpeg:dash:23003:3:audio_channel_configuration:2011"
THUMBNAIL_TILES = "http://dashif.org/guidelines/thumbnail_tile"
TRICK_MODE = "http://dashif.org/guidelines/trickmode"
SWITCHING = "urn:mpeg:dash:adaptation-set-switching:2016"
COLOUR = "urn:mpeg:mpegB:cicp:"
WIDE_GAMUT = 9  # BT.2020 (ISO/IEC 23091-2)
TRANSFER = {"PQ": 16, "HLG": 18}
MIME_TYPES = {"video": "video/mp4", "audio": "audio/mp4", "text": "application/mp4", "image": "image/jpeg"}
AUDIO_PURPOSES = "urn:tva:metadata:cs:AudioPurposeCS:2007"  # what players of DVB know (ETSI TS 103 285, 6.1.2)
PURPOSES = {"description": "1", "enhanced-audio-intelligibility": "2", "caption": "2"}
SOUND_ROLES = {"commentary": "commentary", "dub": "dub", "dialogue": "enhanced-audio-intelligibility"}
ACCESSIBLE_SOUND = {"description": "description", "dialogue": "enhanced-audio-intelligibility"}


def add_adaptation_set(period: etree._Element, one: SwitchingSet, presentation: Presentation) -> etree._Element:
    """Add an adaptation set and return it; the order of the elements is the schema's."""
    element = add(period, "AdaptationSet", attributes(_attributes(one)))
    add_content_protection(element, presentation, one.first)
    _add_properties(element, one)
    if one.first.label and one.first.kind in ("audio", "text"):
        add(element, "Label").text = quotable(one.first.label)
    _add_purpose(element, one.first, presentation)
    for placed in one.tracks:
        _add_representation(element, placed, one)
    return element


def _attributes(one: SwitchingSet) -> list[tuple[str, str | int | None]]:
    track = one.first
    said: list[tuple[str, str | int | None]] = [
        ("id", one.number),
        ("contentType", track.kind),
        ("mimeType", MIME_TYPES[track.kind]),
        ("lang", track.language if track.kind in ("audio", "text") else None),
    ]
    if track.kind == "video":
        said += _largest([placed.track for placed in one.tracks])
    if one.trick_for:
        said += [("maxPlayoutRate", one.fastest_rate), ("codingDependency", "true")]
    if track.kind == "image":
        return said
    if is_one_file(one.tracks[0]):
        return [*said, ("subsegmentAlignment", "true"), ("subsegmentStartsWithSAP", 1)]
    return [*said, ("segmentAlignment", "true"), ("startWithSAP", 1)]


def _largest(tracks: Sequence[Track]) -> list[tuple[str, str | int | None]]:
    widest = max(tracks, key=lambda track: (track.width, track.height))
    shape = Fraction(widest.width, widest.height) if widest.height else Fraction(1)
    rates = [track.frame_rate for track in tracks if track.frame_rate]
    return [
        ("maxWidth", widest.width),
        ("maxHeight", max(track.height for track in tracks)),
        ("maxFrameRate", str(max(rates)) if rates else None),
        ("par", f"{shape.numerator}:{shape.denominator}"),
    ]


def _add_properties(element: etree._Element, one: SwitchingSet) -> None:
    if one.trick_for:
        describe(element, "EssentialProperty", TRICK_MODE, " ".join(str(number) for number in one.trick_for))
    if one.first.video_range in TRANSFER:  # whoever cannot show it must not choose it
        describe(element, "EssentialProperty", f"{COLOUR}ColourPrimaries", str(WIDE_GAMUT))
        describe(element, "EssentialProperty", f"{COLOUR}MatrixCoefficients", str(WIDE_GAMUT))
        transfer = str(TRANSFER[one.first.video_range])
        describe(element, "EssentialProperty", f"{COLOUR}TransferCharacteristics", transfer)
    if one.switches_to:
        describe(element, "SupplementalProperty", SWITCHING, ",".join(str(number) for number in one.switches_to))


def _add_purpose(element: etree._Element, track: Track, presentation: Presentation) -> None:
    """Add whom a track is for, and what it is."""
    if track.kind not in ("audio", "text"):
        return
    accessible = _accessibility(track)
    if accessible:
        describe(element, "Accessibility", ROLES, accessible)
        describe(element, "Accessibility", AUDIO_PURPOSES, PURPOSES[accessible])
    for role in _text_roles(track) if track.kind == "text" else _sound_roles(track, presentation):
        describe(element, "Role", ROLES, role)


def _accessibility(track: Track) -> str:
    if track.kind == "text":
        return "caption" if track.is_hearing_impaired else ""
    return ACCESSIBLE_SOUND.get(track.role, "")


def _sound_roles(track: Track, presentation: Presentation) -> list[str]:
    """Return ``main`` for what plays when a viewer has chosen nothing, whatever its codec."""
    audio = [placed.track for placed in presentation.tracks if placed.track.kind == "audio"]
    if track.role in SOUND_ROLES:
        return [SOUND_ROLES[track.role]]
    default = default_audio(audio)
    is_like_default = (track.language, track.role) == (default.language, default.role)
    role = "main" if is_like_default else "alternate"
    return [role, "description"] if track.role == "description" else [role]


def _text_roles(track: Track) -> list[str]:
    if track.is_forced:
        return ["forced-subtitle"]
    role = "caption" if track.is_hearing_impaired else "subtitle"
    return [role, "main"] if track.is_default else [role]


def _add_representation(element: etree._Element, placed: PlacedTrack, one: SwitchingSet) -> None:
    track = placed.track
    columns, rows = (track.columns, track.rows) if track.kind == "image" else (1, 1)
    said: list[tuple[str, str | int | None]] = [
        ("id", f"{track.name}_trick" if one.trick_for else track.name),
        ("bandwidth", _bandwidth(track)),
        ("codecs", dash_media(track).codecs or None),
        ("width", track.width * columns or None),
        ("height", track.height * rows or None),
        ("frameRate", str(track.frame_rate) if track.frame_rate else None),
        ("sar", "1:1" if track.kind == "video" else None),
        ("audioSamplingRate", track.sample_rate or None),
    ]
    representation = add(element, "Representation", attributes(said))
    if track.kind == "audio":
        describe(representation, "AudioChannelConfiguration", *channel_configuration(track))
    if track.kind == "image":
        describe(representation, "EssentialProperty", THUMBNAIL_TILES, f"{columns}x{rows}")
    add_segments(representation, placed)


def channel_configuration(track: Track) -> tuple[str, str]:
    """Return scheme and value of a track's channels.

    Dolby's codecs have a scheme of their own (ETSI TS 102 366, I.1.2.1), a bit for each place: left, centre, right,
    left and right surround are the first five, the effects channel is the last.
    """
    if codec_family(track) in DOLBY and track.channels in DOLBY_LAYOUTS:
        return DOLBY_CHANNELS, DOLBY_LAYOUTS[track.channels]
    return CHANNELS, str(track.channels)


def _bandwidth(track: Track) -> int:
    if not track.dash_segments:
        return track.peak_bits_per_second
    return peak_bits_per_second(track.dash_segments, track.dash_timescale)
