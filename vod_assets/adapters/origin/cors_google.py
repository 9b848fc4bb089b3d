"""Reading and writing the CORS rules of Google Cloud Storage buckets, by its JSON API."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

import httpx

from vod_assets.adapters.blobs import faults
from vod_assets.adapters.exchanges import Bounds, Line, Reply, TooLong
from vod_assets.domain.cors import Rule
from vod_assets.domain.errors import StoreError

ENDPOINT = "https://storage.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/devstorage.full_control"  # rules of a bucket belong to its administrators
BOUNDS = Bounds(10.0, 30.0, 30.0, 1 << 20)
SOMEBODY_ELSE = 412
RIGHTS = "Let this user do storage.buckets.get and storage.buckets.update"

Token = Callable[[], str]


def google_token() -> str:
    """Return an access token of the application's default credentials, as Google's own libraries find them.

    Raises:
        StoreError: ``store_denied``: there are none, or they are not taken.
    """
    import google.auth
    from google.auth.exceptions import GoogleAuthError
    from google.auth.transport.requests import Request

    try:
        credentials, _project = google.auth.default(scopes=[SCOPE])
        credentials.refresh(Request())  # type: ignore[no-untyped-call]
    except (GoogleAuthError, ValueError, OSError) as error:
        why = f"Google gives no token ({type(error).__name__})"  # whose words may quote a key
        remedy = "Set GOOGLE_APPLICATION_CREDENTIALS to the file of a service account"
        raise faults.denied("gs://", why, remedy) from error
    return str(credentials.token)


class _Busy(Exception):  # noqa: N818 - it is what the server said
    """It could not answer just now."""


PASSING = (_Busy, httpx.HTTPError, OSError)


class GoogleBucket:
    """A bucket, as an administrator sees it.

    Args:
        bucket: Its name.
        endpoint: Empty: Google's.
        token: Returns an access token; None: it is asked without.
    """

    def __init__(self, bucket: str, endpoint: str = "", token: Token | None = None) -> None:
        self._where, self._token = f"gs://{bucket}", token
        self._address = f"{endpoint or ENDPOINT}/storage/v1/b/{quote(bucket, safe='')}"

    def rules(self) -> tuple[list[Rule], str]:
        """Return its CORS rules, and which version of its settings they are of.

        Raises:
            StoreError: ``store_denied``, ``store_unreachable``.
        """
        found = self._asked("GET", "?fields=cors,metageneration")
        return list(found.get("cors") or ()), str(found.get("metageneration", ""))

    def put(self, rules: Sequence[Rule], version: str) -> None:
        """Have it answer players by these rules, and by no others, if nobody has changed its settings since.

        Raises:
            StoreError: ``store_denied``, ``store_unreachable``: also when somebody has.
        """
        condition = f"&ifMetagenerationMatch={quote(version)}" if version else ""
        self._asked("PATCH", f"?fields=cors{condition}", {"cors": [dict(rule) for rule in rules]})

    def _asked(self, method: str, query: str, said: object = None) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self._token()}"} if self._token else {}
        body = None if said is None else json.dumps(said).encode()
        headers |= {"content-type": "application/json"} if body else {}
        request = httpx.Request(method, self._address + query, headers=headers, content=body)
        try:
            answer = faults.patiently(lambda: _answered(request), lambda error: isinstance(error, PASSING))
        except (*PASSING, TooLong) as error:
            raise faults.unreachable(self._where, faults.said(error), "Check the network; then run again") from error
        return self._read(answer)

    def _read(self, answer: Reply) -> dict[str, Any]:
        if answer.status == SOMEBODY_ELSE:
            raise faults.unreachable(self._where, "somebody else has just changed its settings", "Run again")
        if not answer.is_success:
            raise faults.denied(self._where, f"it answered {answer.status}{_words(answer)}", RIGHTS)
        try:
            found = json.loads(answer.data)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise StoreError("store_unreachable", f"{self._where}: no JSON came back", "Correct VOD_GCS_ENDPOINT")
        return found


def _answered(request: httpx.Request) -> Reply:
    answer = Line(BOUNDS.cut()).exchanged(request)
    if answer.status in (408, 429) or answer.status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise _Busy(f"it answered {answer.status}")
    return answer


def _words(answer: Reply) -> str:
    """Return what Google says of a refusal."""
    try:
        said = json.loads(answer.data)["error"]["message"]
    except (ValueError, KeyError, TypeError):
        return ""
    return f": {faults.said(Exception(str(said)))}"
