"""``notify.yaml``: who is told of what, and how."""

import re
from fnmatch import fnmatchcase
from typing import Annotated, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator

from vod_assets.domain.documents import Document
from vod_assets.domain.errors import ConfigError, printable
from vod_assets.domain.events import KINDS, SEVERITIES, Event, Kind, Severity
from vod_assets.domain.letters import CALLBACK
from vod_assets.domain.mistakes import mistake
from vod_assets.domain.title_file import line_of, plain_yaml

CHANNEL_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
FOR_MACHINES = ("run_finished",)  # nobody wants them who does not say so
MOST_CHANNELS, MOST_ROUTES = 50, 200


class ChannelSaid(Document):
    """One way to tell somebody.

    Attributes:
        name: Its name in routes and commands.
        address: What `apprise` knows: ``slack://…``, ``mailtos://…``, ``workflows://…``; or where the address is kept:
            ``env:NAME``, ``secretsmanager://NAME#KEY``.
        webhook: Instead: an address that gets signed JSON; likewise.
        secret: What webhooks are signed with (``whsec_…``); likewise.
        digest: Whether one digest may stand for many events; None: for all but webhooks.
        burst: So many notices at a time, then one digest stands for all that wait.
        per_hour: So many notices in an hour; what is critical goes at once all the same.
    """

    name: str
    address: SecretStr = SecretStr("")
    webhook: SecretStr = SecretStr("")
    secret: SecretStr = SecretStr("")
    digest: bool | None = None
    burst: Annotated[int, Field(ge=1, le=1000)] = 10
    per_hour: Annotated[int, Field(ge=1, le=10_000)] = 60

    @field_validator("name")
    @classmethod
    def _is_short(cls, value: str) -> str:
        if not CHANNEL_NAME.fullmatch(value) or value == CALLBACK:
            raise ValueError("use lower-case letters, digits and hyphens, and another word than callback")
        return value

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if bool(self.address.get_secret_value()) == bool(self.webhook.get_secret_value()):
            raise ValueError(f"the channel {self.name} needs an address or a webhook, and not both")
        if self.secret.get_secret_value() and not self.webhook.get_secret_value():
            raise ValueError(f"the channel {self.name} has a secret, which only a webhook is signed with")
        return self

    @property
    def takes_digests(self) -> bool:
        """Whether one digest may stand for many events."""
        return not self.webhook.get_secret_value() if self.digest is None else self.digest


class Route(Document):
    """Which events go to which channels; what is left out is any.

    Attributes:
        channels: Their names.
        severity: The least.
        kinds: Of events; empty: all but those for machines.
        titles: Patterns of title ids.
    """

    channels: Annotated[tuple[str, ...], Field(min_length=1)]
    severity: Severity = "info"
    kinds: tuple[Kind, ...] = ()
    titles: tuple[str, ...] = ()

    def fits(self, event: Event) -> bool:
        """Whether an event goes this way."""
        is_bad_enough = SEVERITIES.index(event.severity) >= SEVERITIES.index(self.severity)
        is_of_kind = event.kind in self.kinds if self.kinds else event.kind not in FOR_MACHINES
        is_about = not self.titles or any(fnmatchcase(event.title, pattern) for pattern in self.titles)
        return is_bad_enough and is_of_kind and is_about


class Notify(Document):
    """Everything that ``notify.yaml`` says.

    Attributes:
        routes: None: every event to every channel.
        digest_minutes: How long the events of a backfill are gathered at most, if it does not end before.
    """

    channels: Annotated[tuple[ChannelSaid, ...], Field(max_length=MOST_CHANNELS)] = ()
    routes: Annotated[tuple[Route, ...], Field(max_length=MOST_ROUTES)] | None = None
    digest_minutes: Annotated[int, Field(ge=1, le=1440)] = 30

    @model_validator(mode="after")
    def _routes_lead_to_channels(self) -> Self:
        names = [one.name for one in self.channels]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two channels have the name {twice}")
        named = {name for route in self.routes or () for name in route.channels}
        if unknown := sorted(named - set(names)):
            raise ValueError(f"there is no channel “{printable(unknown[0])[:40]}”; channels are {', '.join(names)}")
        return self

    def channels_for(self, event: Event) -> list[str]:
        """Return the names of the channels that are told of an event, each once."""
        routes = self.routes
        if routes is None:
            routes = (Route(channels=tuple(one.name for one in self.channels)),) if self.channels else ()
        named = {name for route in routes if route.fits(event) for name in route.channels}
        return [one.name for one in self.channels if one.name in named]


def read_notify(data: bytes, name: str) -> Notify:
    """Return what a YAML document says of who is told.

    Raises:
        ConfigError: ``bad_notify``, naming line and field; never what stands there, which may be secret.
    """
    try:
        value = plain_yaml(data, name)
        return Notify.model_validate({} if value is None else value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        cause = f"line {line_of(data, first['loc'])}: {printable(where)}: {_said(error, first['type'])}"
    except ConfigError as error:
        cause = error.cause
    raise ConfigError("bad_notify", cause, "Correct it; docs/notifications.md shows every field", file=name)


def _said(error: ValidationError, kind: str) -> str:
    if kind == "literal_error":
        return f"is unknown: severities are {', '.join(SEVERITIES)}; kinds are {', '.join(KINDS)}"
    if kind in ("value_error", "extra_forbidden", "missing") or "int" in kind or "than" in kind or "bool" in kind:
        return printable(mistake(error, Notify))
    return "has the wrong form"
