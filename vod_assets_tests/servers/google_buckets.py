"""A double of Google Cloud Storage's JSON API for the settings of buckets, and of the door where tokens are had.

fake-gcs-server keeps no CORS rules. This one reads and patches them as the API's discovery document says: with a
bearer token of the right scope, below a bucket that is there, and only at the version (``ifMetagenerationMatch``) that
is asked for. Tokens are given for signed assertions (RFC 7523), which it verifies.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import jwt

from vod_assets_tests.servers.weather import served

EMAIL, TOKEN = "vod@house.iam.example", "token-of-the-house"
SCOPE = "https://www.googleapis.com/auth/devstorage.full_control"
AUDIENCE = "https://oauth2.googleapis.com/token"  # whoever the assertion is sent to
FIELDS = {"origin", "method", "responseHeader", "maxAgeSeconds"}


@dataclass
class GoogleBuckets:
    """A running double with one bucket, ``media``.

    Attributes:
        rules: The bucket's CORS rules.
        version: Its metageneration.
        busy: How many requests are answered 503 first.
        is_open: Whether it asks for no token.
    """

    port: int = 0
    rules: list[dict[str, Any]] = field(default_factory=list)
    version: int = 1
    busy: int = 0
    is_open: bool = False
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def credentials(self, folder: Path) -> Path:
        """Write the file of a service account."""
        pem = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        said = {"type": "service_account", "client_email": EMAIL, "private_key_id": "1", "private_key": pem.decode()}
        path = folder / "account.json"
        path.write_text(json.dumps({**said, "token_uri": f"{self.url}/token", "project_id": "house"}))
        return path

    def token(self, form: str) -> tuple[int, object]:
        """Answer an assertion."""
        public = self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        assertion = parse_qs(form)["assertion"][0]
        said = jwt.decode(assertion, certs={"1": public}, audience=AUDIENCE)
        if (said["iss"], said["scope"]) != (EMAIL, SCOPE):
            return 400, {"error": "invalid_scope"}
        return 200, {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}

    def bucket(self, method: str, path: str, query: dict[str, list[str]], said: Any, token: str) -> tuple[int, object]:
        """Answer a question about a bucket, or change it."""
        if self.busy > 0:
            self.busy -= 1
            return 503, _error("Backend Error")
        if not self.is_open and token != f"Bearer {TOKEN}":
            return 401, _error("Invalid Credentials")
        if path != "/storage/v1/b/media":
            return 404, _error("The specified bucket does not exist.")
        if method == "PATCH":
            if query.get("ifMetagenerationMatch", [str(self.version)]) != [str(self.version)]:
                return 412, _error("At least one of the pre-conditions you specified did not hold.")
            if any(set(rule) - FIELDS for rule in said["cors"]):
                return 400, _error("Invalid argument.")
            self.rules, self.version = said["cors"], self.version + 1
        shown = {"cors": self.rules} if self.rules else {}  # an empty list is left out
        return 200, shown | ({"metageneration": str(self.version)} if "metageneration" in query["fields"][0] else {})


@contextmanager
def google_buckets() -> Iterator[GoogleBuckets]:
    """Run one on loopback."""
    house = GoogleBuckets()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            data = self.rfile.read(int(self.headers.get("content-length") or 0))
            if parts.path == "/token":
                return self._say(*house.token(data.decode()))
            said = json.loads(data) if data else None
            token = self.headers.get("authorization", "")
            return self._say(*house.bucket(self.command, parts.path, parse_qs(parts.query), said, token))

        do_PATCH = do_POST = do_GET  # noqa: N815

        def _say(self, status: int, document: object) -> None:
            data = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_said: object) -> None:
            """Say nothing."""

    with served(Handler) as house.port:
        yield house


def _error(message: str) -> dict[str, object]:
    return {"error": {"code": 0, "message": message}}
