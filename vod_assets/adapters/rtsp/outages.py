"""People are told of a stream that is lost for a while, once, and of its return."""

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from vod_assets.domain import events
from vod_assets.domain.events import Event
from vod_assets.domain.publishing_streams import StreamState


def _nobody(_event: Event) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Outages:
    """Tells of outages; what was told is in the state, so that a publisher that is started anew goes on there.

    Attributes:
        tell: Is told of events, at least once each.
        seconds: An outage of so long is told of.
        now: The clock, in seconds since 1970.
        host: This machine.
    """

    tell: Callable[[Event], object] = _nobody
    seconds: int = 60
    now: Callable[[], float] = time.time
    host: str = socket.gethostname()

    def after_failure(self, state: StreamState, address: str, cause: str) -> StreamState:
        """Return the state after a try that failed, and tell of the outage if it lasts too long.

        Raises:
            StoreError: Nobody could be told; the next failure tells.
        """
        since = state.failing_since or self.now()
        if state.is_told or self.now() - since < self.seconds:
            return state.model_copy(update={"failing_since": since})
        began = datetime.fromtimestamp(since, UTC)
        self.tell(events.rtsp_lost(state.title, f"{address}, from {self.host}", cause, began))
        return state.model_copy(update={"failing_since": since, "is_told": True})

    def after_success(self, state: StreamState, address: str) -> StreamState:
        """Return the state once pictures are sent again, and tell of that if people know of the outage.

        Raises:
            StoreError: Nobody could be told; whoever asks again tells.
        """
        if state.is_told:
            began, ended = (datetime.fromtimestamp(at, UTC) for at in (state.failing_since, self.now()))
            self.tell(events.rtsp_back(state.title, f"{address}, from {self.host}", began, ended))
        return state.model_copy(update={"failing_since": 0.0, "is_told": False})
