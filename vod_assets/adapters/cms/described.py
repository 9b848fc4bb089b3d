"""How a CMS is spoken to, as its YAML file says it: addresses, questions, and which field takes what (docs/cms.md)."""

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from vod_assets.domain.documents import Document
from vod_assets.domain.errors import ConfigError, printable
from vod_assets.domain.mistakes import said_of

WHOLE = ("entry", "entry_text")


class Auth(Document):
    """Who asks; the secret itself is VOD_CMS_PASSWORD.

    Attributes:
        kind: ``basic`` and ``oauth2`` have a user, too: VOD_CMS_USERNAME.
        header: Of kind ``header``.
        token_url: Of kind ``oauth2``: where client credentials get a token (RFC 6749, 4.4).
        scope: Of kind ``oauth2``.
    """

    kind: Literal["none", "basic", "bearer", "header", "oauth2"] = "none"
    header: str = Field("authorization", pattern=r"^[A-Za-z0-9-]+$")
    token_url: str = Field("", pattern=r"^(https?://\S+)?$")
    scope: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> "Auth":
        if self.kind == "oauth2" and not self.token_url:
            raise ValueError("oauth2 needs a token_url")
        return self


class Call(Document):
    """One question to a CMS. ``{key}`` and the like are filled in; docs/cms.md lists them.

    Attributes:
        method: Of HTTP; GraphQL is always asked by POST.
        path: Below the address, with the query.
        body: JSON; ``"{row}"`` becomes the row.
        query: Of GraphQL.
        variables: Of GraphQL, filled in like a body.
        found: JSON pointer (RFC 6901) to the row, or the list of rows, in the answer.
        taken: Words by which an error says that there is a row of this key.
        fenced: Whether an answer without a row says that there was none to change.
        if_match: Whether the entity tag of what was read goes with it (RFC 9110, 13.1.1).
    """

    method: str = Field("GET", pattern="^[A-Z]+$")
    path: str = Field("", pattern=r"^([/?]\S*)?$")
    body: Any = None
    query: str = ""
    variables: dict[str, Any] = {}
    found: str = Field("", pattern="^(/.*)?$")
    taken: tuple[str, ...] = ()
    fenced: bool = False
    if_match: bool = False

    @property
    def places(self) -> str:
        """Everything of it that is filled in."""
        return f"{self.path} {self.body} {self.variables}"


class Rows(Document):
    """One kind of rows in a CMS: titles, or versions.

    Attributes:
        key: Names that lead to a row's key, with dots between them.
        fields: What goes where: their name, dotted where it is nested, and the name of ours.
        fixed: What every row says: their name, and the value.
        one: Asks for the row of ``{key}``.
        many: Asks for the rows of ``{keys}``; None: one by one.
        all: Asks for all rows, ``{limit}`` from ``{offset}`` on; of versions: for those of ``{title}``.
        create: Makes the row ``{key}``; fails when there is one.
        update: Changes it.
        remove: Removes the row ``{key}``, or the rows ``{keys}``.
    """

    key: str = "id"
    fields: dict[str, str]
    fixed: dict[str, Any] = {}
    one: Call
    many: Call | None = None
    all: Call
    create: Call
    update: Call
    remove: Call

    @model_validator(mode="after")
    def _keeps_all(self) -> "Rows":
        if not set(self.fields.values()) & set(WHOLE):
            raise ValueError("one of their fields must take `entry` (JSON) or `entry_text`, all that is published")
        return self


class Described(Document):
    """A CMS.

    Attributes:
        url: What paths are below.
        page: Where a person sees the entry of ``{title}``; empty: the address that is asked for it.
    """

    url: str = Field(pattern=r"^https?://\S+$")
    page: str = ""
    auth: Auth = Auth()
    titles: Rows
    versions: Rows


def read_described(path: Path) -> Described:
    """Return what a YAML file says of a CMS.

    Raises:
        ConfigError: ``bad_setting``, naming the field.
    """
    try:
        return Described.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise _bad(path, f"{field}: {said_of(first)}" if field else said_of(first)) from None
    except yaml.YAMLError as error:
        raise _bad(path, f"it is no YAML: {printable(str(error))[:200]}") from None
    except UnicodeDecodeError:
        raise _bad(path, "it is no UTF-8 text") from None
    except OSError as error:
        raise _bad(path, f"it cannot be read: {error.strerror}") from error


def _bad(path: Path, cause: str) -> ConfigError:
    return ConfigError("bad_setting", f"VOD_CMS: {cause}", "docs/cms.md lists every field", file=str(path))
