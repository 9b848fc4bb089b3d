"""Leases keep their contract on real servers of every kind, and no clock but the waiting run's own is asked."""

import time
from collections.abc import Callable

import pytest

from vod_assets.adapters.blobs.opening import open_blobs
from vod_assets.adapters.leases.blobs import BlobLeases
from vod_assets.defs import leases as module
from vod_assets.defs.leases import Pulse
from vod_assets.domain.errors import ConfigError, StoreError
from vod_assets.domain.leases import Beat
from vod_assets_tests.contracts.leases import LeasesContract
from vod_assets_tests.places import SERVED, place

BEAT = 0.1
OpenLeases = Callable[[], BlobLeases]


@pytest.fixture(params=SERVED)
def opened(request: pytest.FixtureRequest) -> OpenLeases:
    """Opens one storage, as each of several hosts does."""
    address, access = place(request, request.param)
    return lambda: BlobLeases(open_blobs(address, access))


class TestLeasesOnAServer(LeasesContract):
    @pytest.fixture
    def leases(self, opened: OpenLeases) -> BlobLeases:
        return opened()


@pytest.fixture
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_AFTER_SECONDS", 0.5)
    monkeypatch.setattr(module, "DEAD_AFTER_SECONDS", 1.5)
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)


def run_on_its_host(leases: BlobLeases, name: str) -> Pulse:
    pulse = Pulse(leases, name, "film", lambda _: False, BEAT)
    pulse.start()
    return pulse


def wanted() -> None:
    """Say that the run is wanted."""


def test_of_two_runs_of_a_title_one_works_and_the_other_is_refused(opened: OpenLeases, in_haste: None) -> None:
    first, second = run_on_its_host(opened(), "a"), run_on_its_host(opened(), "b")
    try:
        first.require(wanted)
        with pytest.raises(ConfigError, match="run a on") as raised:
            second.require(wanted)
        assert raised.value.code == "title_busy"
        first.require(wanted)
        first.let_go()
        second.require(wanted)
    finally:
        first.let_go()
        second.let_go()
    assert (opened().beats(), opened().holder("film")) == ([], None)


def test_a_run_that_stands_still_is_taken_over_and_commits_nothing_more(opened: OpenLeases, in_haste: None) -> None:
    """It has a lease and a sign of life and does not count on, as a host that lost its power or stands still."""
    leases = opened()
    lease = leases.take("film", "a", "another-host", None)
    assert lease is not None
    leases.beat(Beat(run="a", title="film", count=7))
    began, second = time.monotonic(), run_on_its_host(opened(), "b")
    try:
        second.require(wanted)
        assert time.monotonic() - began >= 1.5
        assert not leases.holds(lease)
        late = Pulse(leases, "a", "film", lambda _: False, BEAT)
        late._lease = lease  # it wakes up
        with pytest.raises(StoreError, match="taken the title over"):
            late.require(wanted)
    finally:
        second.let_go()
