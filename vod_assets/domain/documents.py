"""Documents: frozen pydantic models, and the canonical JSON whose SHA-256 names things."""

import hashlib
import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from pydantic import BaseModel, ConfigDict


class Document(BaseModel):
    """A value that is written to a store and read back: frozen, strict about its field names."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)  # built when first used: quicker to import


def canonical_json(value: Any) -> bytes:
    """Return the one JSON text of a value: sorted keys, no spaces, UTF-8, fractions as ``"24000/1001"``.

    Floats are refused: their text depends on who wrote them, and a digest must not.
    """
    return json.dumps(
        _plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def plain(value: Any) -> Any:
    """Return a value as plain JSON values, exactly as its canonical JSON reads back."""
    return json.loads(canonical_json(value))


def digest_of(value: Any) -> str:
    """Return the SHA-256 of a value's canonical JSON, as 64 hex digits."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def _plain(value: Any) -> Any:
    if value is None or type(value) in (str, int, bool):  # nearly all that there is, and asked millions of times
        return value
    if type(value) is dict:
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, BaseModel):
        return _plain(value.model_dump(mode="python"))
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        raise TypeError(f"a document must not hold the float {value!r}: use a Fraction or a string")
    return value
