"""Title files: what an editor says of a title, in YAML beside the mezzanine."""

import re
from collections.abc import Hashable, Sequence
from typing import Annotated, Any

import yaml
from pydantic import ConfigDict, Field, ValidationError, field_validator

from vod_assets.domain.callbacks import ANY_HOST, checked_callback
from vod_assets.domain.errors import ConfigError, printable
from vod_assets.domain.marking import MOST_MARKERS, SaidBreak, SaidChapter
from vod_assets.domain.metadata import Editorial, by_tag, checked_tag, names_by_tag
from vod_assets.domain.mistakes import mistake
from vod_assets.domain.policy import read_policy, wrong
from vod_assets.domain.programme.cutting import SaidProgramme
from vod_assets.domain.waivers import MOST_WAIVERS, SaidWaiver

LARGEST_FILE_BYTES = 1_000_000
DEEPEST = 16
ROLES = ("main", "dub", "dialogue", "commentary", "description")
MOST_NODES = 20_000
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class TitleFile(Editorial, SaidProgramme):
    """An editor's words about one title. Every field may be left out; `Editorial` and `SaidProgramme` list more.

    Attributes:
        titles: Titles by BCP 47 language tag (``title: {en: …}``); one string means the title's own language.
        synopses: Synopses likewise (``synopsis:``).
        language: The title's own language.
        profile: Name of the profile to make it with; empty: the default.
        policy: What may be shown where and when, as it is written; docs/policy.md.
        captions: Labels of caption tracks by language tag.
        audio: Labels of audio tracks by language tag (``en``), and by tag and role (``en.commentary``).
        chapters: Instead of the source's own; an empty list: there are none; None: the source's stand.
        ad_breaks: Instead of those of SCTE 35, likewise.
        waivers: Checks of quality that pass for a while, though something was found.
        callback: Address that is told when a run of the title ends.
    """

    model_config = ConfigDict(populate_by_name=True)

    language: str = "und"
    titles: dict[str, str] = Field(default={}, alias="title")
    synopses: dict[str, str] = Field(default={}, alias="synopsis")
    profile: str = ""
    policy: dict[str, Any] = {}
    captions: dict[str, str] = {}
    audio: dict[str, str] = {}
    chapters: Annotated[tuple[SaidChapter, ...], Field(max_length=MOST_MARKERS)] | None = None
    ad_breaks: Annotated[tuple[SaidBreak, ...], Field(max_length=MOST_MARKERS)] | None = None
    waivers: Annotated[tuple[SaidWaiver, ...], Field(max_length=MOST_WAIVERS)] = ()
    callback: str = Field(default="", repr=False)

    @field_validator("language")
    @classmethod
    def _is_tag(cls, value: str) -> str:
        return checked_tag(value)

    @field_validator("titles", "synopses", mode="before")
    @classmethod
    def _of_one_language(cls, value: object, info: Any) -> object:
        return {info.data.get("language", "und"): value} if isinstance(value, str) else value

    @field_validator("titles", "synopses")
    @classmethod
    def _is_of_sane_length(cls, value: dict[str, str]) -> dict[str, str]:
        return names_by_tag(value)

    @field_validator("callback")
    @classmethod
    def _may_be_told(cls, value: str) -> str:
        try:
            return checked_callback(value, ANY_HOST) if value else value
        except ConfigError as error:
            raise ValueError(f"{error.cause}: {error.remedy}") from None

    @field_validator("captions")
    @classmethod
    def _captions_by_tag(cls, value: dict[str, str]) -> dict[str, str]:
        return by_tag(value)

    @field_validator("audio")
    @classmethod
    def _by_tag_and_role(cls, value: dict[str, str]) -> dict[str, str]:
        return {_tag_and_role(name): text.strip() for name, text in value.items()}


def _tag_and_role(name: str) -> str:
    tag, dot, role = name.partition(".")
    if dot and role not in ROLES:
        raise ValueError(f"{role!r} is no role of sound: use {', '.join(ROLES)}")
    return f"{checked_tag(tag)}{dot}{role}"


