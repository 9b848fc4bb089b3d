"""Any address of a published file leads to the file, and no other does."""

from pathlib import Path

import pytest

from vod_assets.domain.errors import ConfigError
from vod_assets.published_addresses import Named, addresses_of_bucket, named_by

TRACK = f"tracks/{'a' * 64}/deep/1.m4s"
RECIPE = "b" * 64
ORIGINS = ["file:///srv/vod/origin", "https://cdn.example/vod/origin", "s3://bucket/origin", "smb://isilon/share/o"]
STORES = ["/srv/vod/store", "s3://bucket/store"]


@pytest.mark.parametrize(
    "address",
    [
        f"/srv/vod/origin/film/{TRACK}",
        f"/srv/vod/../vod/origin/film/{TRACK}",
        f"file:///srv/vod/origin/film/{TRACK}",
        f"https://cdn.example/vod/origin/film/{TRACK}?Expires=1&Signature=abc#t=4",
        f"HTTP://CDN.example:80/vod//origin/other/../film/{TRACK}?hdnts=exp=1~acl=/vod/*~hmac=ab",
        f"s3://bucket/origin/film/{TRACK}",
        f"/srv/vod/origin/.blocked/film/{TRACK}",
        f"s3://bucket/origin/.blocked/film/{'0' * 32}/{TRACK}",
        f"smb://isilon/share/o/film/{TRACK}",
    ],
)
def test_a_file_is_known_by_every_address_that_it_has(address: str) -> None:
    assert named_by(address, ORIGINS, STORES) == Named("film", TRACK)


@pytest.mark.parametrize(
    ("address", "endpoint", "signed"),
    [
        ("s3://films/vod", "", "https://films.s3.eu-west-1.amazonaws.com/vod"),
        ("s3://films/vod", "", "https://s3.amazonaws.com/films/vod"),
        ("s3://films/vod", "http://127.0.0.1:8333", "http://127.0.0.1:8333/films/vod"),
        ("gs://films", "", "https://storage.googleapis.com/films"),
    ],
)
def test_a_presigned_address_of_a_bucket_names_what_lies_there(address: str, endpoint: str, signed: str) -> None:
    roots = list(addresses_of_bucket(address, endpoint, "eu-west-1"))
    asked = f"{signed}/film/{TRACK}?X-Amz-Signature=abc&X-Amz-Expires=60"
    assert named_by(asked, [address, *roots], []) == Named("film", TRACK)
    assert list(addresses_of_bucket("smb://isilon/share")) == []


def test_an_escaped_name_is_the_one_that_was_escaped() -> None:
    address = "https://cdn.example/vod/origin/film/releases/12/clear/caf%C3%A9.m3u8"
    assert named_by(address, ORIGINS, STORES) == Named("film", "releases/12/clear/café.m3u8")


@pytest.mark.parametrize("root", STORES)
def test_a_file_of_the_store_is_one_of_its_artifact(root: str) -> None:
    address = f"{root}/titles/film/video_tracks/{RECIPE}/20260102T030405Z-0a1b2c3d/1.m4s"
    assert named_by(address, ORIGINS, STORES) == Named("film", "1.m4s", "video_tracks", RECIPE)


@pytest.mark.parametrize(
    "address",
    [
        f"/srv/other/film/{TRACK}",
        f"https://elsewhere.example/vod/origin/film/{TRACK}",
        "/srv/vod/origin/film/.incoming-1/1.m4s",
        f"/srv/vod/origin/-film/{TRACK}",
        "https://cdn.example/vod/origin/film/releases/one/master.m3u8",
        "",
    ],
)
def test_what_is_no_file_of_a_release_is_refused_with_where_they_lie(address: str) -> None:
    with pytest.raises(ConfigError, match=r"https://cdn\.example/vod/origin is|cdn") as caught:
        named_by(address, ORIGINS, STORES)
    assert caught.value.code == "not_published"


def test_a_local_address_is_compared_by_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    found = named_by(f"{tmp_path}/link/film/{TRACK}", [(tmp_path / "real").as_uri()], [])
    assert found == Named("film", TRACK)


def test_what_lies_at_a_repackager_is_a_file_of_a_delivery() -> None:
    found = named_by("ftps://ingest.example/vod/film/2/h264_720p/track.mp4", [], [], ["ftps://ingest.example/vod"])
    assert found == Named("film", "h264_720p/track.mp4", release=2)
