"""Signatures by the keys of the settings: CloudFront's addresses and cookies, Akamai's and Fastly's tokens."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlencode, urlsplit

from vod_assets.adapters.keys.secret_files import read_secret
from vod_assets.domain.errors import ConfigError
from vod_assets.domain.signing import (
    Grant,
    akamai_token,
    canned_policy,
    cloudfront_text,
    custom_policy,
    fastly_token,
)
from vod_assets.places import absolute
from vod_assets.settings import Settings

MOST_SECRET = 4096
RSA_BITS, CURVE = 2048, "secp256r1"


@dataclass(frozen=True)
class Signed:
    """What a viewer is given.

    Attributes:
        query: Put after the ``?`` of an address.
        cookies: By their names, for ``path`` of the public address's host; players send them with every file.
        path: Of the cookies.
    """

    query: str
    cookies: Mapping[str, str]
    path: str


class Signer(Protocol):
    """Signs what viewers may fetch."""

    def sign(self, grant: Grant) -> Signed:
        """Return what lets a viewer fetch what is granted.

        Raises:
            ConfigError: ``sign_refused``: the CDN's signatures cannot say this; ``sign_key_bad``.
        """
        ...


@dataclass(frozen=True)
class CloudFrontSigner:
    """Signs by the private key of a key group: RSA (PKCS 1, SHA-1) or ECDSA (SHA-1), as CloudFront checks them.

    Attributes:
        base: The public address, without a slash at its end.
        key_id: Of the public key.
        key_file: The private key.
    """

    base: str
    key_id: str
    key_file: Path

    def sign(self, grant: Grant) -> Signed:
        """Return query and cookies of a custom policy; one address, for anybody and from now on, has a canned one."""
        if ":" in grant.ip:
            cause = "policies of CloudFront know addresses of IPv4 only"
            raise ConfigError("sign_refused", cause, "Leave --ip out, or name an IPv4 address")
        if not (grant.begins or grant.ip or grant.path.endswith("*")):
            return self._signed(grant, canned_policy(self.base + grant.path, grant.ends_epoch), is_canned=True)
        return self._signed(grant, custom_policy(self.base, grant), is_canned=False)

    def _signed(self, grant: Grant, policy: str, *, is_canned: bool) -> Signed:
        said = {"Expires": str(grant.ends_epoch)} if is_canned else {"Policy": cloudfront_text(policy.encode())}
        said |= {"Signature": cloudfront_text(self._signature(policy.encode())), "Key-Pair-Id": self.key_id}
        path = urlsplit(self.base).path + grant.path.rstrip("*")
        return Signed(urlencode(said, safe="~"), {f"CloudFront-{name}": text for name, text in said.items()}, path)

    def _signature(self, data: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.hashes import SHA1
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        digest = SHA1()  # noqa: S303 - CloudFront's choice
        try:
            key = load_pem_private_key(_file(self.key_file), None)
        except (ValueError, TypeError):
            raise self._bad("it is no private key in PEM without a password") from None  # the words may quote it
        if isinstance(key, RSAPrivateKey) and key.key_size == RSA_BITS:
            return key.sign(data, PKCS1v15(), digest)
        if isinstance(key, EllipticCurvePrivateKey) and key.curve.name == CURVE:
            return key.sign(data, ECDSA(digest))
        raise self._bad("it is neither RSA of 2048 bits nor ECDSA on P-256")

    def _bad(self, cause: str) -> ConfigError:
        return _bad_key(f"VOD_CDN_KEY_FILE names {self.key_file}, which cannot sign: {cause}")


@dataclass(frozen=True)
class AkamaiSigner:
    """Makes tokens for Akamai's *Auth Token 2.0 Verification*: hexadecimal key, in query and cookie ``hdnts``."""

    base: str
    secret: Callable[[], str]

    def sign(self, grant: Grant) -> Signed:
        """Return the token as query and cookie."""
        try:
            key = binascii.a2b_hex(_given(self.secret()))
        except ValueError:
            raise _bad_key("VOD_CDN_SIGN_SECRET holds no key for Akamai: it is no even number of hex digits") from None
        prefix = urlsplit(self.base).path
        token = akamai_token(key, Grant(prefix + grant.path, grant.ends, grant.begins, grant.ip))
        return Signed(f"hdnts={token}", {"hdnts": token}, prefix + grant.path.rstrip("*"))


@dataclass(frozen=True)
class FastlySigner:
    """Makes tokens for Fastly's token validation: base64 key, in query ``token`` and cookie ``vod_token``."""

    base: str
    secret: Callable[[], str]

    def sign(self, grant: Grant) -> Signed:
        """Return the token as query and cookie."""
        if grant.begins or grant.ip:
            cause = "Fastly's tokens say neither from when they hold, nor for which address"
            raise ConfigError("sign_refused", cause, "Leave --at and --ip out")
        try:
            key = base64.b64decode(_given(self.secret()), validate=True)
        except ValueError:
            raise _bad_key("VOD_CDN_SIGN_SECRET holds no key for Fastly: it is no base64") from None
        prefix = urlsplit(self.base).path
        token = fastly_token(key, Grant(prefix + grant.path, grant.ends))
        return Signed(f"token={token}", {"vod_token": token}, prefix + grant.path.rstrip("*"))


def open_signer(settings: Settings, secret: Callable[[Settings, str], str]) -> Signer:
    """Return who signs for the CDN of the settings.

    Raises:
        ConfigError: ``bad_setting``: there is no CDN, or no key.
    """
    kind, base = settings.cdn.partition(":")[0], settings.public_url.rstrip("/")
    if kind == "cloudfront":
        if settings.cdn_key_file is None or not re.fullmatch(r"[A-Z0-9]{1,64}", settings.cdn_key_id):
            cause = "VOD_CDN_KEY_ID and VOD_CDN_KEY_FILE name no key that CloudFront's signatures could be made with"
            raise ConfigError("bad_setting", cause, "See docs/cdn.md")
        return CloudFrontSigner(base, settings.cdn_key_id, absolute(settings.cdn_key_file))
    if kind in ("akamai", "fastly"):
        return (AkamaiSigner if kind == "akamai" else FastlySigner)(base, lambda: secret(settings, "cdn_sign_secret"))
    raise ConfigError("bad_setting", "VOD_CDN is empty, so nobody would check a signature", "See docs/cdn.md")


def _given(text: str) -> str:
    """Return a secret that is there.

    Raises:
        ConfigError: ``bad_setting``.
    """
    if not text or len(text) > MOST_SECRET:
        raise ConfigError("bad_setting", "VOD_CDN_SIGN_SECRET is empty or too long", "See docs/cdn.md")
    return text


def _file(path: Path) -> bytes:
    what = "the private key of VOD_CDN_KEY_FILE"
    try:
        return read_secret(path, what)
    except FileNotFoundError as error:
        raise ConfigError("secret_unreadable", f"{what} is not at {path}", "Check VOD_CDN_KEY_FILE") from error


def _bad_key(cause: str) -> ConfigError:
    return ConfigError("sign_key_bad", cause, "See docs/cdn.md")
