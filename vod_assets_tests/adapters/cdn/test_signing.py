"""Signatures by real keys: AWS's own signer and public keys agree with them."""

import base64
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from botocore.signers import CloudFrontSigner as BotocoreSigner
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr

from vod_assets.adapters.cdn.signing import open_signer
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.signing import Grant
from vod_assets.named_secrets import secret
from vod_assets.settings import Settings

BASE = "https://cdn.example/films"
ENDS, BEGINS = datetime(2026, 6, 1, 14, tzinfo=UTC), datetime(2026, 6, 1, 12, tzinfo=UTC)
GRANT = Grant("/origin/film/*", ENDS, BEGINS, "203.0.113.0/24")
RSA = rsa.generate_private_key(65537, 2048)
CURVE = ec.generate_private_key(ec.SECP256R1())


def settings(**said: object) -> Settings:
    return Settings(_env_file=None, public_url=BASE, **said)


def written(folder: Path, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, mode: int = 0o600) -> Settings:
    """Return settings with a private key."""
    file = folder / "key.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    file.chmod(mode)
    return settings(cdn="cloudfront:E1", cdn_key_id="K2JCJMDEHXQW5F", cdn_key_file=file)


def plain(text: str) -> bytes:
    return base64.b64decode(text.translate(str.maketrans("-_~", "+=/")))


def test_aws_signs_the_same_policy_in_the_same_way(tmp_path: Path):
    signed = open_signer(written(tmp_path, RSA), secret).sign(GRANT)
    url = f"{BASE}/origin/film/releases/1/main.m3u8"
    policy = plain(signed.cookies["CloudFront-Policy"]).decode()
    theirs = BotocoreSigner("K2JCJMDEHXQW5F", lambda data: RSA.sign(data, PKCS1v15(), SHA1()))  # noqa: S303
    assert f"{url}?{signed.query}" == theirs.generate_presigned_url(url, policy=policy)
    assert json.loads(policy)["Statement"][0]["Resource"] == f"{BASE}/origin/film/*"
    assert signed.path == "/films/origin/film/"


def test_one_file_for_anybody_has_the_canned_policy_of_aws(tmp_path: Path):
    signed = open_signer(written(tmp_path, RSA), secret).sign(Grant("/origin/film/film.mp4", ENDS))
    theirs = BotocoreSigner("K2JCJMDEHXQW5F", lambda data: RSA.sign(data, PKCS1v15(), SHA1()))  # noqa: S303
    url = f"{BASE}/origin/film/film.mp4"
    assert f"{url}?{signed.query}" == theirs.generate_presigned_url(url, date_less_than=ENDS)
    assert signed.cookies.keys() == {"CloudFront-Expires", "CloudFront-Signature", "CloudFront-Key-Pair-Id"}


def test_an_elliptic_key_signs_what_its_public_key_verifies(tmp_path: Path):
    query = parse_qs(open_signer(written(tmp_path, CURVE), secret).sign(GRANT).query)
    signature, policy = plain(query["Signature"][0]), plain(query["Policy"][0])
    CURVE.public_key().verify(signature, policy, ec.ECDSA(SHA1()))  # noqa: S303


def test_a_key_that_others_can_read_signs_nothing(tmp_path: Path):
    with pytest.raises(ConfigError, match="secret_exposed"):
        open_signer(written(tmp_path, RSA, 0o644), secret).sign(GRANT)


def test_a_key_of_another_kind_is_named(tmp_path: Path):
    with pytest.raises(ConfigError, match="sign_key_bad"):
        open_signer(written(tmp_path, ec.generate_private_key(ec.SECP384R1())), secret).sign(GRANT)


def test_akamai_and_fastly_are_given_tokens_in_query_and_cookie():
    akamai = open_signer(settings(cdn="akamai:h", cdn_sign_secret=SecretStr("aabb")), secret).sign(GRANT)
    assert akamai.query == f"hdnts={akamai.cookies['hdnts']}"
    assert "~acl=/films/origin/film/*~" in akamai.query
    fastly = open_signer(settings(cdn="fastly:s", cdn_sign_secret=SecretStr("qrs=")), secret)
    found = fastly.sign(Grant(GRANT.path, ENDS))
    assert re.fullmatch(r"token=\d{10}_[0-9a-f]{64}", found.query)
    with pytest.raises(ConfigError, match="sign_refused"):
        fastly.sign(GRANT)


@pytest.mark.parametrize(("cdn", "key"), [("akamai:h", "no hex"), ("fastly:s", "no base64!"), ("fastly:s", "")])
def test_a_key_that_is_none_is_not_shown(cdn: str, key: str):
    signer = open_signer(settings(cdn=cdn, cdn_sign_secret=SecretStr(key)), secret)
    with pytest.raises(ConfigError, match="VOD_CDN_SIGN_SECRET") as error:
        signer.sign(Grant(GRANT.path, ENDS))
    assert not key or key not in str(error.value) + repr(signer)


def test_without_a_cdn_nobody_signs():
    with pytest.raises(ConfigError, match="VOD_CDN is empty"):
        open_signer(settings(), secret)
