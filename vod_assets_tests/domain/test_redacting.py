"""Taking secrets out of texts."""

import pytest

from vod_assets.domain.redacting import HIDDEN, Redactor


def test_known_secrets_are_hidden_as_they_are_and_as_addresses_carry_them() -> None:
    redact = Redactor(["p@ss/w0rd", ""])
    assert redact("login p@ss/w0rd, then ?q=p%40ss%2Fw0rd") == f"login {HIDDEN}, then ?q={HIDDEN}"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("opening smb://ann:hunter22@nas/share", "hunter22"),
        ("Authorization: Basic YW5uOmh1bnRlcjI=", "YW5uOmh1bnRlcjI="),
        ("sent Bearer abcdef0123456789", "abcdef0123456789"),
        ("GET /x?X-Amz-Signature=deadbeefdeadbeef&n=1", "deadbeefdeadbeef"),
        ("key AKIAIOSFODNN7EXAMPLE was refused", "AKIAIOSFODNN7EXAMPLE"),
        ("VOD_SMB_PASSWORD=geheim123", "geheim123"),
        ('{"client_secret": "geheim123"}', "geheim123"),
        ("signed with whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        ("https://hooks.slack.com/services/T00/B00/XXXXXXXX", "XXXXXXXX"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----", "MIIEvQ"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str, secret: str) -> None:
    assert secret not in Redactor()(text)


@pytest.mark.parametrize(
    "text",
    [
        "film: 3 tokens of 5, [no_keys]: 12 s at 25 fps",
        "h264_1080p made in 12.5 s: https://cdn.example/film/master.m3u8",
        "Materialized value content_keys.",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert Redactor()(text) == text
