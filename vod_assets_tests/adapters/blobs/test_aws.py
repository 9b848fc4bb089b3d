"""Keys that expire are renewed while a store is used, and where there are none, that is said."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from vod_assets.adapters.blobs import aws
from vod_assets.adapters.blobs.aws import session_of
from vod_assets.adapters.blobs.objects import s3_blobs
from vod_assets.adapters.blobs.opening import S3Access
from vod_assets.domain.errors import ConfigError, StoreError
from vod_assets_tests.servers.s3 import S3Server

LENDER = """\
import datetime, json, pathlib, sys
asked = pathlib.Path(sys.argv[1])
asked.write_text(asked.read_text() + "x")
soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=2)
keys = json.loads(asked.with_name("keys.json").read_text())
print(json.dumps({"Version": 1, "Expiration": soon.isoformat(), **keys}))
"""


class Profile:
    """A profile of AWS's own tools whose keys a program lends for two seconds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "asked").write_text("")
        (folder / "lender.py").write_text(LENDER)
        program = f"python3 {folder / 'lender.py'} {folder / 'asked'}"
        (folder / "config").write_text(f"[profile lent]\nregion = eu-west-1\ncredential_process = {program}\n")

    def lend(self, key: str, secret: str) -> None:
        (self.folder / "keys.json").write_text(json.dumps({"AccessKeyId": key, "SecretAccessKey": secret}))

    @property
    def times_asked(self) -> int:
        return len((self.folder / "asked").read_text())


@pytest.fixture(autouse=True)
def _on_a_machine_without_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    session_of.cache_clear()
    yield
    session_of.cache_clear()


def test_keys_of_a_profile_are_renewed_before_they_expire(
    s3: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws, "LENT", aws.LENT * 0)
    profile = Profile(tmp_path)
    profile.lend(s3.access.access_key_id, s3.access.secret_access_key)
    blobs = s3_blobs(s3.bucket, secrets.token_hex(4), S3Access(s3.endpoint, profile="lent"))
    blobs.replace("a.json", b"1")
    before = profile.times_asked
    assert blobs.read("a.json") == b"1"
    assert profile.times_asked > before > 0
    profile.lend("REVOKED", "revoked")
    with pytest.raises(StoreError, match="store_denied"):
        blobs.read("a.json")
    profile.lend(s3.access.access_key_id, s3.access.secret_access_key)
    assert blobs.read("a.json") == b"1"


def test_a_profile_says_the_region_too(tmp_path: Path) -> None:
    Profile(tmp_path)
    assert aws.region_of(S3Access(profile="lent")) == "eu-west-1"


def test_a_profile_that_is_none_is_named() -> None:
    with pytest.raises(ConfigError, match=r"VOD_S3_PROFILE.*nobody.*bad_setting"):
        s3_blobs("media", "", S3Access(profile="nobody"))


def test_where_no_keys_are_found_nobody_waits_for_them(s3: S3Server) -> None:
    with pytest.raises(StoreError, match=r"s3://media/p/a\.json: no credentials were found \[store_denied\]"):
        s3_blobs(s3.bucket, "p", S3Access(s3.endpoint)).read("a.json")


def test_keys_are_in_no_text_of_an_access(s3: S3Server) -> None:
    assert s3.access.secret_access_key not in repr(s3.access)
