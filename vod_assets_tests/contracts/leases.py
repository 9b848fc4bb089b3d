"""What every keeper of leases must do; each adapter's test class inherits this."""

import threading

import pytest

from vod_assets.domain.leases import Beat, Quarantine, TitleLease
from vod_assets.ports import Leases


class LeasesContract:
    """One run holds a title, and one that lost it never holds it again."""

    @pytest.fixture
    def leases(self) -> Leases:
        raise NotImplementedError

    def take(self, leases: Leases, run: str, after: TitleLease | None = None) -> TitleLease:
        lease = leases.take("film", run, "here", after)
        assert lease is not None
        return lease

    def test_a_title_that_nobody_holds_is_taken_once(self, leases: Leases) -> None:
        lease = self.take(leases, "a")
        assert leases.holder("film") == lease
        assert leases.take("film", "b", "here", None) is None
        assert leases.holds(lease)

    def test_of_many_takers_one_wins(self, leases: Leases) -> None:
        won: list[TitleLease] = []

        def take(run: str) -> None:
            lease = leases.take("film", run, "here", None)
            won.extend([lease] if lease else [])

        threads = [threading.Thread(target=take, args=(f"run-{number}",)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(won) == 1
        assert leases.holder("film") == won[0]

    def test_a_title_that_was_let_go_is_free(self, leases: Leases) -> None:
        leases.let_go(self.take(leases, "a"))
        assert leases.holder("film") is None
        assert self.take(leases, "b").run == "b"

    def test_a_holder_that_was_taken_for_dead_never_holds_again(self, leases: Leases) -> None:
        first = self.take(leases, "a")
        second = self.take(leases, "b", after=first)
        assert not leases.holds(first)
        leases.let_go(first)
        assert leases.holds(second)
        leases.let_go(second)
        assert not leases.holds(first)

    def test_the_same_number_given_again_is_not_the_same_lease(self, leases: Leases) -> None:
        first = self.take(leases, "a")
        leases.let_go(first)
        second = self.take(leases, "b")
        assert not leases.holds(first)
        leases.let_go(first)
        assert leases.holds(second)

    def test_who_looked_too_long_ago_draws_back(self, leases: Leases) -> None:
        stale = self.take(leases, "a")
        leases.let_go(stale)
        held = self.take(leases, "b")
        assert leases.take("film", "c", "here", after=stale) is None
        assert leases.holds(held)

    def test_titles_do_not_disturb_each_other(self, leases: Leases) -> None:
        self.take(leases, "a")
        assert leases.take("film-2", "b", "here", None) is not None
        assert leases.holder("film-20") is None

    def test_the_last_sign_of_life_counts_until_it_is_taken_away(self, leases: Leases) -> None:
        for count in range(3):
            leases.beat(Beat(run="a", title="film", count=count, executor={"vod/host": "here"}))
        leases.beat(Beat(run="b"))
        found = leases.beat_of("a")
        assert found is not None
        assert (found.count, found.host) == (2, "here")
        assert {beat.run for beat in leases.beats()} == {"a", "b"}
        leases.stop("a")
        leases.stop("a")
        assert leases.beat_of("a") is None

    def test_a_quarantine_is_told_until_it_is_lifted(self, leases: Leases) -> None:
        quarantine = Quarantine(title="film", cause="it died", runs=("a", "b", "c"))
        leases.quarantine(quarantine)
        assert leases.quarantine_of("film") == quarantine
        assert leases.quarantines() == [quarantine]
        leases.lift("film")
        assert leases.quarantine_of("film") is None
        assert leases.quarantines() == []
