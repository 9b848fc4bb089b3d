"""Recipes: the name of an output before it is made."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from vod_assets.domain.documents import canonical_json


@dataclass(frozen=True)
class Recipe:
    """Everything one output depends on, and nothing else.

    Attributes:
        asset: The asset that this leaf belongs to; leaves of one index are told apart by their parameters.
        inputs: Digest of each input artifact, by name.
        parameters: The normalised parameters of this one output; no floats, paths, times or hosts.
        tools: Build id (SHA-256 of the binary) of each tool that makes it.
    """

    asset: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def id(self) -> str:
        """SHA-256 of the recipe's canonical JSON, as 64 hex digits."""
        return hashlib.sha256(self._canonical).hexdigest()

    def as_document(self) -> dict[str, Any]:
        """Return the recipe as it is kept beside the artifact, for lineage."""
        document: dict[str, Any] = json.loads(self._canonical)
        return document

    @cached_property
    def _canonical(self) -> bytes:
        said = {"asset": self.asset, "inputs": self.inputs, "parameters": self.parameters, "tools": self.tools}
        return canonical_json(said)
