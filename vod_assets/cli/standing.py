"""Where titles stand: one of them, or a whole catalogue, of which everything is asked at once that can be."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vod_assets.cli.session import Session
from vod_assets.domain.asking import not_asked
from vod_assets.domain.codes import ARCHIVED

if TYPE_CHECKING:
    from vod_assets.domain.orders import HeldBack

STAGES: dict[str, tuple[str, ...]] = {
    "source": ("mezzanine", "media_info", "markers", "rate_quality", "encoding_ladder"),
    "renditions": (),  # the profile's own
    "sound": (),  # likewise
    "text": ("captions",),
    "pictures": ("poster", "thumbnails"),
    "tracks": ("video_tracks", "audio_tracks", "text_tracks", "image_tracks"),
    "packages": ("hls_package", "dash_package"),
    "release": ("release",),
    "cms": ("cms_entry",),
}
WAITING = "waiting: restoring"  # its source is on tape or in an archive class
PUBLISHED = "published"
WANTS_A_LOOK = ("running", "refused")


@dataclass(frozen=True)
class TitleStatus:
    """Where one title stands.

    Attributes:
        state: ``running``, ``published``, what the entry says instead (``scheduled``, ``taken down``), ``refused``,
            ``waiting: restoring``, ``released``, ``incomplete`` or ``registered``.
        stages: ``made``, ``partly`` or ``missing`` for each stage.
        held_back: That an operator went back to an older release, and who; empty: the newest is shown.
        vanished: Whether its source is gone from the place that it was taken from; nothing is unpublished for that.
    """

    title: str
    state: str
    profile: str
    stages: dict[str, str]
    releases: list[int]
    refused: str = ""
    vanished: bool = False
    held_back: str = ""


@dataclass(frozen=True)
class Catalogue:
    """What was asked about many titles at once.

    Attributes:
        running: Titles that a run works on, or will.
        published: Titles that the CMS shows.
        at_origin: Titles that have anything at the origin.
    """

    titles: list[str]
    running: Set[str]
    refusals: Mapping[str, Mapping[str, Any]]
    published: Set[str]
    at_origin: Set[str]

    @classmethod
    def whole(cls, session: Session) -> "Catalogue":
        """Ask about every registered title."""
        from vod_assets.defs.runs import working_titles

        return cls(
            titles=session.store.titles(),
            running=working_titles(session.instance, session.leases),
            refusals=session.store.refusals(),
            published=frozenset(session.cms.entries()),
            at_origin=frozenset(session.origin.titles()),
        )

    @classmethod
    def of(cls, session: Session, title: str) -> "Catalogue":
        """Ask about one title."""
        from vod_assets.defs.runs import active_runs

        one = frozenset({title})
        return cls(
            titles=[title],
            running=one if active_runs(session.instance, title, session.leases) else frozenset(),
            refusals=session.store.refusals(),
            published=one if session.cms.entry(title) is not None else frozenset(),
            at_origin=one,
        )

    def state(self, title: str) -> str:
        """Return the state of a title as far as it shows without a look at the title; empty: it is not published."""
        if title in self.running:
            return "running"
        if title in self.published:  # a new file that is refused does not take the published one away
            return PUBLISHED
        if title not in self.refusals:
            return ""
        return WAITING if self.refusals[title].get("code") == ARCHIVED else "refused"

    def counted(self, statuses: Mapping[str, str]) -> str:
        """Return a sentence of how many titles there are, and how many in which state.

        Args:
            statuses: What the entries of published titles say, as `statuses_of` returns it.
        """
        states = {title: self.state(title) or "not published" for title in self.titles}
        said = (statuses.get(title, state) if state == PUBLISHED else state for title, state in states.items())
        counts = Counter(word.replace("_", " ") for word in said)
        return f"{len(self.titles)} titles: " + ", ".join(f"{count} {state}" for state, count in counts.most_common())

    def first(self, limit: int) -> list[str]:
        """Return the first titles; when there are more, those that want a look come first. 0 is all."""
        if not limit or len(self.titles) <= limit:
            return self.titles
        return sorted(self.titles, key=lambda title: self.state(title) not in WANTS_A_LOOK)[:limit]


def standing(session: Session, catalogue: Catalogue, titles: list[str]) -> Iterator[TitleStatus]:
    """Yield where titles stand.

    Raises:
        ConfigError: ``unknown_title``.
    """
    statuses = statuses_of(session, catalogue, titles)
    return (_look_at(session, catalogue, title, statuses.get(title, "")) for title in titles)


def statuses_of(session: Session, catalogue: Catalogue, titles: Collection[str]) -> dict[str, str]:
    """Return what the entries of titles that have one say of them: ``published``, ``scheduled``, ``taken_down``."""
    entries = session.cms.entries_of([title for title in titles if catalogue.state(title) == PUBLISHED])
    found = ((title, (entry.get("publication") or {}).get("status", "")) for title, entry in entries.items())
    return {title: status for title, status in found if status}


def held_back(order: "HeldBack | None", releases: Collection[int]) -> str:
    """Return that an operator went back to an older release, and who; empty: the newest is shown, or may be."""
    return str(order) if order is not None and releases and max(releases) <= order.newest else ""


def _look_at(session: Session, catalogue: Catalogue, title: str, status: str) -> TitleStatus:
    from vod_assets.cli.titles import unknown

    record, refusal = session.store.record(title), catalogue.refusals.get(title)
    if record is None and refusal is None:
        raise unknown(session, title)
    stages = _stages(session, title, record.profile if record else "")
    releases = session.origin.releases(title) if title in catalogue.at_origin else []
    state = status.replace("_", " ") or catalogue.state(title)
    if title in catalogue.published:
        stages["cms"] = "made"
    elif releases and not state:
        state, stages["release"] = "released", "made"
    begun = any(made != "missing" for made in stages.values())
    return TitleStatus(
        title=title,
        state=state or ("incomplete" if begun else "registered"),
        profile=record.profile if record else "",
        stages=stages,
        releases=releases,
        refused=str(refusal["message"]) if refusal else "",
        vanished=record is not None and record.vanished,
        held_back=held_back(record.held_back if record else None, releases),
    )


def _stages(session: Session, title: str, profile: str) -> dict[str, str]:
    known = session.profiles.get(profile)
    own = {
        "renditions": tuple(known.rendition_keys()) if known else (),
        "sound": tuple(f"audio_{preset.codec}" for preset in known.audio) if known else (),
    }
    begun = set(session.store.assets(title))
    wanted = {
        stage: [asset for asset in assets or own[stage] if known is None or not not_asked(known, asset)]
        for stage, assets in STAGES.items()
    }
    return {stage: _stage(session, title, assets, begun) for stage, assets in wanted.items()}


def _stage(session: Session, title: str, assets: Collection[str], begun: Set[str]) -> str:
    if not assets:  # the profile asks for nothing of the kind
        return "made" if begun else "missing"
    made = [asset in begun and session.store.latest(title, asset) is not None for asset in assets]
    return "made" if made and all(made) else "partly" if any(made) else "missing"
