"""The small JSON documents of a store: which titles there are, where their sources lie, what was refused."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from pydantic_core import from_json

from vod_assets.adapters.store import layout
from vod_assets.domain.errors import StoreError
from vod_assets.domain.title import TitleRecord
from vod_assets.ports.blobs import Blobs

BATCH = 1_000
ORDERED_AT_MOST = 5
SETTLE_SECONDS = 0.05  # a writer that has read the record before has written it by then
Answer = TypeVar("Answer")


class TitleNotes:
    """Keeps what is known of titles in a storage."""

    def __init__(self, blobs: Blobs) -> None:
        self.blobs = blobs
        self.address = blobs.address

    def record(self, title: str) -> TitleRecord | None:
        """Return ``title.json``."""
        document = self._read(layout.title_folder(title) + layout.RECORD)
        return TitleRecord.model_validate(document) if document else None

    def register(self, record: TitleRecord) -> None:
        """Write ``title.json`` and which title its address belongs to; what operators say in it stays."""
        kept = self.record(record.title_id)
        self._write(record.with_orders_of(kept) if kept is not None else record)

    def order(self, title: str, orders: Mapping[str, Any]) -> TitleRecord | None:
        """Write what operators say of a title, and see that it stands: somebody may have been about to register it."""
        for _ in range(ORDERED_AT_MOST):
            record = self.record(title)
            if record is None:
                return None
            ordered = record.model_copy(update=dict(orders))
            if ordered == record:
                return record
            self._write(ordered)
            time.sleep(SETTLE_SECONDS)
        return self.record(title)

    def _write(self, record: TitleRecord) -> None:
        note = {"address": record.source, "title": record.title_id}
        self.blobs.replace(layout.source_name(record.source), pretty(note))
        name = layout.title_folder(record.title_id) + layout.RECORD
        self.blobs.replace(name, pretty(record.model_dump(mode="json")))

    def title_of(self, address: str) -> str | None:
        """Return the title id of an address."""
        document = self._read(layout.source_name(address))
        return str(document["title"]) if document else None

    def titles(self) -> list[str]:
        """Return every registered title id, sorted."""
        folders = self.blobs.folders(layout.TITLES)
        known = self._answers(lambda title: self.blobs.stat(f"{layout.TITLES}{title}/{layout.RECORD}"), folders)
        return [title for title, record in zip(folders, known, strict=True) if record]

    def records(self) -> Iterator[TitleRecord]:
        """Yield the record of every title, in the order of `titles`."""
        return filter(None, self._answers(self.record, self.blobs.folders(layout.TITLES)))

    def assets(self, title: str) -> list[str]:
        """Return the names of the assets that were ever begun for a title, sorted."""
        return [name for name in self.blobs.folders(layout.title_folder(title)) if name != layout.MADE]

    def refuse(self, title: str, refusal: Mapping[str, Any]) -> None:
        """Write ``refused/<title>.json``."""
        self.blobs.replace(layout.refusal_name(title), pretty(refusal))

    def refusals(self) -> dict[str, dict[str, Any]]:
        """Return every refusal by title id, sorted."""
        names = [blob.name for blob in self.blobs.walk(layout.REFUSED)]
        found = {name.removeprefix(layout.REFUSED).removesuffix(".json"): self._read(name) for name in names}
        return {title: document for title, document in found.items() if document}

    def forgive(self, title: str) -> None:
        """Remove a title's refusal."""
        self.blobs.delete([layout.refusal_name(title)])

    def _answers(self, ask: Callable[[str], Answer], titles: Sequence[str]) -> Iterator[Answer]:
        """Yield what is said of each title; a storage that makes one wait is asked about several at a time."""
        if self.blobs.path("") is not None:
            yield from map(ask, titles)
            return
        with ThreadPoolExecutor(self.blobs.transfers, thread_name_prefix="notes") as pool:
            for start in range(0, len(titles), BATCH):
                yield from pool.map(ask, titles[start : start + BATCH])

    def _shown(self, name: str) -> str:
        path = self.blobs.path(name)
        return str(path) if path else f"{self.address}/{name}"

    def _read(self, name: str) -> dict[str, Any] | None:
        data = self.blobs.read(name)
        return parsed(data, self._shown(name)) if data is not None else None


def pretty(document: Mapping[str, Any]) -> bytes:
    """Return a document as it is kept: sorted, for people to read."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def parsed(data: bytes, address: str) -> dict[str, Any]:
    """Return a kept document.

    Raises:
        StoreError: ``store_damaged``.
    """
    try:
        document: dict[str, Any] = from_json(data)  # four times as quick as json's
    except ValueError as error:
        raise StoreError("store_damaged", f"{address} is not JSON", "Remove it and run again") from error
    return document
