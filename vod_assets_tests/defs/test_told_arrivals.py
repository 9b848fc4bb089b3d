"""S3 tells a queue of what arrives, and what arrives in an archive class is asked for; moto stands for AWS."""

import json
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from vod_assets.adapters.watch.opening import OpenedPlaces, open_watcher
from vod_assets.cli.session import Session
from vod_assets.defs.arrival_ticks import Tick
from vod_assets.defs.arrivals import TICK_SECONDS, ArrivalDesk
from vod_assets.defs.restoring import Round, restored_titles
from vod_assets.domain.looks import Outcome, Stand
from vod_assets.domain.watching import WatchedPlace
from vod_assets_tests.servers.aws import AwsServer
from vod_assets_tests.studio import Studio

pytestmark = pytest.mark.media


@dataclass
class Bucket:
    """A bucket of its own that tells a queue, and the sensor of a place in it."""

    aws: AwsServer
    session: Session
    name: str
    queue: str
    values: dict[str, Any] = field(default_factory=dict)
    stand: Stand = field(default_factory=Stand)
    cursor: str | None = None

    def __post_init__(self) -> None:
        self.opened = OpenedPlaces(self.session.settings, self.session.access)

    @property
    def place(self) -> WatchedPlace:
        return WatchedPlace(name="drop", address=f"s3://{self.name}/in", queue=self.queue, **self.values)

    def put(self, source: Path, key: str, **options: str) -> None:
        self.aws.client("s3").put_object(Bucket=self.name, Key=key, Body=source.read_bytes(), **options)

    def tick(self) -> list[dg.RunRequest]:
        with open_watcher(self.opened, self.place) as watcher:
            tick = Tick(watcher, self.session.registrar, time.monotonic() + 10 * TICK_SECONDS)
            self.stand = tick.go_on(self.stand)
        self.said = tick.said
        return tick.requests

    def outcome(self, name: str) -> Outcome:
        with open_watcher(self.opened, self.place) as watcher:
            watcher.confirm(self.stand.ticket)
            found = watcher.outcome(name)
        assert found is not None
        return found

    @property
    def messages(self) -> int:
        """How many messages the queue has, given to somebody or not."""
        counted = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.aws.client("sqs").get_queue_attributes(QueueUrl=self.queue, AttributeNames=counted)
        return sum(int(count) for count in answer["Attributes"].values())


@pytest.fixture
def bucket(studio: Studio, aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    for name, value in {
        "VOD_S3_ENDPOINT": aws.endpoint,
        "VOD_S3_REGION": aws.access.region,
        "VOD_S3_ACCESS_KEY_ID": aws.access.access_key_id,
        "VOD_S3_SECRET_ACCESS_KEY": aws.access.secret_access_key,
    }.items():
        monkeypatch.setenv(name, value)
    name = f"bucket-{secrets.token_hex(4)}"
    queue = aws.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    arn = aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": aws.access.region})
    told = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}]}
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration=told)
    with studio.session() as session:
        yield Bucket(aws, session, name, queue.replace("localhost", "127.0.0.1"))


def test_what_s3_tells_of_is_taken_without_a_listing_and_its_message_goes(bucket: Bucket, film_source: Path) -> None:
    assert bucket.tick() == []  # the first look lists
    listed_at = bucket.stand.listed_at
    bucket.put(film_source.with_name("film.en.srt"), "in/film.en.srt")
    bucket.put(film_source, "in/film.mp4")
    bucket.put(film_source, "elsewhere/other.mp4")
    bucket.aws.client("sqs").send_message(QueueUrl=bucket.queue, MessageBody=json.dumps({"Event": "s3:TestEvent"}))
    bucket.aws.client("sqs").send_message(QueueUrl=bucket.queue, MessageBody="an order of somebody else")
    (request,) = bucket.tick()
    assert (request.partition_key, bucket.stand.listed_at) == ("film", listed_at)
    record = bucket.session.store.record("film")
    assert record is not None
    assert len(record.sidecars) == 1
    assert (bucket.messages, bucket.said) == (1, ["messages in the queue that are none of S3's stay there: 1"])
    assert bucket.tick() == []
    bucket.aws.client("s3").delete_object(Bucket=bucket.name, Key="in/film.mp4")
    bucket.tick()
    assert bucket.outcome("film.mp4").state == "vanished"


def test_a_queue_that_is_gone_is_said_and_the_place_is_listed(bucket: Bucket, film_source: Path) -> None:
    bucket.put(film_source, "in/film.mp4")
    bucket.aws.client("sqs").delete_queue(QueueUrl=bucket.queue)
    assert [request.partition_key for request in bucket.tick()] == ["film"]
    assert "[queue_failed]" in bucket.said[0]


