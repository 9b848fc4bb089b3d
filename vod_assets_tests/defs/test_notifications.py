"""Ended runs are told of once, whoever executed them and whoever looks."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from vod_assets.defs.ended_runs import Teller, has_ended, tells_of_refusals
from vod_assets.defs.guard import PARTITION_TAG, REFUSED_OPEN, REFUSED_TAG
from vod_assets.defs.notifications import Seen, notifications, tell_of_runs
from vod_assets.defs.runs import DIED_OPEN, DIED_TAG, WISH_TAG
from vod_assets.domain.errors import SourceError, StoreError
from vod_assets.domain.events import Event
from vod_assets.domain.leases import Quarantine
from vod_assets.domain.title import TitleRecord
from vod_assets.ports.notices import Round
from vod_assets_tests.defs.test_reaper import OURS, title_graph

Status = dg.DagsterRunStatus
CALLBACK = "https://example.com/done?canary"


@dataclass
class Kept:
    """An outbox that keeps what is put, and sends nothing."""

    is_read: bool = True
    events: dict[str, Event] = field(default_factory=dict)
    wishes: dict[str, str] = field(default_factory=dict)
    is_away: bool = False

    def put(self, event: Event) -> bool:
        if self.is_away:
            raise StoreError("store_unreachable", "the store is away")
        return self.events.setdefault(event.id, event) is event

    def wished(self, wish: str) -> str:
        return self.wishes.get(wish, "")

    def fulfil(self, wish: str) -> None:
        self.wishes.pop(wish, None)

    def deliver(self, is_over: object) -> Round:
        return Round(sent=len(self.events))

    @property
    def told(self) -> list[tuple[str, str, str]]:
        return [(one.kind, one.severity, one.facts.get("code", "")) for one in self.events.values()]


class OneTitle:
    """A store that knows the title ``film``, of which nothing was made."""

    def record(self, title: str) -> TitleRecord | None:
        return TitleRecord(title_id="film", source="file:///film.mp4") if title == "film" else None

    def latest(self, title: str, asset: str) -> None:
        return None

    def quarantines(self) -> list[Quarantine]:
        return [Quarantine(title="film", cause="3 runs of it died", runs=("r1", "r2", "r3"))]


@dataclass
class Desk:
    """An instance whose runs are told of."""

    instance: dg.DagsterInstance
    outbox: Kept = field(default_factory=Kept)
    seen: Seen = field(default_factory=lambda: Seen(0))

    @property
    def teller(self) -> Teller:
        return Teller(self.instance, OneTitle(), None, self.outbox)  # type: ignore[arg-type]

    @property
    def ports(self) -> dict[str, Any]:
        """What the sensor asks for."""
        publisher = SimpleNamespace(store=OneTitle(), origin=None)
        return {"publisher": publisher, "leases": OneTitle(), "post": self.outbox}

    def run(self, status: Status, tags: Mapping[str, str] | None = None, title: str = "film") -> str:
        named = {PARTITION_TAG: title, **(tags or {})}
        run = self.instance.create_run_for_job(title_graph, tags=named, remote_job_origin=OURS)
        if status == Status.FAILURE:
            self.instance.report_run_failed(run)
        elif status == Status.CANCELED:
            self.instance.report_run_canceled(run)
        else:
            event = dg.DagsterEvent("PIPELINE_SUCCESS", run.job_name)
            self.instance.report_dagster_event(event, run.run_id)
        return run.run_id

    def look(self) -> list[tuple[str, str, str]]:
        self.seen = Seen.from_cursor(tell_of_runs(self.teller, self.seen).as_cursor())
        return self.outbox.told


@pytest.fixture
def desk() -> Iterator[Desk]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Desk(instance)


def test_a_failed_run_is_told_of_once(desk: Desk) -> None:
    run = desk.run(Status.FAILURE, {"dagster/backfill": "abcd"})
    assert desk.look() == [("run_failed", "error", "step_failed")]
    (event,) = desk.outbox.events.values()
    assert (event.title, event.batch, event.facts["run"]) == ("film", "abcd", run)
    assert desk.teller.tell(run) == 0  # a command that looks, too
    assert len(desk.look()) == 1
    desk.run(Status.FAILURE)
    assert len(desk.look()) == 2


def test_a_run_that_ended_well_is_for_machines(desk: Desk) -> None:
    desk.run(Status.SUCCESS)
    assert desk.look() == [("run_finished", "info", "")]


@pytest.mark.parametrize(
    ("status", "tags", "title"),
    [
        (Status.CANCELED, {}, "film"),
        (Status.FAILURE, {REFUSED_TAG: REFUSED_OPEN}, "film"),
        (Status.FAILURE, {}, "of-another-project"),
    ],
)
def test_what_was_cancelled_waits_or_is_another_project_s_is_no_news(
    desk: Desk, status: Status, tags: dict[str, str], title: str
) -> None:
    desk.run(status, tags, title)
    assert desk.look() == []


def test_a_run_that_died_is_a_warning_and_its_callback_waits_for_the_next_one(desk: Desk) -> None:
    desk.outbox.wishes["1"] = CALLBACK
    desk.run(Status.FAILURE, {DIED_TAG: DIED_OPEN, WISH_TAG: "1"})
    assert desk.look() == [("run_failed", "warning", "run_stranded")]
    desk.run(Status.SUCCESS, {WISH_TAG: "1"})
    desk.look()
    assert [event.callback for event in desk.outbox.events.values()] == ["", CALLBACK]
    assert desk.outbox.wishes == {}


def test_who_waits_for_a_run_that_is_tried_no_more_is_told_of_the_quarantine(desk: Desk) -> None:
    desk.outbox.wishes["1"] = CALLBACK
    run = desk.run(Status.FAILURE, {DIED_TAG: "quarantined", WISH_TAG: "1"})
    for runs in ((run,), ("a-run-that-was-removed",), ()):
        desk.teller.tell_of_quarantine(Quarantine(title="film", cause="3 runs of it died", runs=runs))
    assert [event.callback for event in desk.outbox.events.values()] == [CALLBACK, "", ""]


def test_each_run_is_told_to_whom_its_own_command_named(desk: Desk) -> None:
    desk.outbox.wishes |= {"1": f"{CALLBACK}&job=1", "2": f"{CALLBACK}&job=2"}
    second = desk.run(Status.SUCCESS, {WISH_TAG: "2"})
    between = desk.run(Status.SUCCESS)
    first = desk.run(Status.FAILURE, {WISH_TAG: "1"})
    desk.look()
    told = {event.facts["run"]: event.callback for event in desk.outbox.events.values()}
    assert told == {first: f"{CALLBACK}&job=1", between: "", second: f"{CALLBACK}&job=2"}
    assert desk.outbox.wishes == {}


def test_a_cancelled_run_ends_for_who_called(desk: Desk) -> None:
    desk.outbox.is_read = False
    desk.outbox.wishes["1"] = CALLBACK
    desk.run(Status.CANCELED, {WISH_TAG: "1"})
    assert desk.look() == [("run_failed", "info", "cancelled")]


def test_nothing_is_looked_up_where_nobody_is_told(desk: Desk) -> None:
    desk.outbox.is_read = False
    desk.run(Status.FAILURE)
    assert desk.look() == []


def test_what_ended_before_the_first_look_is_nobody_s_news() -> None:
    assert Seen.from_cursor(None).until > 1.7e9
    assert Seen.from_cursor(Seen(7.5, frozenset({"a"})).as_cursor()) == Seen(7.5, frozenset({"a"}))


def test_the_sensor_tells_of_runs_and_quarantines_and_sends(desk: Desk) -> None:
    desk.run(Status.FAILURE)
    ports = desk.ports
    with dg.build_sensor_context(desk.instance, Seen(0).as_cursor()) as context:
        done = notifications(context, **ports)
    assert isinstance(done, dg.SensorResult)
    assert [kind for kind, _, _ in desk.outbox.told] == ["run_failed", "quarantined"]
    assert done.skip_reason is not None
    assert done.skip_reason.skip_message == "2 sent, 0 failed"
    assert len(json.loads(str(done.cursor))["runs"]) == 1


def test_a_store_that_is_away_loses_no_run(desk: Desk) -> None:
    desk.run(Status.FAILURE)
    desk.outbox.is_away = True
    ports = desk.ports
    with dg.build_sensor_context(desk.instance, Seen(0).as_cursor()) as context:
        done = notifications(context, **ports)
    assert isinstance(done, dg.SensorResult)
    assert done.cursor == Seen(0).as_cursor()


def test_a_refusal_is_told_and_a_store_that_is_away_does_not_matter(desk: Desk) -> None:
    error = SourceError("source_empty", "the file has 0 bytes", "Deliver it again", "film", "file:///film.mp4")
    tells_of_refusals(desk.outbox, CALLBACK)(error, "v1", "")
    desk.outbox.is_away = True
    tells_of_refusals(desk.outbox)(error, "v2", "")
    (event,) = desk.outbox.events.values()
    assert event.said == "the file has 0 bytes [source_empty]. Deliver it again."
    assert (event.kind, event.callback, event.facts["source"]) == ("source_refused", CALLBACK, "file:///film.mp4")


def test_a_backfill_that_nobody_knows_has_ended(desk: Desk) -> None:
    assert has_ended(desk.instance, "gone")
