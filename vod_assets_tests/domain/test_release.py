"""Releases: their digest, their numbers, and what one changes against another."""

import json
from pathlib import Path

import pytest

from vod_assets.domain.catalogue import entry_for
from vod_assets.domain.errors import StoreError
from vod_assets.domain.release import Release, ReleasedKey, VariantManifests, difference, next_number, read_release
from vod_assets.domain.title import TitleRecord
from vod_assets_tests.releases import made


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return made(tmp_path).release


def test_the_number_is_no_part_of_the_digest(release: Release) -> None:
    assert release.with_number(7).digest == release.digest


def test_other_bytes_are_another_release(release: Release, tmp_path: Path) -> None:
    assert made(tmp_path / "other", words="other").release.digest != release.digest


def test_a_variant_without_keys_is_opened_where_one_has_to_be_chosen(release: Release) -> None:
    key = ReleasedKey(kid="0" * 32, scheme="cbcs", track_class="ALL")
    cbcs, clear = VariantManifests(hls="cbcs/master.m3u8", keys=(key,)), VariantManifests(hls="clear/master.m3u8")
    assert release.model_copy(update={"variants": {"cbcs": cbcs, "clear": clear}}).open_variant == clear
    assert release.model_copy(update={"variants": {"cbcs": cbcs}}).open_variant == cbcs


def test_release_json_reads_back(release: Release) -> None:
    assert read_release(release.with_number(3).as_json(), "film") == release.with_number(3)


def test_a_clear_release_says_nothing_of_keys_and_a_protected_one_its_licence_addresses(release: Release) -> None:
    """Releases that were made before there were keys have their digests still."""
    assert "keys" not in json.loads(release.as_json())["variants"]["clear"]
    key = ReleasedKey(kid="0" * 32, scheme="cbcs", track_class="ALL", licences={"widevine": "https://drm.example/0"})
    protected = release.model_copy(update={"variants": {"drm": VariantManifests(hls="drm/master.m3u8", keys=(key,))}})
    assert read_release(protected.as_json(), "film") == protected
    shown = entry_for(
        TitleRecord(title_id="film", source=""), protected.with_number(1), "https://o/{}/{}".format
    ).release
    assert shown is not None
    assert [one.licences for one in shown.variants["drm"].keys] == [{"widevine": "https://drm.example/0"}]


def test_a_release_json_that_was_edited_is_refused(release: Release) -> None:
    document = json.loads(release.with_number(1).as_json()) | {"profile": "other"}
    with pytest.raises(StoreError, match="release_corrupt"):
        read_release(json.dumps(document).encode(), "film")


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b"{}", b'{"digest": "a"}'])
def test_what_is_no_release_json_is_refused(text: bytes) -> None:
    with pytest.raises(StoreError, match="release_corrupt"):
        read_release(text, "film")


def test_the_first_release_has_number_one() -> None:
    assert next_number({}, "a") == 1


def test_a_new_digest_gets_the_next_number_even_over_gaps() -> None:
    assert next_number({1: "a", 4: "b"}, "c") == 5


def test_a_known_digest_keeps_its_number() -> None:
    assert next_number({1: "a", 2: "b", 3: "a"}, "a") == 1


def test_every_file_has_its_path_below_the_title(release: Release) -> None:
    files = release.with_number(2).files
    assert "releases/2/clear/master.m3u8" in files
    assert f"tracks/{release.tracks[0].digest}/1.m4s" in files
    assert len(files) == 7


def test_an_address_relative_to_the_release_leads_to_its_track() -> None:
    release = Release(title="film", number=2, variants={"external": VariantManifests()}, tracks=())
    assert release.below_title("../../tracks/ab/master.m3u8") == "tracks/ab/master.m3u8"
    assert release.below_title("clear/master.m3u8") == "releases/2/clear/master.m3u8"


def test_the_first_release_adds_every_track(release: Release) -> None:
    found = difference(None, release)
    assert found.added == ("h264_240p", "poster")
    assert found.new_bytes == sum(track.size_bytes for track in release.tracks)


def test_a_changed_track_is_told_from_a_kept_one(release: Release, tmp_path: Path) -> None:
    found = difference(release, made(tmp_path / "other", words="other").release)
    assert (found.added, found.removed, found.changed, found.kept) == ((), (), ("h264_240p",), ("poster",))
    assert str(found).startswith("changes h264_240p; keeps 1; ")


def test_the_same_release_changes_nothing(release: Release) -> None:
    assert str(difference(release, release.with_number(2))) == "changes no track; keeps 2; 0 bytes are new"
