"""A tick of a watched place: what has come whole becomes a title or a new version of one, and runs are asked for."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import dagster as dg

from vod_assets.defs.jobs import TITLE_TAG
from vod_assets.defs.metadata import FOLLOWS_WORDS, Words, said_now
from vod_assets.defs.named_files import files_named_in
from vod_assets.defs.registration import Registered, Registrar, register
from vod_assets.domain.arrivals import (
    PART,
    WAITING,
    Delivery,
    Left,
    contents_of,
    judge,
    shared_families,
    speaks_of_a_folder,
    version_of,
)
from vod_assets.domain.codes import ARCHIVED
from vod_assets.domain.errors import ConfigError, SourceError, StoreError, VodError
from vod_assets.domain.looks import DUPLICATE, REFUSED, TAKEN, Looked, Outcome, Stand
from vod_assets.domain.sidecars import is_shared_name
from vod_assets.ports.arrivals import Watcher
from vod_assets.settings import load_settings

DECIDING_SECONDS = 3.0  # of a tick, so much is left for what a long look has found
PASSING = (ARCHIVED, "source_changed", "source_missing", "permission_denied")
PRIORITY_TAG, OWNER_TAG, PLACE_TAG, VERSION_TAG = "dagster/priority", "vod/owner", "vod/place", "vod/version"


@dataclass
class Tick:
    """One look at a place, and what came of it.

    Args:
        watcher: Looks, and remembers.
        registrar_of: Returns what registering a title needs; asked when something is to be registered.
        ends_at: When its time is over, on the monotonic clock.
    """

    watcher: Watcher
    registrar_of: Callable[[], Registrar]
    ends_at: float
    ticket: str = field(default_factory=lambda: secrets.token_hex(8))
    requests: list[dg.RunRequest] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @cached_property
    def registrar(self) -> Registrar:
        """What registering a title needs."""
        return self.registrar_of()

    @cached_property
    def words(self) -> Words:
        """What files say of titles."""
        return Words(self.registrar.sources, load_settings().metadata_mapping)

    @property
    def left_seconds(self) -> float:
        """How much time is left."""
        return self.ends_at - time.monotonic()

    def is_over(self) -> bool:
        """Whether the time is over."""
        return self.left_seconds <= 0

    def go_on(self, stand: Stand) -> Stand:
        """Look and decide until all is done or time is over, and return where the next tick goes on."""
        self.watcher.confirm(stand.ticket)
        looked = self.watcher.look(stand, lambda: self.left_seconds <= DECIDING_SECONDS)
        self._report(looked)
        self._read_title_files()
        family = self._decide(looked.stand, b"" if looked.is_complete else looked.stand.after_bytes)
        return replace(looked.stand, family=family.hex(), ticket=self.ticket)

    def _report(self, looked: Looked) -> None:
        self.said += looked.said
        if looked.is_empty:
            self.said.append(f"{self.watcher.place.address} is empty, and was not: is it mounted? Nothing was changed")
        for outcome in looked.gone:
            record = self.registrar.store.record(outcome.title)
            if record is not None:
                self.registrar.store.register(record.model_copy(update={"vanished": True}))
            self.said.append(f"{outcome.title}: its source {outcome.address} is gone; nothing was unpublished")

    def _read_title_files(self) -> None:
        """Learn what title files name, before anything that they may name is taken for a title."""
        while self.left_seconds > DECIDING_SECONDS and (names := self.watcher.unread_title_files()):
            for name in names:
                if self.left_seconds <= DECIDING_SECONDS:
                    return
                try:
                    named = files_named_in(self.registrar.sources, self.watcher.address(name), name)
                except ConfigError:
                    named = None  # its own title says what is wrong with it
                except VodError as error:
                    self.said.append(f"{name} waits: {error}")
                    return
                self.watcher.keep_named(name, named)

    def _decide(self, stand: Stand, seen_until: bytes) -> bytes:
        """Decide about what is due, and return the family after which to go on; empty when all had their turn.

        Args:
            stand: Where the looking stands.
            seen_until: How far an unfinished look has come: a family is left alone until all its names were passed.
        """
        family = bytes.fromhex(stand.family)
        while due := self.watcher.due(family):
            for family in due:
                if seen_until and family + b"/" > seen_until:
                    continue
                if self._settled(family, stand):
                    self.watcher.settle(family)
                if self.is_over():
                    return family
        return b""

    def _settled(self, family: bytes, stand: Stand) -> bool:
        """Take what is whole of a family, and return whether nothing more is to be decided about it."""
        naming = self.watcher.naming(family, stand.looked_at)
        judged = judge(self.watcher.sightings(family, stand.looked_at), self.watcher.place, naming)
        self.said += filter(None, (self._came_too_late(left) for left in judged.left if left.state == PART))
        settled = [self._taken(delivery) for delivery in judged.deliveries]  # each has its turn
        if speaks_of_a_folder(family):
            settled.append(not any(left.state == WAITING for left in judged.left))
            if settled[-1]:
                self.watcher.make_due(b"".join(family.rpartition(b"/")[:2]))
        return all(settled)

    def _taken(self, delivery: Delivery) -> bool:
        """Take a delivery when it is whole, and return whether that is settled."""
        name = delivery.mezzanine.name
        before = self.watcher.outcome(name)
        if delivery.waits_for or self.watcher.is_resting(name):
            return False
        if before is not None and before.token == delivery.token and before.state in (TAKEN, REFUSED, DUPLICATE):
            return before.state != TAKEN or self._says_the_same(name, before.title)
        address = self.watcher.address(name)
        try:
            address = self.registrar.sources.canonical(address)
            fingerprint = self.watcher.fingerprint(address, delivery.mezzanine.version, self.left_seconds)
            sidecars = self._contents(delivery) if fingerprint else None
            if fingerprint is None or sidecars is None:
                self._keep_waiting(delivery, before, "its bytes are being read")
                return False
            outcome = replace(
                before or Outcome(name, delivery.token, TAKEN),
                token=delivery.token,
                state=TAKEN,
                reason="",
                address=address,
                sha256=fingerprint.sha256,
                sidecars=sidecars,
            )
            return self._take(delivery, outcome, before)
        except VodError as error:
            if error.code in PASSING or not isinstance(error, (SourceError, ConfigError)):
                is_archived = error.code == ARCHIVED
                reason = self._brought_back(delivery) if is_archived else str(error)
                self._keep_waiting(delivery, before, reason)  # the next tick tries again
                return False
            refused = before or Outcome(name, delivery.token, REFUSED, title=error.title, address=address)
            self.watcher.keep(replace(refused, token=delivery.token, state=REFUSED, reason=str(error), address=address))
            self.said.append(str(error))
            if isinstance(error, ConfigError):  # of sources that are refused, registering them has told
                self.registrar.refused(error.about(file=address), delivery.token, "")
        return True

    def _came_too_late(self, part: Left) -> str:
        """Return what is to be said of a part that became a title before a title file named it; nothing of others."""
        before = self.watcher.outcome(part.name)
        if before is None or not before.is_a_version or self.registrar.store.record(before.title) is None:
            return ""
        became = f"became the title {before.title} before a title file said so"
        return f"{part.name} is a part {part.reason}, and {became}: `vod titles remove {before.title}` removes it"

    def _says_the_same(self, name: str, title: str) -> bool:
        """Return whether what is said of a title is what was made of it; else its metadata is to be made anew."""
        files = [
            file
            for family in shared_families(name)
            for file in self.watcher.sightings(family, 0.0)
            if is_shared_name(file.name)
        ]
        try:
            shared = [self.registrar.sources.canonical(self.watcher.address(file.name)) for file in files]
            said = said_now(self.registrar.store, self.words, title, shared)
        except VodError as error:
            self.said.append(f"{title}: {error}")  # what is published stays
            return not isinstance(error, StoreError)
        if said:
            version = contents_of({file.name: file.version for file in files} | {"": said})[:16]
            tags = {TITLE_TAG: title, PLACE_TAG: self.watcher.place.name}
            self.requests.append(
                dg.RunRequest(f"{title}@said-{version}", partition_key=title, tags=tags, asset_selection=FOLLOWS_WORDS)
            )
        return not said

    def _brought_back(self, delivery: Delivery) -> str:
        """Ask for a delivery that is in an archive, when the place wants that, and return why it waits."""
        name = delivery.mezzanine.name
        names = [name, *(sidecar.name for sidecar in delivery.sidecars)]
        try:
            return self.watcher.bring_back(names, is_wanted=self.watcher.place.wishes(name).restore)
        except VodError as error:
            return f"restoring: {error}"

    def _keep_waiting(self, delivery: Delivery, before: Outcome | None, reason: str) -> None:
        """Keep why a delivery that is whole is not taken yet, beside what was taken before."""
        self.said.append(f"{delivery.mezzanine.name} waits: {reason}")
        waiting = before or Outcome(delivery.mezzanine.name, delivery.token, WAITING)
        if waiting.reason != reason:
            self.watcher.keep(replace(waiting, reason=reason))

    def _contents(self, delivery: Delivery) -> str | None:
        """Return a token of what is in the sidecars; None while one is being read."""
        found: dict[str, str] = {}
        for sidecar in delivery.sidecars:
            address = self.registrar.sources.canonical(self.watcher.address(sidecar.name))
            fingerprint = self.watcher.fingerprint(address, sidecar.version, self.left_seconds)
            if fingerprint is None:
                return None
            found[sidecar.name.rpartition("/")[2]] = fingerprint.sha256
        return contents_of(found)

    def _take(self, delivery: Delivery, outcome: Outcome, before: Outcome | None) -> bool:
        """Make a delivery a title or a new version of one; the same bytes again are nothing new.

        Returns:
            Whether that is settled: not while another place takes the same file.
        """
        if before is not None and before.is_a_version and before.same_bytes(outcome):
            self._returned(outcome)
            return True
        if (twin := self.watcher.twin(outcome)) is not None:
            self._returned(replace(outcome, title=twin.title, version=twin.version))
            return True
        if (owner := self._owner(outcome)) is not None:
            said = f"its bytes are those of {owner.title} ({owner.address})"
            self.watcher.keep(replace(outcome, state=DUPLICATE, reason=said, title=owner.title))
            return True
        registered = self._registered(delivery, outcome.address)
        version = version_of(outcome.version, outcome.sha256, outcome.sidecars)
        taken = replace(outcome, title=registered.record.title_id, version=version)
        if not self.watcher.stage(taken, self.ticket):
            self._keep_waiting(delivery, before, "it is being taken from another place where it is seen, too")
            return False
        self.requests.append(self._request(registered, version))
        return True

    def _owner(self, outcome: Outcome) -> Outcome | None:
        if self.watcher.place.duplicates == "allow":
            return None
        title = outcome.title or self.registrar.store.title_of(outcome.address) or ""
        owner = self.watcher.owner(outcome.sha256, title)
        return owner if owner is not None and owner.address != outcome.address else None

    def _returned(self, outcome: Outcome) -> None:
        """Keep what was there before: touched, or gone and back."""
        self.watcher.keep(outcome)
        record = self.registrar.store.record(outcome.title)
        if record is not None and record.vanished:
            self.registrar.store.register(record.model_copy(update={"vanished": False}))

    def _registered(self, delivery: Delivery, address: str) -> Registered:
        name, place = delivery.mezzanine.name, self.watcher.place
        return register(self.registrar, address, wishes=lambda info: place.wishes(name, info))

    def _request(self, registered: Registered, version: str) -> dg.RunRequest:
        title = registered.record.title_id
        tags = {
            TITLE_TAG: title,
            PLACE_TAG: self.watcher.place.name,
            PRIORITY_TAG: str(registered.wished.priority),
            OWNER_TAG: registered.wished.owner,
            VERSION_TAG: version,
        }
        return dg.RunRequest(
            run_key=f"{title}@{version}",
            partition_key=title,
            tags={name: value for name, value in tags.items() if value},
        )
