"""Watched places: where arrivals are taken from, when a file is whole, and what becomes of it; a YAML document."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator

from vod_assets.domain.documents import Document
from vod_assets.domain.errors import ConfigError, printable
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.mistakes import mistake
from vod_assets.domain.policy import read_policy, wrong
from vod_assets.domain.title_file import line_of, plain_yaml

PLACE_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
OWNER = re.compile(r"[A-Za-z0-9_.-]{0,63}")  # it becomes a tag of runs
QUEUE = re.compile(r"https?://[^/?#@]+/[^?#]+")
OBJECTS = ("s3://", "gs://")  # an object is there when all of it is


class Whole(Document):
    """When a file is whole.

    Attributes:
        by: ``quiet``: its size and time stay the same for so many seconds; ``marker``: another file says so; ``name``:
            whoever writes it uses a temporary name until then.
        seconds: Of quiet; also for sidecars that come without a marker.
        marker: The marker's name, of the file's ``{name}`` or its ``{stem}``.
    """

    by: Literal["quiet", "marker", "name"] = "quiet"
    seconds: int = Field(default=30, ge=0, le=86_400)
    marker: str = "{name}.done"

    @field_validator("marker")
    @classmethod
    def _names_the_file(cls, value: str) -> str:
        if "/" in value or not ("{name}" in value or "{stem}" in value):
            raise ValueError("write {name}.done or {stem}.ok")
        return value

    def marker_of(self, name: str) -> str:
        """Return the name of a file's marker."""
        return self.marker.replace("{name}", name).replace("{stem}", name.rpartition(".")[0])


class When(Document):
    """Which titles a rule is for; what is left out does not matter.

    Attributes:
        path: Below the place's address, with ``*`` and ``?``; ``*`` also stands for slashes.
        codec: Of the video, as ffprobe calls it.
    """

    path: str = "*"
    codec: str = ""
    min_height: int = 0
    max_height: int = 1 << 20
    min_minutes: int = 0
    max_minutes: int = 1 << 20
    is_hdr: bool | None = None

    @property
    def asks_for_media(self) -> bool:
        """Whether the file must be inspected first."""
        return self != When(path=self.path)

    def fits(self, name: str, info: MediaInfo | None) -> bool:
        """Whether a file is meant; without its media info only by its path."""
        if not fnmatchcase(name, self.path):
            return False
        if not self.asks_for_media:
            return True
        if info is None:
            return False
        height, minutes = info.video.display_size[1], info.duration_seconds / 60
        is_hdr = any(finding.code == "hdr_source" for finding in info.findings)
        return (
            self.codec in ("", info.video.codec)
            and self.min_height <= height <= self.max_height
            and self.min_minutes <= minutes <= self.max_minutes
            and self.is_hdr in (None, is_hdr)
        )


def _checked_policy(said: dict[str, Any]) -> dict[str, Any]:
    try:
        read_policy(said)
    except ValidationError as error:
        raise ValueError(wrong(error)) from error
    return said


SaidPolicy = Annotated[dict[str, Any], AfterValidator(_checked_policy)]


class Rule(Document):
    """What is wished for some titles otherwise than for the place's others."""

    when: When
    profile: str = ""
    priority: int | None = Field(default=None, ge=-100, le=100)
    owner: str = ""
    policy: SaidPolicy = {}
    restore: bool | None = None

    @field_validator("owner")
    @classmethod
    def _is_a_tag(cls, value: str) -> str:
        return _owner(value)


@dataclass(frozen=True)
class Wishes:
    """What is wished for a title; empty fields leave it to its title file, or to the defaults."""

    profile: str = ""
    priority: int = 0
    owner: str = ""
    policy: Mapping[str, Any] = field(default_factory=dict)
    restore: bool = False


