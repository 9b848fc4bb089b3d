"""Which CMS shows titles, as the settings say."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

from vod_assets.adapters.cms.static import StaticCms
from vod_assets.places import absolute
from vod_assets.ports import Cms, Origin
from vod_assets.settings import Settings

if TYPE_CHECKING:
    from vod_assets.adapters.cms.calls import CmsServer
    from vod_assets.adapters.cms.described import Described

Secret = Callable[[Settings, str], str]


def open_cms(settings: Settings, origin: Origin | None, secret: Secret) -> Cms:
    """Return the CMS; nothing is asked yet.

    Args:
        settings: Which it is, and how it is reached.
        origin: When given, an entry whose manifests are not there is refused.
        secret: Returns a secret of the settings by its name.
    """
    if settings.cms_kind == "static":
        return StaticCms(settings.cms_path, settings.public_url, origin)
    if settings.cms_kind == "directus":
        from vod_assets.adapters.cms.directus import directus

        query = parse_qs(urlsplit(settings.cms).query)
        return directus(open_directus(settings, secret), query.get("api", ["rest"])[0], origin)
    from vod_assets.adapters.cms.described import read_described
    from vod_assets.adapters.cms.graphql import ask_graphql
    from vod_assets.adapters.cms.remote import RemoteCms
    from vod_assets.adapters.cms.rest import ask_rest
    from vod_assets.adapters.cms.rows import Table

    described = read_described(absolute(settings.cms.partition(":")[2]))
    server = _server(settings, described, partial(secret, settings, "cms_password"))
    ask = ask_graphql if settings.cms_kind == "graphql" else ask_rest
    titles, versions = (Table(server, rows, ask) for rows in (described.titles, described.versions))
    return RemoteCms(titles, versions, described.page, origin)


def open_directus(settings: Settings, secret: Secret) -> "CmsServer":
    """Return the Directus of the settings."""
    from vod_assets.adapters.cms.directus import directus_server

    url = settings.cms.removeprefix("directus+").partition("?")[0]
    word = partial(secret, settings, "cms_password")
    return directus_server(url, settings.cms_username, word, settings.cms_ca_file)


def _server(settings: Settings, described: "Described", word: Callable[[], str]) -> "CmsServer":
    from vod_assets.adapters.cms.calls import CmsServer
    from vod_assets.adapters.cms.credentials import Anonymous, Constant, Session, Signer

    auth, user = described.auth, settings.cms_username
    signer: Signer = Anonymous()
    if auth.kind == "basic":
        signer = Constant(word, scheme="Basic", username=user)
    elif auth.kind == "bearer":
        signer = Constant(word)
    elif auth.kind == "header":
        signer = Constant(word, header=auth.header, scheme="")
    elif auth.kind == "oauth2":
        tokens = CmsServer(auth.token_url, Constant(word, scheme="Basic", username=user), settings.cms_ca_file)
        signer = Session(lambda: _client_credentials(tokens, auth.scope), ("access_token",), ("expires_in",), word)
    return CmsServer(described.url, signer, settings.cms_ca_file)


def _client_credentials(server: "CmsServer", scope: str) -> object:
    """Return what a token endpoint answers to client credentials (RFC 6749, 4.4)."""
    from vod_assets.adapters.cms import faults
    from vod_assets.adapters.cms.calls import BUSY, Passing

    form = {"grant_type": "client_credentials", **({"scope": scope} if scope else {})}
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    answer = server.exchanged("POST", "", urlencode(form).encode(), headers | dict(server.signer.headers()))
    if answer.status in BUSY:
        raise Passing(f"it gives no token just now: {answer.status}")
    document = answer.document
    if not isinstance(document, dict) or not document.get("access_token"):
        raise faults.denied(server.host, f"it gives no token: {answer.status} {server.words(answer)}".rstrip())
    return document
