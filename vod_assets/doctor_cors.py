"""What `vod doctor` says of buckets that players fetch from: whether a page of another site may."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from vod_assets.adapters.blobs.faults import patience
from vod_assets.adapters.origin.cors import answers_preflight, bucket_rules
from vod_assets.aws import access_of
from vod_assets.doctor import Finding, State
from vod_assets.domain.cors import lets_players
from vod_assets.domain.errors import VodError
from vod_assets.origins_file import origin_places
from vod_assets.places import storage_scheme
from vod_assets.settings import Settings

DOCTORS_PATIENCE_SECONDS = 5.0


def check_cors(settings: Settings) -> Iterator[Finding]:
    """Whether the buckets of origins let players on other sites fetch parts of files."""
    for address in origin_buckets(settings):
        subject = f"CORS of {address}"
        try:
            with patience(DOCTORS_PATIENCE_SECONDS):
                is_let = _lets_players(address, settings)
        except VodError as error:
            yield Finding(subject, State.WARNING, f"cannot be looked at: {error.cause}", error.remedy)
            continue
        if is_let:
            yield Finding(subject, State.OK, "players on other sites may fetch")
        else:
            found = "players on other sites may not fetch, unless a CDN before it answers them"
            yield Finding(subject, State.WARNING, found, "Run `vod origins cors`")


def origin_buckets(settings: Settings) -> list[str]:
    """Return the address of each bucket that an origin lies in: ``s3://media``."""
    addresses = [place.address for place in origin_places(settings).values()]
    found = [urlsplit(address) for address in addresses if storage_scheme(address) in ("s3", "gs")]
    return list(dict.fromkeys(f"{parts.scheme.lower()}://{parts.netloc}" for parts in found))


def _lets_players(address: str, settings: Settings) -> bool:
    scheme, _, bucket = address.partition("://")
    if scheme == "gs":
        return answers_preflight(bucket, settings.gcs_endpoint)
    return lets_players(bucket_rules(bucket, access_of(settings).to_s3))