def read_title_file(data: bytes, name: str) -> TitleFile:
    """Return a title file.

    Aliases are refused (a kilobyte of them expands to gigabytes), and ``no``, ``12:30`` and ``2026-01-31`` stay the
    words that they are: in YAML 1.1 they would be false, 750 and a date.

    Raises:
        ConfigError: ``bad_title_file``, naming the line and, where it is known, the field.
    """
    value = plain_yaml(data, name)
    try:
        said = TitleFile.model_validate({} if value is None else value)
    except ValidationError as error:
        line = line_of(data, error.errors(include_url=False)[0]["loc"])
        raise _bad(name, f"line {line}: {_sentence(error)}") from error
    try:
        read_policy(said.policy)
    except ValidationError as error:
        line = line_of(data, ("policy", *error.errors(include_url=False)[0]["loc"]))
        raise _bad(name, f"line {line}: policy: {wrong(error)}") from error
    return said


def plain_yaml(data: bytes, name: str) -> Any:
    """Return the value of YAML without aliases, types and surprises, bounded in length and depth.

    Raises:
        ConfigError: ``bad_title_file``, naming the line.
    """
    if len(data) > LARGEST_FILE_BYTES:
        raise _bad(name, f"is {len(data)} bytes long; {LARGEST_FILE_BYTES} are the most")
    try:
        text = data.decode("utf-8-sig")
        _check_shape(text, name)
        return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a safe loader with fewer types
    except UnicodeDecodeError as error:
        raise _bad(name, f"is not UTF-8 at byte {error.start}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _bad(name, f"line {line}: {printable(error.problem or 'is no YAML')}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise _bad(name, printable(str(error))) from error


def line_of(data: bytes, path: Sequence[str | int]) -> int:
    """Return the line of a field in YAML that `plain_yaml` has read; that of the nearest one around it otherwise."""
    node, line = yaml.compose(data.decode("utf-8-sig"), Loader=_PlainLoader), 1
    for part in path:
        entries = node.value if isinstance(node, yaml.MappingNode) else ()
        found = next(((key, value) for key, value in entries if key.value == str(part)), None)
        if found is not None:
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


class _PlainLoader(_Loader):  # type: ignore[misc]
    """A safe loader that knows text, whole numbers, ``true``, ``false`` and ``null``, and refuses a key given twice."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value]
        for position, (key, _) in enumerate(node.value):
            if not isinstance(key, yaml.ScalarNode) or key.value in keys[:position]:
                raise yaml.constructor.ConstructorError(
                    None, None, "a key is given twice or is no text", key.start_mark
                )
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


for _type, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("int", r"-?(0|[1-9][0-9]{0,17})", "-0123456789"),
    ("null", r"null|~|", ["n", "~", ""]),
):
    _PlainLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_type}", re.compile(f"(?:{_pattern})$"), list(_first))


def _check_shape(text: str, name: str) -> None:
    """Refuse aliases, great depth and great number before anything is built."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_Loader)):
        line = event.start_mark.line + 1 if event.start_mark else 1
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            raise _bad(name, f"line {line}: an alias (*{str(event.anchor)[:20]}) is not allowed")
        if tag := getattr(event, "tag", None):
            raise _bad(name, f"line {line}: a type ({str(tag)[:30]}) is not allowed: write plain text")
        if depth > DEEPEST or count > MOST_NODES:
            raise _bad(name, f"line {line}: is nested deeper than {DEEPEST} or is too long")


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "the file"
    if first["type"] == "extra_forbidden" and len(first["loc"]) == 1:
        return f"{printable(where)} is no field of a title file: use {', '.join(TitleFile.model_fields)}"
    return f"{printable(where)}: {printable(mistake(error, TitleFile))}"


def _bad(name: str, cause: str) -> ConfigError:
    return ConfigError("bad_title_file", cause, "Correct it, or take the file away", file=name)
