"""Whether a server that takes files by PUT does what an origin rests on; tried with a file of its own."""

import secrets
from collections.abc import Callable
from contextlib import suppress

import httpx

from vod_assets.adapters.blobs.web import Answered, Client, ask, expect
from vod_assets.adapters.blobs.web_files import BUSY, MISSING
from vod_assets.domain.errors import StoreError

TAKEN = 412
READ_BY_ALL = "docs/delivery.md says how hidden names are closed to viewers"
Path = Callable[[str], str]


def proved(client: Client, path: Path, address: str) -> bool:
    """Return whether the server minds conditions of PUT (If-None-Match, If-Match); without, writers take turns.

    Args:
        client: Who writes.
        path: Returns how the server is asked for a name.
        address: How it is called.

    Raises:
        Answered: It refuses, or is away.
        StoreError: ``store_failed``: it says that there is what is not, or shows hidden names to everybody.
    """
    name = path(f".probe-{secrets.token_hex(8)}")
    if _status(client, name) not in MISSING:
        raise _unfit(address, "answers for files that are not there", "Have it answer 404 (Not Found)")
    try:
        ask(client, "PUT", name, b"first")
        _closed(client, name, address)
        return _is_conditional(client, name)
    finally:
        with suppress(Answered, httpx.HTTPError):
            ask(client, "DELETE", name)


def _is_conditional(client: Client, name: str) -> bool:
    """Return whether conditions of PUT are minded: those that do not hold and those that do."""
    tag = client.head(name).headers.get("etag", "")
    if not tag or tag.startswith("W/"):
        return False
    conditions = ({"If-None-Match": "*"}, {"If-Match": f'"{secrets.token_hex(8)}"'}, {"If-Match": tag})
    return [_put(client, name, one) for one in conditions] == [TAKEN, TAKEN, 0]


def _put(client: Client, name: str, condition: dict[str, str]) -> int:
    try:
        ask(client, "PUT", name, b"second", **condition)
    except Answered as error:
        if error.status in BUSY:
            raise
        return error.status
    return 0


def _closed(client: Client, name: str, address: str) -> None:
    """Raise unless hidden names are for the writer alone: they lead to what was taken down."""
    if client.auth is None and "authorization" not in client.headers:
        return  # whoever reaches the server may do anything there
    nobody = client.build_request("GET", name)
    nobody.headers.pop("authorization", None)
    answer = client.send(nobody, auth=None, stream=True)
    answer.close()
    if answer.is_success:
        raise _unfit(address, "shows hidden names to everybody", READ_BY_ALL)


def _status(client: Client, name: str) -> int:
    with client.stream("GET", name) as response:
        if response.status_code not in MISSING:
            expect(response)
        return response.status_code


def _unfit(address: str, what: str, remedy: str) -> StoreError:
    return StoreError("store_failed", f"{address} {what}", remedy)
