"""Has titles be offered over RTSP as viewers are to see them: by their records, their releases and the clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from vod_assets.domain.errors import StoreError
from vod_assets.domain.offering import ReleaseStream, Verdict, verdict_of
from vod_assets.ports import ArtifactStore
from vod_assets.ports.streaming import RtspServer, StreamLedger

ASSET, FILE = "rtsp_stream", "movie.mp4"
TIMES_TRIED = 3  # operators may change their mind while a file is fetched


def _clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Offered:
    """What became of a title's stream.

    Attributes:
        address: Where it is played; empty: nowhere, or it was left as it is.
        withheld: Why it may not be offered now; empty: it may.
    """

    address: str = ""
    withheld: str = ""


@dataclass(frozen=True)
class Offering:
    """Offers titles at an RTSP server.

    Attributes:
        store: It holds the records, and the files.
        ledger: Which stream belongs to which release.
        server: Where they are offered.
        now: The clock.
    """

    store: ArtifactStore
    ledger: StreamLedger
    server: RtspServer
    now: Callable[[], datetime] = field(default=_clock)

    @property
    def address(self) -> str:
        """Where the server is asked; empty: there is none."""
        return self.server.address

    def registered(self, title: str) -> str:
        """Return the digest of what this machine offers of a title; empty: nothing."""
        return self.server.registered(title)

    def verdict(self, title: str) -> Verdict:
        """Return what is to be offered of a title now."""
        return verdict_of(self.store.record(title), self.ledger.made(title), self.now())

    def settle(self, title: str, *, again: bool = False) -> Offered:
        """Offer what is to be offered of a title, or nothing; whoever takes it down meanwhile is obeyed.

        Args:
            title: The title.
            again: Tell the server also what it should know.

        Raises:
            RemoteError: ``rtsp_unavailable``.
            StoreError: Those of the store.
        """
        verdict, offered = self.verdict(title), Offered()
        for _ in range(TIMES_TRIED):
            offered = self._brought(title, verdict, again=again)
            before, verdict = verdict, self.verdict(title)
            if verdict == before:
                break
        return offered

    def withdraw(self, title: str) -> None:
        """Offer nothing of a title, also where another machine registered it; nothing happens when there is nothing."""
        if self.server.registered(title) or self.ledger.made(title).streams:
            self.server.unregister(title)

    def forget(self, title: str) -> None:
        """Offer nothing of a title, and forget that there ever was anything."""
        self.server.unregister(title)
        self.ledger.forget(title)

    def file(self, title: str, stream: ReleaseStream) -> Path | None:
        """Return where a stream's file is on this machine, once it is fetched; None: it is not kept any more."""
        try:
            artifact = self.store.load(title, ASSET, stream.recipe)
        except StoreError as error:
            if error.code != "artifact_missing":
                raise
            return None
        return self.store.local_path(artifact, FILE) if artifact.digest == stream.digest else None

    def _brought(self, title: str, verdict: Verdict, *, again: bool) -> Offered:
        if verdict.withheld:
            self.withdraw(title)
            return Offered(withheld=verdict.withheld)
        stream = verdict.stream
        if stream is None or not self.server.address:
            return Offered()
        if self.server.registered(title) == stream.digest and not again:
            return Offered()
        file = self.file(title, stream)
        if file is None:
            self.withdraw(title)
            return Offered(withheld=f"the stream of release {stream.release} is not kept any more")
        return Offered(self.server.register(title, stream.digest, file))
