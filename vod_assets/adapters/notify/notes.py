"""What the outbox notes beside its letters: how many a channel got, until when it rests, whom a run's end is told."""

import re
import secrets
from typing import TypeVar

from vod_assets.domain.documents import Document
from vod_assets.ports.blobs import Blobs

RATES, RESTS, WISHES = "rates/", "rests/", "wishes/"
_WISH = re.compile(r"[0-9a-f]{16}")
Kind = TypeVar("Kind", bound=Document)


class Wish(Document):
    """Whom the end of a run is told."""

    address: str


class Rate(Document):
    """How many notices a channel got in an hour, which is counted since the epoch."""

    hour: int
    sent: int


class Rest(Document):
    """Until when a channel wants to be left alone, in seconds since the epoch."""

    until: int


class Notes:
    """Keeps notes.

    Args:
        blobs: The storage, from the outbox's own folder on.
    """

    def __init__(self, blobs: Blobs) -> None:
        self.blobs = blobs

    def wish(self, address: str) -> str:
        """Keep an address that is told when a run ends, and return the id of the wish."""
        wish = secrets.token_hex(8)
        self.blobs.replace(f"{WISHES}{wish}.json", written(Wish(address=address)))
        return wish

    def wished(self, wish: str) -> str:
        """Return that address; empty: none."""
        found = self.read(f"{WISHES}{wish}.json", Wish) if _WISH.fullmatch(wish) else None
        return found.address if found else ""

    def fulfil(self, wish: str) -> None:
        """Forget what was wished."""
        if _WISH.fullmatch(wish):
            self.blobs.delete([f"{WISHES}{wish}.json"])

    def sent_in(self, hour: int, channel: str) -> int:
        """Return how many notices a channel got in an hour."""
        rate = self.read(f"{RATES}{channel}.json", Rate)
        return rate.sent if rate and rate.hour == hour else 0

    def count(self, hour: int, channel: str, sent: int) -> None:
        """Keep how many notices a channel got in an hour."""
        self.blobs.replace(f"{RATES}{channel}.json", written(Rate(hour=hour, sent=sent)))

    def rests_until(self, channel: str) -> int:
        """Return until when a channel wants to be left alone."""
        found = self.read(f"{RESTS}{channel}.json", Rest)
        return found.until if found else 0

    def rest(self, channel: str, until: int) -> None:
        """Keep that."""
        self.blobs.replace(f"{RESTS}{channel}.json", written(Rest(until=until)))

    def read(self, name: str, kind: type[Kind]) -> Kind | None:
        """Return a document, or None; one that cannot be read is none, and goes away."""
        data = self.blobs.read(name)
        if data is None:
            return None
        try:
            return kind.model_validate_json(data)
        except ValueError:  # an older or newer version wrote it
            self.blobs.delete([name])
            return None


def written(document: Document) -> bytes:
    """Return a document as it is kept."""
    return document.model_dump_json().encode(errors="backslashreplace") + b"\n"
