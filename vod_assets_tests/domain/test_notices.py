"""Messages of S3 are understood in every envelope that they come in; others are told apart."""

import json
from typing import Any

import pytest

from vod_assets.domain.notices import Notice, read_notices


def direct(key: str, event: str = "ObjectCreated:Put") -> dict[str, Any]:
    told = {"bucket": {"name": "incoming"}, "object": {"key": key, "size": 5}}
    return {"Records": [{"eventSource": "aws:s3", "eventName": event, "s3": told}]}


def through_sns(message: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "Notification", "TopicArn": "arn:aws:sns:eu-central-1:1:in", "Message": json.dumps(message)}


EVENT_BRIDGE = {
    "source": "aws.s3",
    "detail-type": "Object Created",
    "detail": {"bucket": {"name": "incoming"}, "object": {"key": "in/ein film+é.mov"}},
}
FILM = Notice("incoming", "in/ein film+é.mov")


@pytest.mark.parametrize(
    "message",
    [
        direct("in/ein+film%2B%C3%A9.mov"),
        direct("in/ein+film%2B%C3%A9.mov", "ObjectRemoved:Delete"),
        direct("in/ein+film%2B%C3%A9.mov", "ObjectRestore:Completed"),
        through_sns(direct("in/ein+film%2B%C3%A9.mov")),
        EVENT_BRIDGE,
        through_sns(EVENT_BRIDGE),
    ],
)
def test_an_object_is_named_whatever_the_envelope(message: dict[str, Any]) -> None:
    assert read_notices(json.dumps(message)) == (FILM,)


def test_several_records_come_in_one_message() -> None:
    message = {"Records": [*direct("a.mov")["Records"], *direct("b.mov")["Records"]]}
    assert read_notices(json.dumps(message)) == (Notice("incoming", "a.mov"), Notice("incoming", "b.mov"))


def test_a_trial_message_names_nothing_and_is_s3s_all_the_same() -> None:
    assert read_notices(json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "incoming"})) == ()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no JSON",
        "[]",
        "17",
        "{}",
        '{"Records": []}',
        '{"Records": [{"eventSource": "aws:sqs"}]}',
        '{"Records": [{"eventSource": "aws:s3"}]}',
        '{"source": "aws.s3", "detail": null}',
        '{"source": "aws.ec2", "detail": {}}',
        '{"Type": "Notification"}',
        '{"Type": "Notification", "Message": "no JSON"}',
    ],
)
def test_what_is_none_of_s3s_is_told_apart(body: str) -> None:
    assert read_notices(body) is None