class WatchedPlace(Document):
    """A folder, bucket or share that titles arrive in.

    Attributes:
        name: Short; its sensor is called ``arrivals_<name>``.
        address: Where it is; everything below is looked at.
        profile: Of titles whose title file names none.
        policy: Likewise.
        priority: Of their runs; higher comes first.
        owner: Whose they are; a tag of their runs.
        temporary: More patterns of names that are being written.
        duplicates: Whether the bytes of one title may become another.
        every_seconds: How often it is looked at, at the most.
        switched_on: Whether its sensor runs from the start; else a person switches it on.
        queue: Address of an SQS queue that S3 tells of the place's objects.
        list_seconds: With a queue: how often all of the place is listed nevertheless.
        restore: Whether what is in an archive class of S3 is brought back.
        restore_days: For how long.
        restore_tier: How fast, and at what price.
    """

    name: str
    address: str
    profile: str = ""
    policy: SaidPolicy = {}
    priority: int = Field(default=0, ge=-100, le=100)
    owner: str = ""
    whole: Whole = Whole()
    temporary: tuple[str, ...] = ()
    duplicates: Literal["refuse", "allow"] = "refuse"
    every_seconds: int = Field(default=30, ge=1, le=86_400)
    switched_on: bool = False
    queue: str = ""
    list_seconds: int = Field(default=3600, ge=60, le=604_800)
    restore: bool = False
    restore_days: int = Field(default=7, ge=1, le=365)
    restore_tier: Literal["Standard", "Bulk", "Expedited"] = "Standard"
    rules: tuple[Rule, ...] = ()

    @field_validator("name")
    @classmethod
    def _is_short(cls, value: str) -> str:
        if not PLACE_NAME.fullmatch(value):
            raise ValueError(f"{value!r} cannot name a place: use lower-case letters, digits and _")
        return value

    @field_validator("owner")
    @classmethod
    def _is_a_tag(cls, value: str) -> str:
        return _owner(value)

    @field_validator("queue")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value and not QUEUE.fullmatch(value):
            raise ValueError("write the queue's address: https://sqs.REGION.amazonaws.com/ACCOUNT/NAME")
        return value

    @model_validator(mode="after")
    def _is_told_by_s3(self) -> Self:
        if self.queue and not self.address.startswith("s3://"):
            raise ValueError("only a place with an s3:// address has a queue")
        return self

    @model_validator(mode="before")
    @classmethod
    def _takes_objects_at_once(cls, value: Any) -> Any:
        if isinstance(value, dict) and "whole" not in value and str(value.get("address", "")).startswith(OBJECTS):
            return {**value, "whole": Whole(by="quiet", seconds=0)}
        return value

    def wishes(self, name: str, info: MediaInfo | None = None) -> Wishes:
        """Return what is wished for a file; later rules win over earlier ones.

        Args:
            name: Below the place's address.
            info: What is in it; None while nobody knows.
        """
        wished: dict[str, Any] = {
            "profile": self.profile,
            "priority": self.priority,
            "owner": self.owner,
            "policy": self.policy,
            "restore": self.restore,
        }
        for rule in self.rules:
            if rule.when.fits(name, info):
                said = rule.model_dump(exclude={"when"}, exclude_defaults=True)
                wished |= said | {"policy": {**wished["policy"], **rule.policy}}
        return Wishes(**wished)


class Watch(Document):
    """All watched places."""

    places: tuple[WatchedPlace, ...] = ()

    @model_validator(mode="after")
    def _names_nothing_twice(self) -> Self:
        for what in ("name", "address"):
            values = [getattr(place, what).rstrip("/") for place in self.places]
            if twice := next((value for value in values if values.count(value) > 1), None):
                raise ValueError(f"two places have the {what} {twice}")
        return self


def read_watch(data: bytes, name: str) -> Watch:
    """Return the watched places of a YAML document.

    Raises:
        ConfigError: ``bad_watch``, naming line and field.
    """
    try:
        value = plain_yaml(data, name)
        return Watch.model_validate({} if value is None else value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        line, said = line_of(data, first["loc"]), printable(mistake(error, Watch))
        cause = f"line {line}: {printable(where)}: {said}"
    except ConfigError as error:
        cause = error.cause
    raise ConfigError("bad_watch", cause, "Correct it; docs/arrivals.md shows every field", file=name)


def _owner(value: str) -> str:
    if not OWNER.fullmatch(value):
        raise ValueError(f"{value!r} cannot be an owner: use letters, digits, _, . and -, at most 63")
    return value
