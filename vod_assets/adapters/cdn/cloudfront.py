"""Amazon CloudFront: invalidations, and a KeyValueStore of rules."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence, Set
from functools import partial
from itertools import groupby
from typing import Any, TypeVar

from vod_assets.adapters.blobs import faults
from vod_assets.domain.edge_rules import Row, key_value_store
from vod_assets.domain.errors import ConfigError, RemoteError, VodError

Result = TypeVar("Result")

LONGEST_ITEM = 1024  # of a KeyValueStore: keys have 512 bytes, values 1 KB
MOST_KEYS = 50  # of a change
PASSING = {
    "InternalError",
    "InternalServerException",
    "InternalServerError",
    "ServiceUnavailable",
    "Throttling",
    "ThrottlingException",
    "TooManyInvalidationsInProgress",
    "TooManyRequestsException",
}
STALE = {"ConflictException", "PreconditionFailed"}  # somebody else has changed the store
DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "InvalidClientTokenId",
    "NoSuchDistribution",
    "ResourceNotFoundException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}


class CloudFrontPurges:
    """Invalidations of a distribution.

    Args:
        client: boto3's, of ``cloudfront``.
        distribution: Its id.
        prefix: Path of the public address, which the distribution's paths begin with.
    """

    def __init__(self, client: Any, distribution: str, prefix: str = "") -> None:
        self._client, self._distribution, self._prefix = client, distribution, prefix.rstrip("/")

    def purge(self, paths: Sequence[str]) -> str:
        """Have the edge forget what it keeps under paths, and return the invalidation's id.

        Every try of one call carries one reference, so that CloudFront does it once, though an answer be lost.
        """
        wanted = [self._prefix + path for path in paths]
        batch = {"Paths": {"Quantity": len(wanted), "Items": wanted}, "CallerReference": uuid.uuid4().hex}
        said = _asked(
            lambda: self._client.create_invalidation(DistributionId=self._distribution, InvalidationBatch=batch)
        )
        return str(said["Invalidation"]["Id"])

    def state(self) -> str:
        """Return the distribution's host and state."""
        said = _asked(lambda: self._client.get_distribution(Id=self._distribution))["Distribution"]
        return f"{said['DomainName']}, {said['Status']}"


class KeyValueRows:
    """A KeyValueStore, which a CloudFront Function reads at the edge.

    Args:
        client: boto3's, of ``cloudfront-keyvaluestore``.
        arn: The store's.
    """

    longest = LONGEST_ITEM

    def __init__(self, client: Any, arn: str) -> None:
        self._client, self._arn = client, arn
        self.name = f"CloudFront's KeyValueStore {arn.rpartition('/')[2]}"

    def texts(self, table: Mapping[str, Row]) -> Mapping[str, str]:
        """Return the items of each title; a long row has several."""
        return {one["key"]: one["value"] for one in json.loads(key_value_store(table))["data"]}

    def items(self) -> Mapping[str, str]:
        """Return every item that is there."""
        found: dict[str, str] = {}
        more: dict[str, str] = {}
        while True:
            said = _asked(partial(self._client.list_keys, KvsARN=self._arn, MaxResults=MOST_KEYS, **more))
            found |= {one["Key"]: one["Value"] for one in said.get("Items", [])}
            if said.get("NextToken", "") in ("", more.get("NextToken")):
                return found
            more = {"NextToken": said["NextToken"]}

    def put(self, items: Mapping[str, str]) -> None:
        """Write items, all of a title in one change; whoever else writes at the same time loses nothing."""
        of_titles = groupby(sorted(items.items()), key=lambda item: item[0].partition(".")[0])
        some: list[dict[str, str]] = []
        for _, parts in of_titles:
            new = [{"Key": name, "Value": text} for name, text in parts]
            if some and len(some) + len(new) > MOST_KEYS:
                self._change(Puts=some)
                some = []
            some += new
        if some:
            self._change(Puts=some)

    def remove(self, names: Sequence[str]) -> None:
        """Take items away."""
        there = sorted(set(names) & self.items().keys()) if names else []
        for start in range(0, len(there), MOST_KEYS):
            self._change(Deletes=[{"Key": name} for name in there[start : start + MOST_KEYS]])

    def _change(self, **changes: list[dict[str, str]]) -> None:
        def change() -> Any:
            tag = self._client.describe_key_value_store(KvsARN=self._arn)["ETag"]
            return self._client.update_keys(KvsARN=self._arn, IfMatch=tag, **changes)

        _asked(change, STALE)


def _asked(work: Callable[[], Result], stale: Set[str] = frozenset()) -> Result:
    """Return what AWS answers.

    Args:
        work: Asks.
        stale: Codes of errors after which it is asked anew.
    """
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

    def is_passing(error: Exception) -> bool:
        if isinstance(error, ClientError):
            return _code(error) in PASSING | stale or _status(error) >= 500
        return isinstance(error, HTTPClientError) and "CERTIFICATE_VERIFY_FAILED" not in str(error)

    try:
        return faults.patiently(work, is_passing)
    except (ClientError, BotoCoreError) as error:
        raise _told(error) from error


def _told(error: Any) -> VodError:
    code, said = _code(error), faults.said(error)
    if code in DENIED or "credentials" in said.lower():
        remedy = "Check VOD_CDN, VOD_CDN_RULES, the keys and their policy; docs/cdn.md"
        return ConfigError("cdn_denied", f"CloudFront refuses: {said}", remedy)
    remedy = "Check VOD_CDN and the network; `vod cdn status` asks again"
    return RemoteError("cdn_failed", f"CloudFront does not do as it is told: {said}", remedy)


def _code(error: Any) -> str:
    return str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))


def _status(error: Any) -> int:
    return int(getattr(error, "response", {}).get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
