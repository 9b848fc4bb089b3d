"""EdgeGrid: the signatures of Akamai's own test cases."""

import httpx
import pytest

from vod_assets.adapters.cdn.edgegrid import Client, authorization

HOST = "akaa-baseurl-xxxxxxxxxxx-xxxxxxxxxxxxx.luna.akamaiapis.net"
TOKENS = ("akab-client-token-xxx-xxxxxxxxxxxxxxxx", "akab-access-token-xxx-xxxxxxxxxxxxxxxx")
SECRET = f"{'x' * 43}="  # as published
CASES = [
    ("GET", "/", b"", "tL+y4hxyHxgWVD30X3pWnGKHcPzmrIF+LThiAOhMxYU="),
    ("GET", "/testapi/v1/t1?p1=1&p2=2", b"", "hKDH1UlnQySSHjvIcZpDMbQHihTQ0XyVAKZaApabdeA="),
    ("POST", "/testapi/v1/t3", b"data" * 8, "hXm4iCxtpN22m4cbZb4lVLW5rhX8Ca82vCFqXzSTPe4="),
    ("PUT", "/testapi/v1/t6", b"P" * 31, "GNBWEYSEWOLtu+7dD52da2C39aX/Jchpon3K/AmBqBU="),
]


@pytest.mark.parametrize(("method", "path", "body", "signature"), CASES)
def test_a_request_is_signed_as_akamai_signs_it(method: str, path: str, body: bytes, signature: str):
    client = Client(TOKENS[0], lambda: TOKENS[1], lambda: SECRET)
    request = httpx.Request(method, f"https://{HOST}{path}", content=body)
    said = authorization(client, request, "20140321T19:34:21+0000", "nonce-xx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")
    assert said.rpartition("signature=")[2] == signature
    assert SECRET not in repr(client)
