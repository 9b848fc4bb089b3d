"""Listings of S3 buckets that hold keys without a name here: ``a//b.mov``, ``./x.mov``, or one with a tab in it.

The object client refuses a whole page for one such key; boto3 shows them all, so that the others can be taken.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.blobs.opening import S3Access
from vod_assets.ports.blobs import Blob, Told

NO_NAME = "its key has an empty part, “.”, “..” or a control character; rename the object"
CONTROLS = frozenset(map(chr, (*range(32), 127)))


class EveryKey:
    """The objects of an S3 bucket below a prefix, whatever their keys.

    Args:
        bucket: Its name.
        prefix: Without slashes at its ends; empty for all of the bucket.
        access: Who asks.
    """

    def __init__(self, bucket: str, prefix: str, access: S3Access) -> None:
        self.bucket, self.access = bucket, access
        self._top = f"{prefix}/" if prefix else ""

    def survey(self, start_after: str, told: Told) -> Iterator[Blob]:
        """Yield what has a name, in the order of names, and tell of what has none."""
        start = {"StartAfter": self._top + start_after} if start_after else {}
        for name, found in self._listed(Prefix=self._top, **start):
            if is_odd(name):
                told(name, NO_NAME)
            else:
                yield _blob(name, found)

    def files(self, prefix: str) -> Iterator[Blob]:
        """Yield what has a name directly below a prefix."""
        for name, found in self._listed(Prefix=self._top + prefix, Delimiter="/"):
            if not is_odd(name):
                yield _blob(name, found)

    def _listed(self, **wanted: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield every object but the markers of folders that consoles make."""
        following: dict[str, str] = {}
        while True:
            page = self._page(wanted | following)
            for found in page.get("Contents", ()):
                if not found["Key"].endswith("/"):
                    yield found["Key"].removeprefix(self._top), found
            if not page.get("IsTruncated"):
                return
            following = {"ContinuationToken": page["NextContinuationToken"]}

    def _page(self, wanted: Mapping[str, str]) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        from vod_assets.adapters.blobs.aws import s3_client

        where = f"s3://{self.bucket}/{wanted['Prefix']}"
        client = s3_client(self.access)
        try:
            ask = partial(client.list_objects_v2, Bucket=self.bucket, **wanted)
            return faults.patiently(ask, lambda error: isinstance(error, BotoCoreError))
        except ClientError as error:
            raise faults.denied(where, faults.said(error), "Check the bucket's policy: s3:ListBucket") from error
        except BotoCoreError as error:
            raise faults.unreachable(where, faults.said(error), "Check the network; then run again") from error


def is_odd(name: str) -> bool:
    """Whether the object client refuses a key."""
    return not CONTROLS.isdisjoint(name) or any(part in ("", ".", "..") for part in name.split("/"))


def _blob(name: str, found: Mapping[str, Any]) -> Blob:
    return Blob(name, int(found["Size"]), found["LastModified"].timestamp(), str(found["ETag"]).strip('"'))
