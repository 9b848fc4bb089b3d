"""One run at a time works on a title; a run that lost it commits nothing."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from vod_assets.adapters.leases.blobs import BlobLeases
from vod_assets.defs import leases as module
from vod_assets.defs.executors import Executor
from vod_assets.defs.leases import Pulse, end_pulse, pulse_of
from vod_assets.domain.errors import Cancelled, ConfigError, StoreError
from vod_assets.domain.leases import Beat, Quarantine
from vod_assets_tests.fakes import MemoryBlobs
from vod_assets_tests.studio import wait_until

BEAT = 0.02
HERE = Executor.this_process()
DEAD = replace(HERE, started_ticks=HERE.started_ticks - 1).as_tags()
ELSEWHERE = replace(HERE, host="another").as_tags()
Make = Callable[..., Pulse]


def wanted() -> None:
    """Say that the run is wanted."""


def never(_run: str) -> bool:
    return False


@pytest.fixture
def leases() -> BlobLeases:
    return BlobLeases(MemoryBlobs())


@pytest.fixture
def make(leases: BlobLeases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    monkeypatch.setattr(module, "BUSY_AFTER_SECONDS", 0.2)
    monkeypatch.setattr(module, "DEAD_AFTER_SECONDS", 0.4)
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.02)
    pulses = []

    def make(run: str, title: str = "film", is_over: Callable[[str], bool] = never) -> Pulse:
        pulses.append(Pulse(leases, run, title, is_over, BEAT))
        pulses[-1].start()
        return pulses[-1]

    yield make
    for pulse in pulses:
        pulse.let_go()


def test_a_run_gives_signs_of_life_until_it_ends(leases: BlobLeases, make: Make) -> None:
    pulse = make("a")
    wait_until(lambda: (beat := leases.beat_of("a")) and beat.count >= 2)
    pulse.let_go()
    assert leases.beats() == []


def test_the_first_question_takes_the_title_and_the_end_gives_it_back(leases: BlobLeases, make: Make) -> None:
    pulse = make("a")
    assert leases.holder("film") is None
    pulse.require(wanted)
    pulse.require(wanted)
    held = leases.holder("film")
    assert held is not None
    assert (held.run, held.host) == ("a", HERE.host)
    pulse.let_go()
    assert leases.holder("film") is None


def test_a_second_run_ends_naming_the_first_and_its_host(make: Make) -> None:
    make("a").require(wanted)
    with pytest.raises(ConfigError, match=f"run a on {HERE.host}") as raised:
        make("b").require(wanted)
    assert raised.value.code == "title_busy"


def test_a_second_run_waits_for_one_that_is_about_to_end(
    leases: BlobLeases, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUSY_AFTER_SECONDS", 60.0)
    first = make("a")
    first.require(wanted)
    threading.Timer(0.1, first.let_go).start()
    make("b").require(wanted)
    held = leases.holder("film")
    assert held is not None
    assert held.run == "b"


def test_who_waits_stops_when_it_is_cancelled(make: Make) -> None:
    def cancelled() -> None:
        raise Cancelled

    make("a").require(wanted)
    with pytest.raises(Cancelled):
        make("b").require(cancelled)


@pytest.mark.parametrize("tags", [ELSEWHERE, {}])
def test_a_title_is_taken_over_once_its_run_has_stood_still(
    leases: BlobLeases, make: Make, tags: dict[str, str]
) -> None:
    """Nothing is known of the other run but that it no longer counts, by the clock of the one that waits."""
    assert leases.take("film", "a", "another", None)
    leases.beat(Beat(run="a", title="film", count=7, executor=tags))
    began = time.monotonic()
    make("b").require(wanted)
    assert time.monotonic() - began >= 0.4


def test_a_title_whose_run_was_killed_here_is_taken_over_at_once(
    leases: BlobLeases, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DEAD_AFTER_SECONDS", 30.0)
    assert leases.take("film", "a", HERE.host, None)
    leases.beat(Beat(run="a", title="film", executor=DEAD))
    began = time.monotonic()
    make("b").require(wanted)
    assert time.monotonic() - began < 30.0


def test_a_title_whose_run_has_ended_is_taken_over_at_once(leases: BlobLeases, make: Make) -> None:
    make("a").require(wanted)
    make("b", is_over=lambda run: run == "a").require(wanted)
    held = leases.holder("film")
    assert held is not None
    assert held.run == "b"


def test_a_run_that_lost_its_title_is_refused_for_good(make: Make) -> None:
    first = make("a")
    first.require(wanted)
    second = make("b", is_over=lambda run: run == "a")
    second.require(wanted)
    with pytest.raises(StoreError, match="taken the title over") as raised:
        first.require(wanted)
    assert raised.value.code == "lease_lost"
    second.let_go()
    with pytest.raises(StoreError):
        first.require(wanted)


def test_a_run_that_lost_its_title_learns_it_without_asking(make: Make) -> None:
    first = make("a")
    first.require(wanted)
    first.require_unlost()
    make("b", is_over=lambda run: run == "a").require(wanted)

    def is_lost() -> bool:
        try:
            first.require_unlost()
        except StoreError:
            return True
        return False

    wait_until(is_lost)


def test_a_store_that_is_away_ends_no_encode(leases: BlobLeases, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise StoreError("store_unreachable", "the share is away")

    pulse = make("a")
    pulse.require(wanted)
    with monkeypatch.context() as patch:
        patch.setattr(leases.blobs, "replace", away)
        patch.setattr(leases.blobs, "read", away)
        time.sleep(10 * BEAT)
        pulse.require_unlost()
    before = leases.beat_of("a")
    assert before is not None
    wait_until(lambda: (beat := leases.beat_of("a")) and beat.count > before.count)
    pulse.require(wanted)


def test_a_quarantined_title_is_not_taken(leases: BlobLeases, make: Make) -> None:
    leases.quarantine(Quarantine(title="film", cause="3 runs of it died"))
    with pytest.raises(ConfigError, match="3 runs of it died") as raised:
        make("a").require(wanted)
    assert raised.value.code == "title_quarantined"


def test_a_run_without_a_title_takes_none(leases: BlobLeases, make: Make) -> None:
    make("a", title="").require(wanted)
    assert [beat.run for beat in leases.beats()] == ["a"]


def test_all_guards_of_a_run_share_one_pulse(leases: BlobLeases) -> None:
    made = [pulse_of("a", lambda: Pulse(leases, "a", "film", never, BEAT)) for _ in range(2)]
    assert made[0] is made[1]
    end_pulse("a")
    end_pulse("a")
    assert leases.beats() == []
