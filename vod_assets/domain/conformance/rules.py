"""Rules that packages are judged by."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from vod_assets.domain.documents import Document

Level = Literal["must", "should"]
MOST_FINDINGS = 20  # of one rule; what is wrong once is wrong in every segment
Subject = TypeVar("Subject")
Find = Callable[[Subject], Iterable[str]]


@dataclass(frozen=True)
class Rule(Generic[Subject]):
    """One rule.

    Attributes:
        name: What it is called, in docs and output.
        says: What has to be so, in a sentence.
        source: Document that says so, and where in it.
        applies: Whether a subject has anything that the rule speaks of; None: always.
        gap: What of our own packages does not meet it, or why nobody can tell; empty: nothing.
        find: Yields a sentence for each place where it is not so; None: nothing here can tell.
    """

    name: str
    level: Level
    says: str
    source: str
    applies: Callable[[Subject], bool] | None = None
    gap: str = ""
    find: Find[Subject] | None = None


class Verdict(Document):
    """What came of one rule.

    Attributes:
        state: ``met``, ``broken``, ``not applicable``, or ``unchecked`` where nothing here can tell.
        findings: Where it is broken.
    """

    rule: str
    level: Level
    state: Literal["met", "broken", "not applicable", "unchecked"]
    findings: tuple[str, ...] = ()


class RuleBook(Generic[Subject]):
    """The rules for one kind of subject, in the order in which they are written down."""

    def __init__(self) -> None:
        self.rules: list[Rule[Subject]] = []

    def rule(
        self, name: str, level: Level, source: str, applies: Callable[[Subject], bool] | None = None, gap: str = ""
    ) -> Callable[[Find[Subject]], Find[Subject]]:
        """Write down the rule that a function checks, and says in its docstring; else as in `Rule`."""

        def written(find: Find[Subject]) -> Find[Subject]:
            says = " ".join((find.__doc__ or "").split())
            self.rules.append(Rule(name, level, says, source, applies, gap, find))
            return find

        return written

    def unchecked(self, name: str, level: Level, source: str, says: str, gap: str) -> None:
        """Write down a rule that nothing here can check, and why."""
        self.rules.append(Rule(name, level, says, source, gap=gap))

    def judge(self, subject: Subject) -> list[Verdict]:
        """Return the verdict of every rule."""
        return [_verdict(rule, subject) for rule in self.rules]


def _found(rule: Rule[Subject], subject: Subject) -> Iterator[str]:
    """Yield what a rule finds; a value that it cannot read is a finding, too, for packages may be anybody's."""
    try:
        yield from rule.find(subject) if rule.find else ()
    except (ValueError, LookupError, ArithmeticError) as error:
        yield f"a value cannot be understood: {error}"


def _verdict(rule: Rule[Subject], subject: Subject) -> Verdict:
    if rule.find is None:
        return Verdict(rule=rule.name, level=rule.level, state="unchecked")
    if rule.applies is not None and not rule.applies(subject):
        return Verdict(rule=rule.name, level=rule.level, state="not applicable")
    findings = list(dict.fromkeys(_found(rule, subject)))
    kept = tuple(findings[:MOST_FINDINGS])
    if len(findings) > MOST_FINDINGS:
        kept = (*kept, f"and {len(findings) - MOST_FINDINGS} more places like these")
    return Verdict(rule=rule.name, level=rule.level, state="broken" if kept else "met", findings=kept)
