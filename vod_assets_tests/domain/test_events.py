"""Events have ids of what happened, and words that anybody may read."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from vod_assets.domain import events
from vod_assets.domain.events import SEVERITIES, Event
from vod_assets.domain.notice_text import BODY, SUBJECT, body_of, subject_of, without_secrets

AT = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
CANARIES = (
    "canary-password",
    "canary-token",
    "Q0FOQVJZQ0FOQVJZQ0FOQVJZQ0FOQVJZ",
    "AKIACANARYCANARY1234",
    "canarysignature",
)
LEAKY = (
    "ftp://user:canary-password@host/film.mp4 failed",
    "password=canary-password",
    'said {"token": "canary-token", "x": 1}',
    "Authorization: Bearer canary-token",
    "signed with whsec_Q0FOQVJZQ0FOQVJZQ0FOQVJZQ0FOQVJZ",
    "the key AKIACANARYCANARY1234 is refused",
    "https://bucket.example.com/film.mp4?X-Amz-Signature=canarysignature&x=1#canary-token is gone",
)


def test_the_same_happening_has_the_same_id_whoever_tells_of_it() -> None:
    there = AT.astimezone(timezone(timedelta(hours=9)))
    assert events.published("film", 2, AT).id == events.published("film", 2, there).id
    assert events.run_ended("r1", AT, ("tool_failed", "x"), title="film").id == (
        events.run_ended("r1", there, ("check_failed", "y"), title="film").id
    )


def test_other_happenings_have_other_ids() -> None:
    later = AT + timedelta(microseconds=1)
    made = [
        events.published("film", 1, AT),
        events.published("film", 2, AT),
        events.published("film", 1, later),
        events.expired("film", 1, AT),
        events.rolled_back("film", 2, 1, AT, by="ann"),
        events.taken_down("film", AT, by="ann", why="rights"),
        events.awaiting_approval("film", 1, AT),
        events.delivery_repaired("film", 1, "east", AT),
        events.delivery_repaired("film", 1, "west", AT),
        events.source_refused("film", "file:///a.mp4", "source_empty", "no bytes", AT, "v1"),
        events.source_refused("film", "file:///a.mp4", "source_empty", "no bytes", AT, "v2"),
        events.quarantined("film", "three runs died", "r1", AT),
        events.run_ended("r1", AT, None, title="film"),
        events.check_failed("r1", "hls_package.durations", "", AT, title="film"),
    ]
    assert len({one.id for one in made}) == len(made)
    assert all(one.said in body_of(one) and "film" in subject_of(one) for one in made)
    assert all(Event.model_validate_json(one.model_dump_json()) == one for one in made)


@pytest.mark.parametrize(
    ("code", "kind"),
    [("check_missing", "check_failed"), ("source_not_media", "source_refused"), ("tool_failed", "run_failed")],
)
def test_the_code_of_a_failure_says_what_kind_of_event_it_is(code: str, kind: str) -> None:
    assert events.run_ended("r", AT, (code, "x"), title="film").kind == kind


@pytest.mark.parametrize("leaky", LEAKY)
def test_no_secret_is_in_any_word_of_a_notice(leaky: str) -> None:
    told = events.run_ended("r", AT, ("tool_failed", leaky), title="film", facts={"why": leaky}, links={"at": leaky})
    words = subject_of(told) + body_of(told) + told.model_dump_json()
    assert [canary for canary in CANARIES if canary in words] == []


def test_secrets_that_are_known_are_taken_out_in_whatever_words() -> None:
    assert without_secrets("it said hunter22hunter22.", ["hunter22", "hunter22hunter22"]) == "it said […]."


def test_a_plain_address_and_plain_words_stay_as_they_are() -> None:
    said = "s3://bucket/a film.mp4: the file has 0 bytes [source_empty]. The token of it was lost"
    assert without_secrets(said) == said


def test_words_are_printable_and_of_bounded_length() -> None:
    told = events.run_ended("r", AT, ("tool_failed", "\x1b[2J\u202e\n\n" + "x" * 100_000), title="film")
    assert "\x1b" not in body_of(told)
    assert "\u202e" not in body_of(told)
    assert len(subject_of(told)) <= SUBJECT
    assert len(body_of(told)) <= BODY


def test_a_digest_names_the_worst_ten_and_counts_the_others() -> None:
    failed = [events.run_ended(f"r{n}", AT, ("tool_failed", "it broke"), title=f"t{n:02}") for n in range(25)]
    fine = [events.published(f"f{n}", 1, AT) for n in range(100)]
    told = events.digest("k", "backfill abc", [*fine, *failed], AT)
    assert told.said == "backfill abc: 25 run failed, 100 published"
    assert told.severity == "error"
    assert told.lines == (*(f"t{n:02}: it broke" for n in range(10)), "and 15 more")
    assert all(line in body_of(told) for line in told.lines)


def test_severities_are_in_order() -> None:
    assert SEVERITIES == ("info", "warning", "error", "critical")
