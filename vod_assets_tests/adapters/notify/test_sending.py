"""The outbox loses nothing, doubles nothing, and lets no channel wait for another."""

import os
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vod_assets.adapters.blobs.disk import DiskBlobs
from vod_assets.adapters.notify import outbox
from vod_assets.adapters.notify.sending import STALE_SECONDS, Sender
from vod_assets.domain.errors import StoreError
from vod_assets.domain.events import Event, published, run_ended, taken_down
from vod_assets.domain.letters import CALLBACK, DELAYS_SECONDS, Answer
from vod_assets.domain.notifying import Notify
from vod_assets.ports.blobs import Blobs
from vod_assets.ports.notices import Patience
from vod_assets_tests.fakes import MemoryBlobs

AT = datetime(2026, 1, 1, tzinfo=UTC)
START = int(AT.timestamp())
TAKEN, LATER, NEVER = Answer("taken"), Answer("later", "it answered 500"), Answer("never", "it answered 410")


@dataclass
class Told:
    """A channel that keeps what it is told, and answers as it is told."""

    name: str = "ops"
    takes_digests: bool = True
    burst: int = 10
    per_hour: int = 60
    answer: Answer = TAKEN
    got: list[Event] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def send(self, event: Event, patience: Patience) -> Answer:
        self.meanwhile()
        self.got.append(event)
        return self.answer

    @property
    def ids(self) -> list[str]:
        return [event.id for event in self.got]


@dataclass
class House:
    """An outbox, its channels and a clock that stands still."""

    channels: list[Told]
    blobs: Blobs = field(default_factory=MemoryBlobs)
    now: float = START
    ended: set[str] = field(default_factory=set)
    routes: list[dict[str, object]] | None = None

    @property
    def sender(self) -> Sender:
        """A process that sends: what was there before, it finds again."""
        said = [{"name": one.name, "address": "x"} for one in self.channels if one.name != CALLBACK]
        notify = Notify.model_validate({"channels": said, "routes": self.routes})
        return Sender(self.blobs, notify, {one.name: one for one in self.channels}, lambda: self.now)

    def round(self) -> tuple[int, list[str]]:
        done = self.sender.deliver(self.ended.__contains__)
        assert done.is_ours
        return done.sent, list(done.failed)

    def held(self, folder: str) -> int:
        return sum(1 for _ in self.blobs.walk(folder))


def failed(number: int, batch: str = "") -> Event:
    return run_ended(f"r{number}", AT, ("tool_failed", "it broke"), title=f"t{number:03}", batch=batch)


def test_an_event_is_told_once_however_often_it_is_put() -> None:
    house = House([Told()])
    event = published("film", 1, AT)
    assert [house.sender.put(event), house.sender.put(event)] == [True, False]
    assert house.round() == (1, [])
    assert not house.sender.put(event)
    assert house.round() == (0, [])
    assert house.channels[0].ids == [event.id]


def test_nothing_is_kept_that_nobody_wants() -> None:
    house = House([])
    assert not house.sender.put(published("film", 1, AT))
    assert house.held("") == 0


def test_who_put_an_event_and_was_killed_before_its_mark_has_told_all_the_same() -> None:
    house, event = House([Told()]), published("film", 1, AT)
    house.blobs.create(f"new/{event.id}.json", outbox.written(event))
    assert house.round() == (1, [])
    assert not house.sender.put(event)


def test_a_dead_channel_does_not_keep_others_waiting() -> None:
    house = House([Told("dead", answer=LATER), Told("ops")])
    for number in range(3):
        house.sender.put(failed(number))
    sent, said = house.round()
    assert sent == 3
    assert [line.partition(": ")[0] for line in said] == ["dead"]
    assert len(house.channels[0].got) == 1
    assert len(house.channels[1].got) == 3


def test_after_eight_tries_in_a_day_a_letter_is_dead_and_can_be_tried_anew() -> None:
    house, event = House([Told(answer=LATER)]), failed(1)
    house.sender.put(event)
    for _ in range(len(DELAYS_SECONDS) + 1):
        assert len(house.round()[1]) == 1
        assert house.round() == (0, [])  # it is not due
        house.now += max(DELAYS_SECONDS) * 2
    assert house.sender.waiting() == []
    (dead,) = house.sender.dead()
    assert (dead.event.id, dead.tries, dead.said) == (event.id, 8, "it answered 500")
    house.channels[0].answer = TAKEN
    assert house.sender.retry(["another", event.id]) == [event.id]
    assert house.round() == (1, [])
    assert house.held("dead/") == house.held("due/") == 0


