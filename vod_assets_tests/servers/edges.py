"""Doubles of the APIs of CDNs: they speak the wire protocol, and refuse what the real ones refuse.

No server of Akamai or Fastly can be had, and moto has no data plane of KeyValueStores: that double reads requests by
botocore's own model of the service. Signatures are reckoned here anew.
"""

import base64
import hashlib
import hmac
import json
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

FASTLY_TOKEN, SERVICE, DICTIONARY = "token-of-the-house", "SU1Z0isxPaozGVKXdv0eY", "3vjTN8v1O7nOAY7aNDGOL"
AKAMAI_CLIENT, AKAMAI_ACCESS, AKAMAI_SECRET = "akab-client", "akab-access", "secret-of-the-house"
KVS_ARN = "arn:aws:cloudfront::123456789012:key-value-store/6d6c9c3c-8a6b-4f0e-9d0c-111111111111"
SKEW_SECONDS = 30


class Refused(Exception):  # noqa: N818 - it is an answer
    """What the API answers in place of doing it."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(status, body)
        self.status, self.body = status, body


@dataclass
class Call:
    """A request."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    data: bytes

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.data)


@dataclass
class Edge(ABC):
    """An API, and what it is told to do.

    Attributes:
        url: Where it listens.
        statuses: Answered first, one a request, in place of doing it.
        echo: Said in place of a message when it refuses so.
        purged: What it was told to forget.
        items: Its table.
        calls: Requests that came.
    """

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    echo: str = "come back later"
    purged: list[str] = field(default_factory=list)
    items: dict[str, str] = field(default_factory=dict)
    calls: int = 0

    @abstractmethod
    def answer(self, call: Call) -> tuple[int, object]:
        """Return a status and a body."""


class Fastly(Edge):
    """Fastly's API."""

    def answer(self, call: Call) -> tuple[int, object]:
        if call.headers.get("fastly-key") != FASTLY_TOKEN:
            raise Refused(401, {"msg": "Provided credentials are missing or invalid"})
        if call.path.startswith("/purge/") and call.method == "POST":
            self.purged.append(unquote(call.path.removeprefix("/purge/")))
            return 200, {"status": "ok", "id": f"108-{len(self.purged)}"}
        own = f"/service/{SERVICE}"
        if not call.path.startswith(own):
            raise Refused(404, {"msg": "Record not found", "detail": "Cannot find service"})
        rest = call.path.removeprefix(own)
        if (call.method, rest) == ("GET", ""):
            return 200, {"id": SERVICE, "name": "film house"}
        if (call.method, rest) == ("POST", "/purge"):
            return 200, self._purge(call.json["surrogate_keys"])
        if rest == f"/dictionary/{DICTIONARY}/items":
            return self._dictionary(call)
        raise Refused(404, {"msg": "Record not found"})

    def _purge(self, keys: list[str]) -> dict[str, str]:
        if not 0 < len(keys) <= 256 or any(not key or " " in key or len(key) > 1024 for key in keys):
            raise Refused(400, {"msg": "Bad request", "detail": "too many keys, or bad ones"})
        self.purged += keys
        return {key: f"108-{number}" for number, key in enumerate(keys)}

    def _dictionary(self, call: Call) -> tuple[int, object]:
        if call.method == "GET":
            page, size = (int(call.query[name][0]) for name in ("page", "per_page"))
            some = sorted(self.items.items())[(page - 1) * size : page * size]
            return 200, [{"item_key": key, "item_value": value} for key, value in some]
        changes = call.json["items"]
        if call.method != "PATCH" or len(changes) > 1000:
            raise Refused(400, {"msg": "Bad request", "detail": "too many changes"})
        for one in changes:
            if len(one["item_key"]) > 256 or len(one.get("item_value", "")) > 8000:
                raise Refused(400, {"msg": "Bad request", "detail": "Item value is too long"})
            if one["op"] == "delete" and one["item_key"] not in self.items:
                raise Refused(400, {"msg": "Bad request", "detail": "no such item"})
        for one in changes:
            if one["op"] == "upsert":
                self.items[one["item_key"]] = one["item_value"]
            else:
                del self.items[one["item_key"]]
        return 200, {"status": "ok"}


