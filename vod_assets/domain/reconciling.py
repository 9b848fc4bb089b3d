"""What a title is in the store, in Dagster and in the CMS, and how these differ."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

RELEASED_TRACK = re.compile(r"tracks/([0-9a-f]{64})/")
Repair = Literal["register", "withdraw", "report", "end", "sweep", "make", ""]

REPAIRS: Mapping[str, Repair] = {
    "partition_missing": "register",
    "partition_orphaned": "withdraw",
    "event_lost": "report",
    "run_stranded": "end",
    "leftover": "sweep",
    "artifact_damaged": "make",
    "entry_missing": "make",
    "entry_stale": "make",
    "entry_points_nowhere": "make",
    "entry_damaged": "make",
    "origin_behind": "make",
    "release_damaged": "make",
    "release_corrupt": "make",
    "title_unfinished": "make",
}


@dataclass(frozen=True)
class Pointed:
    """What an asset's pointer names: the digest, or an empty text when its artifact is not whole."""

    digest: str


@dataclass(frozen=True)
class Shown:
    """The release that a CMS entry names."""

    number: int
    digest: str


@dataclass(frozen=True)
class SourceFault:
    """What is wrong with a title's source.

    Attributes:
        remedy: What to do; empty: the source is to be delivered again.
    """

    code: str
    cause: str
    remedy: str = ""


@dataclass(frozen=True)
class TitleFacts:
    """What each part of a deployment knows of one title.

    Attributes:
        assets: What each asset's pointer names.
        events: Data version of each asset's last materialisation in Dagster.
        source: What is wrong with its source; None: it is as it was, or was never looked at.
        shown: What the CMS shows; None: no entry.
        published: The release that the asset cms_entry published last.
        released: Digest of every release at the origin, by number.
        stranded: Runs that nobody executes any more.
        is_left_alone: Whether a run works on the title now.
    """

    title: str
    is_registered: bool = False
    is_partition: bool = False
    is_refused: bool = False
    assets: Mapping[str, Pointed] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)
    source: SourceFault | None = None
    shown: Shown | None = None
    published: int | None = None
    released: Mapping[int, str] = field(default_factory=dict)
    stranded: Collection[str] = ()
    is_left_alone: bool = False


@dataclass(frozen=True)
class Difference:
    """One thing that two parts of a deployment do not agree on."""

    code: str
    title: str
    subject: str
    cause: str
    remedy: str

    @property
    def damaged_track(self) -> str:
        """Digest of the track at the origin whose bytes are not those that were released; empty: it is none."""
        found = RELEASED_TRACK.match(self.subject) if self.code == "release_damaged" else None
        return found[1] if found else ""


def differences(facts: TitleFacts) -> Iterator[Difference]:
    """Yield where store, Dagster and CMS disagree on a title; one that a run works on may be anything."""
    title = facts.title
    for run in sorted(facts.stranded):
        cause = "Dagster takes the run for started, and its process is gone"
        yield Difference("run_stranded", title, run, cause, "The reaper ends it; or use --repair")
    if facts.is_left_alone:
        return
    yield from _of_registration(facts)
    if fault := facts.source:
        remedy = fault.remedy or f"Deliver the source again, or remove the title: vod titles remove {title}"
        yield Difference(fault.code, title, "", f"{fault.cause}; what is published stays", remedy)
    if not facts.stranded:
        yield from _of_assets(facts)
        yield from _of_the_entry(facts)


def without_echoes(found: Sequence[Difference], *, is_begun: bool) -> list[Difference]:
    """Return a title's differences without "unfinished" where something else says why, or nothing was begun yet."""
    why = [one for one in found if one.code != "title_unfinished"]
    is_told = any(REPAIRS.get(one.code) == "make" for one in why)
    return why if is_told or not is_begun else list(found)


def _of_registration(facts: TitleFacts) -> Iterator[Difference]:
    title = facts.title
    if facts.is_registered and not facts.is_partition:
        cause = "it is registered in the store and no partition of Dagster"
        yield Difference("partition_missing", title, "", cause, "Use --repair, or register it again")
    elif facts.is_partition and not facts.is_registered and not facts.is_refused:
        cause = "it is a partition of Dagster and not registered in the store"
        yield Difference("partition_orphaned", title, "", cause, f"Use --repair, or: vod titles remove {title}")


def _of_assets(facts: TitleFacts) -> Iterator[Difference]:
    for asset, pointed in sorted(facts.assets.items()):
        if not pointed.digest:
            cause = "the artifact that its pointer names is gone, or lacks files"
            yield Difference("artifact_damaged", facts.title, asset, cause, "Use --repair, or run the title again")
        elif facts.events.get(asset) != pointed.digest:
            told = facts.events.get(asset)
            of = f"Dagster's last event is of {told[:12]}" if told else "Dagster has no event of it"
            cause = f"the store holds {pointed.digest[:12]}, and {of}"
            yield Difference("event_lost", facts.title, asset, cause, "Use --repair: the event is reported anew")
    for asset in sorted(set(facts.events) - set(facts.assets)):
        cause = "Dagster has an event of it, and no pointer of the store names it"
        yield Difference("artifact_damaged", facts.title, asset, cause, "Use --repair, or run the title again")


def _of_the_entry(facts: TitleFacts) -> Iterator[Difference]:
    if facts.published is None:
        return
    remedy = "Use --repair, or: vod task publish " + facts.title
    if facts.shown is None:
        cause = f"release {facts.published} was published, and the CMS has no entry"
        yield Difference("entry_missing", facts.title, "", cause, remedy)
    elif facts.shown.number != facts.published and facts.released.get(facts.shown.number) == facts.shown.digest:
        cause = f"the CMS shows release {facts.shown.number}, and release {facts.published} was published last"
        yield Difference("entry_stale", facts.title, "", cause, remedy)
