"""A queue of S3's event messages: what they speak of, and letting go of those that were understood."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from vod_assets.adapters.blobs.aws import client_of
from vod_assets.adapters.blobs.opening import S3Access
from vod_assets.domain.errors import RemoteError
from vod_assets.domain.notices import read_notices

AT_ONCE = 10  # as many as SQS gives and takes
PATIENCE_SECONDS = 1  # an answer without waiting asks only some of the servers that a queue lies on


@dataclass(frozen=True)
class Received:
    """What some messages speak of.

    Attributes:
        names: Of objects of the place, without its prefix.
        receipts: Of the messages that may be let go of once this is kept.
        foreign: How many messages are none of S3's; they stay where they are.
    """

    names: frozenset[str]
    receipts: tuple[str, ...]
    foreign: int

    @property
    def is_nothing(self) -> bool:
        """Whether no message came."""
        return not self.receipts and not self.foreign


class ArrivalQueue:
    """Reads the messages of one place.

    Args:
        url: Of the queue.
        access: How S3 is reached; SQS is asked by the same user.
        bucket: Of the place.
        prefix: Of the place, without slashes around it.
    """

    def __init__(self, url: str, access: S3Access, bucket: str, prefix: str) -> None:
        parts = urlsplit(url)
        self.url, self.bucket, self.prefix = url, bucket, f"{prefix}/" if prefix else ""
        self.s3 = client_of(access, "s3", access.endpoint)
        self._client = client_of(access, "sqs", f"{parts.scheme}://{parts.netloc}", _region(parts.hostname or ""))

    def receive(self) -> Received:
        """Return the next messages; they are given to nobody else for a while.

        Raises:
            RemoteError: ``queue_failed``.
        """
        with self._blamed():
            answer = self._client.receive_message(
                QueueUrl=self.url, MaxNumberOfMessages=AT_ONCE, WaitTimeSeconds=PATIENCE_SECONDS
            )
        names: set[str] = set()
        receipts: list[str] = []
        messages = answer.get("Messages", [])
        for message in messages:
            notices = read_notices(message["Body"])
            if notices is not None:
                receipts.append(message["ReceiptHandle"])
                names |= {self._name(notice.key) for notice in notices if notice.bucket == self.bucket}
        return Received(frozenset(names - {""}), tuple(receipts), len(messages) - len(receipts))

    def let_go(self, receipts: Sequence[str]) -> None:
        """Delete messages; one that stays nevertheless comes again, which does no harm.

        Raises:
            RemoteError: ``queue_failed``.
        """
        entries = [{"Id": str(number), "ReceiptHandle": receipt} for number, receipt in enumerate(receipts)]
        if entries:
            with self._blamed():
                self._client.delete_message_batch(QueueUrl=self.url, Entries=entries)

    def listed(self, start: str) -> list[Any]:
        """Return the objects whose names begin with something, as S3's listing shows them.

        Raises:
            RemoteError: ``queue_failed``.
        """
        with self._blamed():
            pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix + start)
            return [{**found, "Key": self._name(found["Key"])} for page in pages for found in page.get("Contents", ())]

    def _name(self, key: str) -> str:
        return key.removeprefix(self.prefix) if key.startswith(self.prefix) else ""

    @contextmanager
    def _blamed(self) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except ClientError as error:
            said = error.response.get("Error", {})
            raise self._failed(f"{said.get('Code')}: {said.get('Message')}") from error
        except BotoCoreError as error:
            raise self._failed(str(error)) from error

    def _failed(self, said: str) -> RemoteError:
        return RemoteError("queue_failed", f"the queue {self.url}: {said}", "The place is listed until the queue works")


def _region(host: str) -> str:
    """Return the region that a queue's address names.

    >>> _region("sqs.eu-central-1.amazonaws.com"), _region("127.0.0.1")
    ('eu-central-1', '')
    """
    words = host.split(".")
    return words[1] if words[0] == "sqs" and "amazonaws" in words else ""
