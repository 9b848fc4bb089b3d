"""What is chosen of a title's assets."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase


def is_named(name: str, patterns: Iterable[str]) -> bool:
    """Whether one of some patterns names something; ``*`` and ``?`` stand for others.

    >>> is_named("h264_360p", ["h264_*"])
    True
    """
    return any(fnmatchcase(name, pattern) for pattern in patterns)


@dataclass(frozen=True)
class Asked:
    """What a run is asked for.

    Attributes:
        selection: Assets in Dagster's selection syntax; several are separated by commas.
        force: Patterns of assets that are made again though they are there.
        without: What a run leaves out, because the title's profile does not ask for it.
        wish: Id of the address in the outbox that is told of the run's end; empty: that of the title file.
    """

    selection: str = "*"
    force: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    wish: str = ""


EVERYTHING = Asked()
