"""Streams that are offered over RTSP: what is kept of each, and how patiently a lost server is tried again."""

from typing import Literal

from vod_assets.domain.documents import Document

QUICK_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)  # after each of the first failures in a row
SLOW_SECONDS = 30.0
TRIES = len(QUICK_SECONDS)
STEADY_SECONDS = 30.0  # who has published so long begins to count failures anew

Phase = Literal[
    "connecting", "publishing", "waiting", "lost", "withheld", "on_demand", "played", "stopped", "unregistered"
]


class OfferedStream(Document):
    """A title's file that a server offers.

    Attributes:
        digest: Of the artifact that the file is of.
        file: Name of the file in the title's folder of streams.
        address: What players open.
    """

    title: str
    digest: str
    file: str
    address: str


class StreamState(Document):
    """How a title's stream is.

    Attributes:
        since: Seconds since 1970 when this phase began.
        pid: The process that publishes it; 0: none of ours.
        restarts: How often it was begun anew since it was started.
        failures: How often in a row it failed.
        frames: Sent since it was begun last.
        readers: Who watches now, where the server says.
        said: Why it failed last, or is withheld.
        failing_since: Seconds since 1970 when the first of these failures came; 0: all is well.
        is_told: Whether people were told of that.
    """

    title: str
    address: str = ""
    phase: Phase = "stopped"
    since: float = 0.0
    pid: int = 0
    restarts: int = 0
    failures: int = 0
    frames: int = 0
    readers: int | None = None
    said: str = ""
    failing_since: float = 0.0
    is_told: bool = False


def delay_seconds(failures: int) -> float:
    """Return how long is waited after so many failures in a row: five times ever longer, then at an even pace."""
    return QUICK_SECONDS[failures - 1] if 0 < failures <= TRIES else SLOW_SECONDS
