"""MPDs composed from tracks; their goldens are compared in test_hls."""

import pytest
from lxml import etree

from vod_assets.domain.manifests.dash import compose_mpd
from vod_assets.domain.manifests.dash_segments import iso_duration, segment_template
from vod_assets.domain.manifests.presentation import Presentation
from vod_assets_tests.domain.manifests.presentations import one_file
from vod_assets_tests.domain.tracks import SECONDS, audio, placed, text, thumbnails, video, whole_title

ROLES = "urn:mpeg:dash:role:2011"
MPD = "{urn:mpeg:dash:schema:mpd:2011}"


def parsed(*tracks: object) -> etree._Element:
    return etree.fromstring(compose_mpd(Presentation(placed(*tracks))).encode())  # type: ignore[arg-type]


def test_rungs_of_one_codec_are_switched_within_one_adaptation_set() -> None:
    mpd = etree.fromstring(compose_mpd(Presentation(whole_title())).encode())
    sets = [[one.get("id") for one in group.iter(f"{MPD}Representation")] for group in mpd.iter(f"{MPD}AdaptationSet")]
    assert sets[:2] == [["h264_1080p", "h264_720p"], ["hevc_1080p"]]
    assert all(len(group) == 1 for group in sets[2:])


def test_sound_of_codecs_that_not_every_decoder_knows_together_is_in_sets_of_its_own() -> None:
    mpd = parsed(video(), audio(), audio("audio_he", codecs="mp4a.40.5"))
    sets = [[one.get("id") for one in group.iter(f"{MPD}Representation")] for group in mpd.iter(f"{MPD}AdaptationSet")]
    assert [len(one) for one in sets[1:]] == [1, 1]


def test_the_presentation_is_as_long_as_the_video() -> None:
    assert (
        parsed(video(), audio(), thumbnails()).get("mediaPresentationDuration") == iso_duration(SECONDS) == "PT10.01S"
    )


def test_ticks_are_exact_and_runs_are_folded() -> None:
    entries = [dict(one.attrib) for one in parsed(video()).iter(f"{MPD}S")]
    assert entries == [{"t": "0", "d": "96096", "r": "1"}, {"t": "192192", "d": "48048"}]


@pytest.mark.parametrize(
    ("changes", "role", "accessibility"),
    [
        ({}, "subtitle", None),
        ({"is_hearing_impaired": True}, "caption", "caption"),
        ({"is_forced": True}, "forced-subtitle", None),
    ],
)
def test_text_says_whom_it_is_for(changes: dict[str, bool], role: str, accessibility: str | None) -> None:
    mpd = parsed(text(**changes))
    assert [one.get("value") for one in mpd.iter(f"{MPD}Role")] == [role]
    found = mpd.find(f".//{MPD}Accessibility")
    assert (None if found is None else found.get("value")) == accessibility


def test_text_is_played_from_fragmented_mp4() -> None:
    (representation,) = parsed(text()).iter(f"{MPD}Representation")
    (template,) = representation.iter(f"{MPD}SegmentTemplate")
    assert representation.get("codecs") == "wvtt"
    assert template.get("media") == "../../../tracks/text_eng-digest/$Number%05d$.m4s"


def test_a_sheet_of_thumbnails_is_a_tile() -> None:
    (representation,) = parsed(thumbnails()).iter(f"{MPD}Representation")
    (tile,) = representation.iter(f"{MPD}EssentialProperty")
    (template,) = representation.iter(f"{MPD}SegmentTemplate")
    assert (representation.get("width"), representation.get("height"), tile.get("value")) == ("320", "180", "2x2")
    assert (template.get("media"), template.get("duration"), template.get("timescale")) == (
        "../../../tracks/thumbnails_90p-digest/sheet_$Number%03d$.jpg",
        "8",
        "1",
    )


def test_a_sheet_of_many_days_is_no_longer_than_an_attribute_can_say() -> None:
    sparse = thumbnails().model_copy(update={"columns": 20, "rows": 20, "interval_seconds": 3600})
    (template,) = parsed(sparse).iter(f"{MPD}SegmentTemplate")
    assert int(template.get("duration") or 0) * int(template.get("timescale") or 0) == 400 * 3600


@pytest.mark.parametrize(("role", "purpose"), [("description", "1"), ("dialogue", "2")])
def test_sound_for_the_few_says_so_in_the_words_of_every_player(role: str, purpose: str) -> None:
    mpd = parsed(audio(is_default=True), audio("other", role=role))
    said = {(one.get("schemeIdUri"), one.get("value")) for one in mpd.iter(f"{MPD}Accessibility")}
    assert ("urn:tva:metadata:cs:AudioPurposeCS:2007", purpose) in said
    roles = [one.get("value") for one in mpd.iter(f"{MPD}Role")]
    assert set(roles) == {value for scheme, value in said if scheme == ROLES} | {"main"} | (
        {"alternate"} if role == "description" else set()
    )


def test_each_set_says_its_profile_where_they_differ() -> None:
    mpd = parsed(one_file(video()), one_file(audio()), text())
    every = [f"urn:mpeg:dash:profile:isoff-{name}:2011" for name in ("on-demand", "live")]
    assert (mpd.get("profiles") or "").split(",") == every
    assert [one.get("profiles") for one in mpd.iter(f"{MPD}AdaptationSet")] == [every[0], every[0], every[1]]


def test_the_longest_segment_of_any_track_is_buffered() -> None:
    assert parsed(video(), audio()).get("minBufferTime") == "PT4.010667S"
    assert parsed(video(), thumbnails()).get("minBufferTime") == "PT4.004S"


def test_labels_cannot_break_the_document() -> None:
    (label,) = parsed(audio(label="<b>&\x01\x00 ]]>\ud83d")).iter(f"{MPD}Label")
    assert (label.text or "").startswith("<b>&")


@pytest.mark.parametrize(
    ("paths", "template"),
    [
        (["00001.m4s", "00002.m4s"], ("$Number%05d$.m4s", 1)),
        (["a9.m4s", "a10.m4s"], ("a$Number$.m4s", 9)),
        (["v2/s007.mp4"], ("v2/s$Number%03d$.mp4", 7)),
    ],
)
def test_numbered_paths_become_a_template(paths: list[str], template: tuple[str, int]) -> None:
    assert segment_template(paths) == template


@pytest.mark.parametrize("paths", [["a.m4s"], ["1.m4s", "3.m4s"], ["1.m4s", "02.m4s"]])
def test_other_paths_are_refused(paths: list[str]) -> None:
    with pytest.raises(ValueError, match="number"):
        segment_template(paths)
