"""A repackager gets one variant of single files, all of it, and renditions that begin anew together."""

from fractions import Fraction

import pytest

from vod_assets.domain.artifact import ArtifactFile
from vod_assets.domain.delivery import (
    DELIVERED,
    Gops,
    delivered_from,
    gops_of,
    is_taken,
    moved_manifest,
    ondemand_variant,
    played_tracks,
    require_one_gop,
    withheld,
)
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.publication import EVENTS, Publication
from vod_assets.domain.release import Release, ReleasedKey, ReleasedTrack, VariantManifests

KEY = ReleasedKey(kid="0" * 32, scheme="cbcs", track_class="ALL")


def track(name: str, digit: str, file: str) -> ReleasedTrack:
    files = (ArtifactFile(path=file, size_bytes=1, sha256="a" * 64),)
    return ReleasedTrack(name=name, kind="video", digest=digit * 64, files=files)


RELEASE = Release(
    title="film",
    number=3,
    profile="house",
    variants={
        "clear": VariantManifests(hls="clear/master.m3u8"),
        "locked": VariantManifests(hls="locked/master.m3u8", keys=(KEY,)),
        "single": VariantManifests(hls="single/master.m3u8"),
    },
    tracks=(track("h264_1080p", "1", "init.mp4"), track("h264_1080p", "2", "track.mp4"), track("x", "3", "track.mp4")),
)
TEXTS = {
    "clear/h264_1080p.m3u8": f"../../../tracks/{'1' * 64}/00001.m4s",
    "locked/h264_1080p.m3u8": f"../../../tracks/{'3' * 64}/track.mp4",
    "single/h264_1080p.m3u8": f"../../../tracks/{'2' * 64}/track.mp4",
}
PLAYED = played_tracks(RELEASE, TEXTS)


def test_the_variant_of_single_files_without_keys_is_delivered_unless_another_is_named() -> None:
    assert ondemand_variant(RELEASE, PLAYED) == "single"
    assert ondemand_variant(RELEASE, PLAYED, "locked") == "locked"


@pytest.mark.parametrize("wanted", ["clear", "nothing", ""])
def test_a_profile_without_such_a_variant_is_told_what_to_add(wanted: str) -> None:
    played = PLAYED if wanted else {name: PLAYED[name] for name in ("clear", "locked")}
    with pytest.raises(ConfigError, match=r"delivery_refused.*profile house.*layout: ondemand"):
        ondemand_variant(RELEASE, played, wanted)


def test_a_moved_manifest_leads_to_the_folders_beside_it() -> None:
    text = f'URI="../../../tracks/{"2" * 64}/track.mp4"\n../chapters.en.vtt\nhigh.m3u8'
    assert moved_manifest(text, {"2" * 64: "h264_1080p"}) == 'URI="h264_1080p/track.mp4"\nchapters.en.vtt\nhigh.m3u8'


def test_gops_of_different_lengths_are_refused_and_each_is_named() -> None:
    options = {"options": {"g": "48"}}
    gops = [gops_of("film", "high", options, Fraction(24)), gops_of("film", "low", options, Fraction(24000, 1001))]
    with pytest.raises(ConfigError, match=r"film: .*high: 2 s; low: 1001/500 s.*delivery_refused.*gop_seconds"):
        require_one_gop("film", gops)
    require_one_gop("film", [gops[0], gops[0]])


def test_key_frames_at_cues_are_refused_unless_the_target_takes_them() -> None:
    options = {"options": {"g": "50", "force_key_frames": "expr:not(mod(n,50))+eq(n,37)"}}
    gops = [gops_of("film", "high", options, Fraction(25))]
    with pytest.raises(ConfigError, match="2 s, and others at cues"):
        require_one_gop("film", gops)
    require_one_gop("film", gops, allow_cues=True)


def test_a_rendition_that_nothing_is_known_of_is_refused() -> None:
    with pytest.raises(ConfigError, match="nothing says how long"):
        gops_of("film", "high", {}, Fraction(25))
    assert str(Gops(rendition="high", seconds=Fraction(2))) == "high: 2 s"


def test_what_the_repackager_cannot_take_is_known() -> None:
    assert [is_taken(codecs) for codecs in ("avc1.640028", "hvc1.1.6", "mp4a.40.2", "ec-3", "av01.0", "opus")] == [
        *[True] * 4,
        False,
        False,
    ]


def test_what_waits_for_an_approval_or_has_ended_is_not_delivered() -> None:
    assert {status for status in EVENTS if not withheld(Publication(status=status))} == {*DELIVERED}
    assert withheld(Publication(status="awaiting_approval")) == "it is awaiting approval"
    assert withheld(None) == ""


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("h264_1080p/track.mp4", (f"tracks/{'2' * 64}/track.mp4", True)),
        ("h264_1080p.mp4", (f"tracks/{'1' * 64}/init.mp4", False)),
        ("film.smil", ("", False)),
    ],
)
def test_a_delivered_file_leads_to_the_track_that_it_was_made_of(path: str, found: tuple[str, bool]) -> None:
    assert delivered_from(RELEASE.model_dump()["tracks"], path) == found