def test_who_answers_that_it_wants_nothing_is_not_asked_again() -> None:
    house = House([Told(answer=NEVER)])
    house.sender.put(failed(1))
    house.round()
    assert [letter.tries for letter in house.sender.dead()] == [1]


def test_a_channel_that_is_gone_from_the_file_buries_its_letters() -> None:
    house = House([Told("ops", answer=LATER), Told("other")])
    house.sender.put(failed(1))
    house.round()
    house.channels = house.channels[1:]
    house.now += 3600
    house.round()
    assert [letter.channel for letter in house.sender.dead()] == ["ops"]


def test_a_backfill_ends_in_one_digest() -> None:
    house = House([Told()])
    for number in range(25):
        house.sender.put(failed(number, "abcd"))
    house.sender.put(failed(99))
    assert house.round() == (1, [])  # the one that is of no backfill
    house.ended.add("abcd")
    assert house.round() == (1, [])
    told = house.channels[0].got[1]
    assert (told.kind, told.said) == ("digest", "backfill abcd: 25 run failed")
    assert told.lines[-1] == "and 15 more"
    assert house.held("gathered/") == 0


def test_a_long_backfill_is_told_of_now_and_then() -> None:
    house = House([Told()])
    house.sender.put(failed(1, "abcd"))
    assert house.round() == (0, [])
    house.now += 30 * 60
    assert house.round() == (1, [])


def test_machines_get_each_event_of_a_backfill() -> None:
    house = House([Told(takes_digests=False)])
    for number in range(25):
        house.sender.put(failed(number, "abcd"))
    assert house.round() == (25, [])


def test_a_storm_is_one_digest_and_what_is_critical_goes_by_itself() -> None:
    house = House([Told()])
    for number in range(50):
        house.sender.put(failed(number))
    house.sender.put(taken_down("film", AT))
    assert house.round() == (2, [])
    assert [event.kind for event in house.channels[0].got] == ["taken_down", "digest"]
    assert house.channels[0].got[1].facts["events"] == "50"


def test_a_channel_gets_so_many_notices_an_hour() -> None:
    house = House([Told(per_hour=2)])
    for number in range(4):
        house.sender.put(failed(number))
        house.round()
    assert len(house.channels[0].got) == 2
    house.sender.put(taken_down("film", AT))
    house.round()
    assert house.channels[0].got[-1].kind == "taken_down"
    house.now += 3600
    house.round()
    assert len(house.channels[0].got) == 5


def test_a_callback_is_told_beside_the_channels_and_its_address_goes_nowhere_else() -> None:
    house = House([Told(), Told(CALLBACK, takes_digests=False)])
    house.sender.put(failed(1).with_callback("https://example.com/?canary"))
    assert house.round() == (2, [])
    assert [event.callback for one in house.channels for event in one.got] == ["", "https://example.com/?canary"]


def test_a_channel_that_asks_for_rest_gets_none_of_its_notices_before() -> None:
    house = House([Told(answer=Answer("later", "it answered 429", 600)), Told("other")])
    house.sender.put(failed(1))
    house.round()
    house.channels[0].answer = TAKEN
    house.sender.put(failed(2))
    house.now += 599
    assert house.round() == (1, [])  # by the other one
    house.now += 1
    assert house.round() == (2, [])
    assert sorted(house.channels[0].ids) == sorted(failed(number).id for number in (1, 1, 2))


def test_a_rest_that_a_wrong_clock_wrote_is_over() -> None:
    house = House([Told(answer=Answer("later", "it answered 429", 10**9))], now=START + 365 * 86_400)
    house.sender.put(failed(1))
    house.round()
    house.channels[0].answer = TAKEN
    house.now = START
    assert house.round() == (1, [])


@pytest.mark.parametrize("seed", range(5))
def test_whatever_the_clock_does_each_notice_is_taken_once(seed: int) -> None:
    chance, taken = random.Random(seed), list[str]()  # noqa: S311 - a clock, no secret
    house = House([channel := Told(burst=1000)])
    for number in range(30):
        house.sender.put(failed(number))
        house.now += chance.choice([30, 30, 30, -3600, 3600, -86_400, 86_400])
        channel.answer, channel.got[:] = chance.choice([TAKEN, LATER]), []
        house.round()
        taken += channel.ids if channel.answer is TAKEN else []
    channel.answer, channel.got[:] = TAKEN, []
    for _ in range(60):
        house.now += 3600
        house.round()
    assert sorted(taken + channel.ids) == sorted(failed(number).id for number in range(30))
    assert house.held("due/") == house.held("dead/") == 0


