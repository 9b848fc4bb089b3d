"""Which titles a backfill is launched over, and why others are left out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from vod_assets.domain.plan import TitlePlan

Hours = Callable[[TitlePlan], float | None]
Cost = Callable[[TitlePlan], Decimal | None]

UNQUOTED = "nobody can say what it costs, and the budget is not to be exceeded"


@dataclass(frozen=True)
class Limits:
    """How much a backfill is launched over at most.

    Attributes:
        titles: So many titles.
        hours: So many hours of encoding, as earlier runs lead to expect; None: no end.
        amount: What the encodes may cost at most, as they are quoted with a margin; None: no end.
    """

    titles: int
    hours: float | None = None
    amount: Decimal | None = None


@dataclass
class Gathered:
    """What came of looking at titles.

    Attributes:
        titles: What a backfill is to be launched over.
        left_out: Titles that nothing can be made of now, and why.
        unneeded: How many need nothing.
        unlooked: How many were not looked at, because a limit was reached.
        hours: Expected hours of encoding.
        unknown: Titles whose encode nobody can estimate.
        limit: The limit that was reached: ``titles``, ``hours``, ``amount``, or none.
        quoted: By title, with the margin, where the amount is limited.
    """

    titles: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    unneeded: int = 0
    unlooked: int = 0
    hours: float = 0.0
    unknown: int = 0
    limit: str = ""
    quoted: dict[str, Decimal] = field(default_factory=dict)

    @property
    def amount(self) -> Decimal:
        """What all of it is quoted, with the margin."""
        return sum(self.quoted.values(), Decimal(0))


@dataclass(frozen=True)
class Gathering:
    """Looks at plans, title by title.

    Attributes:
        hours: Returns the expected hours of encoding of a plan; None: nobody knows.
        takes_all: Whether titles are run that need nothing, too.
        cost: Returns what a plan may cost at most; None: nobody knows. Asked where the amount is limited.
    """

    limits: Limits
    hours: Hours
    takes_all: bool = False
    cost: Cost = lambda _: None

    def gather(self, titles: Iterable[str], plans: Iterable[TitlePlan], apart: Mapping[str, str]) -> Gathered:
        """Return which titles to launch.

        Args:
            titles: All that are wanted.
            plans: Theirs, but for those apart; asked for one by one, until a limit is reached.
            apart: Titles that are left out whatever they need, and why.
        """
        wanted = list(titles)
        found = Gathered(left_out={title: apart[title] for title in wanted if title in apart})
        left = len(wanted) - len(found.left_out)
        for plan in plans:
            if self._reaches(plan, found):
                break
            left -= 1
            self._add(plan, found)
        found.unlooked = left
        return found

    def _reaches(self, plan: TitlePlan, found: Gathered) -> bool:
        """Whether a limit keeps a plan out; the first title is launched whatever it costs, or nothing ever would be."""
        if len(found.titles) >= self.limits.titles:
            found.limit = "titles"
        elif self._exceeds(plan, found):
            found.limit = "amount"
        elif self.limits.hours is not None and found.titles and plan.needs_run and not plan.obstacle:
            found.limit = "hours" if found.hours + (self.hours(plan) or 0.0) > self.limits.hours else ""
        return bool(found.limit)

    def _exceeds(self, plan: TitlePlan, found: Gathered) -> bool:
        """Whether a plan may cost more than what is left; no title is launched for being the first."""
        if self.limits.amount is None or not plan.needs_run or plan.obstacle:
            return False
        cost = self.cost(plan)
        return cost is not None and found.amount + cost > self.limits.amount

    def _add(self, plan: TitlePlan, found: Gathered) -> None:
        if plan.obstacle:
            found.left_out[plan.title] = plan.obstacle
        elif self.limits.amount is not None and plan.needs_run and self.cost(plan) is None:
            found.left_out[plan.title] = UNQUOTED
        elif plan.needs_run or self.takes_all:
            found.titles.append(plan.title)
            if self.limits.amount is not None:
                found.quoted[plan.title] = self.cost(plan) or Decimal(0)
            hours = self.hours(plan)
            found.hours += hours or 0.0
            found.unknown += hours is None
        else:
            found.unneeded += 1
