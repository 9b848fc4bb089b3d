"""Webhooks as Standard Webhooks 1.0 has them: what is sent, and how it is signed."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.events import Event

PREFIX = "whsec_"
FEWEST_BYTES, MOST_BYTES = 24, 64  # of a secret, says the standard
TOLERANCE_SECONDS = 300  # receivers refuse what is older or newer
MOST_BODY_BYTES = 64 << 10


def body_of(event: Event) -> bytes:
    """Return the JSON that a webhook gets."""
    data: dict[str, Any] = {
        "id": event.id,
        "title": event.title,
        "severity": event.severity,
        "message": event.said,
        "facts": event.facts,
        "links": event.links,
    }
    if event.lines:
        data["lines"] = list(event.lines)
    said = {"type": event.kind.replace("_", "."), "timestamp": event.at, "data": data}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8", errors="backslashreplace")


def signed_headers(event: Event, body: bytes, now: int, key: bytes) -> dict[str, str]:
    """Return the headers of one try: the id stays the same in each, the time does not.

    Args:
        event: Its id is what receivers tell doubles by.
        body: Exactly what is sent.
        now: Seconds since the epoch.
        key: Of `key_of`; empty: nothing is signed.
    """
    headers = {"webhook-id": event.id, "webhook-timestamp": str(now), "content-type": "application/json"}
    if key:
        text = f"{event.id}.{now}.".encode() + body
        signature = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
        headers["webhook-signature"] = f"v1,{signature}"
    return headers


def key_of(secret: str, what: str) -> bytes:
    """Return the key in a secret; empty for an empty one.

    Args:
        secret: ``whsec_`` and Base64.
        what: Where it stands, for the message.

    Raises:
        ConfigError: ``bad_notify``; the secret is not in it.
    """
    if not secret:
        return b""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True) if secret.startswith(PREFIX) else b""
    except (binascii.Error, ValueError):
        key = b""
    if not FEWEST_BYTES <= len(key) <= MOST_BYTES:
        cause = f"{what} is no secret of webhooks: whsec_ and {FEWEST_BYTES} to {MOST_BYTES} bytes in Base64"
        raise ConfigError("bad_notify", cause, "Make one: echo whsec_$(openssl rand -base64 32)")
    return key
