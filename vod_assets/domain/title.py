"""Titles: what is made into video on demand, and how it is named."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from vod_assets.domain.approvals import Approval, PolicySet
from vod_assets.domain.documents import Document
from vod_assets.domain.errors import ConfigError, printable
from vod_assets.domain.orders import HeldBack, TakenDown
from vod_assets.domain.waivers import Waiver

TITLE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
# What operators say of a title in its record; whoever writes the rest of it leaves these as they are.
ORDERS = ("taken_down", "held_back", "policy_set", "approvals")
LONGEST_SLUG = 50  # leaves room for "-" and eight hex digits below the 63 characters of a tag value


class Sidecar(Document):
    """A file that belongs to a title beside its mezzanine."""

    kind: str = Field(description="captions, audio, artwork, title_file, metadata or part")
    address: str
    language: str = "und"
    label: str = ""
    role: str = ""


class PartFingerprint(Document):
    """The bytes of a file beside the source that its programme is made of."""

    name: str
    size_bytes: int
    sha256: str


class Fingerprint(Document):
    """The source's bytes: size and SHA-256, and those of the other files of its programme, if there are any."""

    size_bytes: int
    sha256: str
    parts: tuple[PartFingerprint, ...] = ()

    @model_serializer(mode="wrap")
    def _without_no_parts(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Return what has always been said of a source of one file, so that its digest stays."""
        said: dict[str, Any] = serialize(self)
        return said if self.parts else {name: value for name, value in said.items() if name != "parts"}


class TitleRecord(Document):
    """``title.json``: where a title comes from and what is to be made of it.

    Attributes:
        title_id: The Dagster partition and the name in every address.
        source: Canonical address of the mezzanine (``file:///…``); data, never a key.
        names: Titles by BCP 47 language tag; ``und`` when only the file's name is known.
        synopses: Synopses by BCP 47 language tag.
        profile: Name of the profile that says what to make.
        policy: What the title file, or the place that it came to, says of where and when it may be shown.
        sound_labels: Labels of audio tracks: by language tag those of speech, by ``en.commentary`` of other roles.
        owner: Whose it is, as the place that it came to says.
        vanished: Whether the source is gone from the place that it was taken from; nothing is unpublished for that.
        key_generation: How many times the title was given new content keys.
        waivers: Who lets which check pass, the title file's last; those that ended or were withdrawn, too.
        callback: Address that is told when a run of the title ends; it may hold a secret.
        taken_down: Who ordered that nobody may fetch it; None: nobody did.
        held_back: Who ordered that an older release is shown; None: the newest is.
        policy_set: What an operator set of the policy, until it is cleared.
        approvals: Who approved which release, those that were withdrawn, too.
    """

    title_id: str
    source: str
    names: dict[str, str] = {}
    synopses: dict[str, str] = {}
    language: str = "und"
    profile: str = "default"
    policy: dict[str, object] = {}
    sidecars: tuple[Sidecar, ...] = ()
    sound_labels: dict[str, str] = {}
    owner: str = ""
    vanished: bool = False
    key_generation: int = 0
    waivers: tuple[Waiver, ...] = ()
    callback: str = Field(default="", repr=False)
    taken_down: TakenDown | None = None
    held_back: HeldBack | None = None
    policy_set: PolicySet | None = Field(None, exclude_if=lambda said: said is None)
    approvals: tuple[Approval, ...] = Field((), exclude_if=lambda said: not said)

    @property
    def effective_policy(self) -> dict[str, Any]:
        """The record's policy with what `vod policy set` says over it."""
        return self.policy_over(self.policy)

    def policy_over(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Return what files say of the policy, with what `vod policy set` says over it, field by field."""
        return {**said, **(self.policy_set.said if self.policy_set else {})}

    def with_orders_of(self, other: "TitleRecord") -> "TitleRecord":
        """Return this record with what operators say in another one."""
        return self.model_copy(update={name: getattr(other, name) for name in ORDERS})

    @property
    def name(self) -> str:
        """The title to show when no language is asked for: in its own language if it has that name."""
        return self.names.get(self.language) or next(iter(self.names.values()), self.title_id)


def slug(stem: str) -> str:
    """Return a title id for a file's stem: lower-case ASCII letters, digits and single hyphens, at most 50.

    >>> slug("Émile & Fils (Director's Cut)")
    'emile-fils-director-s-cut'
    """
    ascii_text = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")[:LONGEST_SLUG].strip("-")
    return words or "title"


def title_id_for(address: str, taken_by: str | None) -> str:
    """Return the title id for a source address.

    Args:
        address: Canonical source address.
        taken_by: The address that already owns the plain slug, if any. Another address that wants the same slug gets
            eight hex digits of its own SHA-256, so two files never share a title, whatever case or accents they use.
    """
    plain = slug(PurePosixPath(unquote(urlsplit(address).path)).stem)
    if taken_by is None or taken_by == address:
        return plain
    return f"{plain}-{hashlib.sha256(address.encode()).hexdigest()[:8]}"


def checked_title_id(title_id: str) -> str:
    """Return the id unchanged if it may name a title.

    Raises:
        ConfigError: ``bad_title_id``; before any file, partition or key is touched.
    """
    if not TITLE_ID.fullmatch(title_id):
        raise ConfigError(
            "bad_title_id",
            f"“{printable(title_id)[:80]}” cannot name a title",
            "Use 1 to 64 lower-case letters, digits and hyphens, and begin with a letter or digit",
        )
    return title_id
