"""What `vod doctor` looks at in the storages that are no disk: whether they can do what a commit needs."""

import secrets
import time
from collections.abc import Iterator

from vod_assets.adapters.blobs.faults import patience
from vod_assets.adapters.blobs.opening import open_blobs
from vod_assets.aws import access_of
from vod_assets.doctor import TOLERATED_SKEW_SECONDS, Finding, State
from vod_assets.domain.errors import StoreError, VodError
from vod_assets.origins_file import origin_places
from vod_assets.places import storage_scheme
from vod_assets.ports.blobs import Blobs
from vod_assets.settings import Settings
from vod_assets.targets_file import target_places

SETTINGS = {
    "s3": "VOD_S3_ENDPOINT, VOD_S3_REGION, VOD_S3_ACCESS_KEY_ID and VOD_S3_SECRET_ACCESS_KEY",
    "gs": "VOD_GCS_ENDPOINT and the application default credentials",
    "smb": "VOD_SMB_USERNAME, VOD_SMB_PASSWORD, VOD_SMB_PORT and VOD_SMB_ENCRYPT",
    "ftp": "VOD_FTP_USERNAME, VOD_FTP_PASSWORD and VOD_FTP_PORT",
    "ftps": "VOD_FTP_USERNAME, VOD_FTP_PASSWORD, VOD_FTP_PORT and VOD_FTP_CA_FILE",
    "dav": "VOD_DAV_USERNAME, VOD_DAV_PASSWORD and VOD_DAV_TOKEN",
    "http+put": "VOD_DAV_USERNAME, VOD_DAV_PASSWORD and VOD_DAV_TOKEN",
    "https+put": "VOD_DAV_USERNAME, VOD_DAV_PASSWORD, VOD_DAV_TOKEN and VOD_DAV_CA_FILE",
    "davs": "VOD_DAV_USERNAME, VOD_DAV_PASSWORD, VOD_DAV_TOKEN and VOD_DAV_CA_FILE",
}
DOCTORS_PATIENCE_SECONDS = 5.0
ABILITIES = "create once, replace, read, list and delete work"


def check_storages(settings: Settings) -> Iterator[Finding]:
    """Whether buckets and shares that the settings name can do what a commit needs, and what their clocks say."""
    access = access_of(settings)
    for setting, address in storages(settings).items():
        try:
            with patience(DOCTORS_PATIENCE_SECONDS):
                skew_seconds = tried(open_blobs(address, access))
        except VodError as error:
            yield Finding(setting, State.FAULT, error.cause, _remedy(setting, address, error.remedy))
            continue
        yield Finding(setting, State.OK, f"{address}: {ABILITIES}")
        yield _clock_finding(setting, address, skew_seconds)


def storages(settings: Settings) -> dict[str, str]:
    """Return the address of each storage that is no disk, by the setting that names it."""
    named = {"VOD_STORE": settings.store_address}
    named |= {_said(settings, name): place.address for name, place in origin_places(settings).items()}
    named |= {f"VOD_STORE__{group.upper()}": address for group, address in sorted(settings.stores.items())}
    named |= {f"VOD_TARGETS {name}": place.address for name, place in target_places(settings).items()}
    return {setting: address for setting, address in named.items() if storage_scheme(address)}


def _said(settings: Settings, origin: str) -> str:
    return f"VOD_ORIGINS {origin}" if settings.origins else "VOD_ORIGIN"


def tried(blobs: Blobs) -> float:
    """Do what a commit does, under a name of its own, and return how far the storage's clock is ahead, in seconds.

    Raises:
        StoreError: What it cannot do, or did wrong.
    """
    name = f".doctor/{secrets.token_hex(8)}.txt"
    before = time.time()
    try:
        _expect(blobs.create(name, b"first"), blobs, "does not create a name")
        _expect(not blobs.create(name, b"second"), blobs, "lets two writers create one name")
        _expect(blobs.read(name) == b"first", blobs, "does not give back what was written")
        blobs.replace(name, b"third")
        _expect(blobs.read(name) == b"third", blobs, "does not replace a file")
        found = blobs.stat(name)
        after = time.time()
        _expect(name in [blob.name for blob in blobs.files(".doctor/")], blobs, "does not list what was written")
    finally:
        blobs.delete([name])
    _expect(blobs.read(name) is None, blobs, "does not delete a file")
    return _outside(found.modified_at, before, after) if found else 0.0


def _expect(is_so: bool, blobs: Blobs, otherwise: str) -> None:
    if not is_so:
        raise StoreError("store_failed", f"{blobs.address} {otherwise}", "Commits rely on it; use another storage")


def _outside(moment: float, earliest: float, latest: float) -> float:
    """Return how far a moment lies before (negative) or after a span."""
    return min(0.0, moment - earliest) + max(0.0, moment - latest)


def _clock_finding(setting: str, address: str, skew_seconds: float) -> Finding:
    subject = f"{setting} clock"
    if abs(skew_seconds) <= TOLERATED_SKEW_SECONDS:
        return Finding(subject, State.OK, "agrees with this machine's")
    remedy = "Use NTP on both; leases and clean-up compare the two clocks"
    return Finding(subject, State.WARNING, f"{address} is {skew_seconds:+.0f} s off this machine", remedy)


def _remedy(setting: str, address: str, remedy: str) -> str:
    asked = f"Check {setting}, and {SETTINGS[storage_scheme(address)]}"
    return f"{remedy.rstrip('.')}. {asked}" if remedy else asked
