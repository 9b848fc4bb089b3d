"""What is offered over RTSP is what viewers are to see, and nothing where RTSP cannot tell who may."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from vod_assets.domain.approvals import Approval
from vod_assets.domain.offering import MOST_KEPT, MadeStreams, ReleaseStream, Verdict, verdict_of
from vod_assets.domain.orders import HeldBack, TakenDown
from vod_assets.domain.title import TitleRecord

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WINDOW = {"windows": [{"from": "2026-03-01T13:00:00Z", "until": "2026-03-01T14:00:00Z"}]}


def stream(release: int, policy: dict[str, Any] | None = None) -> ReleaseStream:
    return ReleaseStream(
        release=release, release_digest=f"r{release}", recipe=f"m{release}", digest=f"s{release}", policy=policy or {}
    )


def made(*streams: ReleaseStream) -> MadeStreams:
    kept = MadeStreams(title="film")
    for one in streams:
        kept = kept.with_stream(one)
    return kept


def record(**said: Any) -> TitleRecord:
    return TitleRecord(title_id="film", source="file:///film.mp4", **said)


def test_the_newest_release_is_offered() -> None:
    assert verdict_of(record(), made(stream(2), stream(1)), NOON) == Verdict(stream(2))


def test_a_stream_that_is_made_anew_takes_the_place_of_its_releases_own() -> None:
    again = stream(1).model_copy(update={"digest": "other"})
    assert made(stream(1), again).streams == (again,)
    assert [one.release for one in made(*map(stream, range(60))).streams] == list(range(60 - MOST_KEPT, 60))


def test_where_nothing_is_known_what_is_offered_stays() -> None:
    assert verdict_of(record(), made(), NOON) == Verdict()


@pytest.mark.parametrize("streams", [made(), made(stream(1))])
def test_a_title_that_is_taken_down_or_gone_is_not_offered(streams: MadeStreams) -> None:
    ordered = record(taken_down=TakenDown(at=NOON.isoformat(), by="legal"))
    assert verdict_of(ordered, streams, NOON) == Verdict(withheld="it is taken down")
    assert verdict_of(None, streams, NOON).is_gone


def test_a_window_opens_and_closes_by_the_clock_alone() -> None:
    streams = made(stream(1, WINDOW))
    said = [verdict_of(record(), streams, NOON + timedelta(minutes=minutes)).withheld for minutes in (59, 60, 119, 120)]
    assert said == ["it is scheduled", "", "", "it is expired"]


@pytest.mark.parametrize("policy", [{"territories": {"allow": ["DE"]}}, {"platforms": ["tv"]}])
def test_what_is_not_for_everybody_is_not_offered(policy: dict[str, Any]) -> None:
    assert "cannot tell viewers apart" in verdict_of(record(), made(stream(1, policy)), NOON).withheld


def test_who_rolls_back_gets_that_releases_stream_or_none() -> None:
    held = record(held_back=HeldBack(shown=1, newest=2, at=NOON.isoformat(), by="ann"))
    assert verdict_of(held, made(stream(1), stream(2)), NOON) == Verdict(stream(1))
    assert verdict_of(held, made(stream(2)), NOON) == Verdict(withheld="release 1 is shown, and it has no stream")
    assert verdict_of(held, made(stream(1), stream(2), stream(3)), NOON) == Verdict(stream(3))


def test_until_a_release_is_approved_the_approved_one_stays() -> None:
    streams = made(stream(1), stream(2, {"sign_off": True}))
    assert verdict_of(record(), streams, NOON) == Verdict(withheld="it is awaiting approval")
    word = Approval(by="ann", at=NOON.isoformat(), number=1, digest="r1")
    assert verdict_of(record(approvals=(word,)), streams, NOON) == Verdict(stream(1))
