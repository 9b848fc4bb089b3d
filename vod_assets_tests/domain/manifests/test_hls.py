"""HLS playlists composed from tracks."""

from fractions import Fraction

import m3u8
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vod_assets.domain.manifests.hls import compose_hls
from vod_assets.domain.manifests.hls_attributes import decimal, durations, quotable
from vod_assets.domain.manifests.hls_media import compose_media_playlist, target_duration
from vod_assets.domain.manifests.hls_multivariant import compose_multivariant
from vod_assets.domain.manifests.presentation import Presentation
from vod_assets_tests.domain.tracks import audio, placed, segments, text, thumbnails, video, whole_title
from vod_assets_tests.golden.packages import FOLDER, composed


@pytest.mark.parametrize("name", sorted(composed()))
def test_manifests_are_those_that_were_looked_at(name: str) -> None:
    """When they are meant to change: ``python -m vod_assets_tests.golden.packages``."""
    assert composed()[name] == (FOLDER / name).read_text("utf-8")


def test_there_is_no_golden_manifest_that_nothing_composes() -> None:
    assert {f"{path.parent.name}/{path.name}" for path in FOLDER.rglob("*.*")} == set(composed())


@given(
    st.lists(st.integers(min_value=1, max_value=10**7), min_size=1, max_size=300), st.sampled_from([24000, 48000, 7])
)
def test_durations_never_drift(ticks: list[int], timescale: int) -> None:
    rounded = durations(ticks, timescale)
    exact = Fraction(0)
    for place, tick in enumerate(ticks):
        exact += Fraction(tick, timescale)
        assert abs(sum(rounded[: place + 1], Fraction(0)) - exact) <= Fraction(1, 2_000_000)


@given(st.text())
def test_no_text_breaks_out_of_its_quotes(label: str) -> None:
    playlist = compose_multivariant(Presentation(placed(video(), audio(label=label))))
    (line,) = (line for line in playlist.splitlines() if line.startswith("#EXT-X-MEDIA"))
    assert line.count('"') == 10  # five quoted attributes
    (media,) = m3u8.loads(playlist).media
    assert media.name == (quotable(label) or "en")
    assert media.uri == "aac_eng.m3u8"


def test_a_title_without_audio_or_text_names_no_groups() -> None:
    (stream,) = m3u8.loads(compose_multivariant(Presentation(placed(video())))).playlists
    assert stream.stream_info.codecs == "avc1.640028"
    assert (stream.stream_info.audio, stream.stream_info.subtitles) == (None, None)
    assert stream.stream_info.bandwidth == 4_100_000


def test_a_title_without_video_is_a_variant_stream_of_audio() -> None:
    parsed = m3u8.loads(compose_multivariant(Presentation(placed(audio(), text()))))
    (stream,) = parsed.playlists
    assert (stream.uri, stream.stream_info.codecs) == ("aac_eng.m3u8", "mp4a.40.2")
    assert stream.stream_info.resolution is None


def test_bandwidth_is_the_largest_of_all_that_may_play_together() -> None:
    """One of several audio tracks plays, and it may be the largest (RFC 8216, 4.3.4.2)."""
    tracks = placed(video(), audio(), audio("aac_fra", "fr", peak_bits_per_second=250_000), text())
    (stream,) = m3u8.loads(compose_multivariant(Presentation(tracks))).playlists
    assert stream.stream_info.bandwidth == 4_100_000 + 250_000 + 400


def test_only_one_audio_track_of_a_group_is_the_default() -> None:
    tracks = placed(video(), audio(is_default=True), audio("aac_fra", "fr", is_default=True))
    assert [one.default for one in m3u8.loads(compose_multivariant(Presentation(tracks))).media] == ["YES", "NO"]


def test_languages_stay_in_one_group_whatever_their_channels() -> None:
    tracks = placed(video(), audio(), audio("aac_fra", "fr", channels=1))
    parsed = m3u8.loads(compose_multivariant(Presentation(tracks)))
    assert {one.group_id for one in parsed.media} == {"audio_mp4a"}
    assert len(parsed.playlists) == 1


def test_tracks_with_one_label_get_names_of_their_own() -> None:
    labels = ("English", "English", "English (2)")
    tracks = [audio(f"aac_{number}", label=label) for number, label in enumerate(labels)]
    names = [one.name for one in m3u8.loads(compose_multivariant(Presentation(placed(video(), *tracks)))).media]
    assert names == ["English", "English (2)", "English (2) (2)"]


def test_video_and_audio_have_one_target_duration() -> None:
    """RFC 8216, 6.2.4; an audio segment that rounds up raises all of them."""
    short = video(segments=segments((59940, 59940), 1000))
    long = audio(segments=segments((121344, 118528), 1000))
    assert (target_duration(short), target_duration(long)) == (2, 3)
    playlists = compose_hls(Presentation(placed(short, long)))
    for name in ("h264_1080p.m3u8", "aac_eng.m3u8"):
        assert m3u8.loads(playlists[name]).target_duration == 3


def test_sums_stay_exact_over_a_long_title() -> None:
    track = audio(segments=segments((192512, 191488) * 337, 64_000))
    parsed = m3u8.loads(compose_media_playlist(Presentation([]), placed(track)[0]))
    told = sum(Fraction(str(one.duration)) for one in parsed.segments)
    assert abs(told - track.duration_seconds) < Fraction(1, 1_000_000)


def test_every_playlist_says_that_it_is_complete() -> None:
    playlists = compose_hls(Presentation(whole_title()))
    assert all(one.endswith("#EXT-X-ENDLIST\n") for name, one in playlists.items() if name != "master.m3u8")


def test_thumbnails_end_with_the_title() -> None:
    assert [segment.duration for segment in thumbnails().segments] == [8_000_000, 2_010_000]


def test_decimals_are_rounded_not_cut() -> None:
    assert (decimal(Fraction(2, 3)), decimal(Fraction(24000, 1001), 3)) == ("0.666667", "23.976")
