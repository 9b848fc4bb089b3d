"""Whatever a title is made of, its manifests say it, and break no rule that a composer can keep."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import m3u8
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from vod_assets.domain.conformance.judging import DASH, HLS
from vod_assets.domain.conformance.mpd_facts import MpdFacts
from vod_assets.domain.conformance.playlists import playlist_sets
from vod_assets.domain.manifests.dash import MANIFEST, compose_dash
from vod_assets.domain.manifests.dash_reading import NamedSegment, Representation, parse_mpd
from vod_assets.domain.manifests.hls import MULTIVARIANT, compose_hls
from vod_assets.domain.manifests.presentation import Presentation, hls_media
from vod_assets.domain.markers import Markers
from vod_assets.domain.track import IFrame, PlacedTrack, Segment, Track
from vod_assets_tests.domain.manifests.presentations import KIDS, MARKERS, encrypted, keys, one_file
from vod_assets_tests.domain.tracks import audio, placed, text, thumbnails, video

SYSTEMS = {"cbcs": ("fairplay", "widevine", "playready"), "cenc": ("widevine", "playready"), "aes128": ("aes128",)}
LAYOUTS = [("cmaf", ["none", "cbcs", "cenc"]), ("ondemand", ["none", "cbcs"]), ("ts", ["none", "aes128"])]
BY_CHOICE = {  # a title's own matter: its ladder, its languages, its segments
    "apple-peak", "apple-steps", "apple-cellular", "apple-iframes", "apple-same-languages", "apple-one-codec",
    "apple-stereo", "apple-languages", "apple-video-range", "apple-six-seconds",
}  # fmt: skip
EXAMPLES = settings(max_examples=30, deadline=None)
LONG_ENOUGH = 5 * 24_000  # for every marker
RATES = st.integers(1_000, 20_000_000)
LENGTHS = st.lists(st.integers(24_000, 150_000), min_size=1, max_size=5)


@st.composite
def presentations(draw: st.DrawFn) -> Presentation:
    """Return a variant of any layout and scheme."""
    layout, schemes = draw(
        st.sampled_from(
            [("cmaf", ["none", "cbcs", "cenc"]), ("ondemand", ["none", "cbcs"]), ("ts", ["none", "aes128"])]
        )
    )
    scheme, lead, lengths = draw(st.sampled_from(schemes)), draw(st.integers(0, 2)), draw(LENGTHS)

    def packaged(track: Track) -> Track:
        if layout == "ts":
            parts = [one.model_copy(update={"path": one.path.replace("m4s", "ts")}) for one in track.segments]
            track = track.model_copy(update={"layout": "ts", "init": "", "segments": tuple(parts), "iframes": ()})
        track = one_file(track) if layout == "ondemand" else track
        return (
            track if scheme == "none" else encrypted(track, scheme, draw(st.sampled_from([*KIDS])), clear_segments=lead)
        )

    tracks = [
        *map(packaged, _pictures(draw, lengths, layout)),
        *map(packaged, _sound(draw, lengths)),
        *_text(draw, layout),
    ]
    tracks += draw(st.sampled_from([[], [thumbnails()]]))
    return Presentation(
        placed(*tracks),
        keys=None if scheme == "none" else keys(scheme, SYSTEMS[scheme]),
        markers=MARKERS if sum(lengths) > LONG_ENOUGH else Markers(),
        systems=() if scheme in ("none", "aes128") else SYSTEMS[scheme],
        hls_text=draw(st.sampled_from([("webvtt",), ("imsc1",), ("webvtt", "imsc1")])),
        dash_text=draw(st.sampled_from([("webvtt",), ("imsc1",), ("webvtt", "imsc1")])),
        order=draw(st.sampled_from(["highest_first", "lowest_first"])),
        first_rung=draw(st.sampled_from(["", "1p"])),
    )


def _parts(lengths: Sequence[int], draw: st.DrawFn) -> tuple[Segment, ...]:
    sizes = draw(st.lists(st.integers(500, 10**6), min_size=len(lengths), max_size=len(lengths)))
    pairs = enumerate(zip(lengths, sizes, strict=True), 1)
    return tuple(Segment(path=f"{number:05d}.m4s", duration=one, size_bytes=size) for number, (one, size) in pairs)


def _pictures(draw: st.DrawFn, lengths: Sequence[int], layout: str) -> Iterator[Track]:
    codecs = [("h264", "avc1.640028", "SDR"), ("hevc", "hvc1.2.4.L120.90", "PQ")]
    kinds = st.sampled_from(codecs[:1] if layout == "ts" else codecs)
    for number, (codec, name, range_) in enumerate(draw(st.lists(kinds, min_size=1, max_size=4))):
        segments, average = _parts(lengths, draw), draw(RATES)
        yield video(
            f"{codec}_{number}p",
            name,
            video_range=range_,
            width=draw(st.integers(8, 2000)) * 2,
            height=draw(st.integers(8, 1000)) * 2,
            segments=segments,
            iframes=tuple(
                IFrame(path=one.path, offset_bytes=40, length_bytes=400, duration=one.duration) for one in segments
            ),
            average_bits_per_second=average,
            peak_bits_per_second=average + draw(RATES),
        )


def _sound(draw: st.DrawFn, lengths: Sequence[int]) -> Iterator[Track]:
    codecs = st.sampled_from(["mp4a.40.2", "mp4a.40.5", "ec-3"])
    roles = st.sampled_from(["main", "commentary", "description", "dub"])
    for number in range(draw(st.integers(0, 4))):
        yield audio(
            f"sound_{number}",
            draw(st.sampled_from(["en", "fr", "und"])),
            codecs=draw(codecs),
            role=draw(roles),
            label=draw(st.sampled_from(["", "English", 'A "B" <c>\n'])),
            is_default=draw(st.booleans()),
            channels=draw(st.sampled_from([1, 2, 6])),
            timescale=24_000,
            segments=_parts(lengths, draw),
            peak_bits_per_second=draw(RATES),
        )


def _text(draw: st.DrawFn, layout: str) -> Iterator[Track]:
    for number in range(draw(st.integers(0, 3))):
        said = {"is_forced": number == 0 and draw(st.booleans()), "is_hearing_impaired": draw(st.booleans())}
        said["is_default"] = draw(st.booleans())
        yield text(f"text_{number}", "en", text_format="webvtt", layout=layout, **said)
        if layout != "ts":
            dash = text().dash_segments
            own = {"init": "init.mp4", "codecs": "stpp.ttml.im1t", "dash_segments": (), "segments": dash}
            yield text(f"text_{number}_imsc1", "en", text_format="imsc1", **said, **own)


@given(presentations())
@EXAMPLES
def test_playlists_keep_every_rule_that_is_the_composers(presentation: Presentation) -> None:
    files = compose_hls(presentation)
    (found,) = playlist_sets({name: one for name, one in files.items() if name.endswith(".m3u8")})
    verdicts = [one for book in HLS for one in book.judge(found)]
    assert [one for one in verdicts if one.state == "broken" and one.rule not in BY_CHOICE] == []


@given(presentations())
@EXAMPLES
def test_playlists_name_the_segments_and_keys_of_their_tracks(presentation: Presentation) -> None:
    files = compose_hls(presentation)
    for one in presentation.hls_tracks():
        read, media = m3u8.loads(files[f"{one.track.name}.m3u8"]), hls_media(one.track)
        assert [segment.uri for segment in read.segments] == [f"{one.base}/{part.path}" for part in media.segments]
        ranges = [
            None if part.offset_bytes is None else f"{part.size_bytes}@{part.offset_bytes}" for part in media.segments
        ]
        assert [segment.byterange for segment in read.segments] == ranges
        told = sum(Fraction(str(segment.duration)) for segment in read.segments)
        exact = Fraction(sum(part.duration for part in media.segments), media.timescale)
        assert abs(told - exact) < Fraction(1, 1_000_000)
        is_locked = [segment.key is not None and segment.key.method != "NONE" for segment in read.segments]
        clear = one.track.clear_segments if one.track.scheme != "none" else len(is_locked)
        assert is_locked == [place >= clear for place in range(len(is_locked))]


@given(presentations())
@EXAMPLES
def test_bandwidths_are_sums_of_what_plays_together(presentation: Presentation) -> None:
    tracks = {f"{one.track.name}.m3u8": one.track for one in presentation.hls_tracks()}
    top = m3u8.loads(compose_hls(presentation)[MULTIVARIANT])
    for stream in top.playlists:
        groups = {stream.stream_info.audio, stream.stream_info.subtitles} - {None}
        together = [[tracks[stream.uri]]]
        together += [[tracks[one.uri] for one in top.media if one.group_id == group] for group in groups]
        assert stream.stream_info.bandwidth == sum(max(one.peak_bits_per_second for one in some) for some in together)


@given(presentations())
@EXAMPLES
def test_an_mpd_keeps_every_rule_and_names_the_segments_of_its_tracks(presentation: Presentation) -> None:
    files = compose_dash(presentation)
    assert (files == {}) == any(one.track.layout == "ts" and one.track.kind == "video" for one in presentation.tracks)
    if not files:
        return
    facts = MpdFacts(etree.fromstring(files[MANIFEST].encode()))
    verdicts = [one for book in DASH for one in book.judge(facts)]
    by_choice = {"dash-sound"}  # a title of commentaries alone has no main sound
    assert [one for one in verdicts if one.state == "broken" and one.rule not in by_choice] == []
    mpd = parse_mpd(files[MANIFEST], "", "releases/1/clear/manifest.mpd")
    played = {one.id: one for one in mpd.representations if not one.id.endswith("_trick")}
    assert set(played) == {one.track.name for one in presentation.dash_tracks()}
    for one in presentation.dash_tracks():
        assert [(part.address, part.duration) for part in named(played[one.track.name])] == expected(one)


def named(one: Representation) -> Sequence[NamedSegment]:
    return [] if one.index_range or one.kind == "image" else one.segments


def expected(one: PlacedTrack) -> list[tuple[str, int]]:
    parts = one.track.dash_segments or one.track.segments
    if one.track.kind == "image" or (one.track.index_range and parts[0].offset_bytes is not None):
        return []
    return [(f"tracks/{one.track.name}-digest/{part.path}", part.duration) for part in parts]
