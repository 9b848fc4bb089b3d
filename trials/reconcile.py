"""Faults are put into a catalogue: `vod reconcile` names each, names nothing else, and repairs what can be repaired.

Called as ``python -m trials.reconcile --titles 275 --faults 34 [--storage disk|s3]``; S3 is a SeaweedFS of its own.
"""

import argparse
import itertools
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from trials.catalogue import Catalogue, Fault, Storages
from trials.faults import FAULTS, NOT_OURS, REPAIRABLE
from vod_assets.adapters.blobs.opening import Access
from vod_assets.domain.reconciling import Difference
from vod_assets_tests.servers.s3 import s3_server

MOST_UNREPAIRABLE = 4
Named = Counter[tuple[str, str]]


@dataclass(frozen=True)
class Outcome:
    """What was found, and what was left after the repair.

    Attributes:
        expected: Codes and titles of the faults that were put in; a leftover of a store names no title.
        kinds: How many kinds of fault there were.
    """

    expected: Named
    found: Named
    left: Named
    kinds: int
    seconds: dict[str, float]

    @property
    def named(self) -> int:
        """How many faults were named."""
        return sum((self.expected & self.found).values())

    @property
    def false(self) -> Named:
        """What was named and is no fault."""
        return self.found - self.expected

    @property
    def repaired(self) -> int:
        """How many of the faults are gone."""
        return self.named - sum((self.left & self.expected).values())

    @property
    def is_good(self) -> bool:
        """Whether all were named, none falsely, and only what somebody has to deliver is left."""
        return self.expected == self.found and all(code in NOT_OURS for code, _ in self.left)


def fill(there: Catalogue, titles: int, at_once: int = 1) -> list[str]:
    """Publish titles and return their ids."""
    names = [f"film-{number:03}" for number in range(titles)]
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(there.add, names))
    return names


def chosen(faults: int) -> list[Fault]:
    """Return so many faults, of as many kinds as possible; few of those that nobody but a supplier can repair."""
    unrepairable = [fault for fault, code in FAULTS.items() if code in NOT_OURS][:MOST_UNREPAIRABLE]
    repairable = itertools.islice(itertools.cycle(REPAIRABLE), max(0, faults - len(unrepairable)))
    return [*repairable, *unrepairable][:faults]


def inject(there: Catalogue, titles: list[str], faults: list[Fault]) -> Named:
    """Put each fault into a title of its own, far from the others, and return what is to be named."""
    step = len(titles) // len(faults)
    expected: Named = Counter()
    for number, fault in enumerate(faults):
        title = titles[step * number]
        fault(there, title)
        # what a store calls a leftover it names by its address
        is_strays = FAULTS[fault] == "leftover" and fault.__name__ == "half_an_upload"
        expected[(FAULTS[fault], "" if is_strays else title)] += 1
    return expected


def attempt(there: Catalogue, titles: int, faults: int, at_once: int = 1) -> Outcome:
    """Fill a catalogue, do it harm, and have it reconciled and repaired."""
    seconds, began = {}, time.monotonic()

    def lap(what: str) -> None:
        nonlocal began
        seconds[what], began = time.monotonic() - began, time.monotonic()

    names = fill(there, titles, at_once)
    lap("made")
    kinds = chosen(faults)
    expected = inject(there, names, kinds)
    lap("harmed")
    found = there.reconciler.differences()
    lap("compared")
    left = there.reconciler.repair(found, there.make)
    lap("repaired and compared")
    return Outcome(expected, _counted(found), _counted(left), len(set(kinds)), seconds)


def _counted(found: list[Difference]) -> Named:
    return Counter((one.code, one.title) for one in found)


@contextmanager
def catalogue(storage: str, folder: Path) -> Iterator[Catalogue]:
    """Give an empty catalogue on a disk or in a bucket."""
    home = folder / "dagster"
    home.mkdir()
    with ExitStack() as stack:
        instance = stack.enter_context(dg.DagsterInstance.local_temp(str(home)))
        if storage == "disk":
            yield Catalogue(folder, instance, Storages.on_disk(folder))
            return
        server = stack.enter_context(s3_server(folder / "server"))
        storages = Storages.at(f"s3://{server.bucket}/trial", Access(s3=server.access), folder / "scratch")
        yield Catalogue(folder, instance, storages)


def main() -> None:
    """Run the trial and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m trials.reconcile", description=__doc__.partition("\n")[0])
    parser.add_argument("--titles", type=int, default=275)
    parser.add_argument("--faults", type=int, default=34)
    parser.add_argument("--storage", choices=["disk", "s3"], default="disk")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="trial-") as folder, catalogue(told.storage, Path(folder)) as there:
        outcome = attempt(there, told.titles, told.faults, at_once=4 if told.storage == "s3" else 1)
    print(f"{told.storage}: {told.titles} titles, {told.faults} faults of {outcome.kinds} kinds")
    print(f"named {outcome.named}, falsely {sum(outcome.false.values())}, repaired {outcome.repaired}")
    print(", ".join(f"{what} in {seconds:.1f} s" for what, seconds in outcome.seconds.items()))
    for code, title in sorted(outcome.false + (outcome.expected - outcome.found)):
        print(f"unexpected: {code} {title}", file=sys.stderr)
    sys.exit(not outcome.is_good)


if __name__ == "__main__":
    main()