@dataclass
class Akamai(Edge):
    """Akamai's APIs: Fast Purge and EdgeKV."""

    nonces: set[str] = field(default_factory=set)

    def answer(self, call: Call) -> tuple[int, object]:
        self._let_in(call)
        if found := re.fullmatch(r"/ccu/v3/invalidate/(tag|url)/(production|staging)", call.path):
            return self._purge(call, found[1])
        if call.path == "/ccu/v3/rate-limit-status/tag" and call.method == "POST":
            return 200, {"limitType": "tag", "objectsRemaining": 4999}
        group = r"/edgekv/v1/networks/(?:production|staging)/namespaces/films/groups/rules"
        if re.fullmatch(group, call.path) and call.method == "GET":
            return 200, sorted(self.items)[: int(call.query["maxItems"][0])]
        if found := re.fullmatch(group + r"/items/([A-Za-z0-9_.-]{1,512})", call.path):
            return self._item(call, found[1])
        raise Refused(404, {"title": "Not found", "detail": "The namespace does not exist"})

    def _purge(self, call: Call, kind: str) -> tuple[int, object]:
        objects = call.json["objects"]
        is_fit = (lambda one: re.fullmatch(r"[!#$%&'*+.^_`|~A-Za-z0-9-]{1,128}", one)) if kind == "tag" else urlsplit
        if len(call.data) > 50_000:
            raise Refused(413, {"title": "Request entity too large"})
        if not objects or not all(is_fit(one) for one in objects) or any("*" in one for one in objects):
            raise Refused(400, {"title": "Bad request", "detail": "an object is none"})
        self.purged += objects
        return 201, {"httpStatus": 201, "purgeId": f"purge-{len(self.purged)}", "estimatedSeconds": 5}

    def _item(self, call: Call, name: str) -> tuple[int, object]:
        if call.method == "PUT":
            self.items[name] = json.dumps(call.json, separators=(",", ":"))
            return 200, "Item was upserted in EdgeKV."
        if name not in self.items:
            raise Refused(404, {"title": "Not found", "detail": "The requested item is not found."})
        return 200, json.loads(self.items[name] if call.method == "GET" else self.items.pop(name))

    def _let_in(self, call: Call) -> None:
        said, _, signature = call.headers.get("authorization", "").partition("signature=")
        fields = dict(one.partition("=")[::2] for one in said.removeprefix("EG1-HMAC-SHA256 ").split(";") if one)
        when = datetime.strptime(fields.get("timestamp", "19700101T00:00:00+0000"), "%Y%m%dT%H:%M:%S%z")
        is_fresh = abs((datetime.now(UTC) - when).total_seconds()) < SKEW_SECONDS
        body = (
            base64.b64encode(hashlib.sha256(call.data).digest()).decode() if call.method == "POST" and call.data else ""
        )
        query = call.headers["raw-path"]
        signed = "\t".join([call.method, "http", call.headers["host"], query, "", body, said])
        key = base64.b64encode(hmac.digest(AKAMAI_SECRET.encode(), fields.get("timestamp", "").encode(), "sha256"))
        expected = base64.b64encode(hmac.digest(key, signed.encode(), "sha256")).decode()
        named = (fields.get("client_token"), fields.get("access_token"))
        if named != (AKAMAI_CLIENT, AKAMAI_ACCESS) or not is_fresh or not hmac.compare_digest(signature, expected):
            raise Refused(401, {"title": "Not authorized", "detail": "The signature does not match"})
        if fields["nonce"] in self.nonces:
            raise Refused(401, {"title": "Not authorized", "detail": "The nonce was used"})
        self.nonces.add(fields["nonce"])


