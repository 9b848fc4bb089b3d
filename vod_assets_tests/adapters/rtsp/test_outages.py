"""Of an outage people are told once, when it has lasted for a while, and once of its end."""

import pytest

from vod_assets.adapters.rtsp.outages import Outages
from vod_assets.domain.errors import StoreError
from vod_assets.domain.events import Event
from vod_assets.domain.publishing_streams import StreamState

ADDRESS = "rtsp://media.example/film"
WELL = StreamState(title="film")


class Desk:
    """Somebody who is told, and a clock."""

    def __init__(self) -> None:
        self.told: list[Event] = []
        self.time, self.is_away = 1_000.0, False
        self.outages = Outages(self.take, 60, lambda: self.time, "here")

    def take(self, event: Event) -> None:
        if self.is_away:
            raise StoreError("store_unreachable", "it is away")
        self.told.append(event)

    def fail(self, state: StreamState, *seconds: int) -> StreamState:
        """Return the state after failures, each so many seconds after the one before."""
        for later in seconds:
            self.time += later
            state = self.outages.after_failure(state, ADDRESS, "Connection refused")
        return state


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_short_outage_is_told_to_nobody(desk: Desk) -> None:
    state = desk.fail(WELL, 0, 30, 29)
    assert desk.outages.after_success(state, ADDRESS) == WELL
    assert desk.told == []


def test_a_long_one_and_its_end_are_told_once_each(desk: Desk) -> None:
    state = desk.fail(WELL, 0, 30, 30, 30)
    state = desk.outages.after_success(desk.fail(StreamState.model_validate(state.model_dump()), 30), ADDRESS)
    desk.outages.after_success(state, ADDRESS)
    lost, back = desk.told
    assert (lost.kind, lost.severity, back.kind, back.severity) == ("rtsp_lost", "error", "rtsp_back", "info")
    assert lost.said == f"its stream is lost at {ADDRESS}, from here: Connection refused"
    assert back.said == f"its stream is back at {ADDRESS}, from here after 120 s"
    assert desk.fail(state, 0, 60).is_told
    assert len({event.id for event in desk.told}) == 3, "another outage is another event"


def test_what_nobody_could_be_told_is_told_later(desk: Desk) -> None:
    state, desk.is_away = desk.fail(WELL, 0), True
    with pytest.raises(StoreError):
        desk.fail(state, 60)
    desk.is_away = False
    assert desk.fail(state, 30).is_told
    assert len(desk.told) == 1
