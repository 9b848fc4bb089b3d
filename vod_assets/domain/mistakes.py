"""What is wrong with a document that a person wrote, in words that say what to write."""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

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
    return first["msg"].removeprefix("Value error, ")


def _fields(document: type[BaseModel], place: Sequence[int | str]) -> list[str]:
    """Return the names of the fields that there are at a place; none where that cannot be told."""
    models = [document]
    for part in (part for part in place if isinstance(part, str)):
        kinds = [model.model_fields[part].annotation for model in models if part in model.model_fields]
        models = [model for kind in kinds for model in _models(kind)]
    return list(models[0].model_fields) if len(models) == 1 else []


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for part in get_args(kind):
        yield from _models(part)
