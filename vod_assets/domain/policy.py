"""Policies: when, where and on which platforms a title may be seen; docs/policy.md lists every field."""

import re
from collections.abc import Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Annotated, Any, Self

from pydantic import (
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    SerializerFunctionWrapHandler,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from vod_assets.domain.documents import Document
from vod_assets.domain.errors import printable
from vod_assets.domain.instants import Instant, local_text, read_instant, text_of, zone_of
from vod_assets.domain.mistakes import mistake
from vod_assets.domain.territories import Territories

MOST_WINDOWS = 200
MOST_PLATFORMS = 50
PLATFORM = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_ECHOES = ("from_local", "until_local")  # written for people, and not read back
# What people write, and the field that they mean: to pass over such a word would show a title where it may not be.
_MEANT = {
    "allow": "territories: {allow: …}",
    "countries": "territories",
    "country": "territories",
    "deny": "territories: {deny: …}",
    "from": "windows: [{from: …}]",
    "geo": "territories",
    "regions": "territories",
    "until": "windows: [{until: …}]",
    "window": "windows",
}


def _words(value: object) -> object:
    return value.replace(",", " ").split() if isinstance(value, str) else value


class _Restricted(Document):
    """What a policy and each of its windows may restrict.

    Attributes:
        zone: IANA name of the zone that local times are meant in; empty: UTC.
        territories: Where.
        platforms: On what, as the house calls it (``tv``, ``web``); none: on everything.
    """

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    zone: str = ""
    territories: Territories = Territories()
    platforms: Annotated[tuple[str, ...], Field(max_length=MOST_PLATFORMS)] = ()

    @field_validator("zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        zone_of(value)
        return value

    @field_validator("platforms", mode="before")
    @classmethod
    def _are_words(cls, value: object) -> object:
        return _words(value)

    @field_validator("platforms")
    @classmethod
    def _are_slugs(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        lowered = [word.strip().lower() for word in value]
        for word in lowered:
            if not PLATFORM.fullmatch(word):
                raise ValueError(f"“{printable(word)[:40]}” is no platform: write tv, web, ios")
        return tuple(sorted(set(lowered)))

    def refusal(self, country: str, platform: str) -> str:
        """Return why a viewer is not let in; empty when nothing of this stands in the way."""
        if not self.territories.let_in(country):
            return f"it may be seen {self.territories}, and the viewer is in {country or 'an unknown country'}"
        if self.platforms and platform not in self.platforms:
            return f"it may be seen on {', '.join(self.platforms)}, not on {platform or 'an unknown platform'}"
        return ""


class Window(_Restricted):
    """A time in which a title may be seen; either end may be open.

    Attributes:
        begins: The first instant (``from``).
        ends: The first instant after it (``until``); a day alone is meant wholly.
        offer: What the title is offered as then (``svod``, ``rental``); shown, and decides nothing.
        notices: What is odd about its local times.
    """

    begins: Instant | None = Field(None, alias="from")
    ends: Instant | None = Field(None, alias="until")
    offer: str = Field("", max_length=100)
    notices: Annotated[tuple[Annotated[str, Field(max_length=300)], ...], Field(max_length=2)] = ()

    @model_validator(mode="wrap")
    @classmethod
    def _noticed(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(value, dict):
            return handler(value)
        window = handler({name: said for name, said in value.items() if name not in _ECHOES})
        ends = (("from", "begins"), ("until", "ends"))
        said = [(value.get(alias) or value.get(name), alias == "until") for alias, name in ends]
        odd = [read_instant(text, window.zone, is_end=is_end).notice for text, is_end in said if text]
        return window.model_copy(update={"notices": window.notices or tuple(filter(None, odd))})

    @field_validator("begins", "ends", mode="before")
    @classmethod
    def _is_instant(cls, value: object, info: ValidationInfo) -> object:
        if value in (None, ""):
            return None
        return read_instant(value, info.data.get("zone", ""), is_end=info.field_name == "ends").at

    @field_validator("offer")
    @classmethod
    def _is_one_line(cls, value: str) -> str:
        return printable(" ".join(value.split()))

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.begins and self.ends and self.ends <= self.begins:
            raise ValueError(f"it ends at {text_of(self.ends)}, and begins at {text_of(self.begins)}")
        return self

    @model_serializer(mode="wrap")
    def _with_local_times(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Return what is said, and what the clocks of the zone show then."""
        said = {name: value for name, value in serialize(self).items() if value not in (None, "", (), [], {})}
        ends = {"from_local": self.begins, "until_local": self.ends}
        return said | {name: local_text(at, self.zone) for name, at in ends.items() if at and self.zone}

    def is_open(self, at: datetime) -> bool:
        """Whether an instant lies in it."""
        return not ((self.begins and at < self.begins) or (self.ends and at >= self.ends))

    def __str__(self) -> str:
        ends = (("from", self.begins), ("until", self.ends))
        said = [f"{word} {local_text(at, self.zone) if self.zone else text_of(at)}" for word, at in ends if at]
        return " ".join(said) or "always"


class Policy(_Restricted):
    """Who may see a title when. No windows: at any time.

    Attributes:
        sign_off: Whether somebody has to approve a release before it is shown.
        require_captions: Languages of captions without which nothing is released; `domain/text/demand.py` reads it.
        others: What a house says besides; it is shown, and decides nothing.
        unreadable: What is wrong with a policy that cannot be read; nobody sees such a title.
    """

    windows: Annotated[tuple[Window, ...], Field(max_length=MOST_WINDOWS)] = ()
    sign_off: bool = False
    require_captions: Any = None
    others: dict[str, Any] = {}
    unreadable: str = ""

    @model_validator(mode="before")
    @classmethod
    def _sorted_out(cls, value: object) -> object:
        """Put words of the house aside, and the policy's zone into its windows."""
        if not isinstance(value, Mapping):
            return value
        others = {str(name): said for name, said in value.items() if name not in cls.model_fields}
        for name in others:
            _require_no_field(name, tuple(cls.model_fields))
        said = {name: value[name] for name in value if name in cls.model_fields}
        if others and isinstance(kept := value.get("others", {}), dict):
            said["others"] = {**kept, **others}
        windows, zone = value.get("windows"), value.get("zone")
        listed = [windows] if isinstance(windows, dict) else windows
        if isinstance(listed, (list, tuple)) and zone:
            listed = [{"zone": zone, **one} if isinstance(one, dict) else one for one in listed]
        return said if windows is None else {**said, "windows": listed}

    @model_serializer(mode="wrap")
    def _without_nothing(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        said: dict[str, Any] = serialize(self)
        said["territories"] = {name: codes for name, codes in said["territories"].items() if codes}
        return {name: value for name, value in said.items() if value not in (None, "", False, (), [], {})}

    def as_document(self) -> dict[str, Any]:
        """Return the policy as plain JSON values, instants in UTC; read back, it is the same policy."""
        return self.model_dump(mode="json", by_alias=True)

    @property
    def notices(self) -> list[str]:
        """What somebody who reads it should know: odd local times, words that decide nothing, what is wrong."""
        odd = [f"window {number}: {said}" for number, one in enumerate(self.windows, 1) for said in one.notices]
        unknown = [f"{printable(name)[:40]} is no field of a policy and decides nothing" for name in self.others]
        wrong = [f"the policy cannot be read, so nobody sees the title: {self.unreadable}"] if self.unreadable else []
        return wrong + odd + unknown


def read_policy(said: object) -> Policy:
    """Return a policy as a file says it.

    Raises:
        pydantic.ValidationError: It is none; `wrong` says what is the matter.
    """
    return Policy.model_validate({} if said is None else said)


def restated(said: Mapping[str, Any], zone: str = "") -> dict[str, Any]:
    """Return fields of a policy as they are kept, instants in UTC; those that say nothing stay, to win over others.

    Args:
        said: The fields.
        zone: Of local times that name none.

    Raises:
        pydantic.ValidationError: They are none.
    """
    document = read_policy({**({"zone": zone} if zone else {}), **said}).as_document()
    blank = {name: field.get_default() for name, field in Policy.model_fields.items()}
    blank |= {"territories": {}, "platforms": [], "windows": []}
    return {name: document.get(name, blank[name]) if name in blank else said[name] for name in said}


def policy_of(said: object) -> Policy:
    """Return a policy as it is kept: one that cannot be read says so, and lets nobody see its title."""
    try:
        return read_policy(said)
    except ValidationError as error:
        return Policy(unreadable=wrong(error))


def wrong(error: ValidationError) -> str:
    """Return what is wrong with a policy, and where, as part of a sentence."""
    where = ".".join(str(part) for part in error.errors(include_url=False)[0]["loc"])
    said = printable(mistake(error, Policy))
    return f"{printable(where)[:80]}: {said}" if where else said


def _require_no_field(name: str, fields: tuple[str, ...]) -> None:
    """Refuse a word that means a field: to pass over it would show a title where it may not be seen."""
    meant = _MEANT.get(name.lower()) or next(iter(get_close_matches(name.lower(), fields, n=1, cutoff=0.8)), "")
    if meant:
        raise ValueError(f"“{printable(name)[:40]}” is no field of a policy: write {meant}")
