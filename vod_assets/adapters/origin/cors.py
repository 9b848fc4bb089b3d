"""Reading and writing the CORS rules of S3 buckets, and asking any bucket as a player's browser does."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

import httpx

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.blobs.opening import S3Access
from vod_assets.adapters.exchanges import Bounds, Line
from vod_assets.domain.cors import Rule

NO_RULES = "NoSuchCORSConfiguration"
GCS_ENDPOINT = "https://storage.googleapis.com"
SOME_SITE = "https://player.example"
SECONDS = 5.0
NO_BODY = 0


def bucket_rules(bucket: str, access: S3Access) -> list[Rule]:
    """Return the CORS rules of an S3 bucket; an empty list when it has none.

    Raises:
        StoreError: ``store_denied``, ``store_unreachable``.
    """
    found = _asked(bucket, "s3:GetBucketCORS", lambda client: client.get_bucket_cors(Bucket=bucket), access)
    return list(found.get("CORSRules", ()))


def put_bucket_rules(bucket: str, rules: Sequence[Rule], access: S3Access) -> None:
    """Have an S3 bucket answer players by these rules, and by no others.

    Raises:
        StoreError: ``store_denied``, ``store_unreachable``.
    """
    said = {"CORSRules": [dict(rule) for rule in rules]}
    _asked(
        bucket,
        "s3:PutBucketCORS",
        lambda client: client.put_bucket_cors(Bucket=bucket, CORSConfiguration=said),
        access,
    )


def answers_preflight(bucket: str, endpoint: str) -> bool:
    """Whether a bucket lets a browser on another site ask for a part of a file; nobody has to be known there for that.

    Raises:
        StoreError: ``store_unreachable``.
    """
    asked = {
        "Origin": SOME_SITE,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "range",
    }
    try:
        address = f"{endpoint or GCS_ENDPOINT}/{quote(bucket)}/player"
        answer = Line(Bounds(SECONDS, SECONDS, SECONDS, NO_BODY)).exchanged(
            httpx.Request("OPTIONS", address, headers=asked)
        )
    except httpx.HTTPError as error:
        raise faults.unreachable(bucket, faults.said(error), "Check the network; then run again") from error
    is_allowed = answer.headers.get("access-control-allow-origin") in ("*", SOME_SITE)
    return (
        answer.is_success and is_allowed and "range" in answer.headers.get("access-control-allow-headers", "").lower()
    )


def _asked(bucket: str, right: str, ask: Callable[[Any], Any], access: S3Access) -> Any:
    from botocore.exceptions import BotoCoreError, ClientError

    from vod_assets.adapters.blobs.aws import s3_client

    where, client = f"s3://{bucket}", s3_client(access)
    try:
        return faults.patiently(lambda: ask(client), lambda error: isinstance(error, BotoCoreError))
    except ClientError as error:
        if error.response["Error"]["Code"] == NO_RULES:
            return {}
        raise faults.denied(where, faults.said(error), f"Let this user do {right}") from error
    except BotoCoreError as error:
        raise faults.unreachable(where, faults.said(error), "Check the network; then run again") from error
