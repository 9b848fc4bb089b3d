"""AWS sessions: who asks AWS, for the object client and for boto3's clients alike.

Importing boto3 takes a fifth of a second, so that only who asks AWS does it.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from vod_assets.adapters.blobs.opening import S3Access
from vod_assets.domain.errors import ConfigError

# Shorter than the ten minutes before their end at which botocore renews keys, and not so short that each request asks.
LENT = timedelta(minutes=6)
NO_CREDENTIALS = "no credentials were found"
QUICK = {"connect_timeout": 2, "read_timeout": 4, "retries": {"total_max_attempts": 1}}  # a tick of a sensor has 8 s


@lru_cache(maxsize=16)
def session_of(access: S3Access) -> Any:
    """Return the session of whoever the settings name; it finds and renews what they leave empty.

    Raises:
        ConfigError: ``bad_setting``: there is no such profile.
    """
    import boto3
    from botocore.exceptions import ProfileNotFound

    try:
        return boto3.Session(
            aws_access_key_id=access.access_key_id or None,
            aws_secret_access_key=access.secret_access_key or None,
            aws_session_token=access.session_token or None,
            region_name=access.region or None,
            profile_name=access.profile or None,
        )
    except ProfileNotFound as error:
        raise ConfigError("bad_setting", f"VOD_S3_PROFILE is wrong: {error}", "See ~/.aws/config") from error


@lru_cache(maxsize=64)
def client_of(access: S3Access, service: str, endpoint: str = "", region: str = "") -> Any:
    """Return boto3's client of a service, for what the object client does not do; it asks once, for sensors look again.

    Args:
        access: Who asks.
        service: ``s3``, ``sqs`` and so on.
        endpoint: Address of a server other than AWS's own for that service.
        region: Another than that of the buckets.
    """
    from botocore.config import Config

    return session_of(access).client(
        service,
        endpoint_url=endpoint or None,
        region_name=region or region_of(access),
        verify=None if access.is_verified else False,
        config=Config(**QUICK),
    )


def s3_client(access: S3Access) -> Any:
    """Return boto3's client of the buckets."""
    return client_of(access, "s3", access.endpoint)


def region_of(access: S3Access) -> str:
    """Return the region of the buckets; a server other than AWS does not mind which."""
    return access.region or session_of(access).region_name or "us-east-1"


def lending(access: S3Access) -> Callable[[], dict[str, Any]]:
    """Return what lends the object client keys that expire (of a profile, a role, an instance), renewed in time."""

    def lend() -> dict[str, Any]:
        found = session_of(access).get_credentials()  # the session keeps them
        if found is None:
            raise LookupError(f"{NO_CREDENTIALS}: not in the settings, nor where AWS's own tools find them")
        keys = found.get_frozen_credentials()
        return {
            "access_key_id": keys.access_key,
            "secret_access_key": keys.secret_key,
            "token": keys.token,
            "expires_at": datetime.now(UTC) + LENT,
        }

    return lend
