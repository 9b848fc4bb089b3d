"""Where plans are remembered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Remark = tuple[str, str, str, bool, int, int]
"""Asset, why it would be made, what stands in its way, whether that is certain; its pieces, how many are there."""


@dataclass(frozen=True)
class Seal:
    """What a plan depends on: as long as it stays the same, so does the plan.

    Attributes:
        deployment: A word for profiles, tools, settings and the program: what all titles have in common.
        title: A word for all that is kept of the title, and for its source.
    """

    deployment: str
    title: str


@dataclass(frozen=True)
class Settled:
    """A title of which a run would reuse everything, and move no pointer.

    Attributes:
        deployment: The word of the deployment under which it would.
        is_sole: Whether the store has nothing else of it: nothing older.
        empty: Assets that do not apply to it.
    """

    deployment: str
    is_sole: bool = False
    empty: tuple[str, ...] = ()


@dataclass(frozen=True)
class RememberedPlan:
    """A plan and its seal.

    Attributes:
        remarks: What is to be said of assets; all others are reused.
        settled: Under which deployment all of the title, as it is, would be reused; None: of none is that known.
    """

    seal: Seal
    remarks: Sequence[Remark]
    settled: Settled | None = None


class PlanMemory(Protocol):
    """Remembers plans on this machine; losing it costs time only."""

    def recall(self, asked: str, title: str) -> RememberedPlan | None:
        """Return the plan that was remembered last.

        Args:
            asked: A word for the selection, and what was forced.
            title: The title.
        """
        ...

    def keep(self, asked: str, title: str, plan: RememberedPlan) -> None:
        """Remember a plan in place of an older one."""
        ...

    def deployment(self, word: str) -> Mapping[str, Any] | None:
        """Return the deployment of a word."""
        ...

    def keep_deployment(self, word: str, said: Mapping[str, Any]) -> None:
        """Remember a deployment by its word."""
        ...
