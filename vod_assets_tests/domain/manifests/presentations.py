"""Presentations small enough to read in golden manifests, one of every kind of package."""

from collections.abc import Sequence
from fractions import Fraction

from vod_assets.domain.content_keys import ContentKeys, KeyRequest, SystemSignalling, TrackKey
from vod_assets.domain.manifests.presentation import Presentation
from vod_assets.domain.markers import AdBreak, Chapter, Markers
from vod_assets.domain.track import Segment, Track
from vod_assets_tests.domain.tracks import audio, placed, text, thumbnails, video, whole_title

KIDS = {"SD": "11" * 16, "HD": "22" * 16, "AUDIO": "33" * 16}
SPLICE = "fc302000000000000000fff00f05000000017fbf00007b98a0000101010000a1b2c3d4"
MARKERS = Markers(
    chapters=(
        Chapter(start_seconds=Fraction(0), titles={"en": "Titles & names", "fr": "G\u00e9n\u00e9rique"}),
        Chapter(start_seconds=Fraction(1001, 250), titles={"en": "The end"}),
    ),
    ad_breaks=(
        AdBreak(id="opening", start_seconds=Fraction(0)),
        AdBreak(id="splice-1", start_seconds=Fraction(1001, 250), duration_seconds=Fraction(30), scte35=SPLICE),
    ),
)


def signalling(system: str, kid: str, method: str) -> SystemSignalling:
    """Lines as a key provider gives them, with a word where bytes would stand."""
    if system == "aes128":
        line = f'METHOD=AES-128,URI="https://keys.example.com/{kid}",KEYFORMAT="identity"'
        return SystemSignalling(system=system, hls_media=f"#EXT-X-KEY:{line}", hls_session=f"#EXT-X-SESSION-KEY:{line}")
    line = f'METHOD={method},URI="data:{system},{kid[:2]}",KEYFORMAT="{system}",KEYFORMATVERSIONS="1"'
    return SystemSignalling(
        system=system,
        pssh="" if system == "fairplay" else "cHNzaA==",
        content_protection="<mspr:pro xmlns:mspr='urn:microsoft:playready'>cHJv</mspr:pro>"
        if system == "playready"
        else "",
        hls_media=f"#EXT-X-KEY:{line}",
        hls_session=f"#EXT-X-SESSION-KEY:{line}",
        licence_url=f"https://drm.example.com/{system}" if system in ("widevine", "clearkey") else "",
    )


def keys(scheme: str, systems: Sequence[str]) -> ContentKeys:
    method = {"cbcs": "SAMPLE-AES", "cenc": "SAMPLE-AES-CTR", "aes128": "AES-128"}[scheme]
    found = tuple(
        TrackKey(
            scheme=scheme,
            track_class=name,
            kid=kid,
            checksum="00" * 8,
            systems=tuple(signalling(system, kid, method) for system in systems),
        )
        for name, kid in KIDS.items()
    )
    return ContentKeys(provider="static", request=KeyRequest(title="film"), keys=found)


def encrypted(track: Track, scheme: str, track_class: str, **changes: object) -> Track:
    iv = f"{int(KIDS[track_class][:2]) * track.timescale:032x}" if scheme in ("cbcs", "aes128") else ""
    said = {"scheme": scheme, "kid": KIDS[track_class], "track_class": track_class, "iv": iv}
    return track.model_copy(update=said | changes)


def clear() -> Presentation:
    """Everything that there is, and markers."""
    return Presentation(whole_title(), markers=MARKERS)


def _protected(scheme: str, systems: tuple[str, ...], **changes: object) -> Presentation:
    tracks = placed(
        encrypted(video(), scheme, "HD", **changes),
        encrypted(small_video(), scheme, "SD", **changes),
        encrypted(audio(label="English", is_default=True), scheme, "AUDIO", **changes),
        text(label="English"),
    )
    return Presentation(tracks, keys=keys(scheme, systems), systems=systems)


def small_video(**changes: object) -> Track:
    small = {"width": 640, "height": 360, "peak_bits_per_second": 900_000, "average_bits_per_second": 800_000}
    return video("h264_360p", "avc1.4d401e", **small | changes)


def cbcs() -> Presentation:
    """Three systems in one file set, a clear lead of one segment, keys by size."""
    return _protected("cbcs", ("fairplay", "widevine", "playready"), clear_segments=1)


def cenc() -> Presentation:
    return _protected("cenc", ("widevine", "playready"))


def clearkey() -> Presentation:
    return _protected("cbcs", ("clearkey",))


def transport_stream() -> Presentation:
    def ts(track: Track, track_class: str) -> Track:
        parts = tuple(one.model_copy(update={"path": one.path.replace("m4s", "ts")}) for one in track.segments)
        return encrypted(track, "aes128", track_class, layout="ts", init="", segments=parts)

    tracks = placed(ts(video(), "HD"), ts(small_video(), "SD"), ts(audio(), "AUDIO"), text(), thumbnails())
    return Presentation(tracks, keys=keys("aes128", ("aes128",)), order="lowest_first")


def one_file(track: Track, name: str = "media.mp4") -> Track:
    """Return the track with its segments one after the other in a file: init, index, segments."""
    begin, parts = 1000, []
    for one in track.segments:
        parts.append(Segment(path=name, duration=one.duration, size_bytes=one.size_bytes, offset_bytes=begin))
        begin += one.size_bytes
    iframes = tuple(
        frame.model_copy(update={"path": name, "offset_bytes": part.offset_bytes})
        for frame, part in zip(track.iframes, parts, strict=False)
    )
    said = {"init": name, "segments": tuple(parts), "iframes": iframes, "layout": "ondemand"}
    return track.model_copy(update=said | {"init_range": (0, 799), "index_range": (800, 999)})


def ondemand() -> Presentation:
    """Files with an index, and text in both formats."""
    imsc1 = {"text_format": "imsc1", "codecs": "stpp.ttml.im1t", "init": "init.mp4"}
    subtitles = video().segments
    tracks = placed(
        one_file(video()),
        one_file(small_video()),
        one_file(audio(label="English", is_default=True)),
        text(label="English"),
        text(
            "imsc1_eng",
            label="English",
            **imsc1,
            timescale=24000,
            segments=subtitles,
            dash_segments=(),
            dash_init="",
            dash_codecs="",
        ),
        thumbnails(),
    )
    return Presentation(tracks, hls_text=("webvtt", "imsc1"), dash_text=("imsc1",), first_rung="360p")
