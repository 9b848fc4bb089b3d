"""Registering titles: from a source address to a partition that can be materialised."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import dagster as dg

from vod_assets.defs.imf_packages import told_what_to_register
from vod_assets.defs.partitions import TITLES
from vod_assets.defs.source import media_info_recipe, mezzanine_artifact
from vod_assets.defs.step import refusal
from vod_assets.domain.codes import ARCHIVED
from vod_assets.domain.errors import ConfigError, SourceError, VodError
from vod_assets.domain.media_info import MediaInfo
from vod_assets.domain.profile import Profile
from vod_assets.domain.title import TitleRecord, checked_title_id, title_id_for
from vod_assets.domain.watching import Wishes
from vod_assets.ports import ArtifactStore, Prober, SourceStore

WishesOf = Callable[[MediaInfo], Wishes]
Describe = Callable[[TitleRecord, list[str]], TitleRecord]


@dataclass(frozen=True)
class Registrar:
    """Everything that registering a title needs.

    Attributes:
        describe: Adds what the files beside a source say: the title file's names, the captions.
        default_profile: Profile of titles that name none.
        refused: Is told of every source that is refused, with a word that changes with its bytes, and the callback
            that its title file names, if there is one.
    """

    instance: dg.DagsterInstance
    store: ArtifactStore
    sources: SourceStore
    prober: Prober
    profiles: Mapping[str, Profile]
    describe: Describe
    default_profile: str = "default"
    refused: Callable[[VodError, str, str], None] = lambda *_: None


@dataclass(frozen=True)
class Registered:
    """A registered title, whether its partition is new, and what is wished for it."""

    record: TitleRecord
    is_new: bool
    wished: Wishes


def register(
    registrar: Registrar, source: str, title: str = "", profile: str = "", wishes: WishesOf = lambda _: Wishes()
) -> Registered:
    """Register a source as a title, or update the title that it already is.

    The cheap rules of the accept gate run first: a source that breaks one is refused and never becomes a partition.

    Args:
        registrar: Ports.
        source: Path or address of the mezzanine.
        title: Title id; empty: a slug of the file's name.
        profile: Profile name; empty: the title file's, or the one it has, or ``default``.
        wishes: Returns what the place that the source has come to wishes for it, by what is in it.

    Raises:
        SourceError: The source is refused; the refusal is kept in the store.
        ConfigError: ``bad_title_id``, ``unknown_profile``, ``title_taken`` and others.
    """
    if title:
        checked_title_id(title)
    if profile and profile not in registrar.profiles:
        known = ", ".join(sorted(registrar.profiles))
        raise ConfigError("unknown_profile", f"there is no profile “{profile}”", f"Use one of: {known}", title=title)
    title_id = ""
    try:
        address = registrar.sources.canonical(source)
        title_id = _title_id(registrar.store, address, title)
        info = _inspected(registrar, address, title_id)
    except SourceError as error:
        told = told_what_to_register(error, source, registrar.sources)
        named = told.about(title=title_id or _refused_id(registrar, source, title))
        registrar.store.refuse(named.title, refusal(named) | {"source": source})
        _tell(registrar, named, source)
        raise named from error
    wished = wishes(info)
    described = _record(registrar, TitleRecord(title_id=title_id, source=address), profile, wished)
    record = as_kept(described, registrar.store.record(title_id))
    registrar.store.register(record)
    is_new = not registrar.instance.has_dynamic_partition(TITLES, title_id)
    if is_new:
        registrar.instance.add_dynamic_partitions(TITLES, [title_id])
    return Registered(record, is_new, wished)


def _inspected(registrar: Registrar, address: str, title_id: str) -> MediaInfo:
    """Return what is in a source: as the store knows it, when these very bytes were inspected with these very tools."""
    mezzanine = mezzanine_artifact(title_id, registrar.sources.fingerprint(address))
    known = registrar.store.find(title_id, media_info_recipe(mezzanine.digest, registrar.prober.build_ids))
    if known is not None:
        return known.read(MediaInfo)
    return registrar.prober.inspect(registrar.sources.local_path(address), registrar.sources.name(address))


def _tell(registrar: Registrar, error: VodError, source: str) -> None:
    """Tell of a refusal; a source that only waits is none."""
    if error.code == ARCHIVED:
        return
    try:
        identity = registrar.sources.identity(registrar.sources.canonical(source))
    except VodError:
        identity = ""  # it is not there
    callback = _callback(registrar, error.title, source)
    registrar.refused(error if error.file else error.about(file=source), identity, callback)


def _callback(registrar: Registrar, title: str, source: str) -> str:
    """Return whom a title wants to be told of its refusal: as its title file says, or, without one, as it was known."""
    kept = registrar.store.record(title)
    try:
        address = registrar.sources.canonical(source)
        bare = TitleRecord(title_id=title, source=address)
        return registrar.describe(bare, registrar.sources.siblings(address)).callback
    except (VodError, OSError):  # it is not there, or its title file cannot be read
        return kept.callback if kept else ""


def _title_id(store: ArtifactStore, address: str, wanted: str) -> str:
    known = store.title_of(address)
    if not wanted:
        return known or title_id_for(address, _owner(store, title_id_for(address, taken_by=None)))
    owner = _owner(store, wanted)
    if owner is not None and owner != address:
        raise ConfigError(
            "title_taken", f"this title id belongs to {owner}", "Choose another --title, or remove that title", wanted
        )
    if known is not None and known != wanted:
        raise ConfigError(
            "source_taken", f"its source is already the title {known}", f"Use --title {known}, or remove it", wanted
        )
    return wanted


def _refused_id(registrar: Registrar, source: str, title: str) -> str:
    """Return the id to refuse a source under that has no address: never that of a title with another source."""
    address = registrar.sources.normal(source)
    slug = title_id_for(address, taken_by=None)
    for wanted in filter(None, (title, slug)):
        if _owner(registrar.store, wanted) in (None, address):
            return wanted
    return title_id_for(address, taken_by=slug)


def _owner(store: ArtifactStore, title_id: str) -> str | None:
    record = store.record(title_id)
    return record.source if record else None


def _record(registrar: Registrar, bare: TitleRecord, profile: str, wished: Wishes) -> TitleRecord:
    """Return a title's record: the title file says more than the place, which says more than what was before."""
    before = registrar.store.record(bare.title_id)
    usual = wished.profile or (before.profile if before else registrar.default_profile)
    owner = wished.owner or (before.owner if before else "")
    said = {"profile": usual, "policy": dict(wished.policy), "owner": owner}
    described = registrar.describe(bare.model_copy(update=said), registrar.sources.siblings(bare.source))
    named = described.model_copy(update={"profile": profile}) if profile else described
    if named.profile not in registrar.profiles:
        known = ", ".join(sorted(registrar.profiles))
        raise ConfigError(
            "unknown_profile", f"there is no profile “{named.profile}”", f"Use one of: {known}", title=bare.title_id
        )
    return named


def as_kept(described: TitleRecord, kept: TitleRecord | None) -> TitleRecord:
    """Return a record with what commands wrote into it, also while the files beside its source were being read.

    What ``vod policy set`` and ``vod approve`` wrote stays. Waivers of operators stay, before those that the title file
    says anew.
    """
    if kept is None:
        return described
    given = (one for one in kept.waivers if one.given)
    said = {"key_generation": kept.key_generation, "waivers": (*given, *described.waivers)}
    return described.with_orders_of(kept).model_copy(update=said)
