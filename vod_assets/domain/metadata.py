"""What is said of a title: names, synopses, series, people, ratings, identifiers, rights; docs/metadata.md lists it."""

import json
import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from vod_assets.domain.documents import Document
from vod_assets.domain.identifiers import eidr, isan
from vod_assets.domain.languages import UNKNOWN, language_tag
from vod_assets.domain.title import TITLE_ID, TitleRecord

SCHEMA: Literal["vod-assets/metadata/1"] = "vod-assets/metadata/1"
METADATA_FILE = "metadata.json"
LONGEST_NAME = 1_000
LONGEST_SYNOPSIS = 20_000
MOST_ENTRIES = 2_000
EARLIEST_YEAR, LATEST_YEAR = 1870, 2200

Kind = Literal["", "film", "episode", "season", "series", "trailer", "clip", "event", "other"]
Word = Annotated[str, Field(coerce_numbers_to_str=True, max_length=LONGEST_NAME)]
Name = Annotated[Word, Field(min_length=1)]


class CastMember(Document):
    """Somebody who is seen or heard; a string is the name alone."""

    name: Name
    character: Word = ""

    @model_validator(mode="before")
    @classmethod
    def _of_name(cls, value: object) -> object:
        return {"name": value} if isinstance(value, str) else value


class CrewMember(Document):
    """Somebody who made it: ``director``, ``writer``, ``producer`` and so on."""

    name: Name
    role: Name


class Rating(Document):
    """An age rating: ``{system: FSK, value: 12}``."""

    system: Word = ""
    value: Name


class Artwork(Document):
    """A picture that belongs to the title.

    Attributes:
        kind: ``poster``, ``box cover``, ``still`` and so on.
        file: Its name beside the source, or its http(s) address.
    """

    kind: Name = "poster"
    file: Annotated[Name, Field(pattern=r"^(https?://\S+|[^:]+)$")]  # no other scheme ever reaches a page
    language: str = UNKNOWN

    @field_validator("language")
    @classmethod
    def _is_tag(cls, value: str) -> str:
        return checked_tag(value)


class Editorial(Document):
    """What an editor knows besides names and synopses. Every field may be left out.

    Attributes:
        kind: What it is.
        series: Names of its series by BCP 47 language tag; one string means the title's own language.
        season: Number of its season.
        episode: Its number in the season.
        year: Year of its first publication.
        eidr: DOI of the EIDR registry: ``10.5240/7791-8534-2C23-9030-8610-5``.
        isan: International Standard Audiovisual Number.
        house_id: What the broadcaster calls it.
    """

    kind: Kind = ""
    series: dict[str, str] = {}
    season: int | None = Field(None, ge=0, le=10_000)
    episode: int | None = Field(None, ge=0, le=100_000)
    year: int | None = Field(None, ge=EARLIEST_YEAR, le=LATEST_YEAR)
    genres: Annotated[tuple[Name, ...], Field(max_length=MOST_ENTRIES)] = ()
    cast: Annotated[tuple[CastMember, ...], Field(max_length=MOST_ENTRIES)] = ()
    crew: Annotated[tuple[CrewMember, ...], Field(max_length=MOST_ENTRIES)] = ()
    ratings: Annotated[tuple[Rating, ...], Field(max_length=MOST_ENTRIES)] = ()
    eidr: str = ""
    isan: str = ""
    house_id: Word = ""
    artwork: Annotated[tuple[Artwork, ...], Field(max_length=MOST_ENTRIES)] = ()

    @model_validator(mode="before")
    @classmethod
    def _series_of_one_language(cls, value: object) -> object:
        if isinstance(value, dict) and isinstance(series := value.get("series"), str):
            language = value.get("language", UNKNOWN)
            return {**value, "series": {language if isinstance(language, str) else UNKNOWN: series}}
        return value

    @field_validator("series")
    @classmethod
    def _by_tag(cls, value: dict[str, str]) -> dict[str, str]:
        return by_tag(value)

    @field_validator("eidr")
    @classmethod
    def _is_eidr(cls, value: str) -> str:
        return eidr(value) if value else ""

    @field_validator("isan")
    @classmethod
    def _is_isan(cls, value: str) -> str:
        return isan(value) if value else ""


