"""The CORS rules of a bucket of Google's, asked with a token of a service account."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from vod_assets.adapters.blobs.faults import patience
from vod_assets.adapters.origin.cors_google import GoogleBucket, google_token
from vod_assets.domain.cors import google_rule, players_rule
from vod_assets.domain.errors import StoreError
from vod_assets_tests.servers.google_buckets import TOKEN, GoogleBuckets, google_buckets

OURS = google_rule(players_rule())


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleBuckets]:
    with google_buckets() as running:
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(running.credentials(tmp_path)))
        yield running


def test_a_service_account_changes_the_rules(house: GoogleBuckets) -> None:
    bucket = GoogleBucket("media", house.url, google_token)
    rules, version = bucket.rules()
    assert rules == []
    bucket.put([OURS], version)
    assert bucket.rules() == ([OURS], "2")


def test_what_somebody_else_has_just_changed_is_not_written_over(house: GoogleBuckets) -> None:
    bucket = GoogleBucket("media", house.url, google_token)
    _, version = bucket.rules()
    bucket.put([OURS], version)
    with pytest.raises(StoreError, match=r"gs://media .*somebody else .*Run again"):
        bucket.put([], version)
    assert house.rules == [OURS]


def test_a_busy_server_is_asked_again(house: GoogleBuckets) -> None:
    house.busy = 1
    assert GoogleBucket("media", house.url, google_token).rules() == ([], "1")
    house.busy = 1000
    with patience(0.2), pytest.raises(StoreError, match=r"gs://media cannot be reached: it answered 503"):
        GoogleBucket("media", house.url, google_token).rules()


@pytest.mark.parametrize(
    ("bucket", "has_token", "said"),
    [("none", True, "404: The specified bucket"), ("media", False, "401: Invalid Credentials")],
)
def test_who_may_not_is_told_why(house: GoogleBuckets, bucket: str, has_token: bool, said: str) -> None:
    place = GoogleBucket(bucket, house.url, google_token if has_token else None)
    with pytest.raises(StoreError, match=rf"gs://{bucket}: it answered {said}.*store_denied") as refused:
        place.rules()
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize("text", ["no JSON s3cret", '{"type": "s3cret"}', '{"type": "service_account"}'])
def test_credentials_that_are_none_are_told_without_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (tmp_path / "account.json").write_text(text)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "account.json"))
    with pytest.raises(StoreError, match=r"Google gives no token.*GOOGLE_APPLICATION_CREDENTIALS") as refused:
        google_token()
    assert "s3cret" not in str(refused.value)
