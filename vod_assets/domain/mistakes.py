"""What is wrong with a document that a person wrote, in words that say what to write."""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from vod_assets.domain.errors import printable

LONGEST = 40  # of what was written
# What pydantic says of a value, by its type of error, for somebody who wrote the value; {} is that.
WORDS = {
    "missing": "is missing",
    "int_parsing": "{} is no whole number",
    "int_type": "{} is no whole number",
    "int_from_float": "{} is no whole number",
    "float_parsing": "{} is no number",
    "float_type": "{} is no number",
    "bool_parsing": "{} is neither true nor false",
    "bool_type": "{} is neither true nor false",
    "string_type": "{} is no text",
    "dict_type": "is no mapping: write {{name: value}}",
    "model_type": "is no mapping: write {{name: value}}",
    "greater_than": "{} is too little: it has to be more than {gt}",
    "greater_than_equal": "{} is too little: the least is {ge}",
    "less_than": "{} is too much: it has to be less than {lt}",
    "less_than_equal": "{} is too much: the most is {le}",
    "too_long": "holds {actual_length} entries: {max_length} are the most",
    "literal_error": "{} is unknown: use {expected}",
}
LISTS = ("tuple_type", "list_type", "set_type", "frozen_set_type")


def mistake(error: ValidationError, document: type[BaseModel]) -> str:
    """Return what is wrong with the first wrong field of a document, without the field's place."""
    first = error.errors(include_url=False)[0]
    place, kind = first["loc"], first["type"]
    fields = _fields(document, place[:-1] if kind == "extra_forbidden" else place)
    if kind == "extra_forbidden" and fields:
        return f"is no field here: use {', '.join(fields)}"
    if kind == "model_type" and fields and place:
        return f"write {{{fields[0]}: …}} with any of its fields ({', '.join(fields)}), or leave it out"
    if kind in LISTS:
        return "write a list: [ … ]"
    return said_of(first)


def said_of(detail: ErrorDetails) -> str:
    """Return one thing that pydantic found wrong, in our words where it has none of ours."""
    words = WORDS.get(detail["type"])
    if words is None:
        return detail["msg"].removeprefix("Value error, ")
    return words.format(_shown(detail["input"]), **detail.get("ctx", {}))


def _shown(value: Any) -> str:
    """Return what was written, if it is one value: what holds several may hold a password."""
    if not isinstance(value, str | int | float):
        return "what stands here"
    text = printable(value if isinstance(value, str) else repr(value))
    return f"“{text if len(text) <= LONGEST else text[: LONGEST - 1] + '…'}”"


def _fields(document: type[BaseModel], place: Sequence[int | str]) -> list[str]:
    """Return the names of the fields that there are at a place; none where that cannot be told."""
    models = [document]
    for part in (part for part in place if isinstance(part, str)):
        kinds = [model.model_fields[part].annotation for model in models if part in model.model_fields]
        models = [model for kind in kinds for model in _models(kind)]
    if len(models) != 1:
        return []
    return [field.alias or name for name, field in models[0].model_fields.items()]


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for part in get_args(kind):
        yield from _models(part)