def test_an_archived_delivery_waits_and_is_taken_when_it_is_back(bucket: Bucket, film_source: Path) -> None:
    bucket.put(film_source, "in/film.mp4", StorageClass="GLACIER")
    assert bucket.tick() == []
    found = bucket.outcome("film.mp4")
    assert (found.state, found.reason.partition(":")[0]) == ("waiting", "restoring")
    assert "nobody asked for it" in found.reason
    bucket.values = {"restore": True}
    assert bucket.tick() == []  # it rests
    bucket.opened.resting.clear()
    assert bucket.tick() == []
    assert bucket.outcome("film.mp4").reason == "restoring: it was in an archive class, and was asked for"
    bucket.opened.resting.clear()
    assert [request.partition_key for request in bucket.tick()] == ["film"]


def test_a_title_whose_source_sleeps_waits_and_goes_on_when_it_is_back(
    bucket: Bucket, studio: Studio, film_source: Path
) -> None:
    bucket.put(film_source, "in/film.mp4", StorageClass="DEEP_ARCHIVE")
    address = f"s3://{bucket.name}/in/film.mp4"
    ended = studio.vod("run-workflow", address, "--json")
    assert (ended.code, ended.outcome["status"]) == (4, "waiting: restoring")
    (standing,) = json.loads(studio.vod("status", "film", "--json").stdout)
    assert standing["state"] == "waiting: restoring"
    assert "film" not in studio.vod("status", "--refused").stdout
    assert asked_for_by_the_sensor(bucket) == []
    bucket.opened.archive.wake(address, 1, "Standard")
    assert asked_for_by_the_sensor(bucket) == ["film"]
    assert asked_for_by_the_sensor(bucket) == []
    assert bucket.session.instance.has_dynamic_partition("titles", "film")
    assert bucket.session.store.refusals() == {}


def asked_for_by_the_sensor(bucket: Bucket, *, is_kept: bool = True) -> list[str | None]:
    """Return the titles of the runs that the sensor asks for; the cursor is lost when its tick failed."""
    return [request.partition_key for request in requests_of_the_sensor(bucket, is_kept=is_kept)]


def requests_of_the_sensor(bucket: Bucket, *, is_kept: bool) -> Sequence[dg.RunRequest]:
    desk = ArrivalDesk(lambda place: open_watcher(bucket.opened, place), lambda _: bucket.session.registrar())
    result = restored_titles(dg.build_sensor_context(bucket.session.instance, bucket.cursor), desk=desk)
    assert isinstance(result, dg.SensorResult)
    if is_kept:
        bucket.cursor = result.cursor
    return result.run_requests or ()


def test_a_tick_that_is_lost_loses_no_title_that_is_back(bucket: Bucket, film_source: Path) -> None:
    bucket.put(film_source, "in/film.mp4")
    bucket.tick()
    bucket.session.store.refuse("film", {"code": "source_archived", "message": "waiting: restoring"})
    bucket.cursor = Round(ticket="first").as_cursor()
    (lost,) = requests_of_the_sensor(bucket, is_kept=False)
    (again,) = requests_of_the_sensor(bucket, is_kept=True)
    assert lost.run_key == again.run_key == "film@restored-first"
    assert bucket.session.store.refusals().keys() == {"film"}
    assert asked_for_by_the_sensor(bucket) == []
    assert bucket.session.store.refusals() == {}
    bucket.session.store.refuse("film", {"code": "source_archived", "message": "waiting: restoring"})
    (anew,) = requests_of_the_sensor(bucket, is_kept=True)
    assert anew.run_key != again.run_key


def test_what_a_run_says_of_a_source_that_is_back_is_kept(bucket: Bucket, film_source: Path) -> None:
    bucket.put(film_source, "in/film.mp4")
    bucket.tick()
    bucket.session.store.refuse("film", {"code": "source_archived", "message": "waiting: restoring"})
    assert asked_for_by_the_sensor(bucket) == ["film"]
    bucket.session.store.refuse("film", {"code": "source_unreadable", "message": "it is no video"})
    assert asked_for_by_the_sensor(bucket) == []
    assert bucket.session.store.refusals()["film"]["code"] == "source_unreadable"


def test_a_title_that_was_made_before_goes_on_with_what_was_said_of_it(bucket: Bucket, film_source: Path) -> None:
    bucket.values = {"policy": {"territories": ["DE"]}}
    bucket.put(film_source, "in/film.mp4")
    bucket.tick()
    before = bucket.session.store.record("film")
    bucket.session.store.refuse("film", {"code": "source_archived", "message": "waiting: restoring"})
    assert asked_for_by_the_sensor(bucket) == ["film"]
    assert bucket.session.store.record("film") == before
    assert before is not None
    assert before.policy == {"territories": ["DE"]}
