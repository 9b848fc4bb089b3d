"""What makes files for RTSP, and the server that offers them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from vod_assets.domain.offering import MadeStreams, ReleaseStream
from vod_assets.domain.publishing_streams import StreamState
from vod_assets.domain.rtsp import StreamDemand
from vod_assets.ports.runs import OnProgress


class StreamMaker(Protocol):
    """Makes MP4 files that players of RTSP can follow, from what was encoded."""

    @property
    def build_ids(self) -> Mapping[str, str]:
        """Builds of the tools that shape a file."""
        ...

    def stream(
        self, picture: Path, sound: Path | None, demand: StreamDemand, target: Path, on_progress: OnProgress
    ) -> Mapping[str, Any]:
        """Write one file and return what was done: packets are copied where they will do, and encoded otherwise."""
        ...


class RtspServer(Protocol):
    """Offers titles over RTSP."""

    @property
    def address(self) -> str:
        """Where it is asked, without a password; empty: there is no server."""
        ...

    def registered(self, title: str) -> str:
        """Return the digest of what is offered of a title, without asking the server; empty: nothing."""
        ...

    def register(self, title: str, digest: str, file: Path) -> str:
        """Offer a file as a title's stream from now on, in place of another, and return the address; twice is as once.

        Raises:
            RemoteError: ``rtsp_unavailable``.
            ConfigError: ``rtsp_refused``.
        """
        ...

    def unregister(self, title: str) -> None:
        """Stop a title's stream and offer it no more; nothing happens when there is none."""
        ...

    def start(self, title: str, *, once: bool = False) -> StreamState:
        """Have a registered title be played, from now on or as soon as somebody asks; twice is as once.

        Args:
            title: The title.
            once: From the beginning to the end, not over and over.

        Raises:
            ConfigError: ``rtsp_unknown``: nothing is registered of it.
        """
        ...

    def stop(self, title: str) -> None:
        """Play a title no more until it is started again."""
        ...

    def streams(self) -> list[StreamState]:
        """Return every registered title's stream, by title."""
        ...

    def revive(self) -> list[str]:
        """Start what should be played by this machine and is not, and return the titles; nobody is waited for."""
        ...


class StreamLedger(Protocol):
    """Knows which stream belongs to which release, on every host the same."""

    def made(self, title: str) -> MadeStreams:
        """Return the streams of a title's releases; none where nothing was noted.

        Raises:
            StoreError: ``store_damaged``, and those of the storage.
        """
        ...

    def note(self, title: str, stream: ReleaseStream) -> None:
        """Write down a release's stream; twice is once."""
        ...

    def forget(self, title: str) -> None:
        """Remove what is noted of a title; nothing happens when there is nothing."""
        ...
