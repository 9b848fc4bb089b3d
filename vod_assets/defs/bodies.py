"""Bodies of assets and checks as plans call them, and what is known of a title before any is called."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Self

import dagster as dg

from vod_assets.defs.partitions import TITLE_STATE
from vod_assets.domain.asking import is_rendition
from vod_assets.ports.artifacts import TitleView
from vod_assets.ports.plans import Settled

_UNHEARD = logging.Logger("a plan", logging.CRITICAL + 1)


@dataclass(frozen=True)
class Body:
    """An asset's or a check's body, with what Dagster's definition says of it: to ask that again takes long.

    Attributes:
        names: What it makes.
        inputs: The assets that it takes, by the names of its arguments.
        needed: The same assets and those that it only follows, in an order that is the same in every process.
    """

    name: str
    names: tuple[str, ...]
    inputs: Mapping[str, str]
    needed: tuple[str, ...]
    resources: tuple[str, ...]
    function: Callable[..., Any]

    @classmethod
    def of(cls, definition: dg.AssetsDefinition) -> Self:
        """Return the body of a definition."""
        needed, compute = inputs_of(definition), definition.op.compute_fn
        taken = {one.name for one in definition.op.input_defs if not one.dagster_type.is_nothing}
        return cls(
            name=definition.op.name,
            names=tuple(_names(definition)),
            inputs={name: key for name, key in needed.items() if name in taken},
            needed=tuple(sorted(needed.values())),
            resources=tuple(sorted(definition.required_resource_keys)),
            function=getattr(compute, "decorated_fn"),  # noqa: B009 - Dagster's types do not say so
        )

    def context(self, title: str, keys: Sequence[str]) -> Any:
        """Return what the body is told about its run."""
        return SimpleNamespace(
            partition_key=title,
            op_execution_context=SimpleNamespace(op=SimpleNamespace(name=self.name)),
            selected_asset_keys={dg.AssetKey(key) for key in keys},
            instance=None,
            run=SimpleNamespace(run_id=""),
            log=_UNHEARD,
        )


@dataclass
class Look:
    """What is known of a title before it is planned.

    Attributes:
        view: What there is of it.
        changed: Assets and checks that may come out otherwise than when all of it would have been reused with no
            pointer moved; None: that was never so, as the title is.
        settled: What is known since then; when a plan has found a title to be so, what is known now.
        moved: Assets that the plan finds to move their pointer, or that a run would not come to.
        asked_outside: Whether the plan asked about sources, origin or CMS.
    """

    view: TitleView
    changed: frozenset[str] | None = None
    settled: Settled | None = None
    moved: set[str] = field(default_factory=set)
    asked_outside: bool = False

    def to_ask(self, body: Body, keys: Sequence[str], rungs: Collection[str]) -> Sequence[str]:
        """Return for which of its assets a body has to be asked: they, or what they are made of, may have changed.

        Args:
            body: The body.
            keys: Its assets in this plan.
            rungs: The renditions that the profile asks for; of others it does not matter what anything is made of.
        """
        if self.changed is None:
            return keys
        is_moved = not self.moved.isdisjoint(body.needed)
        return [k for k in keys if k in self.changed or (is_moved and (not is_rendition(k) or k in rungs))]


class Noted:
    """A resource of which a plan is known to have asked something."""

    def __init__(self, resource: Any, look: Look) -> None:
        self._resource, self._look = resource, look

    def __getattr__(self, name: str) -> Any:
        self._look.asked_outside = True
        return getattr(self._resource, name)


def inputs_of(definition: dg.AssetsDefinition) -> dict[str, str]:
    """Return the assets that a body takes, by the names of its arguments; the state of the title is not one."""
    named = definition.keys_by_input_name.items()
    return {name: key.to_user_string() for name, key in named if key != TITLE_STATE}


def _names(definition: dg.AssetsDefinition) -> list[str]:
    if isinstance(definition, dg.AssetChecksDefinition):
        return [key.to_user_string().replace(":", ".") for key in definition.check_keys]
    return [key.to_user_string() for key in definition.keys]
