"""JSON from others: bounded, without names given twice, without floats."""

import json
from collections import Counter
from typing import Any

from pydantic import ValidationError

from vod_assets.domain.errors import printable
from vod_assets.domain.metadata import SCHEMA, Description, Metadata
from vod_assets.domain.metadata_readers.fields import bad_file
from vod_assets.domain.mistakes import said_of
from vod_assets.domain.policy import read_policy, wrong

DEEPEST = 64


def read_json(data: bytes, file: str) -> Any:
    """Return the value of a JSON text; numbers with a fraction stay the text that they are.

    Raises:
        ConfigError: ``bad_metadata_file``, naming the line where there is one.
    """
    try:
        value = json.loads(
            data.decode("utf-8-sig"), parse_float=str, parse_constant=_refuse, object_pairs_hook=_without_repetition
        )
        _check_depth(value)
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise bad_file(file, f"line {error.lineno}: {error.msg}") from error
    except UnicodeDecodeError as error:
        raise bad_file(file, f"is not UTF-8 at byte {error.start}") from error
    except UnicodeEncodeError as error:
        raise bad_file(file, f"holds half of a pair of surrogates ({printable(error.object[error.start])})") from error
    except RecursionError as error:
        raise bad_file(file, f"is nested deeper than {DEEPEST}") from error
    except ValueError as error:
        raise bad_file(file, printable(str(error))[:200]) from error
    return value


def is_ours(value: Any) -> bool:
    """Whether a document says that it is a ``metadata.json`` of ours."""
    return isinstance(value, dict) and value.get("schema") == SCHEMA


def read_ours(value: dict[str, Any], file: str) -> Description:
    """Return what a ``metadata.json`` says; what describes a release in it is passed over."""
    fields = {name: one for name, one in value.items() if name not in ("source", "technical", "release")}
    fields.pop("duration_seconds", None)
    try:
        said = Metadata.model_validate({"title": "any", **fields})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "/" + "/".join(str(part) for part in first["loc"])
        raise bad_file(file, f"{printable(where)}: {said_of(first)}") from error
    try:
        read_policy(said.policy)
    except ValidationError as error:
        raise bad_file(file, f"/policy: {wrong(error)}") from error
    return Description(**said.editorial)


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no value of JSON")


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        (twice, _), *_others = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"{twice[:60]!r} is given twice in one object")
    return found


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return
    raise RecursionError


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
