"""What S3 tells of its objects: event messages, as they are sent and in the envelopes of SNS and EventBridge."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

ENVELOPES = 3  # EventBridge through SNS, and one to spare
S3_SOURCES = ("aws:s3", "aws.s3")
TEST_EVENT = "s3:TestEvent"


@dataclass(frozen=True)
class Notice:
    """Something happened to an object; what, its bucket says better than a message that may be late or doubled."""

    bucket: str
    key: str


def read_notices(body: str) -> tuple[Notice, ...] | None:
    """Return what a message tells: nothing when S3 only tries whether messages arrive; None: it is none of S3's."""
    message: Any = body
    for _ in range(ENVELOPES):
        try:
            message = json.loads(message)
        except (TypeError, ValueError):
            return None
        if not isinstance(message, dict):
            return None
        if message.get("Type") != "Notification":  # SNS's envelope
            break
        message = message.get("Message")
    return _notices(message)


def _notices(message: Any) -> tuple[Notice, ...] | None:
    if not isinstance(message, dict):
        return None
    if message.get("Event") == TEST_EVENT:
        return ()
    try:
        if message.get("source") in S3_SOURCES:  # EventBridge leaves the key as it is
            return (Notice(str(message["detail"]["bucket"]["name"]), str(message["detail"]["object"]["key"])),)
        records = message["Records"]
        if not records or any(record["eventSource"] not in S3_SOURCES for record in records):
            return None
        return tuple(_of_record(record["s3"]) for record in records)
    except (KeyError, TypeError):
        return None


def _of_record(told: Any) -> Notice:
    return Notice(str(told["bucket"]["name"]), unquote_plus(told["object"]["key"], errors="surrogateescape"))
