"""One resource says how S3 is reached: by stores, origin, leases, sources, watched places and commands."""

import secrets
from pathlib import Path

import dagster as dg
import pytest
from dagster_aws.s3 import S3Resource

from vod_assets.adapters.blobs.objects import s3_blobs
from vod_assets.aws import access_of, s3_access, s3_access_of, s3_resource, speaks_of_s3
from vod_assets.cli.session import Session
from vod_assets.defs.arrivals import ArrivalDesk
from vod_assets.defs.guard import WantedResource
from vod_assets.defs.resources import resource_definitions
from vod_assets.domain.looks import Stand
from vod_assets.domain.watching import WatchedPlace
from vod_assets.settings import Settings, load_settings
from vod_assets_tests.servers.s3 import S3Server

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def place(tmp_path: Path, s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """A part of a bucket with a source in it; the settings name everything there, and a server that is none."""
    monkeypatch.chdir(tmp_path)
    place = f"s3://{s3.bucket}/{secrets.token_hex(4)}"
    values = {"STORE": f"{place}/store", "ORIGIN": f"{place}/origin", "S3_ENDPOINT": NOWHERE, "HOME": tmp_path / "home"}
    for name, value in values.items():
        monkeypatch.setenv(f"VOD_{name}", str(value))
    s3_blobs(s3.bucket, place.rpartition("/")[2], s3.access).replace("in/film.mov", b"media")
    return place


def resource_of(s3: S3Server) -> S3Resource:
    return S3Resource(
        endpoint_url=s3.endpoint,
        region_name="us-east-1",
        aws_access_key_id=s3.access.access_key_id,
        aws_secret_access_key=s3.access.secret_access_key,
    )


def test_another_resource_moves_everything_to_another_server(s3: S3Server, place: str) -> None:
    resources = resource_definitions(load_settings(), guard=WantedResource(), s3=resource_of(s3))
    wanted = {name: resources[name] for name in ("sources", "origin", "leases", "desk", "cms", "publisher", "s3")}
    with dg.build_resources({**wanted, "artifacts": resources["artifacts"]}) as opened:
        assert opened.sources.fingerprint(f"{place}/in/film.mov").size_bytes == 5
        assert not opened.origin.releases("film")
        assert opened.leases.holder("film") is None
        assert opened.artifacts.store.titles() == []
        assert _looked(opened.desk, place) == 1


def _looked(desk: ArrivalDesk, place: str) -> int:
    with desk.watching(WatchedPlace(name="drop", address=f"{place}/in")) as watcher:
        return watcher.look(Stand(), lambda: False).stand.files


def test_commands_reach_s3_by_the_same_resource(s3: S3Server, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(load_settings())
    monkeypatch.setattr("vod_assets.aws.resource_instead", lambda _: resource_of(s3))
    assert session.sources.fingerprint(f"{place}/in/film.mov").size_bytes == 5
    assert (session.store.titles(), session.leases.holder("film"), list(session.origin.releases("film"))) == (
        [],
        None,
        [],
    )


def test_the_settings_fill_the_resource_and_their_keys_are_in_no_configuration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VOD_S3_SECRET_ACCESS_KEY", "vod-secret-key-1")
    monkeypatch.setenv("VOD_S3_ACCESS_KEY_ID", "VODACCESSKEY")
    monkeypatch.setenv("VOD_S3_PROFILE", "vod")
    settings = load_settings()
    resource = s3_resource(settings)
    assert "vod-secret-key-1" not in repr(resource) + str(resource.model_dump())
    assert s3_access(resource, settings).secret_access_key == "vod-secret-key-1"
    assert s3_access(resource, settings).profile == "vod"


@pytest.mark.parametrize("name", ["ENDPOINT", "REGION", "PROFILE", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "NOTHING"])
def test_commands_read_of_the_settings_what_the_resource_says(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """They need not wait a second for dagster-aws to be imported."""
    monkeypatch.setenv(f"VOD_S3_{name}", NOWHERE)
    settings = load_settings()
    assert s3_access_of(settings) == s3_access(s3_resource(settings), settings)


def test_a_deployment_without_s3_does_not_load_the_client(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, _env_file=None)
    assert not speaks_of_s3(settings)
    assert "s3" not in resource_definitions(settings)
    assert access_of(settings) == access_of(Settings(home=tmp_path, _env_file=None))