@dataclass
class KeyValueStore(Edge):
    """The data plane of CloudFront's KeyValueStores.

    Attributes:
        version: Of what it holds; its ETag.
        meanwhile: Changes that somebody else makes before the next ones of ours.
    """

    version: int = 1
    meanwhile: int = 0

    def answer(self, call: Call) -> tuple[int, object]:
        if not call.headers.get("authorization", "").startswith("AWS4-ECDSA-P256-SHA256 Credential="):
            raise self._error(403, "AccessDeniedException", "it is not signed by SigV4A")
        name, given = self._operation(call)
        if given["KvsARN"] != KVS_ARN:
            raise self._error(404, "ResourceNotFoundException", "there is no such store")
        if name == "DescribeKeyValueStore":
            return 200, {"KvsARN": KVS_ARN, "ETag": f"E{self.version}", "ItemCount": len(self.items)}
        if name == "ListKeys":
            start, size = int((given.get("NextToken") or ["0"])[0]), int((given.get("MaxResults") or ["10"])[0])
            some = sorted(self.items.items())[start : start + size]
            more = {"NextToken": str(start + size)} if start + size < len(self.items) else {}
            return 200, {"Items": [{"Key": key, "Value": value} for key, value in some], **more}
        return self._update(given)

    def _update(self, given: dict[str, Any]) -> tuple[int, object]:
        if self.meanwhile:
            self.meanwhile, self.version = self.meanwhile - 1, self.version + 1
        if given["IfMatch"] != f"E{self.version}":
            raise self._error(409, "ConflictException", "somebody else has changed it")
        puts, deletes = given.get("Puts", []), given.get("Deletes", [])
        if len(puts) + len(deletes) > 50:
            raise self._error(400, "ValidationException", "more than 50 keys")
        for one in puts:
            if len(one["Key"]) > 512 or len(one["Value"].encode()) > 1024:
                raise self._error(400, "ValidationException", "a key or a value is too long")
        self.items |= {one["Key"]: one["Value"] for one in puts}
        for one in deletes:
            del self.items[one["Key"]]
        self.version += 1
        return 200, {"ItemCount": len(self.items), "TotalSizeInBytes": 0, "ETag": f"E{self.version}"}

    def _operation(self, call: Call) -> tuple[str, dict[str, Any]]:
        """Return which operation of botocore's model a request is, and its members; required ones are there."""
        from botocore.session import get_session

        model = get_session().get_service_model("cloudfront-keyvaluestore")
        for name in model.operation_names:
            operation = model.operation_model(name)
            pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", operation.http["requestUri"])
            found = re.fullmatch(pattern, call.headers["raw-path"].partition("?")[0])
            if found and operation.http["method"] == call.method:
                shape = operation.input_shape
                given = {key: unquote(value) for key, value in found.groupdict().items()}
                given |= call.json if call.data else {}
                given |= {key: value for key, value in call.query.items() if key in shape.members}
                given |= {"IfMatch": call.headers["if-match"]} if "if-match" in call.headers else {}
                if lost := set(shape.required_members) - given.keys():
                    raise self._error(400, "ValidationException", f"{sorted(lost)} is missing")
                return name, given
        raise self._error(400, "ValidationException", "there is no such operation")

    def _error(self, status: int, code: str, message: str) -> Refused:
        return Refused(status, {"__type": code, "Message": message})


@contextmanager
def serving(edge: Edge) -> Iterator[Edge]:
    """Have an API answer on loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_any(self) -> None:
            parts = urlsplit(self.path)
            data = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()} | {"raw-path": self.path}
            edge.calls += 1
            try:
                if edge.statuses:
                    raise Refused(edge.statuses.pop(0), {"msg": edge.echo, "message": edge.echo})
                status, body = edge.answer(Call(self.command, parts.path, parse_qs(parts.query), headers, data))
            except Refused as refusal:
                status, body = refusal.status, refusal.body
            said = body if isinstance(body, str) else json.dumps(body)
            self.send_response(status)
            if isinstance(body, dict) and "__type" in body:
                self.send_header("x-amzn-errortype", body["__type"])
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(said.encode())))
            self.end_headers()
            self.wfile.write(said.encode())

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_any  # noqa: N815 - names of the standard library

        def log_message(self, *_said: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    edge.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield edge
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