class Description(Editorial):
    """All that one file says of a title.

    Attributes:
        names: Titles by BCP 47 language tag, ``und`` for a language that nobody named.
        synopses: Synopses likewise.
        language: The title's own language.
        policy: What may be shown where and when, as plain data.
    """

    names: dict[str, str] = {}
    synopses: dict[str, str] = {}
    language: str = UNKNOWN
    policy: dict[str, Any] = {}

    @field_validator("language")
    @classmethod
    def _is_language(cls, value: str) -> str:
        return checked_tag(value)

    @field_validator("names", "synopses")
    @classmethod
    def _is_of_sane_length(cls, value: dict[str, str]) -> dict[str, str]:
        return names_by_tag(value)

    @property
    def editorial(self) -> dict[str, Any]:
        """Every field of a description, by its name."""
        return {name: getattr(self, name) for name in Description.model_fields}


class Metadata(Description):
    """``metadata.json`` of a release: all that is said of a title."""

    schema_id: Literal["vod-assets/metadata/1"] = Field(default=SCHEMA, alias="schema")
    title: str

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    @field_validator("title")
    @classmethod
    def _is_title_id(cls, value: str) -> str:
        if not TITLE_ID.fullmatch(value):
            raise ValueError("use 1 to 64 lower-case letters, digits and hyphens")
        return value

    def as_document(self) -> dict[str, Any]:
        """Return the document as plain JSON values, which schema and title it is of first."""
        return {"schema": self.schema_id, "title": self.title} | self.model_dump(mode="json", by_alias=True)

    def as_json(self) -> bytes:
        """Return the one JSON text: equal documents have equal bytes."""
        return json.dumps(self.as_document(), indent=1, ensure_ascii=False).encode() + b"\n"

    @classmethod
    def of(cls, record: TitleRecord, said: Sequence[Description] = ()) -> Self:
        """Return what files and the record say of a title.

        Earlier files win over later ones, field by field; in what is kept by language or by name, key by key. What no
        file says, the record does: it may come from an import, or from a file that is gone.
        """
        whole = combined(said)
        remembered = {
            "names": record.names,
            "synopses": record.synopses,
            "policy": record.policy,
            "language": record.language,
        }
        fields = whole.editorial
        for name, value in remembered.items():
            if fields[name] == Description.model_fields[name].default:
                fields[name] = value
        return cls(title=record.title_id, **fields)


def combined(said: Sequence[Description]) -> Description:
    """Return what several files say together; the first that says something wins."""
    fields: dict[str, Any] = {}
    for one in reversed(said):
        for name, value in one.editorial.items():
            if value == Description.model_fields[name].default:
                continue
            fields[name] = {**fields.get(name, {}), **value} if isinstance(value, dict) else value
    return Description(**fields)


def by_tag(texts: dict[str, str]) -> dict[str, str]:
    """Return texts with their language tags in the one spelling of BCP 47."""
    return {checked_tag(tag): text.strip() for tag, text in texts.items()}


def names_by_tag(texts: dict[str, str]) -> dict[str, str]:
    """Return names or synopses with their language tags likewise; raise ValueError when one is too long."""
    if any(len(text) > LONGEST_SYNOPSIS for text in texts.values()):
        raise ValueError(f"a text is longer than {LONGEST_SYNOPSIS} characters")
    return by_tag(texts)


def checked_tag(text: str) -> str:
    """Return the BCP 47 tag of a language; raise ValueError when it is none."""
    tag = language_tag(text)
    if tag == UNKNOWN and text.lower() != UNKNOWN:
        raise ValueError(f"{text!r} is no language tag: write en or pt-BR")
    return tag


_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")


def window(begins: str, ends: str) -> dict[str, str]:
    """Return a rights window as policy data; either end may be open.

    Raises:
        ValueError: A date is not written as ISO 8601 has it, or the window ends before it begins.
    """
    for date in filter(None, (begins, ends)):
        if not _DATE.fullmatch(date):
            raise ValueError(f"{date!r} is no date: write 2026-01-31 or 2026-01-31T18:00:00Z")
    if begins and ends and ends[:10] < begins[:10]:
        raise ValueError(f"it ends on {ends} and begins on {begins}")
    return {name: date for name, date in (("from", begins), ("until", ends)) if date}
