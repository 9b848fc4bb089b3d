"""On AWS the logs of steps lie in a bucket, and are seen while a run goes on."""

import sys
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from dagster._core.instance.ref import InstanceRef

from vod_assets.adapters.blobs.objects import ObjectBlobs, s3_blobs
from vod_assets.home import packaged_dagster_yaml
from vod_assets_tests.servers.s3 import S3Server
from vod_assets_tests.studio import wait_until

FILE = Path(__file__).parent.parent / "docs" / "dagster-aws.yaml"
LOGS = "compute_logs"


def documented() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return read


def test_it_is_the_usual_instance_but_for_the_logs() -> None:
    usual, on_aws = yaml.safe_load(packaged_dagster_yaml()), documented()
    assert on_aws.pop(LOGS)["config"]["upload_interval"] == 30
    assert usual.pop(LOGS)
    assert on_aws == usual


@pytest.fixture
def home(tmp_path: Path, s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The documented instance, its logs in a bucket of a server on loopback, uploaded each second."""
    for name, value in {
        "DAGSTER_HOME": str(tmp_path),
        "VOD_LOGS_BUCKET": s3.bucket,
        "AWS_ENDPOINT_URL_S3": s3.endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": s3.access.access_key_id,
        "AWS_SECRET_ACCESS_KEY": s3.access.secret_access_key,
    }.items():
        monkeypatch.setenv(name, value)
    instance = documented()
    instance[LOGS]["config"] |= {"upload_interval": 1, "local_dir": str(tmp_path / "local")}
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(instance))
    return tmp_path


def test_what_a_step_prints_is_in_the_bucket_while_the_step_goes_on(home: Path, s3: S3Server) -> None:
    logs = s3_blobs(s3.bucket, "dagster", s3.access)
    before_its_end: list[str] = []

    @dg.op
    def talks() -> None:
        say("the first half\n")
        wait_until(lambda: _words(logs, ".out.partial") and "the first half" in _words(logs, ".err.partial"))
        before_its_end.append(_words(logs, ".out.partial"))
        say("the second half\n")

    @dg.job
    def talking() -> None:
        talks()

    with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(home))) as instance:
        assert talking.execute_in_process(instance=instance).success
    assert before_its_end == ["the first half\n"]
    assert _words(logs, ".out") == "the first half\nthe second half\n"


def say(words: str) -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.write(words)
        stream.flush()


def _words(logs: ObjectBlobs, ending: str) -> str:
    found = [logs.read(blob.name) for blob in logs.walk() if blob.name.endswith(ending)]
    return b"".join(data for data in found if data).decode()