def test_one_callback_that_is_away_keeps_no_other_waiting() -> None:
    house = House([Told(CALLBACK, takes_digests=False, answer=LATER)])
    for number in range(3):
        house.sender.put(failed(number).with_callback("https://example.com/"))
    assert len(house.round()[1]) == 3


def test_what_is_wished_for_a_run_is_kept_until_it_is_fulfilled() -> None:
    house = House([Told()])
    first, second = (house.sender.wish(f"https://example.com/{number}") for number in (1, 2))
    house.sender.fulfil(first)
    assert [house.sender.wished(wish) for wish in (first, second)] == ["", "https://example.com/2"]


def test_what_a_run_says_of_a_wish_leads_to_no_other_file() -> None:
    house = House([Told()])
    (wish,) = [house.sender.wish("https://example.com/")]
    for name in ("", f"../wishes/{wish}", f"{wish}/", "film"):
        house.sender.fulfil(name)
        assert house.sender.wished(name) == ""
    assert house.sender.wished(wish)


def test_sixteen_senders_at_once_send_each_letter_once(tmp_path: Path) -> None:
    house = House([Told(takes_digests=False)], DiskBlobs(tmp_path))
    for number in range(20):
        house.sender.put(failed(number))
    together = threading.Barrier(16)

    def send(_: int) -> bool:
        together.wait()
        return house.sender.deliver(house.ended.__contains__).is_ours

    with ThreadPoolExecutor(16) as pool:
        assert any(pool.map(send, range(16)))
    house.round()
    assert sorted(house.channels[0].ids) == sorted(failed(number).id for number in range(20))
    assert house.sender.is_empty()


def test_sixteen_who_tell_of_one_happening_tell_of_it_once(tmp_path: Path) -> None:
    house = House([Told()], DiskBlobs(tmp_path))
    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(lambda _: house.sender.put(failed(1)), range(16))) == 1
    assert house.round() == (1, [])


def test_a_sender_that_was_killed_is_replaced_after_a_while_and_its_letter_sent_again(tmp_path: Path) -> None:
    blobs = DiskBlobs(tmp_path)

    def killed() -> None:
        raise KeyboardInterrupt

    house = House([Told(meanwhile=killed)], blobs)
    house.sender.put(failed(1))
    lease = house.sender.leases.take("outbox", "killed", "there", after=None)
    assert lease is not None
    assert not house.sender.deliver(house.ended.__contains__).is_ours
    claim = next(path for path in tmp_path.rglob("*.json") if "leases" in path.parts)
    old = claim.stat().st_mtime - STALE_SECONDS - 1
    os.utime(claim, (old, old))
    with pytest.raises(KeyboardInterrupt):  # the next one dies, too, while it sends
        house.round()
    house.channels[0].meanwhile = lambda: None
    assert house.round() == (1, [])
    assert house.channels[0].ids == [failed(1).id]
    assert not house.sender.leases.holds(lease)


def test_two_letters_of_one_event_that_a_killed_sender_left_are_one() -> None:
    house = House([Told(answer=LATER)])
    house.sender.put(failed(1))
    house.round()
    (name,) = [blob.name for blob in house.blobs.walk("due/")]
    data = house.blobs.read(name)
    assert data is not None
    house.blobs.create(f"due/ops/{0:012d}-{failed(1).id}.json", data)
    assert house.round() == (0, [])
    assert [blob.name for blob in house.blobs.walk("due/")] == [name]


def test_an_outbox_that_nobody_empties_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MOST_NEW", 2)
    house = House([Told()])
    house.sender.put(failed(1))
    house.sender.put(failed(2))
    with pytest.raises(StoreError, match=r"\[outbox_full\]. Start the sensor"):
        house.sender.put(failed(3))


def test_marks_and_dead_letters_go_after_a_month(tmp_path: Path) -> None:
    house = House([Told(), Told("dead", answer=NEVER)], DiskBlobs(tmp_path))
    house.sender.put(failed(1))
    house.round()
    house.sender.sweep()
    assert (house.held("told/"), house.held("dead/")) == (1, 1)
    for path in tmp_path.rglob("*.json"):
        os.utime(path, (1e9, 1e9))
    house.sender.sweep()
    assert (house.held("told/"), house.held("dead/"), house.held("clock/")) == (0, 0, 0)


def test_a_letter_that_cannot_be_read_harms_no_other() -> None:
    house = House([Told()])
    house.blobs.create("new/x.json", b"{")
    house.sender.put(failed(1))
    assert house.round() == (1, [])
    assert house.held("new/") == 0
