"""Directus, by REST or by GraphQL: two collections, and what goes into which of their fields."""

from collections.abc import Callable
from pathlib import Path

from vod_assets.adapters.cms import faults
from vod_assets.adapters.cms.calls import CmsServer
from vod_assets.adapters.cms.credentials import Constant, Secret, Session, Signer
from vod_assets.adapters.cms.described import Call, Rows
from vod_assets.adapters.cms.graphql import ask_graphql
from vod_assets.adapters.cms.remote import RemoteCms
from vod_assets.adapters.cms.rest import ask_rest
from vod_assets.adapters.cms.rows import Table
from vod_assets.ports import Origin

TITLES, VERSIONS = "vod_titles", "vod_versions"
TAKEN = ("RECORD_NOT_UNIQUE",)
PAGE = "/admin/content/vod_titles/{title}"
# Field of Directus: what of ours it takes, and its type there.
TITLE_FIELDS = {
    "id": ("key", "string"),
    "name": ("name", "string"),
    "synopsis": ("synopsis", "text"),
    "names": ("names", "json"),
    "synopses": ("synopses", "json"),
    "language": ("language", "string"),
    "status": ("status", "string"),
    "revision": ("revision", "integer"),
    "release": ("release.number", "integer"),
    "seconds": ("seconds", "integer"),
    "poster": ("poster", "text"),
    "artwork": ("artwork", "json"),
    "hls": ("hls", "text"),
    "dash": ("dash", "text"),
    "manifests": ("manifests", "json"),
    "drm": ("drm", "json"),
    "tracks": ("tracks", "json"),
    "captions": ("captions", "json"),
    "chapters": ("chapters", "json"),
    "windows": ("windows", "json"),
    "territories": ("territories", "json"),
    "platforms": ("platforms", "json"),
    "lineage": ("lineage", "json"),
    "document": ("entry", "json"),
}
VERSION_FIELDS = {
    "id": ("key", "string"),
    "title": ("title", "string"),
    "revision": ("revision", "integer"),
    "status": ("status", "string"),
    "release": ("release.number", "integer"),
    "document": ("entry", "json"),
}
COLLECTIONS = {TITLES: TITLE_FIELDS, VERSIONS: VERSION_FIELDS}


def directus_server(url: str, username: str, secret: Secret, ca_file: Path | None = None) -> CmsServer:
    """Return a Directus: asked with a static token, or as a user whose session is renewed."""
    url = url.rstrip("/")
    signer: Signer = Constant(secret)
    if username:
        login = CmsServer(url, ca_file=ca_file)
        signer = Session(
            lambda: _login(login, username, secret), ("data", "access_token"), ("data", "expires"), secret, 0.001
        )
    return CmsServer(url, signer, ca_file)


def directus(server: CmsServer, api: str, origin: Origin | None = None) -> RemoteCms:
    """Return Directus as a CMS.

    Args:
        server: Where it is.
        api: ``rest`` or ``graphql``.
        origin: When given, an entry whose manifests are not there is refused.
    """
    rows_of, ask = (graphql_rows, ask_graphql) if api == "graphql" else (rest_rows, ask_rest)
    titles, versions = (Table(server, rows_of(name), ask) for name in COLLECTIONS)
    return RemoteCms(titles, versions, server.url + PAGE, origin)


def rest_rows(collection: str) -> Rows:
    """Return how the items of a collection are asked for by REST."""
    items, wanted = f"/items/{collection}", ",".join(COLLECTIONS[collection])
    where = "&filter[title][_eq]={title}" if collection == VERSIONS else ""
    later = [{"id": {"_eq": "{key}"}}, {"revision": {"_lte": "{latest}"}}]
    change = {"query": {"filter": {"_and": later}, "fields": ["id"]}, "data": "{row}"}
    return Rows(
        fields=_mapping(collection),
        one=Call(path=f"{items}?filter[id][_eq]={{key}}&limit=1&fields={wanted}", found="/data"),
        many=Call(path=f"{items}?filter[id][_in]={{keys}}&limit={{limit}}&fields={wanted}", found="/data"),
        all=Call(path=f"{items}?fields=id&sort=id&limit={{limit}}&offset={{offset}}{where}", found="/data"),
        create=Call(method="POST", path=f"{items}?fields=id", body="{row}", taken=TAKEN),
        update=Call(method="PATCH", path=items, body=change, found="/data", fenced=True),
        remove=Call(method="DELETE", path=items, body="{keys}"),
    )


def graphql_rows(collection: str) -> Rows:
    """Return how the items of a collection are asked for by GraphQL.

    It changes what it is told to, whatever is there: what is there is looked at just before and just afterwards.
    """
    wanted, found = " ".join(COLLECTIONS[collection]), f"/data/{collection}"
    given = ", $title: String!" if collection == VERSIONS else ""
    where = ', filter: {title: {_eq: $title}}, sort: ["id"]' if collection == VERSIONS else ', sort: ["id"]'
    pages = {"limit": "{limit}", "offset": "{offset}", **({"title": "{title}"} if given else {})}
    many = f"query($keys: [String], $limit: Int) {{ {collection}(filter: {{id: {{_in: $keys}}}}, limit: $limit)"
    every = f"query($limit: Int, $offset: Int{given}) {{ {collection}(limit: $limit, offset: $offset{where})"
    one = f"query($key: String!) {{ {collection}(filter: {{id: {{_eq: $key}}}}, limit: 1)"
    create = f"mutation($row: create_{collection}_input!) {{ create_{collection}_item(data: $row)"
    update = f"mutation($key: ID!, $row: update_{collection}_input!) {{ update_{collection}_item(id: $key, data: $row)"
    remove = f"mutation($keys: [ID]!) {{ delete_{collection}_items(ids: $keys)"
    return Rows(
        fields=_mapping(collection),
        one=_asked(one, wanted, found, key="{key}"),
        many=_asked(many, wanted, found, keys="{keys}", limit="{limit}"),
        all=_asked(every, "id", found, **pages),
        create=_asked(create, "id", row="{row}"),
        update=_asked(update, "id", key="{key}", row="{row}"),
        remove=_asked(remove, "ids", keys="{keys}"),
    )


def _asked(query: str, fields: str, found: str = "", **variables: str) -> Call:
    query = f"{query} {{ {fields} }} }}"
    return Call(path="/graphql", query=query, variables=dict(variables), found=found, taken=TAKEN)


def _mapping(collection: str) -> dict[str, str]:
    return {theirs: ours for theirs, (ours, _) in COLLECTIONS[collection].items()}


def _login(server: CmsServer, username: str, secret: Callable[[], str]) -> object:
    answer = server.once("POST", "/auth/login", {"email": username, "password": secret(), "mode": "json"})
    token = answer.document.get("data") if isinstance(answer.document, dict) else None
    if not isinstance(token, dict) or not token.get("access_token"):
        words = faults.quoted(answer.data, (secret(),))
        raise faults.denied(server.host, f"the login got no token: {answer.status} {words}".rstrip())
    return answer.document
