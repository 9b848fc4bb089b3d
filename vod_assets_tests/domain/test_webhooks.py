"""Webhooks are signed as Standard Webhooks says, which its own library verifies."""

import json
import time
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from vod_assets.domain.errors import ConfigError
from vod_assets.domain.events import published
from vod_assets.domain.webhooks import TOLERANCE_SECONDS, body_of, key_of, signed_headers

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
EVENT = published("film", 3, datetime(2026, 1, 1, tzinfo=UTC), {"hls": "https://cdn.example.com/film.m3u8"})
KEY = key_of(SECRET, "the secret")


def test_the_standard_s_library_accepts_what_is_sent() -> None:
    body = body_of(EVENT)
    said = Verifier(SECRET).verify(body.decode(), signed_headers(EVENT, body, int(time.time()), KEY))
    assert said["type"] == "published"
    assert said["data"]["title"] == "film"
    assert said["data"]["facts"] == {"release": "3"}
    assert said == json.loads(body)


@pytest.mark.parametrize("harm", ["body", "id", "secret", "old", "new", "unsigned"])
def test_it_refuses_what_was_changed_or_replayed(harm: str) -> None:
    body, now = body_of(EVENT), int(time.time())
    moved = {"old": -TOLERANCE_SECONDS - 5, "new": TOLERANCE_SECONDS + 60}.get(harm, 0)
    headers = signed_headers(EVENT, body, now + moved, b"" if harm == "unsigned" else KEY)
    headers |= {"webhook-id": "another"} if harm == "id" else {}
    sent = body.replace(b"film", b"fi1m") if harm == "body" else body
    secret = "whsec_" + "A" * 32 if harm == "secret" else SECRET
    with pytest.raises(WebhookVerificationError):
        Verifier(secret).verify(sent.decode(), headers)


@pytest.mark.parametrize("bad", ["canary", "whsec_canary!", "whsec_Y2FuYXJ5", "whsec_" + "A" * 400])
def test_a_secret_that_is_none_is_refused_without_being_said(bad: str) -> None:
    with pytest.raises(ConfigError, match="the secret of x is no secret of webhooks") as error:
        key_of(bad, "the secret of x")
    assert bad not in str(error.value)


def test_no_secret_is_no_key() -> None:
    assert key_of("", "x") == b""
