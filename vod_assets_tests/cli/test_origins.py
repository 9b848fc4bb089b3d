"""``vod origins cors``: a bucket that no player may fetch from, and then may."""

from pathlib import Path

import httpx
import pytest

from vod_assets.adapters.blobs.aws import s3_client
from vod_assets.adapters.blobs.objects import s3_blobs
from vod_assets.adapters.origin.cors import answers_preflight
from vod_assets.cli import edge
from vod_assets.cli.main import app
from vod_assets.doctor import State
from vod_assets.doctor_cors import check_cors
from vod_assets.settings import Settings, load_settings
from vod_assets_tests.servers.google_buckets import google_buckets
from vod_assets_tests.servers.processes import free_ports
from vod_assets_tests.servers.s3 import KEY, SECRET, S3Server

SITE = "https://player.example"
OTHERS = {"ID": "upload", "AllowedMethods": ["PUT"], "AllowedOrigins": ["https://cms.example"]}


def test_a_player_on_another_site_may_fetch_once_the_bucket_was_told(
    s3: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client, bucket = s3_client(s3.access), "origins-cors"
    client.create_bucket(Bucket=bucket)
    client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [OTHERS]})
    monkeypatch.chdir(tmp_path)
    said = {"HOME": tmp_path, "ORIGIN": f"s3://{bucket}/vod", "S3_ENDPOINT": s3.endpoint, "S3_REGION": "us-east-1"}
    for name, value in (said | {"S3_ACCESS_KEY_ID": KEY, "S3_SECRET_ACCESS_KEY": SECRET}).items():
        monkeypatch.setenv(f"VOD_{name}", str(value))

    def told(*words: str) -> str:
        assert edge.run(app, ["origins", "cors", *words]) == 0
        return capsys.readouterr().out.strip()

    assert [(one.state, one.remedy) for one in check_cors(load_settings())] == [
        (State.WARNING, "Run `vod origins cors`")
    ]
    assert told("--dry-run") == f"s3://{bucket}: would let players on * fetch"
    assert not answers_preflight(bucket, s3.endpoint)
    assert told() == f"s3://{bucket}: lets players on * fetch"
    assert told() == f"s3://{bucket}: nothing to do"
    assert answers_preflight(bucket, s3.endpoint)
    assert [one.state for one in check_cors(load_settings())] == [State.OK]
    assert "upload" in [rule.get("ID") for rule in client.get_bucket_cors(Bucket=bucket)["CORSRules"]]
    s3_blobs(bucket, "", s3.access).replace("film.mpd", b"<MPD/>")
    signed = client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "film.mpd"})
    answer = httpx.get(signed, headers={"Origin": SITE, "Range": "bytes=0-2"})
    assert (answer.status_code, answer.content) == (206, b"<MP")
    assert answer.headers["access-control-allow-origin"] in ("*", SITE)
    assert "content-range" in answer.headers["access-control-expose-headers"].lower()
    told("--site", SITE)
    assert not httpx.get(signed, headers={"Origin": "https://other.example"}).headers.get("access-control-allow-origin")


def test_a_bucket_of_googles_is_told_and_other_rules_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VOD_HOME", str(tmp_path))
    assert edge.run(app, ["origins", "cors"]) == 2, "a folder has no CORS rules"
    monkeypatch.setenv("VOD_ORIGIN", "gs://media/vod")
    assert edge.run(app, ["origins", "cors", "--site", "player.example"]) == 2
    capsys.readouterr()
    others = {"origin": ["https://cms.example"], "method": ["PUT"], "responseHeader": ["Content-Type"]}
    with google_buckets() as house:
        house.is_open, house.rules = True, [others]
        monkeypatch.setenv("VOD_GCS_ENDPOINT", house.url)
        for words in (["--dry-run"], [], [], ["--site", SITE]):
            assert edge.run(app, ["origins", "cors", *words]) == 0
        ours, theirs = house.rules
    assert capsys.readouterr().out.splitlines() == [
        "gs://media: would let players on * fetch",
        "gs://media: lets players on * fetch",
        "gs://media: nothing to do",
        f"gs://media: lets players on {SITE} fetch",
    ]
    assert (theirs, ours["origin"], ours["responseHeader"][0]) == (others, [SITE], "Range")


def test_a_bucket_that_cannot_be_asked_is_a_warning() -> None:
    away = f"http://127.0.0.1:{free_ports(1)[0]}"
    (found,) = check_cors(Settings(origin="gs://media/vod", gcs_endpoint=away, _env_file=None))
    assert (found.subject, found.state) == ("CORS of gs://media", State.WARNING)
    assert "cannot be looked at" in found.found
